/**
 * Merging: the one way in which a change alters a record (DESIGN.md section 4). Reads nothing but changes and erasures, no clock and
 * no arrival order, so that the same set of them gives the same state in any order, any number of times.
 *
 * [Note: Ties] Two changes of equal stamp come from a cloned device. What they say of one field is ordered by its canonical text
 * (value, author's clock, `over`), the greater first. It stands for the change's hash, is as blind, and needs nothing stored.
 */

import type { DeviceId, RecordId } from '#base/ids.ts';
import { canonicalText, own } from './json.ts';
import {
  isElementKey,
  isFieldName,
  type Change,
  type ElementKey,
  type Erasure,
  type FieldName,
  type Json,
  type SetWrite,
  type ValueWrite,
} from './change.ts';
import {
  PAST_VALUES,
  type Dossier,
  type FieldValue,
  type Moment,
  type RecordState,
  type RemovedAdd,
  type SetElement,
} from './record-state.ts';
import { deviceOf, isStamp, type Stamp } from './stamp.ts';

/**
 * The record after the change; `undefined` where an erasure covers the record. May alter the given state: callers who must keep
 * theirs clone it. The state must be of the same record and customer as the change: a dossier is found by the customer first.
 *
 * What a well-behaved author never writes (a bad field name, a stamp under another device's name) is passed over.
 */
export function applyChange(
  state: RecordState | undefined,
  change: Change,
  erasures: ErasureIndex,
): RecordState | undefined {
  if (erasures.coversRecord(change.record, change.customer)) return undefined;
  const moment: Moment = { stamp: change.stamp, at: change.at };
  const merged = state ?? emptyState(change, moment);
  if (state !== undefined) mergeIdentity(state, change, moment);
  if (change.set !== undefined) {
    for (const field of Object.keys(change.set)) {
      const write = change.set[field];
      if (write === undefined || !isFieldName(field)) continue;
      if (erasures.coversField(change.record, field)) continue;
      const erased = erasures.coversValue(change.record, field, change.stamp);
      if ('value' in write) mergeValue(merged, field, change, write, erased);
      else mergeSet(merged, field, change, write, erased, erasures);
    }
  }
  mergeLife(merged, change, moment);
  return merged;
}

/** All erasures that are in force. Whether their authors may erase is decided before they come here. */
export class ErasureIndex {
  readonly #records = new Set<RecordId>();
  readonly #fields = new Set<string>();
  readonly #values = new Set<string>();

  add(erasure: Erasure): void {
    switch (erasure.type) {
      case 'person':
        for (const id of erasure.ids) this.#records.add(id);
        break;
      case 'field':
        this.#fields.add(`${erasure.record} ${erasure.field}`);
        break;
      case 'value':
        this.#values.add(`${erasure.record} ${erasure.field} ${erasure.stamp}`);
        break;
    }
  }

  /** An erased person takes along all that belongs to them. */
  coversRecord(record: RecordId, customer: RecordId | undefined): boolean {
    if (this.#records.size === 0) return false;
    return this.#records.has(record) || (customer !== undefined && this.#records.has(customer));
  }

  coversField(record: RecordId, field: FieldName): boolean {
    return this.#fields.size > 0 && this.#fields.has(`${record} ${field}`);
  }

  coversValue(record: RecordId, field: FieldName, stamp: Stamp): boolean {
    return this.#values.size > 0 && this.#values.has(`${record} ${field} ${stamp}`);
  }
}

export function createErasures(erasures: Iterable<Erasure> = []): ErasureIndex {
  const index = new ErasureIndex();
  for (const erasure of erasures) index.add(erasure);
  return index;
}

/**
 * Brings a dossier that was built before the erasure arrived to where it would be had the erasure come first. Tells whether anything
 * was there to erase.
 */
export function purge(dossier: Dossier, erasure: Erasure): boolean {
  if (erasure.type === 'person') {
    const ids = new Set(erasure.ids);
    let found = false;
    for (const [id, { customer }] of dossier) {
      if (ids.has(id) || (customer !== undefined && ids.has(customer))) {
        dossier.delete(id);
        found = true;
      }
    }
    return found;
  }
  const state = dossier.get(erasure.record);
  if (state === undefined) return false;
  return erasure.type === 'field'
    ? purgeField(state, erasure.field)
    : purgeValue(state, erasure.field, erasure.stamp);
}

/** A copy that `applyChange` may alter. The values themselves are never altered and stay shared. */
export function cloneDossier(dossier: Dossier): Dossier {
  const clone: Dossier = new Map();
  for (const [id, state] of dossier) clone.set(id, cloneState(state));
  return clone;
}

export function cloneState(state: RecordState): RecordState {
  const fields: Record<FieldName, FieldValue[]> = {};
  for (const field of Object.keys(state.fields)) fields[field] = [...(state.fields[field] ?? [])];
  const sets: Record<FieldName, Record<ElementKey, SetElement>> = {};
  for (const [field, set] of Object.entries(state.sets)) {
    const elements: Record<ElementKey, SetElement> = {};
    for (const [key, { adds, removed }] of Object.entries(set)) {
      elements[key] = { adds: [...adds], removed: [...removed] };
    }
    sets[field] = elements;
  }
  return { ...state, fields, sets, newest: { ...state.newest }, covered: { ...state.covered } };
}

/** A copy that `applyChange` may alter by this one change: what that does not name stays shared. */
export function cloneFor(state: RecordState, { set = {} }: Change): RecordState {
  const fields = { ...state.fields };
  const sets = { ...state.sets };
  for (const field of Object.keys(set)) {
    const write = set[field];
    if (write === undefined) continue;
    const values = own(fields, field);
    if ('value' in write) {
      if (values !== undefined) fields[field] = [...values];
      continue;
    }
    const elements = own(sets, field);
    if (elements === undefined) continue;
    const copy = { ...elements };
    sets[field] = copy;
    for (const key of [...Object.keys(write.add ?? {}), ...Object.keys(write.remove ?? {})]) {
      const element = own(copy, key);
      if (element !== undefined) {
        copy[key] = { adds: [...element.adds], removed: [...element.removed] };
      }
    }
  }
  return { ...state, fields, sets, newest: { ...state.newest }, covered: { ...state.covered } };
}

// ---- Fields ---------------------------------------------------------------------------------------------------------

function mergeValue(
  state: RecordState,
  field: FieldName,
  change: Change,
  write: ValueWrite,
  erased: boolean,
): void {
  const value = fieldValue(erased ? null : write.value, change, ascending(write.over), erased);
  const values = own(state.fields, field);
  if (values === undefined) {
    state.fields[field] = [value];
    return;
  }
  insert(values, value);
  cut(values);
}

function fieldValue(
  value: Json,
  { stamp, at }: Change,
  over: readonly Stamp[] | undefined,
  erased: boolean,
): FieldValue {
  if (over === undefined) return erased ? { value, stamp, at, erased } : { value, stamp, at };
  return erased ? { value, stamp, at, over, erased } : { value, stamp, at, over };
}

/** Newest first; what is there already is not there twice. */
function insert(values: FieldValue[], value: FieldValue): void {
  let place = 0;
  for (; place < values.length; place++) {
    const other = values[place];
    if (other === undefined) break;
    const order = compareValues(value, other);
    if (order === 0) return;
    if (order < 0) break;
  }
  values.splice(place, 0, value);
}

/** Negative where `a` comes first: it is newer. */
export function compareValues(a: FieldValue, b: FieldValue): number {
  if (a.stamp !== b.stamp) return a.stamp > b.stamp ? -1 : 1;
  const textA = tieText(a);
  const textB = tieText(b);
  if (textA === textB) return 0;
  return textA > textB ? -1 : 1;
}

/** See: [Note: Ties]. */
function tieText({ value, at, over }: FieldValue): string {
  return canonicalText([value, at, over ?? []]);
}

/** Keeps the values of the newest stamps: of the set of all values ever merged, the same ones whatever the order. */
function cut(values: FieldValue[]): void {
  if (values.length <= PAST_VALUES) return;
  let stamps = 0;
  for (let index = 0; index < values.length; index++) {
    if (values[index]?.stamp !== values[index - 1]?.stamp) stamps += 1;
    if (stamps > PAST_VALUES) {
      values.length = index;
      return;
    }
  }
}

function ascending(stamps: readonly Stamp[] | undefined): readonly Stamp[] | undefined {
  if (stamps === undefined || stamps.length === 0) return undefined;
  if (stamps.length === 1) return isStamp(stamps[0]) ? stamps : undefined;
  const sorted = [...new Set(stamps.filter(isStamp))].sort();
  return sorted.length === 0 ? undefined : sorted;
}

// ---- Sets -----------------------------------------------------------------------------------------------------------

function mergeSet(
  state: RecordState,
  field: FieldName,
  change: Change,
  write: SetWrite,
  erased: boolean,
  erasures: ErasureIndex,
): void {
  const { add, remove } = write;
  if (add !== undefined && !erased) {
    for (const key of Object.keys(add)) {
      if (!isElementKey(key)) continue;
      mergeAdd(
        elementOf(state, field, key),
        fieldValue(add[key] ?? null, change, undefined, false),
      );
    }
  }
  if (remove === undefined) return;
  for (const key of Object.keys(remove)) {
    if (!isElementKey(key)) continue;
    for (const stamp of remove[key] ?? []) {
      if (!isStamp(stamp) || erasures.coversValue(state.id, field, stamp)) continue;
      mergeRemoval(elementOf(state, field, key), stamp, change.stamp);
    }
  }
}

function elementOf(state: RecordState, field: FieldName, key: ElementKey): SetElement {
  const set = own(state.sets, field) ?? (state.sets[field] = {});
  return own(set, key) ?? (set[key] = { adds: [], removed: [] });
}

function mergeAdd(element: SetElement, add: FieldValue): void {
  const place = element.removed.findIndex(({ stamp }) => stamp === add.stamp);
  const removal = element.removed[place];
  if (removal === undefined) insert(element.adds, add);
  else element.removed[place] = { ...removal, add: greater(removal.add, add) };
}

function mergeRemoval(element: SetElement, stamp: Stamp, by: Stamp): void {
  const place = element.removed.findIndex((removal) => removal.stamp === stamp);
  const removal = element.removed[place];
  if (removal !== undefined) {
    if (!removal.by.includes(by)) {
      element.removed[place] = { ...removal, by: [...removal.by, by].sort() };
    }
    return;
  }
  const add = element.adds.find((living) => living.stamp === stamp);
  element.adds = element.adds.filter((living) => living.stamp !== stamp);
  const fresh: RemovedAdd = add === undefined ? { stamp, by: [by] } : { stamp, by: [by], add };
  const after = element.removed.findIndex((other) => other.stamp > stamp);
  element.removed.splice(after === -1 ? element.removed.length : after, 0, fresh);
}

/** Of two adds of equal stamp the one that stood first among the living. */
function greater(a: FieldValue | undefined, b: FieldValue): FieldValue {
  return a === undefined || compareValues(b, a) < 0 ? b : a;
}

// ---- The record -----------------------------------------------------------------------------------------------------

function emptyState({ record, kind, customer }: Change, moment: Moment): RecordState {
  const state = {
    id: record,
    kind,
    fields: {},
    sets: {},
    newest: {},
    covered: {},
    created: moment,
    changed: moment,
  };
  return customer === undefined ? state : { ...state, customer };
}

/** A record is of the kind that its first change says. */
function mergeIdentity(state: RecordState, change: Change, moment: Moment): void {
  const order = compareMoments(moment, state.created);
  if (order < 0 || (order === 0 && change.kind < state.kind)) {
    state.created = moment;
    (state as { kind: RecordState['kind'] }).kind = change.kind;
  }
  if (compareMoments(moment, state.changed) > 0) state.changed = moment;
}

function mergeLife(state: RecordState, change: Change, moment: Moment): void {
  if (change.erases !== undefined) state.erases = withErasure(state.erases ?? [], change.erases);
  if (change.deletes === undefined) {
    raise(state.newest, deviceOf(change.stamp), change.stamp);
    if (change.set === undefined && change.erases === undefined) {
      state.revived = later(state.revived, moment);
    }
    return;
  }
  // A deletion is no sign of life: two who delete at once must not bring the record back between them.
  for (const [device, stamp] of Object.entries(change.deletes) as [DeviceId, Stamp][]) {
    if (isStamp(stamp) && deviceOf(stamp) === device) raise(state.covered, device, stamp);
  }
  state.deleted = later(state.deleted, moment);
}

function raise(stamps: Record<DeviceId, Stamp>, device: DeviceId, stamp: Stamp): void {
  const known = stamps[device];
  if (known === undefined || stamp > known) stamps[device] = stamp;
}

function later(known: Moment | undefined, moment: Moment): Moment {
  return known === undefined || compareMoments(moment, known) > 0 ? moment : known;
}

function compareMoments(a: Moment, b: Moment): number {
  if (a.stamp !== b.stamp) return a.stamp < b.stamp ? -1 : 1;
  return a.at - b.at;
}

function withErasure(erasures: readonly Erasure[], erasure: Erasure): readonly Erasure[] {
  const byText = new Map([...erasures, erasure].map((each) => [canonicalText({ ...each }), each]));
  return [...byText.entries()].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, each]) => each);
}

// ---- Erasing what is there ------------------------------------------------------------------------------------------

function purgeField(state: RecordState, field: FieldName): boolean {
  const found = Object.hasOwn(state.fields, field) || Object.hasOwn(state.sets, field);
  state.fields = without(state.fields, field);
  state.sets = without(state.sets, field);
  return found;
}

function purgeValue(state: RecordState, field: FieldName, stamp: Stamp): boolean {
  let found = false;
  const values = own(state.fields, field);
  if (values?.some((value) => value.stamp === stamp && value.erased === undefined) === true) {
    found = true;
    const kept: FieldValue[] = [];
    for (const value of values)
      insert(kept, value.stamp === stamp ? { ...value, value: null, erased: true } : value);
    state.fields[field] = kept;
  }
  const set = own(state.sets, field);
  if (set !== undefined && purgeElements(set, stamp)) {
    found = true;
    if (Object.keys(set).length === 0) state.sets = without(state.sets, field);
  }
  return found;
}

/** Nothing of an erased add stays: the key of a tag is its text. */
function purgeElements(set: Record<ElementKey, SetElement>, stamp: Stamp): boolean {
  let found = false;
  for (const [key, element] of Object.entries(set)) {
    const adds = element.adds.filter((add) => add.stamp !== stamp);
    const removed = element.removed.filter((removal) => removal.stamp !== stamp);
    if (adds.length === element.adds.length && removed.length === element.removed.length) continue;
    found = true;
    if (adds.length + removed.length > 0) set[key] = { adds, removed };
    else Reflect.deleteProperty(set, key);
  }
  return found;
}

function without<T>(entries: Record<string, T>, key: string): Record<string, T> {
  return Object.fromEntries(Object.entries(entries).filter(([each]) => each !== key));
}
