import { beforeAll, describe, expect, it } from 'vitest';
import type { RecordId } from '#base/ids.ts';
import { isAlive, valueOf } from '#domain/values.ts';
import { must } from '../vault/fixture.ts';
import { addCustomer, customersOf, idOf, membershipOf, Team, type Device } from './team.ts';

let team: Team;
let admin: Device;
let removed: Device;
let phone: Device;
let known: RecordId;
let gone: RecordId;
let fresh: RecordId;

/** The tablet works offline while it is removed: an edit, tags, a new customer with a task, a deletion. */
beforeAll(async () => {
  ({
    team,
    devices: [admin, removed, phone],
  } = await Team.of('member', 'member'));
  known = await addCustomer(admin, 'Known');
  gone = await addCustomer(admin, 'Gone');
  must(
    await admin.session.vault.save([
      { kind: 'customer', record: known, values: { tags: ['a', 'b'] } },
    ]),
  );
  await team.agree(admin, removed, phone);
  const { vault } = removed.session;
  must(
    await vault.save([
      { kind: 'customer', record: known, values: { company: 'Kelp', tags: ['b', 'c'] } },
    ]),
  );
  fresh = await addCustomer(removed, 'Fresh');
  must(await vault.save([{ kind: 'task', customer: fresh, values: { title: 'Call' } }]));
  must(await vault.remove([{ record: gone }]));
  must(await admin.sync.revoke(idOf(removed)));
  await team.agree(admin, phone);
  // Its segments arrive in the store under the old keys.
  const { position, epoch } = await membershipOf(removed);
  const changes = [];
  for await (const outgoing of vault.outgoing(0)) changes.push(...must(outgoing).changes);
  await team.say(removed, { changes }, { membership: position, epoch });
  await team.agree(admin, phone);
}, 120_000);

const dossierOf = async (record: RecordId) => must(await admin.session.vault.openDossier(record));

describe('what was held back', () => {
  it('is listed with whom it is from and about, and has no effect', async () => {
    const [held, ...others] = await admin.sync.heldBack();
    expect(others).toEqual([]);
    expect(held).toMatchObject({
      device: idOf(removed),
      reason: 'removed',
      deviceName: 'Tablet B',
    });
    expect(held?.customers).toEqual(expect.arrayContaining(['Known']));
    expect(admin.sync.status.heldBack).toBe(1);
    expect(customersOf(admin)).toEqual(['Gone', 'Known']);
  });

  it('is said again by an admin as changes of their own, and reaches everybody', async () => {
    const [held] = await admin.sync.heldBack();
    must(await admin.sync.settleHeldBack(held!.id, 'apply'));
    expect(admin.sync.status.heldBack).toBe(0);
    expect(customersOf(admin)).toEqual(['Fresh', 'Known']);
    const state = (await dossierOf(known)).get(known)!;
    expect(valueOf(state, 'company')).toBe('Kelp');
    expect(
      [...Object.keys(state.sets['tags'] ?? {})]
        .filter((tag) => state.sets['tags']![tag]!.adds.length > 0)
        .sort(),
    ).toEqual(['b', 'c']);
    for (const { stamp } of state.fields['company'] ?? []) expect(stamp).toContain(idOf(admin));
    const dossier = await dossierOf(fresh);
    expect(
      [...dossier.values()]
        .filter(isAlive)
        .map(({ kind }) => kind)
        .sort(),
    ).toEqual(['customer', 'task']);
    await team.agree(admin, phone);
    expect(customersOf(phone)).toEqual(['Fresh', 'Known']);
  });

  it('stays settled, and is not fetched again', async () => {
    team.requests.length = 0;
    await team.round(admin, false);
    expect(team.requests.filter(({ verb }) => verb === 'get')).toEqual([]);
    expect(await admin.sync.heldBack()).toEqual([]);
  });

  it('is put aside where nobody wants it', async () => {
    const { position, epoch } = await membershipOf(removed);
    const change = team.change(removed);
    await team.say(removed, { changes: [change] }, { membership: position, epoch });
    await team.round(admin, false);
    const [held] = await admin.sync.heldBack();
    must(await admin.sync.settleHeldBack(held!.id, 'discard'));
    expect(await admin.sync.heldBack()).toEqual([]);
    expect(customersOf(admin)).toEqual(['Fresh', 'Known']);
  });
});
