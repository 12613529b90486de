/** Whose a pack file is: one that came with this build, known by its hash, or one that a publisher signed (OpenSSH, namespace `holdfast-policy`). */

import { bytesToHex, utf8Bytes } from '#base/bytes.ts';
import { err, ok, type Result } from '#base/result.ts';
import { sha256 } from '#crypto/hash.ts';
import { verifySsh } from '#crypto/ssh-signature.ts';
import type { Pack } from './pack.ts';
import { MOST_TEXT, parseFile, readPack, type ReadError, type TooLarge } from './reading.ts';

export const POLICY_SIGNATURE_NAMESPACE = 'holdfast-policy';

export type Unsigned = { readonly type: 'Unsigned' };
export type BadSignature = { readonly type: 'BadSignature' };

export interface OpenedPack {
  readonly pack: Pack;
  /** Of the plain file: what was pinned or signed. */
  readonly text: string;
  /** SHA-256 of that text, hex. */
  readonly hash: string;
  /** Fingerprint of the signer's key, as `ssh-keygen -l` prints it; null: it came with this build. */
  readonly publisher: string | null;
}

/** `pinned`: the hashes of the files that came with this build, hex. A plain file that none of them names has to be signed. */
export async function openPack(
  file: string,
  pinned: ReadonlySet<string>,
): Promise<Result<OpenedPack, ReadError | Unsigned | BadSignature>> {
  const parsed = parseFile(file);
  if (!parsed.ok) return parsed;
  const { payload, signature } = parsed.value;
  if (payload === undefined && signature === undefined) {
    const hash = await hashOf(file);
    return pinned.has(hash) ? opened(file, hash, null) : err({ type: 'Unsigned' });
  }
  if (typeof payload !== 'string' || typeof signature !== 'string') {
    return err({ type: 'MalformedPack', reason: 'payload or signature: is no text' });
  }
  const signer = await verifySsh({
    armored: signature,
    namespace: POLICY_SIGNATURE_NAMESPACE,
    message: utf8Bytes(payload),
  });
  if (!signer.ok) return err({ type: 'BadSignature' });
  return opened(payload, await hashOf(payload), signer.value.fingerprint);
}

function opened(
  text: string,
  hash: string,
  publisher: string | null,
): Result<OpenedPack, ReadError> {
  const pack = readPack(text);
  return pack.ok ? ok({ pack: pack.value, text, hash, publisher }) : pack;
}

/** A chosen file as text. What is larger than any pack is not read. */
export async function textOf(file: Blob): Promise<Result<string, TooLarge>> {
  return file.size > 2 * MOST_TEXT ? err({ type: 'TooLarge' }) : ok(await file.text());
}

/** SHA-256 of a plain file, hex: what pins it, and what an acceptance names. */
export async function hashOf(text: string): Promise<string> {
  return bytesToHex(await sha256(utf8Bytes(text)));
}

/** Whether `version` comes after `other`: by their numbers, a missing one being 0. */
export function isNewer(version: string, other: string): boolean {
  const [a, b] = [version, other].map((each) => each.split('.').map(Number));
  for (let at = 0; at < 4; at++) {
    const difference = (a?.[at] ?? 0) - (b?.[at] ?? 0);
    if (difference !== 0) return difference > 0;
  }
  return false;
}
