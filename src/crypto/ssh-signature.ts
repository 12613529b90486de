/** SSH signatures, as `ssh-keygen -Y sign` writes and `ssh-keygen -Y verify` checks them: OpenSSH's PROTOCOL.sshsig, with Ed25519. FORMAT.md section 10. */

import { base64ToBytes, bytesToBase64, concatBytes, equalBytes, utf8Bytes } from '#base/bytes.ts';
import { assert, err, ok, type Result } from '#base/result.ts';
import { signingPublicKeyBytes, unshared, type SigningPublicKeyBytes } from './byte-types.ts';
import { sha256 } from './hash.ts';
import { sign, verify, type SigningKeys } from './key-pairs.ts';

export type NotASignature = { readonly type: 'NotASignature' };
export type WrongNamespace = { readonly type: 'WrongNamespace' };
export type BadSignature = { readonly type: 'BadSignature' };
/** A signature that SSH can check and Holdfast can't: RSA, ECDSA, a hardware key. */
export type UnsupportedKey = { readonly type: 'UnsupportedKey' };

export interface Signer {
  readonly publicKey: SigningPublicKeyBytes;
  /** As `ssh-keygen -l` prints it. */
  readonly fingerprint: string;
}

const MAGIC = utf8Bytes('SSHSIG');
const VERSION = 1;
const KEY_TYPE = 'ssh-ed25519';
const BEGIN = '-----BEGIN SSH SIGNATURE-----';
const END = '-----END SSH SIGNATURE-----';
const LINE_LENGTH = 70;
/** A signature is 330 characters or so; an RSA key of 16,384 bits stays below this too. */
const MAX_LENGTH = 16 * 1024;
const HASHES: Readonly<Record<string, string>> = { sha512: 'SHA-512', sha256: 'SHA-256' };

export async function signSsh(
  { privateKey, publicKey }: SigningKeys,
  namespace: string,
  message: Uint8Array,
): Promise<string> {
  assert(namespace !== '', 'an SSH signature has a namespace');
  const signature = await sign(privateKey, await signedBytes(namespace, 'sha512', message));
  const blob = concatBytes(
    MAGIC,
    u32(VERSION),
    string(keyBlob(publicKey)),
    string(utf8Bytes(namespace)),
    string(new Uint8Array(0)),
    string(utf8Bytes('sha512')),
    string(concatBytes(string(utf8Bytes(KEY_TYPE)), string(signature))),
  );
  const lines = bytesToBase64(blob).match(new RegExp(`.{1,${LINE_LENGTH}}`, 'g')) ?? [];
  return [BEGIN, ...lines, END, ''].join('\n');
}

export interface SshSignature {
  readonly armored: string;
  readonly namespace: string;
  readonly message: Uint8Array;
}

/** Says who signed. Whether that signer may is for the caller to know. */
export async function verifySsh({
  armored,
  namespace,
  message,
}: SshSignature): Promise<
  Result<Signer, NotASignature | WrongNamespace | BadSignature | UnsupportedKey>
> {
  const parsed = parseSignature(armored);
  if (parsed === null) return err({ type: 'NotASignature' });
  if (parsed.keyType !== KEY_TYPE) return err({ type: 'UnsupportedKey' });
  if (parsed.publicKey === null || parsed.signature === null) return err({ type: 'NotASignature' });
  if (parsed.namespace !== namespace) return err({ type: 'WrongNamespace' });
  const signed = await signedBytes(namespace, parsed.hash, message);
  if (!(await verify(parsed.publicKey, parsed.signature, signed))) {
    return err({ type: 'BadSignature' });
  }
  const publicKey = signingPublicKeyBytes(parsed.publicKey.slice());
  return ok({ publicKey, fingerprint: await fingerprint(publicKey) });
}

/** As `ssh-keygen -l` prints it: what people compare by eye. */
export async function fingerprint(publicKey: SigningPublicKeyBytes): Promise<string> {
  const hash = await sha256(keyBlob(publicKey));
  return `SHA256:${bytesToBase64(hash).replace('=', '')}`;
}

/** A line of `allowed_signers` (ssh-keygen's manual), good for everything that Holdfast signs, without a line end. */
export function allowedSignersLine(principal: string, publicKey: SigningPublicKeyBytes): string {
  assert(/^[^\s"',*?!#\p{Cc}]+$/u.test(principal), 'a principal is one plain word');
  return `${principal} namespaces="holdfast-*" ${KEY_TYPE} ${bytesToBase64(keyBlob(publicKey))}`;
}

async function signedBytes(
  namespace: string,
  hash: string,
  message: Uint8Array,
): Promise<Uint8Array> {
  const algorithm = HASHES[hash];
  assert(algorithm, 'the hash was looked up before');
  const digest = await crypto.subtle.digest(algorithm, unshared(message));
  return concatBytes(
    MAGIC,
    string(utf8Bytes(namespace)),
    string(new Uint8Array(0)),
    string(utf8Bytes(hash)),
    string(new Uint8Array(digest)),
  );
}

interface ParsedSignature {
  readonly keyType: string;
  /** `null` where it hasn't the form of an Ed25519 key or signature. */
  readonly publicKey: Uint8Array | null;
  readonly signature: Uint8Array | null;
  readonly namespace: string;
  readonly hash: string;
}

function parseSignature(armored: string): ParsedSignature | null {
  const blob = dearmor(armored);
  if (blob === null || !equalBytes(blob.subarray(0, MAGIC.length), MAGIC)) return null;
  const reader = new StringReader(blob, MAGIC.length);
  if (reader.number() !== VERSION) return null;
  const key = reader.bytes();
  const namespace = reader.text();
  const reserved = reader.bytes();
  const hash = reader.text();
  const signature = reader.bytes();
  if (key === null || namespace === null || reserved === null || hash === null) return null;
  if (signature === null || !reader.isAtEnd() || !Object.hasOwn(HASHES, hash)) return null;
  const keyType = new StringReader(key).text();
  if (keyType === null) return null;
  return {
    keyType,
    publicKey: parseEd25519(key, 32),
    signature: parseEd25519(signature, 64),
    namespace,
    hash,
  };
}

/** Keys and signatures look alike: the type, then the bytes. */
function parseEd25519(blob: Uint8Array, length: number): Uint8Array | null {
  const reader = new StringReader(blob);
  const type = reader.text();
  const bytes = reader.bytes();
  return type === KEY_TYPE && bytes?.length === length && reader.isAtEnd() ? bytes : null;
}

function dearmor(armored: string): Uint8Array | null {
  if (armored.length > MAX_LENGTH) return null;
  const lines = armored.trim().split(/\r?\n/);
  if (lines.shift() !== BEGIN || lines.pop() !== END) return null;
  return base64ToBytes(lines.join(''));
}

function keyBlob(publicKey: SigningPublicKeyBytes): Uint8Array {
  return concatBytes(string(utf8Bytes(KEY_TYPE)), string(publicKey));
}

/** RFC 4251 section 5. */
function string(bytes: Uint8Array): Uint8Array {
  return concatBytes(u32(bytes.length), bytes);
}

function u32(value: number): Uint8Array {
  const bytes = new Uint8Array(4);
  new DataView(bytes.buffer).setUint32(0, value);
  return bytes;
}

/** Reads RFC 4251 values one after the other; `null` from the first that goes over the end. */
class StringReader {
  readonly #blob: Uint8Array;
  #offset: number;

  constructor(blob: Uint8Array, offset = 0) {
    this.#blob = blob;
    this.#offset = offset;
  }

  number(): number | null {
    const start = this.#take(4);
    if (start === null) return null;
    return new DataView(this.#blob.buffer, this.#blob.byteOffset + start, 4).getUint32(0);
  }

  bytes(): Uint8Array | null {
    const length = this.number();
    if (length === null) return null;
    const start = this.#take(length);
    return start === null ? null : this.#blob.subarray(start, start + length);
  }

  /** Names in signatures are ASCII; anything else reads as no name that we know. */
  text(): string | null {
    const bytes = this.bytes();
    return bytes && String.fromCharCode(...bytes);
  }

  isAtEnd(): boolean {
    return this.#offset === this.#blob.length;
  }

  #take(length: number): number | null {
    const start = this.#offset;
    if (start + length > this.#blob.length) {
      this.#offset = this.#blob.length + 1;
      return null;
    }
    this.#offset = start + length;
    return start;
  }
}
