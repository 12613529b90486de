import { erasePerson, erasuresIn } from '#compliance/erasure/erasing.ts';
import { recordRoom } from '#compliance/personal-room.ts';
import type { RecordId } from '#base/ids.ts';
import { valueOf } from '#domain/values.ts';
import { readMemory } from '#sync/memory.ts';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { must } from '../vault/fixture.ts';
import { bytesOnDisk, SealedTexts } from '../vault/sealed-texts.ts';
import { DAY, Team, type Device } from './team.ts';

const sealed = new SealedTexts();
beforeEach(() => {
  sealed.start();
});
afterEach(() => {
  sealed.stop();
});

const WORDS = ['Wilhelmina Quandt', 'harbour entrance', 'lighthouse keeper'];

async function write(team: Team, device: Device): Promise<RecordId> {
  team.turnTo(device);
  const values = { name: 'Wilhelmina Quandt', notes: 'harbour entrance' };
  const [customer] = must(await device.session.vault.save([{ kind: 'customer', values }])).records;
  return customer!;
}

async function erase(team: Team, device: Device, customer: RecordId): Promise<RecordId> {
  team.turnTo(device);
  return must(
    await erasePerson(
      device.session,
      { customer, reason: 'other' },
      {
        marker: (identifier) => `m${identifier.length}`,
        now: team.now,
        hasStore: true,
        rooms: [recordRoom(device.session)],
      },
    ),
  );
}

/** Where anything of the person can be read, in the store and on the devices. */
async function found(team: Team, ...devices: readonly Device[]): Promise<readonly string[]> {
  const inStore = team.store.names.map((name) => [name, team.store.get(name)!] as const);
  const places = WORDS.flatMap((word) => sealed.findIn(inStore, word));
  for (const device of devices) {
    const pieces = await bytesOnDisk(device.databases);
    for (const word of WORDS) {
      places.push(...sealed.findIn(pieces, word).map((place) => `${device.name} ${place}`));
    }
  }
  return places;
}

function completeAt(device: Device): unknown {
  const [state] = erasuresIn(device.session.vault.workspace);
  return state === undefined ? undefined : valueOf(state, 'complete');
}

describe('an erasure among devices', () => {
  it('leaves nothing in the store nor on any device, and then says so', async () => {
    const { team, devices } = await Team.of('member');
    const [admin, tablet] = devices;
    const customer = await write(team, tablet);
    await team.agree(admin, tablet);
    team.turnTo(tablet);
    const notes = { type: 'visit', when: '2026-11-20T10:00', notes: 'lighthouse keeper' };
    must(await tablet.session.vault.save([{ kind: 'interaction', customer, values: notes }]));
    await team.agree(admin, tablet);
    expect(await found(team, admin, tablet)).not.toEqual([]);

    await erase(team, admin, customer);
    await team.round(admin);
    expect(completeAt(admin)).toBe(null);
    for (let times = 0; times < 4; times++) await team.agree(admin, tablet);
    expect(await found(team, admin, tablet)).toEqual([]);
    expect(completeAt(admin)).not.toBe(null);
    expect(completeAt(tablet)).toBe(completeAt(admin));
    expect(readMemory(await admin.session.readSync()).erasing).toEqual({});
    expect(readMemory(await tablet.session.readSync()).alarms).toEqual([]);
    // Whoever comes now reads everything that there is.
    const later = await team.join(admin, 'member');
    await team.agree(admin, tablet, later);
    expect(completeAt(later)).toBe(completeAt(admin));
    expect(await found(team, admin, tablet, later)).toEqual([]);
  });

  it('takes what a device had written meanwhile and not yet sent', async () => {
    const { team, devices } = await Team.of('member');
    const [admin, tablet] = devices;
    const customer = await write(team, admin);
    await team.agree(admin, tablet);
    team.turnTo(tablet);
    const notes = { type: 'call', when: '2026-11-21T10:00', notes: 'lighthouse keeper' };
    must(await tablet.session.vault.save([{ kind: 'interaction', customer, values: notes }]));
    await erase(team, admin, customer);
    for (let times = 0; times < 5; times++) await team.agree(admin, tablet);
    expect(await found(team, admin, tablet)).toEqual([]);
    expect(sealed.holding('lighthouse keeper')).toBeGreaterThan(0);
  });

  it('waits for a device that has not heard of it, but not for one that is silent for a month', async () => {
    const { team, devices } = await Team.of('member', 'member');
    const [admin, tablet, lost] = devices;
    const customer = await write(team, admin);
    await team.agree(admin, tablet, lost);
    await erase(team, admin, customer);
    for (let times = 0; times < 3; times++) await team.agree(admin, tablet);
    expect(completeAt(admin)).toBe(null);
    expect(await found(team)).not.toEqual([]);
    team.now += 31 * DAY;
    for (let times = 0; times < 3; times++) await team.agree(admin, tablet);
    expect(completeAt(admin)).not.toBe(null);
    expect(await found(team, admin, tablet)).toEqual([]);
    // On its return it begins again from the snapshot.
    for (let times = 0; times < 3; times++) await team.agree(admin, tablet, lost);
    expect(lost.session.vault.isErased(customer)).toBe(true);
    expect(await found(team, admin, tablet, lost)).toEqual([]);
  });

  it('ends the same where two admins erase and restore the same person at once', async () => {
    const { team, devices } = await Team.of('admin');
    const [admin, other] = devices;
    const customer = await write(team, admin);
    await team.agree(admin, other);
    team.turnTo(other);
    must(await other.session.vault.remove([{ record: customer }]));
    await team.agree(other, admin);
    await erase(team, admin, customer);
    // Brings it back out of the trash before it hears of the erasure.
    team.turnTo(other);
    const back = { name: 'Wilhelmina Quandt', notes: 'lighthouse keeper' };
    must(await other.session.vault.save([{ record: customer, kind: 'customer', values: back }]));
    for (let times = 0; times < 5; times++) await team.agree(admin, other);
    for (const device of devices) {
      team.turnTo(device);
      expect((await device.session.vault.openDossier(customer)).ok).toBe(false);
    }
    expect(await found(team, admin, other)).toEqual([]);
  });
});
