/** What values a field takes. Forgiving: it refuses what could only be a mistake, and never corrects. */

import type { FieldDefinition, Kind } from './catalogue.ts';
import { isElementKey, type FieldName, type Json } from './change.ts';
import { isList, own } from './json.ts';

/** Every reason, each a key of the texts. */
export const PROBLEMS = [
  'problems.required',
  'problems.nameOrCompany',
  'problems.identityFirst',
  'problems.reasonFirst',
  'problems.tooLong',
  'problems.tooMany',
  'problems.email',
  'problems.phone',
  'problems.url',
  'problems.option',
  'problems.date',
  'problems.dateTime',
  'problems.money',
  'problems.currency',
  'problems.number',
  'problems.rating',
  'problems.notAllowed',
  'problems.cardNumber',
  'problems.cardSecurity',
] as const;

export type ProblemReason = (typeof PROBLEMS)[number];

export interface FieldProblem {
  readonly field: FieldName;
  readonly reason: ProblemReason;
}

/** In UTF-16 units and in elements. */
export const LIMITS = { text: 1000, longText: 100_000, tag: 100, elements: 100 } as const;

/** `values` are the whole record's as it would be, not only the changed ones: what is required must be there. */
export function validate(
  kind: Kind,
  values: Readonly<Record<FieldName, Json>>,
  fields: readonly FieldDefinition[],
): readonly FieldProblem[] {
  const problems: FieldProblem[] = [];
  for (const field of fields) {
    const value = own(values, field.name) ?? null;
    const reason = isEmpty(value)
      ? field.required
        ? 'problems.required'
        : undefined
      : problemOf(field, value);
    if (reason !== undefined) problems.push({ field: field.name, reason });
  }
  if (
    kind === 'customer' &&
    isEmpty(values['name'] ?? null) &&
    isEmpty(values['company'] ?? null)
  ) {
    problems.push({ field: 'name', reason: 'problems.nameOrCompany' });
  }
  if (kind === 'request') problems.push(...requestProblems(values));
  return problems;
}

/** Nobody is answered whose identity is not proven (Art. 12(6) GDPR), and nothing extended without a reason (Art. 12(3)). */
function requestProblems(values: Readonly<Record<FieldName, Json>>): readonly FieldProblem[] {
  const { answered = null, identity = null, extended = null, reason = null } = values;
  const problems: FieldProblem[] = [];
  if (!isEmpty(answered) && identity !== true) {
    problems.push({ field: 'identity', reason: 'problems.identityFirst' });
  }
  if (!isEmpty(extended) && isEmpty(reason)) {
    problems.push({ field: 'reason', reason: 'problems.reasonFirst' });
  }
  return problems;
}

function isEmpty(value: Json): boolean {
  if (value === null) return true;
  if (typeof value === 'string') return value.trim() === '';
  return isList(value) && value.length === 0;
}

function problemOf({ type, options }: FieldDefinition, value: Json): ProblemReason | undefined {
  switch (type) {
    case 'text':
    case 'member':
    case 'language':
    case 'reference':
      return textProblem(value, LIMITS.text);
    case 'longText':
      return textProblem(value, LIMITS.longText);
    case 'url':
      return textProblem(value, LIMITS.text) ?? unless(isUrl(value), 'problems.url');
    case 'choice':
      return unless(options?.some((option) => option.value === value) ?? false, 'problems.option');
    case 'date':
      return unless(isDate(value), 'problems.date');
    case 'dateTime':
      return unless(isDateTime(value), 'problems.dateTime');
    case 'money':
      return unless(matches(value, /^-?[0-9]{1,15}(\.[0-9]{1,6})?$/), 'problems.money');
    case 'currency':
      return unless(matches(value, /^[A-Z]{3}$/), 'problems.currency');
    case 'number':
      return unless(typeof value === 'number' && Number.isFinite(value), 'problems.number');
    case 'rating':
      return unless(
        Number.isInteger(value) && Number(value) >= 0 && Number(value) <= 10,
        'problems.rating',
      );
    case 'boolean':
      return unless(typeof value === 'boolean', 'problems.notAllowed');
    case 'tags':
      return listProblem(value, tagProblem);
    case 'emails':
      return listProblem(value, (element) => elementProblem(element, emailProblem));
    case 'phones':
      return listProblem(value, (element) => elementProblem(element, phoneProblem));
    case 'addresses':
      return listProblem(value, (element) => elementProblem(element, addressProblem));
  }
}

function unless(holds: boolean, reason: ProblemReason): ProblemReason | undefined {
  return holds ? undefined : reason;
}

function matches(value: Json, pattern: RegExp): boolean {
  return typeof value === 'string' && pattern.test(value);
}

function textProblem(value: Json | undefined, limit: number): ProblemReason | undefined {
  if (typeof value !== 'string') return 'problems.notAllowed';
  return unless(value.length <= limit, 'problems.tooLong');
}

type Check = (value: Json) => ProblemReason | undefined;

function listProblem(value: Json, check: Check): ProblemReason | undefined {
  if (!isList(value)) return 'problems.notAllowed';
  if (value.length > LIMITS.elements) return 'problems.tooMany';
  for (const element of value) {
    const reason = check(element);
    if (reason !== undefined) return reason;
  }
  return undefined;
}

function tagProblem(tag: Json): ProblemReason | undefined {
  return (
    textProblem(tag, LIMITS.tag) ??
    unless(typeof tag === 'string' && isElementKey(tag), 'problems.notAllowed')
  );
}

function elementProblem(element: Json, check: Check): ProblemReason | undefined {
  if (element === null || typeof element !== 'object' || isList(element))
    return 'problems.notAllowed';
  const { id, label, value } = element;
  if (id !== undefined && id !== '' && !(typeof id === 'string' && isElementKey(id)))
    return 'problems.notAllowed';
  return (
    textProblem(label ?? '', LIMITS.tag) ??
    (isEmpty(value ?? null) ? undefined : check(value ?? null))
  );
}

/** Something before the @ and something after it: mail servers know the rest. */
export function emailProblem(email: Json): ProblemReason | undefined {
  return (
    textProblem(email, LIMITS.text) ?? unless(matches(email, /^[^\s@]+@[^\s@]+$/), 'problems.email')
  );
}

/** A digit at least: extensions, letters and every way of grouping are in use somewhere. */
export function phoneProblem(phone: Json): ProblemReason | undefined {
  return textProblem(phone, LIMITS.text) ?? unless(matches(phone, /\p{Nd}/u), 'problems.phone');
}

function addressProblem(address: Json): ProblemReason | undefined {
  if (address === null || typeof address !== 'object' || isList(address)) {
    return 'problems.notAllowed';
  }
  for (const part of Object.values(address)) {
    const reason = part === null ? undefined : textProblem(part, LIMITS.text);
    if (reason !== undefined) return reason;
  }
  return undefined;
}

/** With or without http(s), and no other scheme: it becomes a link. */
function isUrl(value: Json): boolean {
  return matches(value, /^(https?:\/\/)?[^\s:/?#@]+\.[^\s:/?#@]+(:[0-9]{1,5})?([/?#]\S*)?$/i);
}

/** A day that exists, as YYYY-MM-DD. */
function isDate(value: Json): boolean {
  if (typeof value !== 'string' || !/^[0-9]{4}-[0-9]{2}-[0-9]{2}$/.test(value)) return false;
  const date = new Date(`${value}T00:00:00Z`);
  return !Number.isNaN(date.getTime()) && date.toISOString().startsWith(value);
}

const DATE_TIME =
  /^([0-9-]{10})T([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9](\.[0-9]{1,9})?)?(Z|[+-][0-9]{2}:[0-9]{2})?$/;

/** ISO 8601 to the minute or finer, with or without its offset. */
function isDateTime(value: Json): boolean {
  const parts = typeof value === 'string' ? DATE_TIME.exec(value) : null;
  return parts !== null && isDate(parts[1] ?? null);
}
