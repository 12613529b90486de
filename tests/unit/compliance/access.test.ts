import { createPrefixedId, GLASS_PREFIX, type DeviceId, type RecordId } from '#base/ids.ts';
import { glassUntil, glassUses, maskedClasses, maskedNames, maskView } from '#compliance/access.ts';
import { DEFAULT_POLICY } from '#compliance/policy.ts';
import { fieldsOf } from '#domain/catalogue.ts';
import { customerViewOf } from '#vault/views.ts';
import { describe, expect, it } from 'vitest';
import { createEnvironment, createSession, HandClock, must } from '../vault/fixture.ts';

describe('a role', () => {
  it('of an admin sees all, of others what the policy does not mask', () => {
    const policy = { ...DEFAULT_POLICY, maskedForMember: ['health'] as const };
    expect(maskedClasses(policy, 'admin').size).toBe(0);
    expect([...maskedClasses(policy, 'member')]).toEqual(['health']);
    expect([...maskedClasses(policy, 'viewer')]).toEqual(['sensitive', 'health', 'financial']);
  });
});

describe('a masked view', () => {
  it('leaves out the values of masked fields, says which, and keeps the rest', async () => {
    const { session } = await createSession();
    const { vault } = session;
    const made = must(await vault.save([{ kind: 'customer', values: { name: 'Ada' } }]));
    const [id] = made.records as [RecordId];
    const order = { date: '2026-11-01', amount: '120' };
    must(await vault.save([{ kind: 'transaction', customer: id, values: order }]));
    const view = customerViewOf(id, must(await vault.openDossier(id)));
    if (view === null) throw new Error('The customer is there');
    const classes = new Set(['financial'] as const);
    const masked = maskView(view, (kind) => maskedNames(fieldsOf(kind), classes));
    expect(masked.customer).toBe(view.customer);
    expect(masked.belongings[0]?.values).toEqual({ date: '2026-11-01' });
    expect(masked.belongings[0]?.masked).toEqual(['amount']);
    expect(JSON.stringify(masked)).not.toContain('120');
  });
});

describe('emergency access', () => {
  it('is this device’s alone, and ends with its time', async () => {
    const clock = new HandClock();
    const { session } = await createSession(createEnvironment({ clock }));
    const { vault, device } = session;
    const end = clock.milliseconds + 60_000;
    const at = (now: number, by = device, longest = 3_600_000) =>
      glassUntil(vault.workspace, by, { now, longest });
    expect(at(clock.milliseconds)).toBeNull();
    const until = new Date(end).toISOString();
    const values = { reason: 'Fall in the shop', until };
    must(await vault.add([{ record: createPrefixedId(GLASS_PREFIX), kind: 'glass', values }]));
    const now = clock.milliseconds;
    expect(at(now)).toBe(end);
    expect(at(now, 'q'.repeat(26) as DeviceId)).toBeNull();
    expect(at(end)).toBeNull();
    // Before it was taken it was not there, and no word of it makes it longer than the policy.
    expect(at(now - 60_000)).toBeNull();
    expect(at(now, device, 5_000)).toBeLessThan(now + 5_000);
    expect(at(now + 5_000, device, 5_000)).toBeNull();
  });

  it('is reviewed by an admin or by nobody', async () => {
    const { session } = await createSession();
    const { vault, device } = session;
    const values = { reason: 'Fall in the shop', until: '2026-11-23T10:00:00.000Z' };
    const made = must(
      await vault.add([{ record: createPrefixedId(GLASS_PREFIX), kind: 'glass', values }]),
    );
    const [record] = made.records as [RecordId];
    const reviewed = '2026-11-24T10:00:00.000Z';
    must(await vault.save([{ record, kind: 'glass', values: { reviewed } }]));
    const [byAdmin] = glassUses(vault.workspace, (each) => each === device);
    expect(byAdmin).toMatchObject({ id: record, device, reason: 'Fall in the shop' });
    expect(byAdmin?.reviewedAt).not.toBeNull();
    const [byOther] = glassUses(vault.workspace, () => false);
    expect(byOther?.reviewedAt).toBeNull();
  });
});
