import { Compliance } from '#worker/compliance.ts';
import { syncVerbs } from '#worker/sync-verbs.ts';
import type { Sync } from '#sync/sync.ts';
import type { Kind } from '#domain/catalogue.ts';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createLogged } from '../compliance/audit/team.ts';
import { must } from '../vault/fixture.ts';
import { asViewer } from './service.ts';

const MINUTE = 60_000;

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
});

afterEach(() => {
  vi.useRealTimers();
});

async function createViewer() {
  const { session, clock } = await createLogged();
  const remask = vi.fn();
  const open = async (): Promise<Compliance> => {
    const compliance = new Compliance(asViewer(session), clock, remask);
    await compliance.recall();
    return compliance;
  };
  return { session, clock, remask, open };
}

const isMasked = (compliance: Compliance): boolean => compliance.hiddenOf('transaction').size > 0;

describe('emergency access', () => {
  it('shows for its time what the role does not see, and only to whoever says why', async () => {
    const { clock, open } = await createViewer();
    const compliance = await open();
    expect(isMasked(compliance)).toBe(true);
    expect(await compliance.breakGlass('  ')).toMatchObject({ error: { type: 'Invalid' } });
    expect(isMasked(compliance)).toBe(true);
    must(await compliance.breakGlass('Fall in the shop'));
    expect(isMasked(compliance)).toBe(false);
    clock.milliseconds += 60 * MINUTE;
    expect(isMasked(compliance)).toBe(true);
    compliance.stop();
  });

  it('ends by a timer, for good, wherever the clock is set', async () => {
    const { clock, remask, open } = await createViewer();
    const compliance = await open();
    must(await compliance.breakGlass('Fall in the shop'));
    clock.milliseconds += 59 * MINUTE;
    expect(isMasked(compliance)).toBe(false);
    clock.milliseconds -= 58 * MINUTE;
    vi.advanceTimersByTime(60 * MINUTE);
    expect(isMasked(compliance)).toBe(true);
    await vi.waitFor(() => expect(remask).toHaveBeenCalled());
    expect(isMasked(await open())).toBe(true);
    expect((await compliance.access()).glassUntil).toBeNull();
  });

  it('is no longer after an unlock for a clock that was set back meanwhile', async () => {
    const { session, clock, open } = await createViewer();
    const first = await open();
    must(await first.breakGlass('Fall in the shop'));
    first.stop();
    clock.milliseconds += 59 * MINUTE;
    must(await session.vault.note([{ act: 'locked', outcome: 'done' }]));
    clock.milliseconds -= 58 * MINUTE;
    const second = await open();
    expect(isMasked(second)).toBe(false);
    vi.advanceTimersByTime(MINUTE);
    expect(isMasked(second)).toBe(true);
    second.stop();
  });

  it('can be taken again after a clock that ran ahead was put right', async () => {
    const { session, clock, open } = await createViewer();
    clock.milliseconds += 500 * MINUTE;
    must(await session.vault.note([{ act: 'locked', outcome: 'done' }]));
    clock.milliseconds -= 500 * MINUTE;
    must(await (await open()).breakGlass('Fall in the shop'));
    const compliance = await open();
    expect(isMasked(compliance)).toBe(false);
    compliance.stop();
  });
});

describe('conflicts', () => {
  it('of fields that a role does not see are not shown to it', async () => {
    const of = (kind: Kind, field: string) => ({ kind, field });
    const all = [of('transaction', 'amount'), of('customer', 'name')];
    const sync = { conflicts: () => Promise.resolve(all) } as unknown as Sync;
    const hidden = (kind: Kind) => new Set(kind === 'transaction' ? ['amount'] : []);
    const verbs = syncVerbs(
      () => Promise.resolve(sync),
      () => false,
      () => Promise.resolve(hidden),
    );
    expect(await verbs.conflicts()).toEqual([of('customer', 'name')]);
  });
});
