/**
 * Reads and writes of one workspace's sealed rows, each named for what it is for. Every write is one transaction: it happens whole or not
 * at all. Nothing here knows a key; callers seal before they call, since awaiting WebCrypto inside a transaction would end it.
 */

import { Dexie } from 'dexie';
import type { WorkspaceId } from '#base/ids.ts';
import { ok, type Result } from '#base/result.ts';
import { attempt, isConstraintError, type StorageError } from './failure.ts';
import {
  WorkspaceDatabase,
  type DraftRow,
  type JournalRow,
  type LeafRow,
  type MarkRow,
  type MetaKey,
  type MetaRow,
  type ObjectRow,
} from './workspace-database.ts';

export type LeafTable = 'summaries' | 'bodies';

/** Why a commit was not made, where it was not the storage's fault: the caller reads on and tries again. */
export type CommitRefusal =
  /** Another tab wrote this journal number first. */
  | { readonly type: 'NumberTaken' }
  /** Another tab rolled: the checkpoint is no longer the one that the caller knew. */
  | { readonly type: 'CheckpointMoved' }
  /** The workspace was locked since the caller unlocked it. */
  | { readonly type: 'LockedMeanwhile' }
  /** Another tab syncs now: the fencing number is no longer the one that the caller took. */
  | { readonly type: 'LeadLost' };

export interface NewWorkspaceRows {
  readonly meta: readonly MetaRow[];
  readonly marks: readonly MarkRow[];
}

export interface CommitRows {
  readonly entry: JournalRow;
  readonly tail: MarkRow;
  readonly lockNumber: number;
  /** Of a commit of sync's: its fencing number. */
  readonly lead?: number;
}

/** A checkpoint that takes effect, with what it makes superfluous. */
export interface CheckpointRows {
  readonly checkpoint: MarkRow;
  /** The version of the checkpoint that this one was made from. It is the fencing number of rolls and imports. */
  readonly replaces: number;
  readonly dropLeaves: readonly (readonly [leaf: number, version: number])[];
  /** Journal entries below this number are dropped, but for those that no segment has. */
  readonly journalStart: number;
  /** No entry below this number holds anything that still has to go into a segment, as far as the caller has read. Absent: there is no store. */
  readonly ownFrom?: number;
  readonly lockNumber: number;
}

/** Everything under new keys: the sealed rows that are not leaves, and the checkpoint that makes the new leaves current. */
export interface ResealedRows extends CheckpointRows {
  readonly meta: readonly MetaRow[];
  readonly tail: MarkRow;
  readonly drafts: readonly DraftRow[];
  /** Entries that no segment has, from the first of them on. */
  readonly unsent: readonly JournalRow[];
  /** `undefined`: there was none. Refused where it is not of the version after the one that is there. */
  readonly sync: MarkRow | undefined;
}

/** One step of sync. What it leaves out stays as it is. */
export interface SyncStepRows {
  readonly lead: number;
  readonly lockNumber: number;
  /** Of the version after the one that the caller has read. */
  readonly sync: MarkRow;
  readonly put: readonly ObjectRow[];
  readonly remove: readonly string[];
  /** Names of outgoing objects that the store has now. */
  readonly sent: readonly string[];
  /** No entry below this number has to go into a segment any more. It only rises. */
  readonly unsentFrom: number | undefined;
  readonly meta: readonly MetaRow[];
}

export class WorkspaceStore {
  readonly #database: WorkspaceDatabase;
  #onClosed: (() => void) | undefined;

  private constructor(database: WorkspaceDatabase) {
    this.#database = database;
    // Another tab wants to delete the database, or a newer Holdfast to upgrade it: step aside.
    database.on('versionchange', () => {
      this.close();
      this.#onClosed?.();
      return false;
    });
  }

  static async open(workspace: WorkspaceId): Promise<Result<WorkspaceStore, StorageError>> {
    const database = new WorkspaceDatabase(workspace);
    const opened = await attempt(() => database.open());
    return opened.ok ? ok(new WorkspaceStore(database)) : opened;
  }

  /** Whether the browser still has this workspace's database. */
  static exists(workspace: WorkspaceId): Promise<boolean> {
    return Dexie.exists(new WorkspaceDatabase(workspace).name);
  }

  static async delete(workspace: WorkspaceId): Promise<Result<void, StorageError>> {
    return attempt(() => new WorkspaceDatabase(workspace).delete());
  }

  close(): void {
    this.#database.close();
  }

  onClosed(listener: () => void): void {
    this.#onClosed = listener;
  }

  // ---- Meta ---------------------------------------------------------------------------------------------------------

  async readMeta(key: MetaKey): Promise<unknown> {
    return (await this.#database.meta.get(key))?.value;
  }

  writeMeta(rows: readonly MetaRow[]): Promise<Result<void, StorageError>> {
    return attempt(async () => {
      await this.#database.meta.bulkPut(rows);
    });
  }

  raiseLockNumber(): Promise<Result<void, StorageError>> {
    const { meta } = this.#database;
    return attempt(() =>
      this.#database.transaction('rw', meta, async () => {
        const row = await meta.get('lockNumber');
        await meta.put({ key: 'lockNumber', value: lockNumberOf(row) + 1 });
      }),
    );
  }

  async lockNumber(): Promise<number> {
    return lockNumberOf(await this.#database.meta.get('lockNumber'));
  }

  /** The first rows of a workspace. Fails as a bug where there are some already. */
  createWorkspace(rows: NewWorkspaceRows): Promise<Result<void, StorageError>> {
    const { meta, marks } = this.#database;
    return attempt(() =>
      this.#database.transaction('rw', [meta, marks], async () => {
        await meta.bulkAdd(rows.meta);
        await marks.bulkAdd(rows.marks);
      }),
    );
  }

  // ---- Journal ------------------------------------------------------------------------------------------------------

  /** Adds one entry to the journal. Durable when it returns. */
  commit(rows: CommitRows): Promise<Result<CommitRefusal | null, StorageError>> {
    const { meta, journal, marks } = this.#database;
    return this.#refusable(() =>
      this.#database.transaction('rw', [meta, journal, marks], async () => {
        // Asked for at once: each answer is a way to another process and back, and a refusal undoes all three.
        await Promise.all([
          this.#demandLockNumber(rows.lockNumber),
          this.#demandLead(rows.lead),
          journal.add(rows.entry),
          marks.put(rows.tail),
        ]);
      }),
    );
  }

  /** An import's one small commit: a journal entry, and the checkpoint that adopts the leaves staged beside. */
  adopt(
    commit: CommitRows,
    checkpoint: CheckpointRows,
  ): Promise<Result<CommitRefusal | null, StorageError>> {
    const { meta, journal, marks, summaries, bodies } = this.#database;
    return this.#refusable(() =>
      this.#database.transaction('rw', [meta, journal, marks, summaries, bodies], async () => {
        await this.#demandLockNumber(commit.lockNumber);
        await this.#demandLead(commit.lead);
        await journal.add(commit.entry);
        await marks.put(commit.tail);
        await this.#takeEffect(checkpoint);
      }),
    );
  }

  /** A roll's end: the leaves staged beside become current, the journal that they hold is trimmed. */
  roll(checkpoint: CheckpointRows): Promise<Result<CommitRefusal | null, StorageError>> {
    const { meta, journal, marks, summaries, bodies } = this.#database;
    return this.#refusable(() =>
      this.#database.transaction('rw', [meta, journal, marks, summaries, bodies], async () => {
        await this.#demandLockNumber(checkpoint.lockNumber);
        await this.#takeEffect(checkpoint);
      }),
    );
  }

  /** Everything sealed under new keys takes effect at once; every other tab's session ends with it. */
  reseal(rows: ResealedRows): Promise<Result<CommitRefusal | null, StorageError>> {
    const { meta, journal, marks, summaries, bodies, drafts } = this.#database;
    return this.#refusable(() =>
      this.#database.transaction(
        'rw',
        [meta, journal, marks, summaries, bodies, drafts],
        async () => {
          await this.#demandLockNumber(rows.lockNumber);
          const tail = await marks.get('tail');
          if (tail !== undefined && tail.version !== rows.tail.version) {
            throw new Refused({ type: 'NumberTaken' });
          }
          await this.#takeEffect(rows);
          await journal.clear();
          await journal.bulkAdd(rows.unsent);
          await this.#putSync(rows.sync);
          await meta.bulkPut(rows.meta);
          await meta.put({ key: 'lockNumber', value: rows.lockNumber + 1 });
          await marks.put(rows.tail);
          await drafts.clear();
          await drafts.bulkPut(rows.drafts);
        },
      ),
    );
  }

  /** The entries from a number on, with both marks, as of one moment. */
  async readJournal(from: number): Promise<{
    readonly rows: readonly JournalRow[];
    readonly tail: MarkRow | undefined;
    /** The version of the checkpoint that was current then. */
    readonly checkpoint: number | undefined;
    /** The first entry that no segment has; `undefined`: there is no store. */
    readonly unsentFrom: number | undefined;
  }> {
    const { meta, journal, marks } = this.#database;
    return this.#database.transaction('r', [meta, journal, marks], async () => ({
      rows: await journal.where('n').aboveOrEqual(from).toArray(),
      tail: await marks.get('tail'),
      checkpoint: (await marks.get('checkpoint'))?.version,
      unsentFrom: numberIn(await meta.get('unsentFrom')),
    }));
  }

  /** Some entries from a number on. */
  readEntries(from: number, limit: number): Promise<readonly JournalRow[]> {
    return this.#database.journal.where('n').aboveOrEqual(from).limit(limit).toArray();
  }

  readMark(name: MarkRow['name']): Promise<MarkRow | undefined> {
    return this.#database.marks.get(name);
  }

  // ---- Leaves -------------------------------------------------------------------------------------------------------

  async readLeaf(table: LeafTable, leaf: number, version: number): Promise<LeafRow | undefined> {
    return this.#database[table].get([leaf, version]);
  }

  /** In runs of `keys`; a missing row is `undefined` at its place. */
  readLeaves(
    table: LeafTable,
    keys: readonly (readonly [leaf: number, version: number])[],
  ): Promise<(LeafRow | undefined)[]> {
    return this.#database[table].bulkGet(keys.map(([leaf, version]) => [leaf, version]));
  }

  async leafKeys(table: LeafTable): Promise<readonly (readonly [leaf: number, version: number])[]> {
    return this.#database[table].toCollection().primaryKeys();
  }

  /** Writes leaves that no checkpoint names yet: invisible until one does. */
  stageLeaves(
    summaries: readonly LeafRow[],
    bodies: readonly LeafRow[],
  ): Promise<Result<void, StorageError>> {
    const database = this.#database;
    return attempt(() =>
      database.transaction('rw', [database.summaries, database.bodies], async () => {
        await database.summaries.bulkPut(summaries);
        await database.bodies.bulkPut(bodies);
      }),
    );
  }

  dropLeaves(
    keys: readonly (readonly [leaf: number, version: number])[],
  ): Promise<Result<void, StorageError>> {
    const database = this.#database;
    return attempt(() =>
      database.transaction('rw', [database.summaries, database.bodies], () =>
        this.#deleteLeaves(keys),
      ),
    );
  }

  // ---- Drafts -------------------------------------------------------------------------------------------------------

  writeDraft(row: DraftRow): Promise<Result<void, StorageError>> {
    return attempt(async () => {
      await this.#database.drafts.put(row);
    });
  }

  readDrafts(): Promise<DraftRow[]> {
    return this.#database.drafts.toArray();
  }

  draftForms(): Promise<string[]> {
    return this.#database.drafts.toCollection().primaryKeys();
  }

  readDraft(form: string): Promise<DraftRow | undefined> {
    return this.#database.drafts.get(form);
  }

  async dropDraft(form: string): Promise<void> {
    await this.#database.drafts.delete(form);
  }

  // ---- Sync ---------------------------------------------------------------------------------------------------------

  /** Raises the fencing number: whoever held it before commits nothing of sync any more. */
  takeLead(): Promise<Result<number, StorageError>> {
    const { meta } = this.#database;
    return attempt(() =>
      this.#database.transaction('rw', meta, async () => {
        const lead = (numberIn(await meta.get('lead')) ?? 0) + 1;
        await meta.put({ key: 'lead', value: lead });
        return lead;
      }),
    );
  }

  /** `NumberTaken`: the mark has been written since the caller read it. */
  step(rows: SyncStepRows): Promise<Result<CommitRefusal | null, StorageError>> {
    const { meta, marks, objects } = this.#database;
    return this.#refusable(() =>
      this.#database.transaction('rw', [meta, marks, objects], async () => {
        await this.#demandLockNumber(rows.lockNumber);
        await this.#demandLead(rows.lead);
        await this.#putSync(rows.sync);
        await objects.bulkPut(rows.put);
        for (const name of rows.sent) await objects.update(name, { outgoing: 0 });
        await objects.bulkDelete([...rows.remove]);
        await meta.bulkPut(rows.meta);
        await this.#raiseUnsentFrom(rows.unsentFrom);
      }),
    );
  }

  /** There is no store any more: the journal need not wait for segments. */
  leaveStore(rows: readonly MetaRow[]): Promise<Result<void, StorageError>> {
    const { meta } = this.#database;
    return attempt(() =>
      this.#database.transaction('rw', meta, async () => {
        await meta.delete('unsentFrom');
        await meta.bulkPut(rows);
      }),
    );
  }

  readObject(name: string): Promise<ObjectRow | undefined> {
    return this.#database.objects.get(name);
  }

  /** Ascending by name. */
  outgoingObjects(): Promise<readonly ObjectRow[]> {
    return this.#database.objects.where('outgoing').equals(1).sortBy('name');
  }

  /** Ascending. */
  objectNames(prefix: string): Promise<readonly string[]> {
    return this.#database.objects.where('name').startsWith(prefix).primaryKeys();
  }

  // ---- Steps --------------------------------------------------------------------------------------------------------

  async #refusable(work: () => Promise<void>): Promise<Result<CommitRefusal | null, StorageError>> {
    return attempt(async () => {
      try {
        await work();
        return null;
      } catch (error) {
        if (error instanceof Refused) return error.refusal;
        if (isConstraintError(error)) return { type: 'NumberTaken' };
        throw error;
      }
    });
  }

  async #demandLockNumber(expected: number): Promise<void> {
    const row = await this.#database.meta.get('lockNumber');
    if (lockNumberOf(row) !== expected) throw new Refused({ type: 'LockedMeanwhile' });
  }

  async #demandLead(expected: number | undefined): Promise<void> {
    if (expected === undefined) return;
    const row = await this.#database.meta.get('lead');
    if (numberIn(row) !== expected) throw new Refused({ type: 'LeadLost' });
  }

  async #putSync(sync: MarkRow | undefined): Promise<void> {
    const { marks } = this.#database;
    const version = (await marks.get('sync'))?.version ?? 0;
    if (version + 1 !== (sync?.version ?? 1)) throw new Refused({ type: 'NumberTaken' });
    if (sync !== undefined) await marks.put(sync);
  }

  /** Tells what it is afterwards; nothing where there is no store and none begins. */
  async #raiseUnsentFrom(
    to: number | undefined,
    { begin }: { readonly begin: boolean } = { begin: true },
  ): Promise<number | undefined> {
    const { meta } = this.#database;
    const current = numberIn(await meta.get('unsentFrom'));
    if (to === undefined || to <= (current ?? 0) || (current === undefined && !begin)) {
      return current;
    }
    await meta.put({ key: 'unsentFrom', value: to });
    return to;
  }

  /** Reads what segments have in this very transaction: a tab that knows less of it must not trim more. */
  async #takeEffect(rows: CheckpointRows): Promise<void> {
    const { marks, journal } = this.#database;
    const current = await marks.get('checkpoint');
    if (current !== undefined && current.version !== rows.replaces) {
      throw new Refused({ type: 'CheckpointMoved' });
    }
    await marks.put(rows.checkpoint);
    await this.#deleteLeaves(rows.dropLeaves);
    const unsentFrom = await this.#raiseUnsentFrom(rows.ownFrom, { begin: false });
    // A store was connected since the caller read the journal: the checkpoint would not say what is unsent.
    if (rows.ownFrom === undefined && unsentFrom !== undefined) {
      throw new Refused({ type: 'CheckpointMoved' });
    }
    const keptFrom = Math.min(rows.journalStart, unsentFrom ?? rows.journalStart);
    await journal.where('n').below(keptFrom).delete();
  }

  async #deleteLeaves(keys: readonly (readonly [number, number])[]): Promise<void> {
    const mutable = keys.map(([leaf, version]): [number, number] => [leaf, version]);
    await this.#database.summaries.bulkDelete(mutable);
    await this.#database.bodies.bulkDelete(mutable);
  }
}

/** Aborts a transaction from inside and says why. Never leaves this file. */
class Refused extends Error {
  readonly refusal: CommitRefusal;

  constructor(refusal: CommitRefusal) {
    super(refusal.type);
    this.refusal = refusal;
  }
}

function lockNumberOf(row: MetaRow | undefined): number {
  return numberIn(row) ?? 0;
}

function numberIn(row: MetaRow | undefined): number | undefined {
  return typeof row?.value === 'number' ? row.value : undefined;
}
