/** SHA-256 and HKDF-SHA256, as every format here uses them. FORMAT.md sections 1 and 2. */

import { utf8Bytes } from '#base/bytes.ts';
import { hashBytes, unshared, type HashBytes, type SealingKey } from './byte-types.ts';

export async function sha256(bytes: Uint8Array): Promise<HashBytes> {
  return hashBytes(new Uint8Array(await crypto.subtle.digest('SHA-256', unshared(bytes))));
}

/** One purpose each; no two derivations share one. */
export type HkdfInfo = `holdfast/1 ${string}`;

/** `HKDF(key, salt, info)` of FORMAT.md: 32 bytes. */
export async function hkdf(
  key: Uint8Array,
  salt: Uint8Array,
  info: HkdfInfo,
): Promise<Uint8Array<ArrayBuffer>> {
  const base = await crypto.subtle.importKey('raw', unshared(key), 'HKDF', false, ['deriveBits']);
  return new Uint8Array(await crypto.subtle.deriveBits(hkdfParameters(salt, info), base, 256));
}

/** The same 32 bytes as an AES-256-GCM key that can't be exported. */
export async function hkdfSealingKey(
  key: Uint8Array,
  salt: Uint8Array,
  info: HkdfInfo,
): Promise<SealingKey> {
  const base = await crypto.subtle.importKey('raw', unshared(key), 'HKDF', false, ['deriveKey']);
  return (await crypto.subtle.deriveKey(
    hkdfParameters(salt, info),
    base,
    { name: 'AES-GCM', length: 256 },
    false,
    ['encrypt', 'decrypt'],
  )) as SealingKey;
}

export function hkdfParameters(salt: Uint8Array, info: HkdfInfo) {
  return { name: 'HKDF', hash: 'SHA-256', salt: unshared(salt), info: utf8Bytes(info) };
}
