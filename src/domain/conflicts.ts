/** Conflicts: values that lost without their successor's author having seen them. */

import type { Change, ElementKey, FieldName } from './change.ts';
import type { FieldValue, Moment, RecordState } from './record-state.ts';
import type { Stamp } from './stamp.ts';
import { isSameJson } from './json.ts';

export interface Conflict {
  readonly field: FieldName;
  /** The element of a set that two authors gave a value. */
  readonly element?: ElementKey;
  /** What stands now. */
  readonly current: FieldValue;
  /** What lost, newest first: neither the newest nor named by any `over`. */
  readonly lost: readonly FieldValue[];
  /** False where everybody wrote the same: nothing to review. */
  readonly differs: boolean;
}

/**
 * Settling one is an ordinary edit that names, as seen, the stamps of `current` and `lost` (`settlementOf`). Of what a field no longer keeps nothing
 * is known, nor is an erased value anything to go back to.
 */
export function conflictsOf(state: RecordState): readonly Conflict[] {
  const conflicts: Conflict[] = [];
  for (const [field, values] of Object.entries(state.fields)) {
    const [current, ...past] = values;
    if (current === undefined || past.length === 0) continue;
    const replaced = new Set<Stamp>(values.flatMap((value) => value.over ?? []));
    const lost = past.filter((value) => !replaced.has(value.stamp) && value.erased === undefined);
    if (lost.length > 0) conflicts.push({ field, current, lost, differs: differ(current, lost) });
  }
  for (const [field, set] of Object.entries(state.sets)) {
    for (const [element, { adds }] of Object.entries(set)) {
      const [current, ...lost] = adds;
      if (current === undefined || lost.length === 0) continue;
      conflicts.push({ field, element, current, lost, differs: differ(current, lost) });
    }
  }
  return conflicts;
}

/** Says of both sides that they were seen. `other` takes back the newest value that lost. */
export function settlementOf(
  { id, kind, customer }: RecordState,
  { field, element, current, lost }: Conflict,
  choice: 'keep' | 'other',
  { stamp, at }: Moment,
): Change {
  const value = choice === 'keep' ? current.value : (lost[0]?.value ?? null);
  const seen = [...new Set([current, ...lost].map((each) => each.stamp))];
  const write =
    element === undefined
      ? { value, over: seen }
      : { add: { [element]: value }, remove: { [element]: seen } };
  const head = { record: id, kind, stamp, at, set: { [field]: write } };
  return customer === undefined ? head : { ...head, customer };
}

function differ(current: FieldValue, lost: readonly FieldValue[]): boolean {
  return lost.some((value) => !isSameJson(value.value, current.value));
}
