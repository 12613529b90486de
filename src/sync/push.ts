/**
 * Pushing: this device's changes since the last segment are cut into the next ones, stand in the outbox before the first byte leaves, and
 * are put into the store. PROTOCOL.md section 5.
 */

import { equalBytes } from '#base/bytes.ts';
import type { DeviceId } from '#base/ids.ts';
import { assert, err, ok, type Result } from '#base/result.ts';
import { sealObject, type SealedObject } from '#crypto/sealed-object.ts';
import type { Change } from '#domain/change.ts';
import { changeLine } from '#domain/change-lines.ts';
import type { Run } from '#domain/edits.ts';
import { changesOf } from '#domain/partition.ts';
import type { Stamp } from '#domain/stamp.ts';
import { mayAuthor } from '#domain/roles.ts';
import { withErasures } from './erasure.ts';
import type { Memory } from './memory.ts';
import type { Round, RoundError } from './round.ts';
import { encodeSegment, type Seen } from './segment.ts';

/** Sealed, with header and signature. */
const SEGMENT_BYTES = 1024 * 1024;
/** Text that surely compresses into a segment; more is tried as long as it does. */
const FIRST_TEXT = 1024 * 1024;
const MOST_TEXT = 12 * 1024 * 1024;
/** Entries of others' changes that the journal keeps before the cursor passes them by. */
const FOREIGN_ENTRIES = 64;

/** Sends what waits in the outbox, then cuts and sends what was changed since. Tells how many segments were put. */
export async function push(round: Round): Promise<Result<number, RoundError>> {
  const waiting = await sendOutbox(round);
  if (!waiting.ok) return waiting;
  let sent = waiting.value;
  const cutter = new Cutter(round);
  const { journalEnd } = round.vault;
  for await (const outgoing of round.vault.outgoing(round.memory.through)) {
    if (!outgoing.ok) return outgoing;
    if (round.signal.aborted) return err({ type: 'Stopped' });
    const { changes, entry, last } = outgoing.value;
    const cut = await cutter.add(changes.filter(isLeft(round)), last ? entry : null);
    if (!cut.ok) return cut;
  }
  const cut = await cutter.finish(journalEnd);
  if (!cut.ok) return cut;
  const fresh = await sendOutbox(round);
  if (!fresh.ok) return fresh;
  sent += fresh.value;
  return ok(sent);
}

/** Nothing of whom somebody erased goes out any more. */
function isLeft({ vault }: Round): (change: Change) => boolean {
  return ({ record, customer }) =>
    !vault.isErased(record) && (customer === undefined || !vault.isErased(customer));
}

/** All that this device ever said and that still stands, once more: for a store that has missed some of it, which applying twice does no harm. */
export async function cutEverything(round: Round): Promise<Result<void, RoundError>> {
  const cutter = new Cutter(round);
  const { journalEnd } = round.vault;
  const run: Run = {
    from: `${'0'.repeat(16)}-${round.device}` as Stamp,
    to: `${'f'.repeat(16)}-${round.device}` as Stamp,
  };
  for await (const dossier of round.vault.dossiers(round.signal)) {
    if (!dossier.ok) return dossier;
    const changes = dossier.value.flatMap((state) => changesOf(state, run));
    const cut = await cutter.add(changes, null);
    if (!cut.ok) return cut;
  }
  if (round.signal.aborted) return err({ type: 'Stopped' });
  return cutter.finish(journalEnd);
}

/** A segment without changes, that says what this device has applied. */
export async function cutContext(round: Round): Promise<Result<void, RoundError>> {
  const sealed = await sealSegment(round, round.memory, []);
  return keep(round, [sealed], null);
}

/** Gathers changes until they fill a segment. */
class Cutter {
  readonly #round: Round;
  #changes: Change[] = [];
  #length = 0;
  #text = FIRST_TEXT;
  /** The newest journal entry all of whose changes are gathered. */
  #entry: number | null = null;

  constructor(round: Round) {
    this.#round = round;
  }

  async add(changes: readonly Change[], entry: number | null): Promise<Result<void, RoundError>> {
    for (const change of changes) {
      const { length } = changeLine(change);
      if (this.#length > 0 && this.#length + length > this.#text) {
        const cut = await this.#cut(null);
        if (!cut.ok) return cut;
      }
      this.#changes.push(change);
      this.#length += length + 1;
    }
    if (entry !== null) this.#entry = entry;
    return ok();
  }

  /** Entries of others' changes need no cutting; once there are many, the journal may let go of them too. */
  finish(journalEnd: number): Promise<Result<void, RoundError>> {
    const through = Math.max(this.#entry ?? 0, journalEnd);
    const isIdle = this.#changes.length === 0 && this.#entry === null;
    if (isIdle && through - this.#round.memory.through < FOREIGN_ENTRIES) {
      return Promise.resolve(ok());
    }
    return this.#cut(through);
  }

  /** A full segment in the middle of an entry moves no cursor: after a crash its entry is cut once more, which alters nothing. */
  async #cut(through: number | null): Promise<Result<void, RoundError>> {
    const changes = this.#changes;
    const text = this.#length;
    this.#changes = [];
    this.#length = 0;
    if (changes.length === 0) return keep(this.#round, [], through);
    const { role, memory } = this.#round;
    if (!memory.isOverruled && !changes.every((change) => mayAuthor(role, change))) {
      const noted = await this.#round.remember({ ...memory, isOverruled: true });
      if (!noted.ok) return noted;
    }
    const sealed = await sealSegments(this.#round, this.#round.memory, changes);
    const largest = Math.max(...sealed.map(({ bytes }) => bytes.length));
    const room = (0.9 * SEGMENT_BYTES * text) / Math.max(largest * sealed.length, 1);
    this.#text = Math.min(MOST_TEXT, Math.max(FIRST_TEXT, Math.floor(room)));
    return keep(this.#round, sealed, through, changes);
  }
}

/** As few segments as hold the changes: halves, where they do not compress as hoped. */
async function sealSegments(
  round: Round,
  after: Pick<Memory, 'own'>,
  changes: readonly Change[],
): Promise<readonly SealedObject[]> {
  const sealed = await sealSegment(round, after, changes);
  if (sealed.bytes.length <= SEGMENT_BYTES || changes.length === 1) return [sealed];
  const middle = Math.ceil(changes.length / 2);
  const first = await sealSegments(round, after, changes.slice(0, middle));
  const own = { seq: after.own.seq + first.length, hash: first.at(-1)?.hash ?? after.own.hash };
  const second = await sealSegments(round, { own }, changes.slice(middle));
  return [...first, ...second];
}

function sealSegment(
  round: Round,
  { own }: Pick<Memory, 'own'>,
  changes: readonly Change[],
): Promise<SealedObject> {
  const { keys, membership } = round;
  const epochKey = keys.keyOf(keys.current);
  assert(epochKey, 'the current epoch has a key');
  return sealObject(
    {
      kind: 'segment',
      workspace: round.session.workspace,
      device: round.device,
      number: own.seq + 1,
      epoch: keys.current,
      previous: own.hash,
      membership: membership.position,
    },
    encodeSegment({ seen: seenBy(round), changes }),
    { epochKey, signing: round.deviceKeys.signing },
  );
}

function seenBy(round: Round): Seen {
  return new Map<DeviceId, { seq: number; hash: string }>(round.vault.vector);
}

/** Into the outbox, with the cursor that says that they are cut: from here on their bytes are fixed. */
function keep(
  round: Round,
  sealed: readonly SealedObject[],
  through: number | null,
  changes: readonly Change[] = [],
): Promise<Result<void, RoundError>> {
  const { names, device } = round;
  const seq = round.memory.own.seq + sealed.length;
  const memory = withErasures(round.memory, device, seq, changes);
  const put = sealed.map(({ bytes }, index) => ({
    name: names.segment(device, memory.own.seq + 1 + index),
    bytes,
    outgoing: true,
  }));
  const last = sealed.at(-1);
  const own = last === undefined ? memory.own : { seq, hash: last.hash };
  const { since } = memory;
  return round.remember(
    {
      ...memory,
      own,
      through: through ?? memory.through,
      since: {
        segments: since.segments + sealed.length,
        bytes: since.bytes + sealed.reduce((sum, { bytes }) => sum + bytes.length, 0),
      },
    },
    { put, ...(through !== null && { cutThrough: through }) },
  );
}

/** Puts, in their order, what was cut and is not known to be in the store. The same bytes every time. */
async function sendOutbox(round: Round): Promise<Result<number, RoundError>> {
  let sent = 0;
  for (const { name, bytes } of await round.session.outgoingObjects()) {
    if (round.signal.aborted) return err({ type: 'Stopped' });
    const put = await putExactly(round, name, bytes);
    if (!put.ok) return put;
    const remembered = await round.remember(round.memory, { sent: [name] });
    if (!remembered.ok) return remembered;
    sent++;
  }
  return ok(sent);
}

/**
 * A name that is taken by the same bytes is a success whose answer was lost (`there`); by others, somebody goes by this device's name,
 * or another device (`author`) has two histories.
 */
export async function putExactly(
  round: Round,
  name: string,
  bytes: Uint8Array<ArrayBuffer>,
  author: DeviceId = round.device,
): Promise<Result<'created' | 'there', RoundError>> {
  const put = await round.store.put(name, bytes);
  if (!put.ok) return put;
  if (put.value === 'created') return ok('created');
  const there = await round.store.get(name);
  if (!there.ok) return there;
  if (there.value === null) return err({ type: 'Busy', status: 412 });
  if (equalBytes(there.value, bytes)) return ok('there');
  const isOwn = author === round.device;
  const alarmed = await round.alarm(isOwn ? 'cloned' : 'forked', { device: author, name });
  return alarmed.ok ? err({ type: 'Paused' }) : alarmed;
}
