import 'fake-indexeddb/auto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createWorkspaceId, type WorkspaceId } from '#base/ids.ts';
import type { Result } from '#base/result.ts';
import { WorkspaceDatabase, type JournalRow, type MarkRow } from '#storage/workspace-database.ts';
import {
  WorkspaceStore,
  type CheckpointRows,
  type SyncStepRows,
} from '#storage/workspace-store.ts';

let workspace: WorkspaceId;
let store: WorkspaceStore;

beforeEach(async () => {
  workspace = createWorkspaceId();
  store = must(await WorkspaceStore.open(workspace));
  must(
    await store.createWorkspace({
      meta: [
        { key: 'header', value: { name: 'Kelp' } },
        { key: 'lockNumber', value: 0 },
      ],
      marks: [mark('checkpoint', 1), mark('tail', 0)],
    }),
  );
});

afterEach(async () => {
  store.close();
  await WorkspaceStore.delete(workspace);
});

function must<T>(result: Result<T, unknown>): T {
  if (!result.ok) throw new Error(`Not ok: ${JSON.stringify(result.error)}`);
  return result.value;
}

function bytes(...values: number[]): Uint8Array {
  return Uint8Array.from(values);
}

function mark(name: MarkRow['name'], version: number): MarkRow {
  return { name, version, sealed: bytes(version) };
}

function entry(n: number): JournalRow {
  return { n, previous: bytes(n - 1), sealed: bytes(n) };
}

function leaf(number: number, version: number) {
  return { leaf: number, version, sealed: bytes(number, version) };
}

function commit(n: number, lockNumber = 0) {
  return store.commit({ entry: entry(n), tail: mark('tail', n), lockNumber });
}

function checkpoint(version: number, rows: Partial<CheckpointRows> = {}): CheckpointRows {
  return {
    checkpoint: mark('checkpoint', version),
    replaces: version - 1,
    dropLeaves: [],
    journalStart: 1,
    lockNumber: 0,
    ...rows,
  };
}

async function journalNumbers(): Promise<number[]> {
  return (await store.readJournal(0)).rows.map(({ n }) => n);
}

describe('meta', () => {
  it('is read and written by key', async () => {
    expect(await store.readMeta('header')).toEqual({ name: 'Kelp' });
    expect(await store.readMeta('slots')).toBeUndefined();
    must(
      await store.writeMeta([
        { key: 'slots', value: bytes(7) },
        { key: 'header', value: 1 },
      ]),
    );
    expect(await store.readMeta('slots')).toEqual(bytes(7));
    expect(await store.readMeta('header')).toBe(1);
  });

  it('counts locks', async () => {
    expect(await store.lockNumber()).toBe(0);
    await store.raiseLockNumber();
    await store.raiseLockNumber();
    expect(await store.lockNumber()).toBe(2);
  });

  it('is made once', async () => {
    await expect(
      store.createWorkspace({ meta: [{ key: 'header', value: 2 }], marks: [] }),
    ).rejects.toThrow();
    expect(await store.readMeta('header')).toEqual({ name: 'Kelp' });
  });
});

describe('the journal', () => {
  it('takes an entry and its tail together', async () => {
    expect(must(await commit(1))).toBeNull();
    expect(must(await commit(2))).toBeNull();
    const { rows, tail, checkpoint: version } = await store.readJournal(2);
    expect(rows).toEqual([entry(2)]);
    expect(tail).toEqual(mark('tail', 2));
    expect(version).toBe(1);
  });

  it('refuses a number that another tab took, and leaves the tail as it was', async () => {
    must(await commit(1));
    const taken = { ...entry(1), sealed: bytes(99) };
    const refused = await store.commit({ entry: taken, tail: mark('tail', 99), lockNumber: 0 });
    expect(must(refused)).toEqual({ type: 'NumberTaken' });
    expect((await store.readJournal(1)).rows).toEqual([entry(1)]);
    expect(await store.readMark('tail')).toEqual(mark('tail', 1));
  });

  it('refuses a session that was locked meanwhile, whole', async () => {
    await store.raiseLockNumber();
    expect(must(await commit(1))).toEqual({ type: 'LockedMeanwhile' });
    expect(await journalNumbers()).toEqual([]);
    expect(await store.readMark('tail')).toEqual(mark('tail', 0));
  });
});

describe('leaves', () => {
  it('are staged in both halves, read one by one or in runs, and dropped in both', async () => {
    must(await store.stageLeaves([leaf(1, 5), leaf(2, 5)], [leaf(1, 5), leaf(2, 5)]));
    expect(await store.readLeaf('bodies', 1, 5)).toEqual(leaf(1, 5));
    expect(await store.readLeaf('bodies', 1, 4)).toBeUndefined();
    expect(
      await store.readLeaves('summaries', [
        [2, 5],
        [3, 5],
        [1, 5],
      ]),
    ).toEqual([leaf(2, 5), undefined, leaf(1, 5)]);
    expect(await store.leafKeys('bodies')).toEqual([
      [1, 5],
      [2, 5],
    ]);
    must(await store.dropLeaves([[1, 5]]));
    expect(await store.leafKeys('bodies')).toEqual([[2, 5]]);
    expect(await store.leafKeys('summaries')).toEqual([[2, 5]]);
  });
});

describe('a checkpoint', () => {
  beforeEach(async () => {
    must(await store.stageLeaves([leaf(1, 1)], [leaf(1, 1)]));
    must(await store.stageLeaves([leaf(1, 2)], [leaf(1, 2)]));
    must(await commit(1));
    must(await commit(2));
  });

  it('of a roll drops what it replaces and trims the journal', async () => {
    const rows = checkpoint(2, { dropLeaves: [[1, 1]], journalStart: 2 });
    expect(must(await store.roll(rows))).toBeNull();
    expect(await store.readMark('checkpoint')).toEqual(mark('checkpoint', 2));
    expect(await store.leafKeys('bodies')).toEqual([[1, 2]]);
    expect(await journalNumbers()).toEqual([2]);
  });

  it('of an import takes effect with its entry or not at all', async () => {
    const rows = checkpoint(2, { dropLeaves: [[1, 1]] });
    const import1 = { entry: entry(2), tail: mark('tail', 2), lockNumber: 0 };
    expect(must(await store.adopt(import1, rows))).toEqual({ type: 'NumberTaken' });
    expect(await store.readMark('checkpoint')).toEqual(mark('checkpoint', 1));
    expect(await store.leafKeys('bodies')).toHaveLength(2);
    const import2 = { entry: entry(3), tail: mark('tail', 3), lockNumber: 0 };
    expect(must(await store.adopt(import2, rows))).toBeNull();
    expect(await journalNumbers()).toEqual([1, 2, 3]);
    expect(await store.leafKeys('bodies')).toEqual([[1, 2]]);
  });

  it('made from one that is no longer current is refused, whole', async () => {
    must(await store.roll(checkpoint(2)));
    const late = checkpoint(3, { replaces: 1, dropLeaves: [[1, 1]], journalStart: 3 });
    expect(must(await store.roll(late))).toEqual({ type: 'CheckpointMoved' });
    expect(await store.leafKeys('bodies')).toHaveLength(2);
    expect(await journalNumbers()).toEqual([1, 2]);
  });

  it('after a lock is refused', async () => {
    await store.raiseLockNumber();
    expect(must(await store.roll(checkpoint(2)))).toEqual({ type: 'LockedMeanwhile' });
    expect(await store.readMark('checkpoint')).toEqual(mark('checkpoint', 1));
  });

  it('under new keys replaces marks, meta and drafts, and locks the other tabs', async () => {
    must(await store.writeDraft({ form: 'old', sealed: bytes(1) }));
    const rows = {
      ...checkpoint(2, { dropLeaves: [[1, 1]], journalStart: 3 }),
      meta: [{ key: 'slots', value: bytes(8) }] as const,
      tail: { ...mark('tail', 2), sealed: bytes(8) },
      drafts: [{ form: 'new', sealed: bytes(8) }],
      unsent: [],
      sync: undefined,
    };
    const late = { ...rows, tail: mark('tail', 1) };
    expect(must(await store.reseal(late))).toEqual({ type: 'NumberTaken' });
    expect(await store.readDrafts()).toEqual([{ form: 'old', sealed: bytes(1) }]);
    expect(must(await store.reseal(rows))).toBeNull();
    expect(await store.readMeta('slots')).toEqual(bytes(8));
    expect(await store.readMark('tail')).toEqual(rows.tail);
    expect(await store.readDrafts()).toEqual(rows.drafts);
    expect(await store.lockNumber()).toBe(1);
    expect(await journalNumbers()).toEqual([]);
    expect(must(await commit(3))).toEqual({ type: 'LockedMeanwhile' });
  });

  it('keeps entries that no segment has, as another tab wrote it down a moment ago', async () => {
    must(await step(await lead(), { unsentFrom: 1 }));
    expect(must(await store.roll(checkpoint(2, { journalStart: 3 })))).toEqual({
      type: 'CheckpointMoved',
    });
    expect(must(await store.roll(checkpoint(2, { journalStart: 3, ownFrom: 1 })))).toBeNull();
    expect(await journalNumbers()).toEqual([1, 2]);
    must(await step(await lead(), { unsentFrom: 2 }));
    expect(must(await store.roll(checkpoint(3, { journalStart: 3, ownFrom: 1 })))).toBeNull();
    expect(await journalNumbers()).toEqual([2]);
    expect((await store.readJournal(3)).unsentFrom).toBe(2);
  });

  it('lets go of entries that hold nothing for a segment', async () => {
    must(await step(await lead(), { unsentFrom: 1 }));
    expect(must(await store.roll(checkpoint(2, { journalStart: 3, ownFrom: 3 })))).toBeNull();
    expect(await journalNumbers()).toEqual([]);
    expect((await store.readJournal(3)).unsentFrom).toBe(3);
  });

  it('under new keys takes along what no segment has, and what sync knows', async () => {
    must(await step(await lead(), { unsentFrom: 2 }));
    const rows = {
      ...checkpoint(2, { journalStart: 3, ownFrom: 2 }),
      meta: [],
      tail: mark('tail', 2),
      drafts: [],
      unsent: [{ ...entry(2), sealed: bytes(9) }],
      sync: mark('sync', 2),
    };
    const late = { ...rows, sync: mark('sync', 1) };
    expect(must(await store.reseal(late))).toEqual({ type: 'NumberTaken' });
    expect(must(await store.reseal(rows))).toBeNull();
    expect((await store.readJournal(0)).rows).toEqual(rows.unsent);
    expect(await store.readMark('sync')).toEqual(rows.sync);
  });
});

async function lead(): Promise<number> {
  return must(await store.takeLead());
}

/** The next one, under a fencing number. */
async function step(fence: number, rows: Partial<SyncStepRows> = {}) {
  const version = ((await store.readMark('sync'))?.version ?? 0) + 1;
  return store.step({
    lead: fence,
    lockNumber: 0,
    sync: mark('sync', version),
    put: [],
    remove: [],
    sent: [],
    unsentFrom: undefined,
    meta: [],
    ...rows,
  });
}

describe('a step of sync', () => {
  it('writes objects and marks what the store has', async () => {
    const put = ['log/b/2', 'log/b/1', 'snap/1'].map((name, index) => ({
      name,
      bytes: Uint8Array.of(index),
      outgoing: name.startsWith('log') ? (1 as const) : (0 as const),
    }));
    const fence = await lead();
    expect(must(await step(fence, { put }))).toBeNull();
    expect((await store.outgoingObjects()).map(({ name }) => name)).toEqual(['log/b/1', 'log/b/2']);
    expect(await store.objectNames('log/')).toEqual(['log/b/1', 'log/b/2']);
    must(await step(fence, { sent: ['log/b/1'], remove: ['snap/1'] }));
    expect((await store.outgoingObjects()).map(({ name }) => name)).toEqual(['log/b/2']);
    expect(await store.readObject('log/b/1')).toMatchObject({ bytes: bytes(1), outgoing: 0 });
    expect(await store.readObject('snap/1')).toBeUndefined();
  });

  it('under a fencing number that another tab has raised is refused, whole', async () => {
    const fence = await lead();
    expect(await lead()).toBe(fence + 1);
    const put = [{ name: 'a', bytes: Uint8Array.of(1), outgoing: 1 as const }];
    expect(must(await step(fence, { put, unsentFrom: 9 }))).toEqual({ type: 'LeadLost' });
    expect(await store.objectNames('')).toEqual([]);
    expect(await store.readMark('sync')).toBeUndefined();
    expect((await store.readJournal(0)).unsentFrom).toBeUndefined();
    const refused = { entry: entry(1), tail: mark('tail', 1), lockNumber: 0, lead: fence };
    expect(must(await store.commit(refused))).toEqual({ type: 'LeadLost' });
    expect(await journalNumbers()).toEqual([]);
  });

  it('over a mark that was written since, or after a lock, is refused', async () => {
    const fence = await lead();
    must(await step(fence));
    expect(must(await step(fence, { sync: mark('sync', 1) }))).toEqual({ type: 'NumberTaken' });
    await store.raiseLockNumber();
    expect(must(await step(fence))).toEqual({ type: 'LockedMeanwhile' });
  });

  it('never lowers what segments have, and leaving the store forgets it', async () => {
    const fence = await lead();
    must(await step(fence, { unsentFrom: 7 }));
    must(await step(fence, { unsentFrom: 5 }));
    expect((await store.readJournal(0)).unsentFrom).toBe(7);
    must(await store.leaveStore([{ key: 'local', value: 1 }]));
    expect((await store.readJournal(0)).unsentFrom).toBeUndefined();
    expect(await store.readMeta('local')).toBe(1);
  });
});

describe('drafts', () => {
  it('are written over, read and dropped by form', async () => {
    must(await store.writeDraft({ form: 'customer/new', sealed: bytes(1) }));
    must(await store.writeDraft({ form: 'customer/new', sealed: bytes(2) }));
    expect(await store.readDraft('customer/new')).toEqual({
      form: 'customer/new',
      sealed: bytes(2),
    });
    expect(await store.readDrafts()).toHaveLength(1);
    await store.dropDraft('customer/new');
    expect(await store.readDraft('customer/new')).toBeUndefined();
  });
});

describe('the database', () => {
  it('is there until it is deleted', async () => {
    expect(await WorkspaceStore.exists(workspace)).toBe(true);
    store.close();
    must(await WorkspaceStore.delete(workspace));
    expect(await WorkspaceStore.exists(workspace)).toBe(false);
  });

  it('steps aside where another tab deletes it, and says so', async () => {
    const closed = new Promise<void>((resolve) => {
      store.onClosed(resolve);
    });
    must(await WorkspaceStore.delete(workspace));
    await closed;
    expect(await commit(1)).toMatchObject({
      ok: false,
      error: {
        type: 'StorageUnavailable',
        reason: expect.stringContaining('DatabaseClosedError') as string,
      },
    });
  });

  it('of version 1, built by hand, is one that this Holdfast opens, brings to its own version and reads', async () => {
    const old = createWorkspaceId();
    await new Promise<void>((resolve, reject) => {
      // Dexie counts in tenths: its version 1 is the browser's version 10.
      const request = indexedDB.open(`holdfast-${old}`, 10);
      request.onerror = () => {
        reject(new Error('not made'));
      };
      request.onupgradeneeded = () => {
        const { result } = request;
        for (const [name, keyPath] of SCHEMA_1) result.createObjectStore(name, { keyPath });
        const { transaction } = request;
        transaction?.objectStore('meta').put({ key: 'header', value: { format: 1 } });
        transaction?.objectStore('journal').put(entry(1));
        transaction?.objectStore('bodies').put(leaf(3, 4));
        transaction?.objectStore('marks').put(mark('checkpoint', 1));
      };
      request.onsuccess = () => {
        request.result.close();
        resolve();
      };
    });
    const opened = must(await WorkspaceStore.open(old));
    expect(await opened.readMeta('header')).toEqual({ format: 1 });
    expect((await opened.readJournal(1)).rows).toEqual([entry(1)]);
    expect(await opened.readLeaf('bodies', 3, 4)).toEqual(leaf(3, 4));
    expect(await opened.readMark('checkpoint')).toEqual(mark('checkpoint', 1));
    expect(await opened.objectNames('')).toEqual([]);
    expect(must(await opened.takeLead())).toBe(1);
    opened.close();
    const database = new WorkspaceDatabase(old);
    await database.open();
    expect(database.verno).toBe(2);
    expect(
      database.tables
        .map(({ name, schema }) => [
          name,
          schema.primKey.keyPath,
          schema.indexes.map((index) => index.keyPath),
        ])
        .toSorted(byText),
    ).toEqual(
      [
        ...SCHEMA_1.map(([name, keyPath]) => [name, keyPath, []]),
        ['objects', 'name', ['outgoing']],
      ].toSorted(byText),
    );
    database.close();
    await WorkspaceStore.delete(old);
  });
});

function byText(a: unknown, b: unknown): number {
  return JSON.stringify(a) < JSON.stringify(b) ? -1 : 1;
}

/** src/vault/FORMAT.md: the tables of version 1 and what they are kept by. */
const SCHEMA_1: readonly (readonly [name: string, keyPath: string | string[]])[] = [
  ['bodies', ['leaf', 'version']],
  ['drafts', 'form'],
  ['journal', 'n'],
  ['marks', 'name'],
  ['meta', 'key'],
  ['summaries', ['leaf', 'version']],
];
