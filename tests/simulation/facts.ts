/** Facts: what was acknowledged to somebody, and whether a state still says so. */

import type { DeviceId, RecordId } from '#base/ids.ts';
import { ErasureIndex } from '#domain/apply.ts';
import type { Kind } from '#domain/catalogue.ts';
import { canonicalText } from '#domain/json.ts';
import { PAST_VALUES, type RecordState } from '#domain/record-state.ts';
import type { Stamp } from '#domain/stamp.ts';
import type { Device } from './device.ts';

interface Place {
  readonly device: Device;
  readonly record: RecordId;
  readonly kind: Kind;
  readonly customer?: RecordId;
  readonly stamp: Stamp;
}

export type Fact = Place &
  (
    | { readonly type: 'value'; readonly field: string; readonly value: string }
    | { readonly type: 'element'; readonly field: string; readonly key: string }
    | { readonly type: 'deletion'; readonly covered: Readonly<Record<DeviceId, Stamp>> }
    | { readonly type: 'erasure'; readonly erasure: string }
    | { readonly type: 'life' }
  );

/** All that a state says because of changes whose stamps `isOurs` names. */
export function factsIn(
  device: Device,
  state: RecordState,
  isOurs: (stamp: Stamp) => boolean,
): Fact[] {
  const facts: Fact[] = [];
  const { id: record, kind, customer } = state;
  const placeOf = (stamp: Stamp): Place => ({
    ...{ device, record, kind, stamp },
    ...(customer !== undefined && { customer }),
  });
  for (const [field, values] of Object.entries(state.fields)) {
    for (const { stamp, value } of values) {
      if (!isOurs(stamp)) continue;
      facts.push({ ...placeOf(stamp), type: 'value', field, value: canonicalText(value) });
    }
  }
  for (const [field, set] of Object.entries(state.sets)) {
    for (const [key, { adds }] of Object.entries(set)) {
      for (const { stamp } of adds) {
        if (isOurs(stamp)) facts.push({ ...placeOf(stamp), type: 'element', field, key });
      }
    }
  }
  for (const stamp of Object.values(state.newest)) {
    if (isOurs(stamp)) facts.push({ ...placeOf(stamp), type: 'life' });
  }
  if (state.deleted !== undefined && isOurs(state.deleted.stamp)) {
    const covered = { ...state.covered };
    facts.push({ ...placeOf(state.deleted.stamp), type: 'deletion', covered });
  }
  for (const erasure of state.erases ?? []) {
    const { stamp } = state.created;
    if (isOurs(stamp)) {
      facts.push({ ...placeOf(stamp), type: 'erasure', erasure: canonicalText({ ...erasure }) });
    }
  }
  return facts;
}

/** Whether what is known of a fact's record still says it, or says why it doesn't any more. */
export function isTold(
  fact: Fact,
  state: RecordState | undefined,
  erasures: ErasureIndex,
): boolean {
  if (erasures.coversRecord(fact.record, fact.customer)) return true;
  if (state === undefined) return false;
  switch (fact.type) {
    case 'value': {
      if (erasures.coversField(fact.record, fact.field)) return true;
      const values = state.fields[fact.field] ?? [];
      const kept = values.find(({ stamp }) => stamp === fact.stamp);
      if (kept !== undefined) {
        return kept.erased === true || canonicalText(kept.value) === fact.value;
      }
      const oldest = values.at(-1)?.stamp ?? '';
      return values.length >= PAST_VALUES && oldest > fact.stamp;
    }
    case 'element': {
      if (erasures.coversField(fact.record, fact.field)) return true;
      if (erasures.coversValue(fact.record, fact.field, fact.stamp)) return true;
      const element = state.sets[fact.field]?.[fact.key];
      return (
        element !== undefined &&
        [...element.adds, ...element.removed].some(({ stamp }) => stamp === fact.stamp)
      );
    }
    case 'deletion':
      return (Object.entries(fact.covered) as [DeviceId, Stamp][]).every(
        ([device, stamp]) => (state.covered[device] ?? '') >= stamp,
      );
    case 'erasure':
      return (state.erases ?? []).some((each) => canonicalText({ ...each }) === fact.erasure);
    case 'life':
      return Object.values(state.newest).some(
        (stamp) => stamp.slice(17) === fact.stamp.slice(17) && stamp >= fact.stamp,
      );
  }
}

export function tellFact({ device, type, kind, record, stamp, ...fact }: Fact): string {
  const what = 'field' in fact ? fact.field : '';
  return `${device.name}'s ${type} ${what} of ${kind} ${record.slice(0, 6)} at ${stamp.slice(0, 16)}`;
}
