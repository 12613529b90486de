/** Conflicts that arriving changes made, as somebody who reviews them sees them. */

import { conflictsOf } from '#domain/conflicts.ts';
import type { FieldValue } from '#domain/record-state.ts';
import { deviceOf } from '#domain/stamp.ts';
import { isAlive } from '#domain/values.ts';
import type { Book } from './book.ts';
import { WORKSPACE_DOSSIER } from './dossiers.ts';
import type { ConflictingValue, ConflictRef, OpenConflict } from './edits.ts';
import { nameOf } from './roster.ts';

/** The newest first. Those that were settled, or whose record is gone, are forgotten. */
export async function openConflicts(book: Book): Promise<readonly OpenConflict[]> {
  const open: OpenConflict[] = [];
  const listed = book.conflicts;
  const settled = new Set<ConflictRef>();
  for (const ref of listed) {
    const conflict = await openConflict(book, ref);
    if (conflict === 'settled') settled.add(ref);
    else if (conflict !== 'unreadable') open.push(conflict);
  }
  if (settled.size > 0) book.forgetConflicts(settled);
  return open.reverse();
}

async function openConflict(
  book: Book,
  ref: ConflictRef,
): Promise<OpenConflict | 'settled' | 'unreadable'> {
  const dossier = await book.dossier(ref.customer ?? WORKSPACE_DOSSIER);
  if (!dossier.ok) return 'unreadable';
  const state = dossier.value.get(ref.record);
  const customer = ref.customer === null ? undefined : dossier.value.get(ref.customer);
  if (state === undefined || !isAlive(state)) return 'settled';
  if (ref.customer !== null && (customer === undefined || !isAlive(customer))) return 'settled';
  const conflict = conflictsOf(state).find(
    ({ field, element }) => field === ref.field && element === ref.element,
  );
  const other = conflict?.lost[0];
  if (conflict?.differs !== true || other === undefined) return 'settled';
  const summary = ref.customer === null ? undefined : book.roster.summary(ref.customer);
  return {
    ...ref,
    kind: state.kind,
    customerName: summary === undefined ? '' : nameOf(summary),
    current: sideOf(conflict.current),
    other: sideOf(other),
  };
}

function sideOf({ value, at, stamp }: FieldValue): ConflictingValue {
  return { value, at, device: deviceOf(stamp) };
}
