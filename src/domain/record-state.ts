/** The state of one record: everything that its changes said, merged. A pure function of the set of changes. */

import type { DeviceId, RecordId } from '#base/ids.ts';
import type { Kind } from './catalogue.ts';
import type { ElementKey, Erasure, FieldName, Json } from './change.ts';
import type { Stamp } from './stamp.ts';

/** So many values a field keeps, the newest by stamp. Values of equal stamp (a cloned device) count as one. */
export const PAST_VALUES = 20;

/** One value that a field has or had. */
export interface FieldValue {
  readonly value: Json;
  readonly stamp: Stamp;
  /** The author's wall clock, ms. */
  readonly at: number;
  /** The stamps that this value replaced, in ascending order. */
  readonly over?: readonly Stamp[];
  /** The value was erased: it is null and keeps its place, so that what the list keeps does not depend on when the erasure came. */
  readonly erased?: true;
}

/** An add that a removal names. Kept for ever, so that an add that arrives late stays removed. */
export interface RemovedAdd {
  /** The add's stamp. */
  readonly stamp: Stamp;
  /** The stamps of the changes that removed it, in ascending order. */
  readonly by: readonly Stamp[];
  /** What was added, for history and undo; absent while only the removal has arrived. */
  readonly add?: FieldValue;
}

export interface SetElement {
  /** Living adds, newest first. More than one: two authors did not know each other. */
  adds: FieldValue[];
  /** In ascending order of the adds' stamps. */
  removed: RemovedAdd[];
}

/** When something happened to a record: its place in the order, and its author's wall clock (ms). */
export interface Moment {
  readonly stamp: Stamp;
  readonly at: number;
}

export interface RecordState {
  readonly id: RecordId;
  readonly kind: Kind;
  readonly customer?: RecordId;
  /** Newest first, at most `PAST_VALUES` of them; the first is the field's value. */
  fields: Record<FieldName, FieldValue[]>;
  sets: Record<FieldName, Record<ElementKey, SetElement>>;
  /** Per device, the newest stamp of any of its changes to this record that is not a deletion. */
  newest: Record<DeviceId, Stamp>;
  /** Per device, the newest stamp that a deletion covers. */
  covered: Record<DeviceId, Stamp>;
  /** The record's first change. */
  created: Moment;
  /** The record's newest change. */
  changed: Moment;
  /** The newest deletion, whether or not it still holds. */
  deleted?: Moment;
  /** The newest revival, whether or not it still holds. */
  revived?: Moment;
  /** What an erasure record erases; only grows. In ascending order of their canonical text. */
  erases?: readonly Erasure[];
}

/** A customer's record and all that belongs to it, by id; or the records of the workspace itself. They share a leaf. */
export type Dossier = Map<RecordId, RecordState>;

/** The workspace's own records share a dossier under this name, which no random id takes. */
export const WORKSPACE_DOSSIER = 'workspaceaaaaaaaaaaaaaaaaa' as RecordId;
