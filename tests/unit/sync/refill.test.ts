import { beforeEach, describe, expect, it } from 'vitest';
import { equalBytes, utf8Bytes } from '#base/bytes.ts';
import { must } from '../vault/fixture.ts';
import {
  addCustomer,
  alarmsOf,
  alarmTypes,
  customersOf,
  idOf,
  namesOf,
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
  await addCustomer(admin, 'Ada');
  await addCustomer(tablet, 'Bea');
  await team.agree(admin, tablet);
}, 120_000);

const logsOf = () => team.store.names.filter((name) => /\/(log|acl)\/|root$/.test(name));

describe('filling a store again', () => {
  it('puts back, byte for byte, what this device has of every log, and nothing twice', async () => {
    const before = new Map(logsOf().map((name) => [name, team.store.get(name)!]));
    for (const name of before.keys()) team.store.remove(name);
    const filled = must(await tablet.sync.fillAgain());
    // What the snapshot holds need not come back.
    const kept = [...before.keys()].filter((name) => logsOf().includes(name));
    expect(filled.objects).toBe(kept.length);
    expect(kept.filter((name) => name.includes('/acl/')).length).toBe(
      [...before.keys()].filter((name) => name.includes('/acl/')).length,
    );
    for (const name of kept)
      expect(equalBytes(team.store.get(name)!, before.get(name)!)).toBe(true);
    expect(must(await tablet.sync.fillAgain()).objects).toBe(0);
    await team.agree(admin, tablet);
    const joiner = await team.join(admin, 'member');
    expect(customersOf(joiner)).toEqual(['Ada', 'Bea']);
  });

  it('into a store that has another content for somebody’s segment: forked, and it is that device’s', async () => {
    const name = team.store.names.findLast((each) =>
      each.startsWith(namesOf(admin).segmentsOf(idOf(admin))),
    )!;
    team.store.remove(name);
    team.store.put(name, utf8Bytes('something else'));
    // The list hides it, so that it seems to be missing.
    team.lie = ({ verb, name: prefix }) => {
      if (verb !== 'list') return undefined;
      const listed = team.store.list(prefix, '', 0);
      return { ...listed, names: listed.names.filter((each) => each !== name) };
    };
    expect(await tablet.sync.fillAgain()).toEqual({ ok: false, error: { type: 'Paused' } });
    expect(alarmsOf(tablet)).toEqual([
      expect.objectContaining({ type: 'forked', device: idOf(admin), name }),
    ]);
    expect(alarmTypes(admin)).toEqual([]);
  });
});
