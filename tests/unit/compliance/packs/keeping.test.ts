import {
  acceptance,
  acceptedPacks,
  openTasks,
  packHistory,
  readAccepted,
  tasksOf,
} from '#compliance/packs/keeping.ts';
import type { OpenedPack } from '#compliance/packs/opening.ts';
import { readPack } from '#compliance/packs/reading.ts';
import { describe, expect, it } from 'vitest';
import { createSession, must } from '../../vault/fixture.ts';
import { plainFile } from './packs.ts';

function opened(version: string, hash: string): OpenedPack {
  const text = plainFile((file) => {
    file.catalog.metadata.version = version;
    file.profile.metadata = { ...file.profile.metadata, version };
  });
  return { pack: must(readPack(text)), text, hash, publisher: 'SHA256:abc' };
}

describe('accepted packs', () => {
  it('stay all, are read again as they were, and the newest version is in use', async () => {
    const { session } = await createSession();
    const { vault } = session;
    for (const [version, hash] of [
      ['1.9', 'b'],
      ['1.10', 'c'],
      ['1.2', 'a'],
    ] as const) {
      must(await vault.add([(await acceptance(opened(version, hash)))!]));
    }
    expect(acceptedPacks(vault.workspace).get('house')).toMatchObject({
      version: '1.10',
      hash: 'c',
      publisher: 'SHA256:abc',
      device: session.device,
    });
    expect(packHistory(vault.workspace).length).toBe(3);
    expect(await readAccepted(vault.workspace, 'a')).toEqual(opened('1.2', 'a').pack);
    expect(await readAccepted(vault.workspace, 'nothing')).toBe(null);
  });

  it('leave a task for each control that changed, until somebody has done it', async () => {
    const { vault } = (await createSession()).session;
    const { pack } = opened('1.0', 'a');
    const title = { en: 'x', 'zh-CN': 'x' };
    const tasks = tasksOf(pack, [
      { type: 'added', control: 'X2', title, parts: [], effective: null },
      { type: 'changed', control: 'X1', title, parts: ['severity'], effective: '2027-01-01' },
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
