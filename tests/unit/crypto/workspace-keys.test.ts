import fc from 'fast-check';
import { createHash, createHmac, hkdfSync } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { fixedKeyBytes, hashBytes } from '#crypto/byte-types.ts';
import { sha256 } from '#crypto/hash.ts';
import { removeRecord } from '#crypto/membership.ts';
import { recoveryAgreementKeys } from '#crypto/recovery.ts';
import { attachmentName, openEpochKeys, wipeEpochKeys } from '#crypto/workspace-keys.ts';
import { errorOf, numRuns, valueOf } from './samples.ts';
import { createTeamDevice, NEVER_WROTE, Team, type TeamDevice } from './team.ts';

const [first, second, third, late] = await Promise.all([
  createTeamDevice(),
  createTeamDevice(),
  createTeamDevice(),
  createTeamDevice(),
]);
const remove = async (team: Team, { device }: TeamDevice) =>
  team.with(await removeRecord(team.by(), { device, last: NEVER_WROTE }));

let team = await Team.create();
team = await team.add(first, 'member');
team = await team.add(second, 'member');
team = await remove(team, first);
team = await team.add(third, 'admin');
team = await remove(team, second);
team = await team.add(late, 'viewer');
const state = await team.state();

const openFor = async ({ device, deviceKeys }: TeamDevice, log = state) =>
  valueOf(await openEpochKeys(log, device, deviceKeys.agreement));
const byFounder = await openFor(team.admin);
const epochs = [0, 1, 2];
const bytesOf = (keys: typeof byFounder) =>
  epochs.map((epoch) => Array.from(keys.keyOf(epoch) ?? []));

describe('epoch keys', () => {
  it('of all epochs reach who is active, whenever it came, and the recovery key', async () => {
    expect(byFounder.current).toBe(2);
    expect(new Set(bytesOf(byFounder).map(String)).size).toBe(3);
    expect(byFounder.keyOf(3)).toBeUndefined();
    const agreement = await recoveryAgreementKeys(team.recoveryKey);
    const byRecovery = valueOf(await openEpochKeys(state, 'recovery', agreement));
    for (const keys of [await openFor(third), await openFor(late), byRecovery]) {
      expect(keys.current).toBe(2);
      expect(bytesOf(keys)).toEqual(bytesOf(byFounder));
      expect(Array.from(keys.fixedKey)).toEqual(Array.from(byFounder.fixedKey));
    }
  });

  it('end for a removed device with the epoch before', async () => {
    const [epoch0, epoch1] = bytesOf(byFounder);
    const bySecond = await openFor(second);
    expect(bySecond.current).toBe(1);
    expect(bytesOf(bySecond)).toEqual([epoch0, epoch1, []]);
    expect(bytesOf(await openFor(first))).toEqual([epoch0, [], []]);
  });

  it('do not open for a stranger, nor for another device', async () => {
    const { device, deviceKeys } = await createTeamDevice();
    const stranger = await openEpochKeys(state, device, deviceKeys.agreement);
    expect(errorOf(stranger).type).toBe('NotWrapped');
    const thief = await openEpochKeys(state, late.device, deviceKeys.agreement);
    expect(errorOf(thief).type).toBe('NotAuthentic');
  });

  it('are missing below a chain that does not open, but for those that were wrapped', async () => {
    const [chain, newer] = state.chains;
    if (!chain || !newer) throw new Error('no chains');
    const sealed = newer.sealed.slice();
    sealed.fill(0, -16);
    for (const chains of [
      [chain, { ...newer, sealed }],
      [chain, { ...newer, sealed: chain.sealed }],
      [chain, { ...newer, record: 99 }],
      [chain],
    ]) {
      const broken = { ...state, chains };
      expect(bytesOf(await openFor(late, broken)).map((key) => key.length)).toEqual([0, 0, 32]);
      expect(bytesOf(await openFor(team.admin, broken))).toEqual(bytesOf(byFounder));
    }
  });

  it('are overwritten when the workspace locks', async () => {
    const keys = await openFor(third);
    wipeEpochKeys(keys);
    expect(
      bytesOf(keys)
        .flat()
        .every((byte) => byte === 0),
    ).toBe(true);
    expect(keys.fixedKey.every((byte) => byte === 0)).toBe(true);
    wipeEpochKeys(await openFor(first));
  });

  it('never show in a message', () => {
    expect(JSON.stringify({ key: byFounder.keyOf(1), fixed: byFounder.fixedKey })).toBe(
      '{"key":"<redacted>","fixed":"<redacted>"}',
    );
  });
});

describe("an attachment's name", () => {
  it('is an HMAC of its hash under a key of its own, for any key and content', async () => {
    const key = fc.uint8Array({ minLength: 32, maxLength: 32 });
    await fc.assert(
      fc.asyncProperty(key, fc.uint8Array(), async (bytes, content) => {
        const name = await attachmentName(fixedKeyBytes(bytes.slice()), await sha256(content));
        const nameKey = hkdfSync('sha256', bytes, '', 'holdfast/1 attachment names', 32);
        const digest = createHash('sha256').update(content).digest();
        const expected = createHmac('sha256', Buffer.from(nameKey)).update(digest).digest('hex');
        expect(name).toBe(expected);
      }),
      { numRuns },
    );
  });

  it('differs between workspaces', async () => {
    const content = hashBytes(new Uint8Array(32));
    const names = await Promise.all(
      [1, 2].map((fill) => attachmentName(fixedKeyBytes(new Uint8Array(32).fill(fill)), content)),
    );
    expect(names[0]).not.toBe(names[1]);
  });
});
