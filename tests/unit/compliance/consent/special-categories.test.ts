import { specialConditions } from '#compliance/consent/special-categories.ts';
import { describe, expect, it } from 'vitest';
import { createSession, must, NEVER } from '../../vault/fixture.ts';

const NOBODY = { looked: 0, bad: [], badCount: 0 };

async function workspace() {
  const { session } = await createSession();
  const { vault } = session;
  const save = async (...edits: Parameters<typeof vault.save>[0]) =>
    must(await vault.save(edits)).records[0]!;
  const look = () => specialConditions(vault, NEVER);
  return { vault, save, look };
}

async function withAllergies() {
  const { vault, save, look } = await workspace();
  await save({
    kind: 'field',
    values: {
      kind: 'customer',
      name: 'x_allergy',
      label: 'Allergy',
      type: 'text',
      dataClass: 'health',
    },
  });
  const [field] = vault.customFields;
  const patient = await save({
    kind: 'customer',
    values: { name: 'Bea Lund', [field!.name]: 'Nuts' },
  });
  await save({ kind: 'customer', values: { name: 'Ruth Okafor' } });
  return { save, look, patient };
}

describe('special categories', () => {
  it('without a field of such a class ask for nothing', async () => {
    const { save, look } = await workspace();
    await save({ kind: 'customer', values: { name: 'Bea Lund' } });
    expect(await look()).toEqual(NOBODY);
  });

  it('need a consent to just that of whoever has a value there', async () => {
    const { save, look, patient } = await withAllergies();
    expect(await look()).toEqual({
      looked: 1,
      bad: [{ about: 'customer', id: patient }],
      badCount: 1,
    });
    const values = { purpose: 'p', channel: 'any', method: 'written', given: '2026-11-20T09:00' };
    const consent = await save({
      kind: 'consent',
      customer: patient,
      values: { ...values, separate: ['sensitive'] },
    });
    expect(await look()).toEqual({ looked: 1, bad: [], badCount: 0 });
    await save({
      record: consent,
      kind: 'consent',
      customer: patient,
      values: { withdrawn: '2026-11-21T09:00' },
    });
    expect((await look()).badCount).toBe(1);
  });

  it('are covered for everybody by a condition of the register, until that activity ends', async () => {
    const { save, look } = await withAllergies();
    const care = await save({ kind: 'purpose', values: { name: 'Care', condition: 'care' } });
    expect(await look()).toEqual({ looked: 2, bad: [], badCount: 0 });
    await save({ record: care, kind: 'purpose', values: { ended: '2026-11-20' } });
    expect((await look()).badCount).toBe(1);
  });
});
