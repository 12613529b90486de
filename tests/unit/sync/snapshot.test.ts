import { describe, expect, it } from 'vitest';
import { openObject, readObjectHeader } from '#crypto/sealed-object.ts';
import { readMemory } from '#sync/memory.ts';
import type { Manifest } from '#sync/snapshot.ts';
import { must, NEVER } from '../vault/fixture.ts';
import { statesOf, textOf } from '../vault/exchange.ts';
import {
  addCustomer,
  alarmTypes,
  customersOf,
  DAY,
  idOf,
  keysOf,
  namesOf,
  Refusal,
  Team,
  type Device,
} from './team.ts';

const memoryOf = async ({ session }: Device) => readMemory(await session.readSync());

async function manifestOf(team: Team, device: Device, generation: number): Promise<Manifest> {
  const bytes = team.store.get(namesOf(device).manifest(generation))!;
  const { epoch } = must(readObjectHeader(bytes));
  const body = must(await openObject(bytes, (await keysOf(device)).keyOf(epoch)!));
  return JSON.parse(new TextDecoder().decode(body)) as Manifest;
}

/** Of random text, so that it does not compress: several parts. */
async function fill({ session }: Device, customers: number): Promise<void> {
  const noise = () =>
    Array.from(crypto.getRandomValues(new Uint8Array(5000)), (byte) =>
      byte.toString(16).padStart(2, '0'),
    ).join('');
  const batches = (async function* () {
    await Promise.resolve();
    yield Array.from({ length: customers }, (_, n) => ({
      kind: 'customer' as const,
      values: { name: `Customer ${String(n).padStart(4, '0')}`, notes: noise() },
    }));
  })();
  must(await session.vault.bulk(batches, { signal: NEVER }));
}

/** A workspace that had much in it before it was connected. */
async function connected(customers: number): Promise<{ team: Team; admin: Device }> {
  const team = new Team();
  const admin = await team.found((founder) => fill(founder, customers));
  return { team, admin };
}

describe('a snapshot', () => {
  it('is the whole state in parts of at most 1 MiB, what is needed first before the rest', async () => {
    const { team, admin } = await connected(500);
    const [first] = team.store.names.filter((name) => name.startsWith(namesOf(admin).manifests));
    expect(first).toBe(namesOf(admin).manifest(1));
    const { parts, creator, vector } = await manifestOf(team, admin, 1);
    expect(creator).toBe(idOf(admin));
    expect(vector[idOf(admin)]).toBeDefined();
    expect(parts.length).toBeGreaterThan(2);
    for (const { bytes } of parts) expect(bytes).toBeLessThanOrEqual(1024 * 1024);
    const classes = parts.map((part) => part.class);
    expect(classes).toEqual([...classes].sort());

    const joiner = await team.join(admin, 'member');
    await team.agree(admin, joiner);
    expect(await textOf(joiner.session.vault)).toEqual(await textOf(admin.session.vault));
  });

  it('is gone on with after a reload: what was fetched is not fetched again', async () => {
    const { team, admin } = await connected(500);
    const { parts } = await manifestOf(team, admin, 1);
    const { link } = must(await admin.sync.invite({ role: 'member', validHours: 1 }));
    const joiner = team.addDevice();
    team.turnTo(joiner);
    await joiner.ask(link);
    await team.round(admin);
    must(await admin.sync.approve(admin.sync.requests[0]!));
    let fetched = 0;
    const isPart = (name: string) => name.startsWith(namesOf(admin).partsOf(1));
    team.lie = ({ device, verb, name }) =>
      device === joiner && verb === 'get' && isPart(name) && ++fetched > 2
        ? new Refusal({ type: 'Unreachable' })
        : undefined;
    await team.round(joiner);
    await team.round(joiner);
    team.lie = null;
    team.requests.length = 0;
    team.turnTo(joiner);
    await joiner.lock();
    joiner.renew();
    expect(await joiner.open()).toBe(true);
    await team.round(joiner);
    const again = team.requests.filter(({ verb, name }) => verb === 'get' && isPart(name));
    expect(again.length).toBe(parts.length - 2);
    expect(customersOf(joiner)).toEqual(customersOf(admin));
    // Sealed at rest as records now, the parts are let go.
    expect(await joiner.session.keptNames(namesOf(admin).partsOf(1))).toEqual([]);
  });

  it('of which another device was quicker is given up, and its parts go again', async () => {
    const { team, devices } = await Team.of('member');
    const [admin, tablet] = devices;
    await addCustomer(admin, 'Ada');
    await team.agree(admin, tablet);
    must(await admin.sync.revoke(idOf(tablet)));
    const names = namesOf(admin);
    let other: readonly string[] = [];
    team.lie = ({ verb, name, bytes }) => {
      if (verb !== 'put' || name !== names.manifest(2) || other.length > 0) return undefined;
      other = team.store.names.filter((each) => each.startsWith(names.partsOf(2)));
      // The winner's manifest is no readable one here: this device tries the next number.
      team.store.put(name, bytes!.slice(0, -1));
      return 'taken';
    };
    await team.round(admin);
    team.lie = null;
    expect(other.length).toBeGreaterThan(0);
    for (const name of other) expect(team.store.names).not.toContain(name);
    await team.round(admin);
    expect((await memoryOf(admin)).snapshot?.generation).toBe(3);
  });

  it('comes under the first free number, whatever somebody put far above it', async () => {
    const { team, devices } = await Team.of('member');
    const [admin, tablet] = devices;
    team.store.put(namesOf(admin).manifest(999_999), Uint8Array.of(1));
    must(await admin.sync.revoke(idOf(tablet)));
    await team.round(admin);
    expect((await memoryOf(admin)).snapshot?.generation).toBe(2);
    expect(alarmTypes(admin)).toEqual(['damaged']);
  });

  it('is merged by who has something: what it had not sent stays', async () => {
    const { team, devices } = await Team.of('member', 'member');
    const [admin, tablet, phone] = devices;
    await addCustomer(admin, 'Ada');
    await team.agree(admin, phone);
    // The tablet is away; the phone is removed, and with it go the older segments.
    await addCustomer(tablet, 'Said meanwhile');
    must(await admin.sync.revoke(idOf(phone)));
    await team.round(admin);
    for (const name of team.store.names) {
      if (name.startsWith(namesOf(admin).segmentsOf(idOf(admin)))) team.store.remove(name);
    }
    await team.agree(tablet, admin);
    expect(customersOf(tablet)).toEqual(['Ada', 'Said meanwhile']);
    expect(customersOf(admin)).toEqual(['Ada', 'Said meanwhile']);
    expect(await textOf(tablet.session.vault)).toEqual(await textOf(admin.session.vault));
  });
});

describe('an attestation, and what is collected then', () => {
  it('comes from another device once it has all; after 30 days an admin removes what is older', async () => {
    const { team, devices } = await Team.of('member');
    const [admin, tablet] = devices;
    const names = namesOf(admin);
    // Alone there was nobody but the creator to vouch for the first.
    expect(team.store.names).toContain(names.attestation(1, idOf(admin)));
    await addCustomer(admin, 'Ada');
    await team.agree(admin, tablet);
    const segment = names.segment(idOf(admin), 1);
    expect(team.store.names).toContain(segment);

    // A month without a snapshot: the lowest device writes one.
    team.now += 31 * DAY;
    await addCustomer(admin, 'Bea');
    await addCustomer(tablet, 'Cai');
    await team.agree(admin, tablet);
    const { snapshot } = await memoryOf(admin);
    expect(snapshot?.generation).toBe(2);
    const other = snapshot?.creator === idOf(admin) ? tablet : admin;
    expect(team.store.names).toContain(names.attestation(2, idOf(other)));
    expect((await memoryOf(admin)).snapshot?.attested).toBe(true);

    const [gc] = team.store.names.filter((name) => name.startsWith(names.collections));
    expect(gc).toBe(names.collection(0));
    // Two generations stay, and every segment past the older one.
    expect(team.store.names).toContain(names.manifest(1));
    expect(team.store.names).toContain(segment);
    team.now += 31 * DAY;
    await addCustomer(admin, 'Dee');
    await team.agree(admin, tablet, admin);
    expect((await memoryOf(admin)).snapshot?.generation).toBe(3);
    expect(team.store.names).not.toContain(names.manifest(1));
    expect(team.store.names).not.toContain(segment);
    expect(team.store.names).toContain(names.manifest(2));
    const joiner = await team.join(admin, 'member');
    expect(customersOf(joiner)).toEqual(['Ada', 'Bea', 'Cai', 'Dee']);
    expect([...alarmTypes(admin), ...alarmTypes(tablet), ...alarmTypes(joiner)]).toEqual([]);
  });

  it('is not given to a snapshot that leaves something out', async () => {
    const { team, devices } = await Team.of('member');
    const [admin, tablet] = devices;
    await addCustomer(admin, 'Ada');
    await team.agree(admin, tablet);
    // A day later, since what is quite fresh is left to the next snapshot.
    team.now += 2 * DAY;
    const states = (await statesOf(tablet.session.vault)).flat();
    await team.putSnapshot(
      tablet,
      2,
      states.filter(({ kind }) => kind !== 'customer'),
    );
    await team.announce(tablet, (await memoryOf(tablet)).own, { snapshot: 2 });
    await team.agree(admin, tablet);
    expect((await memoryOf(admin)).snapshot).toMatchObject({ generation: 2, attested: false });
    await team.putSnapshot(tablet, 3, states);
    await team.announce(tablet, (await memoryOf(tablet)).own, { snapshot: 3 });
    await team.agree(admin);
    expect((await memoryOf(admin)).snapshot).toMatchObject({ generation: 3, attested: true });
  });
});
