/** The full scan: every value that the workspace holds, past ones too, looked through for what the guard would not let in (PCI DSS 3.2.1, 3.5.1). */

import type { RecordId } from '#base/ids.ts';
import { err, ok, type Result } from '#base/result.ts';
import { KINDS, type FieldType } from '#domain/catalogue.ts';
import { dossierOf } from '#vault/dossiers.ts';
import type { Cancelled, EditError, Vault } from '#vault/vault.ts';
import type { CardScan } from '../messages.ts';
import { cardsInState } from './screening.ts';

export interface ScanWork {
  readonly signal: AbortSignal;
  /** Records done. */
  readonly onProgress: (done: number) => void;
}

/** So often it tells how far it is, in records. */
const TOLD_EACH = 1000;

/** What can't be read is in the list of damage, and looked through once it was restored. */
export async function scanForCards(
  vault: Vault,
  now: number,
  { signal, onProgress }: ScanWork,
): Promise<Result<CardScan, EditError | Cancelled>> {
  const hit = new Set<RecordId>();
  let records = 0;
  let told = 0;
  let hits = 0;
  for await (const dossier of vault.dossiers(signal)) {
    if (signal.aborted) return err({ type: 'Cancelled' });
    if (!dossier.ok) continue;
    for (const state of dossier.value) {
      records += 1;
      const found = cardsInState(state, vault.fieldsOf(state.kind)).length;
      hits += found;
      if (found > 0) hit.add(dossierOf({ ...state, record: state.id }));
    }
    if (records - told < TOLD_EACH) continue;
    told = records;
    onProgress(records);
  }
  if (signal.aborted) return err({ type: 'Cancelled' });
  const mended = await vault.mend(hit, 'scan');
  if (!mended.ok) return mended;
  return ok({ at: now, columns: columnsOf(vault), records, hits, mended: mended.value });
}

const TEXTS: ReadonlySet<FieldType> = new Set([
  'text',
  'longText',
  'emails',
  'phones',
  'addresses',
  'url',
  'member',
  'tags',
  'reference',
] as const);

/** Columns of text that were looked through, those of the workspace's own fields too. */
export function columnsOf(vault: Vault): number {
  return KINDS.filter((kind) => kind !== 'audit')
    .flatMap((kind) => vault.fieldsOf(kind))
    .filter(({ type }) => TEXTS.has(type)).length;
}
