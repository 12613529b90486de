import { beforeEach, describe, expect, test, vi } from 'vitest';
import { err, ok } from '#base/result.ts';

const NEEDED = err({ type: 'StepUpNeeded' } as const);
const vault = { stepUp: vi.fn(), listen: () => () => undefined };
vi.mock('#state/vault.ts', () => ({ vault }));

const { stepUp } = await import('#state/step-up.svelte.ts');
const { leaveWorkspace } = await import('#state/leave.ts');

/** Until a dialog would be on the screen. */
const asked = () => vi.waitFor(() => expect(stepUp.asking).toBe(true));

describe('the passphrase, asked for again', () => {
  beforeEach(() => {
    vault.stepUp.mockReset();
  });

  test('is not asked for where the worker does not want it', async () => {
    expect(await stepUp.guard(() => Promise.resolve(ok(7)))).toEqual(ok(7));
    const refused = err({ type: 'NotFound' } as const);
    expect(await stepUp.guard(() => Promise.resolve(refused))).toEqual(refused);
    expect(stepUp.asking).toBe(false);
  });

  test('lets what was asked for run once more, after as many tries as it takes', async () => {
    const verb = vi.fn().mockResolvedValueOnce(NEEDED).mockResolvedValueOnce(ok('done'));
    const guarded = stepUp.guard(verb);
    await asked();
    vault.stepUp.mockResolvedValueOnce(err({ type: 'WrongPassphrase' }));
    expect((await stepUp.confirm({ by: 'passphrase', passphrase: 'wrong' })).ok).toBe(false);
    expect(stepUp.asking).toBe(true);
    expect(verb).toHaveBeenCalledTimes(1);
    vault.stepUp.mockResolvedValueOnce(ok());
    await stepUp.confirm({ by: 'passphrase', passphrase: 'right' });
    expect(await guarded).toEqual(ok('done'));
    expect(stepUp.asking).toBe(false);
  });

  test.each([
    ['who cancels', () => stepUp.cancel()],
    ['who locks', () => leaveWorkspace()],
  ])('%s gets the worker’s refusal, and nothing is done', async (_, leave) => {
    const verb = vi.fn().mockResolvedValue(NEEDED);
    const guarded = stepUp.guard(verb);
    await asked();
    leave();
    expect(await guarded).toEqual(NEEDED);
    expect(verb).toHaveBeenCalledTimes(1);
    expect(stepUp.asking).toBe(false);
  });

  test('a second question takes the place of the first', async () => {
    const first = stepUp.guard(() => Promise.resolve(NEEDED));
    await asked();
    const second = stepUp.guard(() => Promise.resolve(NEEDED));
    expect(await first).toEqual(NEEDED);
    expect(stepUp.asking).toBe(true);
    stepUp.cancel();
    expect(await second).toEqual(NEEDED);
  });
});
