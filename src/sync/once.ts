/** What one round does, in its order: membership, heads, segments in, segments out, the snapshot, the head. PROTOCOL.md section 3. */

import { readUtf8 } from '#base/bytes.ts';
import type { DeviceId } from '#base/ids.ts';
import { err, ok, type Result } from '#base/result.ts';
import { activeDevices, isActiveAdmin } from '#crypto/membership.ts';
import { isSignedBy, parseLine } from '#crypto/signed-line.ts';
import { openCredentials } from '#crypto/store-credentials.ts';
import { readTrusted, seeToAttestation } from './attestation.ts';
import { collect } from './collection.ts';
import { dropCovered, dropErased, isClean } from './erasure.ts';
import { listHeads, readHeads, writeHead, type ListedHeads } from './heads.ts';
import { readMembership } from './membership.ts';
import type { AlarmType, StoreSettings } from './messages.ts';
import { pull } from './pull.ts';
import { push } from './push.ts';
import { fillOwnLog } from './refill.ts';
import type { Round, RoundError } from './round.ts';
import { checkSnapshot, isUsable, learnSnapshot, readSnapshot, writeSnapshot } from './snapshot.ts';

export interface RoundOutcome {
  /** Others' changes that came in, and segments that went out. */
  readonly received: number;
  readonly sent: number;
}

/** What keeps a device from writing to a store until a person has looked. */
const PAUSING: ReadonlySet<AlarmType> = new Set<AlarmType>([
  'rolledBack',
  'forked',
  'forgedMembership',
  'cloned',
]);

const SNAPSHOT_SEGMENTS = 500;
const SNAPSHOT_BYTES = 8 * 1024 * 1024;
const SNAPSHOT_AGE_MS = 30 * 24 * 60 * 60 * 1000;
/** For so long the others wait for whoever goes first. */
const SNAPSHOT_WAITS_MS = 7 * 24 * 60 * 60 * 1000;
/** Whoever has been silent for so long is waited for no longer. */
const SILENT_MS = 90 * 24 * 60 * 60 * 1000;

/** `whole`: looks after what does not show in the list of heads too. Without it a round that finds nothing new is one request. */
export async function syncOnce(
  round: Round,
  { whole }: { readonly whole: boolean },
): Promise<Result<RoundOutcome, RoundError>> {
  // Read before, in a round that did not come to its end.
  if (round.membership.devices.get(round.device)?.removedAt !== undefined) {
    return err({ type: 'Removed' });
  }
  const listed = await listHeads(round);
  if (!listed.ok) return listed;
  const known = await learn(round, listed.value, whole);
  if (!known.ok) return known;

  if (round.memory.owesBootstrap) {
    const begun = await bootstrap(round);
    if (!begun.ok) return begun;
  }
  const received = await takeIn(round);
  if (!received.ok) return received;
  if (round.memory.alarms.some(({ type }) => PAUSING.has(type))) return err({ type: 'Paused' });

  const sent = await push(round);
  if (!sent.ok) return sent;
  if (isSnapshotDue(round)) {
    const written = await writeSnapshot(round);
    if (!written.ok) return written;
  }
  const headed = await writeHead(round, listed.value);
  if (!headed.ok) return headed;
  if (whole) {
    const kept = await keepUp(round, listed.value);
    if (!kept.ok) return kept;
  }
  return ok({ received: received.value, sent: sent.value });
}

/** Heads, and the membership records and the snapshot that they speak of. */
async function learn(
  round: Round,
  listed: ListedHeads,
  whole: boolean,
): Promise<Result<void, RoundError>> {
  if (whole) {
    const read = await readMembership(round, { whole });
    if (!read.ok) return read;
  }
  const heads = await readHeads(round, listed);
  if (!heads.ok) return heads;
  const newest = Math.max(
    0,
    ...Object.values(round.memory.heads).map(({ membership }) => membership),
  );
  if (newest > round.membership.position.n) {
    const read = await readMembership(round, { whole: false });
    if (!read.ok) return read;
    const again = await readHeads(round, listed);
    if (!again.ok) return again;
  }
  return learnSnapshot(round);
}

async function takeIn(round: Round): Promise<Result<number, RoundError>> {
  const pulled = await pull(round);
  if (!pulled.ok) return pulled;
  if (!pulled.value.needsSnapshot) return ok(pulled.value.changes);
  // Segments that this device had not read are gone: a snapshot has taken their place.
  const begun = await bootstrap(round);
  if (!begun.ok) return begun;
  const again = await pull(round);
  return again.ok ? ok(pulled.value.changes + again.value.changes) : again;
}

async function bootstrap(round: Round): Promise<Result<void, RoundError>> {
  const manifest = await readTrusted(round);
  if (!manifest.ok) return manifest;
  if (manifest.value !== null) {
    const read = await readSnapshot(round, manifest.value);
    // It may know of erasures that this device never heard of.
    return read.ok ? dropCovered(round, manifest.value) : read;
  }
  // Whoever connects a store writes a snapshot before all else: it is there, and the list does not show it yet.
  return round.memory.owesBootstrap ? err({ type: 'Busy', status: 404 }) : ok();
}

/** One device goes first, so that not all write one at once; where it has not, the others do later. */
function isSnapshotDue(round: Round): boolean {
  const { memory, clock } = round;
  const { since, snapshot, owesSnapshot } = memory;
  if (round.role === 'viewer' || memory.isOverruled || isLoweringOpen(round)) return false;
  if (owesSnapshot || snapshot === null) return owesSnapshot;
  const [more, later] = isFirst(round) ? [1, 0] : [2, SNAPSHOT_WAITS_MS];
  const age = clock.now() - snapshot.since;
  const isOutdated =
    snapshot.epoch < round.keys.current || !isUsable(round, snapshot) || !isClean(memory, snapshot);
  return (
    (isOutdated && age >= later) ||
    since.segments > SNAPSHOT_SEGMENTS * more ||
    since.bytes > SNAPSHOT_BYTES * more ||
    (since.segments > 0 && age > SNAPSHOT_AGE_MS + later)
  );
}

/** The lowest of those that may write one, have read the workspace, and have been heard of lately. */
function isFirst({ memory, membership, device, clock }: Round): boolean {
  const writers = activeDevices(membership).flatMap(([each, { role }]) => {
    const head = memory.heads[each];
    const isAtHand =
      head !== undefined && head.snapshot > 0 && clock.now() - head.at < SNAPSHOT_WAITS_MS;
    return role !== 'viewer' && (each === device || isAtHand) ? [each] : [];
  });
  return writers.every((each) => device <= each);
}

/**
 * Somebody's role was lowered, and not everybody has said yet what they had applied before they knew. A snapshot would hand on its
 * creator's judgement for good.
 */
function isLoweringOpen({ memory, membership, clock }: Round): boolean {
  const roles = [...membership.devices.values()].flatMap((member) => member.roles);
  const newest = Math.max(0, ...roles.map(({ from, last }) => (last === undefined ? 0 : from)));
  return activeDevices(membership).some(([device]) => {
    const head = memory.heads[device];
    return head !== undefined && head.membership < newest && clock.now() - head.at < SILENT_MS;
  });
}

/** What is looked after now and then. */
async function keepUp(round: Round, listed: ListedHeads): Promise<Result<void, RoundError>> {
  const steps = [
    checkSnapshot,
    fillOwnLog,
    seeToAttestation,
    dropErased,
    noteWiped,
    takeCredentials,
  ];
  for (const step of steps) {
    const done = await step(round);
    if (!done.ok) return done;
  }
  return collect(round, listed);
}

/** Removed devices that say, by their own signature, that they have erased themselves. */
async function noteWiped(round: Round): Promise<Result<void, RoundError>> {
  const wiped: DeviceId[] = [];
  for (const [device, { removedAt, signing }] of round.membership.devices) {
    if (removedAt === undefined || round.memory.wiped.includes(device)) continue;
    const got = await round.store.get(round.names.wiped(device));
    if (!got.ok) return got;
    const line = got.value === null ? null : parseLine(readUtf8(got.value) ?? '');
    if (line !== null && (await isSignedBy(signing, line, 'wiped'))) wiped.push(device);
  }
  if (wiped.length === 0) return ok();
  return round.remember({ ...round.memory, wiped: [...round.memory.wiped, ...wiped] });
}

/** Goes over to the keys for the store that an admin has handed out. */
async function takeCredentials(round: Round): Promise<Result<void, RoundError>> {
  const { membership, device, deviceKeys, session } = round;
  const member = membership.devices.get(device);
  if (membership.credentials === null || member === undefined) return ok();
  const opened = await openCredentials(membership, device, deviceKeys.agreement);
  const settings = (await session.readStore()) as StoreSettings | null;
  if (!opened.ok || settings === null || settings.accessKey === opened.value.accessKey) return ok();
  const canRemove = isActiveAdmin(member);
  const written = await session.writeStore({ ...settings, ...opened.value });
  return written.ok ? round.remember({ ...round.memory, canRemove }) : written;
}
