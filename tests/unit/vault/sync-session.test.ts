import 'fake-indexeddb/auto';
import { afterEach, describe, expect, it } from 'vitest';
import { createDeviceId, type RecordId } from '#base/ids.ts';
import { createDeviceKeys } from '#crypto/device-keys.ts';
import { verifyMembership } from '#crypto/membership.ts';
import type { Change } from '#domain/change.ts';
import { WorkspaceStore } from '#storage/workspace-store.ts';
import type { Session } from '#vault/session.ts';
import { Workspaces } from '#vault/workspaces.ts';
import {
  batches,
  createEnvironment,
  createSession,
  must,
  NEVER,
  BY_PASSPHRASE,
  PASSPHRASE,
} from './fixture.ts';

const open: Session[] = [];

async function start(environment = createEnvironment()) {
  const started = await createSession(environment);
  open.push(started.session);
  return { ...started, environment };
}

async function unlock(workspaces: Workspaces, { workspace }: Session): Promise<Session> {
  const session = must(await workspaces.unlock(workspace, BY_PASSPHRASE));
  open.push(session);
  return session;
}

async function changesAfter({ vault }: Session, entry: number): Promise<readonly Change[]> {
  const changes: Change[] = [];
  for await (const outgoing of vault.outgoing(entry)) changes.push(...must(outgoing).changes);
  return changes;
}

async function addCustomer({ vault }: Session, name: string): Promise<RecordId> {
  return must(await vault.save([{ kind: 'customer', values: { name } }])).records[0]!;
}

async function listed(workspaces: Workspaces, { workspace }: Session) {
  return (await workspaces.list()).filter(({ id }) => id === workspace);
}

afterEach(async () => {
  for (const session of open.splice(0)) await session.end({ everywhere: false });
});

describe('what sync keeps', () => {
  it('lies sealed, with its objects and the journal’s cursor, over lock and unlock', async () => {
    const { session, workspaces } = await start();
    expect(await session.readSync()).toBeNull();
    const lead = await session.takeLead();
    const put = [
      { name: 'log/b/2', bytes: Uint8Array.of(2), outgoing: true },
      { name: 'log/b/1', bytes: Uint8Array.of(1), outgoing: true },
      { name: 'snap/1', bytes: Uint8Array.of(3), outgoing: false },
    ];
    await addCustomer(session, 'Ada');
    expect(session.vault.unsentChanges).toBe(0);
    const cutThrough = session.vault.journalEnd;
    must(await session.writeSync({ lead, state: { secret: 'kelp' }, put, cutThrough }));
    await addCustomer(session, 'Bea');
    expect(session.vault.unsentChanges).toBe(1);
    await session.end({ everywhere: false });
    const again = await unlock(workspaces, session);
    expect(await again.readSync()).toEqual({ secret: 'kelp' });
    expect(again.vault.unsentChanges).toBe(1);
    expect((await again.outgoingObjects()).map(({ name }) => name)).toEqual(['log/b/1', 'log/b/2']);
    must(
      await again.writeSync({ lead, state: {}, sent: ['log/b/1', 'log/b/2'], remove: ['snap/1'] }),
    );
    expect(await again.outgoingObjects()).toEqual([]);
    expect(await again.keptNames('log/b/')).toEqual(['log/b/1', 'log/b/2']);
    expect(await again.keptObject('log/b/1')).toEqual(Uint8Array.of(1));
    expect(await again.keptObject('snap/1')).toBeUndefined();
    const store = must(await WorkspaceStore.open(session.workspace));
    const mark = await store.readMark('sync');
    expect(mark?.version).toBe(2);
    expect(new TextDecoder().decode(mark?.sealed)).not.toContain('kelp');
    store.close();
  });

  it('is written by one tab: where another has taken the lead, nothing of it is', async () => {
    const { session, workspaces } = await start();
    const other = await unlock(workspaces, session);
    const lead = await session.takeLead();
    must(await session.writeSync({ lead, state: 1 }));
    expect(await other.takeLead()).toBe(lead + 1);
    expect(await session.writeSync({ lead, state: 2 })).toEqual({
      ok: false,
      error: { type: 'LeadLost' },
    });
    const received = { changes: [], positions: new Map(), lead };
    expect(await session.vault.receive(received)).toMatchObject({ error: { type: 'LeadLost' } });
    must(await other.writeSync({ lead: lead + 1, state: 3 }));
    expect(await session.readSync()).toBe(3);
    await other.end({ everywhere: true });
    open.splice(open.indexOf(other), 1);
    expect(await session.writeSync({ lead: lead + 1, state: 4 })).toEqual({
      ok: false,
      error: { type: 'Locked' },
    });
  });

  it('keeps out of the way where two steps of one tab meet', async () => {
    const { session } = await start();
    const lead = await session.takeLead();
    const steps = [1, 2, 3].map((state) => session.writeSync({ lead, state }));
    for (const written of await Promise.all(steps)) must(written);
    expect(await session.readSync()).toBe(3);
  });

  it('survives a new recovery kit, and so does what no segment has', async () => {
    const { session, workspaces } = await start();
    const lead = await session.takeLead();
    must(await session.writeStore({ endpoint: 'https://s3.example.com', bucket: 'kelp' }));
    const cutThrough = session.vault.journalEnd;
    must(await session.writeSync({ lead, state: { own: 7 }, cutThrough }));
    await addCustomer(session, 'Ada');
    must(await session.vault.roll());
    must(await session.vault.bulk(batches(20), { signal: NEVER }));
    await addCustomer(session, 'Bea');
    const before = await changesAfter(session, cutThrough);
    expect(before).toHaveLength(22);
    must(await session.newRecoveryKit(PASSPHRASE));
    expect(await session.readSync()).toEqual({ own: 7 });
    expect(await changesAfter(session, cutThrough)).toEqual(before);
    expect(session.vault.unsentChanges).toBe(22);
    await session.end({ everywhere: false });
    const again = await unlock(workspaces, session);
    expect(again.vault.damage).toEqual([]);
    expect(await changesAfter(again, cutThrough)).toEqual(before);
    expect(again.vault.unsentChanges).toBe(22);
    expect(await again.readStore()).toEqual({ endpoint: 'https://s3.example.com', bucket: 'kelp' });
    await addCustomer(again, 'Cleo');
    must(await again.writeSync({ lead, state: {}, cutThrough: again.vault.journalEnd }));
    must(await again.vault.roll());
    expect(again.vault.unsentChanges).toBe(0);
  });

  it('lets the journal go where the store is left', async () => {
    const { session, workspaces } = await start();
    const lead = await session.takeLead();
    must(await session.writeStore({ bucket: 'kelp' }));
    must(await session.writeSync({ lead, state: {}, cutThrough: session.vault.journalEnd }));
    await addCustomer(session, 'Ada');
    must(await session.vault.roll());
    expect(session.vault.unsentChanges).toBe(1);
    must(await session.writeStore(null));
    expect(session.vault.unsentChanges).toBe(0);
    expect(await session.readStore()).toBeNull();
    await addCustomer(session, 'Bea');
    must(await session.vault.roll());
    const store = must(await WorkspaceStore.open(session.workspace));
    expect((await store.readJournal(0)).rows).toEqual([]);
    store.close();
    await session.end({ everywhere: false });
    expect((await unlock(workspaces, session)).settings).toEqual(session.settings);
  });

  it('does not overwrite what another tab said of this device', async () => {
    const { session, workspaces } = await start();
    const other = await unlock(workspaces, session);
    must(await session.writeStore({ bucket: 'kelp' }));
    must(await other.changeSettings({ lockAfterMinutes: 5, lockWhenHidden: true }));
    expect(await session.readStore()).toEqual({ bucket: 'kelp' });
    await session.end({ everywhere: false });
    const again = await unlock(workspaces, session);
    expect(again.settings).toEqual({ lockAfterMinutes: 5, lockWhenHidden: true });
    expect(await again.readStore()).toEqual({ bucket: 'kelp' });
  });
});

describe('a workspace that this device has asked to join', () => {
  async function joining() {
    const admin = await start();
    const lines = await admin.session.membershipLines();
    const { rootHash } = must(await verifyMembership({ lines }));
    // Another browser profile: of one, a second database of the same workspace can't be.
    await admin.workspaces.wipe(admin.session.workspace);
    const workspaces = new Workspaces(createEnvironment());
    const request = {
      workspace: admin.session.workspace,
      name: 'Kelp, asked',
      passphrase: PASSPHRASE,
      lines,
      rootHash,
      store: { bucket: 'kelp' },
      joining: { invite: 'x' },
      device: createDeviceId(),
      deviceKeys: await createDeviceKeys(),
    };
    const session = must(await workspaces.join(request));
    open.push(session);
    return { workspaces, session, request, admin };
  }

  it('says so over lock and reload, opens by passphrase and recovery kit, and lets nobody write', async () => {
    const { workspaces, session, request, admin } = await joining();
    expect(session.joining).toEqual({ invite: 'x' });
    expect(session.device).toBe(request.device);
    expect(session.role).toBe('viewer');
    const edit = { kind: 'customer', values: { name: 'Ada' } } as const;
    expect(await session.vault.save([edit])).toMatchObject({ error: { type: 'NotPermitted' } });
    expect(await workspaces.join({ ...request, deviceKeys: await createDeviceKeys() })).toEqual({
      ok: false,
      error: { type: 'AlreadyHere' },
    });
    await session.end({ everywhere: false });
    const again = await unlock(workspaces, session);
    expect(again.joining).toEqual({ invite: 'x' });
    expect(await again.readStore()).toEqual({ bucket: 'kelp' });
    expect(again.deviceKeys?.signing.publicKey).toEqual(request.deviceKeys.signing.publicKey);
    expect(again.vault.damage).toEqual([]);
    await again.end({ everywhere: false });
    const byKit = must(
      await workspaces.unlock(session.workspace, { by: 'recoveryKey', text: admin.recoveryKey }),
    );
    open.push(byKit);
    expect(byKit.joining).toEqual({ invite: 'x' });
    expect(await listed(workspaces, session)).toMatchObject([
      { name: 'Kelp, asked', condition: 'present' },
    ]);
  });

  it('is one like any other once it is finished, under the name that it then has', async () => {
    const { workspaces, session } = await joining();
    must(await session.finishJoin({ name: 'Kelp & Co' }));
    expect(session.joining).toBeNull();
    expect(session.workspaceName).toBe('Kelp & Co');
    expect(await listed(workspaces, session)).toMatchObject([{ name: 'Kelp & Co' }]);
    await session.end({ everywhere: false });
    const again = await unlock(workspaces, session);
    expect(again.joining).toBeNull();
    expect(again.workspaceName).toBe('Kelp & Co');
  });

  it('refuses a weak passphrase and leaves nothing', async () => {
    const { workspaces, session, request } = await joining();
    open.splice(open.indexOf(session), 1);
    await session.end({ everywhere: false });
    must(await workspaces.wipe(session.workspace));
    const refused = await workspaces.join({ ...request, passphrase: 'short' });
    expect(refused).toMatchObject({ ok: false, error: { type: 'TooShort' } });
    expect(await WorkspaceStore.exists(session.workspace)).toBe(false);
    expect(await listed(workspaces, session)).toEqual([]);
  });
});

describe('a device', () => {
  it('has the role that the log gives it', async () => {
    const { session, workspaces } = await start();
    const other = await unlock(workspaces, session);
    expect(session.role).toBe('admin');
    const lead = await session.takeLead();
    const stranger = await start();
    const membership = await stranger.session.membershipLines();
    must(await session.writeSync({ lead, state: {}, membership }));
    expect(session.role).toBe('viewer');
    expect(await session.membershipLines()).toEqual(membership);
    expect(await session.vault.save([{ kind: 'customer', values: { name: 'A' } }])).toMatchObject({
      error: { type: 'NotPermitted' },
    });
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(other.role).toBe('viewer');
    await session.end({ everywhere: false });
    expect((await unlock(workspaces, session)).role).toBe('viewer');
  });

  it('that is wiped takes every tab along', async () => {
    const { session, workspaces } = await start();
    const other = await unlock(workspaces, session);
    const locked = [session, other].map(
      (each) =>
        new Promise<void>((resolve) => {
          each.listen((event) => {
            if (event.type === 'locked') resolve();
          });
        }),
    );
    must(await workspaces.wipe(session.workspace));
    await Promise.all(locked);
    expect(await WorkspaceStore.exists(session.workspace)).toBe(false);
    expect(await listed(workspaces, session)).toEqual([]);
  });
});
