/** A field's value as text to read. */

import { isSetType, type FieldDefinition } from '#domain/catalogue.ts';
import type { Json } from '#domain/change.ts';
import { choiceLabel, elementLabel, languageName } from '#state/catalogue.svelte.ts';
import { textValue } from '#state/customer.svelte.ts';
import { formatDay, formatMoment, formatMoney, formatNumber } from '#state/format.ts';
import { elementsOf, type Values } from '#state/record-form.svelte.ts';
import { language } from '#state/texts.svelte.ts';
import { addressLines } from './links.ts';

/** The head of a customer's screen says it. */
export function isShownElsewhere({ kind, name }: FieldDefinition): boolean {
  const shown = ['name', 'company', 'title', 'emails', 'phones', 'addresses', 'website', 'tags'];
  return kind === 'customer' && shown.includes(name);
}

/** `values` are the whole record's: an amount is said in its currency. */
export function valueInWords(field: FieldDefinition, values: Values): string {
  const value = values[field.name] ?? null;
  switch (field.type) {
    case 'emails':
    case 'phones':
      return elementsOf(value)
        .map((element) => withLabel(textValue(element.value), element.label))
        .join('\n');
    case 'addresses':
      return elementsOf(value)
        .map((element) => withLabel(addressLines(element.value).join(', '), element.label))
        .join('\n');
    case 'tags':
      return ((Array.isArray(value) ? value : []) as readonly Json[])
        .map((tag) => choiceLabel(field.kind, field.name, textValue(tag)))
        .join(', ');
    case 'choice':
      return choiceLabel(field.kind, field.name, textValue(value));
    case 'language':
      return languageName(textValue(value));
    case 'date':
      return value === null ? '' : formatDay(textValue(value));
    case 'dateTime':
      return value === null ? '' : formatMoment(textValue(value));
    case 'money':
      return value === null ? '' : formatMoney(textValue(value), textValue(values['currency']));
    case 'number':
      return typeof value === 'number' ? formatNumber(value) : textValue(value);
    case 'rating':
      return typeof value === 'number'
        ? language.texts.customer.outOf(formatNumber(value), formatNumber(10))
        : '';
    case 'boolean':
      return value === true ? language.texts.customer.yes : '';
    case 'text':
    case 'longText':
    case 'url':
    case 'member':
    case 'currency':
    case 'reference':
      return plain(value);
  }
}

/** One value by itself, from the past or from another device: of a set it is one element. */
export function onePastValue(field: FieldDefinition, value: Json): string {
  return valueInWords(field, { [field.name]: value === null ? null : whole(field, value) });
}

function whole({ type }: FieldDefinition, value: Json): Json {
  if (type === 'tags') return [value];
  return isSetType(type) ? [{ id: '', label: '', ...(value as object) }] : value;
}

function plain(value: Json): string {
  return typeof value === 'string' || typeof value === 'number' ? String(value) : '';
}

function withLabel(text: string, label: string): string {
  return label === '' ? text : `${text} (${elementLabel(label)})`;
}
