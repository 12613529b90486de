/** From the headers of a list to the fields of the catalogue: the first guess, and the plan by which rows are read. */

import {
  elementLabelOf,
  foldHeader,
  ADDRESS_PARTS,
  NAME_PARTS,
  type FieldDefinition,
} from '#domain/catalogue.ts';
import { columnPlaces, type ColumnPlace } from '#domain/columns.ts';
import type { ColumnTarget } from './messages.ts';

const LEAVE_OUT: ColumnTarget = { type: 'leaveOut' };

/** Fields that take any number of columns: each is one more element, or one more part of it. */
const SEVERAL = new Set(['emails', 'phones', 'addresses']);

/** One target a column, by header alone. Each field is given to the column whose header names it best, or to none. */
export function guessColumns(
  headers: readonly string[],
  fields: readonly FieldDefinition[],
): ColumnTarget[] {
  const places = knownHeaders(fields);
  const best = new Map<string, { column: number; rank: number }>();
  const matches = headers.map((header, column) => {
    const match = placeOf(header, places);
    if (match !== undefined) {
      const { target } = match.place;
      const rival = best.get(target);
      if (rival === undefined || match.rank < rival.rank)
        best.set(target, { column, rank: match.rank });
    }
    return match?.place;
  });
  const guesses = matches.map((place, column): ColumnTarget => {
    if (place === undefined) return LEAVE_OUT;
    const several = SEVERAL.has(place.field);
    return several || best.get(place.target)?.column === column
      ? { type: 'field', field: place.target }
      : LEAVE_OUT;
  });
  settleNames(guesses);
  return guesses;
}

/**
 * "Name" beside "First name" is the last name, as German and French lists have it. Beside both, it is the whole name, which the two would
 * only repeat.
 */
function settleNames(guesses: ColumnTarget[]): void {
  const columnOf = (target: string) =>
    guesses.findIndex((guess) => guess.type === 'field' && guess.field === target);
  const whole = columnOf('name');
  if (whole < 0) return;
  const given = columnOf('name.given');
  const family = columnOf('name.family');
  if (given >= 0 && family < 0) {
    guesses[whole] = { type: 'field', field: 'name.family' };
    return;
  }
  for (const part of [given, family]) if (part >= 0) guesses[part] = LEAVE_OUT;
}

interface Match {
  readonly place: ColumnPlace;
  /** 0 for the field's own label, then its aliases in their order. */
  readonly rank: number;
}

/** Headers that mean a second line of the street, where others count addresses with the same number. */
const SECOND_LINES = [
  'address 2',
  'address 3',
  'address line 3',
  'street 2',
  'street line 2',
  'Adresse 2',
  'Adresszusatz',
  'Straße 2',
  "complément d'adresse",
  'dirección 2',
  '地址2',
];

function knownHeaders(fields: readonly FieldDefinition[]): ReadonlyMap<string, Match> {
  const known = new Map<string, Match>();
  for (const place of columnPlaces(fields)) {
    [place.label.en, place.label['zh-CN'], ...aliasesOf(place, fields)].forEach((header, index) => {
      const folded = foldHeader(header);
      const rank = Math.max(0, index - 1);
      const rival = known.get(folded);
      // A part's own label comes before an alias of something else: "State" is a region where "Stage" has a column.
      if (rival === undefined || rank < rival.rank) known.set(folded, { place, rank });
    });
  }
  return known;
}

function aliasesOf(place: ColumnPlace, fields: readonly FieldDefinition[]): readonly string[] {
  const field = fields.find(({ name }) => name === place.field);
  if (place.part === undefined) return field?.aliases ?? [];
  if (place.part === 'label') return [place.label.en.replace(/label$/, 'type')];
  if (place.part === 'line2') return SECOND_LINES;
  const part = [...ADDRESS_PARTS, ...NAME_PARTS].find(({ name }) => name === place.part);
  // A whole address in one cell is kept as its street: nothing tells reliably where its parts end.
  const whole =
    part?.name === 'street' && field
      ? [field.label.en, field.label['zh-CN'], ...field.aliases]
      : [];
  return [...(part?.aliases ?? []), ...whole];
}

/** "Email 3" and "Address 2 city" are known by their first. */
function placeOf(header: string, known: ReadonlyMap<string, Match>): Match | undefined {
  const folded = foldHeader(header);
  if (folded === '') return undefined;
  return (
    known.get(folded) ??
    known.get(folded.replace(/\d+/, '1')) ??
    known.get(folded.replace(/\d+/, ''))
  );
}

// ---- The plan -------------------------------------------------------------------------------------------------------

export interface FieldColumns {
  readonly field: FieldDefinition;
  /** Usually one. Of several, the first that is not empty counts; long texts are joined. */
  readonly columns: readonly number[];
}

export interface ElementColumns {
  readonly column: number;
  readonly labelColumn: number | undefined;
  /** Where no column says it. */
  readonly label: string;
}

export interface AddressColumns {
  /** The column of each part, by its name; `line2` and further lines in `lines`. */
  readonly parts: Readonly<Record<string, number>>;
  readonly lines: readonly number[];
  readonly label: string;
}

interface NewField {
  readonly column: number;
  readonly label: string;
}

export interface ColumnPlan {
  readonly fields: readonly FieldColumns[];
  readonly given: readonly number[];
  readonly family: readonly number[];
  readonly emails: readonly ElementColumns[];
  readonly phones: readonly ElementColumns[];
  readonly addresses: readonly AddressColumns[];
  readonly newFields: readonly NewField[];
}

/**
 * What each column is for. Columns of a list belong together from left to right: a part that is there already begins the next element, so
 * "Email, Email label, Email 2, Email 2 label" are two addresses with their labels.
 */
export function planColumns(
  headers: readonly string[],
  targets: readonly ColumnTarget[],
  fields: readonly FieldDefinition[],
): ColumnPlan {
  const byTarget = new Map(columnPlaces(fields).map((place) => [place.target, place]));
  const byLabel = new Map(
    fields.flatMap((field) =>
      [field.label.en, field.label['zh-CN']].map((label) => [foldHeader(label), field] as const),
    ),
  );
  const single = new Map<FieldDefinition, number[]>();
  const names: Record<string, number[]> = { given: [], family: [] };
  const groups: Record<string, Group[]> = { emails: [], phones: [], addresses: [] };
  const newFields: NewField[] = [];

  headers.forEach((header, column) => {
    const target = targets[column] ?? LEAVE_OUT;
    if (target.type === 'leaveOut') return;
    if (target.type === 'custom') {
      const label = target.label.trim().slice(0, LABEL_LIMIT);
      if (label === '') return;
      // A field of that name that is there already takes the column.
      const existing = byLabel.get(foldHeader(label));
      if (existing === undefined) newFields.push({ column, label: unusedLabel(label, newFields) });
      else if (!SEVERAL.has(existing.name)) push(single, existing, column);
      else {
        const part = existing.name === 'addresses' ? 'street' : 'value';
        addToGroup(groups[existing.name], part, column, header);
      }
      return;
    }
    const place = byTarget.get(target.field);
    const field = fields.find(({ name }) => name === place?.field);
    if (place === undefined || field === undefined) return;
    if (SEVERAL.has(place.field))
      addToGroup(groups[place.field], place.part ?? 'value', column, header);
    else if (place.part !== undefined) names[place.part]?.push(column);
    else push(single, field, column);
  });

  return {
    fields: [...single].map(([field, columns]) => ({ field, columns })),
    given: names['given'] ?? [],
    family: names['family'] ?? [],
    emails: elementColumns(groups['emails']),
    phones: elementColumns(groups['phones']),
    addresses: (groups['addresses'] ?? []).map(({ parts, lines, label }) => ({
      parts,
      lines,
      label,
    })),
    newFields,
  };
}

const LABEL_LIMIT = 200;

/** Two columns of one header become two fields. */
function unusedLabel(label: string, newFields: readonly NewField[]): string {
  let number = 1;
  let unused = label;
  while (newFields.some((other) => foldHeader(other.label) === foldHeader(unused))) {
    number += 1;
    unused = `${label} ${number}`;
  }
  return unused;
}

export function isEmptyPlan(plan: ColumnPlan): boolean {
  return Object.values(plan).every((columns: readonly unknown[]) => columns.length === 0);
}

interface Group {
  readonly parts: Record<string, number>;
  readonly lines: number[];
  label: string;
}

function addToGroup(
  groups: Group[] | undefined,
  part: string,
  column: number,
  header: string,
): void {
  let group = groups?.at(-1);
  if (group === undefined || (part !== 'line2' && Object.hasOwn(group.parts, part))) {
    group = { parts: {}, lines: [], label: '' };
    groups?.push(group);
  }
  if (part === 'line2') group.lines.push(column);
  else group.parts[part] = column;
  // 国家 has the sign for home in it.
  if (part !== 'label' && part !== 'country' && group.label === '') {
    group.label = elementLabelOf(header);
  }
}

function elementColumns(groups: readonly Group[] | undefined): ElementColumns[] {
  return (groups ?? []).flatMap(({ parts, label }) => {
    const column = parts['value'];
    return column === undefined ? [] : [{ column, labelColumn: parts['label'], label }];
  });
}

function push<K, V>(map: Map<K, V[]>, key: K, value: V): void {
  const values = map.get(key);
  if (values === undefined) map.set(key, [value]);
  else values.push(value);
}
