/** Rules of retention: how long the records of a kind are kept, from when on, and what then (Art. 5(1)(e) GDPR; PIPL 19, 47). */

import type { RecordId } from '#base/ids.ts';
import type { Dossier } from '#domain/record-state.ts';
import type { AgingKind } from '#domain/summary.ts';
import { isAlive, valuesOf } from '#domain/values.ts';

export const COVERED = [
  'customer',
  'interaction',
  'transaction',
  'need',
  'feedback',
  'task',
] as const satisfies readonly ('customer' | AgingKind)[];

export type Covered = (typeof COVERED)[number];

/** An entry that can't stand without its person is anonymised by going. */
export type RetentionAction = 'erase' | 'anonymise' | 'review';

export interface RetentionRule {
  readonly id: RecordId;
  readonly covers: Covered;
  /** Calendar months. */
  readonly months: number;
  /** Of customers; entries count from a day of their own. */
  readonly trigger: 'created' | 'lastActivity';
  readonly action: RetentionAction;
}

/** Those in force, one of a kind: of two, the newer. */
export function rulesIn(workspace: Dossier): ReadonlyMap<Covered, RetentionRule> {
  const states = [...workspace.values()]
    .filter((state) => state.kind === 'retentionRule' && isAlive(state))
    .sort((a, b) => (a.created.stamp < b.created.stamp ? -1 : 1));
  const rules = new Map<Covered, RetentionRule>();
  for (const state of states) {
    const { covers, months, trigger, action, off } = valuesOf(state);
    const covered = COVERED.find((kind) => kind === covers);
    if (covered === undefined || typeof months !== 'number' || !(months >= 1)) continue;
    rules.delete(covered);
    if (off === true) continue;
    rules.set(covered, {
      id: state.id,
      covers: covered,
      months: Math.round(months),
      trigger: trigger === 'created' ? 'created' : 'lastActivity',
      action: action === 'erase' || action === 'anonymise' ? action : 'review',
    });
  }
  return rules;
}
