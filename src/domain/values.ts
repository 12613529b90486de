/** What a record's state shows to people: each field's value, and what an author who saw it had seen. */

import type { DeviceId } from '#base/ids.ts';
import type { ElementKey, FieldName, Json } from './change.ts';
import { own } from './json.ts';
import type { RecordState, SetElement } from './record-state.ts';
import type { Stamp } from './stamp.ts';

/** The stamps of the values that stood before an author's eyes: what an edit replaces. */
export interface Seen {
  fields: Record<FieldName, readonly Stamp[]>;
  sets: Record<FieldName, Record<ElementKey, readonly Stamp[]>>;
}

/** One element of a list of e-mail addresses, phones or addresses. It lies in its set under its id; a tag lies there under its text. */
export type ListElement = { readonly id: ElementKey; readonly label: string; readonly value: Json };

/** A record lives while any of its changes is not covered by a deletion. A device's stamps rise, so its newest speaks for all. */
export function isAlive(state: RecordState): boolean {
  for (const device of Object.keys(state.newest) as DeviceId[]) {
    const covered = state.covered[device];
    const newest = state.newest[device];
    if (newest !== undefined && (covered === undefined || newest > covered)) return true;
  }
  return false;
}

/** Present values only: a field that is empty is absent. */
export function valuesOf(state: RecordState): Record<FieldName, Json> {
  const values: Record<FieldName, Json> = {};
  for (const field of Object.keys(state.fields)) {
    const value = state.fields[field]?.[0]?.value ?? null;
    if (value !== null) values[field] = value;
  }
  for (const field of Object.keys(state.sets)) {
    const elements = elementsOf(state, field);
    if (elements.length > 0) values[field] = elements;
  }
  return values;
}

export function valueOf(state: RecordState, field: FieldName): Json {
  return own(state.fields, field)?.[0]?.value ?? null;
}

/**
 * A set's living elements, in the order in which they first came: tags as text, others as `ListElement`. Elements of one change
 * stand in the order of their keys, which `changeOf` gives in the order of the form or the row.
 */
export function elementsOf(state: RecordState, field: FieldName): (string | ListElement)[] {
  const set = own(state.sets, field);
  if (set === undefined) return [];
  const keys = Object.keys(set).filter((key) => (set[key]?.adds.length ?? 0) > 0);
  if (keys.length > 1) keys.sort((a, b) => compareElements(set, a, b));
  return keys.map((key) => shownElement(key, set[key]?.adds[0]?.value ?? null));
}

/**
 * What somebody has seen who is shown `valuesOf`. Of a field that is the newest value alone: an edit must not settle a conflict that
 * its author was not asked about. Of a set it is every living add, since removing an element means all of it.
 */
export function seenOf(state: RecordState): Seen {
  const seen: Seen = { fields: {}, sets: {} };
  for (const field of Object.keys(state.fields)) {
    const newest = state.fields[field]?.[0];
    if (newest !== undefined) seen.fields[field] = [newest.stamp];
  }
  for (const [field, set] of Object.entries(state.sets)) {
    const stamps: Record<ElementKey, readonly Stamp[]> = {};
    for (const [key, element] of Object.entries(set)) {
      if (element.adds.length > 0) stamps[key] = stampsOf(element);
    }
    seen.sets[field] = stamps;
  }
  return seen;
}

function stampsOf(element: SetElement): Stamp[] {
  return [...new Set(element.adds.map((add) => add.stamp))];
}

function shownElement(key: ElementKey, stored: Json): string | ListElement {
  if (stored === null || typeof stored !== 'object' || !('value' in stored)) return key;
  const label = stored['label'];
  return { id: key, label: typeof label === 'string' ? label : '', value: stored['value'] ?? null };
}

function compareElements(
  set: Record<ElementKey, SetElement>,
  a: ElementKey,
  b: ElementKey,
): number {
  const firstA = firstStampOf(set[a]);
  const firstB = firstStampOf(set[b]);
  if (firstA !== firstB) return firstA < firstB ? -1 : 1;
  return a < b ? -1 : 1;
}

/** An element that is edited keeps its place: the add that the edit replaced is among the removed ones. */
function firstStampOf(element: SetElement | undefined): string {
  const removed = element?.removed[0]?.stamp ?? '~';
  const living = element?.adds.at(-1)?.stamp ?? '~';
  return removed < living ? removed : living;
}
