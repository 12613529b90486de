/**
 * Taking a state apart: the changes that make it. Applied to nothing, in any order, they give the state again; applied to any other state
 * of the record, what both say together.
 *
 * They need not be those that were once authored, of which a state keeps less than they said:
 *
 * * A removal keeps the stamp of the change that made it and not its author's clock. A clock is read of a value of the same stamp where
 *   there is one, else it is 0: it stands between the first change and the newest, where no clock of it is kept.
 * * Of all deletions a state keeps what they cover together, and when the newest was: they are said as that one. See: [Note: Hidden deletions].
 * * A value that was erased is said as null. The erasure, which the receiver has or will have, marks it again. Of an erased element
 *   nothing is left to say.
 * * A sign of life whose values are gone (pushed out, replaced by nothing, erased) is said as a change that sets nothing.
 * * What was written by a change that is a deletion as well (no good author makes one) is said with `deletes: {}`: a deletion that covers
 *   nothing, and no sign of life.
 */

import type { DeviceId } from '#base/ids.ts';
import type { Change, ElementKey, FieldName, Json, SetWrite, ValueWrite } from './change.ts';
import { inRun, type Run } from './edits.ts';
import { own } from './json.ts';
import type { FieldValue, Moment, RecordState } from './record-state.ts';
import { deviceOf, type Stamp } from './stamp.ts';

/**
 * With a run, only the changes whose stamps lie in it: the parts of an import that leaves hold.
 *
 * [Note: Hidden deletions] Where a deletion later than the run has hidden whether the run deleted the record too, the run's part says again,
 * under its last stamp, what all known deletions cover. Nobody learns anything wrong from it, since those reach everybody; and without it
 * others would never hear of what the run's own deletion alone had covered.
 */
export function changesOf(state: RecordState, run?: Run): Change[] {
  const parts = new Parts(state);
  for (const field of Object.keys(state.fields)) {
    for (const value of state.fields[field] ?? []) parts.write(field, value);
  }
  for (const [field, set] of Object.entries(state.sets)) {
    for (const [key, { adds, removed }] of Object.entries(set)) {
      for (const add of adds) parts.add(field, key, add);
      for (const { stamp, by, add } of removed) {
        if (add !== undefined) parts.add(field, key, add);
        for (const remover of by) parts.remove(field, key, stamp, remover);
      }
    }
  }
  for (const erasure of state.erases ?? []) parts.push(state.created, { erases: erasure });
  const changes = parts.finish();
  if (run === undefined) return changes;
  const isIn = inRun(run);
  const inside = changes.filter(({ stamp }) => isIn(stamp));
  const { deleted, created } = state;
  if (deleted !== undefined && deleted.stamp > run.to && created.stamp <= run.to) {
    inside.push(parts.deletion({ stamp: run.to, at: deleted.at }));
  }
  return inside;
}

type Says = Pick<Change, 'set' | 'deletes' | 'erases'>;

/** One of the changes while it is put together. */
interface Draft {
  readonly moment: Moment;
  readonly set: Record<FieldName, ValueWrite | DraftSet>;
}

interface DraftSet {
  readonly add: Record<ElementKey, Json>;
  readonly remove: Record<ElementKey, Stamp[]>;
}

class Parts {
  readonly #state: RecordState;
  readonly #drafts = new Map<Stamp, Draft[]>();
  readonly #others: Change[] = [];
  /** A moment of the record for each stamp of which one is known. */
  readonly #moments = new Map<Stamp, Moment>();

  constructor(state: RecordState) {
    this.#state = state;
    const { created, changed, deleted, revived } = state;
    for (const moment of [created, changed, deleted, revived]) {
      if (moment !== undefined) this.#note(moment);
    }
    for (const values of Object.values(state.fields)) values.forEach((value) => this.#note(value));
    for (const set of Object.values(state.sets)) {
      for (const { adds, removed } of Object.values(set)) {
        for (const add of adds) this.#note(add);
        for (const { add } of removed) if (add !== undefined) this.#note(add);
      }
    }
  }

  write(field: FieldName, { value, stamp, at, over }: FieldValue): void {
    const draft = this.#draft({ stamp, at }, ({ set }) => own(set, field) === undefined);
    draft.set[field] = over === undefined ? { value } : { value, over };
  }

  add(field: FieldName, key: ElementKey, { value, stamp, at }: FieldValue): void {
    const draft = this.#draft({ stamp, at }, ({ set }) => {
      const write = own(set, field);
      return write === undefined || (isSet(write) && own(write.add, key) === undefined);
    });
    setOf(draft, field).add[key] = value;
  }

  remove(field: FieldName, key: ElementKey, stamp: Stamp, by: Stamp): void {
    const draft = this.#draft(this.#momentOf(by), ({ set }) => {
      const write = own(set, field);
      return write === undefined || isSet(write);
    });
    const { remove } = setOf(draft, field);
    const stamps = own(remove, key);
    if (stamps === undefined) remove[key] = [stamp];
    else stamps.push(stamp);
  }

  push(moment: Moment, says: Says): void {
    this.#others.push(this.#change(moment, says));
  }

  deletion(moment: Moment): Change {
    const { id: record, kind, customer, covered } = this.#state;
    const head = { record, kind, stamp: moment.stamp, at: moment.at, deletes: { ...covered } };
    return customer === undefined ? head : { ...head, customer };
  }

  /** What was written, and what of the record's life that does not say yet. */
  finish(): Change[] {
    const { created, changed, deleted, revived, newest } = this.#state;
    const changes = [...this.#others];
    for (const drafts of this.#drafts.values()) {
      for (const { moment, set } of drafts) changes.push(this.#change(moment, { set: plain(set) }));
    }
    if (revived !== undefined) changes.push(this.#change(revived, {}));
    if (deleted !== undefined) changes.push(this.deletion(deleted));
    const isSaid = (moment: Moment) =>
      changes.some(({ stamp, at }) => stamp === moment.stamp && at === moment.at);
    for (const moment of [created, changed]) {
      if (!isSaid(moment)) changes.push(this.#change(moment, { set: {} }));
    }
    for (const stamp of Object.values(newest)) {
      const isLife = (change: Change) => change.stamp === stamp && change.deletes === undefined;
      if (!changes.some(isLife)) changes.push(this.#change(this.#momentOf(stamp), { set: {} }));
    }
    return changes;
  }

  #note(moment: Moment): void {
    if (!this.#moments.has(moment.stamp)) this.#moments.set(moment.stamp, moment);
  }

  #momentOf(stamp: Stamp): Moment {
    const known = this.#moments.get(stamp);
    return known === undefined ? { stamp, at: 0 } : { stamp, at: known.at };
  }

  /** The first of the moment's changes that has room for what is to be said. */
  #draft(moment: Moment, hasRoom: (draft: Draft) => boolean): Draft {
    const drafts = this.#drafts.get(moment.stamp) ?? [];
    const fitting = drafts.find((draft) => draft.moment.at === moment.at && hasRoom(draft));
    if (fitting !== undefined) return fitting;
    const draft: Draft = { moment: { stamp: moment.stamp, at: moment.at }, set: {} };
    drafts.push(draft);
    this.#drafts.set(moment.stamp, drafts);
    return draft;
  }

  /** Whatever is newer than the device's newest sign of life was said by a deletion. */
  #change({ stamp, at }: Moment, says: Says): Change {
    const { id: record, kind, customer, newest } = this.#state;
    const life = own<Stamp>(newest, deviceOf(stamp));
    const isDeletion = life === undefined || stamp > life;
    const head = customer === undefined ? { record, kind } : { record, kind, customer };
    return { ...head, stamp, at, ...says, ...(isDeletion && { deletes: NOTHING }) };
  }
}

const NOTHING: Readonly<Record<DeviceId, Stamp>> = {};

function isSet(write: ValueWrite | DraftSet): write is DraftSet {
  return 'remove' in write;
}

function setOf(draft: Draft, field: FieldName): DraftSet {
  const write = own(draft.set, field);
  if (write !== undefined && isSet(write)) return write;
  const set: DraftSet = { add: {}, remove: {} };
  draft.set[field] = set;
  return set;
}

function plain(set: Draft['set']): Record<FieldName, ValueWrite | SetWrite> {
  return Object.fromEntries(
    Object.entries(set).map(([field, write]) => [field, isSet(write) ? plainSet(write) : write]),
  );
}

function plainSet({ add, remove }: DraftSet): SetWrite {
  const adds = Object.keys(add).length > 0;
  const removes = Object.keys(remove).length > 0;
  if (adds && removes) return { add, remove };
  return adds ? { add } : { remove };
}
