/**
 * The kinds of bytes that this room tells apart. All are plain `Uint8Array`s when the program runs; to the compiler a vault key is no
 * signature and a nonce no salt, so two swapped arguments don't compile. They are made here and nowhere else.
 */

import { assert } from '#base/result.ts';

declare const brand: unique symbol;

type Branded<Name extends string> = Uint8Array<ArrayBuffer> & { readonly [brand]: Name };

/** 32 random bytes under which everything on this device is sealed. FORMAT.md section 2. */
export type VaultKeyBytes = Branded<'VaultKey'>;
/** A workspace's sync key of one epoch. FORMAT.md section 8. */
export type EpochKeyBytes = Branded<'EpochKey'>;
/** A workspace's key that never changes: attachment names, suppression marks. FORMAT.md section 8. */
export type FixedKeyBytes = Branded<'FixedKey'>;
/** Both private halves of a device's keys and their public halves. FORMAT.md section 6. */
export type DeviceSecretBytes = Branded<'DeviceSecret'>;
/** The seed or scalar that a private key is. */
export type PrivateKeyBytes = Branded<'PrivateKey'>;

/** Ed25519, public. */
export type SigningPublicKeyBytes = Branded<'SigningPublicKey'>;
/** X25519, public. */
export type AgreementPublicKeyBytes = Branded<'AgreementPublicKey'>;
export type SignatureBytes = Branded<'Signature'>;

/** FORMAT.md section 3. */
export type AssociatedDataBytes = Branded<'AssociatedData'>;
/** FORMAT.md section 4. */
export type SealedBytes = Branded<'Sealed'>;
/** The last 16 bytes of a sealed value. */
export type TagBytes = Branded<'Tag'>;
/** FORMAT.md section 5. */
export type SlotBytes = Branded<'Slot'>;
/** FORMAT.md section 7. */
export type EnvelopeBytes = Branded<'Envelope'>;
/** SHA-256. */
export type HashBytes = Branded<'Hash'>;

/** Usages narrow a CryptoKey when the program runs; these do it for the compiler. */
export type SealingKey = CryptoKey & { readonly [brand]: 'SealingKey' };
export type SigningPrivateKey = CryptoKey & { readonly [brand]: 'SigningPrivateKey' };
export type AgreementPrivateKey = CryptoKey & { readonly [brand]: 'AgreementPrivateKey' };

type Maker<Bytes> = (bytes: Uint8Array) => Bytes;

export const vaultKeyBytes = secret('vault key', 32) as Maker<VaultKeyBytes>;
export const epochKeyBytes = secret('epoch key', 32) as Maker<EpochKeyBytes>;
export const fixedKeyBytes = secret('fixed key', 32) as Maker<FixedKeyBytes>;
export const deviceSecretBytes = secret('device secret', 128) as Maker<DeviceSecretBytes>;
export const privateKeyBytes = secret('private key', 32) as Maker<PrivateKeyBytes>;

export const signingPublicKeyBytes = exactly(32) as Maker<SigningPublicKeyBytes>;
export const agreementPublicKeyBytes = exactly(32) as Maker<AgreementPublicKeyBytes>;
export const signatureBytes = exactly(64) as Maker<SignatureBytes>;
export const tagBytes = exactly(16) as Maker<TagBytes>;
export const hashBytes = exactly(32) as Maker<HashBytes>;

export const associatedDataBytes = unchecked as Maker<AssociatedDataBytes>;
export const sealedBytes = unchecked as Maker<SealedBytes>;
export const slotBytes = unchecked as Maker<SlotBytes>;
export const envelopeBytes = unchecked as Maker<EnvelopeBytes>;

/**
 * WebCrypto's types ask for bytes over an ArrayBuffer. Nothing in Holdfast is shared between threads (no SharedArrayBuffer), so this holds
 * for every Uint8Array there is, also for those whose type no longer says so.
 */
export function unshared(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  return bytes as Uint8Array<ArrayBuffer>;
}

/** Lengths are checked by whoever parses; a wrong one here is a bug. */
function exactly(length: number) {
  return (bytes: Uint8Array): Uint8Array => {
    assert(bytes.length === length, `these bytes are ${length}, not ${bytes.length}`);
    return bytes;
  };
}

/** What has parts, or any length. */
function unchecked(bytes: Uint8Array): Uint8Array {
  return bytes;
}

/** In a log, a template or JSON a secret says so instead of its bytes. */
function secret(name: string, length: number) {
  return (bytes: Uint8Array): Uint8Array => {
    assert(bytes.length === length, `a ${name} has ${length} bytes`);
    for (const property of ['toString', 'toJSON', Symbol.for('nodejs.util.inspect.custom')]) {
      // Not enumerable, so that it stays out of copies and comparisons.
      Object.defineProperty(bytes, property, { value: () => '<redacted>', configurable: true });
    }
    return bytes;
  };
}
