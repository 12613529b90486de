/** Snapshots: the whole state at a vector, written in parts and read in parts. PROTOCOL.md section 7. */

import { readUtf8, utf8Bytes } from '#base/bytes.ts';
import { createDeviceId, isId, type DeviceId, type RecordId } from '#base/ids.ts';
import { err, ok, type Result } from '#base/result.ts';
import { objectHash, readObjectHeader, type SealedObject } from '#crypto/sealed-object.ts';
import { isActive, type Member } from '#crypto/membership.ts';
import { decodeRecord, encodeRecord, type EncodedRecord } from '#domain/encoding.ts';
import { belongsTo, KINDS, type Kind } from '#domain/catalogue.ts';
import type { RecordState } from '#domain/record-state.ts';
import { timeOf, type Stamp } from '#domain/stamp.ts';
import * as v from 'valibot';
import type { KnownSnapshot } from './memory.ts';
import { NO_HASH_HEX } from './names.ts';
import { listAll } from './object-store.ts';
import { inParallel } from './parallel.ts';
import { latestStamp } from './pull.ts';
import { putExactly } from './push.ts';
import type { Round, RoundError } from './round.ts';
import { openFrom, sealFor } from './sealing.ts';

/** 0: what a device needs to be of use at once; 1: the rest. */
type PartClass = 0 | 1;

const PART_BYTES = 1024 * 1024;
const FIRST_TEXT = 4 * 1024 * 1024;
const MOST_TEXT = 16 * 1024 * 1024;
/** Parts on their way at once. */
const AT_ONCE = 3;
const RECENT_MS = 90 * 24 * 60 * 60 * 1000;
/** Needed at once, however old. */
const CORE: ReadonlySet<Kind> = new Set<Kind>(['customer', 'contact', 'task']);

// ---- Manifest -------------------------------------------------------------------------------------------------------

const count = v.pipe(v.number(), v.safeInteger(), v.minValue(0));
const hash = v.pipe(v.string(), v.regex(/^[0-9a-f]{64}$/));
const id = v.custom<DeviceId>((text) => typeof text === 'string' && isId(text));

const Part = v.strictObject({
  bytes: count,
  hash,
  class: v.picklist([0, 1]),
  records: count,
});
type Part = v.InferOutput<typeof Part>;

const Manifest = v.strictObject({
  format: v.literal(1),
  generation: count,
  attempt: id,
  creator: id,
  at: v.pipe(v.string(), v.isoTimestamp()),
  vector: v.record(id, v.strictTuple([count, hash])),
  parent: hash,
  parts: v.array(Part),
});
export type Manifest = v.InferOutput<typeof Manifest>;

/** `null` for what says more or less than a manifest does. */
export function decodeManifest(body: Uint8Array): Manifest | null {
  const manifest = v.safeParse(Manifest, jsonOf(readUtf8(body) ?? ''));
  return manifest.success ? manifest.output : null;
}

export interface CheckedManifest extends Manifest {
  /** Of the sealed object. */
  readonly hash: string;
  readonly epoch: number;
  readonly membershipN: number;
}

// ---- Writing --------------------------------------------------------------------------------------------------------

/** Writes the next snapshot. Where another device was quicker, its own parts go again and the other's counts. */
export async function writeSnapshot(round: Round): Promise<Result<void, RoundError>> {
  const before = round.memory.snapshot?.generation ?? 0;
  const known = await readNewest(round);
  if (!known.ok) return known;
  const { snapshot, owesSnapshot } = round.memory;
  // Somebody was quicker, or the answer to this device's own was lost.
  if ((snapshot?.generation ?? 0) > before && !owesSnapshot) return ok();
  const taken = await generationsIn(round);
  if (!taken.ok) return taken;
  // The first that is free: anybody may have put something under a far greater one.
  let generation = (snapshot?.generation ?? 0) + 1;
  while (taken.value.includes(generation)) generation += 1;
  const attempt = createDeviceId();
  const vector: Record<DeviceId, [number, string]> = {};
  for (const [device, { seq, hash: each }] of round.vault.vector) vector[device] = [seq, each];
  vector[round.device] = [round.memory.own.seq, round.memory.own.hash];

  const writer = new PartWriter(round, generation, attempt);
  const written = await writeParts(round, writer);
  if (!written.ok) return written;
  const manifest: Manifest = {
    format: 1,
    generation,
    attempt,
    creator: round.device,
    at: new Date(round.clock.now()).toISOString(),
    vector,
    parent: known.value?.hash ?? NO_HASH_HEX,
    parts: [...writer.parts],
  };
  const sealed = await sealFor(
    round,
    'snapshotManifest',
    generation,
    utf8Bytes(JSON.stringify(manifest)),
  );
  const put = await round.store.put(round.names.manifest(generation), sealed.bytes);
  if (!put.ok) return put;
  if (put.value === 'taken') {
    const there = await round.store.get(round.names.manifest(generation));
    if (!there.ok) return there;
    if (there.value === null || (await objectHash(there.value)) !== sealed.hash) {
      return giveUp(round, writer);
    }
  }
  const epoch = round.keys.current;
  const membershipN = round.membership.position.n;
  return note(round, { ...manifest, hash: sealed.hash, epoch, membershipN }, false);
}

async function writeParts(round: Round, writer: PartWriter): Promise<Result<void, RoundError>> {
  const recentSince = round.clock.now() - RECENT_MS;
  for await (const dossier of round.vault.dossierLines(round.signal)) {
    if (!dossier.ok) return dossier;
    if (round.signal.aborted) return err({ type: 'Stopped' });
    const lines: Record<PartClass, string[]> = { 0: [], 1: [] };
    for (const record of dossier.value) {
      const state = typeof record === 'string' ? null : record;
      const line = typeof record === 'string' ? record : JSON.stringify(encodeRecord(record));
      lines[classOf(state, line, recentSince)].push(line);
    }
    for (const each of [0, 1] as const) {
      const added = await writer.add(each, lines[each]);
      if (!added.ok) return added;
    }
  }
  return round.signal.aborted ? err({ type: 'Stopped' }) : writer.finish();
}

const LINE_HEAD = /^\{"id":"[a-z2-7]{26}","kind":"([A-Za-z]{1,32})","moments":\["([0-9a-f]{12})/;

/** Most lines tell without being parsed: the kind stands at their head, and the first moment behind it. */
function classOf(state: RecordState | null, line: string, recentSince: number): PartClass {
  const [, headKind, made = ''] = state === null ? (LINE_HEAD.exec(line) ?? []) : [];
  const kind = state?.kind ?? (headKind as Kind | undefined);
  if (kind === undefined || CORE.has(kind) || WORKSPACE_KINDS.has(kind)) return 0;
  const at = state?.changed.at ?? Number.parseInt(made, 16);
  return at >= recentSince ? 0 : 1;
}

const WORKSPACE_KINDS: ReadonlySet<string> = new Set(
  KINDS.filter((kind) => belongsTo(kind) === 'workspace'),
);

/** Fills parts of both classes; a customer's lines of one class stay in one part. */
class PartWriter {
  readonly #round: Round;
  readonly #generation: number;
  readonly #attempt: string;
  readonly parts: Part[] = [];
  readonly #lines: Record<PartClass, string[][]> = { 0: [], 1: [] };
  readonly #length: Record<PartClass, number> = { 0: 0, 1: 0 };
  #text = FIRST_TEXT;
  #underWay: Promise<Result<unknown, RoundError>>[] = [];

  constructor(round: Round, generation: number, attempt: string) {
    this.#round = round;
    this.#generation = generation;
    this.#attempt = attempt;
  }

  get names(): readonly string[] {
    return this.parts.map((_, index) => this.#nameOf(index));
  }

  async add(partClass: PartClass, lines: readonly string[]): Promise<Result<void, RoundError>> {
    if (lines.length === 0) return ok();
    const length = lines.reduce((sum, line) => sum + line.length + 1, 0);
    if (this.#length[partClass] > 0 && this.#length[partClass] + length > this.#text) {
      const written = await this.#write(partClass);
      if (!written.ok) return written;
    }
    this.#lines[partClass].push([...lines]);
    this.#length[partClass] += length;
    return ok();
  }

  async finish(): Promise<Result<void, RoundError>> {
    for (const partClass of [0, 1] as const) {
      const written = await this.#write(partClass);
      if (!written.ok) return written;
    }
    return this.#settle(0);
  }

  async #write(partClass: PartClass): Promise<Result<void, RoundError>> {
    const dossiers = this.#lines[partClass];
    const text = this.#length[partClass];
    this.#lines[partClass] = [];
    this.#length[partClass] = 0;
    if (dossiers.length === 0) return ok();
    let largest = 0;
    for (const { sealed, records } of await this.#seal(dossiers)) {
      const name = this.#nameOf(this.parts.length);
      this.parts.push({ bytes: sealed.bytes.length, hash: sealed.hash, class: partClass, records });
      largest = Math.max(largest, sealed.bytes.length);
      this.#underWay.push(putExactly(this.#round, name, sealed.bytes));
      const settled = await this.#settle(AT_ONCE - 1);
      if (!settled.ok) return settled;
    }
    const room = (0.93 * PART_BYTES * text) / Math.max(1, largest);
    this.#text = Math.min(MOST_TEXT, Math.max(PART_BYTES, Math.floor(room)));
    return ok();
  }

  async #seal(
    dossiers: readonly (readonly string[])[],
  ): Promise<{ readonly sealed: SealedObject; readonly records: number }[]> {
    const lines = dossiers.flat();
    const sealed = await sealFor(
      this.#round,
      'snapshotPart',
      this.#generation,
      utf8Bytes(`${lines.join('\n')}\n`),
    );
    if (sealed.bytes.length <= PART_BYTES || dossiers.length === 1) {
      return [{ sealed, records: lines.length }];
    }
    const middle = Math.ceil(dossiers.length / 2);
    return [
      ...(await this.#seal(dossiers.slice(0, middle))),
      ...(await this.#seal(dossiers.slice(middle))),
    ];
  }

  async #settle(most: number): Promise<Result<void, RoundError>> {
    while (this.#underWay.length > most) {
      const put = await this.#underWay.shift();
      if (put?.ok === false) return put;
    }
    return ok();
  }

  #nameOf(index: number): string {
    return this.#round.names.part(this.#generation, this.#attempt, index);
  }
}

/** Another device has written this generation meanwhile: what this one wrote is of no use. */
async function giveUp(round: Round, writer: PartWriter): Promise<Result<void, RoundError>> {
  if (round.memory.canRemove) {
    for (const name of writer.names) {
      const removed = await round.store.remove(name);
      if (!removed.ok && removed.error.type !== 'Denied') return removed;
    }
  }
  const newest = await readNewest(round);
  return newest.ok ? ok() : newest;
}

// ---- Reading --------------------------------------------------------------------------------------------------------

/**
 * Whether a snapshot may stand for the segments that it covers: its creator still belongs to the workspace and may write to it, and holds
 * of no device more than counts by records that it could not know yet. The log alone says so: whoever begins decides as everybody else.
 */
export function isUsable(
  { membership: { devices } }: Round,
  { creator, vector, membershipN }: Pick<KnownSnapshot, 'creator' | 'vector' | 'membershipN'>,
): boolean {
  const member = devices.get(creator);
  if (member === undefined || !isActive(member) || member.role === 'viewer') return false;
  return (Object.entries(vector) as [DeviceId, readonly [number, string]][]).every(
    ([device, [seq]]) => {
      const author = devices.get(device);
      return author !== undefined && limitsAfter(author, membershipN).every((last) => seq <= last);
    },
  );
}

/** What later records name as a device's last. */
function limitsAfter(
  { removedAt = 0, removedLast, roles }: Member,
  membershipN: number,
): readonly number[] {
  const lowered = roles.flatMap(({ from, last }) => (from > membershipN ? (last ?? []) : []));
  const removed = removedAt > membershipN ? (removedLast ?? []) : [];
  return lowered.concat(removed).map(({ seq }) => seq);
}

/** The newest snapshot in the store that checks, noted as known; `null`: there is none. */
export async function readNewest(
  round: Round,
): Promise<Result<CheckedManifest | null, RoundError>> {
  for await (const manifest of manifestsIn(round)) {
    if (!manifest.ok) return manifest;
    const noted = await note(round, manifest.value, false);
    return noted.ok ? manifest : noted;
  }
  return ok(null);
}

/** Every snapshot in the store that checks, the newest first. */
export async function* manifestsIn(
  round: Round,
): AsyncGenerator<Result<CheckedManifest, RoundError>, void, void> {
  const listed = await generationsIn(round);
  if (!listed.ok) return yield listed;
  const generations = new Set(listed.value);
  const known = round.memory.snapshot;
  // A list may be older than what it lists: only where the manifest itself stays away is it gone.
  if (known !== null) generations.add(known.generation);
  for (const generation of [...generations].sort((a, b) => b - a)) {
    const manifest = await readManifest(round, generation);
    if (!manifest.ok) return yield manifest;
    if (manifest.value !== null) yield ok(manifest.value);
    else if (generation === known?.generation) {
      const lost = await checkSnapshot(round);
      if (!lost.ok) return yield lost;
    }
  }
}

async function generationsIn(round: Round): Promise<Result<readonly number[], RoundError>> {
  const listed = await listAll(round.store, round.names.manifests);
  if (!listed.ok) return listed;
  return ok(listed.value.flatMap((name) => round.names.parseManifest(name) ?? []));
}

/** A store that has another snapshot in the place of the newest that is known here, or none, has gone back to an earlier day. */
export async function checkSnapshot(round: Round): Promise<Result<void, RoundError>> {
  const { snapshot } = round.memory;
  if (snapshot === null) return ok();
  const name = round.names.manifest(snapshot.generation);
  const got = await round.store.get(name);
  if (!got.ok) return got;
  if (got.value !== null) {
    const isSame = (await objectHash(got.value)) === snapshot.hash;
    return isSame ? round.found(name) : round.alarm('rolledBack', { name });
  }
  const missing = await round.missing(name);
  if (!missing.ok) return missing;
  return missing.value ? round.alarm('rolledBack', { name }) : ok();
}

/** A snapshot that others' heads name becomes known here too: what it covers may soon be collected. */
export async function learnSnapshot(round: Round): Promise<Result<void, RoundError>> {
  const heads = Object.values(round.memory.heads);
  const named = Math.max(0, ...heads.map(({ snapshot }) => snapshot));
  if (named <= (round.memory.snapshot?.generation ?? 0)) return ok();
  const manifest = await readManifest(round, named);
  if (!manifest.ok) return manifest;
  return manifest.value === null ? ok() : note(round, manifest.value, false);
}

async function readManifest(
  round: Round,
  generation: number,
): Promise<Result<CheckedManifest | null, RoundError>> {
  const name = round.names.manifest(generation);
  const got = await round.store.get(name);
  if (!got.ok) return got;
  if (got.value === null) return ok(null);
  const header = readObjectHeader(got.value);
  // Its writer has read more of the membership log: it can be read a little later.
  if (header.ok && header.value.membership.n > round.membership.position.n) return ok(null);
  const body = await openFrom(round, got.value, 'snapshotManifest', generation);
  const parsed = body === null ? null : decodeManifest(body.body);
  const isInPlace = parsed?.generation === generation && parsed.creator === body?.device;
  if (body !== null && isInPlace) {
    const { epoch, membershipN } = body;
    const hash = await objectHash(got.value);
    const manifest = { ...parsed, hash, epoch, membershipN };
    const vector = manifest.vector as KnownSnapshot['vector'];
    return ok(isUsable(round, { ...manifest, vector }) ? manifest : null);
  }
  const alarmed = await round.alarm('damaged', { name });
  return alarmed.ok ? ok(null) : alarmed;
}

/**
 * Reads a snapshot into the vault: what is needed at once first. What was fetched before a reload is at hand. The positions of its vector
 * take effect with the last of it.
 */
export async function readSnapshot(
  round: Round,
  manifest: CheckedManifest,
): Promise<Result<void, RoundError>> {
  const progress = new Progress(round, manifest.parts);
  const positions = new Map(
    (Object.entries(manifest.vector) as [DeviceId, [number, string]][])
      .filter(([device]) => device !== round.device)
      .map(([device, [seq, each]]) => [device, { seq, hash: each }]),
  );
  for (const partClass of [0, 1] as const) {
    const parts = manifest.parts.flatMap((part, index) =>
      part.class === partClass ? [index] : [],
    );
    const isLast = partClass === 1;
    if (parts.length === 0 && !isLast) continue;
    const received = await round.vault.receiveStates(dossiersOf(round, manifest, parts, progress), {
      signal: round.signal,
      positions: isLast ? positions : new Map(),
      lead: round.lead,
    });
    if (!received.ok) {
      const { error } = received;
      return err(error.type === 'Cancelled' ? { type: 'Stopped' } : error);
    }
  }
  const names = manifest.parts.map((_, index) =>
    round.names.part(manifest.generation, manifest.attempt, index),
  );
  return round.remember({ ...round.memory, owesBootstrap: false }, { remove: names });
}

/** The dossiers of some parts; the next parts are fetched while these are worked on. */
async function* dossiersOf(
  round: Round,
  manifest: CheckedManifest,
  parts: readonly number[],
  progress: Progress,
): AsyncGenerator<Result<readonly RecordState[], RoundError>, void, void> {
  for (let start = 0; start < parts.length; start += AT_ONCE) {
    const fetched = await inParallel(parts.slice(start, start + AT_ONCE), AT_ONCE, (index) =>
      fetchPart(round, manifest, index, progress),
    );
    for (const part of fetched) {
      if (!part.ok) {
        yield part;
        return;
      }
      for (const dossier of dossiersIn(part.value)) yield ok(dossier);
    }
  }
}

async function fetchPart(
  round: Round,
  manifest: CheckedManifest,
  index: number,
  progress: Progress,
): Promise<Result<readonly RecordState[], RoundError>> {
  const name = round.names.part(manifest.generation, manifest.attempt, index);
  const kept = await round.session.keptObject(name);
  const got = kept === undefined ? await round.store.get(name) : ok(kept);
  if (!got.ok) return got;
  const states = got.value === null ? null : await statesOf(round, manifest, index, got.value);
  if (states === null || got.value === null) {
    const alarmed = await round.alarm(got.value === null ? 'withheld' : 'damaged', { name });
    return alarmed.ok ? err({ type: 'Paused' }) : alarmed;
  }
  if (kept === undefined) {
    const remembered = await round.remember(round.memory, {
      put: [{ name, bytes: got.value, outgoing: false }],
    });
    if (!remembered.ok) return remembered;
  }
  progress.add(got.value.length);
  return ok(states);
}

async function statesOf(
  round: Round,
  manifest: CheckedManifest,
  index: number,
  bytes: Uint8Array<ArrayBuffer>,
): Promise<readonly RecordState[] | null> {
  const part = manifest.parts[index];
  if ((await objectHash(bytes)) !== part?.hash) return null;
  const opened = await openFrom(round, bytes, 'snapshotPart', manifest.generation);
  if (opened?.device !== manifest.creator) return null;
  const text = readUtf8(opened.body);
  if (text === null) return null;
  const latest = latestStamp(round, manifest.membershipN);
  const states: RecordState[] = [];
  for (const line of text.split('\n')) {
    if (line === '') continue;
    const record = jsonOf(line);
    const state = decodeRecord(record);
    // Whoever took in a stamp of the far future would write no other from then on.
    if (state === null || stampsOf(record as EncodedRecord).some((stamp) => timeOf(stamp) > latest))
      return null;
    states.push(state);
  }
  return states.length === part.records ? states : null;
}

/** Every stamp of a record stands among its moments, each before its author's clock. */
function stampsOf({ moments }: EncodedRecord): readonly Stamp[] {
  return moments.filter((moment) => typeof moment === 'string');
}

/** The states of a part as a snapshot would be merged or compared, part by part. */
export async function* statesInSnapshot(
  round: Round,
  manifest: CheckedManifest,
): AsyncGenerator<Result<readonly RecordState[], RoundError>, void, void> {
  const parts = manifest.parts.map((_, index) => index);
  yield* dossiersOf(round, manifest, parts, new Progress(round, []));
}

function* dossiersIn(
  states: readonly RecordState[],
): Generator<readonly RecordState[], void, void> {
  let dossier: RecordState[] = [];
  let owner: RecordId | null | undefined;
  for (const state of states) {
    const own = state.customer ?? (belongsTo(state.kind) === 'itself' ? state.id : null);
    if (own !== owner && dossier.length > 0) {
      yield dossier;
      dossier = [];
    }
    owner = own;
    dossier.push(state);
  }
  if (dossier.length > 0) yield dossier;
}

class Progress {
  readonly #round: Round;
  readonly #total: number;
  #done = 0;

  constructor(round: Round, parts: readonly Part[]) {
    this.#round = round;
    this.#total = parts.reduce((sum, { bytes }) => sum + bytes, 0);
  }

  add(bytes: number): void {
    this.#done += bytes;
    if (this.#total > 0) this.#round.onProgress({ done: this.#done, total: this.#total });
  }
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

/** A snapshot that is new here takes the place of the one before. */
async function note(
  round: Round,
  manifest: CheckedManifest,
  attested: boolean,
): Promise<Result<void, RoundError>> {
  const { memory } = round;
  if (memory.snapshot !== null && memory.snapshot.generation >= manifest.generation) {
    const isSame = memory.snapshot.hash === manifest.hash;
    const isOther = memory.snapshot.generation === manifest.generation && !isSame;
    return isOther ? checkSnapshot(round) : ok();
  }
  const snapshot: KnownSnapshot = {
    generation: manifest.generation,
    hash: manifest.hash,
    creator: manifest.creator,
    since: round.clock.now(),
    vector: manifest.vector as KnownSnapshot['vector'],
    attested,
    epoch: manifest.epoch,
    membershipN: manifest.membershipN,
  };
  return round.remember({
    ...memory,
    snapshot,
    // The one before stays that until it is collected, however many come behind it.
    olderSnapshot: memory.olderSnapshot ?? memory.snapshot,
    since: { segments: 0, bytes: 0 },
    // One that was under way while somebody was removed is not yet the one under the new keys.
    owesSnapshot: memory.owesSnapshot && manifest.epoch < round.keys.current,
  });
}
