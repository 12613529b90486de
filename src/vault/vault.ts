/**
 * The vault: one unlocked workspace, as the other rooms see it. Joins domain (what changes mean), crypto (sealed rows) and storage (where
 * they lie). Everything that alters the workspace arrives here as changes and leaves as one commit.
 *
 * [Note: One commit] A commit is one journal entry: sealed first, then added under the next number. Where another tab has taken that number,
 * this one reads the tail, moves its clock past it, stamps and seals again. Nothing acknowledged is ever only in memory.
 */

import { createRecordId, type RecordId } from '#base/ids.ts';
import { err, ok, type Result } from '#base/result.ts';
import type { FieldDefinition, Kind } from '#domain/catalogue.ts';
import type { Change } from '#domain/change.ts';
import { deletionOf } from '#domain/edits.ts';
import type { Dossier, RecordState } from '#domain/record-state.ts';
import { summarise, type Summary } from '#domain/summary.ts';
import { isAlive } from '#domain/values.ts';
import type { StorageError } from '#storage/failure.ts';
import type { MetaRow } from '#storage/workspace-database.ts';
import { Authoring } from './authoring.ts';
import { Book, type VaultEvent, type VaultParts } from './book.ts';
import type { Damage, Damaged } from './damage.ts';
import { applyTo, dossierOf, WORKSPACE_DOSSIER } from './dossiers.ts';
import type {
  Bulk,
  BulkEdit,
  Cancelled,
  Committed,
  Edit,
  EditError,
  Locked,
  NamedEdit,
  NewRecord,
  NotFound,
  UndoToken,
  WorkOptions,
} from './edits.ts';
import { Restaging } from './restaging.ts';
import { Rolls } from './rolls.ts';
import type { Facets, ListPage, ListQuery, TodayView } from './roster.ts';
import { scanDossiers, scanLines } from './scan.ts';
import type { SealedRows } from './sealed-rows.ts';

export type { VaultEvent, VaultParts } from './book.ts';
export type * from './edits.ts';

export class Vault {
  readonly #parts: VaultParts;
  readonly #book: Book;
  readonly #authoring: Authoring;
  readonly #rolls: Rolls;
  readonly #restaging: Restaging;

  private constructor(parts: VaultParts, book: Book) {
    this.#parts = parts;
    this.#book = book;
    this.#authoring = new Authoring(book, parts);
    this.#rolls = new Rolls(parts, book);
    this.#restaging = new Restaging(parts, book, this.#authoring);
  }

  /** Never fails on damage: what can't be read is listed, the rest is there. */
  static async open(parts: VaultParts): Promise<Vault> {
    const vault = new Vault(parts, await Book.open(parts));
    vault.#rolls.schedule();
    return vault;
  }

  listen(listener: (event: VaultEvent) => void): void {
    this.#book.listen(listener);
  }

  /** Waits for a commit under way, then answers nothing more. */
  close(): Promise<void> {
    this.#rolls.stop();
    return this.#book.close();
  }

  get damage(): readonly Damage[] {
    return this.#book.damages.all;
  }

  noteDamage(damage: Damage): void {
    this.#book.damages.note(damage);
  }

  // ---- Reading ------------------------------------------------------------------------------------------------------

  get living(): number {
    return this.#book.roster.living;
  }

  list(query: ListQuery, from: number, to: number): ListPage {
    return this.#book.roster.list(query, from, to);
  }

  select(query: ListQuery): readonly RecordId[] {
    return this.#book.roster.select(query);
  }

  facets(): Facets {
    return this.#book.roster.facets();
  }

  today(today: string): TodayView {
    return this.#book.roster.today(today);
  }

  summaries(): Iterable<readonly Summary[]> {
    return this.#book.roster.summaries();
  }

  get customFields(): readonly FieldDefinition[] {
    return this.#book.customFields;
  }

  fieldsOf(kind: Kind): readonly FieldDefinition[] {
    return this.#book.fieldsOf(kind);
  }

  /** The workspace's own records: members, custom fields, erasures. */
  get workspace(): Dossier {
    return this.#book.workspace;
  }

  async openDossier(id: RecordId): Promise<Result<Dossier, NotFound | Damaged>> {
    const dossier = await this.#book.dossier(id);
    if (!dossier.ok) return dossier;
    return dossier.value.size === 0 ? err({ type: 'NotFound' }) : ok(dossier.value);
  }

  /** Every dossier with all that is in it, the trash too; first the workspace's own. */
  dossiers(signal: AbortSignal): AsyncIterable<Result<readonly RecordState[], Damaged>> {
    return scanDossiers(this.#book, signal);
  }

  /** The same for a backup: records come as their text where nothing lies over them. */
  dossierLines(
    signal: AbortSignal,
  ): AsyncIterable<Result<readonly (RecordState | string)[], Damaged>> {
    return scanLines(this.#book, signal);
  }

  // ---- Writing ------------------------------------------------------------------------------------------------------

  /** Durable when it returns. All edits are one step: one journal entry, one undo. */
  save(edits: readonly Edit[]): Promise<Result<Committed, EditError>> {
    const known = new Set(edits.flatMap(({ record }) => record ?? []));
    return this.#write(
      edits.map((edit) => ({ ...edit, record: edit.record ?? createRecordId() })),
      known,
    );
  }

  /** New records under ids that the caller made, so that they can name one another. */
  add(records: readonly NewRecord[]): Promise<Result<Committed, EditError>> {
    return this.#write(records, new Set());
  }

  /** Deletes records. A customer's goes with all that belongs to it, since nothing shows what belongs to a deleted one. */
  remove(
    records: readonly { readonly record: RecordId; readonly customer?: RecordId }[],
  ): Promise<Result<Committed, EditError>> {
    return this.#commit(async () => {
      const changes: Change[] = [];
      for (const { record, customer } of records) {
        const state = await this.#book.stateOf(record, customer ?? record);
        if (!state.ok) return state;
        if (state.value === undefined || !isAlive(state.value)) return err({ type: 'NotFound' });
        changes.push(deletionOf(state.value, this.#book.stamps.next(), this.#authoring.now));
      }
      return ok(changes);
    });
  }

  /** Takes one step back. What somebody has changed since stays as they left it. */
  async undo(
    token: UndoToken,
    options: WorkOptions,
  ): Promise<Result<Committed, EditError | Cancelled>> {
    const { customers } = token;
    if (customers === undefined) {
      const undone = await this.#restaging.undo(token, options);
      return undone.ok ? ok({ undo: undone.value.undo, records: [] }) : undone;
    }
    return this.#commit(async () => {
      const changes: Change[] = [];
      for (const customer of customers) {
        const dossier = await this.#book.dossier(customer);
        if (!dossier.ok) return dossier;
        changes.push(...this.#authoring.inverses(dossier.value, token));
      }
      return ok(changes);
    });
  }

  /** Takes changes as they are: what another part of Holdfast has authored and stamped. */
  apply(changes: readonly Change[]): Promise<Result<Committed, EditError>> {
    const problems = this.#parts.guard?.(changes) ?? [];
    if (problems.length > 0) return Promise.resolve(err({ type: 'Invalid', problems }));
    return this.#commit(() => Promise.resolve(ok(changes)));
  }

  /** An import of any size, as one step. Cancelled, it leaves no trace. */
  bulk(
    edits: AsyncIterable<readonly BulkEdit[]>,
    options: WorkOptions,
  ): Promise<Result<Bulk, EditError | Cancelled>> {
    return this.#restaging.import(edits, options);
  }

  /** Takes over whole states, as a restore brings them: into a workspace that is new. */
  adopt<E>(
    dossiers: AsyncIterable<Result<readonly RecordState[], E>>,
    options: WorkOptions,
  ): Promise<Result<Bulk, EditError | Cancelled | E>> {
    return this.#restaging.adopt(dossiers, options);
  }

  // ---- Keeping ------------------------------------------------------------------------------------------------------

  /** Folds the journal into the leaves. */
  roll(): Promise<Result<void, StorageError | Locked>> {
    return this.#rolls.roll();
  }

  /** Seals everything anew, under other keys. This vault is of no use afterwards; open another with the new keys. */
  reseal(
    rows: SealedRows,
    meta: readonly MetaRow[],
  ): Promise<Result<void, StorageError | Locked | Damaged>> {
    return this.#rolls.reseal(rows, meta);
  }

  /** Deletes what a crash or a cancelled import left staged. */
  sweep(): Promise<void> {
    return this.#rolls.sweep();
  }

  /** Called when another tab has written. */
  catchUp(): Promise<void> {
    return this.#book.inTurn(() => this.#book.refresh());
  }

  // ---- Committing ---------------------------------------------------------------------------------------------------

  #write(
    edits: readonly NamedEdit[],
    mustBeThere: ReadonlySet<RecordId>,
  ): Promise<Result<Committed, EditError>> {
    return this.#commit(async () => {
      const changes: Change[] = [];
      for (const edit of edits) {
        const state = await this.#book.stateOf(edit.record, dossierOf(edit));
        if (!state.ok) return state;
        if (state.value === undefined && mustBeThere.has(edit.record)) {
          return err({ type: 'NotFound' });
        }
        const change = this.#authoring.change(edit, state.value);
        if (!change.ok) return change;
        changes.push(change.value);
      }
      return ok(changes);
    });
  }

  /** See: [Note: One commit]. `author` is asked again, with fresh stamps, whenever another tab was quicker. */
  #commit(
    author: () => Promise<Result<readonly Change[], EditError>>,
  ): Promise<Result<Committed, EditError>> {
    const book = this.#book;
    const { store, rows, lockNumber, tabs } = this.#parts;
    return book.inTurn(async () => {
      for (;;) {
        if (book.isClosed) return err({ type: 'Locked' });
        const authored = await author();
        if (!authored.ok) return authored;
        const changes = this.#witnessed(authored.value);
        const [first] = changes;
        const last = changes.at(-1);
        if (first === undefined || last === undefined) return err({ type: 'NotFound' });
        const next = await this.#applied(changes);
        if (!next.ok) return next;
        const entry = { changes, summaries: summariesOf(next.value) };
        const sealed = await rows.sealEntry(book.end.n + 1, book.end.hash, entry);
        const written = await store.commit({ entry: sealed.row, tail: sealed.tail, lockNumber });
        if (!written.ok) return written;
        if (written.value?.type === 'NumberTaken') {
          await book.refresh();
          continue;
        }
        if (written.value !== null) return err(book.refusal(written.value));
        for (const [id, dossier] of next.value) book.keep(id, dossier);
        book.committed(sealed, entry);
        if (next.value.has(WORKSPACE_DOSSIER)) await book.readWorkspace();
        const customers = [...next.value.keys()];
        tabs.tell({ type: 'written' });
        book.tell({ type: 'changed', customers });
        this.#rolls.schedule();
        return ok({
          undo: { from: first.stamp, to: last.stamp, customers },
          records: changes.map((change) => change.record),
        });
      }
    });
  }

  #witnessed(changes: readonly Change[]): readonly Change[] {
    return [...changes, ...this.#parts.witness(changes, () => this.#book.stamps.next())];
  }

  /** The dossiers that the changes touch, as they will be. The ones at hand stay untouched until the commit is durable. */
  async #applied(changes: readonly Change[]): Promise<Result<Map<RecordId, Dossier>, Damaged>> {
    const next = new Map<RecordId, Dossier>();
    for (const change of changes) {
      const id = dossierOf(change);
      let dossier = next.get(id);
      if (dossier === undefined) {
        const current = await this.#book.dossier(id);
        if (!current.ok) return current;
        dossier = new Map(current.value);
        next.set(id, dossier);
      }
      applyTo(dossier, change, this.#book.erasures, { keep: true });
    }
    return ok(next);
  }
}

function summariesOf(dossiers: ReadonlyMap<RecordId, Dossier>): readonly Summary[] {
  return [...dossiers]
    .filter(([id]) => id !== WORKSPACE_DOSSIER)
    .map(([id, dossier]) => summarise(dossier, id));
}
