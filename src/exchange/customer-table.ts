/**
 * Customers as a table, for CSV. The headers are the catalogue's own English labels, which import knows in either language, so that what is
 * exported can be imported again and is the same. Lists take as many columns as the customer with the most elements needs: "Email",
 * "Email 2", each with "Email label" behind it where any element has a label; an address takes a column for each part.
 */

import { ADDRESS_PARTS, foldHeader, type FieldDefinition } from '#domain/catalogue.ts';
import type { FieldName, Json } from '#domain/change.ts';
import { joinTags } from './tag-cells.ts';

type Values = Readonly<Record<FieldName, Json>>;

interface ListShape {
  elements: number;
  labelled: boolean;
}

/** How wide the table must be: shown every customer before the first row is written. */
export class TableShape {
  readonly fields: readonly FieldDefinition[];
  readonly #lists = new Map<FieldName, ListShape>();

  constructor(fields: readonly FieldDefinition[]) {
    this.fields = fields;
    for (const { name, type } of fields) {
      if (isList(type)) this.#lists.set(name, { elements: 1, labelled: false });
    }
  }

  see(values: Values): void {
    for (const [name, shape] of this.#lists) {
      const elements = elementsOf(values[name]);
      shape.elements = Math.max(shape.elements, elements.length);
      shape.labelled ||= elements.some(({ label }) => label !== '');
    }
  }

  headers(): readonly string[] {
    const headers = this.fields.flatMap((field) => {
      const shape = this.#lists.get(field.name);
      return shape === undefined ? [field.label.en] : listHeaders(field, shape);
    });
    // A field of the workspace's own may be called like one of the catalogue's.
    const taken = new Set<string>();
    return headers.map((header) => {
      let unique = header;
      while (taken.has(foldHeader(unique))) unique += ' (custom)';
      taken.add(foldHeader(unique));
      return unique;
    });
  }

  row(values: Values): readonly string[] {
    return this.fields.flatMap((field) => {
      const value = values[field.name];
      const shape = this.#lists.get(field.name);
      return shape === undefined ? [cellOf(value, field)] : listCells(field, value, shape);
    });
  }
}

function isList(type: FieldDefinition['type']): boolean {
  return type === 'emails' || type === 'phones' || type === 'addresses';
}

function listHeaders(
  { label, type }: FieldDefinition,
  { elements, labelled }: ListShape,
): string[] {
  const headers: string[] = [];
  for (let number = 1; number <= elements; number++) {
    const numbered = number === 1 ? label.en : `${label.en} ${number}`;
    if (type !== 'addresses') headers.push(numbered);
    else if (number === 1) headers.push(...ADDRESS_PARTS.map((part) => part.label.en));
    else headers.push(...ADDRESS_PARTS.map((part) => `${numbered} ${part.label.en.toLowerCase()}`));
    if (labelled) headers.push(`${numbered} label`);
  }
  return headers;
}

function listCells({ type }: FieldDefinition, value: Json | undefined, shape: ListShape): string[] {
  const elements = elementsOf(value);
  const cells: string[] = [];
  for (let index = 0; index < shape.elements; index++) {
    const element = elements[index];
    if (type === 'addresses') cells.push(...addressCells(element?.value));
    else cells.push(textOf(element?.value));
    if (shape.labelled) cells.push(element?.label ?? '');
  }
  return cells;
}

function addressCells(address: Json | undefined): string[] {
  const parts =
    typeof address === 'object' && address !== null ? (address as Record<string, Json>) : {};
  return ADDRESS_PARTS.map(({ name }) => textOf(parts[name]));
}

function cellOf(value: Json | undefined, { type, options }: FieldDefinition): string {
  if (type === 'choice') {
    return options?.find((option) => option.value === value)?.label.en ?? textOf(value);
  }
  if (type === 'tags') {
    return Array.isArray(value) ? joinTags((value as Json[]).map(textOf)) : '';
  }
  return textOf(value);
}

function textOf(value: Json | undefined): string {
  if (value === undefined || value === null) return '';
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}

function elementsOf(value: Json | undefined): readonly { label: string; value: Json }[] {
  const elements: unknown = value;
  return Array.isArray(elements) ? (elements as { label: string; value: Json }[]) : [];
}
