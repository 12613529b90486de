/** Attestations: a device vouches that a snapshot leaves out nothing that it knows. PROTOCOL.md section 7. */

import { readUtf8, utf8Bytes } from '#base/bytes.ts';
import { isId, type DeviceId, type RecordId } from '#base/ids.ts';
import { ok, type Result } from '#base/result.ts';
import type { SigningPublicKeyBytes } from '#crypto/byte-types.ts';
import { isActive, isActiveAt } from '#crypto/membership.ts';
import { isSignedBy, parseLine, signLine } from '#crypto/signed-line.ts';
import { applyChange, cloneState, createErasures, type ErasureIndex } from '#domain/apply.ts';
import type { Change } from '#domain/change.ts';
import { encodeRecord } from '#domain/encoding.ts';
import { changesOf } from '#domain/partition.ts';
import type { FieldValue, RecordState } from '#domain/record-state.ts';
import { mayAuthor } from '#domain/roles.ts';
import { deviceOf } from '#domain/stamp.ts';
import * as v from 'valibot';
import type { KnownSnapshot } from './memory.ts';
import { Names } from './names.ts';
import { listAll } from './object-store.ts';
import type { Round, RoundError } from './round.ts';
import { manifestsIn, readNewest, statesInSnapshot, type CheckedManifest } from './snapshot.ts';

const DAY_MS = 24 * 60 * 60 * 1000;
/** For so long a creator waits for somebody else's word. */
const ALONE_AFTER_MS = 14 * DAY_MS;

const hash = v.pipe(v.string(), v.regex(/^[0-9a-f]{64}$/));
const id = v.custom<string>((text) => typeof text === 'string' && isId(text));

const Attestation = v.strictObject({
  format: v.literal(1),
  type: v.literal('attestation'),
  workspace: id,
  device: id,
  generation: v.number(),
  manifest: hash,
  at: v.pipe(v.string(), v.isoTimestamp()),
});
type Attestation = v.InferOutput<typeof Attestation>;

/** Whether somebody vouches for the newest snapshot; where it is this device's turn, it looks and says so itself. */
export async function seeToAttestation(round: Round): Promise<Result<void, RoundError>> {
  const { snapshot } = round.memory;
  if (snapshot === null || snapshot.attested) return ok();
  const attested = await isAttested(round, snapshot);
  if (!attested.ok) return attested;
  if (attested.value)
    return round.remember({ ...round.memory, snapshot: { ...snapshot, attested: true } });
  return isOurTurn(round, snapshot) ? attest(round, snapshot) : ok();
}

function isOurTurn(round: Round, snapshot: KnownSnapshot): boolean {
  if (!mayVouch(round, round.device, snapshot)) return false;
  if (snapshot.creator !== round.device) return covers(round, snapshot);
  return isLeftAlone(round, snapshot);
}

/** Who came later began with it, or with one after it, and has nothing else to compare it with. */
function mayVouch({ membership }: Round, device: DeviceId, { membershipN }: Vouched): boolean {
  const member = membership.devices.get(device);
  return (
    member !== undefined &&
    isActive(member) &&
    isActiveAt(member, membershipN) &&
    member.role !== 'viewer'
  );
}

type Vouched = Pick<KnownSnapshot, 'generation' | 'hash' | 'membershipN'>;

/** The creator's own word counts only where nobody else has given theirs for long, or nobody else is there. */
function isLeftAlone(round: Round, snapshot: KnownSnapshot): boolean {
  const others = [...round.membership.devices.keys()].filter(
    (device) => device !== snapshot.creator && mayVouch(round, device, snapshot),
  );
  return others.length === 0 || round.clock.now() - snapshot.since > ALONE_AFTER_MS;
}

/** This device has applied all that the snapshot's vector names. */
function covers(round: Round, { vector }: KnownSnapshot): boolean {
  return (Object.entries(vector) as [DeviceId, readonly [number, string]][]).every(
    ([device, [seq]]) => round.positionOf(device).seq >= seq,
  );
}

async function isAttested(
  round: Round,
  snapshot: KnownSnapshot,
): Promise<Result<boolean, RoundError>> {
  const attesters = await attestersOf(round, snapshot);
  if (!attesters.ok) return attesters;
  const isCreatorHeard = isLeftAlone(round, snapshot);
  return ok(attesters.value.some((device) => device !== snapshot.creator || isCreatorHeard));
}

/** Who of those that may has signed that a snapshot is whole. */
async function attestersOf(
  round: Round,
  snapshot: Vouched,
): Promise<Result<readonly DeviceId[], RoundError>> {
  const { generation, hash: manifest } = snapshot;
  const listed = await listAll(round.store, round.names.attestationsOf(generation));
  if (!listed.ok) return listed;
  const attesters: DeviceId[] = [];
  for (const name of listed.value) {
    const device = Names.idAtEnd(name) as DeviceId | null;
    const member = device === null ? undefined : round.membership.devices.get(device);
    if (device === null || member === undefined || !mayVouch(round, device, snapshot)) continue;
    const got = await round.store.get(name);
    if (!got.ok) return got;
    const about = { workspace: round.session.workspace, device, generation, manifest };
    const isItsWord = got.value !== null && (await isAttestation(got.value, about, member.signing));
    if (isItsWord) attesters.push(device);
  }
  return ok(attesters);
}

/** Whether a device has signed just this. */
export async function isAttestation(
  bytes: Uint8Array,
  about: Pick<Attestation, 'workspace' | 'device' | 'generation' | 'manifest'>,
  signing: SigningPublicKeyBytes,
): Promise<boolean> {
  const line = parseLine(readUtf8(bytes) ?? '');
  const said = v.safeParse(Attestation, line?.value);
  if (line === null || !said.success) return false;
  const { workspace, device, generation, manifest } = said.output;
  const isAboutIt =
    workspace === about.workspace &&
    device === about.device &&
    generation === about.generation &&
    manifest === about.manifest;
  return isAboutIt && isSignedBy(signing, line, 'attestation');
}

/**
 * For whoever begins and can compare nothing: the newest snapshot that an admin wrote, or for which a device other than its creator
 * vouches; where there is none, the newest of all.
 */
export async function readTrusted(
  round: Round,
): Promise<Result<CheckedManifest | null, RoundError>> {
  const newest = await readNewest(round);
  if (!newest.ok || newest.value === null) return newest;
  for await (const manifest of manifestsIn(round)) {
    if (!manifest.ok) return manifest;
    const trusted = await isTrusted(round, manifest.value);
    if (!trusted.ok) return trusted;
    if (trusted.value) return manifest;
  }
  return newest;
}

async function isTrusted(
  round: Round,
  manifest: CheckedManifest,
): Promise<Result<boolean, RoundError>> {
  const { creator } = manifest;
  if (round.membership.devices.get(creator)?.role === 'admin') return ok(true);
  const attesters = await attestersOf(round, manifest);
  return attesters.ok ? ok(attesters.value.some((device) => device !== creator)) : attesters;
}

async function attest(round: Round, snapshot: KnownSnapshot): Promise<Result<void, RoundError>> {
  const manifest = await readNewest(round);
  if (!manifest.ok) return manifest;
  if (manifest.value?.hash !== snapshot.hash) return ok();
  const whole = await isWhole(round, manifest.value);
  if (!whole.ok || !whole.value) return whole.ok ? ok() : whole;
  const line = await signLine(
    round.deviceKeys.signing.privateKey,
    JSON.stringify({
      format: 1,
      type: 'attestation',
      workspace: round.session.workspace,
      device: round.device,
      generation: snapshot.generation,
      manifest: snapshot.hash,
      at: new Date(round.clock.now()).toISOString(),
    } satisfies Attestation),
    'attestation',
  );
  const name = round.names.attestation(snapshot.generation, round.device);
  const put = await round.store.put(name, utf8Bytes(line));
  if (!put.ok) return put;
  return round.remember({ ...round.memory, snapshot: { ...snapshot, attested: true } });
}

/**
 * Whether the snapshot holds every record and every present value that stands here, or a newer one in its place, but for what is newer
 * than its vector can know: what this device has not yet sent, and what came in after the snapshot was made. And whether nothing in it is
 * made up: all that it says stands here too, but for what its creator has not sent yet and may say.
 */
async function isWhole(
  round: Round,
  manifest: CheckedManifest,
): Promise<Result<boolean, RoundError>> {
  const kept = new Map<RecordId, RecordState>();
  for await (const dossier of statesInSnapshot(round, manifest)) {
    if (!dossier.ok) return dossier;
    for (const state of dossier.value) kept.set(state.id, state);
  }
  const since = Date.parse(manifest.at) - LEEWAY_MS;
  const erasures = createErasures(
    [...round.vault.workspace.values()].flatMap(({ erases }) => erases ?? []),
  );
  const isFounded = (said: RecordState, known?: RecordState): boolean =>
    addsNothing(said, known, (change) => maySay(round, manifest.creator, change), erasures);
  const unknown = new Map(kept);
  for await (const dossier of round.vault.dossiers(round.signal)) {
    if (!dossier.ok) return dossier;
    for (const state of dossier.value) {
      const there = kept.get(state.id);
      unknown.delete(state.id);
      if (there !== undefined && !isFounded(there, state)) return ok(false);
      if (state.changed.at < since && !holds(there, state)) return ok(false);
    }
  }
  const isNoneMadeUp = [...unknown.values()].every((state) => isFounded(state));
  return ok(isNoneMadeUp && !round.signal.aborted);
}

/** Authors' clocks may differ; what is so fresh is judged by the next snapshot. */
const LEEWAY_MS = DAY_MS;

/** Its creator may not have sent it yet. */
function maySay({ membership }: Round, creator: DeviceId, change: Change): boolean {
  const role = membership.devices.get(creator)?.role;
  return role !== undefined && deviceOf(change.stamp) === creator && mayAuthor(role, change);
}

/** Whether what a snapshot says of a record leaves it here as it is, once what is `free` is left aside. */
function addsNothing(
  said: RecordState,
  known: RecordState | undefined,
  free: (change: Change) => boolean,
  erasures: ErasureIndex,
): boolean {
  const before = known === undefined ? '' : textOf(known);
  if (before === textOf(said)) return true;
  let merged = known === undefined ? undefined : cloneState(known);
  for (const change of changesOf(said)) {
    if (!free(change)) merged = applyChange(merged, change, erasures);
  }
  return merged === undefined || before === textOf(merged);
}

function textOf(state: RecordState): string {
  return JSON.stringify(encodeRecord(state));
}

function holds(kept: RecordState | undefined, state: RecordState): boolean {
  if (kept === undefined) return false;
  const fields = Object.entries(state.fields).every(([field, [newest]]) =>
    isKept(kept.fields[field], newest),
  );
  const sets = Object.entries(state.sets).every(([field, elements]) =>
    Object.entries(elements).every(([key, { adds }]) =>
      adds.every((add) => {
        const element = kept.sets[field]?.[key];
        return (
          element !== undefined &&
          (isKept(element.adds, add) || element.removed.some(({ stamp }) => stamp === add.stamp))
        );
      }),
    ),
  );
  const lives = Object.entries(state.covered).every(
    ([device, stamp]) => (kept.covered[device as DeviceId] ?? '') >= stamp,
  );
  return fields && sets && lives;
}

function isKept(kept: readonly FieldValue[] | undefined, value: FieldValue | undefined): boolean {
  if (value === undefined) return true;
  const newest = kept?.[0]?.stamp ?? '';
  return newest > value.stamp || (kept?.some(({ stamp }) => stamp === value.stamp) ?? false);
}
