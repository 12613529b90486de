/** Dossiers: a customer's record and all that belongs to it, or the workspace's own records. Which one a record lies in, and how it reads at rest. */

import type { RecordId } from '#base/ids.ts';
import { applyChange, cloneFor, type ErasureIndex } from '#domain/apply.ts';
import { belongsTo } from '#domain/catalogue.ts';
import type { Change } from '#domain/change.ts';
import { decodeRecord } from '#domain/encoding.ts';
import { WORKSPACE_DOSSIER, type Dossier } from '#domain/record-state.ts';

export { WORKSPACE_DOSSIER };

/** Records of the workspace share one dossier; what belongs to nothing has its own; every other lies with its customer. */
export function dossierOf({
  record,
  kind,
  customer,
}: Pick<Change, 'record' | 'kind'> & { readonly customer?: RecordId | undefined }): RecordId {
  if (customer !== undefined) return customer;
  return belongsTo(kind) === 'itself' ? record : WORKSPACE_DOSSIER;
}

/** `keep`: the states in the dossier are somebody else's too, and stay as they are. */
export function applyTo(
  dossier: Dossier,
  change: Change,
  erasures: ErasureIndex,
  { keep }: { readonly keep: boolean },
): void {
  const state = dossier.get(change.record);
  const before = state !== undefined && keep ? cloneFor(state, change) : state;
  const after = applyChange(before, change, erasures);
  if (after === undefined) dossier.delete(change.record);
  else dossier.set(change.record, after);
}

export interface NamedDossier {
  readonly id: RecordId;
  readonly dossier: Dossier;
}

/** A row of a body leaf: the dossier's id, then its records, a line each. `null` where it is not what `leaf.ts` writes. */
export function parseDossier(text: string): NamedDossier | null {
  const [id, ...records] = text.split('\n');
  if (records.pop() !== '') return null;
  return parseRecords(id as RecordId, records);
}

export function parseRecords(id: RecordId, records: readonly string[]): NamedDossier | null {
  const dossier: Dossier = new Map();
  for (const record of records) {
    const state = decodeRecord(JSON.parse(record));
    if (state === null) return null;
    dossier.set(state.id, state);
  }
  return { id, dossier };
}
