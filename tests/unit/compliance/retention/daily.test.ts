import { Compliance } from '#worker/compliance.ts';
import { Erasing } from '#worker/erasing.ts';
import { Retaining } from '#worker/retaining.ts';
import { surveyLog } from '#compliance/audit/survey.ts';
import { createWitness } from '#compliance/audit/witness.ts';
import { expect, it } from 'vitest';
import {
  createEnvironment,
  createSession,
  HandClock,
  must,
  NEVER,
  BY_PASSPHRASE,
} from '../../vault/fixture.ts';

const HOUR = 60 * 60 * 1000;
const work = { signal: NEVER, onProgress: () => undefined };

it('the rules are looked at once a day, however often the workspace is unlocked', async () => {
  const clock = new HandClock();
  const made = await createSession(createEnvironment({ clock, witness: createWitness() }));
  let { session } = made;
  const look = async (): Promise<number> => {
    const compliance = new Compliance(session, clock, () => undefined);
    const hasStore = () => Promise.resolve(false);
    const erasing = new Erasing({ session, clock, hasStore, rooms: [] });
    await new Retaining({ session, clock, compliance, erasing }).keepDaily(work);
    return (await surveyLog(compliance.log)).lastOf('retentionRun');
  };
  expect(await look()).toBe(0);
  const values = { covers: 'customer', months: 12, trigger: 'created', action: 'erase' };
  must(await session.vault.save([{ kind: 'retentionRule', values }]));
  const first = await look();
  expect(first).toBeGreaterThan(0);

  await session.end({ everywhere: false });
  session = must(await made.workspaces.unlock(session.workspace, BY_PASSPHRASE));
  clock.milliseconds += HOUR;
  expect(await look()).toBe(first);
  clock.milliseconds += 23 * HOUR;
  expect(await look()).toBeGreaterThan(first + 23 * HOUR);
});
