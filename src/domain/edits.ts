/** The changes that a person's edits become: what a form or a row says, deletions, revivals, and the undo of any of them. */

import type { DeviceId, RecordId } from '#base/ids.ts';
import { isAlive, seenOf, type Seen } from './values.ts';
import { isList, isSameJson, own } from './json.ts';
import { isSetType, type FieldDefinition, type FieldType, type Kind } from './catalogue.ts';
import {
  isElementKey,
  type Change,
  type ElementKey,
  type FieldName,
  type Json,
  type SetWrite,
  type ValueWrite,
} from './change.ts';
import { PAST_VALUES, type FieldValue, type RecordState, type SetElement } from './record-state.ts';
import { deviceOf, type Stamp } from './stamp.ts';

export interface EditSource {
  /** The record as it is now; absent: a new one. */
  readonly state?: RecordState;
  readonly record: RecordId;
  readonly kind: Kind;
  readonly customer?: RecordId;
  /** Only the fields that the author changed: null or '' empties one, a set is given whole. What is none of `fields` is left out. */
  readonly values: Readonly<Record<FieldName, Json>>;
  /** What the author saw; absent: the record as it is now. */
  readonly seen?: Seen;
  readonly fields: readonly FieldDefinition[];
  readonly stamp: Stamp;
  readonly at: number;
}

/** Says no more than the author did: what equals what they saw is left out. `set` may be empty, which still makes a new record. */
export function changeOf(source: EditSource): Change {
  const { state, values } = source;
  const seen = source.seen ?? (state === undefined ? undefined : seenOf(state));
  const set: Record<FieldName, ValueWrite | SetWrite> = {};
  for (const { name, type } of byName(source.fields)) {
    const value = own(values, name);
    if (value === undefined) continue;
    const write = isSetType(type)
      ? setWrite(source, name, givenElements(type, value), seen)
      : valueWrite(source, name, value, seen);
    if (write !== undefined) set[name] = write;
  }
  return { ...head(source), set };
}

/** Covers every change of the record that the state knows. */
export function deletionOf(state: RecordState, stamp: Stamp, at: number): Change {
  return { ...headOf(state, stamp, at), deletes: { ...state.newest } };
}

/** A change that says nothing but that the record lives. Its values were never gone. */
export function revivalOf(state: RecordState, stamp: Stamp, at: number): Change {
  return headOf(state, stamp, at);
}

/** The stamps that one step of one device wrote, both ends included. */
export interface Run {
  readonly from: Stamp;
  readonly to: Stamp;
}

/**
 * Takes back what a run wrote in this record; `undefined` where nothing of it stands. What others wrote since stays: a field that they
 * overwrote, and the whole of a new record that they have touched.
 */
export function inverseOf(
  state: RecordState,
  run: Run,
  stamp: Stamp,
  at: number,
): Change | undefined {
  const isOurs = inRun(run);
  const alive = isAlive(state);
  if (!alive) {
    const deletedByRun = state.deleted !== undefined && isOurs(state.deleted.stamp);
    return deletedByRun && !isOurs(state.created.stamp) ? revivalOf(state, stamp, at) : undefined;
  }
  const broughtToLife =
    isOurs(state.created.stamp) || (state.revived !== undefined && isOurs(state.revived.stamp));
  if (broughtToLife)
    return livesByRunAlone(state, isOurs) ? deletionOf(state, stamp, at) : undefined;
  const set = writesBack(state, isOurs);
  return Object.keys(set).length === 0 ? undefined : { ...headOf(state, stamp, at), set };
}

// ---- Edits ----------------------------------------------------------------------------------------------------------

function head({ record, kind, customer, stamp, at }: EditSource): Change {
  return customer === undefined
    ? { record, kind, stamp, at }
    : { record, kind, customer, stamp, at };
}

function headOf({ id, kind, customer }: RecordState, stamp: Stamp, at: number): Change {
  return customer === undefined
    ? { record: id, kind, stamp, at }
    : { record: id, kind, customer, stamp, at };
}

const sorted = new WeakMap<readonly FieldDefinition[], readonly FieldDefinition[]>();

/** The encoding's order: what is written so need not be sorted there. */
function byName(fields: readonly FieldDefinition[]): readonly FieldDefinition[] {
  let inOrder = sorted.get(fields);
  if (inOrder === undefined) {
    inOrder = fields.toSorted((a, b) => (a.name < b.name ? -1 : 1));
    sorted.set(fields, inOrder);
  }
  return inOrder;
}

function valueWrite(
  { state }: EditSource,
  field: FieldName,
  given: Json,
  seen: Seen | undefined,
): ValueWrite | undefined {
  const value = given === '' ? null : given;
  const newest = state === undefined ? undefined : own(state.fields, field)?.[0];
  const over = (seen === undefined ? undefined : own(seen.fields, field)) ?? [];
  if (newest === undefined && value === null) return undefined;
  const sawTheNewest = newest !== undefined && over.length === 1 && over[0] === newest.stamp;
  if (sawTheNewest && isSameJson(newest.value, value)) return undefined;
  return over.length === 0 ? { value } : { value, over };
}

export interface GivenElement {
  /** '' for a new one. */
  readonly key: ElementKey;
  readonly label: string;
  /** Absent: a tag, which is its own key. */
  readonly value?: Json;
}

export function givenElements(type: FieldType, value: Json): readonly GivenElement[] {
  return type === 'tags' ? tagElements(value) : listElements(value);
}

function tagElements(tags: Json): readonly GivenElement[] {
  if (!isList(tags)) return [];
  return tags.filter((tag) => typeof tag === 'string').map((key) => ({ key, label: '' }));
}

function listElements(list: Json): readonly GivenElement[] {
  const elements: GivenElement[] = [];
  for (const element of isList(list) ? list : []) {
    if (element === null || typeof element !== 'object' || isList(element)) continue;
    const { id, label, value = null } = element;
    if (value === null || value === '') continue;
    elements.push({
      key: typeof id === 'string' ? id : '',
      label: typeof label === 'string' ? label : '',
      value,
    });
  }
  return elements;
}

function setWrite(
  { state, stamp }: EditSource,
  field: FieldName,
  elements: readonly GivenElement[],
  seen: Seen | undefined,
): SetWrite | undefined {
  const known = state === undefined ? undefined : own(state.sets, field);
  const seenStamps = seen === undefined ? undefined : own(seen.sets, field);
  const add: Record<ElementKey, Json> = {};
  const remove: Record<ElementKey, readonly Stamp[]> = {};
  const given = new Set<ElementKey>();
  for (const element of elements) {
    const key =
      element.key === ''
        ? (keyOfEqual(known, given, element) ?? newKey(stamp, given.size, state === undefined))
        : element.key;
    if (!isElementKey(key) || given.has(key)) continue;
    given.add(key);
    const present = known === undefined ? undefined : own(known, key);
    const stamps = seenStamps === undefined ? undefined : own(seenStamps, key);
    const stored = storedElement(element, present);
    if (present !== undefined && isUnchanged(present, stamps?.[0], stored)) continue;
    add[key] = stored;
    if (stamps !== undefined && stamps.length > 0) remove[key] = stamps;
  }
  if (seenStamps !== undefined) {
    for (const [key, stamps] of Object.entries(seenStamps)) {
      if (!given.has(key) && stamps.length > 0) remove[key] = stamps;
    }
  }
  return writeOf(add, remove);
}

/** A row of an import has no ids: the same address again is the element that stands there. */
function keyOfEqual(
  known: Record<ElementKey, SetElement> | undefined,
  given: ReadonlySet<ElementKey>,
  { value = null }: GivenElement,
): ElementKey | undefined {
  if (known === undefined) return undefined;
  return Object.keys(known).find((key) => {
    const living = known[key]?.adds[0]?.value ?? null;
    if (given.has(key) || living === null || typeof living !== 'object' || isList(living))
      return false;
    return isSameJson(living['value'] ?? null, value);
  });
}

/** A row of an import often has no label either, and must not take away the one that stands there. */
function storedElement({ key, label, value }: GivenElement, present: SetElement | undefined): Json {
  if (value === undefined) return true;
  const living = present?.adds[0]?.value ?? null;
  if (key !== '' || label !== '' || living === null) return { label, value };
  return living;
}

/** Compares with the value that the author saw, which need not be the one that stands now. */
function isUnchanged(element: SetElement, seen: Stamp | undefined, stored: Json): boolean {
  const saw =
    seen === undefined
      ? element.adds[0]
      : (element.adds.find((add) => add.stamp === seen) ??
        element.removed.find((removal) => removal.stamp === seen)?.add);
  return saw !== undefined && isSameJson(saw.value, stored);
}

/**
 * In the order of the form among the elements of one change. The change that makes a record is its only one of its kind, so its keys
 * need not be unique: the engine knows the few that recur, where 100,000 different ones would cost an import most of its time.
 */
export function newKey(stamp: Stamp, index: number, isNewRecord: boolean): ElementKey {
  const place = FIRST_KEYS[index] ?? index.toString(36).padStart(4, '0');
  return isNewRecord ? place : `${stamp.slice(0, 24)}-${place}`;
}

const FIRST_KEYS = Array.from({ length: 64 }, (_, index) => `e${String(index).padStart(2, '0')}`);

function writeOf(
  add: Record<ElementKey, Json>,
  remove: Record<ElementKey, readonly Stamp[]>,
): SetWrite | undefined {
  const adds = Object.keys(add).length > 0;
  const removes = Object.keys(remove).length > 0;
  if (adds && removes) return { add, remove };
  if (adds) return { add };
  return removes ? { remove } : undefined;
}

// ---- Undo -----------------------------------------------------------------------------------------------------------

/** Whether a stamp lies in the run. */
export function inRun({ from, to }: Run): (stamp: Stamp) => boolean {
  const device = deviceOf(from);
  return (stamp) => stamp >= from && stamp <= to && deviceOf(stamp) === device;
}

/** Whether every sign of life that no deletion covers lies in the run. */
function livesByRunAlone(state: RecordState, isOurs: (stamp: Stamp) => boolean): boolean {
  return (Object.entries(state.newest) as [DeviceId, Stamp][]).every(([device, newest]) => {
    const covered = state.covered[device];
    return isOurs(newest) || (covered !== undefined && newest <= covered);
  });
}

function writesBack(
  state: RecordState,
  isOurs: (stamp: Stamp) => boolean,
): Record<FieldName, ValueWrite | SetWrite> {
  const set: Record<FieldName, ValueWrite | SetWrite> = {};
  for (const [field, values] of Object.entries(state.fields)) {
    const write = valueBack(values, isOurs);
    if (write !== undefined) set[field] = write;
  }
  for (const [field, elements] of Object.entries(state.sets)) {
    const write = setBack(elements, isOurs);
    if (write !== undefined) set[field] = write;
  }
  return set;
}

function valueBack(
  values: readonly FieldValue[],
  isOurs: (stamp: Stamp) => boolean,
): ValueWrite | undefined {
  const newest = values[0];
  if (newest === undefined || !isOurs(newest.stamp)) return undefined;
  const before = values.find((value) => !isOurs(value.stamp));
  // A run that wrote one field more often than its past is kept has pushed out what stood before it.
  if (before === undefined && values.length >= PAST_VALUES) return undefined;
  return { value: before?.value ?? null, over: [newest.stamp] };
}

function setBack(
  elements: Record<ElementKey, SetElement>,
  isOurs: (stamp: Stamp) => boolean,
): SetWrite | undefined {
  const add: Record<ElementKey, Json> = {};
  const remove: Record<ElementKey, readonly Stamp[]> = {};
  for (const [key, { adds, removed }] of Object.entries(elements)) {
    const ours = adds.filter((living) => isOurs(living.stamp)).map((living) => living.stamp);
    if (ours.length > 0) remove[key] = ours;
    if (ours.length < adds.length) continue;
    const before = removed.findLast(({ stamp, by }) => !isOurs(stamp) && by.every(isOurs))?.add;
    if (before !== undefined) add[key] = before.value;
  }
  return writeOf(add, remove);
}
