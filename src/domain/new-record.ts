/**
 * A record that is new, straight into what leaves hold: the text and the summary that `changeOf`, `applyChange`, `encodeRecord` and
 * `summarise` would come to, without the states between. An import makes 100,000 of them, and building the states would take most of
 * its time. No erasure covers what has no id yet.
 */

import type { RecordId } from '#base/ids.ts';
import { isSetType, type FieldDefinition, type FieldType, type Kind } from './catalogue.ts';
import { isElementKey, isFieldName, type ElementKey, type FieldName, type Json } from './change.ts';
import { givenElements, newKey } from './edits.ts';
import type { EncodedRecord } from './encoding.ts';
import { isList, own } from './json.ts';
import type { Stamp } from './stamp.ts';
import {
  bornUnderAge,
  isFromOthers,
  NO_BELONGINGS,
  placeOfAddress,
  SUMMARISED_SETS,
  type Summary,
} from './summary.ts';
import type { ListElement } from './values.ts';

export interface NewRecordSource {
  readonly record: RecordId;
  readonly kind: Kind;
  readonly customer?: RecordId;
  readonly values: Readonly<Record<FieldName, Json>>;
  readonly fields: readonly FieldDefinition[];
  readonly stamp: Stamp;
  readonly at: number;
}

export interface NewRecord {
  readonly id: RecordId;
  /** As `JSON.stringify(encodeRecord(…))` writes it. */
  readonly text: string;
  /** Of a customer to which nothing belongs yet. */
  readonly summary: Summary;
}

export function makeNewRecord(source: NewRecordSource): NewRecord {
  const { record, kind, customer, values, stamp, at } = source;
  const fields: Record<FieldName, Json> = {};
  const sets: Record<FieldName, Readonly<Record<ElementKey, Json>>> = {};
  const shown: Record<FieldName, readonly NewElement[]> = {};
  for (const { name, type } of inOrder(source.fields)) {
    const value = own(values, name);
    if (value === undefined || value === null || value === '') continue;
    if (!isSetType(type)) {
      // A list would be taken for an encoded value, and is written as one.
      fields[name] = isList(value) ? [[value, 0]] : value;
      continue;
    }
    const elements = newElements(type, value, stamp);
    if (elements.length === 0) continue;
    sets[name] = encodedSet(elements);
    if (SUMMARISED_SETS.has(name)) shown[name] = elements;
  }
  const encoded: EncodedRecord = {
    id: record,
    kind,
    moments: [stamp, at],
    fields,
    sets,
    newest: [0],
    ...(customer === undefined ? {} : { customer }),
  };
  const [address] = shown['addresses'] ?? [];
  return {
    id: record,
    text: JSON.stringify(encoded),
    summary: {
      id: record,
      name: textIn(fields, 'name'),
      company: textIn(fields, 'company'),
      title: textIn(fields, 'title'),
      emails: contentsOf(shown['emails']),
      phones: contentsOf(shown['phones']),
      place: address === undefined ? '' : placeOfAddress(shownElement(address)),
      stage: textIn(fields, 'stage'),
      owner: textIn(fields, 'owner'),
      tags: tagsOf(shown['tags']),
      source: textIn(fields, 'source'),
      ...NO_BELONGINGS,
      bornOn: bornUnderAge(textIn(fields, 'birthday'), at),
      isFromOthers: isFromOthers(own(fields, 'obtained') ?? null),
      createdAt: at,
      changedAt: Math.max(at, 0),
    },
  };
}

interface WrittenField {
  readonly name: FieldName;
  readonly type: FieldType;
}

const ordered = new WeakMap<readonly FieldDefinition[], readonly WrittenField[]>();

/** In the order of the encoding. A name stands for one field of a kind. */
function inOrder(fields: readonly FieldDefinition[]): readonly WrittenField[] {
  let written = ordered.get(fields);
  if (written === undefined) {
    const types = new Map<FieldName, FieldType>();
    for (const { name, type } of fields) {
      if (isFieldName(name) && !types.has(name)) types.set(name, type);
    }
    written = Array.from(types, ([name, type]) => ({ name, type })).sort((a, b) =>
      a.name < b.name ? -1 : 1,
    );
    ordered.set(fields, written);
  }
  return written;
}

function textIn(fields: Readonly<Record<FieldName, Json>>, name: FieldName): string {
  const value = own(fields, name);
  return typeof value === 'string' ? value : '';
}

// ---- Sets -----------------------------------------------------------------------------------------------------------

interface NewElement {
  readonly key: ElementKey;
  readonly label: string;
  /** Absent: a tag. */
  readonly value?: Json;
}

/** In the order of their keys. */
function newElements(type: FieldType, value: Json, stamp: Stamp): readonly NewElement[] {
  const elements: NewElement[] = [];
  let isAscending = true;
  for (const given of givenElements(type, value)) {
    const key = given.key === '' ? newKey(stamp, elements.length, true) : given.key;
    if (!isElementKey(key) || elements.some((element) => element.key === key)) continue;
    isAscending &&= (elements.at(-1)?.key ?? '') < key;
    elements.push(key === given.key ? given : { ...given, key });
  }
  return isAscending ? elements : elements.sort((a, b) => (a.key < b.key ? -1 : 1));
}

function encodedSet(elements: readonly NewElement[]): Readonly<Record<ElementKey, Json>> {
  const set: Record<ElementKey, Json> = {};
  for (const { key, label, value } of elements) set[key] = value === undefined || { label, value };
  return set;
}

function shownElement({ key, label, value }: NewElement): string | ListElement {
  return value === undefined ? key : { id: key, label, value };
}

function contentsOf(elements: readonly NewElement[] = []): readonly string[] {
  const contents: string[] = [];
  for (const { key, value = key } of elements) {
    if (typeof value === 'string') contents.push(value);
  }
  return contents;
}

/** The keys of those that are tags. */
function tagsOf(elements: readonly NewElement[] = []): readonly string[] {
  const tags: string[] = [];
  for (const { key, value } of elements) {
    if (value === undefined) tags.push(key);
  }
  return tags;
}
