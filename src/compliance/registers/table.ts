/** A register as a table for people: CSV (RFC 4180), a column for each of its fields. */

import { fieldsOf, type Label } from '#domain/catalogue.ts';
import type { Json } from '#domain/change.ts';
import type { FieldDefinition } from '#domain/catalogue.ts';
import { isList } from '#domain/json.ts';
import type { RecordState } from '#domain/record-state.ts';
import { valuesOf } from '#domain/values.ts';
import { withoutCards } from '../cards/screening.ts';
import { CSV_START, csvLine } from '../csv-line.ts';
import type { Register } from './registers.ts';

export function registerTable(
  register: Register,
  entries: readonly RecordState[],
  language: keyof Label,
): string {
  const fields = fieldsOf(register);
  const lines = entries.map((state) => {
    const values = withoutCards(fields, valuesOf(state));
    return csvLine(fields.map((field) => cellOf(field, values[field.name], language)));
  });
  return CSV_START + csvLine(fields.map(({ label }) => label[language])) + lines.join('');
}

function cellOf(
  { options }: FieldDefinition,
  value: Json | undefined,
  language: keyof Label,
): string {
  if (value === undefined || value === null) return '';
  if (isList(value)) return value.filter((each) => typeof each === 'string').join('; ');
  if (typeof value !== 'string') return JSON.stringify(value);
  return options?.find((option) => option.value === value)?.label[language] ?? value;
}
