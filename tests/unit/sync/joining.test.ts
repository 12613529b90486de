import { beforeAll, describe, expect, it } from 'vitest';
import { utf8Bytes } from '#base/bytes.ts';
import { createDeviceId, createWorkspaceId } from '#base/ids.ts';
import { createDeviceKeys } from '#crypto/device-keys.ts';
import {
  createInviteCode,
  readInviteLink,
  writeInviteLink,
  writeJoinRequest,
  type InviteLink,
} from '#crypto/invite.ts';
import { must } from '../vault/fixture.ts';
import {
  addCustomer,
  customersOf,
  DAY,
  idOf,
  membershipOf,
  namesOf,
  Team,
  type Device,
} from './team.ts';

let team: Team;
let admin: Device;
let other: Device;

beforeAll(async () => {
  ({
    team,
    devices: [admin, other],
  } = await Team.of('admin'));
  await addCustomer(admin, 'Ada');
  await team.agree(admin, other);
}, 120_000);

async function invited(validHours = 24): Promise<InviteLink & { readonly text: string }> {
  const { link } = must(await admin.sync.invite({ role: 'member', validHours }));
  return { ...readInviteLink(link)!, text: link };
}

/** Another device asks by a link. */
async function ask(link: string): Promise<readonly [Device, string]> {
  const device = team.addDevice();
  team.turnTo(device);
  return [device, await device.ask(link)];
}

async function requestBy(
  link: InviteLink,
  parts: Partial<Parameters<typeof writeJoinRequest>[0]> = {},
): Promise<{ readonly device: string; readonly request: string }> {
  const device = createDeviceId();
  const request = await writeJoinRequest({
    code: link.code,
    workspace: link.workspace,
    invite: link.invite,
    device,
    deviceKeys: await createDeviceKeys(),
    name: 'Mallory',
    membership: (await membershipOf(admin)).position,
    ...parts,
  });
  return { device, request };
}

function put(invite: string, device: string, request: string): void {
  team.store.put(namesOf(admin).request(invite, device as never), utf8Bytes(request));
}

const askers = () => admin.sync.requests.map(({ name }) => name);

describe('a request to join', () => {
  it('is seen with the digits that the joiner sees, and by who made the invite alone', async () => {
    const link = await invited();
    const [joiner, asked] = await ask(link.text);
    expect(asked).toBe('asked');
    await team.agree(admin, other);
    expect(admin.sync.requests).toMatchObject([
      { invite: link.invite, checkCode: joiner.sync.status.checkCode, role: 'member' },
    ]);
    expect(other.sync.requests).toEqual([]);
    must(await admin.sync.approve(admin.sync.requests[0]!));
    await team.round(joiner);
    expect(customersOf(joiner)).toEqual(['Ada']);
    await team.round(admin);
    expect(admin.sync.requests).toEqual([]);
  });

  it('that was made without the code is nobody’s', async () => {
    const link = await invited();
    const forged = await requestBy(link, { code: createInviteCode() });
    put(link.invite, forged.device, forged.request);
    put(link.invite, createDeviceId(), 'junk');
    put(link.invite, createDeviceId(), '['.repeat(10_000));
    await team.round(admin);
    expect(askers()).toEqual([]);
    must(await admin.sync.withdrawInvite(link.invite));
  });

  it('that lies under another invite, another device or another log is nobody’s', async () => {
    const [one, two] = [await invited(), await invited()];
    const { device, request } = await requestBy(one);
    put(two.invite, device, request);
    put(one.invite, createDeviceId(), request);
    const elsewhere = await requestBy(one, { membership: { n: 1, hash: 'a'.repeat(64) } });
    put(one.invite, elsewhere.device, elsewhere.request);
    const otherWorkspace = await requestBy(one, { workspace: createWorkspaceId() });
    put(one.invite, otherWorkspace.device, otherWorkspace.request);
    await team.round(admin);
    expect(askers()).toEqual([]);
    put(one.invite, device, request);
    await team.round(admin);
    expect(askers()).toEqual(['Mallory']);
    for (const { invite } of [one, two]) must(await admin.sync.withdrawInvite(invite));
  });

  it('of somebody who read the link on its way shows other digits, and is not let in by the joiner’s', async () => {
    const link = await invited();
    const [joiner] = await ask(link.text);
    const { device, request } = await requestBy(link);
    put(link.invite, device, request);
    await team.round(admin);
    const digits = joiner.sync.status.checkCode ?? '';
    const [mallory] = admin.sync.requests.filter(({ name }) => name === 'Mallory');
    expect(admin.sync.requests).toHaveLength(2);
    expect(mallory?.checkCode).not.toBe(digits);
    // The digits were compared on another screen: keys that give others are not the ones.
    expect(await admin.sync.approve({ ...mallory!, checkCode: digits })).toEqual({
      ok: false,
      error: { type: 'NotFound' },
    });
    const before = (await membershipOf(admin)).devices.size;
    must(await admin.sync.approve(admin.sync.requests.find((each) => each !== mallory)!));
    // One invite lets in one device.
    expect(await admin.sync.approve(mallory!)).toMatchObject({ error: { type: 'NotFound' } });
    const { devices } = await membershipOf(admin);
    expect(devices.size).toBe(before + 1);
    expect(devices.has(idOf(joiner))).toBe(true);
  });

  it('is too late where another admin withdrew the invite a moment before', async () => {
    const link = await invited();
    const [joiner] = await ask(link.text);
    await team.agree(admin, other);
    const [request] = admin.sync.requests;
    must(await other.sync.withdrawInvite(link.invite));
    expect(await admin.sync.approve(request!)).toEqual({ ok: false, error: { type: 'NotFound' } });
    expect((await membershipOf(admin)).devices.has(idOf(joiner))).toBe(false);
    await team.round(joiner);
    expect(joiner.sync.status).toMatchObject({ phase: 'joining', problem: { type: 'Denied' } });
    expect(customersOf(joiner)).toEqual([]);
  });

  it('is put again as it was signed where the store has lost it', async () => {
    const link = await invited();
    const [joiner] = await ask(link.text);
    const name = namesOf(admin).request(link.invite, idOf(joiner));
    const bytes = team.store.get(name);
    team.store.remove(name);
    await team.round(joiner);
    expect(team.store.get(name)).toEqual(bytes);
    must(await admin.sync.withdrawInvite(link.invite));
  });

  it('that was rejected is not shown again', async () => {
    const link = await invited();
    const [joiner] = await ask(link.text);
    await team.round(admin);
    must(await admin.sync.reject(admin.sync.requests[0]!));
    await team.round(joiner);
    await team.round(admin);
    expect(askers()).toEqual([]);
  });
});

describe('a link', () => {
  const altered = async (parts: Partial<InviteLink>): Promise<string> => {
    const { text: _text, ...link } = await invited();
    const [, asked] = await ask(writeInviteLink('https://crm.example.com/', { ...link, ...parts }));
    return asked;
  };

  it('that was altered leads nowhere', async () => {
    expect(await altered({ rootHash: 'a'.repeat(64) as never })).toBe('OtherWorkspace');
    expect(await altered({ workspace: createWorkspaceId() })).toBe('OtherWorkspace');
    expect(await altered({ newest: 4000 })).toBe('OtherWorkspace');
    expect(await altered({ invite: createDeviceId() })).toBe('BadLink');
    expect((await ask('https://crm.example.com/#/join/AAAA'))[1]).toBe('BadLink');
  });

  it('with another code asks, and nobody hears it', async () => {
    expect(await altered({ code: createInviteCode() })).toBe('asked');
    await team.round(admin);
    expect(askers()).toEqual([]);
  });

  it('that is old or was used says so', async () => {
    const used = await invited();
    const [joiner] = await ask(used.text);
    await team.round(admin);
    const request = admin.sync.requests.find(({ device }) => device === idOf(joiner));
    must(await admin.sync.approve(request!));
    expect((await ask(used.text))[1]).toBe('InviteUsed');
    const old = await invited(1);
    team.now += DAY;
    expect((await ask(old.text))[1]).toBe('InviteExpired');
  });

  it('to a store whose log never ends is given up at the first line of the store’s own', async () => {
    const { text } = await invited();
    const { position } = await membershipOf(admin);
    const last = team.store.get(namesOf(admin).membership(position.n))!;
    const asked = team.requests.length;
    team.lie = ({ verb, name }) =>
      verb === 'get' && name.startsWith(namesOf(admin).membershipRecords)
        ? (team.store.get(name) ?? last)
        : undefined;
    const [device, answer] = await ask(text);
    team.lie = null;
    expect(answer).toBe('OtherWorkspace');
    expect(team.requests.length - asked).toBeLessThan(position.n + 5);
    expect(device.workspace).toBeNull();
  });
});
