/** Certificates and the list of erasures: signed, without a word about who was erased. FORMAT.md, sections on both. */

import { utf8Bytes } from '#base/bytes.ts';
import type { DeviceId, RecordId, WorkspaceId } from '#base/ids.ts';
import type { SigningKeys } from '#crypto/key-pairs.ts';
import { fingerprint, signSsh, verifySsh, type Signer } from '#crypto/ssh-signature.ts';
import type { Erasure } from '#domain/change.ts';
import { decodeErasure } from '#domain/encoding.ts';
import type { RecordState } from '#domain/record-state.ts';
import { valuesOf } from '#domain/values.ts';

export const ERASURE_NAMESPACE = 'holdfast-erasure';
const BEGIN = '-----BEGIN SSH SIGNATURE-----';

export interface Certified {
  readonly erasure: RecordId;
  readonly workspace: WorkspaceId;
  readonly reason: string;
  readonly records: number;
  /** ISO 8601, by the clock of whoever erased. */
  readonly erasedAt: string;
  /** When nothing of it was left on any device or in the store; null: not so far. */
  readonly completeAt: string | null;
  readonly by: DeviceId;
}

export function certifiedOf(workspace: WorkspaceId, state: RecordState, by: DeviceId): Certified {
  const { reason, records, complete } = valuesOf(state);
  return {
    erasure: state.id,
    workspace,
    reason: typeof reason === 'string' ? reason : 'other',
    records: typeof records === 'number' ? records : 0,
    erasedAt: new Date(state.created.at).toISOString(),
    completeAt: typeof complete === 'string' ? complete : null,
    by,
  };
}

export async function erasureCertificate(
  certified: Certified,
  signing: SigningKeys,
): Promise<string> {
  const { erasure, workspace, reason, records, erasedAt, completeAt, by } = certified;
  return signed(
    [
      'Holdfast certificate of erasure, format 1',
      `Workspace: ${workspace}`,
      `Erasure: ${erasure}`,
      `Reason: ${reason}`,
      `Records erased: ${records}`,
      `Erased on the device: ${erasedAt}`,
      `Complete on all devices and in the store: ${completeAt ?? 'not yet'}`,
      `Erased by device: ${by}`,
    ],
    signing,
  );
}

/** To be kept with the recovery kit: a restore of an older backup takes it and leaves out whom it names. */
export async function erasureList(
  workspace: WorkspaceId,
  through: number,
  erasures: readonly Erasure[],
  signing: SigningKeys,
): Promise<string> {
  return signed(
    [
      LIST_HEAD,
      `Workspace: ${workspace}`,
      `Through: ${new Date(through).toISOString()}`,
      ...erasures.map((erasure) => JSON.stringify(erasure)),
    ],
    signing,
  );
}

export interface ErasureList {
  readonly workspace: string;
  /** Up to when it reaches, ms since 1970. */
  readonly through: number;
  readonly erasures: readonly Erasure[];
  readonly signer: Signer;
}

/** Null where the file is no list of erasures, or not as it was signed. */
export async function readErasureList(file: string): Promise<ErasureList | null> {
  const read = await readSigned(file);
  const [head, workspace = '', through = '', ...rest] = read?.lines ?? [];
  const at = Date.parse(through.replace(/^Through: /, ''));
  if (read === null || head !== LIST_HEAD || Number.isNaN(at)) return null;
  const erasures: Erasure[] = [];
  for (const line of rest.slice(0, -1)) {
    const erasure = decodeErasure(jsonOf(line));
    if (erasure === null) return null;
    erasures.push(erasure);
  }
  const { signer } = read;
  return { workspace: workspace.replace(/^Workspace: /, ''), through: at, erasures, signer };
}

const LIST_HEAD = 'Holdfast list of erasures, format 1';

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

async function signed(lines: readonly string[], signing: SigningKeys): Promise<string> {
  const all = [...lines, `Signed by: ${await fingerprint(signing.publicKey)}`];
  const text = `${all.join('\n')}\n`;
  return text + (await signSsh(signing, ERASURE_NAMESPACE, utf8Bytes(text)));
}

/** Of a certificate or a list: what was signed and by whom; null where it is neither, or was altered. */
export async function readSigned(
  file: string,
): Promise<{ readonly lines: readonly string[]; readonly signer: Signer } | null> {
  const at = file.indexOf(BEGIN);
  if (at < 0) return null;
  const text = file.slice(0, at);
  const verified = await verifySsh({
    armored: file.slice(at),
    namespace: ERASURE_NAMESPACE,
    message: utf8Bytes(text),
  });
  if (!verified.ok) return null;
  return { lines: text.split('\n').slice(0, -1), signer: verified.value };
}
