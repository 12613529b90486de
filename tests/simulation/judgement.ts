/** The judgement at the end of a history: all that is promised of devices that have heard of one another. */

import type { DeviceId } from '#base/ids.ts';
import { assert } from '#base/result.ts';
import { AuditLog } from '#compliance/audit/log.ts';
import { roleAt } from '#crypto/membership.ts';
import { openObject, readObjectHeader } from '#crypto/sealed-object.ts';
import { openEpochKeys } from '#crypto/workspace-keys.ts';
import { applyChange, cloneState, purge } from '#domain/apply.ts';
import type { Change } from '#domain/change.ts';
import { encodeRecord } from '#domain/encoding.ts';
import { mayAuthor } from '#domain/roles.ts';
import type { AlarmType } from '#sync/messages.ts';
import { decodeSegment, type SegmentBody } from '#sync/segment.ts';
import { must } from '../unit/vault/fixture.ts';
import type { Device } from './device.ts';
import { isTold, tellFact } from './facts.ts';
import { Random } from './random.ts';
import { digestOf, erasuresIn, linesOf, statesOf } from './records.ts';
import { edit, take } from './steps.ts';
import { CLEAR } from './store-line.ts';
import { Broken, DAY, MINUTE, type World } from './world.ts';

/** What filling the store again is the answer to. */
const MENDED: ReadonlySet<AlarmType> = new Set<AlarmType>([
  'rolledBack',
  'dropped',
  'withheld',
  'damaged',
]);

const PASSES = 24;

export async function judge(world: World, seed: number): Promise<void> {
  const random = new Random(seed + 1);
  world.weather = CLEAR;
  await reopenAll(world);
  const before = await readSegments(world);
  for (const device of world.open) await checkPositions(world, device, before);
  await settleAll(world, random);
  if (random.chance(0.3)) await passMonths(world, random);
  await joinLast(world, random);
  await settleAll(world, random);

  const members = await world.members();
  const going = members.filter((device) => !isStopped(device));
  world.check(going.length > 0, 'nobody is left');
  const segments = await readSegments(world);
  await checkEqual(world, going, segments);
  for (const device of going) await checkPositions(world, device, segments);
  await checkFacts(world, going);
  await checkLogs(world, going);
  await checkReplay(world, random.pick(going)!, segments);
}

/** Long enough for snapshots to follow one another and for segments to go. One device may be away all the while. */
async function passMonths(world: World, random: Random): Promise<void> {
  const [away] = world.open.length > 2 ? world.open.slice(-1) : [];
  if (away !== undefined) {
    const work = async () => {
      // What it has not sent must not be lost.
      await edit(world, away, random);
      await away.lock();
    };
    await world.act([{ device: away, work }]);
    away.awayUntil = Infinity;
  }
  for (let month = 0; month < MONTHS; month++) {
    world.now += 32 * DAY;
    await take(world, { n: 0, type: 'edit', seed: random.seed(), isRough: false });
    await settleAll(world, random);
  }
  world.trace.push(`(months pass${away === undefined ? '' : `, without ${away.name}`})`);
  await reopenAll(world);
  await settleAll(world, random);
}

const MONTHS = 4;

/** The audit log of every device is whole on every device. A clone writes a second one, and what is held back is missed. */
async function checkLogs(world: World, going: readonly Device[]): Promise<void> {
  if (world.expectedAlarms.has('cloned') || world.isRestored) return;
  if (going.some(({ sync }) => sync.status.heldBack > 0)) return;
  for (const device of going) {
    const { vault, workspace } = device.session;
    const parts = { workspace, fingerprints: new Map(), signal: new AbortController().signal };
    const reports = must(await new AuditLog(vault).verify(parts));
    world.check(reports.length > 0, `${device.name} has no log`);
    for (const { problems } of reports) {
      const told = problems.map(({ n, problem }) => `${problem} at ${n}`).join(', ');
      world.check(problems.length === 0, `${device.name} has a log that is not whole: ${told}`);
    }
  }
}

async function reopenAll(world: World): Promise<void> {
  for (const device of world.devices) {
    device.awayUntil = 0;
    if (device.isGone) continue;
    await world.act([
      {
        device,
        work: async () => {
          const isThere = device.isOpen || (await device.open());
          // Who has left the store goes back to it.
          if (isThere && device.sync.status.phase === 'alone') must(await device.connect());
        },
      },
    ]);
  }
}

/** Stopped for good: another device goes by its name, or the log is not the one that it knows. */
function isStopped(device: Device): boolean {
  return device.sync.status.alarms.some(({ type }) => type === 'cloned' || type === 'forked');
}

/** Rounds in fair weather until nobody has anything to say. */
async function settleAll(world: World, random: Random): Promise<void> {
  world.weather = CLEAR;
  world.store.arrive((count) => random.below(count));
  let quiet = 0;
  for (let pass = 0; pass < PASSES; pass++) {
    const restless: Device[] = [];
    for (const device of world.open) {
      world.seed = random.seed();
      const work = async () => {
        if (!(await isAtRest(device))) restless.push(device);
      };
      await world.act([{ device, work }]);
      checkDevice(world, device);
    }
    world.now += 5 * MINUTE;
    quiet = restless.length === 0 ? quiet + 1 : 0;
    // What a store has lost is missed after ten minutes.
    if (quiet === (world.isRestored ? 4 : 2)) return;
  }
  const told = world.open.map(
    ({ name, sync: { status } }) =>
      `${name} ${status.phase} ${JSON.stringify(status.problem)} ${JSON.stringify(status.alarms)}`,
  );
  throw new Broken(`They never come to rest: ${told.join(', ')}`);
}

/** After one more round. Where the store has lost something, it is filled again. */
async function isAtRest(device: Device): Promise<boolean> {
  const end = await device.round(true);
  if (!device.isOpen) return true;
  if (device.sync.status.alarms.some(({ type }) => MENDED.has(type))) {
    must(await device.sync.fillAgain());
    return false;
  }
  return end === 'quiet' || device.session.joining !== null || isStopped(device);
}

/** What must be so at any time. */
export function checkDevice(world: World, device: Device): void {
  if (!device.isOpen) return;
  const { alarms } = device.sync.status;
  for (const alarm of alarms) {
    world.check(
      world.expectedAlarms.has(alarm.type),
      `${device.name} raises a false alarm: ${JSON.stringify(alarm)}`,
    );
  }
  world.check(
    device.session.vault.damage.length === 0,
    `${device.name} is damaged: ${JSON.stringify(device.session.vault.damage)}`,
  );
}

/** A device that has nothing must get all. */
async function joinLast(world: World, random: Random): Promise<void> {
  if (world.devices.length > 8) return;
  const outcome = await take(world, { n: 0, type: 'invite', seed: random.seed(), isRough: false });
  world.trace.push(`last: ${outcome}`);
}

// ---- Equal ----------------------------------------------------------------------------------------------------------

/** All say the same; but for whoever wrote what its role no longer allowed, and has that beside. */
async function checkEqual(
  world: World,
  devices: readonly Device[],
  segments: readonly FoundSegment[],
): Promise<void> {
  const refused = new Map<Device, readonly Change[]>();
  for (const device of devices) refused.set(device, await refusedOf(world, device, segments));
  const reference = devices.find((device) => refused.get(device)?.length === 0);
  if (reference === undefined) return;
  const lines = await linesOf(reference);
  for (const device of devices) {
    const beside = refused.get(device) ?? [];
    const wanted = beside.length === 0 ? lines : await linesWith(reference, beside);
    const found = await linesOf(device);
    if (digestOf(wanted) === digestOf(found)) continue;
    const missing = wanted.filter((line) => !found.includes(line));
    const extra = found.filter((line) => !wanted.includes(line));
    throw new Broken(
      `${device.name} differs from ${reference.name}: lacks\n${missing.slice(0, 3).join('\n')}\nhas\n${extra.slice(0, 3).join('\n')}`,
    );
  }
}

async function refusedOf(
  world: World,
  device: Device,
  segments: readonly FoundSegment[],
): Promise<readonly Change[]> {
  const own = (await segmentsApplied(world, device, segments)).filter(
    ({ device: author }) => author === device.id,
  );
  return own.flatMap(({ refused }) => refused);
}

async function linesWith(device: Device, changes: readonly Change[]): Promise<readonly string[]> {
  const states = await statesOf(device);
  const beside = changes.flatMap(({ erases }) => erases ?? []);
  const erasures = erasuresIn(states);
  for (const erasure of beside) {
    erasures.add(erasure);
    purge(states, erasure);
  }
  for (const change of changes) {
    const state = states.get(change.record);
    const applied = applyChange(state && cloneState(state), change, erasures);
    if (applied !== undefined) states.set(change.record, applied);
  }
  return [...states.values()].map((state) => JSON.stringify(encodeRecord(state))).sort();
}

// ---- Nothing lost ---------------------------------------------------------------------------------------------------

async function checkFacts(world: World, going: readonly Device[]): Promise<void> {
  const [first] = going;
  assert(first, 'somebody is there');
  const states = await statesOf(first);
  const erasures = erasuresIn(states);
  const stopped = world.devices.filter(({ isGone }) => isGone);
  for (const fact of world.facts) {
    const { device } = fact;
    if (world.doubted.has(device) || stopped.includes(device)) continue;
    const isActive = going.includes(device);
    if (!isActive) continue;
    world.check(
      isTold(fact, states.get(fact.record), erasures),
      `${tellFact(fact)} was acknowledged and is lost`,
    );
  }
}

// ---- Positions ------------------------------------------------------------------------------------------------------

interface SegmentText {
  readonly device: DeviceId;
  readonly seq: number;
  /** What its author might say, and what not. */
  readonly changes: readonly Change[];
  readonly refused: readonly Change[];
}

/** A segment as it was once put. */
interface FoundSegment extends SegmentBody {
  readonly author: DeviceId;
  readonly seq: number;
  readonly membershipN: number;
}

/** Every segment that ever stood in the store, opened with the keys of somebody who has them all. */
async function readSegments(world: World): Promise<readonly FoundSegment[]> {
  const membership = await world.membership();
  const found: FoundSegment[] = [];
  const [reader] = await world.members();
  const deviceKeys = reader?.session.deviceKeys;
  assert(reader && deviceKeys, 'somebody is there');
  const keys = must(await openEpochKeys(membership, reader.session.device, deviceKeys.agreement));
  for (const [name, bytes] of world.store.ever) {
    const match = /\/log\/([a-z2-7]{26})\/(\d{10})$/.exec(name);
    if (match === null) continue;
    const header = must(readObjectHeader(bytes));
    const key = keys.keyOf(header.epoch);
    // Whoever reads has not heard of the newest epoch yet.
    if (key === undefined) continue;
    const body = decodeSegment(must(await openObject(bytes, key)));
    if (body === null || body === 'newer') throw new Broken(`${name} can't be read`);
    const author = match[1] as DeviceId;
    found.push({ author, seq: Number(match[2]), membershipN: header.membership.n, ...body });
  }
  return found;
}

/** What a device has applied of others', by its own word; and its own segments. */
async function segmentsApplied(
  world: World,
  device: Device,
  segments: readonly FoundSegment[],
): Promise<readonly SegmentText[]> {
  const { devices } = await world.membership();
  const { vector } = device.session.vault;
  const applied = segments.filter(
    ({ author, seq }) => author === device.id || seq <= (vector.get(author)?.seq ?? 0),
  );
  return applied.flatMap(({ author, seq, membershipN, changes }) => {
    const member = devices.get(author);
    if (member === undefined) return [];
    const roles = member.roles.map((change) => {
      const { from, last } = change;
      if (last === undefined) return change;
      const seen = applied
        .filter((each) => each.author !== author && each.membershipN < from)
        .map((each) => each.seen.get(author)?.seq ?? 0);
      return { ...change, last: { ...last, seq: Math.max(last.seq, ...seen) } };
    });
    const role = roleAt({ ...member, roles }, { seq, membershipN });
    const allowed = changes.filter((change) => mayAuthor(role, change));
    const refused = changes.filter((change) => !mayAuthor(role, change));
    return [{ device: author, seq, changes: allowed, refused }];
  });
}

/** Whatever a position stands for is in the state: said once more, it alters nothing. */
async function checkPositions(
  world: World,
  device: Device,
  segments: readonly FoundSegment[],
): Promise<void> {
  if (device.isClone || device.session.joining !== null) return;
  const states = await statesOf(device);
  const erasures = erasuresIn(states);
  for (const { device: author, seq, changes } of await segmentsApplied(world, device, segments)) {
    for (const change of changes) {
      const state = states.get(change.record);
      const before = state === undefined ? '' : JSON.stringify(encodeRecord(state));
      const applied = applyChange(state && cloneState(state), change, erasures);
      const after = applied === undefined ? '' : JSON.stringify(encodeRecord(applied));
      world.check(
        before === after,
        `${device.name} counts segment ${seq} of ${author.slice(0, 6)} as applied, and lacks of it: ${JSON.stringify(change)}\nhas ${before}\nnot ${after}`,
      );
    }
  }
}

/** Everything once more through the real vault. */
async function checkReplay(
  world: World,
  device: Device,
  segments: readonly FoundSegment[],
): Promise<void> {
  const before = digestOf(await linesOf(device));
  const applied = await segmentsApplied(world, device, segments);
  await world.act([
    {
      device,
      work: async () => {
        const lead = await device.session.takeLead();
        const { vault } = device.session;
        const changes = applied.flatMap((segment) => segment.changes);
        const received = await vault.receive({ changes, positions: vault.vector, lead });
        if (!received.ok) throw new Broken(`Nothing can be received again: ${received.error.type}`);
      },
    },
  ]);
  const after = digestOf(await linesOf(device));
  world.check(before === after, `${device.name} is another after everything came twice`);
}
