/**
 * A record that is new, straight into what leaves hold: the encoding and the summary that `changeOf`, `applyChange`, `encodeRecord` and
 * `summarise` would come to, without the steps between. An import makes 100,000 of them. No erasure covers what has no id yet.
 */

import type { RecordId } from '#base/ids.ts';
import { isSetType, type FieldDefinition, type Kind } from './catalogue.ts';
import { isElementKey, isFieldName, type ElementKey, type FieldName, type Json } from './change.ts';
import { byName, givenElements, newKey } from './edits.ts';
import type { EncodedRecord } from './encoding.ts';
import { isList, own } from './json.ts';
import type { Stamp } from './stamp.ts';
import { placeOfAddress, type Summary } from './summary.ts';
import { shownElement, type ListElement } from './values.ts';

export interface NewRecordSource {
  readonly record: RecordId;
  readonly kind: Kind;
  readonly customer?: RecordId;
  readonly values: Readonly<Record<FieldName, Json>>;
  readonly fields: readonly FieldDefinition[];
  readonly stamp: Stamp;
  readonly at: number;
}

export function encodeNewRecord(source: NewRecordSource): EncodedRecord {
  const { record, kind, customer, values, stamp, at } = source;
  const fields: Record<FieldName, Json> = {};
  const sets: Record<FieldName, Record<ElementKey, Json>> = {};
  for (const { name, type } of byName(source.fields)) {
    const value = own(values, name);
    if (value === undefined || value === null || value === '' || !isFieldName(name)) continue;
    if (isSetType(type)) {
      const set = encodeNewSet(type, value, stamp);
      if (set !== undefined) sets[name] = set;
    } else fields[name] = isList(value) ? [[value, 0]] : value;
  }
  const encoded = { id: record, kind, moments: [stamp, at], fields, sets, newest: [0] } as const;
  return customer === undefined ? encoded : { ...encoded, customer };
}

function encodeNewSet(
  type: FieldDefinition['type'],
  value: Json,
  stamp: Stamp,
): Record<ElementKey, Json> | undefined {
  const set: Record<ElementKey, Json> = {};
  const keys: ElementKey[] = [];
  let isAscending = true;
  for (const { key: given, label, value: content } of givenElements(type, value)) {
    const key = given === '' ? newKey(stamp, keys.length, true) : given;
    if (!isElementKey(key) || Object.hasOwn(set, key)) continue;
    isAscending &&= keys.length === 0 || (keys.at(-1) ?? '') < key;
    keys.push(key);
    set[key] = content === undefined ? true : { label, value: content };
  }
  if (keys.length === 0) return undefined;
  return isAscending ? set : Object.fromEntries(keys.sort().map((key) => [key, set[key] ?? null]));
}

/** Of a customer that is as `encodeNewRecord` made it, to which nothing belongs yet. */
export function summariseNewRecord({ id, fields, sets, moments }: EncodedRecord): Summary {
  const at = Number(moments[1]);
  const [address] = shownElements(own(sets, 'addresses'));
  return {
    id,
    name: textOf(own(fields, 'name')),
    company: textOf(own(fields, 'company')),
    title: textOf(own(fields, 'title')),
    emails: textsOf(own(sets, 'emails')),
    phones: textsOf(own(sets, 'phones')),
    place: address === undefined ? '' : placeOfAddress(address),
    stage: textOf(own(fields, 'stage')),
    owner: textOf(own(fields, 'owner')),
    tags: shownElements(own(sets, 'tags')).filter((tag) => typeof tag === 'string'),
    source: textOf(own(fields, 'source')),
    tasks: [],
    lastContact: '',
    createdAt: at,
    changedAt: Math.max(at, 0),
  };
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

function textsOf(set: EncodedRecord['sets'][FieldName] | undefined): readonly string[] {
  const texts: string[] = [];
  for (const element of shownElements(set)) {
    const value = typeof element === 'string' ? element : element.value;
    if (typeof value === 'string') texts.push(value);
  }
  return texts;
}

/** Elements of one change stand in the order of their keys, of which an object gives the whole numbers first. */
function shownElements(
  set: EncodedRecord['sets'][FieldName] | undefined,
): (string | ListElement)[] {
  if (set === undefined) return [];
  const keys = Object.keys(set);
  if (keys.length > 1) keys.sort();
  return keys.map((key) => shownElement(key, set[key] as Json));
}
