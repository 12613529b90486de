/** Members who lie, with keys that are good: what they sign is judged by the rules of PROTOCOL.md sections 4 to 7 before it takes effect. */

import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { concatBytes, utf8Bytes } from '#base/bytes.ts';
import { createDeviceId, createRecordId } from '#base/ids.ts';
import type { SigningPrivateKey } from '#crypto/byte-types.ts';
import { sha256 } from '#crypto/hash.ts';
import { NO_OBJECT, objectHash } from '#crypto/sealed-object.ts';
import { signLine } from '#crypto/signed-line.ts';
import type { Change } from '#domain/change.ts';
import { WORKSPACE_DOSSIER, type RecordState } from '#domain/record-state.ts';
import { readMemory } from '#sync/memory.ts';
import type { Role } from '#sync/messages.ts';
import { must } from '../vault/fixture.ts';
import { statesOf, textOf } from '../vault/exchange.ts';
import {
  addCustomer,
  alarmsOf,
  alarmTypes,
  customersOf,
  DAY,
  idOf,
  membershipOf,
  MINUTE,
  namesOf,
  stampOf,
  Team,
  workspaceOf,
  type Device,
} from './team.ts';

const SLOW = 120_000;
const YEAR = 365.25 * DAY;

let team: Team;
let admin: Device;
let liar: Device;
let honest: Device;

const gather = (role: Role) => async (): Promise<void> => {
  ({
    team,
    devices: [admin, liar, honest],
  } = await Team.of(role, 'member'));
};

/** What the honest make of it: nothing is applied, and who looks finds why. */
async function expectHeld(changes: readonly Change[], reason: string): Promise<void> {
  await team.say(liar, { changes });
  for (const device of [admin, honest]) {
    const before = await textOf(device.session.vault);
    await team.round(device, false);
    expect(await textOf(device.session.vault)).toEqual(before);
    const held = await device.sync.heldBack();
    expect(held.at(-1)).toMatchObject({ device: idOf(liar), reason, changes: changes.length });
  }
}

async function memoryOf({ session }: Device) {
  return readMemory(await session.readSync());
}

describe('a member who lies in segments', () => {
  beforeAll(gather('member'), SLOW);

  it('writes under another’s stamp: the segment is held back whole', async () => {
    const foreign = team.change(liar, { stamp: stampOf(admin, team.now) });
    await expectHeld([team.change(liar), foreign], 'foreignStamp');
  });

  it('writes with a stamp 41 years ahead: held back, and no clock is moved', async () => {
    const ahead = Date.UTC(2026, 10, 23) + 41 * YEAR;
    await expectHeld([team.change(liar, { stamp: stampOf(liar, ahead) })], 'farFuture');
    await addCustomer(honest, 'Ada');
    const states = (await statesOf(honest.session.vault)).flat();
    const ada = states.find(({ created }) => created.stamp.endsWith(idOf(honest)));
    expect(Number.parseInt(ada?.created.stamp.slice(0, 12) ?? '', 16)).toBeLessThan(team.now + DAY);
    await team.agree(honest, admin);
  });

  it('deletes what will be written in 41 years too: held back', async () => {
    const record = await addCustomer(admin, 'Bea');
    await team.agree(admin, honest);
    const ahead = stampOf(admin, Date.UTC(2026, 10, 23) + 41 * YEAR);
    const { set: _set, ...change } = team.change(liar, {
      record,
      deletes: { [idOf(admin)]: ahead },
    });
    await expectHeld([change], 'farFuture');
    expect(customersOf(honest)).toContain('Bea');
  });

  it('writes what only admins may, and erases: left out and listed, the rest counts', async () => {
    const record = await addCustomer(admin, 'Cai');
    await team.agree(admin, honest);
    const erasure = (parts: Pick<Change, 'erases'>): Change => {
      const { set: _set, ...change } = team.change(liar, { ...parts, kind: 'erasure' });
      return { ...change, record: createRecordId() };
    };
    const refused = [
      team.change(liar, { kind: 'member', set: { name: { value: 'Me' } } }),
      team.change(liar, { kind: 'workspace', set: { name: { value: 'Mine' } } }),
      team.change(liar, { kind: 'field', set: { label: { value: 'Mine' } } }),
      erasure({ erases: { type: 'person', ids: [record] } }),
      erasure({ erases: { type: 'field', record, field: 'name' } }),
    ];
    await expectHeld(refused, 'role');
    const allowed = team.change(liar, { set: { name: { value: 'Said by a member' } } });
    await team.say(liar, { changes: [refused[0]!, allowed] });
    await team.round(honest, false);
    expect(customersOf(honest)).toContain('Said by a member');
    expect(customersOf(honest)).toContain('Cai');
    await team.agree(admin);
  });

  it('names the workspace’s own dossier as a customer, or none where one is asked for: left out', async () => {
    const place = { record: createRecordId(), set: { name: { value: 'X' } } };
    await expectHeld(
      [
        team.change(liar, { ...place, kind: 'contact', customer: WORKSPACE_DOSSIER }),
        team.change(liar, { ...place, record: WORKSPACE_DOSSIER }),
        team.change(liar, { ...place, kind: 'contact' }),
      ],
      'role',
    );
  });

  it('says that it has seen what is not: asked for, withheld, and no room is taken by strangers', async () => {
    const strangers = Array.from(
      { length: 500 },
      () => [createDeviceId(), { seq: 7, hash: 'f'.repeat(16) }] as const,
    );
    const absurd = [idOf(honest), { seq: Number.MAX_SAFE_INTEGER, hash: 'f'.repeat(16) }] as const;
    await team.say(liar, { seen: new Map([...strangers, absurd]) });
    await team.round(admin, false);
    const { witnessed, waiting } = await memoryOf(admin);
    const members = [admin, liar, honest].map(idOf);
    expect(Object.keys(witnessed).filter((device) => !members.includes(device as never))).toEqual(
      [],
    );
    expect(Object.keys(waiting).length).toBeLessThan(5);
    team.now += 11 * MINUTE;
    await team.round(admin, false);
    expect(alarmTypes(admin)).toEqual(expect.arrayContaining(['withheld']));
    // The honest go on.
    await addCustomer(honest, 'Dee');
    await team.round(honest);
    await team.round(admin);
    expect(customersOf(admin)).toContain('Dee');
  });
});

describe('a member who signs what is none', () => {
  beforeAll(gather('member'), SLOW);

  afterEach(async () => {
    for (const name of put.splice(0)) team.store.remove(name);
    for (const device of [admin, honest]) {
      for (const { id } of alarmsOf(device)) await device.sync.dismissAlarm(id);
    }
  });

  const put: string[] = [];

  async function expectNamed(type: string, name: string): Promise<void> {
    put.push(
      name,
      team.store.names.findLast((each) => each.includes(`head/${idOf(liar)}`))!,
    );
    const before = await textOf(honest.session.vault);
    await team.round(honest, false);
    expect(alarmsOf(honest)).toEqual([expect.objectContaining({ type, name, device: idOf(liar) })]);
    expect(await textOf(honest.session.vault)).toEqual(before);
    // It is that device's log alone that stops.
    await addCustomer(admin, `After ${name}`);
    await team.round(admin);
    await team.round(honest, false);
    expect(customersOf(honest)).toContain(`After ${name}`);
  }

  it.each([
    ['no UTF-8', Uint8Array.of(0xff, 0xfe, 0x00)],
    ['no context', utf8Bytes('')],
    ['a context without what it has seen', utf8Bytes('{"format":1}')],
    ['a line that is no change', utf8Bytes('{"seen":{},"format":1}\n{"record":1}')],
    ['JSON without end', utf8Bytes(`{"seen":{},"format":1}\n${'['.repeat(100_000)}`)],
    ['a position that is none', utf8Bytes('{"seen":{"x":[1,""]},"format":1}')],
  ])('%s: damaged', async (_what, body) => {
    await expectNamed('damaged', await team.say(liar, { body }));
  });

  it('a body that unpacks to more than anybody’s memory: damaged', async () => {
    const body = new Uint8Array(65 * 1024 * 1024);
    await expectNamed('damaged', await team.say(liar, { body }));
  });

  it('a segment of a format to come: a newer Holdfast is needed', async () => {
    const body = utf8Bytes('{"format":2,"seen":[]}');
    await expectNamed('needsNewer', await team.say(liar, { body }));
  });

  it.each([
    ['format', 4, 2, 'needsNewer'],
    ['format', 4, 0, 'damaged'],
    ['suite', 5, 2, 'needsNewer'],
    ['suite', 5, 0, 'damaged'],
    ['kind', 6, 2, 'forgedSegment'],
    ['kind', 6, 9, 'needsNewer'],
  ] as const)('an object of another %s (%i: %i)', async (_what, offset, value, type) => {
    const sealed = await team.sealSegment(liar, { changes: [team.change(liar)] });
    const bytes = sealed.bytes.slice(0, -64);
    bytes[offset] = value;
    const resigned = await signed(bytes, liar.session.deviceKeys!.signing.privateKey);
    team.store.put(sealed.name, resigned);
    await team.announce(liar, { seq: sealed.seq, hash: await objectHash(resigned) });
    await expectNamed(type, sealed.name);
  });

  it.each([
    ['another workspace', { workspace: createDeviceId() as never }, 'forgedSegment'],
    ['another device', { device: createDeviceId() }, 'forgedSegment'],
    ['another hash before', { previous: 'a'.repeat(64) }, 'forked'],
    [
      'a membership line that is none',
      { membership: { n: 1, hash: 'a'.repeat(64) } },
      'forgedSegment',
    ],
    ['a membership line before it came', { membership: null }, 'forgedSegment'],
  ] as const)('a header that names %s', async (_what, header, type) => {
    const { rootHash: _root, records } = await membershipOf(liar);
    const early = { n: 0, hash: records[0]!.hash };
    const { membership, ...rest } = header as { membership?: typeof early | null };
    const named = membership === undefined ? {} : { membership: membership ?? early };
    const name = await team.say(liar, { changes: [team.change(liar)] }, { ...rest, ...named });
    await expectNamed(type, name);
  });

  it('a head of absurd numbers: harmless', async () => {
    const last = { seq: 0, hash: NO_OBJECT };
    const absurd = { membership: [4_000_000_000, 'a'.repeat(64)], snapshot: 9_007_199_254_740_991 };
    put.push(await team.announce(liar, last, absurd));
    const before = await textOf(honest.session.vault);
    expect(await team.round(honest)).not.toMatch(/failed/);
    expect(await textOf(honest.session.vault)).toEqual(before);
    expect(alarmTypes(honest)).toEqual([]);
  });

  it('a membership line that is not there yet: waits, then withheld', async () => {
    const membership = { n: 4_000_000, hash: 'a'.repeat(64) };
    const name = await team.say(liar, { changes: [team.change(liar)] }, { membership });
    await team.round(honest, false);
    expect(alarmTypes(honest)).toEqual([]);
    team.now += 11 * MINUTE;
    await expectNamed('withheld', name);
  });
});

describe('a viewer who writes', () => {
  beforeAll(gather('viewer'), SLOW);

  it('in segments: left out', async () => {
    await expectHeld([team.change(liar), team.change(liar, { kind: 'member' })], 'role');
  });

  it('in a snapshot: nobody begins with it', async () => {
    await team.putSnapshot(liar, 2, []);
    const joiner = await team.join(admin, 'member');
    expect((await memoryOf(joiner)).snapshot?.generation).toBe(1);
    expect(joiner.session.vault.workspace.size).toBeGreaterThan(0);
  });
});

describe('a member who lies in a snapshot', () => {
  beforeAll(gather('member'), SLOW);

  it('is not vouched for, and who begins takes the one before', async () => {
    await addCustomer(admin, 'Ada');
    await team.agree(admin, honest, liar);
    const states = (await statesOf(liar.session.vault)).flat();
    const forged = states.map((state) => (state.kind === 'customer' ? renamed(state) : state));
    await team.putSnapshot(liar, 2, forged);
    await team.announce(liar, (await memoryOf(liar)).own, { snapshot: 2 });
    await team.agree(honest, admin);
    const attested = team.store.names.filter((name) => name.includes('/att/000002/'));
    expect(attested).toEqual([]);
    const joiner = await team.join(admin, 'member');
    expect(customersOf(joiner)).toEqual(['Ada']);
    expect([...alarmTypes(admin), ...alarmTypes(honest), ...alarmTypes(joiner)]).toEqual([]);
  });

  it('its own word for it does not count, nor a viewer’s or a removed member’s', async () => {
    const { snapshot } = await memoryOf(honest);
    expect(snapshot).toMatchObject({ generation: 2, attested: false });
    await attest(liar, 2, snapshot!.hash);
    await team.round(honest);
    await team.round(admin);
    expect((await memoryOf(admin)).snapshot).toMatchObject({ generation: 2, attested: false });
    await attest(honest, 2, snapshot!.hash);
    await team.round(admin);
    expect((await memoryOf(admin)).snapshot).toMatchObject({ generation: 2, attested: true });
  });

  it('a part with a stamp of the far future is refused: the joiner’s clock stays', async () => {
    const states = (await statesOf(admin.session.vault)).flat();
    const ahead = stampOf(admin, Date.UTC(2026, 10, 23) + 41 * YEAR);
    const forged = states.map((state) =>
      state.kind === 'customer' ? { ...renamed(state), changed: { stamp: ahead, at: 1 } } : state,
    );
    await team.putSnapshot(admin, 3, forged);
    await expect(team.join(admin, 'member')).resolves.toSatisfy(
      (joiner: Device) =>
        alarmTypes(joiner).includes('damaged') && customersOf(joiner).length === 0,
    );
  });
});

describe('a member who was removed', () => {
  beforeAll(gather('member'), SLOW);

  it('goes on writing under the old position: held back, listed, applied by nobody', async () => {
    await addCustomer(liar, 'Before');
    await team.agree(liar, admin, honest);
    const membership = (await membershipOf(liar)).position;
    const { epoch } = await membershipOf(liar);
    must(await admin.sync.revoke(idOf(liar)));
    await team.agree(admin, honest);
    await team.say(liar, { changes: [team.change(liar)] }, { membership, epoch });
    for (const device of [admin, honest]) {
      await team.round(device, false);
      expect(alarmsOf(device)).toEqual([]);
      expect(customersOf(device)).toEqual(['Before']);
      expect(await device.sync.heldBack()).toMatchObject([
        { reason: 'removed', device: idOf(liar) },
      ]);
    }
  });

  it('counts as far as an honest device had applied it before it could know, for everybody', async () => {
    const { records, devices } = await membershipOf(admin);
    const n = devices.get(idOf(liar))!.removedAt! - 1;
    const at = { membership: { n, hash: records[n]!.hash }, epoch: records[n]!.epoch };
    const name = newestSegmentOf(liar);
    const hash = await objectHash(team.store.get(name)!);
    await team.say(
      honest,
      { seen: new Map([[idOf(liar), { seq: Number(name.slice(-10)), hash }]]) },
      at,
    );
    await team.round(admin, false);
    expect(customersOf(admin)).toEqual(['Before', 'Said by a liar']);
    expect(await admin.sync.heldBack()).toEqual([]);
  });

  it('rewrites its last words, and the store helps it: forked by the hash that the record names, not applied', async () => {
    const {
      team: small,
      devices: [founder, rewriter, behind],
    } = await Team.of('member', 'member');
    await addCustomer(rewriter, 'Said');
    const said = await small.sealSegment(rewriter, { changes: [small.change(rewriter)] });
    await small.round(rewriter);
    await small.round(founder);
    const names = namesOf(founder);
    const name = names.segment(idOf(rewriter), said.seq);
    const collected = small.store.get(name)!;
    const head = small.store.names.filter((each) => each.includes(`head/${idOf(rewriter)}`));
    must(await founder.sync.revoke(idOf(rewriter)));
    expect((await membershipOf(founder)).devices.get(idOf(rewriter))?.removedLast).toEqual({
      seq: said.seq,
      hash: await objectHash(collected),
    });
    await small.announce(rewriter, said);
    small.lie = ({ device, verb, name: asked }) => {
      if (device !== behind) return undefined;
      if (verb === 'get' && asked === name) return said.bytes;
      if (verb !== 'list') return undefined;
      const listed = small.store.list(asked, '', 0);
      return { ...listed, names: listed.names.filter((each) => !head.includes(each)) };
    };
    await small.round(behind);
    expect(customersOf(behind)).toEqual([]);
    expect(alarmsOf(behind)).toEqual([
      expect.objectContaining({ type: 'forked', device: idOf(rewriter), name }),
    ]);
  });

  it('writes without end: no more of it is kept than somebody can look at', async () => {
    const { records } = await membershipOf(liar);
    const at = { membership: (await membershipOf(liar)).position, epoch: records.at(-1)!.epoch };
    for (let count = 1; count <= 300; count++) {
      const sealed = await team.sealSegment(liar, { changes: [team.change(liar)] }, at);
      team.store.put(sealed.name, sealed.bytes);
      if (count === 300) await team.announce(liar, sealed);
    }
    await team.round(admin, false);
    await team.round(admin, false);
    expect((await memoryOf(admin)).held.length).toBeLessThanOrEqual(256);
  });

  it('erases itself and says so, by nobody’s word but an admin’s', async () => {
    await team.round(liar);
    expect(liar.isGone).toBe(true);
    expect(team.store.names).toContain(namesOf(admin).wiped(idOf(liar)));
    await team.round(admin);
    const views = await admin.sync.devices();
    expect(views.find(({ device }) => device === idOf(liar))).toMatchObject({ wiped: true });
  });
});

function newestSegmentOf(device: Device): string {
  const prefix = namesOf(device).segmentsOf(idOf(device));
  return team.store.names.findLast((name) => name.startsWith(prefix))!;
}

function renamed(state: RecordState): RecordState {
  const [value] = state.fields['name'] ?? [];
  return value === undefined
    ? state
    : { ...state, fields: { ...state.fields, name: [{ ...value, value: 'Made up' }] } };
}

async function attest(device: Device, generation: number, manifest: string): Promise<void> {
  const body = JSON.stringify({
    format: 1,
    type: 'attestation',
    workspace: workspaceOf(device),
    device: idOf(device),
    generation,
    manifest,
    at: new Date(team.now).toISOString(),
  });
  const line = await signLine(device.session.deviceKeys!.signing.privateKey, body, 'attestation');
  team.store.put(namesOf(device).attestation(generation, idOf(device)), utf8Bytes(line));
}

async function signed(bytes: Uint8Array, key: SigningPrivateKey): Promise<Uint8Array<ArrayBuffer>> {
  const text = concatBytes(utf8Bytes('holdfast/1 object\n'), await sha256(bytes));
  const signature = await crypto.subtle.sign('Ed25519', key, text);
  return concatBytes(bytes, new Uint8Array(signature));
}
