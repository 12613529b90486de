/** The person, and the contacts of a company, as vCards (RFC 6350), for the address book of whoever takes the data along (Art. 20 GDPR). */

import ICAL from 'ical.js';
import type { Json } from '#domain/change.ts';
import { isList } from '#domain/json.ts';
import type { SubjectContent, SubjectRecord, Values } from './content.ts';

export function subjectCards({ person, records }: SubjectContent): string {
  const contacts = records.filter(({ kind }) => kind === 'contact');
  return [person, ...contacts].map((record) => `${cardOf(record)}\r\n`).join('');
}

function cardOf({ id, changed, values }: SubjectRecord): string {
  const card = new ICAL.Component('vcard');
  const name = textIn(values, 'name');
  const company = textIn(values, 'company');
  card.addPropertyWithValue('version', '4.0');
  addText(card, 'uid', `urn:holdfast:${id}`);
  card.addPropertyWithValue('rev', changed.replace(/\.\d+/, ''));
  addText(card, 'fn', name || company);
  if (company !== '') addParts(card, 'org', [company]);
  for (const [field, property] of TEXTS) {
    const text = textIn(values, field);
    if (text !== '') addText(card, property, text);
  }
  for (const [field, property] of LISTS) {
    for (const { value } of elementsIn(values, field)) {
      if (typeof value === 'string') addText(card, property, value);
    }
  }
  for (const { value } of elementsIn(values, 'addresses')) addAddress(card, value);
  const birthday = textIn(values, 'birthday');
  if (birthday !== '') card.addPropertyWithValue('bday', birthday);
  const tags = values['tags'] ?? null;
  if (isList(tags) && tags.length > 0) {
    const property = new ICAL.Property('categories', card);
    property.setValues(tags.map(String));
    card.addProperty(property);
  }
  return card.toString();
}

const TEXTS = [
  ['title', 'title'],
  ['website', 'url'],
  ['language', 'lang'],
  ['notes', 'note'],
] as const;

const LISTS = [
  ['emails', 'email'],
  ['phones', 'tel'],
] as const;

/** A value of another type than the property's own would be written as nothing. */
function addText(card: ICAL.Component, name: string, value: string): void {
  const property = new ICAL.Property(name, card);
  property.resetType('text');
  property.setValue(value);
  card.addProperty(property);
}

/** Post box and extended address stay empty, as RFC 6350 (section 6.3.1) asks. */
function addAddress(card: ICAL.Component, value: Json): void {
  if (value === null || typeof value !== 'object' || isList(value)) return;
  const parts = ['street', 'city', 'region', 'postalCode', 'country'].map((part) => {
    const text = value[part];
    return typeof text === 'string' ? text : '';
  });
  addParts(card, 'adr', ['', '', ...parts]);
}

function addParts(card: ICAL.Component, name: string, parts: readonly string[]): void {
  const property = new ICAL.Property(name, card);
  property.setValue([...parts]);
  card.addProperty(property);
}

function elementsIn(values: Values, field: string): readonly { readonly value: Json }[] {
  const list = values[field] ?? null;
  if (!isList(list)) return [];
  return list.filter(
    (each): each is { readonly value: Json } =>
      typeof each === 'object' && each !== null && !isList(each) && each['value'] !== undefined,
  );
}

function textIn(values: Values, field: string): string {
  const value = values[field];
  return typeof value === 'string' ? value : '';
}
