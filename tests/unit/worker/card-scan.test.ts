import 'fake-indexeddb/auto';
import { createWitness } from '#compliance/audit/witness.ts';
import { AuditLog } from '#compliance/audit/log.ts';
import { guard } from '#compliance/guard.ts';
import { Workspaces } from '#vault/workspaces.ts';
import type { Checks } from '#worker/checks.ts';
import { Compliance } from '#worker/compliance.ts';
import type { Retaining } from '#worker/retaining.ts';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import {
  BY_PASSPHRASE,
  createEnvironment,
  createSession,
  HandClock,
  must,
} from '../vault/fixture.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const PAN = '4111 1111 1111 1111';

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
});

afterEach(() => {
  vi.useRealTimers();
});

/** With what was written before there was a guard. */
async function createKept() {
  const clock = new HandClock();
  const { session: before } = await createSession(createEnvironment({ clock }));
  const values = { name: 'Ada', notes: PAN };
  must(await before.vault.save([{ kind: 'customer', values }]));
  await before.end({ everywhere: false });
  const environment = createEnvironment({ clock, guard, witness: createWitness() });
  const session = must(await new Workspaces(environment).unlock(before.workspace, BY_PASSPHRASE));
  const compliance = new Compliance(session, clock, () => undefined);
  const kept = vi.fn(() => Promise.resolve());
  const checks = { keepDaily: kept } as unknown as Checks;
  const retaining = { keepDaily: () => Promise.resolve() } as unknown as Retaining;
  const scans = async () =>
    (await new AuditLog(session.vault).read({}, 0, 1000)).filter(
      ({ event }) => event.act === 'cardsScanned',
    ).length;
  /** Hour by hour, as the worker's timer has it. */
  const pass = async (time: number) => {
    clock.milliseconds += time;
    const times = kept.mock.calls.length;
    vi.advanceTimersByTime(HOUR);
    await vi.waitFor(() => expect(kept.mock.calls.length).toBe(times + 1));
  };
  compliance.keepDaily(checks, retaining);
  await vi.waitFor(() => expect(kept).toHaveBeenCalledOnce());
  return { compliance, scans, pass };
}

describe('the full scan', () => {
  it('runs by itself after the first unlock and once a week, and is told of each time', async () => {
    const { compliance, scans, pass } = await createKept();
    const first = compliance.cards().lastScan;
    expect(first).toMatchObject({ hits: 1, mended: 1 });
    expect(await scans()).toBe(1);
    await pass(6 * DAY);
    expect(compliance.cards().lastScan).toEqual(first);
    expect(await scans()).toBe(1);
    await pass(DAY);
    const second = compliance.cards().lastScan;
    expect(second?.hits).toBe(0);
    expect(second?.at).toBeGreaterThanOrEqual((first?.at ?? Infinity) + 7 * DAY);
    expect(await scans()).toBe(2);
    compliance.stop();
  });

  it('leaves a finding of each hit, open until somebody closes it', async () => {
    const { compliance } = await createKept();
    const [finding, ...others] = compliance.cards().findings;
    expect(others).toEqual([]);
    expect(finding).toMatchObject({ field: 'notes', source: 'scan', closedAt: null });
    must(await compliance.closeCardFinding(finding!.id));
    expect(compliance.cards().findings.map(({ closedAt }) => closedAt === null)).toEqual([false]);
    compliance.stop();
  });

  it('counts what gave way in a reason for emergency access', async () => {
    const { compliance } = await createKept();
    expect(must(await compliance.breakGlass(`Fall, card ${PAN}`)).replaced).toBe(1);
    compliance.stop();
  });
});
