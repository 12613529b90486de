/** By what a person is known again: addresses, numbers, and a name together with a birthday or a home. */

import type { FieldName, Json } from '#domain/change.ts';
import { foldText } from '#domain/fold.ts';
import { isList } from '#domain/json.ts';

/** Digits by which two ways of writing a phone are one: without a country's or a town's. */
const PHONE_DIGITS = 9;
/** A shorter number is an extension, and many have it. */
const SHORTEST_PHONE = 6;

/** Of the values of a customer or a contact, or of a row of a list: each with its kind in front. A name alone is many people's. */
export function identifiersOf(values: Readonly<Record<FieldName, Json>>): readonly string[] {
  const name = foldText(textOf(values['name'])).trim();
  const birthday = textOf(values['birthday']);
  const found = [
    ...contentsOf(values['emails']).map((email) => `email ${addressOf(textOf(email))}`),
    ...contentsOf(values['phones']).flatMap(phoneOf),
    ...(name !== '' && birthday !== '' ? [`born ${name} ${birthday}`] : []),
    ...(name === '' ? [] : contentsOf(values['addresses']).flatMap((at) => homeOf(name, at))),
  ];
  return [...new Set(found)].filter((identifier) => !identifier.endsWith(' '));
}

function addressOf(email: string): string {
  return email.normalize('NFC').trim().toLowerCase();
}

function phoneOf(phone: Json): readonly string[] {
  const digits = foldText(textOf(phone)).replace(/[^0-9]+/g, '');
  return digits.length < SHORTEST_PHONE ? [] : [`phone ${digits.slice(-PHONE_DIGITS)}`];
}

function homeOf(name: string, address: Json): readonly string[] {
  if (address === null || typeof address !== 'object' || isList(address)) return [];
  const street = foldText(textOf(address['street'])).trim();
  const code = foldText(textOf(address['postalCode'])).replace(/\s+/g, '');
  return street === '' || code === '' ? [] : [`lives ${name} ${code} ${street}`];
}

/** Of a list as forms and rows give it: elements with a value, or bare texts. */
function contentsOf(list: Json | undefined): readonly Json[] {
  if (list === undefined || !isList(list)) return [];
  return list.map((element) =>
    element !== null && typeof element === 'object' && !isList(element) && 'value' in element
      ? (element['value'] ?? null)
      : element,
  );
}

function textOf(value: Json | undefined): string {
  return typeof value === 'string' ? value : '';
}
