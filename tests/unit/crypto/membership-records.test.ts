import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { bytesToBase64 } from '#base/bytes.ts';
import { createDeviceId } from '#base/ids.ts';
import { createDeviceKeys } from '#crypto/device-keys.ts';
import { createInviteCode } from '#crypto/invite.ts';
import {
  appendRecoveryRecord,
  credentialsRecord,
  deviceRecord,
  epochAt,
  extendMembership,
  hashAt,
  inviteRecord,
  isActiveAt,
  removeRecord,
  roleAt,
  roleRecord,
  timeAt,
  verifyMembership,
  withdrawRecord,
  type Member,
} from '#crypto/membership.ts';
import { createRecoveryKey, recoverySigningKeys } from '#crypto/recovery.ts';
import { hashOf, isSignedBy, parseLine, signLine } from '#crypto/signed-line.ts';
import { openCredentials } from '#crypto/store-credentials.ts';
import { createdAt, errorOf, numRuns, valueOf } from './samples.ts';
import {
  afterExpiry,
  at,
  contentsOf,
  createTeamDevice,
  expiresAt,
  NEVER_WROTE,
  publicHalves,
  Team,
  type TeamDevice,
} from './team.ts';

/** The founder, and three whom it let in. */
let team: Team;
let anna: TeamDevice;
let bert: TeamDevice;
let carla: TeamDevice;
/** An invite that nobody has used. */
const open = createInviteCode();
const used = createInviteCode();
const position = { seq: 7, hash: 'cd'.repeat(32) };

beforeAll(async () => {
  [anna, bert, carla] = await Promise.all([
    createTeamDevice(),
    createTeamDevice(),
    createTeamDevice(),
  ]);
  const founded = await (await Team.create()).add(anna, 'admin');
  const grown = await founded.add(bert, 'member');
  const invited = await (await grown.invite(used, 'viewer')).join(used, 'viewer', carla);
  team = await invited.invite(open, 'member');
});

/** What readers say of a forged line after the team's log. */
async function refusalOf(line: string, log = team): Promise<string> {
  const n = log.lines.length;
  const error = errorOf(await verifyMembership({ lines: [...log.lines, line] }));
  expect(error).toMatchObject({ line: n });
  return error.type;
}

describe('a log with many records', () => {
  it('says who belongs to the workspace, since when, in which role', async () => {
    const state = await team.state();
    const roles = Array.from(state.devices, ([device, { role, addedAt }]) => [
      device,
      role,
      addedAt,
    ]);
    expect(roles).toEqual([
      [team.admin.device, 'admin', 0],
      [anna.device, 'admin', 2],
      [bert.device, 'member', 4],
      [carla.device, 'viewer', 6],
    ]);
    expect(state.invites.get(open)).toMatchObject({
      role: 'member',
      expiresAt,
      by: team.admin.device,
      addedAt: 7,
    });
    expect(state.invites.get(used)?.usedAt).toBe(6);
  });

  it('knows hash, epoch and time of every record, and of no other', async () => {
    const state = await team.state();
    for (const [index, line] of team.lines.slice(1).entries()) {
      const { body } = JSON.parse(line) as { body: string };
      expect(hashAt(state, index)).toBe(await hashOf(body));
      expect(epochAt(state, index)).toBe(0);
      expect(timeAt(state, index)).toBe(Date.parse(index === 0 ? createdAt : at));
    }
    expect(hashAt(state, 7)).toBe(state.position.hash);
    for (const n of [-1, 8]) {
      expect([hashAt(state, n), epochAt(state, n), timeAt(state, n)]).toEqual([
        undefined,
        undefined,
        undefined,
      ]);
    }
  });

  it('reads the same in one go and record by record, from wherever it is read on', async () => {
    const removal = { device: bert.device, last: position };
    const longer = team.with(await removeRecord(team.by(), removal));
    const whole = await longer.state();
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 2, max: longer.lines.length }), async (split) => {
        const before = valueOf(await verifyMembership({ lines: longer.lines.slice(0, split) }));
        const after = valueOf(await extendMembership(before, longer.lines.slice(split)));
        expect(after).toEqual(whole);
      }),
      { numRuns: Math.min(numRuns, 10) },
    );
    let stepwise = valueOf(await verifyMembership({ lines: longer.lines.slice(0, 2) }));
    for (const line of longer.lines.slice(2)) {
      stepwise = valueOf(await extendMembership(stepwise, [line]));
    }
    expect(stepwise).toEqual(whole);
  });

  it('is refused record by record as it is in one go', async () => {
    const before = await team.state();
    const [, , third = ''] = team.lines;
    const repeated = await extendMembership(before, [third]);
    expect(errorOf(repeated)).toEqual({ type: 'BrokenChain', line: team.lines.length });
    expect(errorOf(await extendMembership(before, ['{}'])).type).toBe('BadRecord');
  });

  it('takes records from active admins only', async () => {
    const role = { type: 'role', device: carla.device, role: 'member' };
    const { signing } = bert.deviceKeys;
    expect(await refusalOf(await team.forge(role, bert.device, signing))).toBe('NotPermitted');
    const inItsName = await team.forge(role, anna.device, signing);
    expect(await refusalOf(inItsName)).toBe('BadSignature');
    const removed = team.with(
      await removeRecord(team.by(), { device: anna.device, last: NEVER_WROTE }),
    );
    const late = await removed.forge(role, anna.device, anna.deviceKeys.signing);
    expect(await refusalOf(late, removed)).toBe('NotPermitted');
    const error = errorOf(await roleRecord(removed.by(anna), { ...role, role: 'member' }));
    expect(error.type).toBe('NotPermitted');
  });

  it('takes no line that was signed for another purpose', async () => {
    const line = valueOf(await roleRecord(team.by(), { device: carla.device, role: 'member' }));
    const parsed = parseLine(line);
    if (parsed === null) throw new Error('not a line');
    const { signing } = team.admin.deviceKeys;
    const asHead = await signLine(signing.privateKey, parsed.body, 'head');
    expect(await refusalOf(asHead)).toBe('BadSignature');
    expect(await isSignedBy(signing.publicKey, parsed)).toBe(true);
    expect(await isSignedBy(signing.publicKey, parsed, 'head')).toBe(false);
  });

  it.each([
    ['without a time', { at: undefined }],
    ['with a time in another spelling', { at: '2026-11-24T08:00:00Z' }],
    ['with a day that is none', { at: '2026-02-30T08:00:00.000Z' }],
    ['with a field that nobody knows', { extra: 1 }],
  ])('is refused %s', async (_, changes) => {
    const line = valueOf(await roleRecord(team.by(), { device: carla.device, role: 'member' }));
    expect(await refusalOf(await team.change(line, changes))).toBe('BadRecord');
  });
});

describe('an invite', () => {
  it('lets in one device, in its role', async () => {
    const dora = await createTeamDevice();
    const joined = await team.join(open, 'member', dora);
    const state = await joined.state();
    expect(state.devices.get(dora.device)).toEqual({
      role: 'member',
      signing: dora.deviceKeys.signing.publicKey,
      agreement: dora.deviceKeys.agreement.publicKey,
      addedAt: 8,
      roles: [{ from: 8, role: 'member' }],
    });
    const next = { ...publicHalves(await createTeamDevice()), role: 'member' as const };
    const again = await deviceRecord(joined.by(), { ...next, invite: open });
    expect(errorOf(again)).toEqual({ type: 'InviteUsed' });
  });

  it('does not let in when used, expired, withdrawn, unknown, or of another role', async () => {
    const joiner = { ...publicHalves(await createTeamDevice()), role: 'member' as const };
    const good = valueOf(await deviceRecord(team.by(), { ...joiner, invite: open }));
    const refusals = [
      [{ invite: used, role: 'viewer' }, 'InviteUsed'],
      [{ invite: createInviteCode() }, 'NotFound'],
      [{ invite: null }, 'NotPermitted'],
      [{ role: 'admin' }, 'BadRecord'],
    ] as const;
    for (const [changes, type] of refusals) {
      const fields = { ...joiner, invite: open, ...changes };
      expect(errorOf(await deviceRecord(team.by(), fields)).type).toBe(type);
      const forged = await team.change(good, changes);
      expect(await refusalOf(forged)).toBe(type === 'NotPermitted' ? type : 'BadRecord');
    }

    const late = team.by(team.admin, afterExpiry);
    expect(errorOf(await deviceRecord(late, { ...joiner, invite: open })).type).toBe(
      'InviteExpired',
    );
    expect(await refusalOf(await team.change(good, { at: afterExpiry }))).toBe('BadRecord');
    const onTime = team.by(team.admin, expiresAt);
    expect((await deviceRecord(onTime, { ...joiner, invite: open })).ok).toBe(true);

    const withdrawn = team.with(await withdrawRecord(team.by(anna), { invite: open }));
    const tooLate = await deviceRecord(withdrawn.by(), { ...joiner, invite: open });
    expect(errorOf(tooLate).type).toBe('InviteUsed');
  });

  it('is made once, and withdrawn while it is open', async () => {
    const { signing } = await createDeviceKeys();
    const fields = { invite: open, key: signing.publicKey, role: 'viewer', expiresAt } as const;
    expect(errorOf(await inviteRecord(team.by(), fields)).type).toBe('BadRecord');
    expect(errorOf(await withdrawRecord(team.by(), { invite: used })).type).toBe('InviteUsed');
    const unknown = await withdrawRecord(team.by(), { invite: createInviteCode() });
    expect(errorOf(unknown).type).toBe('NotFound');
    const withdrawn = team.with(await withdrawRecord(team.by(), { invite: open }));
    expect((await withdrawn.state()).invites.get(open)?.withdrawnAt).toBe(8);
    expect(errorOf(await withdrawRecord(withdrawn.by(), { invite: open })).type).toBe('InviteUsed');
  });
});

describe('a new device', () => {
  it('has id and keys that none had before', async () => {
    const fresh = publicHalves(await createTeamDevice());
    for (const known of [publicHalves(bert), publicHalves(team.admin)]) {
      for (const changes of [
        { device: known.device },
        { signing: known.signing },
        { agreement: known.agreement },
      ]) {
        const fields = { ...fresh, ...changes, role: 'member' as const, invite: open };
        expect(errorOf(await deviceRecord(team.by(), fields)).type).toBe('BadRecord');
      }
    }
    const removed = team.with(
      await removeRecord(team.by(), { device: bert.device, last: position }),
    );
    const back = { ...fresh, device: bert.device, role: 'member' as const, invite: open };
    expect(errorOf(await deviceRecord(removed.by(), back)).type).toBe('BadRecord');
  });

  it('is wrapped the keys of the current epoch, it alone', async () => {
    const fields = { ...publicHalves(await createTeamDevice()), role: 'member', invite: open };
    const line = valueOf(await deviceRecord(team.by(), { ...fields, role: 'member' }));
    const { wraps } = contentsOf(line) as { wraps: object[] };
    for (const changes of [
      { epoch: 1 },
      { wraps: [] },
      { wraps: [...wraps, ...wraps] },
      { wraps: [{ ...wraps[0], to: bert.device }] },
    ]) {
      expect(await refusalOf(await team.change(line, changes))).toBe('BadRecord');
    }
  });

  it('comes in by the recovery key as an admin, without an invite', async () => {
    const rescuer = await createTeamDevice();
    const author = { lines: team.lines, recoveryKey: team.recoveryKey, at };
    const fields = { ...publicHalves(rescuer), role: 'admin', invite: null } as const;
    const rescued = team.with(await deviceRecord(author, fields));
    expect((await rescued.state()).devices.get(rescuer.device)?.role).toBe('admin');
    // It can go on at once: it has the keys.
    const removal = { device: team.admin.device, last: position };
    expect((await removeRecord(rescued.by(rescuer), removal)).ok).toBe(true);

    for (const changes of [{ role: 'member' }, { invite: open }] as const) {
      const other = await deviceRecord(author, { ...fields, ...changes });
      expect(errorOf(other).type).toBe('BadRecord');
    }
    const stranger = { ...author, recoveryKey: await createRecoveryKey() };
    expect(errorOf(await deviceRecord(stranger, fields)).type).toBe('NotAuthentic');
  });

  it('does not come in by a recovery key that was replaced', async () => {
    const next = await createRecoveryKey();
    const lines = valueOf(
      await appendRecoveryRecord({
        lines: team.lines,
        ...team.admin,
        recoveryRecipient: next.recipient,
        recoverySigner: next.signerPublicKey,
      }),
    );
    const fields = {
      ...publicHalves(await createTeamDevice()),
      role: 'admin',
      invite: null,
    } as const;
    const byOld = await deviceRecord({ lines, recoveryKey: team.recoveryKey, at }, fields);
    expect(errorOf(byOld).type).toBe('NotAuthentic');
    expect((await deviceRecord({ lines, recoveryKey: next, at }, fields)).ok).toBe(true);
  });

  it('is all that the recovery signer may sign', async () => {
    const keys = await recoverySigningKeys(team.recoveryKey);
    for (const contents of [
      { type: 'role', device: carla.device, role: 'member' },
      { type: 'withdraw', invite: open },
      { type: 'oath' },
    ]) {
      const line = await team.forge(contents, 'recovery', keys);
      expect(await refusalOf(line)).toBe('NotPermitted');
    }
  });
});

describe('a role', () => {
  it('is raised from here on, and lowered from a last position on', async () => {
    const raised = team.with(await roleRecord(team.by(), { device: carla.device, role: 'member' }));
    const lowered = raised.with(
      await roleRecord(raised.by(), { device: carla.device, role: 'viewer', last: position }),
    );
    const member = (await lowered.state()).devices.get(carla.device);
    expect(member?.role).toBe('viewer');
    expect(member?.roles).toEqual([
      { from: 6, role: 'viewer' },
      { from: 8, role: 'member' },
      { from: 9, role: 'viewer', last: position },
    ]);
  });

  it('names a last position when lowered and only then', async () => {
    for (const fields of [
      { device: bert.device, role: 'viewer' },
      { device: carla.device, role: 'member', last: position },
      { device: carla.device, role: 'viewer', last: position },
      { device: carla.device, role: 'viewer' },
      { device: bert.device, role: 'viewer', last: { seq: 0, hash: position.hash } },
      { device: bert.device, role: 'viewer', last: { seq: 1, hash: NEVER_WROTE.hash } },
    ] as const) {
      expect(errorOf(await roleRecord(team.by(), fields)).type).toBe('BadRecord');
      const forged = await team.forge(
        { type: 'role', ...fields },
        team.admin.device,
        team.admin.deviceKeys.signing,
      );
      expect(await refusalOf(forged)).toBe('BadRecord');
    }
    const nobody = { device: createDeviceId(), role: 'member' } as const;
    expect(errorOf(await roleRecord(team.by(), nobody)).type).toBe('NotFound');
  });

  it('of the last admin stays', async () => {
    const lower = { role: 'member', last: NEVER_WROTE } as const;
    const alone = team.with(await roleRecord(team.by(), { device: anna.device, ...lower }));
    const last = { device: team.admin.device, ...lower };
    expect(errorOf(await roleRecord(alone.by(), last)).type).toBe('LastAdmin');
    const forged = await alone.forge(
      { type: 'role', ...last },
      team.admin.device,
      team.admin.deviceKeys.signing,
    );
    expect(await refusalOf(forged, alone)).toBe('BadRecord');
    // With another admin there, one may lower itself.
    expect((await roleRecord(team.by(), last)).ok).toBe(true);
  });
});

describe('a removal', () => {
  it('ends the device and begins an epoch', async () => {
    const removed = team.with(
      await removeRecord(team.by(), { device: bert.device, last: position }),
    );
    const state = await removed.state();
    const member = state.devices.get(bert.device);
    expect(member).toMatchObject({ role: 'member', removedAt: 8, removedLast: position });
    expect(state.epoch).toBe(1);
    expect([epochAt(state, 7), epochAt(state, 8)]).toEqual([0, 1]);
    const wrapped = state.wraps.filter(({ record }) => record === 8).map(({ to }) => to);
    expect(wrapped).toEqual([team.admin.device, anna.device, carla.device, 'recovery']);
    const isActive = [3, 4, 7, 8].map((n) => member && isActiveAt(member, n));
    expect(isActive).toEqual([false, true, true, false]);
  });

  it('is of an active device that is neither the last admin nor the signer', async () => {
    const unknown = { device: createDeviceId(), last: position };
    expect(errorOf(await removeRecord(team.by(), unknown)).type).toBe('NotFound');
    const itself = { device: team.admin.device, last: position };
    expect(errorOf(await removeRecord(team.by(), itself)).type).toBe('NotPermitted');
    const alone = team.with(await removeRecord(team.by(), { device: anna.device, last: position }));
    expect(errorOf(await removeRecord(alone.by(), itself)).type).toBe('LastAdmin');
    const twice = { device: anna.device, last: position };
    expect(errorOf(await removeRecord(alone.by(), twice)).type).toBe('NotFound');
  });

  it('is refused where it leaves somebody out, lets somebody in, or miscounts', async () => {
    const line = valueOf(await removeRecord(team.by(), { device: bert.device, last: position }));
    const { wraps } = contentsOf(line) as { wraps: { to: string }[] };
    for (const changes of [
      { wraps: wraps.slice(1) },
      { wraps: wraps.slice(0, -1) },
      { wraps: wraps.toReversed() },
      { wraps: [...wraps, { ...wraps[0], to: bert.device }] },
      {
        wraps: wraps.map((wrap) => (wrap.to === anna.device ? { ...wrap, to: bert.device } : wrap)),
      },
      { epoch: 0 },
      { epoch: 2 },
      { chain: undefined },
      { chain: bytesToBase64(new Uint8Array(60)) },
      { last: undefined },
      { device: team.admin.device },
      { device: carla.device },
    ]) {
      const type = changes.device === team.admin.device ? 'NotPermitted' : 'BadRecord';
      expect(await refusalOf(await team.change(line, changes))).toBe(type);
    }
  });
});

describe('new store credentials', () => {
  const credentialsOf = (_: unknown, { role }: Member) =>
    role === 'admin'
      ? { accessKey: 'full', secretKey: 'kelp' }
      : { accessKey: 'append', secretKey: 'forest' };

  it('reach every active device, each its own', async () => {
    const removed = team.with(
      await removeRecord(team.by(), { device: anna.device, last: position }),
    );
    const renewed = removed.with(await credentialsRecord(removed.by(), { credentialsOf }));
    const state = await renewed.state();
    const openFor = ({ device, deviceKeys }: TeamDevice) =>
      openCredentials(state, device, deviceKeys.agreement);
    expect(valueOf(await openFor(team.admin)).accessKey).toBe('full');
    expect(valueOf(await openFor(bert)).accessKey).toBe('append');
    expect(errorOf(await openFor(anna)).type).toBe('NotWrapped');
    const stolen = await openCredentials(state, bert.device, anna.deviceKeys.agreement);
    expect(errorOf(stolen).type).toBe('NotAuthentic');
    const none = await openCredentials(await team.state(), bert.device, bert.deviceKeys.agreement);
    expect(errorOf(none).type).toBe('NotWrapped');
  });

  it('are replaced by newer ones', async () => {
    const once = team.with(await credentialsRecord(team.by(), { credentialsOf }));
    const newer = () => ({ accessKey: 'newer', secretKey: 'sand' });
    const twice = once.with(await credentialsRecord(once.by(), { credentialsOf: newer }));
    const opened = await openCredentials(
      await twice.state(),
      carla.device,
      carla.deviceKeys.agreement,
    );
    expect(valueOf(opened)).toEqual({ accessKey: 'newer', secretKey: 'sand' });
  });

  it('are refused where a device is left out, or a box is none', async () => {
    const line = valueOf(await credentialsRecord(team.by(), { credentialsOf }));
    const { boxes } = contentsOf(line) as { boxes: object[] };
    for (const changed of [
      boxes.slice(1),
      boxes.toReversed(),
      [...boxes, { ...boxes[0], to: createDeviceId() }],
      boxes.map((each) => ({ ...each, box: bytesToBase64(new Uint8Array(48)) })),
      boxes.map((each) => ({ ...each, box: bytesToBase64(new Uint8Array(4097)) })),
    ]) {
      expect(await refusalOf(await team.change(line, { boxes: changed }))).toBe('BadRecord');
    }
  });
});

describe('the role of a segment', async () => {
  const { deviceKeys } = await createTeamDevice();
  const halves = {
    signing: deviceKeys.signing.publicKey,
    agreement: deviceKeys.agreement.publicKey,
    addedAt: 2,
  };
  const last = (seq: number) => ({ seq, hash: position.hash });
  const member: Member = {
    ...halves,
    role: 'member',
    roles: [
      { from: 2, role: 'member' },
      { from: 5, role: 'admin' },
      { from: 8, role: 'viewer', last: last(20) },
      { from: 11, role: 'member' },
    ],
  };

  it.each([
    // As the position says…
    [1, 2, 'member'],
    [9, 5, 'admin'],
    [20, 7, 'admin'],
    // …but beyond the last position of a lowering, by the lower role, whatever is claimed…
    [21, 7, 'viewer'],
    [21, 2, 'viewer'],
    [21, 8, 'viewer'],
    // …also before it, where the author knew of it…
    [20, 8, 'viewer'],
    // …until a position that raises it again.
    [21, 11, 'member'],
    [21, 99, 'member'],
  ] as const)('number %i at position %i is that of a %s', (seq, membershipN, role) => {
    expect(roleAt(member, { seq, membershipN })).toBe(role);
  });

  it('is never higher than any role up to the claimed position once it was lowered beyond', () => {
    const lowered: Member = {
      ...halves,
      role: 'member',
      roles: [
        { from: 2, role: 'viewer' },
        { from: 5, role: 'admin' },
        { from: 8, role: 'member', last: last(20) },
      ],
    };
    expect(roleAt(lowered, { seq: 21, membershipN: 3 })).toBe('viewer');
    expect(roleAt(lowered, { seq: 21, membershipN: 6 })).toBe('member');
  });
});
