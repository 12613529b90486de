/** Screening: what of a record's values may be kept. Card numbers give way to brand and last four digits; security codes and track data are refused. */

import type { FieldDefinition, FieldType } from '#domain/catalogue.ts';
import type { FieldName, Json } from '#domain/change.ts';
import { canonicalText, isList } from '#domain/json.ts';
import type { RecordState } from '#domain/record-state.ts';
import { LIMITS, type FieldProblem, type ProblemReason } from '#domain/validation.ts';
import type { Found, Screened } from '#vault/environment.ts';
import { findCardNumbers, isCalledOtherwise, maskedCard } from './card-numbers.ts';
import { codePatternOf, withoutCodes, withoutTracks } from './sensitive-data.ts';

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

const DIGITS_ALONE = /^\s*[0-9\uff10-\uff19]+\s*$/u;

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
  { type, code, isOtherwise }: Shape,
): { readonly value: Json; readonly reason?: ProblemReason } | null {
  if (type === 'phones') return null;
  if (isOtherwise && DIGITS_ALONE.test(textOf(value))) return null;
  if (code?.test(textOf(value)) === true) {
    return { value: null, reason: 'problems.cardSecurity' };
  }
  const clean = withoutBoth(value);
  if (clean === value) return null;
  const kept = fitting(clean, type);
  const reason = reasonAgainst(value, clean, kept);
  return reason === undefined ? { value: kept } : { value: kept, reason };
}

/** Undefined where card numbers alone gave way, and the field takes what came instead. */
function reasonAgainst(value: Json, clean: Json, kept: Json): ProblemReason | undefined {
  const isSensitive =
    clean !== null && canonicalText(clean) !== canonicalText(mapTexts(value, maskCards));
  if (isSensitive) return 'problems.cardSecurity';
  if (kept === null) return 'problems.notAllowed';
  return kept === clean ? undefined : 'problems.tooLong';
}

function textOf(value: Json): string {
  return typeof value === 'number' ? String(value) : typeof value === 'string' ? value.trim() : '';
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
  const cards = findCardNumbers(text);
  if (cards.length === 0) return text;
  let masked = '';
  let from = 0;
  for (const card of cards) {
    masked += text.slice(from, card.start) + maskedCard(card);
    from = card.end;
  }
  return masked + text.slice(from);
}

/** For what leaves the app, what others wrote, or stands in a report: nothing of either. The same text where there was nothing. */
export function maskAll(text: string): string {
  if (text.length < SHORTEST_TEXT || !SEVERAL_DIGITS.test(text)) return text;
  return withoutCodes(maskCards(withoutTracks(text)));
}

const SHORTEST_TEXT = 6;
/** Three: a security code has as many. Most cells of a list are decided by this. */
const SEVERAL_DIGITS = /(?:[0-9\uff10-\uff19][^0-9\uff10-\uff19]*){3}/u;
const SMALLEST_CARD = 1e12;

/** The same value where nothing of it may not be kept. A number that is a card's can't be masked, and goes. */
export function withoutBoth(value: Json): Json {
  if (typeof value !== 'number') return mapTexts(value, maskAll);
  if (value < SMALLEST_CARD) return value;
  return maskCards(String(value)) === String(value) ? value : null;
}

/** Keys too: a tag is its own. The same value where no text was altered, and nothing made to find that out. */
function mapTexts(value: Json, altered: (text: string) => string): Json {
  if (typeof value === 'string') return altered(value);
  if (value === null || typeof value !== 'object' || isUnaltered(value, altered)) return value;
  if (isList(value)) return value.map((item) => mapTexts(item, altered));
  return Object.fromEntries(
    Object.entries(value).map(([key, each]) => [altered(key), mapTexts(each, altered)]),
  );
}

function isUnaltered(
  value: readonly Json[] | Readonly<Record<string, Json>>,
  altered: (text: string) => string,
): boolean {
  if (isList(value)) {
    for (const item of value) if (mapTexts(item, altered) !== item) return false;
    return true;
  }
  for (const key in value) {
    const each = value[key] ?? null;
    if (altered(key) !== key || mapTexts(each, altered) !== each) return false;
  }
  return true;
}

// ---- At rest --------------------------------------------------------------------------------------------------------

/**
 * The present and past values of a record, and the elements of its sets, that hold a card number or a security code. Phones are passed over,
 * and the audit log, which holds fixed fields alone and signatures over them.
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
