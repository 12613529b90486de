/** Heads: what each device says of its own log, and what the store shows of them. PROTOCOL.md section 6. */

import { readUtf8, utf8Bytes } from '#base/bytes.ts';
import { isId, type DeviceId, type WorkspaceId } from '#base/ids.ts';
import { err, ok, type Result } from '#base/result.ts';
import type { SigningPublicKeyBytes } from '#crypto/byte-types.ts';
import { isSignedBy, parseLine, signLine } from '#crypto/signed-line.ts';
import * as v from 'valibot';
import { withAlarm, type KnownHead, type Memory } from './memory.ts';
import { compareHeads, type HeadName } from './names.ts';
import { listAll } from './object-store.ts';
import type { Round, RoundError } from './round.ts';

/** What the store shows, by device: the names of its heads, oldest first. */
export type ListedHeads = ReadonlyMap<DeviceId, readonly HeadName[]>;

/** The one request of an idle poll. */
export async function listHeads({ store, names }: Round): Promise<Result<ListedHeads, RoundError>> {
  const listed = await listAll(store, names.heads);
  if (!listed.ok) return listed;
  const heads = new Map<DeviceId, HeadName[]>();
  for (const name of listed.value) {
    const head = names.parseHead(name);
    if (head === null) continue;
    const known = heads.get(head.device);
    if (known === undefined) heads.set(head.device, [head]);
    else known.push(head);
  }
  for (const each of heads.values()) each.sort(compareHeads);
  return ok(heads);
}

/** Reads every head that is new, and notes what an honest store would not show. */
export async function readHeads(
  round: Round,
  listed: ListedHeads,
): Promise<Result<void, RoundError>> {
  for (const [device, { signing }] of round.membership.devices) {
    if (device === round.device) continue;
    const shown = listed.get(device) ?? [];
    const known = round.memory.heads[device];
    const newer = shown.filter((head) => known === undefined || compareHeads(head, known) > 0);
    const found = await findSigned(round, newer, signing);
    if (!found.ok) return found;
    if (found.value === 'gone') continue;
    const noted =
      found.value === null
        ? await lookForKnown(round, device, shown)
        : await noteHead(round, device, found.value);
    if (!noted.ok) return noted;
  }
  const noted = await noteForks(round);
  return noted.ok ? noteClone(round, listed) : noted;
}

/**
 * The newest of these heads that their device has signed. Whoever may write to the store may put anything under a greater name: that is
 * named, and hides nothing. `gone`: its device has written a newer one since the list was made, and removed this.
 */
async function findSigned(
  round: Round,
  heads: readonly HeadName[],
  signing: SigningPublicKeyBytes,
): Promise<Result<KnownHead | 'gone' | null, RoundError>> {
  for (const name of heads.slice(-HEADS_TRIED).reverse()) {
    const objectName = round.names.head(name);
    const got = await round.store.get(objectName);
    if (!got.ok) return got;
    if (got.value === null) return ok('gone');
    const head = await openHead(got.value, name, round.session.workspace, signing);
    if (head !== null) return ok(head);
    const alarmed = await round.alarm('damaged', { device: name.device, name: objectName });
    if (!alarmed.ok) return alarmed;
  }
  return ok(null);
}

const HEADS_TRIED = 8;

function noteHead(
  round: Round,
  device: DeviceId,
  head: KnownHead,
): Promise<Result<void, RoundError>> {
  const known = round.memory.heads[device];
  const heads = { ...round.memory.heads, [device]: head };
  const awaited = known === undefined ? '' : round.names.head({ ...known, device });
  const { [awaited]: _found, ...waiting } = round.memory.waiting;
  return round.remember({ ...round.memory, heads, waiting });
}

/** A list may be older than what it lists: only where the head itself stays away is it gone. */
async function lookForKnown(
  round: Round,
  device: DeviceId,
  shown: readonly HeadName[],
): Promise<Result<void, RoundError>> {
  const known = round.memory.heads[device];
  if (known === undefined || shown.some((head) => compareHeads(head, known) === 0)) return ok();
  const name = round.names.head({ ...known, device });
  const got = await round.store.get(name);
  if (!got.ok) return got;
  if (got.value !== null) return round.found(name);
  const missing = await round.missing(name);
  if (!missing.ok) return missing;
  return missing.value ? round.alarm('rolledBack', { device }) : ok();
}

/** Heads that tell of another history than the one that was read: see PROTOCOL.md section 9. */
function noteForks(round: Round): Promise<Result<void, RoundError>> {
  let memory: Memory = round.memory;
  const now = round.clock.now();
  for (const [device, head] of Object.entries(memory.heads) as [DeviceId, KnownHead][]) {
    const applied = round.positionOf(device);
    const isOther = applied.seq === head.seq && !applied.hash.startsWith(head.hash);
    if (isOther) memory = withAlarm(memory, 'forked', now, { device });
  }
  return round.remember(memory);
}

/** The store has more of this device than the device itself: another goes by its name, or it was put back to an earlier day. */
async function noteClone(round: Round, listed: ListedHeads): Promise<Result<void, RoundError>> {
  const { device, memory, deviceKeys } = round;
  const ahead = (listed.get(device) ?? []).filter((head) => isAhead(head, memory));
  const found = await findSigned(round, ahead, deviceKeys.signing.publicKey);
  if (!found.ok) return found;
  const isClone = found.value !== null && found.value !== 'gone';
  return isClone ? round.alarm('cloned', { device }) : ok();
}

function isAhead(head: HeadName, { own }: Memory): boolean {
  return head.seq > own.seq || (head.seq === own.seq && !own.hash.startsWith(head.hash));
}

/** Tells the others where this device stands, where they do not know it yet. */
export async function writeHead(
  round: Round,
  listed: ListedHeads,
): Promise<Result<void, RoundError>> {
  const { memory, names, store } = round;
  const { own, head } = memory;
  const generation = memory.snapshot?.generation ?? 0;
  const shown = listed.get(round.device) ?? [];
  const isShown = head !== null && shown.some((each) => each.seq === head.seq && each.k === head.k);
  const isCurrent =
    isShown &&
    head.seq === own.seq &&
    head.membership === round.membership.position.n &&
    head.snapshot === generation &&
    round.clock.now() - head.at < FRESH_MS;
  if (isCurrent) return ok();

  const at = round.clock.now();
  const last =
    head === null ? await findSigned(round, shown, round.deviceKeys.signing.publicKey) : ok(head);
  if (!last.ok) return last;
  const first = (last.value === null || last.value === 'gone' ? 0 : last.value.k) + 1;
  for (let k = first; k < first + TRIES; k++) {
    const name: HeadName = { device: round.device, seq: own.seq, hash: own.hash.slice(0, 16), k };
    const line = await signLine(
      round.deviceKeys.signing.privateKey,
      JSON.stringify({
        format: 1,
        type: 'head',
        workspace: round.session.workspace,
        device: round.device,
        seq: own.seq,
        hash: own.hash,
        k,
        at: new Date(at).toISOString(),
        membership: [round.membership.position.n, round.membership.position.hash],
        snapshot: generation,
      } satisfies Head),
      'head',
    );
    const put = await store.put(names.head(name), utf8Bytes(line));
    if (!put.ok) return put;
    // A head whose answer was lost stands under this number already.
    if (put.value === 'taken') continue;
    const known: KnownHead = {
      seq: own.seq,
      hash: name.hash,
      k,
      at,
      membership: round.membership.position.n,
      snapshot: generation,
    };
    const remembered = await round.remember({ ...round.memory, head: known });
    return remembered.ok ? removeHeads(round, shown, k) : remembered;
  }
  return err({ type: 'Busy', status: 412 });
}

/** Lost answers do not come in such numbers: a store that calls everything taken is to be asked again later. */
const TRIES = 16;

/** One older head stays, for whoever has just listed it. */
async function removeHeads(
  round: Round,
  shown: readonly HeadName[],
  k: number,
): Promise<Result<void, RoundError>> {
  if (!round.memory.canRemove) return ok();
  for (const head of shown.filter((each) => each.k < k - 1)) {
    const removed = await round.store.remove(round.names.head(head));
    if (removed.ok) continue;
    if (removed.error.type !== 'Denied') return removed;
    return round.remember({ ...round.memory, canRemove: false });
  }
  return ok();
}

/** A head older than this is written anew, so that the others hear of the device. */
const FRESH_MS = 20 * 60 * 60 * 1000;

const count = v.pipe(v.number(), v.safeInteger(), v.minValue(0));
const hash = v.pipe(v.string(), v.regex(/^[0-9a-f]{64}$/));
const id = v.custom<string>((text) => typeof text === 'string' && isId(text));

const Head = v.strictObject({
  format: v.literal(1),
  type: v.literal('head'),
  workspace: id,
  device: id,
  seq: count,
  hash,
  k: count,
  at: v.pipe(v.string(), v.isoTimestamp()),
  membership: v.strictTuple([count, hash]),
  snapshot: count,
});
type Head = v.InferOutput<typeof Head>;

/** `null` for what its device did not sign, or signed for another place. */
export async function openHead(
  bytes: Uint8Array,
  name: HeadName,
  workspace: WorkspaceId,
  signing: SigningPublicKeyBytes,
): Promise<KnownHead | null> {
  const line = parseLine(readUtf8(bytes) ?? '');
  const head = v.safeParse(Head, line?.value);
  if (line === null || !head.success) return null;
  const { device, seq, k, at, membership, snapshot } = head.output;
  const isInPlace =
    head.output.workspace === workspace &&
    device === name.device &&
    seq === name.seq &&
    k === name.k &&
    head.output.hash.startsWith(name.hash);
  if (!isInPlace || !(await isSignedBy(signing, line, 'head'))) return null;
  return { seq, hash: name.hash, k, at: Date.parse(at), membership: membership[0], snapshot };
}
