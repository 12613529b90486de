/**
 * Reading a backup without believing it: container, signature, signer, hashes, then every record, decrypted and checked.
 * Nothing is written. The order of the checks is FORMAT.md's, so that each fault has its own name.
 */

import { base64ToBytes, bytesToBase64, equalBytes } from '#base/bytes.ts';
import type { DeviceId } from '#base/ids.ts';
import { type Result, assert, err, ok } from '#base/result.ts';
import { type AgeIdentity, decryptAge } from '#crypto/age.ts';
import {
  type MembershipState,
  type RootHash,
  isActiveAdmin,
  verifyMembership,
} from '#crypto/membership.ts';
import { readRecoveryKit } from '#crypto/recovery-kit.ts';
import { type NotARecoveryKey, type RecoveryKey, parseRecoveryKey } from '#crypto/recovery.ts';
import { type Signer, fingerprint, verifySsh } from '#crypto/ssh-signature.ts';
import { createSHA256 } from 'hash-wasm';
import { blobSha256Hex, sha256Hex } from './hashes.ts';
import {
  type Manifest,
  type ManifestEntry,
  ALLOWED_SIGNERS,
  BACKUP_FORMAT,
  LARGEST_ENTRY_BYTES,
  MANIFEST,
  MEMBERSHIP,
  README,
  RECORDS,
  SIGNATURE,
  SIGNATURE_NAMESPACE,
  decodeManifest,
} from './manifest.ts';
import type { Cancelled, OnProgress } from './progress.ts';
import {
  type BackupNames,
  type BadRecord,
  type DossierRecords,
  DossierReader,
  differenceOf,
  namesIn,
} from './records.ts';
import { type TarError, type TarFile, TarReader } from './tar.ts';

export interface ReadOptions {
  /** Any of them may open it. */
  readonly keys: readonly AgeIdentity[];
  /** The kit's. */
  readonly rootHash?: RootHash;
  /** The membership log of the workspace that is open here, without line ends. It was verified when it was opened. */
  readonly knownMembership?: readonly string[];
  readonly signal: AbortSignal;
  readonly onProgress?: OnProgress;
}

/** What a backup says of itself, once signature, signer and hashes were checked. */
export interface SignedReport extends Pick<
  Manifest,
  | 'workspace'
  | 'rootHash'
  | 'signer'
  | 'createdAt'
  | 'expiresAt'
  | 'previous'
  | 'counts'
  | 'deleted'
  | 'erasures'
  | 'lines'
> {
  readonly vouchedBy: VouchedBy;
  /** Every device that the membership log names or named, and what it signs with, as `ssh-keygen -l` prints it. */
  readonly devices: ReadonlyMap<DeviceId, string>;
  /** SHA-256, hex: which backup this is. */
  readonly manifestHash: string;
}

/** What is in a backup, found by reading and decrypting all of it. */
export interface BackupReport extends SignedReport, BackupNames {
  readonly customers: number;
}

/** `nothing`: a person must compare the fingerprint before anything is restored. */
export type VouchedBy = 'kit' | 'workspace' | 'nothing';

export type BackupFileError =
  | { readonly type: 'NotABackup' }
  /** The browser can't read the file any more: moved, changed since it was chosen, or its disk taken away. */
  | { readonly type: 'Unreadable' }
  /** The file ends in or before this entry. */
  | { readonly type: 'Truncated'; readonly entry: string }
  | { readonly type: 'NewerFormat'; readonly format: number }
  | { readonly type: 'BadSignature' }
  /** The entry is not what the signed manifest lists, or not listed at all. */
  | { readonly type: 'WrongHash'; readonly entry: string }
  | { readonly type: 'BadMembership'; readonly reason: MembershipReason }
  | { readonly type: 'WrongKey' }
  | BadRecord
  /** `kind` of record, or `lines`, `deleted`, `erasures`, `recordBytes`. */
  | { readonly type: 'WrongCount'; readonly kind: string }
  | { readonly type: 'RemovedSigner'; readonly fingerprint: string };

export type MembershipReason =
  /** The log itself does not hold: src/crypto/FORMAT.md, section 8. */
  | 'BadRoot'
  | 'BadRecord'
  | 'BadSignature'
  | 'BrokenChain'
  | 'NotPermitted'
  /** It belongs to another workspace than the kit. */
  | 'OtherWorkspace'
  /** It contradicts the log that this device has. */
  | 'Forked'
  /** The signature's key is none of the log's. */
  | 'UnknownSigner'
  | 'SignerNotAdmin';

/** What a person gives to open a backup: the whole kit, which also says whom to trust, or its key alone. */
export interface KitKeys {
  readonly recoveryKey: RecoveryKey;
  readonly rootHash?: RootHash;
}

export async function readKitKeys(text: string): Promise<Result<KitKeys, NotARecoveryKey>> {
  const kit = await readRecoveryKit(text);
  if (kit.ok) return ok({ recoveryKey: kit.value.recoveryKey, rootHash: kit.value.rootHash });
  const recoveryKey = await parseRecoveryKey(text);
  return recoveryKey.ok ? ok({ recoveryKey: recoveryKey.value }) : recoveryKey;
}

/** Reads all of it and writes nothing. `onRecords` is shown each dossier, which counts for nothing until this ends well. */
export async function readBackup(
  file: Blob,
  options: ReadOptions,
  onRecords?: (dossiers: readonly DossierRecords[]) => void,
): Promise<Result<BackupReport, BackupFileError | Cancelled>> {
  const opened = await openBackup(file, options);
  if (!opened.ok) return opened;
  const { report } = opened.value;
  let names: BackupNames | undefined;
  for await (const dossiers of readRecords(opened.value, options)) {
    if (!dossiers.ok) return dossiers;
    names ??= namesIn(dossiers.value[0] ?? [], report.signer.device);
    onRecords?.(dossiers.value);
  }
  return ok(completeReport(report, names));
}

/** Everything but the records was checked. */
export interface OpenedBackup {
  readonly report: SignedReport;
  readonly manifest: Manifest;
  readonly records: Blob;
}

export async function openBackup(
  file: Blob,
  { rootHash, knownMembership }: ReadOptions,
): Promise<Result<OpenedBackup, BackupFileError>> {
  try {
    const opened = await openParts(new TarReader(file));
    if (!opened.ok) return opened;
    const { manifest, manifestHash, membershipText, records, signer } = opened.value;
    const log = await readLog(membershipText, manifest);
    if (!log.ok) return log;
    const vouchedBy = await judgeSigner({
      manifest,
      signer,
      log: log.value,
      rootHash,
      knownMembership,
    });
    if (!vouchedBy.ok) return vouchedBy;
    const { entries: _entries, recordBytes: _recordBytes, sync: _sync, ...told } = manifest;
    const devices = new Map<DeviceId, string>();
    for (const [device, { signing }] of log.value.state.devices) {
      devices.set(device, await fingerprint(signing));
    }
    const judged = { manifestHash, vouchedBy: vouchedBy.value, devices };
    return ok({ manifest, records, report: { ...told, ...judged } });
  } catch (error) {
    return err(unreadable(error));
  }
}

/**
 * Decrypts, unpacks and checks the records. What it gives is true only if it ends without an error: hash, size and counts are
 * known at the end. See: FORMAT.md section 4.
 */
export async function* readRecords(
  opened: OpenedBackup,
  options: ReadOptions,
): AsyncGenerator<Result<readonly DossierRecords[], BackupFileError | Cancelled>, void, void> {
  const { manifest, records } = opened;
  const problem = yield* checkRecords(opened, options);
  if (problem !== null)
    yield err(await nameOf(problem, records, entryOf(manifest, RECORDS).sha256));
}

export function completeReport(
  report: SignedReport,
  names: BackupNames = { workspaceName: '', signerName: '' },
): BackupReport {
  return { ...report, ...names, customers: report.counts['customer'] ?? 0 };
}

// ---- The parts in clear ---------------------------------------------------------------------------------------------

interface Parts {
  readonly manifest: Manifest;
  readonly manifestHash: string;
  readonly signer: Signer;
  readonly membershipText: string;
  readonly records: Blob;
}

async function openParts(tar: TarReader): Promise<Result<Parts, BackupFileError>> {
  const readme = await takeFirst(tar);
  if (!readme.ok) return readme;
  const manifestEntry = await takeEntry(tar, MANIFEST);
  if (!manifestEntry.ok) return foreign(manifestEntry.error);
  const signatureEntry = await takeEntry(tar, SIGNATURE);
  if (!signatureEntry.ok) return foreign(signatureEntry.error);

  const message = await bytesOf(manifestEntry.value);
  const armored = asciiOf(await bytesOf(signatureEntry.value));
  const signer = await verifySsh({ armored, namespace: SIGNATURE_NAMESPACE, message });
  if (!signer.ok || !isAsWritten(armored)) return err({ type: 'BadSignature' });
  const manifest = decodeManifest(message);
  if (!manifest.ok) return manifest;
  if (signer.value.fingerprint !== manifest.value.signer.fingerprint) {
    return err({ type: 'BadSignature' });
  }

  if (!(await isListed(readme.value, entryOf(manifest.value, README)))) return wrongHash(README);
  const signers = await takeEntry(tar, ALLOWED_SIGNERS);
  if (!signers.ok) return signers;
  if (!(await isListed(signers.value, entryOf(manifest.value, ALLOWED_SIGNERS)))) {
    return wrongHash(ALLOWED_SIGNERS);
  }
  const membership = await takeEntry(tar, MEMBERSHIP);
  if (!membership.ok) return membership;
  if (!(await isListed(membership.value, entryOf(manifest.value, MEMBERSHIP)))) {
    return wrongHash(MEMBERSHIP);
  }
  const records = await takeEntry(tar, RECORDS);
  if (!records.ok) return records;
  if (records.value.size !== entryOf(manifest.value, RECORDS).size) return wrongHash(RECORDS);
  const end = await tar.next();
  if (!end.ok) return err(tarError(end.error, RECORDS));
  if (end.value !== null) return wrongHash(end.value.name);

  return ok({
    manifest: manifest.value,
    manifestHash: await sha256Hex(message),
    signer: signer.value,
    membershipText: await membership.value.text(),
    records: records.value,
  });
}

/** Until the first entry is README.txt, whatever is wrong means that the file is something else. */
async function takeFirst(tar: TarReader): Promise<Result<Blob, BackupFileError>> {
  const start = asciiOf(await bytesOf(tar.archive.slice(0, README.length + 1)));
  if (start !== `${README}\0`) return err({ type: 'NotABackup' });
  return takeEntry(tar, README);
}

type KnownEntry = keyof typeof LARGEST_ENTRY_BYTES | typeof RECORDS;

async function takeEntry(tar: TarReader, name: KnownEntry): Promise<Result<Blob, BackupFileError>> {
  const next: Result<TarFile | null, TarError> = await tar.next();
  if (!next.ok) return err(tarError(next.error, name));
  if (next.value === null) return err({ type: 'Truncated', entry: name });
  const file = next.value;
  if (file.name !== name) return wrongHash(file.name);
  if (name !== RECORDS && file.body.size > LARGEST_ENTRY_BYTES[name]) return wrongHash(name);
  return ok(file.body);
}

/** A tar whose second or third entry has another name was never a backup. */
function foreign(error: BackupFileError): Result<never, BackupFileError> {
  const isForeign =
    error.type === 'WrongHash' && error.entry !== MANIFEST && error.entry !== SIGNATURE;
  return err(isForeign ? { type: 'NotABackup' } : error);
}

/** Base64 and armor can be spelled in several ways; only ssh-keygen's own is accepted, so that every changed bit is seen. */
function isAsWritten(armored: string): boolean {
  const base64 = ARMOR.exec(armored)?.[1]?.replaceAll('\n', '');
  const bytes = base64 === undefined ? null : base64ToBytes(base64);
  return bytes !== null && bytesToBase64(bytes) === base64;
}

const ARMOR =
  /^-----BEGIN SSH SIGNATURE-----\n((?:[A-Za-z0-9+/=]{1,70}\n)+)-----END SSH SIGNATURE-----\n$/;

function tarError({ type }: TarError, entry: string): BackupFileError {
  return type === 'Ended' ? { type: 'Truncated', entry } : { type: 'WrongHash', entry };
}

function wrongHash(entry: string): Result<never, BackupFileError> {
  return err({ type: 'WrongHash', entry });
}

function entryOf({ entries }: Manifest, name: string): ManifestEntry {
  const entry = entries.find((each) => each.name === name);
  assert(entry, 'a decoded manifest lists every entry');
  return entry;
}

async function isListed(body: Blob, { size, sha256 }: ManifestEntry): Promise<boolean> {
  return body.size === size && (await sha256Hex(await bytesOf(body))) === sha256;
}

// ---- The signer -----------------------------------------------------------------------------------------------------

interface Log {
  readonly lines: readonly string[];
  readonly state: MembershipState;
}

async function readLog(text: string, manifest: Manifest): Promise<Result<Log, BackupFileError>> {
  const lines = text.split('\n');
  if (lines.pop() !== '') return badMembership('BadRecord');
  const state = await verifyMembership({ lines });
  if (!state.ok) {
    return state.error.type === 'NewerFormat'
      ? err({ type: 'NewerFormat', format: BACKUP_FORMAT + 1 })
      : badMembership(state.error.type);
  }
  const { rootHash, workspace } = state.value;
  if (rootHash !== manifest.rootHash || workspace !== manifest.workspace) {
    return badMembership('BadRoot');
  }
  return ok({ lines, state: state.value });
}

interface Judgement {
  readonly manifest: Manifest;
  readonly signer: Signer;
  readonly log: Log;
  readonly rootHash: RootHash | undefined;
  readonly knownMembership: readonly string[] | undefined;
}

/** See: FORMAT.md section 3, "Who may sign". */
async function judgeSigner({
  manifest,
  signer,
  log,
  rootHash,
  knownMembership,
}: Judgement): Promise<Result<VouchedBy, BackupFileError>> {
  if (rootHash !== undefined && rootHash !== log.state.rootHash) {
    return badMembership('OtherWorkspace');
  }
  const refused = refusalOf(log.state, manifest, signer);
  if (refused !== null) return err(refused);

  const known = knownMembership && (await verifiedLog(knownMembership));
  if (known?.state.rootHash !== log.state.rootHash) {
    return ok(rootHash === undefined ? 'nothing' : 'kit');
  }
  const shared = Math.min(known.lines.length, log.lines.length);
  for (let line = 0; line < shared; line++) {
    if (known.lines[line] !== log.lines[line]) return badMembership('Forked');
  }
  if (known.lines.length > shared) {
    const refusedByNow = refusalOf(known.state, manifest, signer);
    if (refusedByNow !== null) return err(refusedByNow);
  }
  return ok(rootHash === undefined ? 'workspace' : 'kit');
}

function refusalOf(
  state: MembershipState,
  { signer: { device } }: Manifest,
  { publicKey, fingerprint }: Signer,
): BackupFileError | null {
  const member = state.devices.get(device);
  if (member === undefined || !equalBytes(member.signing, publicKey)) {
    return { type: 'BadMembership', reason: 'UnknownSigner' };
  }
  if (member.removedAt !== undefined) return { type: 'RemovedSigner', fingerprint };
  return isActiveAdmin(member) ? null : { type: 'BadMembership', reason: 'SignerNotAdmin' };
}

async function verifiedLog(lines: readonly string[]): Promise<Log> {
  const state = await verifyMembership({ lines });
  assert(state.ok, 'the vault verified its own membership log');
  return { lines, state: state.value };
}

function badMembership(reason: MembershipReason): Result<never, BackupFileError> {
  return err({ type: 'BadMembership', reason });
}

// ---- The records ----------------------------------------------------------------------------------------------------

type Checked = AsyncGenerator<
  Result<readonly DossierRecords[], never>,
  BackupFileError | Cancelled | null,
  void
>;

/** Gives dossiers; returns what is wrong with the records, or `null`. */
async function* checkRecords(
  { manifest, records }: OpenedBackup,
  { keys, signal, onProgress }: ReadOptions,
): Checked {
  const listed = entryOf(manifest, RECORDS);
  const hash = await createSHA256();
  let read = 0;
  const hashed = new TransformStream<Uint8Array, Uint8Array>({
    transform(chunk, controller) {
      hash.update(chunk);
      read += chunk.length;
      controller.enqueue(chunk);
    },
  });
  const opened = await decryptAge(keys, byteStream(records).pipeThrough(hashed));
  if (!opened.ok) {
    const isWrongKey = opened.error.type === 'NoMatchingKey';
    return isWrongKey ? { type: 'WrongKey' } : { type: 'WrongHash', entry: RECORDS };
  }

  const lines = gunzip(opened.value).getReader();
  const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
  const reader = new DossierReader();
  let recordBytes = 0;
  try {
    for (;;) {
      const piece = await nextText(lines, decoder);
      if (signal.aborted) return { type: 'Cancelled' };
      if (piece === 'Unreadable') return { type: 'Unreadable' };
      if (piece === 'Broken') return reader.bad();
      recordBytes += piece.bytes;
      if (recordBytes > manifest.recordBytes) return { type: 'WrongCount', kind: 'recordBytes' };
      const dossiers = reader.push(piece.text);
      if (!dossiers.ok) return dossiers.error;
      if (dossiers.value.length > 0) yield dossiers;
      onProgress?.({ done: read, total: listed.size, step: 'verifying' });
      if (piece.done) break;
    }
    const last = reader.finish();
    if (!last.ok) return last.error;
    if (read !== listed.size || hash.digest() !== listed.sha256) {
      return { type: 'WrongHash', entry: RECORDS };
    }
    if (recordBytes !== manifest.recordBytes) return { type: 'WrongCount', kind: 'recordBytes' };
    const difference = differenceOf(reader.tally, manifest);
    if (difference !== null) return { type: 'WrongCount', kind: difference };
    yield last;
    return null;
  } finally {
    await lines.cancel().catch(ignore);
  }
}

interface Piece {
  readonly text: string;
  readonly bytes: number;
  readonly done: boolean;
}

/** Any of three layers may refuse: age a chunk that is not authentic, gzip its own sum, the decoder what is not UTF-8. */
async function nextText(
  lines: ReadableStreamDefaultReader<Uint8Array>,
  decoder: TextDecoder,
): Promise<Piece | 'Broken' | 'Unreadable'> {
  try {
    const { done, value } = await lines.read();
    if (done) return { text: decoder.decode(), bytes: 0, done };
    return { text: decoder.decode(value, { stream: true }), bytes: value.length, done };
  } catch (error) {
    return isUnreadable(error) ? 'Unreadable' : 'Broken';
  }
}

/**
 * Damage to the ciphertext shows first where age, gzip or JSON stumbles over it. A reader that stops there looks at the entry's
 * hash after all, so that a flipped bit is called that, and a wrong key or a bad record only what is one.
 */
async function nameOf(
  problem: BackupFileError | Cancelled,
  records: Blob,
  sha256: string,
): Promise<BackupFileError | Cancelled> {
  if (problem.type === 'Cancelled' || problem.type === 'Unreadable') return problem;
  try {
    const isAsSigned = (await blobSha256Hex(records)) === sha256;
    return isAsSigned ? problem : { type: 'WrongHash', entry: RECORDS };
  } catch (error) {
    return unreadable(error);
  }
}

function gunzip(bytes: ReadableStream<Uint8Array>): ReadableStream<Uint8Array> {
  const input = bytes as ReadableStream<Uint8Array<ArrayBuffer>>;
  return input.pipeThrough(new DecompressionStream('gzip'));
}

function byteStream(blob: Blob): ReadableStream<Uint8Array> {
  return blob.stream();
}

async function bytesOf(blob: Blob): Promise<Uint8Array> {
  return new Uint8Array(await blob.arrayBuffer());
}

/** Byte by byte: what is not ASCII matches nothing. */
function asciiOf(bytes: Uint8Array): string {
  return new TextDecoder('latin1').decode(bytes);
}

function isUnreadable(error: unknown): boolean {
  if (!(error instanceof DOMException)) return false;
  return error.name === 'NotReadableError' || error.name === 'NotFoundError';
}

function unreadable(error: unknown): BackupFileError {
  if (isUnreadable(error)) return { type: 'Unreadable' };
  throw error;
}

function ignore(): void {
  // A stream that failed says so once more when it is cancelled.
}
