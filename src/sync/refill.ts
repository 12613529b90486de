/** Filling a store again that has lost something, from the sealed bytes that this device kept. PROTOCOL.md section 9. */

import { utf8Bytes } from '#base/bytes.ts';
import type { DeviceId } from '#base/ids.ts';
import { ok, type Result } from '#base/result.ts';
import { withAlarm } from './memory.ts';
import type { AlarmType } from './messages.ts';
import { listAll } from './object-store.ts';
import { putExactly } from './push.ts';
import type { Round, RoundError } from './round.ts';
import { readNewest } from './snapshot.ts';

/** This device's own segments that the store had and has no more: they are put again at once, and the store's loss is named. */
export async function fillOwnLog(round: Round): Promise<Result<void, RoundError>> {
  if (round.memory.own.seq === 0) return ok();
  const filled = await fillLog(round, round.device);
  if (!filled.ok || filled.value === 0) return filled.ok ? ok() : filled;
  const about = { device: round.device };
  return round.remember(withAlarm(round.memory, 'dropped', round.clock.now(), about));
}

/** Membership, every log as far as this device has it, and a new snapshot with the next round. Tells how many objects were put. */
export async function fillAgain(round: Round): Promise<Result<number, RoundError>> {
  const members = await fillMembership(round);
  if (!members.ok) return members;
  // What the store has of snapshots now counts, and no longer what it had.
  const forgotten = await round.remember({
    ...round.memory,
    heads: {},
    head: null,
    waiting: {},
    snapshot: null,
    olderSnapshot: null,
  });
  if (!forgotten.ok) return forgotten;
  const newest = await readNewest(round);
  if (!newest.ok) return newest;
  let count = members.value;
  for (const device of round.membership.devices.keys()) {
    const filled = await fillLog(round, device);
    if (!filled.ok) return filled;
    count += filled.value;
  }
  const alarms = round.memory.alarms.filter(({ type }) => !MENDED.has(type));
  const remembered = await round.remember({
    ...round.memory,
    alarms,
    owesSnapshot: round.role !== 'viewer',
  });
  return remembered.ok ? ok(count) : remembered;
}

const MENDED: ReadonlySet<AlarmType> = new Set<AlarmType>([
  'rolledBack',
  'dropped',
  'withheld',
  'damaged',
]);

/** Every line that this device has and the store lacks. */
export async function fillMembership(round: Round): Promise<Result<number, RoundError>> {
  let count = 0;
  for (const [index, line] of round.lines.entries()) {
    const name = index === 0 ? round.names.root : round.names.membership(index - 1);
    const put = await round.store.put(name, utf8Bytes(line));
    if (!put.ok) return put;
    if (put.value === 'created') count++;
  }
  return ok(count);
}

/** What the newest snapshot holds may have been collected, and need not come back. */
async function fillLog(round: Round, device: DeviceId): Promise<Result<number, RoundError>> {
  const prefix = round.names.segmentsOf(device);
  const listed = await listAll(round.store, prefix);
  if (!listed.ok) return listed;
  const there = new Set(listed.value);
  const [covered] = round.memory.snapshot?.vector[device] ?? [0];
  const collected = round.names.segment(device, covered);
  let count = 0;
  for (const name of await round.session.keptNames(prefix)) {
    if (there.has(name) || name <= collected) continue;
    const bytes = await round.session.keptObject(name);
    if (bytes === undefined) continue;
    const put = await putExactly(round, name, bytes, device);
    if (!put.ok) return put;
    // Where it stood there all the same, the list was older than the log.
    if (put.value === 'created') count++;
  }
  return ok(count);
}
