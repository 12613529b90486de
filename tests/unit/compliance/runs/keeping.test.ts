import { createRunId } from '#base/ids.ts';
import { newestRun, pruneRuns, readRun, runIds, saveRun } from '#compliance/runs/keeping.ts';
import { evaluate } from '#compliance/runs/run.ts';
import { describe, expect, it } from 'vitest';
import { createSession, must } from '../../vault/fixture.ts';
import { GOOD } from '../checks/facts.ts';
import { controlOf, packOf } from '../packs/packs.ts';

const pack = packOf({ controls: [controlOf({ id: 'P13' })] });
const runAt = (at: number) => evaluate([pack], GOOD, at);
const day = (text: string) => Date.parse(`${text}T08:00:00Z`);

describe('runs that are kept', () => {
  it('come newest first, and are no customers', async () => {
    const { session } = await createSession();
    const { vault } = session;
    const first = must(await saveRun(vault, runAt(day('2026-11-24'))));
    const second = must(await saveRun(vault, runAt(day('2026-11-25'))));
    expect(runIds(vault)).toEqual([second, first]);
    expect(await readRun(vault, first)).toEqual({
      id: first,
      device: session.device,
      run: runAt(day('2026-11-24')),
    });
    expect(vault.living).toBe(0);
    expect(vault.list({ text: '', sort: 'name' }, 0, 10).rows).toEqual([]);
  });

  it('of a time to come stand in nobody’s way, nor do those that can’t be read', async () => {
    const { vault } = (await createSession()).session;
    const now = day('2026-11-26');
    expect(await newestRun(vault, now)).toBe(null);
    const good = must(await saveRun(vault, runAt(now)));
    must(await saveRun(vault, runAt(day('2030-01-01'))));
    const record = createRunId(now + 1000);
    must(await vault.add([{ record, kind: 'run', values: { outcomes: 'none' } }]));
    expect((await newestRun(vault, now))?.id).toBe(good);
  });

  it('are pruned to the first of each earlier month', async () => {
    const { vault } = (await createSession()).session;
    for (const date of ['2026-08-03', '2026-08-04', '2026-09-30', '2026-11-01', '2026-11-20']) {
      must(await saveRun(vault, runAt(day(date))));
    }
    expect(must(await pruneRuns(vault, day('2026-11-26')))).toBe(1);
    const kept = await Promise.all(runIds(vault).map((id) => readRun(vault, id)));
    expect(kept.map((each) => new Date(each!.run.at).toISOString().slice(0, 10))).toEqual([
      '2026-11-20',
      '2026-11-01',
      '2026-09-30',
      '2026-08-03',
    ]);
    expect(must(await pruneRuns(vault, day('2026-11-26')))).toBe(0);
  });
});
