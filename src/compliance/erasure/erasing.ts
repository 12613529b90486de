/**
 * Erasing a person (Art. 17 GDPR): one commit takes every value from records, leaves and search, and leaves the marks; what else may still
 * hold one, the journal and unfinished forms, follows at once, or with the next unlock where a crash came between.
 */

import type { RecordId } from '#base/ids.ts';
import { err, ok, type Result } from '#base/result.ts';
import type { Marker } from '#crypto/suppression.ts';
import type { RecordState } from '#domain/record-state.ts';
import { valueOf, valuesOf } from '#domain/values.ts';
import type { Session } from '#vault/session.ts';
import type { EditError } from '#vault/vault.ts';
import { isoDay } from '../calendar.ts';
import type { PersonalRoom } from '../personal-room.ts';
import { planErasure, type Hold } from './plan.ts';
import { marksOf } from './suppression.ts';

/** Somebody has to keep the data. */
export type Held = { readonly type: 'Held'; readonly holds: readonly Hold[] };
/** The request is not answered before it is known who asks (Art. 12(6) GDPR). */
export type IdentityNotProven = { readonly type: 'IdentityNotProven' };

export type EraseError = EditError | Held | IdentityNotProven;

export interface EraseOrder {
  readonly customer: RecordId;
  readonly reason: 'request' | 'retention' | 'other';
  /** The request that is answered by it. */
  readonly request?: RecordId;
}

/** Gives the erasure's id. */
export async function erasePerson(
  session: Eraser,
  { customer, reason, request }: EraseOrder,
  { marker, ...finishing }: Finishing & { readonly marker: Marker },
): Promise<Result<RecordId, EraseError>> {
  const { vault } = session;
  const dossier = await vault.openDossier(customer);
  if (!dossier.ok) return dossier;
  // A page of the log has a dossier too, and so have runs: no order reaches them.
  if (dossier.value.get(customer)?.kind !== 'customer') return err({ type: 'NotFound' });
  const plan = planErasure(dossier.value, vault.workspace, isoDay(finishing.now));
  if (plan.holds.length > 0) return err({ type: 'Held', holds: plan.holds });
  const isDoubted = plan.requests.some(
    ({ id, isIdentityProven }) => id === request && !isIdentityProven,
  );
  if (isDoubted) return err({ type: 'IdentityNotProven' });
  const people = [...dossier.value.values()].filter(({ kind }) => PEOPLE.has(kind)).map(valuesOf);
  const erased = await vault.erase([{ type: 'person', ids: [customer] }], {
    reason,
    records: plan.records,
    // Whose time was up may come back as somebody new.
    marks: reason === 'retention' ? [] : marksOf(people, marker),
    ...(request !== undefined && { request }),
  });
  if (!erased.ok) return erased;
  const finished = await finishErasures(session, finishing);
  const [erasure] = erased.value;
  if (!finished.ok) return finished;
  return erasure === undefined ? err({ type: 'NotFound' }) : ok(erasure);
}

const PEOPLE: ReadonlySet<string> = new Set(['customer', 'contact']);

/** Those with a reason: what prunes the log or takes a card number is nobody's erasure. */
export function erasuresIn(workspace: ReadonlyMap<RecordId, RecordState>): readonly RecordState[] {
  return [...workspace.values()]
    .filter((state) => state.kind === 'erasure' && valueOf(state, 'reason') !== null)
    .sort((a, b) => (a.created.stamp < b.created.stamp ? 1 : -1));
}

/** The open workspace, as far as erasing goes. */
export type Eraser = Pick<Session, 'vault' | 'role'>;

export interface Finishing {
  /** ms since 1970. */
  readonly now: number;
  /** Others are still to hear of it. */
  readonly hasStore: boolean;
  /** Whatever else may hold something of who is erased. */
  readonly rooms: readonly PersonalRoom[];
}

/** What follows every erasure, here or elsewhere. Done twice it changes nothing. */
export async function finishErasures(
  session: Eraser,
  { now, hasStore, rooms }: Finishing,
): Promise<Result<void, EditError>> {
  const { vault } = session;
  const open = erasuresIn(vault.workspace).filter((state) => valueOf(state, 'complete') === null);
  if (open.length === 0) return ok();
  for (const room of rooms) {
    const swept = await room.sweep();
    if (!swept.ok) return swept;
  }
  if (hasStore || session.role !== 'admin') return ok();
  const complete = new Date(now).toISOString();
  const saved = await vault.save(
    open.map(({ id }) => ({ record: id, kind: 'erasure', values: { complete } })),
  );
  return saved.ok ? ok() : saved;
}
