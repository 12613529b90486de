/** Erasures on their way: what was erased leaves the store with all that is older than a snapshot that knows of it, and this device with it. PROTOCOL.md section 7. */

import { isReserved, type DeviceId } from '#base/ids.ts';
import { ok, type Result } from '#base/result.ts';
import type { Change } from '#domain/change.ts';
import { deviceOf, type Stamp } from '#domain/stamp.ts';
import { valueOf } from '#domain/values.ts';
import type { KnownErasure, KnownSnapshot, Memory } from './memory.ts';
import type { Round, RoundError } from './round.ts';

/** The memory with the erasures that a segment of a device carries. */
export function withErasures(
  memory: Memory,
  device: DeviceId,
  seq: number,
  changes: readonly Change[],
): Memory {
  const stamps = changes.filter(isOfPeople).map(({ stamp }) => stamp);
  if (stamps.length === 0) return memory;
  const stamp = stamps.reduce((a, b) => (a > b ? a : b));
  return { ...memory, erasing: { ...memory.erasing, [device]: { seq, stamp } } };
}

/** The log and old runs are pruned by erasures too: they tell of nobody, and may go in their own time. */
function isOfPeople({ erases }: Change): boolean {
  if (erases === undefined) return false;
  return erases.type !== 'person' || !erases.ids.every(isReserved);
}

/** Nothing that was erased is in the snapshot. */
export function isClean({ erasing }: Memory, { vector }: Pick<KnownSnapshot, 'vector'>): boolean {
  return (Object.entries(erasing) as [DeviceId, KnownErasure][]).every(
    ([device, { seq }]) => (vector[device]?.[0] ?? 0) >= seq,
  );
}

/** Whether all that is older than the newest snapshot is to go now, and not in its time. */
export function isErasing(round: Round): boolean {
  const { erasing, snapshot } = round.memory;
  return (
    Object.keys(erasing).length > 0 &&
    snapshot?.attested === true &&
    isClean(round.memory, snapshot)
  );
}

/** What this device kept of the person goes too. Whoever collects remembers what for until that is done. */
export async function dropErased(round: Round): Promise<Result<void, RoundError>> {
  const { memory } = round;
  if (memory.snapshot === null || !isErasing(round)) return ok();
  const erasing = mayCollect(round) ? memory.erasing : {};
  return dropCovered(round, memory.snapshot, { ...memory, erasing });
}

/** The sealed bytes of what a snapshot holds, and the entries of the journal that are cut. The store is filled again by the snapshot, not by these. */
export async function dropCovered(
  round: Round,
  { vector }: { readonly vector: Readonly<Partial<KnownSnapshot['vector']>> },
  memory = round.memory,
): Promise<Result<void, RoundError>> {
  const remove: string[] = [];
  for (const [device, [seq]] of Object.entries(vector) as [DeviceId, [number, string]][]) {
    const last = round.names.segment(device, seq);
    const kept = await round.session.keptNames(round.names.segmentsOf(device));
    remove.push(...kept.filter((name) => name <= last));
  }
  const dropped = await round.remember(memory, { remove });
  return dropped.ok ? round.vault.roll() : dropped;
}

export function mayCollect({ role, memory }: Round): boolean {
  return role === 'admin' && memory.canRemove;
}

/** Once the store holds nothing of them: says since when in the register. */
export async function completeErasures(round: Round): Promise<Result<void, RoundError>> {
  const { erasing } = round.memory;
  const open = [...round.vault.workspace.values()].filter(
    (state) =>
      state.kind === 'erasure' &&
      valueOf(state, 'reason') !== null &&
      valueOf(state, 'complete') === null &&
      isWithin(erasing, state.created.stamp),
  );
  const complete = new Date(round.clock.now()).toISOString();
  if (open.length > 0) {
    const saved = await round.vault.save(
      open.map(({ id }) => ({ record: id, kind: 'erasure', values: { complete } })),
    );
    if (!saved.ok) return saved;
  }
  return round.remember({ ...round.memory, erasing: {} });
}

function isWithin(erasing: Memory['erasing'], stamp: Stamp): boolean {
  const known = erasing[deviceOf(stamp)];
  return known !== undefined && stamp <= known.stamp;
}
