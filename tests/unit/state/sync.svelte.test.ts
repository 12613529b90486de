import { beforeEach, describe, expect, test, vi } from 'vitest';
import type { SyncStatus, VaultEvent } from '#worker/vault-api.ts';

let listeners: ((event: VaultEvent) => void)[] = [];
let answer: (status: SyncStatus | null) => void = () => undefined;
let refuse: () => void = () => undefined;
const vault = {
  listen(listener: (event: VaultEvent) => void) {
    listeners.push(listener);
    return () => (listeners = listeners.filter((each) => each !== listener));
  },
  syncStatus: () =>
    new Promise<SyncStatus | null>((resolve, reject) => {
      answer = resolve;
      refuse = () => reject(new Error('no such verb'));
    }),
  setVisible: vi.fn(),
  syncNow: vi.fn(() => Promise.resolve()),
};
const session = { current: { workspace: 'one' } as { workspace: string } | null, refresh: vi.fn() };

vi.mock('#state/vault.ts', () => ({ vault }));
vi.mock('#state/session.svelte.ts', () => ({ session }));

const page = new EventTarget();
const network = new EventTarget();
const documentStub = Object.assign(page, { visibilityState: 'visible' });
vi.stubGlobal('document', documentStub);
vi.stubGlobal('addEventListener', network.addEventListener.bind(network));
vi.stubGlobal('removeEventListener', network.removeEventListener.bind(network));

const { sync } = await import('#state/sync.svelte.ts');
const { leaveWorkspace } = await import('#state/leave.ts');

const alone: SyncStatus = {
  phase: 'alone',
  role: 'admin',
  pending: 0,
  lastSyncAt: null,
  problem: null,
  nextTryAt: null,
  progress: null,
  clockOffsetMs: null,
  store: null,
  checkCode: null,
  alarms: [],
  conflicts: 0,
  heldBack: 0,
  requests: 0,
};

function tell(status: SyncStatus): void {
  for (const listener of listeners) listener({ type: 'sync', status });
}

async function settled(): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve));
}

describe('how this device stands with the store', () => {
  beforeEach(() => {
    leaveWorkspace();
    listeners = [];
    session.current = { workspace: 'one' };
    documentStub.visibilityState = 'visible';
    vi.clearAllMocks();
  });

  test('is known once the worker has answered, and follows what it tells', async () => {
    const stop = sync.follow();
    expect(sync.known).toBe(false);
    answer(alone);
    await settled();
    expect(sync.status).toEqual(alone);
    tell({ ...alone, phase: 'idle', conflicts: 2, requests: 1 });
    expect(sync.status?.phase).toBe('idle');
    expect(sync.waiting).toBe(3);
    stop();
    expect(listeners).toEqual([]);
  });

  test('an answer that comes after the workspace was left is dropped', async () => {
    const stop = sync.follow();
    leaveWorkspace();
    session.current = null;
    answer(alone);
    await settled();
    expect(sync.known).toBe(false);
    stop();
  });

  test('what was told meanwhile is newer than the first answer', async () => {
    const stop = sync.follow();
    tell({ ...alone, pending: 3 });
    answer(alone);
    await settled();
    expect(sync.status?.pending).toBe(3);
    stop();
  });

  test('an engine that fails keeps nobody out', async () => {
    const stop = sync.follow();
    refuse();
    await settled();
    expect(sync.known).toBe(true);
    expect(sync.status).toBeNull();
    stop();
  });

  test('nothing of it stays when the workspace is left', () => {
    const stop = sync.follow();
    tell({ ...alone, alarms: [{ id: 'a', type: 'withheld', at: 1 }] });
    leaveWorkspace();
    expect(sync.known).toBe(false);
    expect(sync.waiting).toBe(0);
    stop();
  });

  test('the worker hears when the page is looked at, and when the network is back', async () => {
    const stop = sync.follow();
    answer(alone);
    await settled();
    documentStub.visibilityState = 'hidden';
    page.dispatchEvent(new Event('visibilitychange'));
    network.dispatchEvent(new Event('online'));
    expect(vault.setVisible.mock.calls).toEqual([[true], [false]]);
    expect(vault.syncNow).toHaveBeenCalledOnce();
    stop();
    network.dispatchEvent(new Event('online'));
    expect(vault.syncNow).toHaveBeenCalledOnce();
  });

  test('the session is read again with the first records', () => {
    const stop = sync.follow();
    tell({ ...alone, phase: 'joining' });
    expect(session.refresh).not.toHaveBeenCalled();
    const store = { endpoint: 'https://s3.example.com', bucket: 'kelp', canRemove: false };
    tell({ ...alone, store, phase: 'syncing' });
    expect(session.refresh).toHaveBeenCalledTimes(1);
    expect(sync.arriving).toBe(true);
    tell({ ...alone, store, phase: 'idle', lastSyncAt: 1 });
    expect(session.refresh).toHaveBeenCalledTimes(2);
    expect(sync.arriving).toBe(false);
    stop();
  });

  test('a viewer writes nothing', () => {
    const stop = sync.follow();
    tell({ ...alone, role: 'viewer' });
    expect(sync.readOnly).toBe(true);
    tell(alone);
    expect(sync.readOnly).toBe(false);
    stop();
  });
});
