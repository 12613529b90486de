import 'fake-indexeddb/auto';
import { describe, expect, it, vi } from 'vitest';
import type { RecordId } from '#base/ids.ts';
import { err } from '#base/result.ts';
import { valuesOf } from '#domain/values.ts';
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

/** The writes of the store, any of which may be the last thing that happens before the power is gone. */
const WRITES = [
  'commit',
  'roll',
  'adopt',
  'stageLeaves',
  'dropLeaves',
  'reseal',
  'writeMeta',
] as const;

class PowerGone extends Error {}

type Write = (...parameters: unknown[]) => Promise<unknown>;

/**
 * Makes the power go at the write of a number: before it (nothing of it is on the disk) or after it (all of it is, and nobody was told).
 * Every later call fails too, as it would in a process that is gone.
 */
function cutPower(
  at: number,
  when: 'before' | 'after',
): { restore: () => void; wasCut: () => boolean } {
  let writes = 0;
  let cut = false;
  const originals = WRITES.map(
    (name) => [name, Reflect.get(WorkspaceStore.prototype, name) as Write] as const,
  );
  for (const [name, original] of originals) {
    Object.assign(WorkspaceStore.prototype, {
      async [name](this: WorkspaceStore, ...parameters: unknown[]) {
        if (cut) throw new PowerGone();
        if (writes++ < at) return original.apply(this, parameters);
        cut = true;
        if (when === 'after') await original.apply(this, parameters);
        throw new PowerGone();
      },
    });
  }
  return {
    restore: () => {
      for (const [name, original] of originals) {
        Object.assign(WorkspaceStore.prototype, { [name]: original });
      }
    },
    wasCut: () => cut,
  };
}

/** A working day. Reports what was acknowledged. */
async function work(session: Session, acknowledged: Map<RecordId, string>): Promise<void> {
  const { vault } = session;
  for (const name of ['Ada', 'Bea', 'Cleo']) {
    const [id] = must(await vault.save([{ kind: 'customer', values: { name } }])).records;
    if (id !== undefined) acknowledged.set(id, name);
  }
  must(await vault.roll());
  for (const [id, name] of [...acknowledged]) {
    must(await vault.save([{ kind: 'customer', record: id, values: { name: `${name} 2` } }]));
    acknowledged.set(id, `${name} 2`);
  }
  must(await vault.bulk(batches(300), { signal: NEVER }));
  must(await vault.roll());
  must(await session.newRecoveryKit(PASSPHRASE));
  const answer = { credential: new Uint8Array(16), output: new Uint8Array(32) };
  must(await session.addPasskey('Tablet', new Uint8Array(32), answer));
  must(await session.removePasskey(session.passkeys[0]?.id ?? '', PASSPHRASE));
  const [id] = must(
    await session.vault.save([{ kind: 'customer', values: { name: 'Dora' } }]),
  ).records;
  if (id !== undefined) acknowledged.set(id, 'Dora');
}

async function nameAt(session: Session, id: RecordId): Promise<unknown> {
  const state = must(await session.vault.openDossier(id)).get(id);
  return state === undefined ? undefined : valuesOf(state)['name'];
}

describe('a crash at any write', () => {
  for (const when of ['before', 'after'] as const) {
    it(`loses nothing that was acknowledged and always opens again (power gone ${when} the write)`, async () => {
      let cuts = 0;
      for (let at = 0; ; at++) {
        const { session, workspaces } = await createSession(createEnvironment());
        const acknowledged = new Map<RecordId, string>();
        const power = cutPower(at, when);
        let imported = false;
        try {
          await work(session, acknowledged);
          imported = true;
        } catch (error) {
          expect(error).toBeInstanceOf(PowerGone);
        } finally {
          power.restore();
        }
        if (!power.wasCut()) break;
        cuts += 1;
        // A new process: nothing of the old one's memory.
        const again = must(
          await new Workspaces(createEnvironment()).unlock(session.workspace, BY_PASSPHRASE),
        );
        expect(again.vault.damage).toEqual([]);
        for (const [id, name] of acknowledged) {
          // The newest write may have happened without an answer.
          expect([name, `${name} 2`]).toContain(await nameAt(again, id));
        }
        const extra = again.vault.living - acknowledged.size;
        expect([0, 1, 300, 301]).toContain(extra);
        expect(imported).toBe(false);
        await again.vault.sweep();
        must(await again.vault.save([{ kind: 'customer', values: { name: 'After' } }]));
        must(await again.vault.roll());
        expect(again.vault.select({ text: 'after', sort: 'name' })).toHaveLength(1);
        await again.end({ everywhere: false });
        await workspaces.remove(session.workspace);
      }
      expect(cuts).toBeGreaterThan(12);
    });
  }

  it('refuses an edit when the disk is full, writes nothing of it, and goes on when there is room', async () => {
    const { session } = await createSession();
    vi.spyOn(WorkspaceStore.prototype, 'commit').mockResolvedValueOnce(
      err({ type: 'StorageFull' }),
    );
    const refused = await session.vault.save([{ kind: 'customer', values: { name: 'Ada' } }]);
    expect(refused).toEqual({ ok: false, error: { type: 'StorageFull' } });
    expect(session.vault.living).toBe(0);
    must(await session.vault.save([{ kind: 'customer', values: { name: 'Ada' } }]));
    expect(session.vault.living).toBe(1);
    await session.end({ everywhere: false });
  });
});
