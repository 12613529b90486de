/** The membership log between device and store: reading what others appended, appending to it. PROTOCOL.md section 4. */

import { equalBytes, readUtf8, utf8Bytes } from '#base/bytes.ts';
import type { DeviceId } from '#base/ids.ts';
import { err, ok, type Result } from '#base/result.ts';
import { extendMembership, type MembershipState } from '#crypto/membership.ts';
import { openEpochKeys } from '#crypto/workspace-keys.ts';
import { cutContext } from './push.ts';
import type { Round, RoundError } from './round.ts';

/**
 * Reads the records that are new, one by one: each is believed only once it was checked against all before it. `whole`: looks too
 * whether the store still has the newest that was read before.
 */
export async function readMembership(
  round: Round,
  { whole }: { readonly whole: boolean },
): Promise<Result<void, RoundError>> {
  if (whole) {
    const kept = await checkPosition(round);
    if (!kept.ok) return kept;
  }
  for (;;) {
    const n = round.membership.position.n + 1;
    const name = round.names.membership(n);
    const got = await round.store.get(name);
    if (!got.ok) return got;
    if (got.value === null) return ok();
    const read = await takeRecord(round, got.value, name);
    if (!read.ok) return read;
  }
}

/** A store that has less of the log than it had, or something else, is not to be written to. */
async function checkPosition(round: Round): Promise<Result<void, RoundError>> {
  const { n } = round.membership.position;
  const name = round.names.membership(n);
  const got = await round.store.get(name);
  if (!got.ok) return got;
  if (got.value === null) return pause(round, 'rolledBack', name);
  const known = utf8Bytes(round.lines[n + 1] ?? '');
  return equalBytes(got.value, known) ? ok() : pause(round, 'forked', name);
}

async function takeRecord(
  round: Round,
  bytes: Uint8Array,
  name: string,
): Promise<Result<void, RoundError>> {
  const line = readUtf8(bytes) ?? '';
  const before = round.membership;
  const extended = await extendMembership(before, [line]);
  if (!extended.ok) {
    const type = extended.error.type === 'NewerFormat' ? 'needsNewer' : 'forgedMembership';
    return pause(round, type, name);
  }
  // What was applied of a device before anybody could know that its word counts no longer has to be said under the old position.
  const hasAppliedMore = limitedBetween(before, extended.value).some(
    ([device, last]) => device !== round.device && round.positionOf(device).seq > last,
  );
  if (hasAppliedMore) {
    const said = await cutContext(round);
    if (!said.ok) return said;
  }
  return adopt(round, line, extended.value);
}

/** Makes a checked record part of this device's log. */
async function adopt(
  round: Round,
  line: string,
  membership: MembershipState,
): Promise<Result<void, RoundError>> {
  const lines = [...round.lines, line];
  const isOverruled = limitedBetween(round.membership, membership).some(
    ([device, last]) => device === round.device && round.memory.own.seq > last,
  );
  const memory = isOverruled ? { ...round.memory, isOverruled } : round.memory;
  const remembered = await round.remember(memory, { membership: lines });
  if (!remembered.ok) return remembered;
  round.lines = lines;
  round.membership = membership;
  if (membership.devices.get(round.device)?.removedAt !== undefined)
    return err({ type: 'Removed' });
  const keys = await openEpochKeys(membership, round.device, round.deviceKeys.agreement);
  if (!keys.ok)
    return pause(round, 'forgedMembership', round.names.membership(membership.position.n));
  round.keys = keys.value;
  return ok();
}

/** Whom a record removed or gave a lower role, and what it names as written last before. */
function limitedBetween(
  before: MembershipState,
  after: MembershipState,
): readonly (readonly [DeviceId, number])[] {
  return [...after.devices].flatMap(([device, { removedLast, roles }]) => {
    const known = before.devices.get(device);
    const lowered = roles.slice(known?.roles.length ?? 0).flatMap(({ last }) => last ?? []);
    const removed = known?.removedLast === undefined ? (removedLast ?? []) : [];
    return lowered.concat(removed).map(({ seq }) => [device, seq] as const);
  });
}

async function pause(
  round: Round,
  type: Parameters<Round['alarm']>[0],
  name: string,
): Promise<Result<never, RoundError>> {
  const alarmed = await round.alarm(type, { name });
  return alarmed.ok ? err({ type: 'Paused' }) : alarmed;
}

/**
 * Appends one record. `write` is asked again, against the newer state, whenever another admin was quicker; it may find that there is
 * nothing left to do.
 */
export async function appendRecord<E>(
  round: Round,
  write: () => Promise<Result<string, E>>,
): Promise<Result<void, RoundError | E>> {
  for (let tries = 0; tries < TRIES; tries++) {
    const read = await readMembership(round, { whole: false });
    if (!read.ok) return read;
    const line = await write();
    if (!line.ok) return line;
    const extended = await extendMembership(round.membership, [line.value]);
    // Its writer has checked the same: what does not fit was overtaken, and is written anew.
    if (!extended.ok) continue;
    const name = round.names.membership(extended.value.position.n);
    const put = await round.store.put(name, utf8Bytes(line.value));
    if (!put.ok) return put;
    if (put.value === 'taken' && !(await isThere(round, name, line.value))) continue;
    return takeRecord(round, utf8Bytes(line.value), name);
  }
  return err({ type: 'Busy', status: 412 });
}

/** So many admins in a row being quicker is no accident. */
const TRIES = 16;

/** Whether what stands under a name is what was put there: the answer to the put before this one may have been lost. */
async function isThere(round: Round, name: string, line: string): Promise<boolean> {
  const got = await round.store.get(name);
  return got.ok && got.value !== null && equalBytes(got.value, utf8Bytes(line));
}
