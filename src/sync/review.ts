/** What people look at afterwards: conflicts that arrived, and changes that were held back. */

import type { RecordId } from '#base/ids.ts';
import { ok, type Result } from '#base/result.ts';
import { isSetType } from '#domain/catalogue.ts';
import type { Change, FieldName, Json, SetWrite } from '#domain/change.ts';
import { isList } from '#domain/json.ts';
import type { RecordState } from '#domain/record-state.ts';
import { isAlive, valueOf, valuesOf } from '#domain/values.ts';
import type { ConflictingValue, NewRecord } from '#vault/edits.ts';
import type { Session } from '#vault/session.ts';
import type { Edit } from '#vault/vault.ts';
import type { HeldSegment, Memory } from './memory.ts';
import type { ConflictView, HeldBackView } from './messages.ts';
import { openHeld } from './pull.ts';
import type { Round, RoundError } from './round.ts';

// ---- Conflicts ------------------------------------------------------------------------------------------------------

export async function conflictViews(session: Session): Promise<readonly ConflictView[]> {
  const named = ({ device, ...side }: ConflictingValue) => ({
    ...side,
    memberName: session.nameOf(device),
  });
  return (await session.vault.conflicts()).map(({ current, other, ...conflict }) => ({
    ...conflict,
    current: named(current),
    other: named(other),
  }));
}

// ---- Held back ------------------------------------------------------------------------------------------------------

export async function heldBackViews(
  session: Session,
  memory: Memory,
): Promise<readonly HeldBackView[]> {
  const views: HeldBackView[] = [];
  for (const held of memory.held.filter(({ settled }) => !settled)) {
    views.push({
      id: idOf(held),
      device: held.device,
      deviceName: session.nameOf(held.device),
      reason: held.reason,
      changes: held.changes,
      customers: await namesOf(session, held.customers),
      at: held.at,
    });
  }
  return views;
}

async function namesOf(
  session: Session,
  customers: readonly RecordId[],
): Promise<readonly string[]> {
  const names = await Promise.all(customers.map((each) => nameOfCustomer(session, each)));
  return [...new Set(names.filter((name) => name !== ''))];
}

async function nameOfCustomer(session: Session, customer: RecordId): Promise<string> {
  const dossier = await session.vault.openDossier(customer);
  const state = dossier.ok ? dossier.value.get(customer) : undefined;
  if (state === undefined) return '';
  const name = valueOf(state, 'name') ?? valueOf(state, 'company');
  return typeof name === 'string' ? name : '';
}

function idOf({ name, reason }: HeldSegment): string {
  return `${reason} ${name}`;
}

/** `apply`: the admin says the same again, as edits of their own, against what stands there now. */
export async function settleHeld(
  round: Round,
  id: string,
  choice: 'apply' | 'discard',
): Promise<Result<void, RoundError>> {
  const held = round.memory.held.find((each) => idOf(each) === id);
  if (held === undefined) return ok();
  if (choice === 'apply') {
    const said = await sayAgain(round, await openHeld(round, held));
    if (!said.ok) return said;
  }
  return round.remember({
    ...round.memory,
    held: round.memory.held.map((each) => (each === held ? { ...each, settled: true } : each)),
  });
}

async function sayAgain(
  { vault }: Round,
  changes: readonly Change[],
): Promise<Result<void, RoundError>> {
  const edits = new Map<RecordId, Edit & { readonly record: RecordId }>();
  const made: NewRecord[] = [];
  const deleted: { readonly record: RecordId; readonly customer?: RecordId }[] = [];
  for (const change of changes) {
    const { record, kind, customer } = change;
    // What a device's log tells, nobody can say again in its place.
    if (kind === 'audit') continue;
    const place = { record, kind, ...(customer !== undefined && { customer }) };
    const dossier = await vault.openDossier(customer ?? record);
    const state = dossier.ok ? dossier.value.get(record) : undefined;
    if (change.deletes !== undefined) {
      if (state !== undefined && isAlive(state)) {
        deleted.push({ record, ...(customer !== undefined && { customer }) });
      }
      continue;
    }
    const before = edits.get(record)?.values ?? made.find((each) => each.record === record)?.values;
    const values = { ...before, ...valuesAfter(vault.fieldsOf(kind), state, before, change) };
    if (state === undefined) {
      const index = made.findIndex((each) => each.record === record);
      if (index === -1) made.push({ ...place, values });
      else made[index] = { ...place, values };
    } else {
      edits.set(record, { ...place, values });
    }
  }
  if (made.length > 0) {
    const added = await vault.add(made);
    if (!added.ok) return added;
  }
  if (edits.size > 0) {
    const saved = await vault.save([...edits.values()]);
    if (!saved.ok) return saved;
  }
  if (deleted.length > 0) {
    const removed = await vault.remove(deleted);
    if (!removed.ok) return removed;
  }
  return ok();
}

/** The fields that a change writes, as an edit gives them: sets whole. */
function valuesAfter(
  fields: ReturnType<Round['vault']['fieldsOf']>,
  state: RecordState | undefined,
  before: Readonly<Record<FieldName, Json>> | undefined,
  { set = {} }: Change,
): Record<FieldName, Json> {
  const present = { ...(state === undefined ? {} : valuesOf(state)), ...before };
  const values: Record<FieldName, Json> = {};
  for (const { name, type } of fields) {
    const write = set[name];
    if (write === undefined) continue;
    if ('value' in write) values[name] = write.value;
    else if (isSetType(type)) values[name] = elementsAfter(present[name], write);
  }
  return values;
}

function elementsAfter(
  present: Json | undefined,
  { add = {}, remove = {} }: SetWrite,
): readonly Json[] {
  const elements = new Map<string, Json>();
  for (const element of present !== undefined && isList(present) ? present : []) {
    elements.set(keyOf(element), element);
  }
  for (const key of Object.keys(remove)) if (!(key in add)) elements.delete(key);
  for (const [key, value] of Object.entries(add)) {
    const isTag = value === null || typeof value !== 'object' || isList(value);
    elements.set(key, isTag ? key : { ...value, id: key });
  }
  return [...elements.values()];
}

function keyOf(element: Json): string {
  if (typeof element === 'string') return element;
  if (element === null || typeof element !== 'object' || isList(element)) return '';
  const { id } = element;
  return typeof id === 'string' ? id : '';
}
