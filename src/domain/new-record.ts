/**
 * A record that is new, straight into what leaves hold: the text and the summary that `changeOf`, `applyChange`, `encodeRecord` and
 * `summarise` would come to, without the objects between. An import makes 100,000 of them, and building the objects would take most of
 * its time. No erasure covers what has no id yet.
 */

import type { RecordId } from '#base/ids.ts';
import { isSetType, type FieldDefinition, type FieldType, type Kind } from './catalogue.ts';
import { isElementKey, isFieldName, type ElementKey, type FieldName, type Json } from './change.ts';
import { givenElements, newKey } from './edits.ts';
import { isList, own } from './json.ts';
import type { Stamp } from './stamp.ts';
import { placeOfAddress, type Summary } from './summary.ts';
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
  const shown: Record<FieldName, readonly (string | ListElement)[]> = {};
  let fields = '';
  let sets = '';
  for (const { name, type, start } of writtenFields(source.fields)) {
    const value = own(values, name);
    if (value === undefined || value === null || value === '') continue;
    if (!isSetType(type)) fields += start + valueText(value);
    else {
      const elements = newElements(type, value, stamp);
      if (elements.length === 0) continue;
      sets += start + setText(elements);
      if (SUMMARISED.has(name)) shown[name] = elements.map(shownElement);
    }
  }
  const owner = customer === undefined ? '' : `,"customer":"${customer}"`;
  return {
    id: record,
    text: `{"id":"${record}","kind":"${kind}","moments":["${stamp}",${String(at)}],"fields":{${fields.slice(1)}},"sets":{${sets.slice(1)}},"newest":[0]${owner}}`,
    summary: {
      id: record,
      name: fieldText(source, 'name'),
      company: fieldText(source, 'company'),
      title: fieldText(source, 'title'),
      emails: contentsOf(shown['emails']),
      phones: contentsOf(shown['phones']),
      place: shown['addresses']?.[0] === undefined ? '' : placeOfAddress(shown['addresses'][0]),
      stage: fieldText(source, 'stage'),
      owner: fieldText(source, 'owner'),
      tags: shown['tags']?.filter((tag) => typeof tag === 'string') ?? [],
      source: fieldText(source, 'source'),
      tasks: [],
      lastContact: '',
      createdAt: at,
      changedAt: Math.max(at, 0),
    },
  };
}

const SUMMARISED: ReadonlySet<FieldName> = new Set(['emails', 'phones', 'addresses', 'tags']);

interface WrittenField {
  readonly name: FieldName;
  readonly type: FieldType;
  /** What stands before its value. */
  readonly start: string;
}

const written = new WeakMap<readonly FieldDefinition[], readonly WrittenField[]>();

/** In the order of the encoding. A name stands for one field of a kind. */
function writtenFields(fields: readonly FieldDefinition[]): readonly WrittenField[] {
  let inOrder = written.get(fields);
  if (inOrder === undefined) {
    const types = new Map<FieldName, FieldType>();
    for (const { name, type } of fields) {
      if (isFieldName(name) && !types.has(name)) types.set(name, type);
    }
    const names = [...types.keys()].sort();
    inOrder = inEncodedOrder(names).map((name) => ({
      name,
      type: types.get(name) ?? 'text',
      start: `,${textOf(name)}:`,
    }));
    written.set(fields, inOrder);
  }
  return inOrder;
}

/** The text of an object gives whole numbers first. */
function inEncodedOrder(keys: readonly string[]): readonly string[] {
  return keys.some((key) => /^[0-9]/.test(key))
    ? Object.keys(Object.fromEntries(keys.map((key) => [key, true])))
    : keys;
}

function fieldText({ values, fields }: NewRecordSource, name: FieldName): string {
  const value = own(values, name);
  if (typeof value !== 'string' || value === '') return '';
  const field = writtenFields(fields).find((each) => each.name === name);
  return field === undefined || isSetType(field.type) ? '' : value;
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

function setText(elements: readonly NewElement[]): string {
  let text = '';
  for (const element of asEncoded(elements)) {
    text += `,${textOf(element.key)}:`;
    text +=
      element.value === undefined
        ? 'true'
        : `{"label":${textOf(element.label)},"value":${jsonText(element.value)}}`;
  }
  return `{${text.slice(1)}}`;
}

function asEncoded(elements: readonly NewElement[]): readonly NewElement[] {
  const keys = elements.map(({ key }) => key);
  const ordered = inEncodedOrder(keys);
  if (ordered === keys) return elements;
  return ordered.flatMap((key) => elements.find((element) => element.key === key) ?? []);
}

function shownElement({ key, label, value }: NewElement): string | ListElement {
  return value === undefined ? key : { id: key, label, value };
}

function contentsOf(elements: readonly (string | ListElement)[] = []): readonly string[] {
  const contents: string[] = [];
  for (const element of elements) {
    const content = typeof element === 'string' ? element : element.value;
    if (typeof content === 'string') contents.push(content);
  }
  return contents;
}

// ---- JSON -----------------------------------------------------------------------------------------------------------

/** A list would be taken for an encoded value, and is written as one. */
function valueText(value: Json): string {
  return isList(value) ? `[[${JSON.stringify(value)},0]]` : jsonText(value);
}

function jsonText(value: Json): string {
  return typeof value === 'string' ? textOf(value) : JSON.stringify(value);
}

/** As `JSON.stringify` writes a text, which escapes quotes, backslashes, control characters and lone surrogates. */
function textOf(text: string): string {
  return ESCAPED.test(text) ? JSON.stringify(text) : `"${text}"`;
}

// eslint-disable-next-line no-control-regex -- Control characters are what is looked for.
const ESCAPED = /["\\\u0000-\u001f\ud800-\udfff]/;
