/**
 * Special categories of data (Art. 9 GDPR; PIPL 28, 29): whoever has a value in a field of such a class needs a condition, which the register
 * names for everybody, or a consent to just that.
 */

import { BELONGINGS, type DataClass, type Kind } from '#domain/catalogue.ts';
import { consentMark, purposeOf } from '#domain/consents.ts';
import type { RecordState } from '#domain/record-state.ts';
import { isAlive, valueOf, valuesOf } from '#domain/values.ts';
import type { Vault } from '#vault/vault.ts';
import type { Looked } from '../checks/facts.ts';
import { Looking } from '../checks/looking.ts';
import { entriesOf } from '../registers/registers.ts';

const SPECIAL: ReadonlySet<DataClass> = new Set(['sensitive', 'health']);

/** Opens the customers only where there is such a field, and no condition for everybody. */
export async function specialConditions(vault: Vault, signal: AbortSignal): Promise<Looked> {
  const kinds: readonly Kind[] = ['customer', ...BELONGINGS];
  const fields = kinds.flatMap((kind) =>
    vault.fieldsOf(kind).filter(({ dataClass }) => SPECIAL.has(dataClass)),
  );
  const look = new Looking();
  if (fields.length === 0) return look.looked;
  const isCovered = entriesOf(vault.workspace, 'purpose').some((state) => {
    const condition = valueOf(state, 'condition');
    const { hasEnded } = purposeOf(state.id, valuesOf(state));
    return !hasEnded && typeof condition === 'string' && condition !== 'consent';
  });
  if (isCovered) return { ...look.looked, looked: vault.living };
  for await (const dossier of vault.dossiers(signal)) {
    if (!dossier.ok) continue;
    const states = dossier.value.filter(isAlive);
    const customer = states.find(({ kind }) => kind === 'customer');
    const isSpecial = states.some((state) =>
      fields.some(({ kind, name }) => kind === state.kind && hasValue(state, name)),
    );
    if (customer === undefined || !isSpecial) continue;
    look.add(customer.id, states.some(isSpecialConsent));
  }
  return look.looked;
}

function hasValue(state: RecordState, name: string): boolean {
  return valuesOf(state)[name] !== undefined;
}

function isSpecialConsent(state: RecordState): boolean {
  if (state.kind !== 'consent') return false;
  const { withdrawn, separate } = consentMark(state.id, valuesOf(state));
  return withdrawn === '' && separate.includes('sensitive');
}
