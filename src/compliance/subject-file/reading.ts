/** A subject file read again: the records that it holds, as values to write elsewhere (portability, Art. 20 GDPR). */

import { isKind, type Kind } from '#domain/catalogue.ts';
import { SUBJECT_FORMAT, type Values } from './content.ts';

export interface TakenRecord {
  readonly kind: Kind;
  readonly values: Values;
}

/** The person first; null where the text is no subject file. */
export function readSubjectFile(text: string): readonly TakenRecord[] | null {
  const content = parsed(text);
  if (content?.['format'] !== SUBJECT_FORMAT || content['version'] !== 1) return null;
  const { person, records } = content;
  if (!Array.isArray(records)) return null;
  const taken: TakenRecord[] = [];
  for (const record of [person, ...(records as readonly unknown[])]) {
    if (!isObject(record) || !isKind(record['kind']) || !isObject(record['values'])) return null;
    taken.push({ kind: record['kind'], values: record['values'] as Values });
  }
  return taken;
}

function parsed(text: string): Readonly<Record<string, unknown>> | null {
  try {
    const value: unknown = JSON.parse(text);
    return isObject(value) ? value : null;
  } catch {
    return null;
  }
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
