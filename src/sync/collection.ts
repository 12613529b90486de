/** Collection: an admin removes what a snapshot has made superfluous, and says so first. PROTOCOL.md section 7. */

import { utf8Bytes } from '#base/bytes.ts';
import type { DeviceId } from '#base/ids.ts';
import { err, ok, type Result } from '#base/result.ts';
import { signLine } from '#crypto/signed-line.ts';
import { completeErasures, isErasing, mayCollect } from './erasure.ts';
import type { ListedHeads } from './heads.ts';
import type { KnownSnapshot } from './memory.ts';
import { compareHeads } from './names.ts';
import { listAll } from './object-store.ts';
import type { Round, RoundError } from './round.ts';
import { isUsable } from './snapshot.ts';

const DAY_MS = 24 * 60 * 60 * 1000;
const KEPT_MS = 30 * DAY_MS;
/** A device that has been silent for so long begins again from a snapshot. */
const EXPIRED_MS = 90 * DAY_MS;
/** Heads of a device that may stand: the newest, and the one before for whoever has just listed it. */
const HEADS_KEPT = 2;

export async function collect(
  round: Round,
  listed: ListedHeads,
): Promise<Result<void, RoundError>> {
  if (!mayCollect(round) || round.memory.alarms.length > 0) return ok();
  const heads = await collectHeads(round, listed);
  if (!heads.ok) return heads;
  const { snapshot, olderSnapshot } = round.memory;
  if (snapshot === null || olderSnapshot === null || !snapshot.attested) return ok();
  // Somebody was removed, or has a lower role: one that counts comes first.
  if (!isUsable(round, snapshot)) return ok();
  if (!isDue(round, snapshot, olderSnapshot)) return ok();
  const names = await superfluous(round, snapshot, olderSnapshot);
  if (!names.ok) return names;
  const said = await say(round, olderSnapshot, names.value);
  if (!said.ok) return said;
  const removed = await removeAll(round, names.value);
  if (!removed.ok) return removed;
  const forgotten = await round.remember(
    { ...round.memory, olderSnapshot: null },
    { remove: names.value },
  );
  if (!forgotten.ok || !isErasing(round)) return forgotten;
  return completeErasures(round);
}

/** Devices whose keys may not remove leave their old heads to an admin. A name alone makes no head: what is newer than the one that was read stays. */
function collectHeads(round: Round, listed: ListedHeads): Promise<Result<void, RoundError>> {
  const old = [...listed].flatMap(([device, heads]) => {
    const known = round.memory.heads[device];
    if (known === undefined) return [];
    return heads.filter((head) => compareHeads(head, known) <= 0).slice(0, -HEADS_KEPT);
  });
  return removeAll(
    round,
    old.map((head) => round.names.head(head)),
  );
}

/** After a removal, and after an erasure, nothing older than the newest snapshot is kept any longer. */
function isPressing(round: Round, snapshot: KnownSnapshot, older: KnownSnapshot): boolean {
  return older.epoch < snapshot.epoch || isErasing(round);
}

/** Once everybody who is active knows the newer snapshot: where it is pressing at once, else when the older has stood for long enough. */
function isDue(round: Round, snapshot: KnownSnapshot, older: KnownSnapshot): boolean {
  const now = round.clock.now();
  if (!isPressing(round, snapshot, older) && now - older.since < KEPT_MS) return false;
  const expires = isErasing(round) ? KEPT_MS : EXPIRED_MS;
  return [...round.membership.devices].every(([device, { removedAt }]) => {
    if (device === round.device || removedAt !== undefined) return true;
    const head = round.memory.heads[device];
    return head === undefined || now - head.at > expires || head.snapshot >= snapshot.generation;
  });
}

/** Segments that the older generation holds (where it is pressing: that the newer one does), and the parts of what is older. */
async function superfluous(
  round: Round,
  snapshot: KnownSnapshot,
  older: KnownSnapshot,
): Promise<Result<readonly string[], RoundError>> {
  const pressing = isPressing(round, snapshot, older);
  const { vector } = pressing ? snapshot : older;
  const names: string[] = [];
  for (const [device, [seq]] of Object.entries(vector) as [DeviceId, readonly [number, string]][]) {
    const listed = await listAll(round.store, round.names.segmentsOf(device));
    if (!listed.ok) return listed;
    names.push(...listed.value.filter((name) => name <= round.names.segment(device, seq)));
  }
  const below = pressing ? snapshot.generation : older.generation;
  const manifests = await listAll(round.store, round.names.manifests);
  if (!manifests.ok) return manifests;
  for (const name of manifests.value) {
    const generation = round.names.parseManifest(name);
    if (generation === null || generation >= below) continue;
    const parts = await listAll(round.store, round.names.partsOf(generation));
    if (!parts.ok) return parts;
    names.push(name, ...parts.value);
  }
  return ok(names);
}

/** Before anything goes: its absence is no alarm then. */
async function say(
  round: Round,
  { generation }: KnownSnapshot,
  names: readonly string[],
): Promise<Result<void, RoundError>> {
  const listed = await listAll(round.store, round.names.collections);
  if (!listed.ok) return listed;
  const first = Math.max(round.memory.nextCollection, listed.value.length);
  for (let n = first; n < first + TRIES; n++) {
    const line = await signLine(
      round.deviceKeys.signing.privateKey,
      JSON.stringify({
        format: 1,
        type: 'collection',
        workspace: round.session.workspace,
        device: round.device,
        n,
        generation,
        objects: names.length,
        at: new Date(round.clock.now()).toISOString(),
      }),
      'collection',
    );
    const put = await round.store.put(round.names.collection(n), utf8Bytes(line));
    if (!put.ok) return put;
    if (put.value === 'created') return round.remember({ ...round.memory, nextCollection: n + 1 });
  }
  return err({ type: 'Busy', status: 412 });
}

/** So many admins in a row being quicker is no accident. */
const TRIES = 16;

async function removeAll(
  round: Round,
  names: readonly string[],
): Promise<Result<void, RoundError>> {
  for (const name of names) {
    const removed = await round.store.remove(name);
    if (removed.ok) continue;
    if (removed.error.type !== 'Denied') return removed;
    return round.remember({ ...round.memory, canRemove: false });
  }
  return ok();
}
