/** The vault key and the keys under it that seal what rests on this device. FORMAT.md section 2. */

import { randomBytes, utf8Bytes } from '#base/bytes.ts';
import type { WorkspaceId } from '#base/ids.ts';
import { vaultKeyBytes, type SealingKey, type VaultKeyBytes } from './byte-types.ts';
import { hkdfParameters } from './hash.ts';

export type LocalKeyPurpose = 'summary' | 'body' | 'journal' | 'checkpoint' | 'draft' | 'secret';

/** One AES-256-GCM key for each kind of row, none of them extractable. */
export type LocalKeys = Readonly<Record<LocalKeyPurpose, SealingKey>>;

export function createVaultKey(): VaultKeyBytes {
  return vaultKeyBytes(randomBytes(32));
}

export async function deriveLocalKeys(
  vaultKey: VaultKeyBytes,
  workspace: WorkspaceId,
): Promise<LocalKeys> {
  const base = await crypto.subtle.importKey('raw', vaultKey, 'HKDF', false, ['deriveKey']);
  const salt = utf8Bytes(workspace);
  const derive = async (purpose: LocalKeyPurpose): Promise<SealingKey> =>
    (await crypto.subtle.deriveKey(
      hkdfParameters(salt, `holdfast/1 local ${purpose}`),
      base,
      { name: 'AES-GCM', length: 256 },
      false,
      ['encrypt', 'decrypt'],
    )) as SealingKey;
  const [summary, body, journal, checkpoint, draft, secret] = await Promise.all([
    derive('summary'),
    derive('body'),
    derive('journal'),
    derive('checkpoint'),
    derive('draft'),
    derive('secret'),
  ]);
  return { summary, body, journal, checkpoint, draft, secret };
}

/** `AES-256-GCM`: the name of its algorithm with the length of the key. */
export function cipherOf({ algorithm }: SealingKey): string {
  const { name, length } = algorithm as AesKeyAlgorithm;
  const [family = '', mode = ''] = name.split('-');
  return `${family}-${length}-${mode}`;
}

/** Overwrites secrets that are no longer needed. The engine may have copied them; this is all that a script can do. */
export function wipe(...secrets: readonly Uint8Array[]): void {
  for (const secret of secrets) secret.fill(0);
}
