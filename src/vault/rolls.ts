/**
 * Rolls: folding the journal into the leaves, under the same keys or, all of it, under new ones; and sweeping up leaves that belong to
 * nothing. DESIGN.md section 5.
 */

import type { RecordId } from '#base/ids.ts';
import { err, ok, type Result } from '#base/result.ts';
import type { Dossier, RecordState } from '#domain/record-state.ts';
import type { StorageError } from '#storage/failure.ts';
import type { DraftRow, MarkRow, MetaRow } from '#storage/workspace-database.ts';
import type { Book, VaultParts } from './book.ts';
import type { Damaged } from './damage.ts';
import { parseDossier, WORKSPACE_DOSSIER } from './dossiers.ts';
import type { Locked } from './edits.ts';
import { entryOf, workspaceEntry, type LeafEntry } from './leaf.ts';
import type { SealedEntry, SealedRows } from './sealed-rows.ts';
import type { Staging } from './staging.ts';

/** A roll is due at so many entries or characters; it waits for a quiet moment. */
const ROLL_ENTRIES = 256;
const ROLL_CHARACTERS = 512 * 1024;
const ROLL_QUIET_MS = 3000;

export class Rolls {
  readonly #parts: VaultParts;
  readonly #book: Book;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(parts: VaultParts, book: Book) {
    this.#parts = parts;
    this.#book = book;
  }

  /** Called after every commit: rolls in a quiet moment once there is enough to fold. */
  schedule(): void {
    const { entries, characters } = this.#book.unfolded;
    if (entries < ROLL_ENTRIES && characters < ROLL_CHARACTERS) return;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      // A roll that can't be written now is tried again after the next commit; the journal holds everything meanwhile.
      void this.roll();
    }, ROLL_QUIET_MS);
  }

  stop(): void {
    clearTimeout(this.#timer);
  }

  /** Folds the journal into the leaves. Damage is left as it lies, for whoever must look at it. */
  async roll(): Promise<Result<void, StorageError | Locked>> {
    const book = this.#book;
    if (book.damages.all.length > 0) return ok();
    return this.#parts.exclusive('roll', async () => {
      if (book.isClosed) return ok();
      await book.inTurn(() => book.refresh());
      const folded = [...book.pending.keys()];
      if (folded.length === 0) return ok();
      const { n, hash } = book.end;
      const replaced = book.shelf.checkpoint;
      const staging = book.shelf.stage();
      const staged = await this.#fold(staging, folded, []);
      if (!staged.ok) {
        await staging.drop();
        return staged.error.type === 'Damaged' ? ok() : err(staged.error);
      }
      return book.inTurn(async () => {
        const next = book.shelf.checkpointWith(staging, {
          journalStart: n + 1,
          journalHash: hash,
          newest: book.stamps.latest,
          ...book.carriedBefore(n + 1),
        });
        const { ownFrom } = book;
        const rolled = await this.#parts.store.roll({
          checkpoint: await this.#parts.rows.sealCheckpoint(next),
          replaces: replaced.version,
          dropLeaves: book.shelf.replacedBy(staging),
          journalStart: n + 1,
          ...(ownFrom !== undefined && { ownFrom }),
          lockNumber: this.#parts.lockNumber,
        });
        if (!rolled.ok || rolled.value !== null) {
          await staging.drop();
          return rolled.ok ? err(book.refusal(rolled.value)) : rolled;
        }
        await book.take(next, staging);
        book.folded(n);
        this.#parts.tabs.tell({ type: 'written' });
        return ok();
      });
    });
  }

  /**
   * Seals everything anew, under other keys: every leaf with the journal folded in, and the given meta rows with it, in one transaction
   * at the end. The book is of no use afterwards; open another with the new keys.
   */
  async reseal(
    rows: SealedRows,
    meta: readonly MetaRow[],
  ): Promise<Result<void, StorageError | Locked | Damaged>> {
    const book = this.#book;
    const [damage] = book.damages.all;
    if (damage !== undefined) return err({ type: 'Damaged', damage });
    return this.#parts.exclusive('roll', () =>
      book.inTurn(async () => {
        await book.refresh();
        const replaced = book.shelf.checkpoint;
        const staging = book.shelf.stage(rows);
        const staged = await this.#fold(staging, book.pending.keys(), book.shelf.refs.keys());
        if (!staged.ok) {
          await staging.drop();
          return staged;
        }
        const { n } = book.end;
        const unsent = await this.#resealedEntries(rows);
        const hash = unsent.at(-1)?.hash ?? book.end.hash;
        const next = book.shelf.checkpointWith(staging, {
          journalStart: n + 1,
          journalHash: hash,
          newest: book.stamps.latest,
          ...book.carriedBefore(n + 1),
        });
        const { ownFrom } = book;
        const resealed = await this.#parts.store.reseal({
          meta,
          tail: await rows.sealTail(n, hash),
          unsent: unsent.map(({ row }) => row),
          sync: await this.#resealedSync(rows),
          drafts: await this.#resealedDrafts(rows),
          checkpoint: await rows.sealCheckpoint(next),
          replaces: replaced.version,
          dropLeaves: book.shelf.replacedBy(staging),
          journalStart: n + 1,
          ...(ownFrom !== undefined && { ownFrom }),
          lockNumber: this.#parts.lockNumber,
        });
        if (resealed.ok && resealed.value === null) return ok();
        await staging.drop();
        return resealed.ok ? err(book.refusal(resealed.value)) : resealed;
      }),
    );
  }

  /** Deletes what a crash or a cancelled import left staged. */
  async sweep(): Promise<void> {
    const book = this.#book;
    await this.#parts.exclusive('roll', async () => {
      if (book.isClosed) return;
      await book.inTurn(() => book.refresh());
      const { refs } = book.shelf;
      if (book.damages.all.length > 0) return;
      const orphans = (await this.#parts.store.leafKeys('bodies')).filter(
        ([leaf, version]) => refs.get(leaf)?.version !== version,
      );
      if (orphans.length > 0) await this.#parts.store.dropLeaves(orphans);
    });
  }

  /** Entries that no segment has, from the first on that one must still be made of. Each is chained anew to the one before. */
  async #resealedEntries(rows: SealedRows): Promise<readonly SealedEntry[]> {
    const { ownFrom } = this.#book;
    if (ownFrom === undefined) return [];
    const resealed: SealedEntry[] = [];
    const { rows: entries } = await this.#parts.store.readJournal(ownFrom);
    for (const row of entries) {
      const opened = await this.#parts.rows.openEntry(row);
      // What can't be read is damage, and nothing is sealed anew where there is any.
      if (!opened.ok) continue;
      const previous = resealed.at(-1)?.hash ?? row.previous;
      resealed.push(await rows.sealEntry(row.n, previous, opened.value.entry));
    }
    return resealed;
  }

  async #resealedSync(rows: SealedRows): Promise<MarkRow | undefined> {
    const mark = await this.#parts.store.readMark('sync');
    if (mark === undefined) return undefined;
    const state = await this.#parts.rows.openSync(mark);
    return rows.sealSync(mark.version + 1, state.ok ? state.value : null);
  }

  async #resealedDrafts(rows: SealedRows): Promise<readonly DraftRow[]> {
    const drafts = await this.#parts.store.readDrafts();
    const opened = await Promise.all(
      drafts.map(async (row) => ({ form: row.form, value: await this.#parts.rows.openDraft(row) })),
    );
    return Promise.all(
      opened.flatMap(({ form, value }) => (value === null ? [] : [rows.sealDraft(form, value)])),
    );
  }

  /** Writes the leaves anew in which something is pending, and others named; customers that are in none get a place. */
  async #fold(
    staging: Staging,
    folded: Iterable<RecordId>,
    others: Iterable<number>,
  ): Promise<Result<void, StorageError | Damaged>> {
    const { roster, shelf } = this.#book;
    const byLeaf = new Map<number, Set<RecordId>>();
    for (const leaf of others) byLeaf.set(leaf, new Set());
    const homeless: RecordId[] = [];
    for (const id of folded) {
      const place = roster.place(id);
      if (place === undefined) homeless.push(id);
      else byLeaf.set(place.leaf, (byLeaf.get(place.leaf) ?? new Set()).add(id));
    }
    // New customers go into the last leaf, so that rolls leave no trail of small ones.
    const open = shelf.checkpoint.leaves.at(-1)?.leaf;
    if (
      homeless.some((id) => id !== WORKSPACE_DOSSIER) &&
      open !== undefined &&
      !byLeaf.has(open)
    ) {
      byLeaf.set(open, new Set());
    }
    for (const [leaf, ids] of byLeaf) {
      const entries = await this.#book.entriesOfLeaf(leaf);
      if (!entries.ok) return entries;
      const written = entries.value.flatMap((entry) =>
        ids.has(entry.id)
          ? this.#withPending(entry.id, parseDossier(entry.body)?.dossier)
          : [entry],
      );
      if (leaf === open) {
        for (const id of homeless) {
          if (id !== WORKSPACE_DOSSIER) written.push(...this.#withPending(id, undefined));
        }
      }
      const staged = await staging.rewrite(leaf, written, { split: true });
      if (!staged.ok) return staged;
    }
    for (const id of homeless) {
      if (open !== undefined && id !== WORKSPACE_DOSSIER) continue;
      for (const entry of this.#withPending(id, undefined)) {
        const staged = (await staging.add(entry)) ?? ok();
        if (!staged.ok) return staged;
      }
    }
    return staging.finish();
  }

  /** None where an erasure left nothing of it. */
  #withPending(id: RecordId, base: Dossier | undefined): LeafEntry[] {
    const dossier = this.#book.withPending(id, base ?? new Map<RecordId, RecordState>());
    if (dossier.size === 0) return [];
    return [id === WORKSPACE_DOSSIER ? workspaceEntry(id, dossier) : entryOf(id, dossier)];
  }
}
