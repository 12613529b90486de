/** A check: a pure function from facts to what they show of one control. What nobody could tell is not run, and nothing passes without evidence. */

import type { Json } from '#domain/change.ts';
import type { ControlId } from '../packs/pack.ts';
import type { Parameters } from '../packs/parameters.ts';
import type { Facts, Looked } from './facts.ts';

export const OUTCOMES = ['pass', 'fail', 'notRun'] as const;
export type CheckOutcome = (typeof OUTCOMES)[number];

/** What an evidence row can be about. */
export const SUBJECTS = [
  'setting',
  'customer',
  'device',
  'event',
  'act',
  'field',
  'backup',
  'store',
  'place',
  'directive',
  'card',
  'pack',
  'policy',
  'glass',
  'export',
  'run',
  'log',
  'control',
  'duplicate',
  'purpose',
  'person',
  'request',
  'incident',
  'hold',
  'record',
  'register',
] as const;
export type Subject = (typeof SUBJECTS)[number];

/** One thing that was looked at. Free of language, and of values of people. */
export interface EvidenceRow {
  readonly about: Subject;
  readonly id: string;
  readonly found?: Json;
  readonly wanted?: Json;
  /** ms since 1970. */
  readonly at?: number;
}

export interface Finding {
  readonly outcome: CheckOutcome;
  /** The first 20 of those that decided. */
  readonly rows: readonly EvidenceRow[];
  /** How many there are in all. */
  readonly counted: number;
  /** Of what was not run: sources that nobody could tell. */
  readonly missing: readonly string[];
}

/** What a judgement looked at: what is as it should be, and what is not. */
export interface Verdict {
  readonly good: readonly EvidenceRow[];
  readonly bad: readonly EvidenceRow[];
  /** More of the bad than are listed. */
  readonly badCount?: number;
}

/** Parameters by their names; a check only runs where the pack gives those that it names. */
export type ParameterReader = (name: string) => number;

/** What is judged on its own sources. */
export interface Part {
  readonly needs: readonly (keyof Facts)[];
  readonly parameters: readonly string[];
  readonly judge: (facts: Facts, parameter: ParameterReader, now: number) => Verdict;
}

export interface Check {
  readonly id: ControlId;
  /** What one of them finds wrong is a failure, whatever nobody could tell of the others. */
  readonly parts: readonly Part[];
}

type Known<Source extends keyof Facts> = Facts & {
  readonly [Name in Source]-?: NonNullable<Facts[Name]>;
};

/** A check of control `id` that reads these sources, which are there whenever it is asked. */
export function check<const Source extends keyof Facts>(
  id: ControlId,
  needs: readonly Source[],
  judge: (facts: Known<Source>, parameter: ParameterReader, now: number) => Verdict,
  parameters: readonly string[] = [],
): Check {
  return { id, parts: [{ needs, parameters, judge: judge as Part['judge'] }] };
}

/** A check of several parts, each of which is judged where its own sources are there. It passes where all of them are. */
export function joined(id: ControlId, ...checks: readonly Check[]): Check {
  return { id, parts: checks.flatMap(({ parts }) => parts) };
}

const MOST_ROWS = 20;

export function run({ parts }: Check, facts: Facts, given: Parameters, now: number): Finding {
  const lacks = parts.map((part) => lacksOf(part, facts, given));
  const whole = parts.filter((_, at) => lacks[at]?.length === 0);
  const { good, bad, badCount } = all(
    ...whole.map(({ judge }) => judge(facts, (name) => given.get(name) ?? 0, now)),
  );
  if (bad.length > 0) {
    return { outcome: 'fail', rows: bad.slice(0, MOST_ROWS), counted: badCount, missing: [] };
  }
  const missing = whole.length < parts.length ? lacks.flat() : parts.flatMap(({ needs }) => needs);
  if (whole.length < parts.length || good.length === 0) {
    return { outcome: 'notRun', rows: [], counted: 0, missing: [...new Set(missing)] };
  }
  return { outcome: 'pass', rows: good.slice(0, MOST_ROWS), counted: good.length, missing: [] };
}

/** Sources that nobody could tell, and parameters that no pack gives. */
function lacksOf({ needs, parameters }: Part, facts: Facts, given: Parameters): readonly string[] {
  const sources: readonly string[] = needs.filter((source) => facts[source] === undefined);
  return [...sources, ...parameters.filter((name) => !given.has(name))];
}

// ---- What several checks say ----------------------------------------------------------------------------------------

export const MINUTE = 60 * 1000;
export const HOUR = 60 * MINUTE;
export const DAY = 24 * HOUR;

/** Each row is good or bad. */
export function sorted(rows: readonly (readonly [isGood: boolean, row: EvidenceRow])[]): Verdict {
  return {
    good: rows.filter(([isGood]) => isGood).map(([, row]) => row),
    bad: rows.filter(([isGood]) => !isGood).map(([, row]) => row),
  };
}

export function all(...verdicts: readonly Verdict[]): Verdict & { readonly badCount: number } {
  return {
    good: verdicts.flatMap(({ good }) => good),
    bad: verdicts.flatMap(({ bad }) => bad),
    badCount: verdicts.reduce((sum, { bad, badCount = bad.length }) => sum + badCount, 0),
  };
}

/** A setting's number, and what it may be at most or must be at least. */
export function atMost(id: string, found: number, most: number): Verdict {
  return sorted([[found <= most, { about: 'setting', id, found, wanted: `≤ ${most}` }]]);
}

export function atLeast(id: string, found: number, least: number): Verdict {
  return sorted([[found >= least, { about: 'setting', id, found, wanted: `≥ ${least}` }]]);
}

export function holds(row: EvidenceRow, isGood: boolean): Verdict {
  return sorted([[isGood, row]]);
}

/** So far two clocks may be apart before what one of them saw lies in the other's future. */
export const CLOCK_TOLERANCE = 10 * MINUTE;

/** Something that must have happened within a time, ms; null: it never did. What is still to come has not happened. */
export function within(
  about: Subject,
  id: string,
  at: number | null,
  time: number,
  now: number,
): Verdict {
  const isGood = at !== null && now - at <= time && at - now <= CLOCK_TOLERANCE;
  return holds(
    { about, id, ...(at === null ? { found: null } : { at }), wanted: wantedTime(time) },
    isGood,
  );
}

function wantedTime(time: number): string {
  return time % DAY === 0 ? `≤ ${time / DAY} d` : `≤ ${Math.round(time / HOUR)} h`;
}

/** A look through many: what it found, or that it found nothing. */
export function lookedAt(about: Subject, id: string, { looked, bad, badCount }: Looked): Verdict {
  const good = looked > 0 ? [{ about, id, found: looked }] : [];
  return { good, bad, badCount };
}
