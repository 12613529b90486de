/** A customer as a screen shows it. */

import type { RecordId } from '#base/ids.ts';
import { isSetType, type FieldDefinition, type Kind } from '#domain/catalogue.ts';
import type { FieldName, Json } from '#domain/change.ts';
import type { Dossier, RecordState } from '#domain/record-state.ts';
import type { Stamp } from '#domain/stamp.ts';
import { isAlive, seenOf, valuesOf, type Seen } from '#domain/values.ts';

export interface RecordView {
  readonly id: RecordId;
  readonly kind: Kind;
  /** A field's value by name. Sets arrive as arrays: tags as text, lists as `{id, label, value}`. Absent: no value. */
  readonly values: Readonly<Record<FieldName, Json>>;
  /** Fields that have a value which this role does not see. */
  readonly masked?: readonly FieldName[];
  /** What an edit of it hands back, so that it can say what it replaces. */
  readonly seen: Seen;
  /** Authors' clocks, ms. */
  readonly createdAt: number;
  readonly changedAt: number;
}

export interface CustomerView {
  readonly customer: RecordView;
  /** Living interactions, transactions, needs, feedback, tasks and contacts, newest first. */
  readonly belongings: readonly RecordView[];
}

export interface PastValue {
  readonly value: Json;
  /** The author's clock, ms. */
  readonly at: number;
  readonly memberName: string;
}

/** Null where the customer is not there or in the trash. */
export function customerViewOf(id: RecordId, dossier: Dossier): CustomerView | null {
  const customer = dossier.get(id);
  if (customer === undefined || !isAlive(customer)) return null;
  return {
    customer: recordViewOf(customer),
    belongings: [...dossier.values()]
      .filter((state) => state.id !== id && isAlive(state))
      .sort((a, b) => (a.created.stamp < b.created.stamp ? 1 : -1))
      .map(recordViewOf),
  };
}

export function recordViewOf(state: RecordState): RecordView {
  return {
    id: state.id,
    kind: state.kind,
    values: valuesOf(state),
    seen: seenOf(state),
    createdAt: state.created.at,
    changedAt: state.changed.at,
  };
}

/** What a field was, newest first, the present value too. Of a set: each element that was added or taken away. */
export function historyOf(
  state: RecordState,
  field: FieldDefinition,
  nameOf: (stamp: Stamp) => string,
): readonly PastValue[] {
  const values = isSetType(field.type)
    ? Object.entries(state.sets[field.name] ?? {}).flatMap(([key, { adds, removed }]) =>
        [...adds, ...removed.flatMap(({ add }) => add ?? [])].map((add) => ({
          ...add,
          value: add.value === true ? key : add.value,
        })),
      )
    : (state.fields[field.name] ?? []);
  return values
    .toSorted((a, b) => (a.stamp < b.stamp ? 1 : -1))
    .map(({ value, at, stamp }) => ({ value, at, memberName: nameOf(stamp) }));
}
