import { guard } from '#compliance/guard.ts';
import { describe, expect, it } from 'vitest';
import { createEnvironment, createSession, must, NEVER } from '../../vault/fixture.ts';

async function withRestricted() {
  const { session } = await createSession(createEnvironment({ guard }));
  const { vault } = session;
  const saved = must(await vault.save([{ kind: 'customer', values: { name: 'Bea Lund' } }]));
  const customer = saved.records[0]!;
  const visit = { type: 'visit', when: '2026-11-20T10:00' };
  const logged = must(await vault.save([{ kind: 'interaction', customer, values: visit }]));
  const limit = { type: 'restriction', since: '2026-11-21' };
  const limited = must(await vault.save([{ kind: 'limit', customer, values: limit }]));
  return { vault, customer, visit: logged, limit: limited.records[0]! };
}

const REFUSED = { ok: false, error: { type: 'Restricted' } };

describe('a restricted customer', () => {
  it('can neither be edited, nor added to, nor deleted, nor undone', async () => {
    const { vault, customer, visit } = await withRestricted();
    const values = { name: 'Bea Lundqvist' };
    expect(await vault.save([{ record: customer, kind: 'customer', values }])).toEqual(REFUSED);
    const note = { type: 'note', when: '2026-11-22T10:00' };
    expect(await vault.save([{ kind: 'interaction', customer, values: note }])).toEqual(REFUSED);
    expect(await vault.remove([{ record: customer }])).toEqual(REFUSED);
    expect(await vault.remove([{ record: visit.records[0]!, customer }])).toEqual(REFUSED);
    expect(await vault.undo(visit.undo, { signal: NEVER })).toEqual(REFUSED);
    expect(vault.summary(customer)).toMatchObject({ name: 'Bea Lund', limits: ['restriction'] });
  });

  it('still gets papers, and is free again once it is lifted', async () => {
    const { vault, customer, limit } = await withRestricted();
    const told = { given: '2026-11-22' };
    must(await vault.save([{ kind: 'notice', customer, values: told }]));
    const lifted = { lifted: '2026-11-23' };
    must(await vault.save([{ record: limit, kind: 'limit', customer, values: lifted }]));
    const values = { name: 'Bea Lundqvist' };
    must(await vault.save([{ record: customer, kind: 'customer', values }]));
    expect(vault.summary(customer)).toMatchObject({ limits: [], toldOn: '2026-11-22' });
  });

  it('stops nobody else', async () => {
    const { vault } = await withRestricted();
    must(await vault.save([{ kind: 'customer', values: { name: 'Ruth Okafor' } }]));
  });
});
