/**
 * The registers: processing activities (Art. 30 GDPR), requests of people, incidents, processors, disclosures (45 CFR 164.528) and
 * disposals of devices, each a kind of the catalogue, with the clock that runs for an entry.
 */

import type { Kind } from '#domain/catalogue.ts';
import type { FieldName, Json } from '#domain/change.ts';
import type { Dossier, RecordState } from '#domain/record-state.ts';
import { isAlive, valuesOf } from '#domain/values.ts';
import { monthsAfter, workingDaysAfter } from '../calendar.ts';
import type { Pack } from '../packs/pack.ts';

export const REGISTERS = [
  'request',
  'incident',
  'purpose',
  'processor',
  'disclosure',
  'disposal',
] as const satisfies readonly Kind[];

export type Register = (typeof REGISTERS)[number];

/** Living entries, the newest first. */
export function entriesOf(workspace: Dossier, register: Register): readonly RecordState[] {
  return [...workspace.values()]
    .filter((state) => state.kind === register && isAlive(state))
    .sort((a, b) => (a.created.stamp < b.created.stamp ? 1 : -1));
}

export interface Due {
  /** ms since 1970. */
  readonly at: number;
  readonly isLate: boolean;
}

const HOUR = 60 * 60 * 1000;
const DAY = 24 * HOUR;

type Values = Readonly<Record<FieldName, Json>>;

/** By when an open entry is to be settled, by the earliest clock of the regulations that are asked; null: no clock runs. */
export function dueOf(state: RecordState, packs: readonly Pack[], now: number): Due | null {
  const values = valuesOf(state);
  const deadlines =
    state.kind === 'request'
      ? requestDeadlines(values, packs)
      : state.kind === 'incident'
        ? incidentDeadlines(values, packs)
        : [];
  if (deadlines.length === 0) return null;
  const at = Math.min(...deadlines);
  return { at, isLate: now > at };
}

function requestDeadlines(values: Values, packs: readonly Pack[]): readonly number[] {
  const received = timeOf(values['received']);
  if (received === null || typeof values['answered'] === 'string') return [];
  const isExtended = typeof values['extended'] === 'string' && typeof values['reason'] === 'string';
  return packs.flatMap(({ key, parameters }) => {
    const workingDays = parameters.get('request-working-days')?.value;
    if (workingDays !== undefined) return [workingDaysAfter(received, workingDays)];
    const days = parameters.get('request-days')?.value;
    if (days === undefined) return [];
    const more = isExtended ? (parameters.get('extension-days')?.value ?? 0) : 0;
    // The GDPR counts calendar months (Art. 12(3); Regulation 1182/71, Art. 3).
    if (key === 'gdpr') return [monthsAfter(received, Math.round((days + more) / 30))];
    return [received + (days + more) * DAY];
  });
}

function incidentDeadlines(values: Values, packs: readonly Pack[]): readonly number[] {
  const aware = timeOf(values['aware']);
  const isSettled = typeof values['notified'] === 'string' || values['rating'] === 'none';
  if (aware === null || isSettled) return [];
  return packs.flatMap(({ parameters }) => {
    const hours = parameters.get('breach-hours')?.value;
    return hours === undefined ? [] : [aware + hours * HOUR];
  });
}

/** Of a date or a moment, ms since 1970; null: it is none. */
export function timeOf(value: Json | undefined): number | null {
  const time = typeof value === 'string' ? Date.parse(value) : Number.NaN;
  return Number.isNaN(time) ? null : time;
}
