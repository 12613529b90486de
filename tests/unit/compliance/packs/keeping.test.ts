import {
  acceptance,
  acceptedPacks,
  openTasks,
  packHistory,
  readAccepted,
  tasksOf,
} from '#compliance/packs/keeping.ts';
import { hashOf, type OpenedPack } from '#compliance/packs/opening.ts';
import { readPack } from '#compliance/packs/reading.ts';
import { describe, expect, it } from 'vitest';
import { createSession, must } from '../../vault/fixture.ts';
import { plainFile } from './packs.ts';

async function opened(version: string): Promise<OpenedPack> {
  const text = plainFile((file) => {
    file.catalog.metadata.version = version;
    file.profile.metadata = { ...file.profile.metadata, version };
  });
  const hash = await hashOf(text);
  return { pack: must(readPack(text)), text, hash, publisher: 'SHA256:abc' };
}

describe('accepted packs', () => {
  it('stay all, are read again as they were, and the newest version is in use', async () => {
    const { session } = await createSession();
    const { vault } = session;
    for (const version of ['1.9', '1.10', '1.2']) {
      must(await vault.add([(await acceptance(await opened(version)))!]));
    }
    expect(acceptedPacks(vault.workspace).get('house')).toMatchObject({
      version: '1.10',
      hash: (await opened('1.10')).hash,
      publisher: 'SHA256:abc',
      device: session.device,
    });
    expect(packHistory(vault.workspace).length).toBe(3);
    const { pack, hash } = await opened('1.2');
    expect(await readAccepted(vault.workspace, hash)).toEqual(pack);
    expect(await readAccepted(vault.workspace, 'nothing')).toBe(null);
  });

  it('are not read from a file other than the one that was accepted', async () => {
    const { vault } = (await createSession()).session;
    const { hash } = await opened('1.0');
    must(await vault.add([(await acceptance({ ...(await opened('2.0')), hash }))!]));
    expect(packHistory(vault.workspace).length).toBe(1);
    expect(await readAccepted(vault.workspace, hash)).toBe(null);
  });

  it('leave a task for each control of the law that changed, until somebody has done it', async () => {
    const { vault } = (await createSession()).session;
    const { pack } = await opened('1.0');
    const title = { en: 'x', 'zh-CN': 'x' };
    const shown = { title, before: null, after: null };
    const tasks = tasksOf(pack, [
      { type: 'added', control: 'X2', ...shown, parts: [], effective: null, isLaw: true },
      {
        type: 'changed',
        control: 'X1',
        ...shown,
        parts: ['severity'],
        effective: '2027-01-01',
        isLaw: true,
      },
      { type: 'added', control: 'X3', ...shown, parts: [], effective: null, isLaw: false },
      { type: 'parameter', parameter: 'idle-minutes', before: 1, after: 2 },
    ]);
    must(await vault.add(tasks));
    expect(openTasks(vault.workspace).map(({ control, change }) => [control, change])).toEqual([
      ['X1', 'changed'],
      ['X2', 'added'],
    ]);
    const record = tasks[0]!.record;
    const values = { done: '2026-11-26T10:00:00Z' };
    must(await vault.save([{ record, kind: 'policyTask', values }]));
    expect(openTasks(vault.workspace).map(({ control }) => control)).toEqual(['X1']);
  });
});
