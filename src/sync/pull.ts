/**
 * Pulling: every segment that others have written since, checked before it is opened, applied with the cursor that says so. What must
 * not be taken in is kept and listed. PROTOCOL.md sections 4.2 and 5.
 */

import type { DeviceId } from '#base/ids.ts';
import { assert, err, ok, type Result } from '#base/result.ts';
import {
  epochAt,
  hashAt,
  isActiveAt,
  roleAt,
  timeAt,
  type LogPosition,
  type Member,
  type Role,
} from '#crypto/membership.ts';
import {
  isObjectSignedBy,
  objectHash,
  openObject,
  readObjectHeader,
} from '#crypto/sealed-object.ts';
import type { Change } from '#domain/change.ts';
import { mayAuthor } from '#domain/roles.ts';
import { deviceOf, timeOf, type Stamp } from '#domain/stamp.ts';
import type { Position } from '#vault/vault.ts';
import { withErasures } from './erasure.ts';
import { withAlarm, type HeldSegment, type KnownHead, type Memory } from './memory.ts';
import type { AlarmType } from './messages.ts';
import { inParallel } from './parallel.ts';
import type { Round, RoundError } from './round.ts';
import { decodeSegment, type Seen } from './segment.ts';

export interface Pulled {
  readonly changes: number;
  /** Segments were needed that are no longer in the store: a snapshot has taken their place. */
  readonly needsSnapshot: boolean;
}

/** A segment that is what its name says, by somebody who was a member. */
interface CheckedSegment {
  readonly name: string;
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly seq: number;
  readonly hash: string;
  readonly membershipN: number;
  readonly seen: Seen;
  readonly changes: readonly Change[];
}

/** Changes applied in one commit; a larger run of segments takes several. */
const BATCH_CHANGES = 5_000;
/** Segments fetched at once. */
const AT_ONCE = 4;
const YEAR_MS = 365.25 * 24 * 60 * 60 * 1000;
const FAR_FUTURE_MS = 40 * YEAR_MS;

export async function pull(round: Round): Promise<Result<Pulled, RoundError>> {
  let changes = 0;
  let needsSnapshot = false;
  // What one device's segments say they had seen may let in more of a device that was removed, or has a lower role.
  for (let again = true; again;) {
    again = false;
    for (const [device, member] of round.membership.devices) {
      if (device === round.device) continue;
      const pulled = await pullDevice(round, device, member);
      if (!pulled.ok) return pulled;
      changes += pulled.value.changes;
      needsSnapshot ||= pulled.value.needsSnapshot;
      again ||= pulled.value.changes > 0 || pulled.value.advanced;
    }
    const letIn = again ? await reconsider(round) : ok(0);
    if (!letIn.ok) return letIn;
    changes += letIn.value;
  }
  const noticed = await noteWithheld(round);
  return noticed.ok ? ok({ changes, needsSnapshot }) : noticed;
}

/** Up to which of its segments a device's word counts. */
export function acceptedOf(round: Round, device: DeviceId, member: Member): number {
  const { removedAt, removedLast } = member;
  if (removedAt === undefined) return Number.MAX_SAFE_INTEGER;
  return witnessedBefore(round, device, removedAt, removedLast?.seq ?? 0);
}

/** What a record names as a device's last, or what others had applied of it before they could know of the record. */
function witnessedBefore(round: Round, device: DeviceId, record: number, last: number): number {
  const before = Object.entries(round.memory.witnessed[device] ?? {}).flatMap(([n, seq]) =>
    Number(n) < record ? [seq] : [],
  );
  return Math.max(last, ...before);
}

/** The role by which a segment is judged: a lowering reaches no further back than a removal would. */
function roleOf(
  round: Round,
  device: DeviceId,
  member: Member,
  place: { readonly seq: number; readonly membershipN: number },
): Role {
  const roles = member.roles.map((change) => {
    const { from, last } = change;
    if (last === undefined) return change;
    return { ...change, last: { ...last, seq: witnessedBefore(round, device, from, last.seq) } };
  });
  return roleAt({ ...member, roles }, place);
}

async function pullDevice(
  round: Round,
  device: DeviceId,
  member: Member,
): Promise<Result<Pulled & { readonly advanced: boolean }, RoundError>> {
  const head = round.memory.heads[device];
  const newest = Math.max(head?.seq ?? 0, newestSeen(round, device));
  const accepted = acceptedOf(round, device, member);
  let position: Position = round.positionOf(device);
  let applied = 0;
  const from = position.seq;
  for (;;) {
    const seqs = run(position.seq + 1, Math.min(newest, accepted), AT_ONCE * 4);
    if (seqs.length === 0) break;
    const checked = await readSegments(round, device, member, position, seqs, head);
    if (!checked.ok) return checked;
    const { segments, end } = checked.value;
    const taken = await takeIn(round, device, member, segments);
    if (!taken.ok) return taken;
    applied += taken.value;
    position = round.positionOf(device);
    if (end === 'gone')
      return ok({ changes: applied, needsSnapshot: true, advanced: position.seq > from });
    if (end === 'stopped') break;
  }
  if (newest > accepted) {
    const held = await holdBack(round, device, member, accepted, newest);
    if (!held.ok) return held;
  }
  return ok({ changes: applied, needsSnapshot: false, advanced: position.seq > from });
}

/** How far others say that they have applied a device. */
function newestSeen(round: Round, device: DeviceId): number {
  return Math.max(0, ...Object.values(round.memory.witnessed[device] ?? {}));
}

function run(from: number, to: number, most: number): readonly number[] {
  return Array.from(
    { length: Math.max(0, Math.min(to - from + 1, most)) },
    (_, index) => from + index,
  );
}

// ---- Reading and checking -------------------------------------------------------------------------------------------

interface Checked {
  readonly segments: readonly CheckedSegment[];
  /** `stopped`: the rest can't be read now; `gone`: what comes next was collected. */
  readonly end: 'complete' | 'stopped' | 'gone';
}

async function readSegments(
  round: Round,
  device: DeviceId,
  member: Member,
  from: Position,
  seqs: readonly number[],
  head: KnownHead | undefined,
): Promise<Result<Checked, RoundError>> {
  const got = await inParallel(seqs, AT_ONCE, async (seq) => {
    const name = round.names.segment(device, seq);
    const kept = await round.session.keptObject(name);
    return kept === undefined ? round.store.get(name) : ok(kept);
  });
  const segments: CheckedSegment[] = [];
  let previous = from.hash;
  for (const [index, seq] of seqs.entries()) {
    const fetched = got[index];
    const name = round.names.segment(device, seq);
    if (fetched?.ok !== true) return fetched ?? err({ type: 'Stopped' });
    if (fetched.value === null) return absent(round, device, seq, name, segments);
    const checked = await checkSegment(round, fetched.value, {
      device,
      member,
      seq,
      previous,
      name,
      head,
    });
    if (!checked.ok) {
      if (checked.error === 'later') {
        const missing = await round.missing(name);
        if (!missing.ok) return missing;
        if (!missing.value) return ok({ segments, end: 'stopped' });
      }
      const type: AlarmType = checked.error === 'later' ? 'withheld' : checked.error;
      const alarmed = await round.alarm(type, { device, name });
      return alarmed.ok ? ok({ segments, end: 'stopped' }) : alarmed;
    }
    segments.push(checked.value);
    previous = checked.value.hash;
  }
  return ok({ segments, end: 'complete' });
}

/** A segment that a head or somebody's `seen` names, and that is not there: on its way, collected, or withheld. */
async function absent(
  round: Round,
  device: DeviceId,
  seq: number,
  name: string,
  segments: readonly CheckedSegment[],
): Promise<Result<Checked, RoundError>> {
  const [covered] = round.memory.snapshot?.vector[device] ?? [0];
  if (covered >= seq) return ok({ segments, end: 'gone' });
  const missing = await round.missing(name);
  if (!missing.ok) return missing;
  if (missing.value) {
    const alarmed = await round.alarm('withheld', { device, name });
    if (!alarmed.ok) return alarmed;
    return ok({ segments, end: 'gone' });
  }
  return ok({ segments, end: 'stopped' });
}

interface Place {
  readonly device: DeviceId;
  readonly member: Member;
  readonly seq: number;
  readonly previous: string;
  readonly name: string;
  readonly head: KnownHead | undefined;
}

/** Everything that section 5 of the protocol asks of a reader, before anything of it is believed. `later`: it needs membership records that are not there yet. */
async function checkSegment(
  round: Round,
  bytes: Uint8Array<ArrayBuffer>,
  { device, member, seq, previous, name, head }: Place,
): Promise<
  Result<CheckedSegment, 'damaged' | 'forgedSegment' | 'forked' | 'needsNewer' | 'later'>
> {
  // What claims to be newer counts only where its author has signed that, else one flipped bit would stop a log.
  if (!(await isObjectSignedBy(bytes, member.signing))) return err('damaged');
  const header = readObjectHeader(bytes);
  if (!header.ok) return err(header.error.type === 'NewerFormat' ? 'needsNewer' : 'damaged');
  const { kind, workspace, number, epoch, membership } = header.value;
  const isItsName =
    kind === 'segment' &&
    workspace === round.session.workspace &&
    header.value.device === device &&
    number === seq;
  if (!isItsName) return err('forgedSegment');
  const hash = await objectHash(bytes);
  if (head?.seq === seq && !hash.startsWith(head.hash)) return err('forked');
  if (lastNamed(member).some((last) => last.seq === seq && last.hash !== hash))
    return err('forked');
  if (header.value.previous !== previous) return err('forked');
  if (membership.n > round.membership.position.n) return err('later');
  if (hashAt(round.membership, membership.n) !== membership.hash) return err('forgedSegment');
  if (!isActiveAt(member, membership.n)) return err('forgedSegment');
  if (epoch < (epochAt(round.membership, membership.n) ?? 0)) return err('forgedSegment');
  const key = round.keys.keyOf(epoch);
  if (key === undefined) return err('later');
  const opened = await openObject(bytes, key);
  if (!opened.ok) return err(opened.error.type === 'NewerFormat' ? 'needsNewer' : 'damaged');
  const body = decodeSegment(opened.value);
  if (body === 'newer') return err('needsNewer');
  if (body === null) return err('damaged');
  return ok({ name, bytes, seq, hash, membershipN: membership.n, ...body });
}

/** What the records that removed a device or lowered its role name as its last. */
function lastNamed({ removedLast, roles }: Member): readonly LogPosition[] {
  return [
    ...roles.flatMap(({ last }) => last ?? []),
    ...(removedLast === undefined ? [] : [removedLast]),
  ];
}

// ---- Taking in ------------------------------------------------------------------------------------------------------

async function takeIn(
  round: Round,
  device: DeviceId,
  member: Member,
  segments: readonly CheckedSegment[],
): Promise<Result<number, RoundError>> {
  let count = 0;
  let batch: Change[] = [];
  let last: CheckedSegment | undefined;
  let isInformed = true;
  const receive = async (): Promise<Result<void, RoundError>> => {
    if (last === undefined) return ok();
    const positions = new Map([[device, { seq: last.seq, hash: last.hash }]]);
    const { lead } = round;
    const received = await round.vault.receive({ changes: batch, positions, lead, isInformed });
    if (!received.ok) return received;
    count += batch.length;
    batch = [];
    last = undefined;
    isInformed = true;
    return ok();
  };
  // Who had applied what is remembered before it is used, so that a crash in between makes no difference.
  const kept = await keep(round, device, segments);
  if (!kept.ok) return kept;
  for (const segment of segments) {
    const { changes, held } = judgeChanges(round, device, member, segment);
    if (held !== null) {
      const listed = await list(round, held);
      if (!listed.ok) return listed;
    }
    if (batch.length > 0 && batch.length + changes.length > BATCH_CHANGES) {
      const received = await receive();
      if (!received.ok) return received;
    }
    const noted = await round.remember(withErasures(round.memory, device, segment.seq, changes));
    if (!noted.ok) return noted;
    batch.push(...changes);
    last = segment;
    isInformed &&= knewAll(round, device, segment.seen);
  }
  const received = await receive();
  return received.ok ? ok(count) : received;
}

/** Whether an author had applied every segment that stands here, and every one of this device's own. */
function knewAll({ vault, device, memory }: Round, author: DeviceId, seen: Seen): boolean {
  const knew = (of: DeviceId, seq: number): boolean => (seen.get(of)?.seq ?? 0) >= seq;
  return (
    knew(device, memory.own.seq) &&
    [...vault.vector].every(([of, { seq }]) => of === author || knew(of, seq))
  );
}

/** Keeps the sealed bytes, to fill a store again that has lost them, and what their author had applied. */
async function keep(
  round: Round,
  author: DeviceId,
  segments: readonly CheckedSegment[],
): Promise<Result<void, RoundError>> {
  let { memory } = round;
  // Histories that have parted once stay apart: the newest word tells.
  const newestSaid = segments.at(-1)?.seen ?? new Map();
  for (const device of await devicesSeenOtherwise(round, newestSaid)) {
    memory = withAlarm(memory, 'forked', round.clock.now(), { device });
  }
  for (const { seen, membershipN, bytes } of segments) {
    memory = withWitness(memory, author, onlyMembers(round, seen), membershipN);
    const { since } = memory;
    memory = {
      ...memory,
      since: { segments: since.segments + 1, bytes: since.bytes + bytes.length },
    };
  }
  const waiting = Object.fromEntries(
    Object.entries(memory.waiting).filter(([name]) => !segments.some((each) => each.name === name)),
  );
  const newest = segments.at(-1)?.seq ?? 0;
  // What others had applied before they knew of a removal is held back no longer.
  const held = memory.held.filter(
    (each) => each.device !== author || each.reason !== 'removed' || each.seq > newest,
  );
  return round.remember(
    { ...memory, waiting, held },
    { put: segments.map(({ name, bytes }) => ({ name, bytes, outgoing: false })) },
  );
}

/** Devices of whose segment the author has read another content than stands here. */
async function devicesSeenOtherwise(round: Round, seen: Seen): Promise<readonly DeviceId[]> {
  const otherwise: DeviceId[] = [];
  for (const [device, { seq, hash }] of seen) {
    const known = await hashOf(round, device, seq);
    if (known !== null && !known.startsWith(hash)) otherwise.push(device);
  }
  return otherwise;
}

/** Of a segment that was read here, or cut: from what is kept of it, where others came behind it. */
async function hashOf(round: Round, device: DeviceId, seq: number): Promise<string | null> {
  const position = round.positionOf(device);
  if (position.seq <= seq) return position.seq === seq ? position.hash : null;
  const kept = await round.session.keptObject(round.names.segment(device, seq));
  return kept === undefined ? null : objectHash(kept);
}

/** Whatever an author makes up takes no room here. */
function onlyMembers({ membership }: Round, seen: Seen): Seen {
  return new Map([...seen].filter(([device]) => membership.devices.has(device)));
}

function withWitness(memory: Memory, author: DeviceId, seen: Seen, membershipN: number): Memory {
  const witnessed = { ...memory.witnessed };
  for (const [device, { seq }] of seen) {
    if (device === author) continue;
    const known = witnessed[device]?.[membershipN] ?? 0;
    if (seq > known) witnessed[device] = { ...witnessed[device], [membershipN]: seq };
  }
  return { ...memory, witnessed };
}

/** What of a segment is applied, and what is held back of it or instead of it. */
function judgeChanges(
  round: Round,
  device: DeviceId,
  member: Member,
  segment: CheckedSegment,
): { readonly changes: readonly Change[]; readonly held: HeldSegment | null } {
  const { changes, seq, membershipN } = segment;
  const hold = (reason: HeldSegment['reason'], refused: readonly Change[]): HeldSegment =>
    heldSegment(round, device, segment, reason, refused);
  if (changes.some(({ stamp }) => deviceOf(stamp) !== device)) {
    return { changes: [], held: hold('foreignStamp', changes) };
  }
  const bound = latestStamp(round, membershipN);
  if (changes.some((change) => stampsOf(change).some((stamp) => timeOf(stamp) > bound))) {
    return { changes: [], held: hold('farFuture', changes) };
  }
  const role = roleOf(round, device, member, { seq, membershipN });
  const allowed: Change[] = [];
  const refused: Change[] = [];
  for (const change of changes) (mayAuthor(role, change) ? allowed : refused).push(change);
  return { changes: allowed, held: refused.length === 0 ? null : hold('role', refused) };
}

/** Beyond it, ms since 1970, no stamp is taken in of an author who had read the membership log up to a record. */
export function latestStamp({ membership }: Round, membershipN: number): number {
  return (timeAt(membership, membershipN) ?? 0) + FAR_FUTURE_MS;
}

/** What moves clocks, and what a deletion covers for ever. */
function stampsOf({ stamp, deletes = {} }: Change): readonly Stamp[] {
  return [stamp, ...Object.values(deletes)];
}

function heldSegment(
  round: Round,
  device: DeviceId,
  { seq, name, hash }: CheckedSegment,
  reason: HeldSegment['reason'],
  changes: readonly Change[],
): HeldSegment {
  const customers = new Set(changes.map(({ customer, record }) => customer ?? record));
  return {
    device,
    seq,
    name,
    hash,
    reason,
    changes: changes.length,
    customers: [...customers].slice(0, CUSTOMERS_NAMED),
    at: round.clock.now(),
    // Nothing in it that anybody would miss.
    settled: changes.length === 0,
  };
}

const CUSTOMERS_NAMED = 5;

// ---- Holding back ---------------------------------------------------------------------------------------------------

/** What a removed device wrote after what is accepted of it: kept as it is, for an admin to look at. */
async function holdBack(
  round: Round,
  device: DeviceId,
  member: Member,
  accepted: number,
  newest: number,
): Promise<Result<void, RoundError>> {
  const last = round.memory.held.findLast((each) => each.device === device && each.seq > accepted);
  const start: Position = last ?? round.positionOf(device);
  // What is accepted comes first: the chain goes through it.
  if (start.seq < accepted) return ok();
  const open = round.memory.held.filter((each) => each.device === device && !each.settled).length;
  const seqs = run(start.seq + 1, newest, HELD_AT_MOST - open);
  if (seqs.length === 0) return ok();
  const read = await readSegments(round, device, member, start, seqs, round.memory.heads[device]);
  if (!read.ok) return read;
  const held = read.value.segments.map((segment) =>
    heldSegment(round, device, segment, 'removed', segment.changes),
  );
  return round.remember(
    { ...round.memory, held: [...round.memory.held, ...held] },
    { put: read.value.segments.map(({ name, bytes }) => ({ name, bytes, outgoing: false })) },
  );
}

/** Of one device, before an admin has looked: it may go on writing for ever. */
const HELD_AT_MOST = 256;

function list(round: Round, held: HeldSegment): Promise<Result<void, RoundError>> {
  const isKnown = round.memory.held.some(
    ({ name, reason }) => name === held.name && reason === held.reason,
  );
  if (isKnown) return Promise.resolve(ok());
  return round.remember({ ...round.memory, held: [...round.memory.held, held] });
}

/** The changes of a segment that was held back, for an admin who takes them over. */
export async function openHeld(round: Round, held: HeldSegment): Promise<readonly Change[]> {
  const { changes, role } = await readHeld(round, held);
  return held.reason === 'role' ? changes.filter((change) => !mayAuthor(role, change)) : changes;
}

async function readHeld(
  round: Round,
  { device, name, seq }: HeldSegment,
): Promise<{ readonly changes: readonly Change[]; readonly role: Role }> {
  const nothing = { changes: [], role: 'viewer' } as const;
  const bytes = await round.session.keptObject(name);
  const header = bytes === undefined ? null : readObjectHeader(bytes);
  const member = round.membership.devices.get(device);
  if (bytes === undefined || header?.ok !== true || member === undefined) return nothing;
  const key = round.keys.keyOf(header.value.epoch);
  assert(key, 'what was held back was opened before');
  const opened = await openObject(bytes, key);
  const body = opened.ok ? decodeSegment(opened.value) : null;
  if (body === null || body === 'newer') return nothing;
  const membershipN = header.value.membership.n;
  return { changes: body.changes, role: roleOf(round, device, member, { seq, membershipN }) };
}

/** What others turn out to have applied before they could know of a lowering takes effect here too. */
async function reconsider(round: Round): Promise<Result<number, RoundError>> {
  let count = 0;
  for (const held of round.memory.held) {
    if (held.reason !== 'role') continue;
    const { changes, role } = await readHeld(round, held);
    const allowed = changes.filter((change) => mayAuthor(role, change));
    const refused = changes.length - allowed.length;
    if (changes.length === 0 || refused === held.changes) continue;
    const { lead } = round;
    const received = await round.vault.receive({ changes: allowed, positions: new Map(), lead });
    if (!received.ok) return received;
    count += held.changes - refused;
    const left = refused === 0 ? [] : [{ ...held, changes: refused }];
    const remembered = await round.remember({
      ...round.memory,
      held: round.memory.held.flatMap((each) => (each.name === held.name ? left : [each])),
    });
    if (!remembered.ok) return remembered;
  }
  return ok(count);
}

// ---- Withheld -------------------------------------------------------------------------------------------------------

/** Others have applied what the store does not show here. */
async function noteWithheld(round: Round): Promise<Result<void, RoundError>> {
  for (const [device, member] of round.membership.devices) {
    if (device === round.device || member.removedAt !== undefined) continue;
    const seen = newestSeen(round, device);
    const shown = Math.max(round.memory.heads[device]?.seq ?? 0, round.positionOf(device).seq);
    if (seen <= shown) continue;
    const missing = await round.missing(round.names.segment(device, seen));
    if (!missing.ok) return missing;
    if (!missing.value) continue;
    const memory = withAlarm(round.memory, 'withheld', round.clock.now(), { device });
    const remembered = await round.remember(memory);
    if (!remembered.ok) return remembered;
  }
  return ok();
}
