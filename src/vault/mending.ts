/**
 * Mending: what others wrote against the guard, or an older device before there was one. What stands is written anew without what may not be
 * kept, and the values that held it are erased, the past ones too. An admin's finding says where it was.
 */

import type { RecordId } from '#base/ids.ts';
import type { Result } from '#base/result.ts';
import type { FieldDefinition, Kind } from '#domain/catalogue.ts';
import type { Change, FieldName, Json } from '#domain/change.ts';
import { changeOf } from '#domain/edits.ts';
import type { RecordState } from '#domain/record-state.ts';
import { mayAuthor, newRecordId } from '#domain/roles.ts';
import { isAlive, valuesOf } from '#domain/values.ts';
import type { Book, VaultParts } from './book.ts';
import { dossierOf } from './dossiers.ts';
import type { Found, Guard } from './environment.ts';

/** How a value that may not be kept came to be here. */
export type MendSource = 'sync' | 'scan' | 'restore';

/** What mends some dossiers, as one step. */
interface Mending {
  readonly changes: readonly Change[];
  /** Records that it makes. */
  readonly created: ReadonlySet<RecordId>;
  /** How many values it erases. */
  readonly values: number;
}

type FieldsOf = (kind: Kind) => readonly FieldDefinition[];

/** The dossiers in which changes of others may have written what may not be kept. */
export function suspects(
  guard: Guard,
  changes: readonly Change[],
  fieldsOf: FieldsOf,
): ReadonlySet<RecordId> {
  const found = new Set<RecordId>();
  for (const change of changes) {
    if (change.kind === 'audit') continue;
    for (const [field, write] of Object.entries(change.set ?? {})) {
      const written = 'value' in write ? [write.value] : Object.entries(write.add ?? {}).flat();
      const isClean = written.every((value) => isKept(guard, fieldsOf(change.kind), field, value));
      if (!isClean) found.add(dossierOf(change));
    }
  }
  return found;
}

function isKept(
  guard: Guard,
  fields: readonly FieldDefinition[],
  field: FieldName,
  value: Json,
): boolean {
  const values = { [field]: value };
  return guard.screen(fields, values).values === values;
}

/** Passes on what others wrote, and notes the dossiers in which something may not be kept. */
export async function* watched<E>(
  dossiers: AsyncIterable<Result<readonly RecordState[], E>>,
  guard: Guard,
  fieldsOf: FieldsOf,
  suspicious: Set<RecordId>,
): AsyncIterable<Result<readonly RecordState[], E>> {
  for await (const dossier of dossiers) {
    for (const state of dossier.ok ? dossier.value : []) {
      if (guard.find(state, fieldsOf(state.kind)).length === 0) continue;
      suspicious.add(dossierOf({ ...state, record: state.id }));
    }
    yield dossier;
  }
}

/** What this device's role may not author is left to others. What can't be read is mended once it is there again. */
export async function mendingOf(
  book: Book,
  { guard, role, clock }: Pick<VaultParts, 'role' | 'clock'> & { readonly guard: Guard },
  dossiers: Iterable<RecordId>,
  source: MendSource,
): Promise<Mending> {
  const changes: Change[] = [];
  const created = new Set<RecordId>();
  let values = 0;
  const moment = () => ({ stamp: book.stamps.next(), at: clock.now() });
  for (const id of dossiers) {
    const dossier = await book.dossier(id);
    if (!dossier.ok) continue;
    for (const state of dossier.value.values()) {
      if (!mayAuthor(role(), headOf(state))) continue;
      const fields = book.fieldsOf(state.kind);
      const found = guard.find(state, fields);
      if (found.length === 0) continue;
      const anew = presentFields(state, found);
      if (anew.size > 0) changes.push(rewriting(state, anew, guard, fields, moment()));
      for (const field of new Set(found.map((each) => each.field))) {
        const finding = findingOf(state, field, source);
        const kind = 'cardFinding';
        const record = newRecordId(kind);
        created.add(record);
        const made = { record, kind, values: finding, fields: book.fieldsOf(kind) } as const;
        changes.push(changeOf({ ...made, ...moment() }));
      }
      for (const { field, stamp } of found) {
        const erases = { type: 'value', record: state.id, field, stamp } as const;
        changes.push({ record: newRecordId('erasure'), kind: 'erasure', ...moment(), erases });
        values += 1;
      }
    }
  }
  return { changes, created, values };
}

function presentFields(state: RecordState, found: readonly Found[]): ReadonlySet<FieldName> {
  const present = isAlive(state) ? found.filter(({ isPresent }) => isPresent) : [];
  return new Set(present.map(({ field }) => field));
}

function rewriting(
  state: RecordState,
  names: ReadonlySet<FieldName>,
  guard: Guard,
  fields: readonly FieldDefinition[],
  moment: Pick<Change, 'stamp' | 'at'>,
): Change {
  const present = valuesOf(state);
  const given = Object.fromEntries([...names].map((name) => [name, present[name] ?? null]));
  const { values } = guard.screen(fields, given);
  return changeOf({ ...headOf(state), values, state, fields, ...moment });
}

function headOf({ id, kind, customer }: RecordState): Pick<Change, 'record' | 'kind' | 'customer'> {
  return { record: id, kind, ...(customer !== undefined && { customer }) };
}

/** What an admin follows up: where it was found and where it came from, and nothing of it. */
function findingOf(
  state: RecordState,
  field: FieldName,
  source: MendSource,
): Record<FieldName, Json> {
  const customer = state.customer ?? (state.kind === 'customer' ? state.id : undefined);
  return { record: state.id, field, source, ...(customer !== undefined && { customer }) };
}
