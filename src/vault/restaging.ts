/**
 * Restaging: what touches so many customers that it is written into leaves rather than into the journal: imports, the undoing of
 * imports, restored states. The leaves are sealed beside the current ones; one small commit makes them current. Cancelled, they are dropped.
 */

import { createRecordId, type RecordId } from '#base/ids.ts';
import { err, ok, type Result } from '#base/result.ts';
import { customField } from '#domain/catalogue.ts';
import type { Change } from '#domain/change.ts';
import type { Dossier, RecordState } from '#domain/record-state.ts';
import { StampClock, type Stamp } from '#domain/stamp.ts';
import { summarise, type Summary } from '#domain/summary.ts';
import type { StorageError } from '#storage/failure.ts';
import { withElementsOf, type Authoring } from './authoring.ts';
import type { Book, VaultParts } from './book.ts';
import type { Damaged } from './damage.ts';
import { applyTo, dossierOf, parseDossier, WORKSPACE_DOSSIER } from './dossiers.ts';
import type {
  Bulk,
  BulkEdit,
  Cancelled,
  EditError,
  NamedEdit,
  UndoToken,
  WorkOptions,
} from './edits.ts';
import { entryOf, newEntryOf, workspaceEntry } from './leaf.ts';
import type { Checkpoint } from './sealed-rows.ts';
import type { Staging } from './staging.ts';

/** What one piece of work has staged so far. */
interface Work {
  readonly staging: Staging;
  /** See: [Note: A run of stamps]. */
  readonly stamps: StampClock;
  /** Changes that go into the journal with the commit. */
  readonly changes: Change[];
  /** Customers of leaves that are written anew. */
  readonly rewritten: Set<RecordId>;
  /** Knows the fields that the work has made. */
  authoring: Authoring;
}

type Counts = Omit<Bulk, 'undo'>;

/** A millisecond holds 65,536 stamps: 4 million for one import. */
const RUN_MS = 64;
/** Customers of an update import gathered before their leaves are written. */
const UPDATES_KEPT = 20_000;

export class Restaging {
  readonly #parts: VaultParts;
  readonly #book: Book;
  readonly #authoring: Authoring;

  constructor(parts: VaultParts, book: Book, authoring: Authoring) {
    this.#parts = parts;
    this.#book = book;
    this.#authoring = authoring;
  }

  import(
    edits: AsyncIterable<readonly BulkEdit[]>,
    options: WorkOptions,
  ): Promise<Result<Bulk, EditError | Cancelled>> {
    return this.#restage(options, async (work) => {
      let created = 0;
      let updated = 0;
      let gathered = new Map<RecordId, NamedEdit[]>();
      for await (const batch of edits) {
        if (options.signal.aborted) return err({ type: 'Cancelled' });
        for (const edit of batch) {
          const record = edit.record ?? createRecordId();
          const named = { ...edit, record };
          const owner = dossierOf(named);
          if (owner === WORKSPACE_DOSSIER) {
            const change = work.authoring.change(
              named,
              this.#book.workspace.get(record),
              work.stamps,
            );
            if (!change.ok) return change;
            work.changes.push(change.value);
            const field = edit.kind === 'field' ? customField(edit.values) : null;
            if (field !== null) work.authoring = work.authoring.knowing(field);
          } else if (edit.record === undefined && edit.customer === undefined) {
            const encoded = work.authoring.newRecord(named, work.stamps);
            if (!encoded.ok) return encoded;
            const full = work.staging.add(newEntryOf(encoded.value));
            const staged = full === null ? ok() : await full;
            if (!staged.ok) return staged;
            created += 1;
          } else {
            const waiting = gathered.get(owner);
            if (waiting === undefined) gathered.set(owner, [named]);
            else waiting.push(named);
            updated += 1;
          }
        }
        if (gathered.size >= UPDATES_KEPT) {
          const rewritten = await this.#rewriteGathered(work, gathered);
          if (!rewritten.ok) return rewritten;
          gathered = new Map();
        }
        options.onProgress?.(created + updated);
      }
      const rewritten = await this.#rewriteGathered(work, gathered);
      return rewritten.ok ? ok({ created, updated }) : rewritten;
    });
  }

  /** Takes over whole states, as a restore brings them: into a workspace that is new. */
  adopt<E>(
    dossiers: AsyncIterable<Result<readonly RecordState[], E>>,
    options: WorkOptions,
  ): Promise<Result<Bulk, EditError | Cancelled | E>> {
    return this.#restage<E>(options, async (work) => {
      let created = 0;
      for await (const read of dossiers) {
        if (options.signal.aborted) return err({ type: 'Cancelled' });
        if (!read.ok) return read;
        const states = read.value;
        const [first] = states;
        if (first === undefined) continue;
        const id = dossierOf({ ...first, record: first.id });
        const dossier: Dossier = new Map(states.map((state) => [state.id, state]));
        for (const state of states) this.#book.stamps.see(newestOf(state));
        const entry = id === WORKSPACE_DOSSIER ? workspaceEntry(id, dossier) : entryOf(id, dossier);
        const staged = (await work.staging.add(entry)) ?? ok();
        if (!staged.ok) return staged;
        created += states.length;
        options.onProgress?.(created);
      }
      return ok({ created, updated: 0 });
    });
  }

  /** Takes back a step that may have touched any customer. */
  undo(token: UndoToken, options: WorkOptions): Promise<Result<Bulk, EditError | Cancelled>> {
    return this.#restage(options, async (work) => {
      const book = this.#book;
      let undone = 0;
      for (const { leaf } of book.shelf.checkpoint.leaves) {
        if (options.signal.aborted) return err({ type: 'Cancelled' });
        const rewritten = await this.#rewriteLeaf(work, leaf, (id, dossier) => {
          const changes = this.#authoring.inverses(dossier, token, work.stamps);
          if (id === WORKSPACE_DOSSIER) {
            work.changes.push(...changes);
            return [];
          }
          undone += changes.length;
          return changes;
        });
        if (!rewritten.ok) return rewritten;
        options.onProgress?.(undone);
      }
      for (const id of book.pending.keys()) {
        if (book.roster.place(id) !== undefined) continue;
        const dossier = book.withPending(id, new Map());
        work.changes.push(...this.#authoring.inverses(dossier, token, work.stamps));
      }
      return ok({ created: 0, updated: undone });
    });
  }

  // ---- Staging and taking effect ------------------------------------------------------------------------------------

  async #restage<E = never>(
    options: WorkOptions,
    stage: (work: Work) => Promise<Result<Counts, EditError | Cancelled | E>>,
  ): Promise<Result<Bulk, EditError | Cancelled | E>> {
    const book = this.#book;
    return this.#parts.exclusive('roll', async () => {
      if (book.isClosed) return err({ type: 'Locked' });
      await book.inTurn(() => book.refresh());
      const { checkpoint } = book.shelf;
      const staging = book.shelf.stage();
      const stamps = this.#reserveRun();
      const work: Work = {
        staging,
        stamps,
        changes: [],
        rewritten: new Set(),
        authoring: this.#authoring,
      };
      const from: Stamp = stamps.next();
      let taken: Result<Bulk, EditError | Cancelled | E> = err({ type: 'Cancelled' });
      try {
        const counted = await stage(work);
        const finished = counted.ok ? await staging.finish() : counted;
        if (!counted.ok) taken = counted;
        else if (!finished.ok) taken = finished;
        else if (!options.signal.aborted) {
          const adopted = await this.#takeEffect(work, checkpoint);
          const undo = { from, to: stamps.latest };
          taken = adopted.ok ? ok({ ...counted.value, undo }) : adopted;
        }
      } finally {
        if (!taken.ok) await staging.drop();
      }
      return taken;
    });
  }

  /**
   * [Note: A run of stamps] An import stamps its changes from a run of milliseconds that the device's clock has jumped over, so that the
   * run holds nothing else: undoing it by its first and last stamp can't touch what was edited while it ran.
   */
  #reserveRun(): StampClock {
    const { stamps } = this.#book;
    const start = Number.parseInt(stamps.next().slice(0, 12), 16) + 1;
    const run = new StampClock(this.#parts.device, { now: () => start });
    const end = new StampClock(this.#parts.device, { now: () => start + RUN_MS });
    stamps.see(end.next());
    return run;
  }

  /** The one small commit that makes staged leaves current. */
  #takeEffect(work: Work, replaced: Checkpoint): Promise<Result<void, EditError>> {
    const book = this.#book;
    const { store, rows, lockNumber, tabs } = this.#parts;
    return book.inTurn(async () => {
      for (;;) {
        if (book.isClosed) return err({ type: 'Locked' });
        const { journalStart, journalHash } = replaced;
        const { latest: newest } = book.stamps;
        const next = book.shelf.checkpointWith(work.staging, { journalStart, journalHash, newest });
        const summaries = await this.#summariesOver(work);
        if (!summaries.ok) return summaries;
        const entry = { changes: work.changes, summaries: summaries.value, adopts: next.version };
        const sealed = await rows.sealEntry(book.end.n + 1, book.end.hash, entry);
        const written = await store.adopt(
          { entry: sealed.row, tail: sealed.tail, lockNumber },
          {
            checkpoint: await rows.sealCheckpoint(next),
            replaces: replaced.version,
            dropLeaves: book.shelf.replacedBy(work.staging),
            journalStart,
            lockNumber,
          },
        );
        if (!written.ok) return written;
        if (written.value?.type === 'NumberTaken') {
          await book.refresh();
          continue;
        }
        if (written.value !== null) return err(book.refusal(written.value));
        await book.take(next, work.staging);
        book.forgetDossiers();
        book.committed(sealed, entry);
        await book.readWorkspace();
        tabs.tell({ type: 'written' });
        book.tell({ type: 'changed', customers: 'any' });
        return ok();
      }
    });
  }

  /**
   * Whoever was edited while the import ran has changes in the journal that its leaf does not hold, and a summary there that knows
   * nothing of the leaf. The adopting entry carries the summary of both.
   */
  async #summariesOver(work: Work): Promise<Result<readonly Summary[], Damaged | StorageError>> {
    const book = this.#book;
    const touched = new Set(work.changes.map(dossierOf));
    for (const id of book.pending.keys()) {
      if (work.rewritten.has(id)) touched.add(id);
    }
    touched.delete(WORKSPACE_DOSSIER);
    const summaries: Summary[] = [];
    for (const id of touched) {
      const place = book.roster.place(id);
      let base: Dossier = new Map();
      if (place !== undefined) {
        const entries = await book.entriesOfLeaf(place.leaf, work.staging);
        if (!entries.ok) return entries;
        const entry = entries.value.find((each) => each.id === id);
        base = (entry === undefined ? undefined : parseDossier(entry.body)?.dossier) ?? base;
      }
      const dossier = book.withPending(id, base);
      for (const change of work.changes) {
        if (dossierOf(change) === id) applyTo(dossier, change, book.erasures, { keep: true });
      }
      summaries.push(summarise(dossier, id));
    }
    return ok(summaries);
  }

  // ---- Writing leaves anew ------------------------------------------------------------------------------------------

  async #rewriteGathered(
    work: Work,
    gathered: ReadonlyMap<RecordId, readonly NamedEdit[]>,
  ): Promise<Result<void, EditError>> {
    const book = this.#book;
    const leaves = new Set<number>();
    for (const id of gathered.keys()) {
      const place = book.roster.place(id);
      if (place !== undefined) leaves.add(place.leaf);
    }
    let refused: Result<Change, EditError> | undefined;
    const authored = (id: RecordId, dossier: Dossier): Change[] => {
      const changes: Change[] = [];
      const after = new Map(dossier);
      for (const edit of gathered.get(id) ?? []) {
        const state = after.get(edit.record);
        const whole = state === undefined ? edit : withElementsOf(state, edit);
        const change = work.authoring.change(whole, state, work.stamps);
        if (!change.ok) refused = change;
        // A row that says nothing new of a customer leaves no trace, and undoing an earlier import takes the customer along.
        else if (state === undefined || Object.keys(change.value.set ?? {}).length > 0) {
          changes.push(change.value);
          applyTo(after, change.value, book.erasures, { keep: true });
        }
      }
      return changes;
    };
    for (const leaf of leaves) {
      const rewritten = await this.#rewriteLeaf(work, leaf, authored);
      if (!rewritten.ok) return rewritten;
    }
    // Customers made since the last roll are in no leaf yet: their changes go with the commit's own.
    for (const id of gathered.keys()) {
      if (book.roster.place(id) !== undefined) continue;
      const dossier = await book.dossier(id);
      if (!dossier.ok) return dossier;
      work.changes.push(...authored(id, dossier.value));
    }
    return refused !== undefined && !refused.ok ? refused : ok();
  }

  /** Writes one leaf anew beside itself where `author` has changes for any of its customers. */
  async #rewriteLeaf(
    work: Work,
    leaf: number,
    author: (id: RecordId, dossier: Dossier) => readonly Change[],
  ): Promise<Result<void, EditError>> {
    const book = this.#book;
    const entries = await book.entriesOfLeaf(leaf, work.staging);
    if (!entries.ok) return entries;
    const written = entries.value.map((entry) => {
      const parsed = parseDossier(entry.body);
      if (parsed === null) return entry;
      const dossier = book.withPending(entry.id, parsed.dossier);
      const changes = author(entry.id, dossier);
      if (changes.length === 0) return entry;
      work.rewritten.add(entry.id);
      for (const change of changes) applyTo(dossier, change, book.erasures, { keep: false });
      return entryOf(entry.id, dossier);
    });
    const isChanged = written.some((entry, row) => entry !== entries.value[row]);
    return isChanged ? work.staging.rewrite(leaf, written, { split: false }) : ok();
  }
}

function newestOf(state: RecordState): Stamp {
  return Object.values(state.newest).reduce(
    (newest, stamp) => (stamp > newest ? stamp : newest),
    state.changed.stamp,
  );
}
