/** Screening: what of a record's values may be kept. Card numbers give way to brand and last four digits; security codes and track data are refused. */

import type { FieldDefinition, FieldType } from '#domain/catalogue.ts';
import type { FieldName, Json } from '#domain/change.ts';
import { canonicalText, isList } from '#domain/json.ts';
import type { RecordState } from '#domain/record-state.ts';
import { LIMITS, type FieldProblem, type ProblemReason } from '#domain/validation.ts';
import type { Found, Screened } from '#vault/environment.ts';
import {
  findCardNumbers,
  isCalledOtherwise,
  LONGEST_PHONE,
  maskedCard,
  type CardNumber,
} from './card-numbers.ts';
import { plainOf, withDigits } from './digits.ts';
import { codePatternOf, OUT, withoutCodes, withoutTracks } from './sensitive-data.ts';

type Values = Readonly<Record<FieldName, Json>>;

// ---- Values of a record ---------------------------------------------------------------------------------------------

/**
 * Of refused fields too the values are without what may not be kept, for a list of any length, which one of its rows must not hold up.
 * The same object where nothing was found: an import screens a million values.
 */
export function screenValues(fields: readonly FieldDefinition[], values: Values): Screened {
  let kept: Record<FieldName, Json> | undefined;
  const replaced: FieldName[] = [];
  const refused: FieldProblem[] = [];
  const shapes = shapesOf(fields);
  for (const name in values) {
    const value = values[name] ?? null;
    if (value === null || typeof value === 'boolean') continue;
    const screened = screenValue(value, shapes.get(name) ?? UNKNOWN);
    if (screened === null) continue;
    kept ??= { ...values };
    kept[name] = screened.value;
    if (screened.reason === undefined) replaced.push(name);
    else refused.push({ field: name, reason: screened.reason });
  }
  return { values: kept ?? values, replaced, refused };
}

/** What may leave of a record's values: the same object where nothing was found. */
export function withoutCards(fields: readonly FieldDefinition[], values: Values): Values {
  return screenValues(fields, values).values;
}

/** What screening must know of a field. */
interface Shape {
  readonly type: FieldType;
  /** What a security code looks like in it, where it is called so that it may hold them. */
  readonly code: RegExp | null;
  /** It is called as other numbers are: what is nothing but digits is one of them. */
  readonly isOtherwise: boolean;
}

const UNKNOWN: Shape = { type: 'longText', code: null, isOtherwise: false };

const DIGITS_ALONE = /^[0-9]+$/u;

const shapesByFields = new WeakMap<readonly FieldDefinition[], ReadonlyMap<FieldName, Shape>>();

function shapesOf(fields: readonly FieldDefinition[]): ReadonlyMap<FieldName, Shape> {
  let shapes = shapesByFields.get(fields);
  if (shapes === undefined) {
    shapes = new Map(fields.map((field) => [field.name, shapeOf(field)]));
    shapesByFields.set(fields, shapes);
  }
  return shapes;
}

function shapeOf({ type, label, custom }: FieldDefinition): Shape {
  const names = [label.en, label['zh-CN']];
  const [code = null] = custom === true ? names.flatMap((name) => codePatternOf(name) ?? []) : [];
  return { type, code, isOtherwise: names.some(isCalledOtherwise) };
}

/** `null`: there is nothing in it. */
function screenValue(
  value: Json,
  shape: Shape,
): { readonly value: Json; readonly reason?: ProblemReason } | null {
  const clean = cleanOf(value, shape);
  if (clean === value) return null;
  const kept = fitting(clean, shape.type);
  const reason = reasonAgainst(value, clean, kept, shape);
  return reason === undefined ? { value: kept } : { value: kept, reason };
}

/** The same value where nothing of it may not be kept. */
function cleanOf(value: Json, shape: Shape): Json {
  const { type, code, isOtherwise } = shape;
  if (isOtherwise && DIGITS_ALONE.test(textOf(value))) return value;
  if (isCode(value, code)) return null;
  return type === 'phones' ? mapTexts(value, maskInPhones) : withoutBoth(value);
}

function isCode(value: Json, code: RegExp | null): boolean {
  return code?.test(textOf(value)) === true;
}

/** Undefined where card numbers alone gave way, and the field takes what came instead. */
function reasonAgainst(
  value: Json,
  clean: Json,
  kept: Json,
  { type, code }: Shape,
): ProblemReason | undefined {
  if (isCode(value, code)) return 'problems.cardSecurity';
  const withoutNumbers = mapTexts(value, type === 'phones' ? maskCardsInPhones : maskCards);
  const isSensitive = clean !== null && canonicalText(clean) !== canonicalText(withoutNumbers);
  if (isSensitive) return 'problems.cardSecurity';
  if (kept === null) return 'problems.cardNumber';
  return kept === clean ? undefined : 'problems.tooLong';
}

function textOf(value: Json): string {
  if (typeof value === 'number') return String(value);
  return typeof value === 'string' ? plainOf(value.trim()) : '';
}

/** Only text can say a brand and four digits; a day or a number is gone as a whole. */
function fitting(clean: Json, type: FieldType): Json {
  switch (type) {
    case 'text':
    case 'longText':
    case 'tags':
    case 'emails':
    case 'phones':
    case 'addresses':
    case 'member':
    case 'language':
    case 'reference':
      return withinLimit(clean, type);
    case 'url':
    case 'choice':
    case 'date':
    case 'dateTime':
    case 'money':
    case 'currency':
    case 'number':
    case 'rating':
    case 'boolean':
      return null;
  }
}

/** A masked number may be longer than it was. */
function withinLimit(clean: Json, type: FieldType): Json {
  const limit = type === 'longText' ? LIMITS.longText : type === 'tags' ? LIMITS.tag : LIMITS.text;
  return mapTexts(clean, (text) => (text.length > limit ? text.slice(0, limit) : text));
}

// ---- Text -----------------------------------------------------------------------------------------------------------

/** The same text where there is no card number in it. */
export function maskCards(text: string): string {
  return masked(text, findCardNumbers(text));
}

function masked(text: string, cards: readonly CardNumber[]): string {
  if (cards.length === 0) return text;
  let kept = '';
  let from = 0;
  for (const card of cards) {
    kept += text.slice(from, card.start) + maskedCard(card);
    from = card.end;
  }
  return kept + text.slice(from);
}

/** For what leaves the app, what others wrote, or stands in a report: nothing of either. The same text where there was nothing. */
export function maskAll(text: string): string {
  if (text.length < SHORTEST_TEXT || !SEVERAL_DIGITS.test(text)) return text;
  return withoutCodes(MANY_DIGITS.test(text) ? maskCards(withoutTracks(text)) : text);
}

/** The same of a cell under the header of its column. */
export function maskCell(text: string, column: string): string {
  return isCode(text, codePatternOf(column)) ? OUT.repeat(text.length) : maskAll(text);
}

const SHORTEST_TEXT = 6;
/** A security code has as many. */
const SEVERAL_DIGITS = withDigits(3);
/** A card number has as many, and so has a track. */
const MANY_DIGITS = withDigits(13);
const SMALLEST_CARD = 1e12;

/** A phone number may look like a card's of as many digits, and stands beside the PIN of a conference: only what is longer than a phone goes. */
function maskCardsInPhones(text: string, property: string): string {
  if (property !== 'value') return maskCards(text);
  if (text.length <= LONGEST_PHONE) return text;
  return masked(
    text,
    findCardNumbers(text).filter(({ length }) => length > LONGEST_PHONE),
  );
}

function maskInPhones(text: string, property: string): string {
  return property === 'value' ? maskCardsInPhones(text, property) : maskAll(text);
}

/** The same value where nothing of it may not be kept. A number that is a card's can't be masked, and goes. */
export function withoutBoth(value: Json): Json {
  if (typeof value !== 'number') return mapTexts(value, maskAll);
  const size = Math.abs(value);
  if (size < SMALLEST_CARD) return value;
  return findCardNumbers(String(size)).length === 0 ? value : null;
}

/** What is typed into a form of such fields, as it may lie there until it is saved or given up. What else the draft holds is screened as text. */
export function screenDraft(draft: Json, fields: readonly FieldDefinition[]): Json {
  const { values, ...others } = isObject(draft) ? draft : { values: draft };
  if (values === undefined || !isObject(values)) return withoutBoth(draft);
  const shapes = shapesOf(fields);
  const typed = Object.entries(values).map(([name, value]): [FieldName, Json] => [
    name,
    cleanOf(value, shapes.get(name) ?? UNKNOWN),
  ]);
  return { ...(withoutBoth(others) as Values), values: Object.fromEntries(typed) };
}

function isObject(value: Json): value is Readonly<Record<string, Json>> {
  return typeof value === 'object' && value !== null && !isList(value);
}

/** How a text gives way, and that of which property it is; '' where it is of none. */
type Altered = (text: string, property: string) => string;

/** Keys too: a tag is its own. The same value where no text was altered, and nothing made to find that out. */
function mapTexts(value: Json, altered: Altered, property = ''): Json {
  if (typeof value === 'string') return altered(value, property);
  if (value === null || typeof value !== 'object') return value;
  return isList(value) ? mapItems(value, altered, property) : mapEntries(value, altered);
}

function mapItems(items: readonly Json[], altered: Altered, property: string): Json {
  let copy: Json[] | undefined;
  for (let at = 0; at < items.length; at++) {
    const item = items[at] ?? null;
    const kept = mapTexts(item, altered, property);
    if (kept !== item) (copy ??= [...items])[at] = kept;
  }
  return copy ?? items;
}

function mapEntries(value: Readonly<Record<string, Json>>, altered: Altered): Json {
  let copy: [string, Json][] | undefined;
  let passed = 0;
  for (const key in value) {
    const each = value[key] ?? null;
    const name = altered(key, '');
    const kept = mapTexts(each, altered, key);
    if (name !== key || kept !== each) copy ??= Object.entries(value).slice(0, passed);
    copy?.push([name, kept]);
    passed += 1;
  }
  return copy === undefined ? value : Object.fromEntries(copy);
}

// ---- At rest --------------------------------------------------------------------------------------------------------

/**
 * The present and past values of a record, and the elements of its sets, that hold a card number or a security code. The audit log is
 * passed over, which holds fixed fields alone and signatures over them.
 */
export function cardsInState(
  state: RecordState,
  fields: readonly FieldDefinition[],
): readonly Found[] {
  if (state.kind === 'audit') return [];
  const found: Found[] = [];
  const shapes = shapesOf(fields);
  for (const field in state.fields) {
    const shape = shapes.get(field) ?? UNKNOWN;
    for (const [at, { value, stamp }] of (state.fields[field] ?? []).entries()) {
      if (screenValue(value, shape) !== null) found.push({ field, stamp, isPresent: at === 0 });
    }
  }
  for (const field in state.sets) {
    const shape = shapes.get(field) ?? UNKNOWN;
    const holds = (key: string, value: Json) => screenValue([key, value], shape) !== null;
    for (const [key, { adds, removed }] of Object.entries(state.sets[field] ?? {})) {
      for (const { value, stamp } of adds) {
        if (holds(key, value)) found.push({ field, stamp, isPresent: true });
      }
      for (const { add } of removed) {
        if (add !== undefined && holds(key, add.value)) {
          found.push({ field, stamp: add.stamp, isPresent: false });
        }
      }
    }
  }
  return found;
}
