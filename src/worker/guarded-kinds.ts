/** Kinds of records that the verbs for any record do not reach just so: else they would be a way around the verbs that ask for a step-up. */

import { isReserved, type RecordId } from '#base/ids.ts';
import { err, ok, type Result } from '#base/result.ts';
import type { StepUpNeeded } from '#compliance/messages.ts';
import type { Kind } from '#domain/catalogue.ts';
import { inverseOf } from '#domain/edits.ts';
import type { Dossier, RecordState } from '#domain/record-state.ts';
import type { ConflictRef, Edit, UndoToken } from '#vault/vault.ts';

/** Written by verbs of their own alone, which ask for a step-up, keep to a time, or tell what was found. */
const BY_OWN_VERBS: ReadonlySet<Kind> = new Set([
  'workspace',
  'member',
  'field',
  'policy',
  'pack',
  'policyTask',
  'attestation',
  'run',
  'glass',
  'cardFinding',
  'erasure',
  'audit',
]);
/** Written by a form like any other, but they say what is erased. */
const POLICIES: ReadonlySet<Kind> = new Set(['retentionRule']);

type Passed = Result<void, { readonly type: 'NotPermitted' } | StepUpNeeded>;

export interface Doors {
  readonly workspace: Dossier;
  readonly isSteppedUp: boolean;
}

export function maySave(edits: readonly Edit[], { workspace, isSteppedUp }: Doors): Passed {
  const kinds = edits.flatMap(({ kind, record }) => [kind, ...kindOf(record, workspace)]);
  return passed(kinds, isSteppedUp);
}

export function mayRemove(
  records: readonly { readonly record: RecordId }[],
  { workspace, isSteppedUp }: Doors,
): Passed {
  if (records.some(({ record }) => isReserved(record))) return err({ type: 'NotPermitted' });
  const kinds = records.flatMap(({ record }) => kindOf(record, workspace));
  return passed(kinds, isSteppedUp);
}

/** What a step said of such a record is taken back after a step-up; the fields that an import made go with it. */
export function mayUndo(
  token: UndoToken,
  { workspace, isSteppedUp }: Doors,
): Result<void, StepUpNeeded> {
  if (isSteppedUp) return ok();
  const isTouched = [...workspace.values()].some((state) => {
    if (!BY_OWN_VERBS.has(state.kind) && !POLICIES.has(state.kind)) return false;
    const inverse = inverseOf(state, token, token.to, 0);
    return inverse !== undefined && !(state.kind === 'field' && isMadeBy(token, state));
  });
  return isTouched ? err({ type: 'StepUpNeeded' }) : ok();
}

/** Of a record of the workspace's own it may be the policy. */
export function maySettle({ customer }: ConflictRef, isSteppedUp: boolean): boolean {
  return customer !== null || isSteppedUp;
}

function passed(kinds: readonly Kind[], isSteppedUp: boolean): Passed {
  if (kinds.some((kind) => BY_OWN_VERBS.has(kind))) return err({ type: 'NotPermitted' });
  const isPolicy = kinds.some((kind) => POLICIES.has(kind));
  return isPolicy && !isSteppedUp ? err({ type: 'StepUpNeeded' }) : ok();
}

function kindOf(record: RecordId | undefined, workspace: Dossier): readonly Kind[] {
  const state = record === undefined ? undefined : workspace.get(record);
  return state === undefined ? [] : [state.kind];
}

function isMadeBy({ from, to }: UndoToken, { created: { stamp } }: RecordState): boolean {
  return stamp >= from && stamp <= to;
}
