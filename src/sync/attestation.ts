/** Attestations: a device vouches that a snapshot leaves out nothing that it knows. PROTOCOL.md section 7. */

import { readUtf8, utf8Bytes } from '#base/bytes.ts';
import { isId, type DeviceId, type RecordId } from '#base/ids.ts';
import { ok, type Result } from '#base/result.ts';
import { isSignedBy, parseLine, signLine } from '#crypto/signed-line.ts';
import type { Dossier, FieldValue, RecordState } from '#domain/record-state.ts';
import * as v from 'valibot';
import type { KnownSnapshot } from './memory.ts';
import { Names } from './names.ts';
import { listAll } from './object-store.ts';
import type { Round, RoundError } from './round.ts';
import { readNewest, statesInSnapshot, type CheckedManifest } from './snapshot.ts';

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

/** The creator's own word counts only where nobody else has given theirs for long, or nobody else is there. */
function isOurTurn(round: Round, snapshot: KnownSnapshot): boolean {
  const role = round.membership.devices.get(round.device)?.role;
  if (role === undefined || role === 'viewer') return false;
  if (snapshot.creator !== round.device) return covers(round, snapshot);
  const others = [...round.membership.devices].filter(
    ([device, member]) =>
      device !== round.device && member.removedAt === undefined && member.role !== 'viewer',
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
  { generation, hash: manifest }: KnownSnapshot,
): Promise<Result<boolean, RoundError>> {
  const listed = await listAll(round.store, round.names.attestationsOf(generation));
  if (!listed.ok) return listed;
  for (const name of listed.value) {
    const device = Names.idAtEnd(name) as DeviceId | null;
    const member = device === null ? undefined : round.membership.devices.get(device);
    if (member === undefined || member.role === 'viewer') continue;
    const got = await round.store.get(name);
    if (!got.ok) return got;
    const line = parseLine(got.value === null ? '' : (readUtf8(got.value) ?? ''));
    const said = v.safeParse(Attestation, line?.value);
    const isItsWord =
      line !== null &&
      said.success &&
      said.output.workspace === round.session.workspace &&
      said.output.device === device &&
      said.output.generation === generation &&
      said.output.manifest === manifest;
    if (isItsWord && (await isSignedBy(member.signing, line, 'attestation'))) return ok(true);
  }
  return ok(false);
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
 * than its vector can know: what this device has not yet sent, and what came in after the snapshot was made.
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
  for await (const dossier of round.vault.dossiers(round.signal)) {
    if (!dossier.ok) return dossier;
    const states: Dossier = new Map(dossier.value.map((state) => [state.id, state]));
    for (const state of states.values()) {
      if (state.changed.at >= since) continue;
      if (!holds(kept.get(state.id), state)) return ok(false);
    }
  }
  return ok(!round.signal.aborted);
}

/** Authors' clocks may differ; what is so fresh is judged by the next snapshot. */
const LEEWAY_MS = DAY_MS;

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
