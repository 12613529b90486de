/**
 * A row of a list to the values of a customer.
 *
 * Nothing that a cell says is lost in silence. A cell that its field can't take (an e-mail address without an @, the 31st of April, a stage that
 * there is none of) is reported with line and column, and the text goes into the notes of a new customer as "Header: text". A customer that
 * is updated keeps the notes it has; there the report alone says it. A row is skipped, with its reason, where no customer can be made of it:
 * wrong number of cells, neither name nor company.
 */

import { ELEMENT_LABELS, type FieldDefinition, type Label } from '#domain/catalogue.ts';
import type { FieldName, Json } from '#domain/change.ts';
import { LIMITS, validate } from '#domain/validation.ts';
import type { AddressColumns, ColumnPlan, ElementColumns, FieldColumns } from './columns.ts';
import { isAmbiguousDate, parseDate, type DateOrder } from './dates.ts';
import { restored } from './formula-cells.ts';
import type { PhoneFormat } from './phone-numbers.ts';
import { splitTags } from './tag-cells.ts';

/** A cell whose text did not fit its field. The row itself is taken. */
interface CellProblem {
  readonly column: number;
  /** One of `PROBLEMS` of domain/validation, or `skips.ambiguousDate`. */
  readonly reason: string;
  readonly text: string;
}

interface MappedRow {
  readonly values: Record<FieldName, Json>;
  readonly problems: readonly CellProblem[];
}

export interface RowMapping {
  readonly plan: ColumnPlan;
  /** Names of the fields that `plan.newFields` become, in their order. */
  readonly newFieldNames: readonly FieldName[];
  readonly fields: readonly FieldDefinition[];
  readonly emptyWords: ReadonlySet<string>;
  /** By column; absent: the column does not tell. */
  readonly dateOrders: ReadonlyMap<number, DateOrder>;
  /** Absent: phones stay as written. */
  readonly formatPhone?: PhoneFormat;
  /** From whom the data came; absent: from the people themselves. */
  readonly thirdParty?: string;
  /** Absent: nobody was ever erased. */
  readonly isErased?: IsErased;
}

/** Whether the values are those of somebody who was erased. */
export type IsErased = (values: Readonly<Record<FieldName, Json>>) => boolean;

/** The values that the cells give, before the question whose they are. */
export function mapRow(cells: readonly string[], mapping: RowMapping): MappedRow {
  const { plan, fields } = mapping;
  const values: Record<FieldName, Json> = {};
  const problems: CellProblem[] = [];
  const read = (column: number): string => cleanCell(cells[column], mapping.emptyWords);

  for (const each of plan.fields) readField(each, read, mapping, values, problems);
  const name = personName(plan, read);
  if (name !== '') values['name'] ??= name;
  readElements('emails', plan.emails, read, values, problems, emailsOf);
  readElements('phones', plan.phones, read, values, problems, (text) =>
    phonesOf(text, mapping.formatPhone),
  );
  readAddresses(plan.addresses, read, values);
  plan.newFields.forEach(({ column }, index) => {
    const text = read(column);
    const field = mapping.newFieldNames[index];
    if (text !== '' && field !== undefined) values[field] = text;
  });
  refuseInvalid(values, fields, plan, read, problems);
  return { values, problems };
}

/** Says in the notes what did not fit elsewhere. */
export function notesWithProblems(
  notes: Json | undefined,
  problems: readonly CellProblem[],
  headers: readonly string[],
): string {
  const lines = problems.map(({ column, text }) => {
    const header = headers[column] ?? '';
    return header === '' ? text : `${header}: ${text}`;
  });
  const all = [...(typeof notes === 'string' ? [notes] : []), ...lines].join('\n');
  return all.slice(0, LIMITS.longText);
}

type ReadCell = (column: number) => string;

/** The cell without what stands around its text; '' where it means empty. */
function cleanCell(cell: string | undefined, emptyWords: ReadonlySet<string>): string {
  if (cell === undefined || cell === '') return '';
  // See: [Note: Formula cells]
  const text = restored(cell).trim();
  return emptyWords.has(text) ? '' : detached(text);
}

/** Engines keep a part of a text as a view of the whole, here of half a megabyte of the file. A customer must not hold on to that. */
function detached(text: string): string {
  return text.length < 13 ? text : ` ${text}`.slice(1);
}

function readField(
  { field, columns }: FieldColumns,
  read: ReadCell,
  mapping: RowMapping,
  values: Record<FieldName, Json>,
  problems: CellProblem[],
): void {
  for (const column of columns) {
    const text = read(column);
    if (text === '') continue;
    const value = valueOf(text, field, mapping.dateOrders.get(column));
    if (value === undefined) {
      const reason = reasonOf(text, field);
      problems.push({ column, reason, text });
    } else if (values[field.name] === undefined) {
      values[field.name] = value;
    } else if (field.type === 'longText') {
      values[field.name] = `${values[field.name] as string}\n${text}`;
    } else if (field.type === 'tags') {
      values[field.name] = [...new Set([...(values[field.name] as string[]), ...splitTags(text)])];
    }
  }
}

/** `undefined` where the text can't be read as the field's type. */
function valueOf(
  text: string,
  field: FieldDefinition,
  order: DateOrder | undefined,
): Json | undefined {
  switch (field.type) {
    case 'date':
      return parseDate(text, order) ?? undefined;
    case 'choice':
      return optionOf(text, field);
    case 'tags':
      return splitTags(text);
    case 'number': {
      const number = plainNumber(text);
      return number === undefined ? undefined : Number(number);
    }
    case 'money':
      return plainNumber(text);
    case 'rating':
      return /^\d+$/.test(text) ? Number(text) : undefined;
    case 'boolean':
      return truthOf(text);
    case 'longText':
      return text;
    case 'emails':
    case 'phones':
    case 'addresses':
      return undefined;
    case 'text':
    case 'url':
    case 'member':
    case 'language':
    case 'dateTime':
    case 'currency':
    case 'reference':
      return text.includes('\n') ? text.replaceAll(/\s*\r?\n\s*/g, ' ') : text;
  }
}

function reasonOf(text: string, { type }: FieldDefinition): string {
  switch (type) {
    case 'date':
      return isAmbiguousDate(text) ? 'skips.ambiguousDate' : 'problems.date';
    case 'choice':
      return 'problems.option';
    case 'number':
    case 'money':
    case 'rating':
      return `problems.${type}`;
    default:
      return 'problems.notAllowed';
  }
}

function optionOf(text: string, { options = [] }: FieldDefinition): string | undefined {
  const wanted = text.toLowerCase();
  return options.find(
    ({ value, label }) => value.toLowerCase() === wanted || isCalled(label, wanted),
  )?.value;
}

function isCalled(label: Label, lowerCased: string): boolean {
  return label.en.toLowerCase() === lowerCased || label['zh-CN'] === lowerCased;
}

/** A comma before three digits may mean thousands or a fraction: such a number is not read. */
function plainNumber(text: string): string | undefined {
  if (!/^-?\d+(?:[.,]\d+)?$/.test(text) || /,\d{3}$/.test(text)) return undefined;
  return text.replace(',', '.');
}

const TRUE_WORDS = new Set(['true', 'yes', 'y', '1', 'x', 'ja', 'oui', 'sí', 'si', '是', '真']);
const FALSE_WORDS = new Set(['false', 'no', 'n', '0', 'nein', 'non', '否', '假']);

function truthOf(text: string): boolean | undefined {
  const word = text.toLowerCase();
  if (TRUE_WORDS.has(word)) return true;
  return FALSE_WORDS.has(word) ? false : undefined;
}

const HAN = /^\p{Script=Han}+$/u;

/** In the order of the person's language: 王 and 小明 are 王小明. */
function personName({ given, family }: ColumnPlan, read: ReadCell): string {
  if (given.length === 0 && family.length === 0) return '';
  const first = given.map(read).filter(Boolean).join(' ');
  const last = family.map(read).filter(Boolean).join(' ');
  if (HAN.test(first) && HAN.test(last)) return last + first;
  return first !== '' && last !== '' ? `${first} ${last}` : first + last;
}

interface Split {
  readonly values: readonly string[];
  /** Pieces of the cell that can't be such values. */
  readonly refused: readonly string[];
}

function readElements(
  name: 'emails' | 'phones',
  columns: readonly ElementColumns[],
  read: ReadCell,
  values: Record<FieldName, Json>,
  problems: CellProblem[],
  split: (text: string) => Split,
): void {
  let elements: { label: string; value: string }[] | undefined;
  for (const { column, labelColumn, label } of columns) {
    const text = read(column);
    if (text === '') continue;
    const { values: found, refused } = split(text);
    for (const value of found) {
      elements ??= [];
      if (elements.some((element) => element.value === value)) continue;
      elements.push({
        label: labelColumn === undefined ? label : labelOf(read(labelColumn)),
        value,
      });
    }
    for (const piece of refused) {
      problems.push({
        column,
        reason: name === 'emails' ? 'problems.email' : 'problems.phone',
        text: piece,
      });
    }
  }
  if (elements !== undefined) values[name] = elements;
}

function labelOf(text: string): string {
  if (text === '') return '';
  const wanted = text.toLowerCase();
  const known = ELEMENT_LABELS.find(({ label }) => isCalled(label, wanted));
  return known?.value ?? text.slice(0, LIMITS.tag);
}

/** One address, several, or "Anna Weber <anna@example.com>". */
function emailsOf(text: string): Split {
  // A bar may be part of an address; it separates two where there are two.
  if (/^[^\s@<>;,]+@[^\s@<>;,]+$/.test(text)) return { values: [text], refused: [] };
  const values: string[] = [];
  const refused: string[] = [];
  for (const piece of text.split(/[;,|\n]/)) {
    const trimmed = piece.trim();
    if (trimmed === '') continue;
    const address = /<([^\s@<>]+@[^\s@<>]+)>$/.exec(trimmed)?.[1] ?? trimmed;
    if (/^[^\s@<>]+@[^\s@<>]+$/.test(address)) values.push(address);
    else refused.push(trimmed);
  }
  return { values, refused };
}

function phonesOf(text: string, format: PhoneFormat | undefined): Split {
  const values: string[] = [];
  const refused: string[] = [];
  for (const piece of text.split(/[;|\n]/)) {
    const trimmed = piece.trim();
    if (trimmed === '') continue;
    if (/\p{Nd}/u.test(trimmed)) values.push(format === undefined ? trimmed : format(trimmed));
    else refused.push(trimmed);
  }
  return { values, refused };
}

const ADDRESS_FIELDS = ['street', 'city', 'region', 'postalCode', 'country'] as const;

function readAddresses(
  columns: readonly AddressColumns[],
  read: ReadCell,
  values: Record<FieldName, Json>,
): void {
  const elements: Json[] = [];
  for (const { parts, lines, label } of columns) {
    const address: Record<string, string> = {};
    let filled = false;
    for (const part of ADDRESS_FIELDS) {
      const column = parts[part];
      let text = column === undefined ? '' : read(column);
      if (part === 'street' && lines.length > 0) {
        text = [text, ...lines.map(read)].filter(Boolean).join(', ');
      }
      if (text.includes('\n')) text = text.replaceAll(/,?\s*\r?\n\s*/g, ', ');
      if (text !== '') filled = true;
      address[part] = text;
    }
    if (!filled) continue;
    const labelColumn = parts['label'];
    elements.push({
      label: labelColumn === undefined ? label : labelOf(read(labelColumn)),
      value: address,
    });
  }
  if (elements.length > 0) values['addresses'] = elements;
}

/** The catalogue's own judgement of each value: what it refuses leaves the values and becomes a problem of the cells it came from. */
function refuseInvalid(
  values: Record<FieldName, Json>,
  fields: readonly FieldDefinition[],
  plan: ColumnPlan,
  read: ReadCell,
  problems: CellProblem[],
): void {
  for (const { field, reason } of validate('customer', values, fields)) {
    if (values[field] === undefined) continue;
    for (const column of columnsOf(field, plan)) {
      const text = read(column);
      if (text !== '') problems.push({ column, reason, text });
    }
    // Its own type can't be wrong at this point, so it is too long, or too many.
    // eslint-disable-next-line @typescript-eslint/no-dynamic-delete
    delete values[field];
  }
}

/** The first column that a field is filled from; undefined where other cells alone went into it. */
export function columnOf(
  field: FieldName,
  { plan, newFieldNames }: Pick<RowMapping, 'plan' | 'newFieldNames'>,
): number | undefined {
  const made = newFieldNames.indexOf(field);
  return made < 0 ? columnsOf(field, plan)[0] : plan.newFields[made]?.column;
}

function columnsOf(field: FieldName, plan: ColumnPlan): readonly number[] {
  const columns = plan.fields.find((each) => each.field.name === field)?.columns ?? [];
  switch (field) {
    case 'name':
      return [...columns, ...plan.given, ...plan.family];
    case 'emails':
    case 'phones':
      return plan[field].map(({ column }) => column);
    case 'addresses':
      return plan.addresses.flatMap(({ parts, lines }) => [...Object.values(parts), ...lines]);
    default:
      return columns;
  }
}
