/** The manifest: what a backup says of itself, signed. FORMAT.md section 3. */

import { bytesToUtf8, utf8Bytes } from '#base/bytes.ts';
import type { DeviceId, WorkspaceId } from '#base/ids.ts';
import { isId } from '#base/ids.ts';
import { type Result, err, ok } from '#base/result.ts';
import * as v from 'valibot';

export const BACKUP_FORMAT = 1;

/** Namespace of the manifest's signature: a signature made for anything else is none here. */
export const SIGNATURE_NAMESPACE = 'holdfast-backup';

export const README = 'README.txt';
export const MANIFEST = 'manifest.json';
export const SIGNATURE = 'manifest.json.sig';
export const ALLOWED_SIGNERS = 'allowed_signers';
export const MEMBERSHIP = 'membership.jsonl';
export const RECORDS = 'records.jsonl.gz.age';

/** What the manifest lists, in the file's order. */
export const LISTED_ENTRIES = [README, ALLOWED_SIGNERS, MEMBERSHIP, RECORDS] as const;

/** No entry but the records is larger than this. FORMAT.md section 2. */
export const LARGEST_ENTRY_BYTES = {
  [README]: 64 * 1024,
  [MANIFEST]: 1024 * 1024,
  [SIGNATURE]: 4 * 1024,
  [ALLOWED_SIGNERS]: 1024 * 1024,
  [MEMBERSHIP]: 16 * 1024 * 1024,
} as const;

export interface ManifestEntry {
  readonly name: string;
  readonly size: number;
  /** Hex. */
  readonly sha256: string;
}

export interface Manifest {
  readonly workspace: WorkspaceId;
  /** Hex. */
  readonly rootHash: string;
  readonly signer: { readonly device: DeviceId; readonly fingerprint: string };
  /** Ms since 1970 by the signer's clock. */
  readonly createdAt: number;
  readonly expiresAt?: number;
  /** Hash of the manifest before this one, hex. */
  readonly previous: string | null;
  /** Living records by kind. */
  readonly counts: Readonly<Record<string, number>>;
  readonly deleted: number;
  readonly erasures: number;
  readonly lines: number;
  readonly recordBytes: number;
  readonly sync: Readonly<Record<string, unknown>>;
  readonly entries: readonly ManifestEntry[];
}

/** Laid out by hand, so that each entry stands on a line of its own and `sed` can make `sha256sum`'s list of it. */
export function encodeManifest(manifest: Manifest): Uint8Array<ArrayBuffer> {
  const { signer, entries, createdAt, expiresAt, ...rest } = manifest;
  const fields = {
    type: 'holdfast-backup',
    format: BACKUP_FORMAT,
    workspace: rest.workspace,
    rootHash: rest.rootHash,
    signer: { device: signer.device, fingerprint: signer.fingerprint },
    createdAt: new Date(createdAt).toISOString(),
    ...(expiresAt !== undefined && { expiresAt: new Date(expiresAt).toISOString() }),
    previous: rest.previous,
    counts: rest.counts,
    deleted: rest.deleted,
    erasures: rest.erasures,
    lines: rest.lines,
    recordBytes: rest.recordBytes,
    sync: rest.sync,
  };
  const lines = Object.entries(fields).map(
    ([name, value]) => `  ${JSON.stringify(name)}: ${JSON.stringify(value)},\n`,
  );
  const list = entries
    .map(({ name, size, sha256 }) => `    ${JSON.stringify({ name, size, sha256 })}`)
    .join(',\n');
  return utf8Bytes(`{\n${lines.join('')}  "entries": [\n${list}\n  ]\n}\n`);
}

export type ManifestError =
  { readonly type: 'NotABackup' } | { readonly type: 'NewerFormat'; readonly format: number };

/** Call it with bytes whose signature was checked. */
export function decodeManifest(bytes: Uint8Array): Result<Manifest, ManifestError> {
  const json = parseJson(bytes);
  const head = v.safeParse(headSchema, json);
  if (!head.success) return err({ type: 'NotABackup' });
  if (head.output.format > BACKUP_FORMAT) {
    return err({ type: 'NewerFormat', format: head.output.format });
  }
  const parsed = v.safeParse(manifestSchema, json);
  if (!parsed.success) return err({ type: 'NotABackup' });
  const { expiresAt, ...manifest } = parsed.output;
  return ok({ ...manifest, ...(expiresAt !== undefined && { expiresAt }) });
}

const count = v.pipe(v.number(), v.safeInteger(), v.minValue(0));
const hash = v.pipe(v.string(), v.regex(/^[0-9a-f]{64}$/));
const time = v.pipe(
  v.string(),
  v.regex(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
  v.transform((text) => Date.parse(text)),
  v.safeInteger(),
);
const workspace = v.custom<WorkspaceId>((id) => typeof id === 'string' && isId(id));
const device = v.custom<DeviceId>((id) => typeof id === 'string' && isId(id));

const headSchema = v.object({
  type: v.literal('holdfast-backup'),
  format: v.pipe(v.number(), v.safeInteger(), v.minValue(1)),
});

const manifestSchema = v.pipe(
  v.object({
    workspace,
    rootHash: hash,
    signer: v.object({ device, fingerprint: v.pipe(v.string(), v.regex(/^SHA256:[\w+/]{43}$/)) }),
    createdAt: time,
    expiresAt: v.optional(time),
    previous: v.nullable(hash),
    counts: v.record(v.pipe(v.string(), v.regex(/^[A-Za-z]{1,32}$/)), count),
    deleted: count,
    erasures: count,
    lines: count,
    recordBytes: count,
    sync: v.record(v.string(), v.unknown()),
    entries: v.pipe(
      v.array(v.object({ name: v.string(), size: count, sha256: hash })),
      v.check((entries) => entries.map(({ name }) => name).join() === LISTED_ENTRIES.join()),
    ),
  }),
  v.check(({ counts, deleted, erasures, lines }) => {
    const living = Object.values(counts).reduce((sum, each) => sum + each, 0);
    return living + deleted + erasures === lines;
  }),
);

function parseJson(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(bytesToUtf8(bytes));
  } catch {
    return undefined;
  }
}
