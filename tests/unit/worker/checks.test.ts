import 'fake-indexeddb/auto';
import { recordRoom } from '#compliance/personal-room.ts';
import { runIds, saveRun } from '#compliance/runs/keeping.ts';
import type { Session } from '#vault/session.ts';
import { Checks } from '#worker/checks.ts';
import { Compliance } from '#worker/compliance.ts';
import { describe, expect, it } from 'vitest';
import { readPolicyFile } from '../compliance/packs/packs.ts';
import { createEnvironment, createSession, HandClock, must, NEVER } from '../vault/fixture.ts';
import { asViewer } from './service.ts';

const DAY = 24 * 60 * 60 * 1000;
const quietly = { signal: NEVER, onProgress: () => undefined };

async function createParts() {
  const clock = new HandClock();
  const { session } = await createSession(createEnvironment({ clock }));
  return { session, clock };
}

function checksOf(session: Session, clock: HandClock): Checks {
  return new Checks({
    session,
    clock,
    compliance: new Compliance(session, clock, () => undefined),
    readAppFile: (path) => Promise.resolve(readPolicyFile(path)),
    outside: () =>
      Promise.resolve({ contentPolicy: null, store: null, clockOffsetMs: null, wiped: new Set() }),
    rooms: [recordRoom(session)],
  });
}

describe('the checks', () => {
  it('run once a day from the second day on, whatever clock others ran them by', async () => {
    const { session, clock } = await createParts();
    const { vault } = session;
    const checks = checksOf(session, clock);
    await checks.keepDaily(quietly);
    expect(runIds(vault).length).toBe(0);
    clock.milliseconds += DAY;
    await checks.keepDaily(quietly);
    await checks.keepDaily(quietly);
    expect(runIds(vault).length).toBe(1);
    must(await saveRun(vault, { at: clock.milliseconds + 900 * DAY, packs: [] }));
    clock.milliseconds += DAY;
    await checks.keepDaily(quietly);
    expect(runIds(vault).length).toBe(3);
    const { run } = await checks.view(null);
    expect(run?.at).toBeLessThan(clock.milliseconds);
  });

  it('that a viewer ran are shown as theirs until a newer run is kept, and nothing is written', async () => {
    const { session, clock } = await createParts();
    const member = checksOf(session, clock);
    must(await member.run(quietly));
    const viewer = checksOf(asViewer(session), clock);
    expect((await viewer.view(null)).run?.memberName).toBe('Maren');
    must(await viewer.run(quietly));
    expect(runIds(session.vault).length).toBe(1);
    const view = await viewer.view(null);
    expect(view.run).toBe(null);
    expect(view.comparedWith).toBe(runIds(session.vault)[0]);
    expect(view.regulations[0]?.counts.pass).toBeGreaterThan(0);
    clock.milliseconds += 1000;
    must(await member.run(quietly));
    expect((await viewer.view(null)).run).not.toBe(null);
  });

  it('call the entries of registers by their names', async () => {
    const { session, clock } = await createParts();
    const checks = checksOf(session, clock);
    const values = { title: 'Lost key ring', aware: '2026-10-01T09:00' };
    must(await session.vault.save([{ kind: 'incident', values }]));
    must(await checks.run(quietly));
    const { regulations } = await checks.view(null);
    const g23 = regulations.flatMap(({ controls }) => controls).find(({ id }) => id === 'G23');
    expect(g23).toMatchObject({ outcome: 'fail', evidence: [{ name: 'Lost key ring' }] });
  });

  it('of data quality wait for the search for duplicates, but not with what is wrong already', async () => {
    const { session, clock } = await createParts();
    const checks = checksOf(session, clock);
    const outcome = async () => {
      must(await checks.run(quietly));
      const { regulations } = await checks.view(null);
      return regulations.flatMap(({ controls }) => controls).find(({ id }) => id === 'G3');
    };
    must(await session.vault.save([{ kind: 'customer', values: { name: 'Bea Lund' } }]));
    expect(await outcome()).toMatchObject({ outcome: 'notRun', missing: ['duplicates'] });
    for (const id of ['G19', 'L4', 'C4', 'G13', 'L6']) {
      const { regulations } = await checks.view(null);
      const control = regulations
        .flatMap(({ controls }) => controls)
        .find((each) => each.id === id);
      expect(control?.outcome, id).toBe('notRun');
    }
  });
});
