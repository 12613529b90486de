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
} from './workspace-database.ts';

export type LeafTable = 'summaries' | 'bodies';

/** Why a commit was not made, where it was not the storage's fault: the caller reads on and tries again. */
export type CommitRefusal =
  /** Another tab wrote this journal number first. */
  | { readonly type: 'NumberTaken' }
  /** Another tab rolled: the checkpoint is no longer the one that the caller knew. */
  | { readonly type: 'CheckpointMoved' }
  /** The workspace was locked since the caller unlocked it. */
  | { readonly type: 'LockedMeanwhile' };

export interface NewWorkspaceRows {
  readonly meta: readonly MetaRow[];
  readonly marks: readonly MarkRow[];
}

export interface CommitRows {
  readonly entry: JournalRow;
  readonly tail: MarkRow;
  readonly lockNumber: number;
}

/** A checkpoint that takes effect, with what it makes superfluous. */
export interface CheckpointRows {
  readonly checkpoint: MarkRow;
  /** The version of the checkpoint that this one was made from. It is the fencing number of rolls and imports. */
  readonly replaces: number;
  readonly dropLeaves: readonly (readonly [leaf: number, version: number])[];
  /** Journal entries below this number are dropped. */
  readonly journalStart: number;
  readonly lockNumber: number;
}

/** Everything under new keys: the sealed rows that are not leaves, and the checkpoint that makes the new leaves current. */
export interface ResealedRows extends CheckpointRows {
  readonly meta: readonly MetaRow[];
  readonly tail: MarkRow;
  readonly drafts: readonly DraftRow[];
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
  }> {
    const { journal, marks } = this.#database;
    return this.#database.transaction('r', [journal, marks], async () => ({
      rows: await journal.where('n').aboveOrEqual(from).toArray(),
      tail: await marks.get('tail'),
      checkpoint: (await marks.get('checkpoint'))?.version,
    }));
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

  readDraft(form: string): Promise<DraftRow | undefined> {
    return this.#database.drafts.get(form);
  }

  async dropDraft(form: string): Promise<void> {
    await this.#database.drafts.delete(form);
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

  async #takeEffect(rows: CheckpointRows): Promise<void> {
    const { marks, journal } = this.#database;
    const current = await marks.get('checkpoint');
    if (current !== undefined && current.version !== rows.replaces) {
      throw new Refused({ type: 'CheckpointMoved' });
    }
    await marks.put(rows.checkpoint);
    await this.#deleteLeaves(rows.dropLeaves);
    await journal.where('n').below(rows.journalStart).delete();
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
  return typeof row?.value === 'number' ? row.value : 0;
}
