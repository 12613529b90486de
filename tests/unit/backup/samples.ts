/** What the tests of this room share: a workspace with its keys and kit, records to back up, and the ways in which files go bad. */

import type { DeviceId, RecordId, WorkspaceId } from '#base/ids.ts';
import { createDeviceId, createRecordId, createWorkspaceId } from '#base/ids.ts';
import { type Result, ok } from '#base/result.ts';
import { type BackupSource, type WrittenBackup, writeBackup } from '#backup/write.ts';
import { type ReadOptions, readBackup } from '#backup/verify.ts';
import { createBlobSpool } from '#backup/spool.ts';
import type { DossierToWrite } from '#backup/records.ts';
import { type TarFile, TarReader, packTar } from '#backup/tar.ts';
import { bytesToHex, utf8Bytes } from '#base/bytes.ts';
import { encryptAge } from '#crypto/age.ts';
import { sha256 } from '#crypto/hash.ts';
import type { SigningKeys } from '#crypto/key-pairs.ts';
import { signSsh } from '#crypto/ssh-signature.ts';
import { type NewDeviceKeys, createDeviceKeys } from '#crypto/device-keys.ts';
import {
  type RootHash,
  allowedSigners,
  createWorkspaceRoot,
  verifyMembership,
} from '#crypto/membership.ts';
import { type RecoveryKey, createRecoveryKey } from '#crypto/recovery.ts';
import { writeRecoveryKit } from '#crypto/recovery-kit.ts';
import { type Kind, fieldsOf } from '#domain/catalogue.ts';
import type { Json } from '#domain/change.ts';
import { changeOf } from '#domain/edits.ts';
import { applyChange, createErasures } from '#domain/apply.ts';
import type { RecordState } from '#domain/record-state.ts';
import { StampClock } from '#domain/stamp.ts';

export const NOW = Date.parse('2026-11-23T09:41:00.000Z');
export const clock = { now: () => NOW };

export interface SampleWorkspace {
  readonly workspace: WorkspaceId;
  readonly device: DeviceId;
  readonly keys: NewDeviceKeys;
  readonly lines: readonly string[];
  readonly rootHash: RootHash;
  readonly recoveryKey: RecoveryKey;
  readonly kit: string;
}

export async function createSampleWorkspace(): Promise<SampleWorkspace> {
  const workspace = createWorkspaceId();
  const device = createDeviceId();
  const keys = await createDeviceKeys();
  const recoveryKey = await createRecoveryKey();
  const createdAt = '2026-11-22T08:00:00.000Z';
  const { lines, rootHash } = await createWorkspaceRoot({
    workspace,
    device,
    deviceKeys: keys,
    recoveryRecipient: recoveryKey.recipient,
    recoverySigner: recoveryKey.signerPublicKey,
    createdAt,
  });
  const state = valueOf(await verifyMembership({ lines }));
  const kit = writeRecoveryKit({
    workspaceName: 'Kelp & Sons',
    workspace,
    rootHash,
    recoveryKey,
    allowedSigners: allowedSigners(state, workspace),
    createdAt,
  });
  return { workspace, device, keys, lines, rootHash, recoveryKey, kit };
}

/** A record as one edit makes it. */
export function recordOf(
  clockOfDevice: StampClock,
  kind: Kind,
  values: Record<string, Json>,
  { id = createRecordId(), customer }: { id?: RecordId; customer?: RecordId } = {},
): RecordState {
  const change = changeOf({
    record: id,
    kind,
    ...(customer !== undefined && { customer }),
    values,
    fields: fieldsOf(kind),
    stamp: clockOfDevice.next(),
    at: NOW,
  });
  const state = applyChange(undefined, change, createErasures());
  if (state === undefined) throw new Error('a new record has a state');
  return state;
}

/** The workspace's own records, then `customers` customers with an interaction each. */
export function sampleDossiers({ device }: SampleWorkspace, customers = 3): RecordState[][] {
  const stamps = new StampClock(device, clock);
  const dossiers: RecordState[][] = [
    [
      recordOf(stamps, 'workspace', { name: 'Kelp & Sons' }),
      recordOf(stamps, 'member', { name: 'Anna Quist', device }),
    ],
  ];
  for (let n = 0; n < customers; n++) {
    const id = createRecordId();
    dossiers.push([
      recordOf(stamps, 'customer', { name: `Customer ${String(n)} 海藻`, company: 'Tang' }, { id }),
      recordOf(stamps, 'interaction', { notes: `Visit ${String(n)}\n` }, { customer: id }),
    ]);
  }
  return dossiers;
}

export function sourceOf(
  { device, keys, lines }: SampleWorkspace,
  dossiers: readonly DossierToWrite[],
  more: Partial<BackupSource<string>> = {},
): BackupSource<string> {
  return {
    membership: lines,
    device,
    signing: keys.signing,
    previous: null,
    records: streamOf(dossiers),
    expectedRecords: dossiers.flat().length,
    clock,
    ...more,
  };
}

export async function* streamOf(
  dossiers: readonly DossierToWrite[],
): AsyncGenerator<Result<DossierToWrite, never>> {
  for (const dossier of dossiers) yield Promise.resolve(ok(dossier));
}

export async function written(
  workspace: SampleWorkspace,
  dossiers: readonly DossierToWrite[] = sampleDossiers(workspace),
  more: Partial<BackupSource<string>> = {},
): Promise<WrittenBackup> {
  const source = sourceOf(workspace, dossiers, more);
  return valueOf(await writeBackup(source, { signal: never, spool: blobSpool }));
}

export const never = new AbortController().signal;
export const blobSpool = () => Promise.resolve(createBlobSpool());

/** As somebody with the kit reads it, and nothing else known. */
export function byKit(
  { recoveryKey, rootHash }: Pick<SampleWorkspace, 'recoveryKey' | 'rootHash'>,
  more: Partial<ReadOptions> = {},
): ReadOptions {
  return { keys: [recoveryKey], rootHash, signal: never, ...more };
}

export async function recordsIn(file: Blob, options: ReadOptions): Promise<RecordState[]> {
  const records: RecordState[] = [];
  const report = await readBackup(file, options, (dossiers) => {
    records.push(...dossiers.flat());
  });
  valueOf(report);
  return records;
}

export async function bytesOf(blob: Blob): Promise<Uint8Array<ArrayBuffer>> {
  return new Uint8Array(await blob.arrayBuffer());
}

export function valueOf<T>(result: Result<T, unknown>): T {
  if (result.ok) return result.value;
  throw new Error(`expected a value, got ${JSON.stringify(result.error)}`);
}

export function errorOf<E>(result: Result<unknown, E>): E {
  if (!result.ok) return result.error;
  throw new Error('expected an error, got a value');
}

// ---- Forging ----------------------------------------------------------------------------------------------------------

/** The entries of a backup, to be changed and packed again. */
export async function entriesOf(blob: Blob): Promise<TarFile[]> {
  const reader = new TarReader(blob);
  const entries: TarFile[] = [];
  for (;;) {
    const next = valueOf(await reader.next());
    if (next === null) return entries;
    entries.push(next);
  }
}

export async function repacked(
  blob: Blob,
  change: (entries: TarFile[]) => readonly TarFile[],
): Promise<Blob> {
  return packTar(change(await entriesOf(blob)), NOW);
}

/** With the named entry's contents replaced. */
export function replacing(name: string, body: BlobPart) {
  return (entries: TarFile[]): TarFile[] =>
    entries.map((entry) => (entry.name === name ? { name, body: new Blob([body]) } : entry));
}

/**
 * What somebody with a device's signing key can do: any entries and any manifest, well signed. Sizes and hashes are made to fit before
 * `edit` may spoil them again.
 */
export async function forged(
  blob: Blob,
  signing: SigningKeys,
  {
    entries: replaced = {},
    edit = (manifest) => manifest,
  }: {
    readonly entries?: Readonly<Record<string, BlobPart>>;
    readonly edit?: (manifest: Record<string, unknown>) => unknown;
  },
): Promise<Blob> {
  let entries = await entriesOf(blob);
  for (const [name, body] of Object.entries(replaced)) entries = replacing(name, body)(entries);
  const bodyOf = (name: string) => entries.find((entry) => entry.name === name)?.body ?? new Blob();
  const manifest = JSON.parse(await bodyOf('manifest.json').text()) as Record<string, unknown>;
  const listed = manifest['entries'] as readonly { readonly name: string }[];
  manifest['entries'] = await Promise.all(
    listed.map(async ({ name }) => {
      const bytes = await bytesOf(bodyOf(name));
      return { name, size: bytes.length, sha256: bytesToHex(await sha256(bytes)) };
    }),
  );
  const text = utf8Bytes(`${JSON.stringify(edit(manifest), null, 2)}\n`);
  const signature = await signSsh(signing, 'holdfast-backup', text);
  entries = replacing('manifest.json', text)(entries);
  return packTar(replacing('manifest.json.sig', signature)(entries), NOW);
}

/** Any lines, compressed and encrypted to the workspace's kit. */
export async function sealedLines({ recoveryKey }: SampleWorkspace, text: BlobPart): Promise<Blob> {
  const compressed = new Blob([text]).stream().pipeThrough(new CompressionStream('gzip'));
  const ciphertext = await encryptAge([recoveryKey.recipient], compressed);
  return new Response(ciphertext as ReadableStream<Uint8Array<ArrayBuffer>>).blob();
}
