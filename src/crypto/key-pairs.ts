/** Ed25519 and X25519 key pairs from their 32 secret bytes, and signatures by them. FORMAT.md section 1. */

import { concatBytes } from '#base/bytes.ts';
import { assert } from '#base/result.ts';
import {
  agreementPublicKeyBytes,
  signatureBytes,
  signingPublicKeyBytes,
  unshared,
  type AgreementPrivateKey,
  type AgreementPublicKeyBytes,
  type PrivateKeyBytes,
  type SignatureBytes,
  type SigningPrivateKey,
  type SigningPublicKeyBytes,
} from './byte-types.ts';

export interface SigningKeys {
  readonly publicKey: SigningPublicKeyBytes;
  /** Can't be exported. */
  readonly privateKey: SigningPrivateKey;
}

export interface AgreementKeys {
  readonly publicKey: AgreementPublicKeyBytes;
  /** Can't be exported. */
  readonly privateKey: AgreementPrivateKey;
}

/**
 * WebCrypto takes private keys of these curves only as PKCS #8 or JWK. Theirs is a fixed 16 bytes and the key (RFC 8410), so it is put together
 * here: unlike a JWK's text, bytes can be overwritten afterwards.
 */
const PKCS8_PREFIX = {
  Ed25519: Uint8Array.of(48, 46, 2, 1, 0, 48, 5, 6, 3, 43, 101, 112, 4, 34, 4, 32),
  X25519: Uint8Array.of(48, 46, 2, 1, 0, 48, 5, 6, 3, 43, 101, 110, 4, 34, 4, 32),
};

/** u = 9, RFC 7748 section 4.1. */
const X25519_BASE_POINT = Uint8Array.of(9, ...new Uint8Array(31));

export async function importSigningKey(seed: PrivateKeyBytes): Promise<SigningPrivateKey> {
  const key = await importPrivateKey('Ed25519', seed, false, ['sign']);
  return key as SigningPrivateKey;
}

export async function importAgreementKey(scalar: PrivateKeyBytes): Promise<AgreementPrivateKey> {
  const key = await importPrivateKey('X25519', scalar, false, ['deriveBits']);
  return key as AgreementPrivateKey;
}

/** WebCrypto computes an Ed25519 public key but shows it only inside a JWK; the key imported for that is dropped at once. */
export async function signingPublicKeyOf(seed: PrivateKeyBytes): Promise<SigningPublicKeyBytes> {
  const exportable = await importPrivateKey('Ed25519', seed, true, ['sign']);
  const { x } = await crypto.subtle.exportKey('jwk', exportable);
  assert(x, 'an Ed25519 JWK holds its public key');
  const base64 = x.replaceAll('-', '+').replaceAll('_', '/');
  return signingPublicKeyBytes(
    Uint8Array.from(atob(base64), (character) => character.charCodeAt(0)),
  );
}

/** The X25519 public key is what agreeing with the base point gives, so nothing needs to be exported. */
export async function agreementPublicKeyOf(
  privateKey: AgreementPrivateKey,
): Promise<AgreementPublicKeyBytes> {
  const basePoint = await crypto.subtle.importKey('raw', X25519_BASE_POINT, 'X25519', true, []);
  const bits = await crypto.subtle.deriveBits(
    { name: 'X25519', public: basePoint },
    privateKey,
    256,
  );
  return agreementPublicKeyBytes(new Uint8Array(bits));
}

export async function sign(
  privateKey: SigningPrivateKey,
  bytes: Uint8Array,
): Promise<SignatureBytes> {
  return signatureBytes(
    new Uint8Array(await crypto.subtle.sign('Ed25519', privateKey, unshared(bytes))),
  );
}

/** `false` for a signature of any other length and for bytes that are no point of the curve. */
export async function verify(
  publicKey: Uint8Array,
  signature: Uint8Array,
  bytes: Uint8Array,
): Promise<boolean> {
  if (publicKey.length !== 32 || signature.length !== 64) return false;
  try {
    const key = await crypto.subtle.importKey('raw', unshared(publicKey), 'Ed25519', true, [
      'verify',
    ]);
    return await crypto.subtle.verify('Ed25519', key, unshared(signature), unshared(bytes));
  } catch (error) {
    // Engines differ on when they refuse a public key that is no point: at the import, at the check, or by "no".
    if (error instanceof DOMException) return false;
    throw error;
  }
}

async function importPrivateKey(
  curve: keyof typeof PKCS8_PREFIX,
  key: PrivateKeyBytes,
  extractable: boolean,
  usages: readonly KeyUsage[],
): Promise<CryptoKey> {
  const pkcs8 = concatBytes(PKCS8_PREFIX[curve], key);
  try {
    return await crypto.subtle.importKey('pkcs8', pkcs8, curve, extractable, usages);
  } finally {
    pkcs8.fill(0);
  }
}
