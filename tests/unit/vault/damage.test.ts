import 'fake-indexeddb/auto';
import { describe, expect, it } from 'vitest';
import type { WorkspaceId } from '#base/ids.ts';
import { WorkspaceDatabase } from '#storage/workspace-database.ts';
import type { Session } from '#vault/session.ts';
import { batches, createSession, must, NEVER, BY_PASSPHRASE } from './fixture.ts';

/** A workspace with leaves, a journal over them, and copies of older rows. */
async function workspace() {
  const started = await createSession();
  const { vault } = started.session;
  must(await vault.bulk(batches(900), { signal: NEVER }));
  must(await vault.save([{ kind: 'customer', values: { name: 'Before the roll' } }]));
  must(await vault.roll());
  const database = new WorkspaceDatabase(started.session.workspace);
  await database.open();
  const older = {
    checkpoint: await database.marks.get('checkpoint'),
    tail: await database.marks.get('tail'),
    leaves: await database.bodies.toArray(),
  };
  for (const name of ['First', 'Second', 'Third']) {
    must(await vault.save([{ kind: 'customer', values: { name } }]));
  }
  await started.session.end({ everywhere: false });
  return { ...started, database, older };
}

type Started = Awaited<ReturnType<typeof workspace>>;

async function reopen({ workspaces, session, database }: Started): Promise<Session> {
  const id: WorkspaceId = session.workspace;
  database.close();
  return must(await workspaces.unlock(id, BY_PASSPHRASE));
}

function flipped(bytes: Uint8Array, at = Math.floor(bytes.length / 2)): Uint8Array {
  const copy = bytes.slice();
  copy[at] = (copy[at] ?? 0) ^ 4;
  return copy;
}

describe('damage at rest', () => {
  it('of a body: named, its customers counted, the others usable', async () => {
    const started = await workspace();
    const [row] = await started.database.bodies.toArray();
    if (row === undefined) throw new Error('there are leaves');
    await started.database.bodies.put({ ...row, sealed: flipped(row.sealed) });
    const again = await reopen(started);
    expect(again.vault.living).toBe(904);
    const ids = again.vault.select({ text: '', sort: 'name' });
    const opened = await Promise.all(ids.map((id) => again.vault.openDossier(id)));
    const lost = opened.filter((each) => !each.ok);
    expect(lost.length).toBeGreaterThan(0);
    expect(lost.length).toBeLessThan(904);
    expect(again.vault.damage).toEqual([
      { table: 'bodies', row: String(row.leaf), reason: 'notAuthentic', customers: lost.length },
    ]);
    must(await again.vault.save([{ kind: 'customer', values: { name: 'New' } }]));
    await again.end({ everywhere: false });
  });

  it('of a summary: named, and made anew from the body', async () => {
    const started = await workspace();
    const [row] = await started.database.summaries.toArray();
    if (row === undefined) throw new Error('there are leaves');
    await started.database.summaries.put({ ...row, sealed: row.sealed.slice(0, 40) });
    const again = await reopen(started);
    expect(again.vault.living).toBe(904);
    expect(again.vault.damage).toEqual([
      { table: 'summaries', row: String(row.leaf), reason: 'notAuthentic', customers: 0 },
    ]);
    await again.end({ everywhere: false });
  });

  it('swapped leaves, an older leaf and a deleted one are each told apart', async () => {
    for (const [change, reason] of [
      ['swap', 'notAuthentic'],
      ['older', 'missing'],
      ['delete', 'missing'],
    ] as const) {
      const started = await workspace();
      const rows = await started.database.bodies.toArray();
      const [first, second] = rows;
      if (first === undefined || second === undefined) throw new Error('there are leaves');
      if (change === 'swap') await started.database.bodies.put({ ...first, sealed: second.sealed });
      else await started.database.bodies.delete([first.leaf, first.version]);
      if (change === 'older') {
        await started.database.bodies.put({ ...first, version: first.version - 1 });
      }
      const again = await reopen(started);
      for (const id of again.vault.select({ text: '', sort: 'name' })) {
        await again.vault.openDossier(id);
      }
      expect(again.vault.damage).toMatchObject([
        { table: 'bodies', row: String(first.leaf), reason },
      ]);
      await again.end({ everywhere: false });
    }
  });

  it('of the journal: a flipped, a deleted and a last deleted entry are named; the others count', async () => {
    for (const change of ['flip', 'delete', 'deleteLast'] as const) {
      const started = await workspace();
      const rows = await started.database.journal.toArray();
      const hit = rows.at(change === 'deleteLast' ? -1 : 1);
      if (hit === undefined) throw new Error('there is a journal');
      if (change === 'flip')
        await started.database.journal.put({ ...hit, sealed: flipped(hit.sealed) });
      else await started.database.journal.delete(hit.n);
      const again = await reopen(started);
      expect(again.vault.living).toBe(903);
      expect(again.vault.damage).toEqual([
        {
          table: 'journal',
          row: String(hit.n),
          reason: change === 'flip' ? 'notAuthentic' : 'missing',
          customers: 0,
        },
      ]);
      must(await again.vault.save([{ kind: 'customer', values: { name: 'New' } }]));
      expect(again.vault.living).toBe(904);
      await again.end({ everywhere: false });
    }
  });

  it('of the marks: an older tail, an older checkpoint, a lost checkpoint; everything still opens', async () => {
    for (const change of ['olderTail', 'lostCheckpoint', 'flippedCheckpoint'] as const) {
      const started = await workspace();
      const { marks } = started.database;
      if (change === 'olderTail' && started.older.tail !== undefined) {
        await marks.put(started.older.tail);
      } else if (change === 'lostCheckpoint') await marks.delete('checkpoint');
      else {
        const row = await marks.get('checkpoint');
        if (row !== undefined) await marks.put({ ...row, sealed: flipped(row.sealed) });
      }
      const again = await reopen(started);
      expect(again.vault.living).toBe(904);
      expect(again.vault.damage).toMatchObject([
        { table: 'marks', row: change === 'olderTail' ? 'tail' : 'checkpoint' },
      ]);
      must(await again.vault.save([{ kind: 'customer', values: { name: 'New' } }]));
      await again.end({ everywhere: false });
    }
  });

  it('of the device keys and the local row: named, the customers are all there', async () => {
    const started = await workspace();
    const { meta } = started.database;
    const device = (await meta.get('device'))?.value as { device: string; wrapped: Uint8Array };
    await meta.put({ key: 'device', value: { ...device, wrapped: flipped(device.wrapped) } });
    await meta.put({ key: 'local', value: new Uint8Array(3) });
    const again = await reopen(started);
    expect(again.vault.living).toBe(904);
    expect(again.deviceKeys).toBeNull();
    expect(again.vault.damage.map(({ row }) => row)).toEqual(['device', 'local']);
    await again.end({ everywhere: false });
  });
});
