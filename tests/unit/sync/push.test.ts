import { beforeEach, describe, expect, it } from 'vitest';
import { equalBytes } from '#base/bytes.ts';
import { openObject, readObjectHeader } from '#crypto/sealed-object.ts';
import { readMemory } from '#sync/memory.ts';
import { decodeSegment, type SegmentBody } from '#sync/segment.ts';
import { must } from '../vault/fixture.ts';
import {
  addCustomer,
  alarmsOf,
  alarmTypes,
  customersOf,
  idOf,
  keysOf,
  namesOf,
  Refusal,
  Team,
  type Device,
} from './team.ts';

let team: Team;
let admin: Device;
let tablet: Device;

beforeEach(async () => {
  ({
    team,
    devices: [admin, tablet],
  } = await Team.of('member'));
}, 120_000);

const segmentsOf = (device: Device) =>
  team.store.names.filter((name) => name.startsWith(namesOf(device).segmentsOf(idOf(device))));

async function bodyOf(device: Device, name: string): Promise<SegmentBody> {
  const bytes = team.store.get(name)!;
  const { epoch } = must(readObjectHeader(bytes));
  const opened = must(await openObject(bytes, (await keysOf(device)).keyOf(epoch)!));
  return decodeSegment(opened) as SegmentBody;
}

const memoryOf = async ({ session }: Device) => readMemory(await session.readSync());

describe('a segment', () => {
  it('stands in the outbox before the first put; a retry sends the same bytes', async () => {
    await addCustomer(tablet, 'Ada');
    const tried: Uint8Array[] = [];
    const isSegment = (name: string) => name.startsWith(namesOf(tablet).segmentsOf(idOf(tablet)));
    team.lie = ({ verb, name, bytes }) => {
      if (verb !== 'put' || !isSegment(name)) return undefined;
      tried.push(bytes!.slice());
      return new Refusal({ type: 'Unreachable' });
    };
    await team.round(tablet);
    const [kept] = await tablet.session.outgoingObjects();
    expect(equalBytes(kept!.bytes, tried[0]!)).toBe(true);
    expect(segmentsOf(tablet)).toEqual([]);
    // What is said meanwhile comes in a segment behind it.
    await addCustomer(tablet, 'Bea');
    await team.round(tablet);
    team.lie = null;
    await team.round(tablet);
    expect(equalBytes(tried[0]!, tried[1]!)).toBe(true);
    expect(equalBytes(team.store.get(kept!.name)!, tried[0]!)).toBe(true);
    expect(segmentsOf(tablet)).toHaveLength(2);
    await team.round(admin);
    expect(customersOf(admin)).toEqual(['Ada', 'Bea']);
  });

  it('whose put was done and not heard of is a success the next time', async () => {
    await addCustomer(tablet, 'Ada');
    team.lie = ({ verb, name, bytes }) => {
      if (verb !== 'put' || !name.includes('/log/')) return undefined;
      team.store.put(name, bytes!);
      return new Refusal({ type: 'Unreachable' });
    };
    expect(await team.round(tablet)).toBe('failed (Unreachable)');
    team.lie = null;
    expect(await team.round(tablet)).toBe('lively');
    expect(alarmTypes(tablet)).toEqual([]);
    expect(await tablet.session.outgoingObjects()).toEqual([]);
    expect(segmentsOf(tablet)).toHaveLength(1);
  });

  it('under whose name others stand makes the device stop: cloned, and nothing is overwritten', async () => {
    await team.round(tablet);
    const name = namesOf(tablet).segment(idOf(tablet), 1);
    const junk = Uint8Array.of(1, 2, 3);
    team.store.put(name, junk);
    await addCustomer(tablet, 'Ada');
    expect(await team.round(tablet)).toBe('failed (paused)');
    expect(alarmsOf(tablet)).toEqual([
      expect.objectContaining({ type: 'cloned', device: idOf(tablet), name }),
    ]);
    expect(team.store.get(name)).toEqual(junk);
    expect(customersOf(tablet)).toEqual(['Ada']);
    expect(await tablet.session.outgoingObjects()).toHaveLength(1);
  });

  it('says what its author had applied, and links to the one before', async () => {
    await addCustomer(admin, 'Ada');
    await team.agree(admin, tablet);
    await addCustomer(tablet, 'Bea');
    await team.round(tablet);
    await addCustomer(tablet, 'Cai');
    await team.round(tablet);
    const names = segmentsOf(tablet);
    const { seen, changes } = await bodyOf(tablet, names.at(-1)!);
    const { own } = await memoryOf(admin);
    expect([...seen]).toEqual([[idOf(admin), { seq: own.seq, hash: own.hash.slice(0, 16) }]]);
    expect(changes.map(({ kind }) => kind)).toEqual(['customer', 'audit']);
    const header = must(readObjectHeader(team.store.get(names.at(-1)!)!));
    expect(header).toMatchObject({ kind: 'segment', device: idOf(tablet), number: names.length });
    expect((await memoryOf(tablet)).own.seq).toBe(names.length);
  });

  it('is cut for changes of this device alone: what came from others is not said again', async () => {
    const before = segmentsOf(tablet).length;
    await addCustomer(admin, 'Ada');
    await team.agree(admin, tablet);
    expect(segmentsOf(tablet)).toHaveLength(before);
    expect(tablet.sync.status.pending).toBe(0);
  });

  it('is at most 1 MiB: what is more goes into several, in order', async () => {
    // Random, so that it does not compress.
    const noise = () =>
      Array.from(crypto.getRandomValues(new Uint8Array(30_000)), (byte) =>
        byte.toString(16).padStart(2, '0'),
      ).join('');
    for (let count = 0; count < 60; count++) {
      must(
        await tablet.session.vault.save([
          { kind: 'customer', values: { name: `N${count}`, notes: noise() } },
        ]),
      );
    }
    await team.round(tablet);
    const names = segmentsOf(tablet);
    expect(names.length).toBeGreaterThan(1);
    for (const name of names) {
      expect(team.store.get(name)!.length).toBeLessThanOrEqual(1024 * 1024);
    }
    expect(tablet.sync.status.pending).toBe(0);
    await team.round(admin);
    expect(customersOf(admin)).toHaveLength(60);
  });
});
