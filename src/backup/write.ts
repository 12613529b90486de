/**
 * Writing a backup: records → lines → gzip → age → spool, hashed as they pass, then the parts in clear and the container
 * around them. Nothing but one dossier and a few chunks is in memory at a time. FORMAT.md.
 */

import { utf8Bytes } from '#base/bytes.ts';
import type { Clock } from '#base/clock.ts';
import type { DeviceId } from '#base/ids.ts';
import { type Result, assert, err, ok } from '#base/result.ts';
import { deviceRecipient, encryptAge } from '#crypto/age.ts';
import type { SigningKeys } from '#crypto/key-pairs.ts';
import {
  type MembershipState,
  allowedSigners,
  isActiveAdmin,
  verifyMembership,
} from '#crypto/membership.ts';
import { fingerprint, signSsh } from '#crypto/ssh-signature.ts';
import { createSHA256 } from 'hash-wasm';
import { sha256Hex } from './hashes.ts';
import {
  type ManifestEntry,
  ALLOWED_SIGNERS,
  MANIFEST,
  MEMBERSHIP,
  README,
  RECORDS,
  SIGNATURE,
  SIGNATURE_NAMESPACE,
  encodeManifest,
} from './manifest.ts';
import type { Cancelled, OnProgress } from './progress.ts';
import { readmeText } from './readme.ts';
import { type Counts, type DossierToWrite, Tally, recordLine } from './records.ts';
import { type Spool, openSpool } from './spool.ts';
import { packTar } from './tar.ts';

/** What a workspace gives to be backed up. `Damage` is the vault's word for a thing that it can't read. */
export interface BackupSource<Damage> {
  /** The signed log, without line ends. It says who can open the backup. */
  readonly membership: readonly string[];
  /** This device, which must be an active admin. */
  readonly device: DeviceId;
  readonly signing: SigningKeys;
  /** `age1…`, beyond those of the log: named by an admin in the workspace's settings. */
  readonly extraRecipients?: readonly string[];
  /** Hash of this device's backup before, hex. */
  readonly previous: string | null;
  /** Ms since 1970: from when the file should not be kept any more. */
  readonly expiresAt?: number;
  /** The workspace's own records first, then each customer's together; what is in the trash included. */
  readonly records: AsyncIterable<Result<DossierToWrite, Damage>>;
  /** About how many records there are, for progress; 0: not known. */
  readonly expectedRecords: number;
  readonly clock: Clock;
}

export interface WriteOptions {
  readonly signal: AbortSignal;
  readonly onProgress?: OnProgress;
  readonly spool?: () => Promise<Spool>;
}

export interface WrittenBackup extends Counts {
  readonly blob: Blob;
  /** SHA-256, hex. */
  readonly manifestHash: string;
  readonly createdAt: number;
  /** Frees the disk once the file was saved or given up. */
  readonly discard: () => Promise<void>;
}

export type WriteError<Damage> =
  /** What can't be read would be missing: there is no backup rather than one with holes. */
  | { readonly type: 'Damaged'; readonly damage: readonly Damage[] }
  | { readonly type: 'StorageFull' }
  | { readonly type: 'StorageUnavailable'; readonly reason: string }
  | Cancelled;

export async function writeBackup<Damage>(
  source: BackupSource<Damage>,
  { signal, onProgress, spool: open = openSpool }: WriteOptions,
): Promise<Result<WrittenBackup, WriteError<Damage>>> {
  const membership = await verifiedMembership(source);
  const createdAt = source.clock.now();
  const spool = await open();
  try {
    const written = await writeRecords(source, membership, spool, signal, onProgress);
    if (!written.ok) {
      await spool.discard();
      return written;
    }
    const { tally, recordBytes, entry, blob: records } = written.value;
    const readme = await textEntry(README, readmeText);
    const signers = await textEntry(
      ALLOWED_SIGNERS,
      linesOf(allowedSigners(membership, membership.workspace)),
    );
    const log = await textEntry(MEMBERSHIP, linesOf(source.membership));
    const { counts, deleted, erasures, lines } = tally;
    const manifest = encodeManifest({
      workspace: membership.workspace,
      rootHash: membership.rootHash,
      signer: {
        device: source.device,
        fingerprint: await fingerprint(source.signing.publicKey),
      },
      createdAt,
      ...(source.expiresAt !== undefined && { expiresAt: source.expiresAt }),
      previous: source.previous,
      counts,
      deleted,
      erasures,
      lines,
      recordBytes,
      sync: {},
      entries: [readme.entry, signers.entry, log.entry, entry],
    });
    const signature = await signSsh(source.signing, SIGNATURE_NAMESPACE, manifest);
    const files = [
      { name: README, body: readme.body },
      { name: MANIFEST, body: new Blob([manifest]) },
      { name: SIGNATURE, body: new Blob([signature]) },
      { name: ALLOWED_SIGNERS, body: signers.body },
      { name: MEMBERSHIP, body: log.body },
      { name: RECORDS, body: records },
    ];
    return ok({
      blob: packTar(files, createdAt),
      manifestHash: await sha256Hex(manifest),
      createdAt,
      counts,
      deleted,
      erasures,
      lines,
      discard: () => spool.discard(),
    });
  } catch (error) {
    await spool.discard();
    if (!(error instanceof DOMException)) throw error;
    if (error.name === 'QuotaExceededError') return err({ type: 'StorageFull' });
    return err({ type: 'StorageUnavailable', reason: error.name });
  }
}

/** `Kelp & Sons-2026-11-23.holdfast.tar`: the day by the signer's clock, the name without what file systems refuse. */
export function backupFileName(workspaceName: string, createdAt: number): string {
  const plain = workspaceName
    .normalize('NFC')
    .replace(/[\p{C}\p{Zl}\p{Zp}<>:"/\\|?*]+/gu, ' ')
    .replace(/\s+/gu, ' ')
    .replace(/^[\s.-]+|[\s.]+$/gu, '');
  // File systems count 255 bytes; a character has at most four.
  const short = Array.from(plain).slice(0, 48).join('').trimEnd();
  const day = new Date(createdAt).toISOString().slice(0, 10);
  return `${short === '' ? 'workspace' : short}-${day}.holdfast.tar`;
}

interface WrittenRecords {
  readonly tally: Tally;
  readonly recordBytes: number;
  readonly entry: ManifestEntry;
  readonly blob: Blob;
}

async function writeRecords<Damage>(
  source: BackupSource<Damage>,
  membership: MembershipState,
  spool: Spool,
  signal: AbortSignal,
  onProgress: OnProgress | undefined,
): Promise<Result<WrittenRecords, WriteError<Damage>>> {
  const damage: Damage[] = [];
  const tally = new Tally();
  let recordBytes = 0;
  const chunks = lineChunks(source.records, tally, damage, signal);
  const plaintext = new ReadableStream<Uint8Array<ArrayBuffer>>({
    async pull(controller) {
      const { done, value } = await chunks.next();
      if (done) {
        controller.close();
        return;
      }
      recordBytes += value.length;
      controller.enqueue(value);
      const { lines } = tally;
      onProgress?.({
        done: lines,
        total: Math.max(lines, source.expectedRecords),
        step: 'writing',
      });
    },
    async cancel() {
      await chunks.return();
    },
  });

  const hash = await createSHA256();
  let size = 0;
  const ciphertext = await encryptAge(
    recipientsOf(membership, source.extraRecipients ?? []),
    plaintext.pipeThrough(new CompressionStream('gzip')),
  );
  const reader = ciphertext.getReader();
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (signal.aborted) return err({ type: 'Cancelled' });
      if (damage.length > 0 && !done) continue;
      if (done) break;
      hash.update(value);
      size += value.length;
      await spool.write(value as Uint8Array<ArrayBuffer>);
    }
  } finally {
    await reader.cancel();
  }
  if (damage.length > 0) return err({ type: 'Damaged', damage });
  const blob = await spool.finish();
  assert(blob.size === size, 'the spool keeps what it was given');
  return ok({ tally, recordBytes, blob, entry: { name: RECORDS, size, sha256: hash.digest() } });
}

/** Large enough that a stream's cost a chunk does not count, small enough to show progress by. */
const CHUNK_LENGTH = 128 * 1024;

/** Ends early when cancelled. After the first damage it writes nothing and only looks for more. */
async function* lineChunks<Damage>(
  records: AsyncIterable<Result<DossierToWrite, Damage>>,
  tally: Tally,
  damage: Damage[],
  signal: AbortSignal,
): AsyncGenerator<Uint8Array<ArrayBuffer>, void, void> {
  let text = '';
  for await (const dossier of records) {
    if (signal.aborted) return;
    if (!dossier.ok) {
      damage.push(dossier.error);
      continue;
    }
    if (damage.length > 0) continue;
    for (const record of dossier.value) {
      if (typeof record === 'string') {
        tally.addLine(record);
        text += `${record}\n`;
      } else {
        tally.add(record);
        text += recordLine(record);
      }
      if (text.length < CHUNK_LENGTH) continue;
      yield utf8Bytes(text);
      text = '';
    }
  }
  if (text !== '') yield utf8Bytes(text);
}

function recipientsOf(membership: MembershipState, extra: readonly string[]): readonly string[] {
  const admins = Array.from(membership.devices.values())
    .filter(isActiveAdmin)
    .map(({ agreement }) => deviceRecipient(agreement));
  return Array.from(new Set([membership.recoveryRecipient, ...admins, ...extra]));
}

async function verifiedMembership<Damage>({
  membership,
  device,
}: BackupSource<Damage>): Promise<MembershipState> {
  const state = await verifyMembership({ lines: membership });
  assert(state.ok, 'the vault verified its own membership log');
  const member = state.value.devices.get(device);
  assert(member !== undefined && isActiveAdmin(member), 'only an active admin device backs up');
  return state.value;
}

async function textEntry(
  name: string,
  text: string,
): Promise<{ entry: ManifestEntry; body: Blob }> {
  const bytes = utf8Bytes(text);
  return {
    entry: { name, size: bytes.length, sha256: await sha256Hex(bytes) },
    body: new Blob([bytes]),
  };
}

function linesOf(lines: readonly string[]): string {
  return lines.map((line) => `${line}\n`).join('');
}
