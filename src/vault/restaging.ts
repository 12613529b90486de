/**
 * Restaging: what touches so many customers that it is written into leaves rather than into the journal: imports, the undoing of
 * imports, restored states, and (receiving.ts) what others wrote. The leaves are sealed beside the current ones; one small commit makes
 * them current. Cancelled, they are dropped.
 */

import type { RecordId } from '#base/ids.ts';
import { err, ok, type Result } from '#base/result.ts';
import { createErasures, purge, type ErasureIndex } from '#domain/apply.ts';
import { customField } from '#domain/catalogue.ts';
import type { Change, Erasure } from '#domain/change.ts';
import type { Dossier, RecordState } from '#domain/record-state.ts';
import { newRecordId } from '#domain/roles.ts';
import { StampClock, type Stamp } from '#domain/stamp.ts';
import { summarise, type Summary } from '#domain/summary.ts';
import type { StorageError } from '#storage/failure.ts';
import { withElementsOf, type Authoring } from './authoring.ts';
import type { Book, VaultParts } from './book.ts';
import type { Fence } from './commits.ts';
import type { Damaged } from './damage.ts';
import type { WitnessedStep } from './environment.ts';
import { applyTo, dossierOf, parseDossier, WORKSPACE_DOSSIER } from './dossiers.ts';
import type {
  Bulk,
  BulkEdit,
  BulkOptions,
  Cancelled,
  EditError,
  NamedEdit,
  UndoToken,
  WorkOptions,
} from './edits.ts';
import { entryOf, idAt, newEntryOf, workspaceEntry } from './leaf.ts';
import type { Checkpoint, JournalEntry } from './sealed-rows.ts';
import type { Staging } from './staging.ts';
import type { Witnessing } from './witnessing.ts';

/** What one piece of work has staged so far. */
export class Work {
  readonly staging: Staging;
  /** Changes that go into the journal with the commit. */
  readonly changes: Change[] = [];
  /** Customers of leaves that are written anew. */
  readonly rewritten = new Set<RecordId>();
  /** What the entry says beside its changes. */
  says: Pick<JournalEntry, 'run' | 'received' | 'conflicts'> = {};
  /** What the log is to tell of it; null: nothing. */
  told: WitnessedStep | null = null;
  /** Erasures that take effect with the commit, and all that will be in force then. */
  readonly erasing: Erasure[] = [];
  #erasures: ErasureIndex;
  readonly #book: Book;
  /** Customers whose leaf is not the one that the roster says: it was split, or is new. */
  readonly #moved = new Map<RecordId, number>();
  #indexed: number;

  constructor(book: Book) {
    this.#book = book;
    this.staging = book.shelf.stage();
    this.#indexed = this.staging.nextLeaf;
    this.#erasures = book.erasures;
  }

  get erasures(): ErasureIndex {
    return this.#erasures;
  }

  erase(erasures: readonly Erasure[]): void {
    if (erasures.length === 0) return;
    this.erasing.push(...erasures);
    const before = [...this.#book.workspace.values()].flatMap((state) => state.erases ?? []);
    this.#erasures = createErasures([...before, ...this.erasing]);
  }

  /** Of all that is erased, nothing stays in the dossier. Tells whether anything was there that the work erases. */
  purge(dossier: Dossier): boolean {
    this.#book.purge(dossier);
    return this.erasing.reduce((found, erasure) => purge(dossier, erasure) || found, false);
  }

  /** The leaf that holds a customer once the work takes effect. What was added last is found after `staging.finish`. */
  leafOf(id: RecordId): number | undefined {
    const { summaries, nextLeaf } = this.staging;
    for (; this.#indexed < nextLeaf; this.#indexed++) {
      const leaf = summaries.get(this.#indexed);
      if (leaf === undefined) break;
      for (let row = 0; row < leaf.count; row++) this.#moved.set(idAt(leaf, row), this.#indexed);
    }
    return this.#moved.get(id) ?? this.#book.roster.place(id)?.leaf;
  }
}

/** Work whose changes this device makes. */
interface Authored {
  readonly work: Work;
  /** See: [Note: A run of stamps]. */
  readonly stamps: StampClock;
  /** Knows the fields that the work has made. */
  authoring: Authoring;
}

/** A millisecond holds 65,536 stamps: 4 million for one import. */
const RUN_MS = 64;
/** Customers of an update import gathered before their leaves are written. */
export const UPDATES_KEPT = 20_000;

export class Restaging {
  readonly #parts: VaultParts;
  readonly #book: Book;
  readonly #authoring: Authoring;
  readonly #witnessing: Witnessing;

  constructor(parts: VaultParts, book: Book, authoring: Authoring, witnessing: Witnessing) {
    this.#parts = parts;
    this.#book = book;
    this.#authoring = authoring;
    this.#witnessing = witnessing;
  }

  import(
    edits: AsyncIterable<readonly BulkEdit[]>,
    options: BulkOptions,
  ): Promise<Result<Bulk, EditError | Cancelled>> {
    return this.restage<Bulk, Cancelled>(options, async (work) => {
      const authoring = this.#authoring.lenient();
      const step: Authored = { work, stamps: this.#reserveRun(), authoring };
      const from = step.stamps.next();
      let created = 0;
      let updated = 0;
      let replaced = 0;
      let gathered = new Map<RecordId, NamedEdit[]>();
      for await (const batch of edits) {
        if (options.signal.aborted) return err({ type: 'Cancelled' });
        for (const edit of batch) {
          const record = edit.record ?? newRecordId(edit.kind);
          const named: NamedEdit = isNamed(edit) ? edit : { ...edit, record };
          const owner = dossierOf(named);
          if (owner === WORKSPACE_DOSSIER) {
            const change = step.authoring.change(
              named,
              this.#book.workspace.get(record),
              step.stamps,
            );
            if (!change.ok) return change;
            work.changes.push(change.value);
            const field = edit.kind === 'field' ? customField(edit.values) : null;
            replaced += tellRefused(step.authoring, edit, options);
            if (field !== null) step.authoring = step.authoring.knowing(field);
          } else if (edit.record === undefined && edit.customer === undefined) {
            const encoded = step.authoring.newRecord(named, step.stamps);
            if (!encoded.ok) return encoded;
            replaced += tellRefused(step.authoring, edit, options);
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
          const rewritten = await this.#rewriteGathered(step, gathered, options);
          if (!rewritten.ok) return rewritten;
          replaced += rewritten.value;
          gathered = new Map();
        }
        options.onProgress?.(created + updated);
      }
      const rewritten = await this.#rewriteGathered(step, gathered, options);
      if (!rewritten.ok) return rewritten;
      replaced += rewritten.value;
      const undo = ownRun(step, from, created + updated);
      work.told = bulkStep('import', created + updated);
      return ok({ created, updated, undo, replaced });
    });
  }

  /** Takes over whole states, as a restore brings them: into a workspace that is new. */
  adopt<E>(
    dossiers: AsyncIterable<Result<readonly RecordState[], E>>,
    options: WorkOptions,
  ): Promise<Result<{ readonly created: number }, EditError | Cancelled | E>> {
    return this.restage<{ created: number }, Cancelled | E>(options, async (work) => {
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
      work.told = bulkStep('restore', created);
      return ok({ created });
    });
  }

  /** Takes back a step that may have touched any customer. */
  undo(token: UndoToken, options: WorkOptions): Promise<Result<UndoToken, EditError | Cancelled>> {
    return this.restage<UndoToken, Cancelled>(options, async (work) => {
      const book = this.#book;
      const step: Authored = { work, stamps: this.#reserveRun(), authoring: this.#authoring };
      const from = step.stamps.next();
      let undone = 0;
      const refused: Change[] = [];
      const inverses = (dossier: Dossier): Change[] => {
        const changes = this.#authoring.inverses(dossier, token, step.stamps);
        if (!this.#authoring.mayAuthor(changes)) refused.push(...changes);
        return changes;
      };
      for (const { leaf } of book.shelf.checkpoint.leaves) {
        if (options.signal.aborted) return err({ type: 'Cancelled' });
        const rewritten = await this.rewriteLeaf(work, leaf, (id, dossier) => {
          const changes = inverses(dossier);
          if (id === WORKSPACE_DOSSIER) {
            work.changes.push(...changes);
            return false;
          }
          undone += changes.length;
          for (const change of changes) applyTo(dossier, change, work.erasures, { keep: false });
          return changes.length > 0;
        });
        if (!rewritten.ok) return rewritten;
        options.onProgress?.(undone);
      }
      for (const id of book.pending.keys()) {
        if (book.roster.place(id) !== undefined) continue;
        work.changes.push(...inverses(book.withPending(id, new Map())));
      }
      if (refused.length > 0) return err({ type: 'NotPermitted' });
      work.told = bulkStep('undo', undone);
      return ok(ownRun(step, from, undone));
    });
  }

  // ---- Staging and taking effect ------------------------------------------------------------------------------------

  /** Stages as `stage` says, then lets it take effect. Where that fails or is cancelled, nothing is left of it. */
  restage<T, E = never>(
    { signal }: WorkOptions,
    stage: (work: Work) => Promise<Result<T, EditError | E>>,
    fence?: Fence<E>,
  ): Promise<Result<T, EditError | Cancelled | E>> {
    const book = this.#book;
    return this.#parts.exclusive('roll', async () => {
      if (book.isClosed) return err({ type: 'Locked' });
      await book.inTurn(() => book.refresh());
      const { checkpoint } = book.shelf;
      const work = new Work(book);
      let taken: Result<T, EditError | Cancelled | E> = err({ type: 'Cancelled' });
      try {
        const staged = await stage(work);
        const finished = staged.ok ? await work.staging.finish() : staged;
        if (!staged.ok) taken = staged;
        else if (!finished.ok) taken = finished;
        else if (!signal.aborted) {
          const adopted = await this.#takeEffect(work, checkpoint, fence);
          taken = adopted.ok ? staged : adopted;
        }
      } finally {
        if (!taken.ok) await work.staging.drop();
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
  #takeEffect<E>(
    work: Work,
    replaced: Checkpoint,
    fence: Fence<E> | undefined,
  ): Promise<Result<void, EditError | E>> {
    const book = this.#book;
    const { store, rows, lockNumber, tabs } = this.#parts;
    return book.inTurn(async () => {
      for (;;) {
        if (book.isClosed) return err({ type: 'Locked' });
        const { journalStart, journalHash } = replaced;
        const { latest: newest } = book.stamps;
        const next = book.shelf.checkpointWith(work.staging, {
          journalStart,
          journalHash,
          newest,
          ...book.carriedBefore(journalStart),
        });
        const { ownFrom } = book;
        const summaries = await this.#summariesOver(work);
        if (!summaries.ok) return summaries;
        const { told: step } = work;
        const told = step === null ? [] : await this.#witnessing.tell(step);
        const entry: JournalEntry = {
          changes: [...work.changes, ...told],
          summaries: summaries.value,
          adopts: next.version,
          ...work.says,
        };
        const sealed = await rows.sealEntry(book.end.n + 1, book.end.hash, entry);
        const written = await store.adopt(
          {
            entry: sealed.row,
            tail: sealed.tail,
            lockNumber,
            ...(fence !== undefined && { lead: fence.lead }),
          },
          {
            checkpoint: await rows.sealCheckpoint(next),
            replaces: replaced.version,
            dropLeaves: book.shelf.replacedBy(work.staging),
            journalStart,
            ...(ownFrom !== undefined && { ownFrom }),
            lockNumber,
          },
        );
        if (!written.ok) return written;
        if (written.value?.type === 'NumberTaken') {
          await book.refresh();
          continue;
        }
        if (written.value?.type === 'LeadLost' && fence !== undefined) return err(fence.lost);
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
  async #summariesOver(work: Work): Promise<Result<readonly Summary[], StorageError>> {
    const book = this.#book;
    const changes = new Map<RecordId, Change[]>();
    for (const change of work.changes) {
      const id = dossierOf(change);
      const others = changes.get(id);
      if (others === undefined) changes.set(id, [change]);
      else others.push(change);
    }
    const touched = new Set(changes.keys());
    for (const id of book.pending.keys()) {
      if (work.rewritten.has(id) || work.erasing.length > 0) touched.add(id);
    }
    touched.delete(WORKSPACE_DOSSIER);
    const summaries: Summary[] = [];
    for (const id of touched) {
      const leaf = work.leafOf(id);
      let base: Dossier = new Map();
      if (leaf !== undefined) {
        const entries = await book.entriesOfLeaf(leaf, work.staging);
        if (!entries.ok) {
          // What can't be read has no summary. What lies over it stays in the journal.
          if (entries.error.type === 'Damaged') continue;
          return err(entries.error);
        }
        const entry = entries.value.find((each) => each.id === id);
        base = (entry === undefined ? undefined : parseDossier(entry.body)?.dossier) ?? base;
      }
      const dossier = book.withPending(id, base);
      for (const change of changes.get(id) ?? []) {
        applyTo(dossier, change, work.erasures, { keep: true });
      }
      work.purge(dossier);
      summaries.push(summarise(dossier, id));
    }
    return ok(summaries);
  }

  // ---- Writing leaves anew ------------------------------------------------------------------------------------------

  async #rewriteGathered(
    { work, authoring, stamps }: Authored,
    gathered: ReadonlyMap<RecordId, readonly NamedEdit[]>,
    options: BulkOptions,
  ): Promise<Result<number, EditError>> {
    const book = this.#book;
    let replaced = 0;
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
        const change = authoring.change(whole, state, stamps);
        replaced += tellRefused(authoring, edit, options);
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
      const rewritten = await this.rewriteLeaf(work, leaf, (id, dossier) => {
        const changes = authored(id, dossier);
        for (const change of changes) applyTo(dossier, change, work.erasures, { keep: false });
        return changes.length > 0;
      });
      if (!rewritten.ok) return rewritten;
    }
    // Customers made since the last roll are in no leaf yet: their changes go with the commit's own.
    for (const id of gathered.keys()) {
      if (book.roster.place(id) !== undefined) continue;
      const dossier = await book.dossier(id);
      if (!dossier.ok) return dossier;
      work.changes.push(...authored(id, dossier.value));
    }
    return refused !== undefined && !refused.ok ? refused : ok(replaced);
  }

  /**
   * Writes one leaf anew beside itself where `revise` alters any of its dossiers and says so; what is empty then goes. A dossier comes with
   * what lies over it. Split, a leaf stays within its bounds, and customers move: `Work.leafOf`.
   */
  async rewriteLeaf(
    work: Work,
    leaf: number,
    revise: (id: RecordId, dossier: Dossier) => boolean,
    { split }: { readonly split: boolean } = { split: false },
  ): Promise<Result<void, Damaged | StorageError>> {
    const book = this.#book;
    const entries = await book.entriesOfLeaf(leaf, work.staging);
    if (!entries.ok) return entries;
    const written = entries.value.flatMap((entry) => {
      const parsed = parseDossier(entry.body);
      if (parsed === null) return [entry];
      const dossier = book.withPending(entry.id, parsed.dossier);
      if (!revise(entry.id, dossier)) return [entry];
      work.rewritten.add(entry.id);
      return dossier.size === 0 ? [] : [entryOf(entry.id, dossier)];
    });
    const isChanged =
      written.length !== entries.value.length ||
      written.some((entry, row) => entry !== entries.value[row]);
    return isChanged ? work.staging.rewrite(leaf, written, { split }) : ok();
  }
}

function isNamed(edit: BulkEdit): edit is BulkEdit & NamedEdit {
  return edit.record !== undefined;
}

/** What the guard did to an edit. Says in how many fields it has replaced something. */
function tellRefused(authoring: Authoring, edit: BulkEdit, { onRefused }: BulkOptions): number {
  const refused = authoring.takeRefused();
  if (refused.length > 0) onRefused?.(edit, refused);
  return authoring.takeReplaced();
}

function bulkStep(way: WitnessedStep['way'], count: number): WitnessedStep {
  return { way, changes: [], created: new Set(), count, occasions: [] };
}

/** The run of a step of this device, as the entry says it and as undo wants it. */
function ownRun({ work, stamps }: Authored, from: Stamp, records: number): UndoToken {
  const run = { from, to: stamps.latest };
  work.says = { run: { ...run, records } };
  return run;
}

export function newestOf(state: RecordState): Stamp {
  return Object.values(state.newest).reduce(
    (newest, stamp) => (stamp > newest ? stamp : newest),
    state.changed.stamp,
  );
}
