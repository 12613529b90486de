/** A test behind each row of PROTOCOL.md section 9: what a store that lies gets from devices that keep to the rules. */

import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { bytesToBase64, bytesToUtf8, concatBytes, equalBytes, utf8Bytes } from '#base/bytes.ts';
import type { SigningPrivateKey } from '#crypto/byte-types.ts';
import { createDeviceKeys } from '#crypto/device-keys.ts';
import { createRecordId } from '#base/ids.ts';
import { signLine } from '#crypto/signed-line.ts';
import { inviteRecord } from '#crypto/membership.ts';
import { changeLine } from '#domain/change-lines.ts';
import type { AlarmType } from '#sync/messages.ts';
import { must } from '../vault/fixture.ts';
import { textOf } from '../vault/exchange.ts';
import {
  addCustomer,
  alarmsOf,
  alarmTypes,
  customersOf,
  DAY,
  idOf,
  keysOf,
  membershipOf,
  MINUTE,
  namesOf,
  Refusal,
  Team,
  type Device,
  type Request,
} from './team.ts';

type Bytes = Uint8Array<ArrayBuffer>;

const SLOW = 120_000;

let team: Team;
let admin: Device;
let tablet: Device;
let phone: Device;

async function gather(): Promise<void> {
  ({
    team,
    devices: [admin, tablet, phone],
  } = await Team.of('member', 'member'));
}

/** What the owner of the store answers to who asks for these objects. */
function answer(name: string, bytes: Bytes | null, of: Device = tablet): void {
  team.lie = (request: Request) =>
    request.device === of && request.verb === 'get' && request.name === name ? bytes : undefined;
}

function hide(of: Device, isHidden: (name: string) => boolean): void {
  team.lie = ({ device, verb, name }: Request) => {
    if (device !== of) return undefined;
    if (verb === 'get') return isHidden(name) ? null : undefined;
    if (verb !== 'list') return undefined;
    const { names, more } = team.store.list(name, '', 0);
    return { names: names.filter((each) => !isHidden(each)), more };
  };
}

function newestOf(device: Device, prefix: string): string {
  const name = team.store.names.findLast((each) => each.startsWith(prefix));
  if (name === undefined) throw new Error(`${device.name} has nothing under ${prefix}`);
  return name;
}

const segmentOf = (device: Device) => newestOf(device, namesOf(device).segmentsOf(idOf(device)));
const headOf = (device: Device) => newestOf(device, `${namesOf(device).heads}${idOf(device)}/`);

const bytesOf = (name: string): Bytes => team.store.get(name)!;

/** Nothing of a lie is applied; it is named; and once the store is honest again everything is as it would have been. */
async function expectNamed(type: AlarmType, name: string): Promise<void> {
  const before = await textOf(tablet.session.vault);
  await team.round(tablet, false);
  expect(alarmsOf(tablet)).toContainEqual(expect.objectContaining({ type, name }));
  expect(await textOf(tablet.session.vault)).toEqual(before);
  await dismiss(tablet);
}

async function dismiss(device: Device): Promise<void> {
  for (const { id } of alarmsOf(device)) await device.sync.dismissAlarm(id);
}

async function expectAgreement(...devices: readonly Device[]): Promise<void> {
  team.lie = null;
  for (const device of devices) await dismiss(device);
  await team.agree(...devices);
  const texts = await Promise.all(devices.map(({ session }) => textOf(session.vault)));
  for (const text of texts) expect(text).toEqual(texts[0]);
  for (const device of devices) expect(alarmTypes(device)).toEqual([]);
}

function flipped(bytes: Bytes, offset: number, bit: number): Bytes {
  const copy = bytes.slice();
  copy[offset]! ^= 1 << bit;
  return copy;
}

describe('a store that alters what it was given', () => {
  beforeAll(gather, SLOW);

  afterEach(async () => {
    await expectAgreement(admin, tablet, phone);
  });

  it('replays an old object under its own name: harmless, it is the object', async () => {
    const name = segmentOf(admin);
    const old = bytesOf(name);
    const head = headOf(admin);
    const oldHead = bytesOf(head);
    await addCustomer(admin, 'Ada');
    await team.agree(admin, tablet, phone);
    const before = await textOf(tablet.session.vault);
    team.store.put(name, old);
    team.store.put(head, oldHead);
    await team.round(tablet);
    expect(await textOf(tablet.session.vault)).toEqual(before);
    expect(alarmTypes(tablet)).toEqual([]);
  });

  it('puts a segment under another number: refused, since header and name differ', async () => {
    const earlier = bytesOf(segmentOf(admin));
    await addCustomer(admin, 'Bea');
    await team.round(admin);
    answer(segmentOf(admin), earlier);
    await expectNamed('forgedSegment', segmentOf(admin));
  });

  it('puts a segment under another device: refused by its signature', async () => {
    await addCustomer(phone, 'Cai');
    await team.agree(phone, tablet);
    await addCustomer(admin, 'Dee');
    await team.round(admin);
    answer(segmentOf(admin), bytesOf(segmentOf(phone)));
    await expectNamed('damaged', segmentOf(admin));
  });

  it('splices two objects: refused by the signature', async () => {
    const earlier = bytesOf(segmentOf(admin));
    await addCustomer(admin, 'Eve');
    await team.round(admin);
    const bytes = bytesOf(segmentOf(admin));
    for (const cut of [139, 171, bytes.length - 64]) {
      answer(segmentOf(admin), concatBytes(earlier.subarray(0, cut), bytes.subarray(cut)));
      await expectNamed('damaged', segmentOf(admin));
    }
  });

  it('cuts, lengthens or empties an object: refused', async () => {
    await addCustomer(admin, 'Fay');
    await team.round(admin);
    const bytes = bytesOf(segmentOf(admin));
    const lies = [
      new Uint8Array(0),
      bytes.slice(0, 3),
      bytes.slice(0, 254),
      bytes.slice(0, -1),
      bytes.slice(1),
      concatBytes(bytes, Uint8Array.of(0)),
      concatBytes(bytes, bytes),
    ];
    for (const lie of lies) {
      answer(segmentOf(admin), lie);
      await expectNamed('damaged', segmentOf(admin));
    }
  });

  it('flips a bit anywhere in a segment: refused, and never taken for a newer format', async () => {
    await addCustomer(admin, 'Gus');
    await team.round(admin);
    const bytes = bytesOf(segmentOf(admin));
    // Magic, format, suite, kind, workspace, device, number, epoch, previous, membership, its hash, salt, ciphertext, tag, signature.
    const header = [0, 4, 5, 6, 7, 33, 59, 66, 70, 71, 103, 106, 107, 139, 170];
    const rest = [171, bytes.length - 80, bytes.length - 65, bytes.length - 64, bytes.length - 1];
    for (const [index, offset] of [...header, ...rest].entries()) {
      answer(segmentOf(admin), flipped(bytes, offset, index % 8));
      await expectNamed('damaged', segmentOf(admin));
    }
  });

  it('flips, cuts or swaps a head: named, and the head before it counts', async () => {
    await addCustomer(admin, 'Hal');
    await team.round(admin);
    const name = headOf(admin);
    const bytes = bytesOf(name);
    const lies = [
      flipped(bytes, 20, 0),
      flipped(bytes, bytes.length - 10, 3),
      bytes.slice(0, -2),
      bytesOf(headOf(phone)),
      utf8Bytes('{}'),
      Uint8Array.of(0xff, 0xfe),
    ];
    for (const lie of lies) {
      answer(name, lie);
      await expectNamed('damaged', name);
    }
  });

  it('puts junk above a device’s heads: named, and hides nothing', async () => {
    const names = namesOf(admin);
    const junk = names.head({
      device: idOf(admin),
      seq: 9_999_999_999,
      hash: 'f'.repeat(16),
      k: 999_999,
    });
    team.store.put(junk, utf8Bytes('junk'));
    await addCustomer(admin, 'Ida');
    await team.round(admin);
    await team.round(tablet);
    expect(customersOf(tablet)).toContain('Ida');
    expect(alarmsOf(tablet)).toEqual([expect.objectContaining({ type: 'damaged', name: junk })]);
    // The device itself is not talked into having been cloned, and an admin's collection does not take the junk for the newest head.
    expect(alarmTypes(admin)).toEqual(['damaged']);
    expect(team.store.names).toContain(headOf(tablet));
    team.store.remove(junk);
  });

  it('injects plaintext: refused, there is no plaintext form', async () => {
    const change = team.change(admin);
    await addCustomer(admin, 'Jan');
    await team.round(admin);
    const lines = utf8Bytes(`{"seen":{},"format":1}\n${changeLine(change)}`);
    answer(segmentOf(admin), lines);
    await expectNamed('damaged', segmentOf(admin));
  });

  it('says that everything is taken: it is asked again later, and not without end', async () => {
    await addCustomer(tablet, 'Kim');
    team.lie = ({ device, verb, name }) =>
      device === tablet && verb === 'put' && name.startsWith(namesOf(tablet).heads)
        ? 'taken'
        : undefined;
    expect(await team.round(tablet)).toBe('failed (Busy)');
  });

  it('flips a bit of a membership record: refused, and nobody writes meanwhile', async () => {
    must(await admin.sync.invite({ role: 'viewer', validHours: 1 }));
    const name = newestOf(admin, namesOf(admin).membershipRecords);
    const bytes = bytesOf(name);
    const before = (await membershipOf(tablet)).position;
    for (const offset of [2, 40, bytes.length >> 1, bytes.length - 5]) {
      answer(name, flipped(bytes, offset, 1));
      expect(await team.round(tablet)).toMatch(/^failed/);
      expect(tablet.sync.status.phase).toBe('paused');
      expect(alarmsOf(tablet)).toEqual([
        expect.objectContaining({ type: 'forgedMembership', name }),
      ]);
      expect((await membershipOf(tablet)).position).toEqual(before);
      await dismiss(tablet);
    }
  });
});

describe('a store that hides', () => {
  beforeAll(gather, SLOW);

  afterEach(async () => {
    await expectAgreement(admin, tablet, phone);
  });

  it('hides a device’s newest segments: withheld, by its head', async () => {
    await addCustomer(admin, 'Ada');
    await team.round(admin);
    const name = segmentOf(admin);
    hide(tablet, (each) => each === name);
    await team.round(tablet, false);
    expect(alarmTypes(tablet)).toEqual([]);
    team.now += 11 * MINUTE;
    await expectNamed('withheld', name);
    expect(customersOf(tablet)).not.toContain('Ada');
  });

  it('hides its heads from one device: withheld, by what others say they have seen', async () => {
    await addCustomer(admin, 'Bea');
    await team.round(admin);
    await team.round(phone);
    await addCustomer(phone, 'Cai');
    await team.round(phone);
    const segment = segmentOf(admin);
    const head = headOf(admin);
    hide(tablet, (each) => each === segment || each === head);
    await team.round(tablet, false);
    expect(customersOf(tablet)).toContain('Cai');
    team.now += 11 * MINUTE;
    await team.round(tablet, false);
    expect(alarmsOf(tablet)).toContainEqual(
      expect.objectContaining({ type: 'withheld', device: idOf(admin) }),
    );
    expect(customersOf(tablet)).not.toContain('Bea');
  });

  it('hides heads from everybody: shows as age alone', async () => {
    await team.agree(admin, tablet, phone);
    const heard = await lastHeard();
    const names = new Set(team.store.names);
    await addCustomer(admin, 'Dee');
    await team.round(admin);
    for (const device of [tablet, phone]) {
      hide(device, (each) => !names.has(each));
      team.now += 2 * DAY;
      await team.round(device);
      expect(customersOf(device)).not.toContain('Dee');
      expect(alarmTypes(device)).toEqual([]);
    }
    expect(await lastHeard()).toBe(heard);
    expect(team.now - (heard ?? 0)).toBeGreaterThan(2 * DAY);
  });

  async function lastHeard(): Promise<number | null | undefined> {
    const devices = await tablet.sync.devices();
    return devices.find(({ device }) => device === idOf(admin))?.lastHeardAt;
  }

  it('hides an object for a moment, much later once more: no alarm, since it was found between', async () => {
    await team.agree(admin, tablet, phone);
    const head = headOf(admin);
    hide(tablet, (each) => each === head);
    await team.round(tablet, false);
    team.lie = null;
    const listed = { names: [], more: false };
    team.lie = ({ device, verb }) => (device === tablet && verb === 'list' ? listed : undefined);
    await team.round(tablet, false);
    team.now += 20 * DAY;
    hide(tablet, (each) => each === head);
    await team.round(tablet, false);
    expect(alarmTypes(tablet)).toEqual([]);
  });

  it('drops a segment that it acknowledged: named to its author, and sent again as it was', async () => {
    await addCustomer(tablet, 'Eve');
    await team.round(tablet);
    const name = segmentOf(tablet);
    const bytes = bytesOf(name);
    team.store.remove(name);
    await team.round(tablet);
    expect(alarmsOf(tablet)).toEqual([
      expect.objectContaining({ type: 'dropped', device: idOf(tablet) }),
    ]);
    expect(equalBytes(bytesOf(name), bytes)).toBe(true);
  });

  it('answers with errors, or refuses everything: waits, says why, locks and loses nothing', async () => {
    await addCustomer(tablet, 'Fay');
    const before = await textOf(tablet.session.vault);
    const errors = [
      { type: 'Busy', status: 503 },
      { type: 'Unreachable' },
      { type: 'Denied' },
      { type: 'NoSuchBucket' },
      { type: 'NotAStore', status: 200 },
      { type: 'WrongClock', offsetMs: 3_600_000 },
    ] as const;
    for (const error of errors) {
      team.lie = ({ device }) => (device === tablet ? new Refusal(error) : undefined);
      expect(await team.round(tablet)).toBe(`failed (${error.type})`);
      expect(tablet.sync.status.pending).toBe(1);
      expect(tablet.isGone).toBe(false);
      expect(await textOf(tablet.session.vault)).toEqual(before);
    }
    team.lie = null;
    await team.round(tablet);
    await team.round(admin);
    expect(tablet.sync.status.pending).toBe(0);
    expect(customersOf(admin)).toContain('Fay');
  });
});

describe('a store that goes back', () => {
  it('is back on an earlier day: rolled back; devices fill it again with what they have', async () => {
    await gather();
    await addCustomer(admin, 'Ada');
    await team.agree(admin, tablet, phone);
    const then = team.now;
    team.now += DAY;
    must(await admin.sync.invite({ role: 'viewer', validHours: 1 }));
    await addCustomer(admin, 'Bea');
    await addCustomer(tablet, 'Cai');
    await team.agree(admin, tablet, phone);
    const before = await textOf(tablet.session.vault);

    team.store.restore(then);
    expect(await team.round(tablet)).toMatch(/^failed/);
    expect(tablet.sync.status.phase).toBe('paused');
    expect(alarmTypes(tablet)).toEqual(['rolledBack']);
    expect(await textOf(tablet.session.vault)).toEqual(before);

    must(await tablet.sync.fillAgain());
    await expectAgreement(tablet, admin, phone);
    expect(customersOf(phone)).toEqual(['Ada', 'Bea', 'Cai']);
    const joiner = await team.join(admin, 'member');
    expect(customersOf(joiner)).toEqual(['Ada', 'Bea', 'Cai']);
  });

  it('goes back in heads and segments alone: rolled back after ten minutes', async () => {
    await gather();
    const then = team.now;
    team.now += DAY;
    await addCustomer(admin, 'Ada');
    await team.agree(admin, tablet, phone);
    team.store.restore(then);
    await team.round(tablet, false);
    expect(alarmTypes(tablet)).toEqual([]);
    team.now += 11 * MINUTE;
    await team.round(tablet, false);
    expect(alarmTypes(tablet)).toContain('rolledBack');
    expect(tablet.sync.status.phase).toBe('paused');
    expect(customersOf(tablet)).toEqual(['Ada']);
  });
});

describe('a store that shows two histories', () => {
  beforeAll(gather, SLOW);

  it('is found out at the first exchange that shows two contents for one number, however much came since', async () => {
    // A device that signs both helps it: alone it can't.
    const one = await team.sealSegment(phone, { changes: [team.change(phone)] });
    const other = await team.sealSegment(phone, {
      changes: [team.change(phone, { set: { name: { value: 'Said to the tablet' } } })],
    });
    const head = await team.announce(phone, one, { k: 900 });
    const otherHead = await team.announce(phone, other, { k: 900 });
    team.store.put(one.name, one.bytes);
    team.lie = ({ device, verb, name }) => {
      if (verb === 'get' && name === one.name && device === tablet) return other.bytes;
      if (verb !== 'list' || name !== namesOf(phone).heads) return undefined;
      const { names, more } = team.store.list(name, '', 0);
      const hidden = device === tablet ? head : otherHead;
      return { names: names.filter((each) => each !== hidden), more };
    };
    await team.round(admin, false);
    await team.round(tablet, false);
    expect(customersOf(admin)).toContain('Said by a liar');
    expect(customersOf(tablet)).toContain('Said to the tablet');
    expect([...alarmTypes(admin), ...alarmTypes(tablet)]).toEqual([]);

    // The tablet goes on in its history; the admin says what it has seen.
    const next = await team.sealSegment(
      phone,
      { changes: [] },
      { number: other.seq + 1, previous: other.hash },
    );
    const nextHead = await team.announce(phone, next, { k: 901 });
    const shown = team.lie;
    team.lie = (request) => {
      if (request.device !== tablet && request.verb === 'list') {
        const { names, more } = team.store.list(request.name, '', 0);
        return { names: names.filter((each) => each !== otherHead && each !== nextHead), more };
      }
      if (request.verb === 'get' && request.name === next.name) {
        return request.device === tablet ? next.bytes : null;
      }
      return shown(request);
    };
    await team.round(tablet, false);
    await addCustomer(admin, 'Ada');
    await team.round(admin, false);
    await team.round(tablet, false);
    expect(alarmsOf(tablet)).toEqual([
      expect.objectContaining({ type: 'forked', device: idOf(phone) }),
    ]);
    expect(tablet.sync.status.phase).toBe('paused');
  });
});

describe('a store that forges', () => {
  beforeAll(gather, SLOW);

  afterEach(async () => {
    for (const name of forged.splice(0)) team.store.remove(name);
    await expectAgreement(admin, tablet);
  });

  const forged: string[] = [];

  async function expectForged(line: string): Promise<void> {
    const { position, devices } = await membershipOf(tablet);
    const name = namesOf(tablet).membership(position.n + 1);
    team.store.put(name, utf8Bytes(line));
    forged.push(name);
    expect(await team.round(tablet)).toMatch(/^failed/);
    expect(alarmsOf(tablet)).toEqual([expect.objectContaining({ type: 'forgedMembership', name })]);
    expect(tablet.sync.status.phase).toBe('paused');
    expect((await membershipOf(tablet)).devices.size).toBe(devices.size);
  }

  async function invitation(signer: Device, key: SigningPrivateKey): Promise<string> {
    const { position } = await membershipOf(admin);
    const body = JSON.stringify({
      format: 1,
      type: 'invite',
      n: position.n + 1,
      previous: position.hash,
      signer: idOf(signer),
      at: new Date(team.now).toISOString(),
      invite: createRecordId(),
      key: bytesToBase64(signer.session.deviceKeys!.signing.publicKey),
      role: 'admin',
      expiresAt: new Date(team.now + DAY).toISOString(),
    });
    return signLine(key, body);
  }

  it('a membership record of its own: refused', async () => {
    const { signing } = await createDeviceKeys();
    await expectForged(await invitation(admin, signing.privateKey));
  });

  it('a membership record that a member signed: refused', async () => {
    const { signing } = tablet.session.deviceKeys!;
    await expectForged(await invitation(tablet, signing.privateKey));
  });

  it('an old record again, or a head in its place: refused', async () => {
    const names = namesOf(admin);
    await expectForged(bytesToUtf8(bytesOf(names.membership(1))));
  });

  it('a record of a removed admin, and a segment under an older epoch: refused', async () => {
    must(await admin.sync.changeRole(idOf(phone), 'admin'));
    await team.agree(admin, tablet, phone);
    const author = {
      lines: await phone.session.membershipLines(),
      device: idOf(phone),
      deviceKeys: phone.session.deviceKeys!,
      at: new Date(team.now).toISOString(),
    };
    const { epoch } = await membershipOf(phone);
    must(await admin.sync.revoke(idOf(phone)));
    await team.agree(admin, tablet);
    expect((await membershipOf(tablet)).epoch).toBe(epoch + 1);

    const { signing } = await createDeviceKeys();
    const invited = await inviteRecord(author, {
      invite: createRecordId(),
      key: signing.publicKey,
      role: 'admin',
      expiresAt: new Date(team.now + DAY).toISOString(),
    });
    await expectForged(must(invited));

    await dismiss(tablet);
    for (const name of forged.splice(0)) team.store.remove(name);
    const name = await team.say(tablet, { changes: [team.change(tablet)] }, { epoch });
    await team.round(admin);
    expect(alarmsOf(admin)).toEqual([
      expect.objectContaining({ type: 'forgedSegment', device: idOf(tablet), name }),
    ]);
    expect(customersOf(admin)).toEqual([]);
    expect((await keysOf(admin)).current).toBe(epoch + 1);
    forged.push(name, headOf(tablet));
  });
});
