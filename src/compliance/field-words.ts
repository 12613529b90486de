/** What pages and tables for people call things: labels of the catalogue, and values as people read them. */

import type { FieldDefinition, Label } from '#domain/catalogue.ts';
import { isList } from '#domain/json.ts';
import type { FieldName, Json } from '#domain/change.ts';

export type Language = keyof Label;

/** What an id is called; the id itself where nobody knows. */
export type NameOf = (id: string) => string;

/** Fields by their labels with what stands in them; '' where nothing does. */
export function fieldTerms(
  fields: readonly FieldDefinition[],
  values: Readonly<Record<FieldName, Json>>,
  language: Language,
  nameOf: NameOf,
): readonly (readonly [label: string, text: string])[] {
  return fields.map((field) => [
    field.label[language],
    valueInWords(field, values[field.name] ?? null, language, nameOf),
  ]);
}

export function valueInWords(
  field: FieldDefinition,
  value: Json,
  language: Language,
  nameOf: NameOf,
): string {
  if (value === null) return '';
  const option = (one: string): string =>
    field.options?.find((each) => each.value === one)?.label[language] ?? one;
  if (isList(value)) return value.map((each) => elementInWords(each, option)).join('; ');
  if (typeof value === 'boolean') return YES_NO[language][value ? 0 : 1];
  if (typeof value === 'object') return partsOf(value).join(', ');
  const text = String(value);
  if (field.type === 'reference') return nameOf(text);
  if (field.type === 'dateTime') return text.replace('T', ' ');
  return option(text);
}

/** A tag, or one of a list. */
function elementInWords(element: Json, option: (one: string) => string): string {
  if (typeof element !== 'object' || element === null || isList(element)) {
    return option(typeof element === 'string' ? element : JSON.stringify(element));
  }
  const { label, value = null } = element;
  const text =
    typeof value === 'object' && value !== null ? partsOf(value).join(', ') : String(value);
  return typeof label === 'string' && label !== '' ? `${text} (${label})` : text;
}

/** Of an address. */
function partsOf(value: object): readonly string[] {
  return Object.values(value)
    .filter((part) => typeof part === 'string' || typeof part === 'number')
    .map(String)
    .filter((part) => part !== '');
}

const YES_NO: Readonly<Record<Language, readonly [string, string]>> = {
  en: ['Yes', 'No'],
  'zh-CN': ['是', '否'],
};
