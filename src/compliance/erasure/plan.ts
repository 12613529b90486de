/** What an erasure of one customer would take: the dry run, and what stands against it. */

import type { RecordId } from '#base/ids.ts';
import type { Kind } from '#domain/catalogue.ts';
import type { Dossier, RecordState } from '#domain/record-state.ts';
import { isAlive, valueOf, valuesOf } from '#domain/values.ts';
import { entriesOf } from '../registers/registers.ts';

export interface ErasurePlan {
  /** Records that go, by kind, deleted ones too. */
  readonly counts: Readonly<Partial<Record<Kind, number>>>;
  readonly records: number;
  /** Values that stand no more and are kept for the history. */
  readonly pastValues: number;
  /** In force: nothing is erased while there is one (Art. 17(3) GDPR). */
  readonly holds: readonly Hold[];
  /** Requests for erasure that are open, the oldest first. */
  readonly requests: readonly OpenRequest[];
}

export interface Hold {
  readonly id: RecordId;
  readonly basis: string;
  /** ISO date. */
  readonly until: string;
}

export interface OpenRequest {
  readonly id: RecordId;
  readonly person: string;
  readonly isIdentityProven: boolean;
}

/** `today`: ISO date. A hold ends with its last day. */
export function planErasure(dossier: Dossier, workspace: Dossier, today: string): ErasurePlan {
  const counts: Partial<Record<Kind, number>> = {};
  let pastValues = 0;
  for (const state of dossier.values()) {
    counts[state.kind] = (counts[state.kind] ?? 0) + 1;
    pastValues += pastValuesOf(state);
  }
  return {
    counts,
    records: dossier.size,
    pastValues,
    holds: holdsIn(dossier, today),
    requests: openRequests(workspace),
  };
}

export function holdsIn(dossier: Dossier, today: string): readonly Hold[] {
  return [...dossier.values()].flatMap((state) => {
    if (state.kind !== 'hold' || !isAlive(state) || valueOf(state, 'lifted') !== null) return [];
    const { basis, until } = valuesOf(state);
    if (typeof until !== 'string' || until < today) return [];
    return [{ id: state.id, basis: typeof basis === 'string' ? basis : '', until }];
  });
}

function pastValuesOf({ fields, sets }: RecordState): number {
  const values = Object.values(fields).reduce(
    (sum, { length }) => sum + Math.max(length - 1, 0),
    0,
  );
  const elements = Object.values(sets).flatMap((set) => Object.values(set));
  return values + elements.filter(({ adds }) => adds.length === 0).length;
}

function openRequests(workspace: Dossier): readonly OpenRequest[] {
  return entriesOf(workspace, 'request')
    .map((state) => ({ id: state.id, values: valuesOf(state) }))
    .filter(({ values }) => values['type'] === 'erasure' && typeof values['answered'] !== 'string')
    .map(({ id, values }) => ({
      id,
      person: typeof values['person'] === 'string' ? values['person'] : '',
      isIdentityProven: values['identity'] === true,
    }))
    .reverse();
}
