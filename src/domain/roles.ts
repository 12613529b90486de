/** Who may author what: the roles of members, and whether one allows a change. Receivers ask of others' changes what authors ask of their own. */

import {
  createPrefixedId,
  createRecordId,
  GLASS_PREFIX,
  RUN_PREFIX,
  STAFF_PREFIX,
  type RecordId,
} from '#base/ids.ts';
import { isAuditing, isAuditPage } from './audit-page.ts';
import { belongsTo, authorOf, type Kind } from './catalogue.ts';
import type { Change } from './change.ts';
import { WORKSPACE_DOSSIER } from './record-state.ts';

export type Role = 'admin' | 'member' | 'viewer';

/**
 * Reads nothing but the role and the change, so that all who receive it decide alike. A change that does not name its place as its kind
 * asks for would reach records of another kind: nobody may author it.
 */
export function mayAuthor(
  role: Role,
  change: Pick<Change, 'record' | 'kind' | 'customer' | 'erases'> & Partial<Change>,
): boolean {
  if (change.kind === 'audit' || isAuditPage(change.record)) return isAuditing(change);
  if (!isInItsPlace(change) || isAgainstTheLog(change)) return false;
  if (role === 'admin') return true;
  if (!isOfItsKind(change)) return false;
  if (role === 'viewer') return change.erases === undefined && authorOf(change.kind) === 'viewer';
  if (change.kind === 'erasure') return change.erases?.type === 'value';
  return change.erases === undefined && authorOf(change.kind) !== 'admin';
}

/** The log is pruned by whole pages; a single event goes with nothing. */
function isAgainstTheLog({ erases }: Pick<Change, 'erases'>): boolean {
  return erases !== undefined && erases.type !== 'person' && isAuditPage(erases.record);
}

/** Whoever named the workspace's own dossier as a customer could write into its members and fields. */
function isInItsPlace({
  record,
  kind,
  customer,
}: Pick<Change, 'record' | 'kind' | 'customer'>): boolean {
  if (record === WORKSPACE_DOSSIER || customer === WORKSPACE_DOSSIER) return false;
  if ((kind === 'run') !== record.startsWith(RUN_PREFIX)) return false;
  return (customer !== undefined) === (belongsTo(kind) === 'customer');
}

/** An id for a record of the kind. */
export function newRecordId(kind: Kind): RecordId {
  const prefix = prefixOf(kind);
  return prefix === '' ? createRecordId() : createPrefixedId(prefix);
}

/** The workspace's records share one dossier, so whoever may write one kind must be kept from those of another by what their ids begin with. */
function isOfItsKind({ record, kind }: Pick<Change, 'record' | 'kind'>): boolean {
  return belongsTo(kind) !== 'workspace' || record.startsWith(prefixOf(kind));
}

function prefixOf(kind: Kind): '' | typeof GLASS_PREFIX | typeof STAFF_PREFIX {
  if (kind === 'glass') return GLASS_PREFIX;
  const isShared = belongsTo(kind) === 'workspace' && authorOf(kind) !== 'admin';
  // A member's device erases single values.
  return isShared || kind === 'erasure' ? STAFF_PREFIX : '';
}
