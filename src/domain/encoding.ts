/**
 * A record's state as plain JSON: what leaves hold and what one line of a backup is. Equal states have equal text.
 *
 * Stamps are long and recur: `moments` lists each pair of stamp and author's clock once, the record's first change at its head, and
 * the rest names them by their place there. Where only a stamp matters (`over`, removals, newest, covered), the first place with that
 * stamp stands for it. Most records are as they were made, and shorter for it: see "plain" below.
 *
 *   id, kind, customer?   as they are
 *   moments               [stamp, at, stamp, at, …]; place n is at 2n; place 0 is `created`
 *   fields                {field: [value…]}, the newest first; or {field: plain}
 *     value               [value, place], [value, place, over] or [null, place, over or null, 1] (erased); over: [place…]
 *   sets                  {field: {key: [[add…], [removal…]]}}; or {field: {key: plain}}
 *     add                 [value, place]
 *     removal             [place of the add, [place of a removing change…], value], or without value where the add is unknown
 *     plain               the bare value where it is the only one, of place 0, replaced nothing, and is not an array itself
 *   newest, covered?      [place…], one a device, in ascending order of devices; covered is absent where nobody ever deleted
 *   changed?              place; absent where it is 0
 *   deleted?, revived?    places
 *   erases?               as they are
 */

import { isId, type DeviceId, type RecordId } from '#base/ids.ts';
import { compareValues } from './apply.ts';
import { canonicalText, isJson, isList } from './json.ts';
import { isKind, type Kind } from './catalogue.ts';
import {
  isElementKey,
  isFieldName,
  type ElementKey,
  type Erasure,
  type FieldName,
  type Json,
} from './change.ts';
import {
  PAST_VALUES,
  type FieldValue,
  type Moment,
  type RecordState,
  type RemovedAdd,
  type SetElement,
} from './record-state.ts';
import { deviceOf, isStamp, type Stamp } from './stamp.ts';

type Place = number;
type EncodedValue = readonly [Json, Place, (readonly Place[] | null)?, 1?];
type EncodedRemoval = readonly [Place, readonly Place[], Json?];
type EncodedElement = readonly [readonly EncodedValue[], readonly EncodedRemoval[]];
type EncodedSet = Readonly<Record<ElementKey, EncodedElement | Json>>;

export interface EncodedRecord {
  readonly id: RecordId;
  readonly kind: Kind;
  readonly moments: readonly (Stamp | number)[];
  readonly fields: Readonly<Record<FieldName, readonly EncodedValue[] | Json>>;
  readonly sets: Readonly<Record<FieldName, EncodedSet>>;
  readonly newest: readonly Place[];
  readonly customer?: RecordId;
  readonly covered?: readonly Place[];
  readonly changed?: Place;
  readonly deleted?: Place;
  readonly revived?: Place;
  readonly erases?: readonly Erasure[];
}

export function encodeRecord(state: RecordState): EncodedRecord {
  const { created } = state;
  const moments = new MomentTable(created);
  const changed = moments.placeOf(state.changed);
  const deleted = state.deleted === undefined ? undefined : moments.placeOf(state.deleted);
  const revived = state.revived === undefined ? undefined : moments.placeOf(state.revived);
  const fields: Record<FieldName, readonly EncodedValue[] | Json> = {};
  for (const field of ascendingKeys(state.fields)) {
    const values = state.fields[field] ?? [];
    const plain = plainValue(values, created);
    fields[field] =
      plain === undefined ? fromTheEnd(values, (value) => encodeValue(value, moments)) : plain;
  }
  const sets: Record<FieldName, EncodedSet> = {};
  for (const field of ascendingKeys(state.sets)) {
    sets[field] = encodeSet(state.sets[field] ?? {}, created, moments);
  }
  const record: { -readonly [Key in keyof EncodedRecord]: EncodedRecord[Key] } = {
    id: state.id,
    kind: state.kind,
    moments: moments.entries,
    fields,
    sets,
    newest: encodeStamps(state.newest, moments),
  };
  const covered = encodeStamps(state.covered, moments);
  if (state.customer !== undefined) record.customer = state.customer;
  if (deleted !== undefined) record.covered = covered;
  if (changed !== 0) record.changed = changed;
  if (deleted !== undefined) record.deleted = deleted;
  if (revived !== undefined) record.revived = revived;
  if (state.erases !== undefined) record.erases = state.erases;
  return record;
}

class MomentTable {
  readonly entries: (Stamp | number)[];
  readonly #first: Moment;
  readonly #places = new Map<Stamp, Place[]>();

  constructor(first: Moment) {
    this.#first = first;
    this.entries = [first.stamp, first.at];
  }

  placeOf({ stamp, at }: Moment): Place {
    if (stamp === this.#first.stamp && at === this.#first.at) return 0;
    const places = this.#places.get(stamp);
    const known = places?.find((place) => this.entries[2 * place + 1] === at);
    if (known !== undefined) return known;
    const place = this.entries.push(stamp, at) / 2 - 1;
    if (places === undefined) this.#places.set(stamp, [place]);
    else places.push(place);
    return place;
  }

  placeOfStamp(stamp: Stamp): Place {
    if (stamp === this.#first.stamp) return 0;
    return this.#places.get(stamp)?.[0] ?? this.placeOf({ stamp, at: 0 });
  }
}

function plainValue(values: readonly FieldValue[], created: Moment): Json | undefined {
  const value = values[0];
  if (values.length !== 1 || value === undefined || isList(value.value)) return undefined;
  const isFirst = value.stamp === created.stamp && value.at === created.at;
  return isFirst && value.over === undefined && value.erased === undefined
    ? value.value
    : undefined;
}

function encodeSet(
  set: Readonly<Record<ElementKey, SetElement>>,
  created: Moment,
  moments: MomentTable,
): EncodedSet {
  const encoded: Record<ElementKey, EncodedElement | Json> = {};
  for (const key of ascendingKeys(set)) {
    const element = set[key];
    if (element === undefined) continue;
    const plain = element.removed.length === 0 ? plainValue(element.adds, created) : undefined;
    encoded[key] = plain === undefined ? encodeElement(element, moments) : plain;
  }
  return encoded;
}

function encodeElement({ adds, removed }: SetElement, moments: MomentTable): EncodedElement {
  const living = adds.map((add) => encodeValue(add, moments));
  const gone = fromTheEnd(removed, ({ stamp, by, add }): EncodedRemoval => {
    const place = add === undefined ? moments.placeOfStamp(stamp) : moments.placeOf(add);
    const places = by.map((each) => moments.placeOfStamp(each));
    return add === undefined ? [place, places] : [place, places, add.value];
  });
  return [living, gone];
}

function encodeValue(entry: FieldValue, moments: MomentTable): EncodedValue {
  const place = moments.placeOf(entry);
  const over = entry.over?.map((each) => moments.placeOfStamp(each)) ?? null;
  if (entry.erased) return [entry.value, place, over, 1];
  return over === null ? [entry.value, place] : [entry.value, place, over];
}

/** What names another stamp stands before what bears it: encoded from the end, the other's moment is in the table already. */
function fromTheEnd<T, U>(list: readonly T[], encode: (each: T) => U): U[] {
  return list.toReversed().map(encode).reverse();
}

function encodeStamps(stamps: Readonly<Record<DeviceId, Stamp>>, moments: MomentTable): Place[] {
  const places: Place[] = [];
  for (const device of ascendingKeys(stamps)) {
    const stamp = stamps[device as DeviceId];
    if (stamp !== undefined) places.push(moments.placeOfStamp(stamp));
  }
  return places;
}

/** Mostly they are so already: sorting them again would take a tenth of the time of an encoding. */
function ascendingKeys(entries: object): string[] {
  const keys = Object.keys(entries);
  for (let index = 1; index < keys.length; index++) {
    if ((keys[index - 1] ?? '') > (keys[index] ?? '')) return keys.sort();
  }
  return keys;
}

/** `null` for anything that `encodeRecord` does not make. Takes nothing on trust: a backup's line may be anybody's. */
export function decodeRecord(value: unknown): RecordState | null {
  if (!isObject(value) || !hasOnly(value, KEYS)) return null;
  const { id, kind, customer, erases } = value;
  const moments = decodeMoments(value['moments']);
  const created = moments?.[0];
  if (moments === null || created === undefined) return null;
  if (!isRecordId(id) || !isKind(kind)) return null;
  if (customer !== undefined && !isRecordId(customer)) return null;
  if ((value['covered'] === undefined) !== (value['deleted'] === undefined)) return null;
  const fields = decodeEntries(value['fields'], isFieldName, (values) =>
    decodeValues(values, created, moments),
  );
  const sets = decodeEntries(value['sets'], isFieldName, (set) => decodeSet(set, created, moments));
  const newest = decodeDevices(value['newest'], moments);
  const covered = decodeDevices(value['covered'] ?? [], moments);
  if (fields === null || sets === null || newest === null || covered === null) return null;
  const changed = momentAt(value['changed'] ?? 0, moments);
  const deleted = value['deleted'] === undefined ? undefined : momentAt(value['deleted'], moments);
  const revived = value['revived'] === undefined ? undefined : momentAt(value['revived'], moments);
  const erasures = erases === undefined ? undefined : decodeErasures(erases);
  if (changed === null || deleted === null || revived === null || erasures === null) return null;
  const state: RecordState =
    customer === undefined
      ? { id, kind, fields, sets, newest, covered, created, changed }
      : { id, kind, customer, fields, sets, newest, covered, created, changed };
  if (deleted !== undefined) state.deleted = deleted;
  if (revived !== undefined) state.revived = revived;
  if (erasures !== undefined) state.erases = erasures;
  return state;
}

const KEYS: ReadonlySet<string> = new Set<keyof EncodedRecord>([
  'id',
  'kind',
  'customer',
  'moments',
  'fields',
  'sets',
  'newest',
  'covered',
  'changed',
  'deleted',
  'revived',
  'erases',
]);

/** No value of the catalogue comes near it. */
const DEPTH_LIMIT = 16;

function decodeMoments(value: unknown): readonly Moment[] | null {
  if (!Array.isArray(value) || value.length % 2 !== 0) return null;
  const moments: Moment[] = [];
  for (let index = 0; index < value.length; index += 2) {
    const stamp: unknown = value[index];
    const at: unknown = value[index + 1];
    if (!isStamp(stamp) || typeof at !== 'number' || !Number.isFinite(at)) return null;
    moments.push({ stamp, at });
  }
  return moments;
}

function decodeValues(
  encoded: unknown,
  created: Moment,
  moments: readonly Moment[],
): FieldValue[] | null {
  if (!Array.isArray(encoded)) return decodePlain(encoded, created);
  const values = decodeList(encoded, (each) => decodeValue(each, moments));
  if (values === null || values.length === 0 || !isRising(values, compareValues)) return null;
  if (values.length <= PAST_VALUES) return values;
  return new Set(values.map(({ stamp }) => stamp)).size <= PAST_VALUES ? values : null;
}

function decodePlain(value: unknown, { stamp, at }: Moment): FieldValue[] | null {
  return isJson(value, DEPTH_LIMIT) ? [{ value, stamp, at }] : null;
}

function decodeValue(encoded: unknown, moments: readonly Moment[]): FieldValue | null {
  if (!Array.isArray(encoded) || encoded.length < 2 || encoded.length > 4) return null;
  const [value, place, places, erased] = encoded as readonly unknown[];
  const moment = momentAt(place, moments);
  if (moment === null || !isJson(value, DEPTH_LIMIT)) return null;
  const { stamp, at } = moment;
  if (encoded.length === 2) return { value, stamp, at };
  const isErased = encoded.length === 4;
  if (isErased && (erased !== 1 || value !== null)) return null;
  if (isErased && places === null) return { value, stamp, at, erased: true };
  const over = decodeStamps(places, moments);
  if (over === null) return null;
  return isErased ? { value, stamp, at, over, erased: true } : { value, stamp, at, over };
}

function decodeSet(
  encoded: unknown,
  created: Moment,
  moments: readonly Moment[],
): Record<ElementKey, SetElement> | null {
  const set = decodeEntries(encoded, isElementKey, (element) =>
    decodeElement(element, created, moments),
  );
  return set === null || Object.keys(set).length === 0 ? null : set;
}

function decodeElement(
  encoded: unknown,
  created: Moment,
  moments: readonly Moment[],
): SetElement | null {
  if (!Array.isArray(encoded)) {
    const plain = decodePlain(encoded, created);
    return plain === null ? null : { adds: plain, removed: [] };
  }
  if (encoded.length !== 2) return null;
  const [living, gone] = encoded as readonly unknown[];
  const adds = decodeList(living, (each) => decodeAdd(each, moments));
  const removed = decodeList(gone, (each) => decodeRemoval(each, moments));
  if (adds === null || removed === null || adds.length + removed.length === 0) return null;
  if (!isRising(adds, compareValues) || !isRising(removed, compareStamps)) return null;
  const removedStamps = new Set(removed.map(({ stamp }) => stamp));
  return adds.some(({ stamp }) => removedStamps.has(stamp)) ? null : { adds, removed };
}

function decodeAdd(encoded: unknown, moments: readonly Moment[]): FieldValue | null {
  return Array.isArray(encoded) && encoded.length === 2 ? decodeValue(encoded, moments) : null;
}

function decodeRemoval(encoded: unknown, moments: readonly Moment[]): RemovedAdd | null {
  if (!Array.isArray(encoded) || encoded.length < 2 || encoded.length > 3) return null;
  const [place, removers, value] = encoded as readonly unknown[];
  const moment = momentAt(place, moments);
  const by = decodeStamps(removers, moments);
  if (moment === null || by === null) return null;
  if (encoded.length === 2) return { stamp: moment.stamp, by };
  return isJson(value, DEPTH_LIMIT) ? { stamp: moment.stamp, by, add: { value, ...moment } } : null;
}

function decodeStamps(places: unknown, moments: readonly Moment[]): readonly Stamp[] | null {
  const stamps = decodeList(places, (place) => momentAt(place, moments)?.stamp ?? null);
  return stamps !== null && stamps.length > 0 && isRising(stamps, compareTexts) ? stamps : null;
}

function decodeDevices(
  places: unknown,
  moments: readonly Moment[],
): Record<DeviceId, Stamp> | null {
  const stamps = decodeList(places, (place) => momentAt(place, moments)?.stamp ?? null);
  if (stamps === null || !isRising(stamps.map(deviceOf), compareTexts)) return null;
  return Object.fromEntries(stamps.map((stamp) => [deviceOf(stamp), stamp]));
}

function decodeErasures(value: unknown): readonly Erasure[] | null {
  const erasures = decodeList(value, decodeErasure);
  if (erasures === null || erasures.length === 0) return null;
  return isRising(
    erasures.map((each) => canonicalText({ ...each })),
    compareTexts,
  )
    ? erasures
    : null;
}

/** `null` for what is no erasure. */
export function decodeErasure(value: unknown): Erasure | null {
  return isErasure(value) ? value : null;
}

function isErasure(value: unknown): value is Erasure {
  if (!isObject(value)) return false;
  const { type, ids, record, field, stamp } = value;
  const isOfField = isRecordId(record) && typeof field === 'string' && isFieldName(field);
  switch (type) {
    case 'person':
      return (
        hasOnly(value, new Set(['type', 'ids'])) && Array.isArray(ids) && ids.every(isRecordId)
      );
    case 'field':
      return hasOnly(value, new Set(['type', 'record', 'field'])) && isOfField;
    case 'value':
      return (
        hasOnly(value, new Set(['type', 'record', 'field', 'stamp'])) && isOfField && isStamp(stamp)
      );
    default:
      return false;
  }
}

function momentAt(place: unknown, moments: readonly Moment[]): Moment | null {
  return typeof place === 'number' ? (moments[place] ?? null) : null;
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function hasOnly(value: Readonly<Record<string, unknown>>, keys: ReadonlySet<string>): boolean {
  return Object.keys(value).every((key) => keys.has(key));
}

function isRecordId(value: unknown): value is RecordId {
  return typeof value === 'string' && isId(value);
}

function decodeList<T>(value: unknown, decode: (each: unknown) => T | null): T[] | null {
  if (!Array.isArray(value)) return null;
  const list: T[] = [];
  for (const each of value as unknown[]) {
    const decoded = decode(each);
    if (decoded === null) return null;
    list.push(decoded);
  }
  return list;
}

function decodeEntries<T>(
  value: unknown,
  isKey: (key: string) => boolean,
  decode: (each: unknown) => T | null,
): Record<string, T> | null {
  if (!isObject(value)) return null;
  const entries: Record<string, T> = {};
  for (const key of Object.keys(value)) {
    const decoded = isKey(key) ? decode(value[key]) : null;
    if (decoded === null) return null;
    entries[key] = decoded;
  }
  return entries;
}

/** In strict order, so nothing is there twice. */
function isRising<T>(list: readonly T[], compare: (a: T, b: T) => number): boolean {
  return list.every((each, index) => {
    const before = list[index - 1];
    return index === 0 || before === undefined || compare(before, each) < 0;
  });
}

function compareTexts(a: string, b: string): number {
  return a === b ? 0 : a < b ? -1 : 1;
}

function compareStamps(a: RemovedAdd, b: RemovedAdd): number {
  return compareTexts(a.stamp, b.stamp);
}
