/** The recovery key: an age identity that opens a workspace when every passphrase is lost, and what is derived from it. FORMAT.md sections 2 and 9. */

import { randomBytes } from '#base/bytes.ts';
import { err, ok, type Result } from '#base/result.ts';
import {
  identityToScalar,
  IDENTITY_DATA_LENGTH,
  publicKeyToRecipient,
  scalarToIdentity,
} from './age-keys.ts';
import { privateKeyBytes, type PrivateKeyBytes, type SigningPublicKeyBytes } from './byte-types.ts';
import { hkdf } from './hash.ts';
import {
  agreementPublicKeyOf,
  importAgreementKey,
  importSigningKey,
  signingPublicKeyOf,
  type AgreementKeys,
  type SigningKeys,
} from './key-pairs.ts';
import { wipe } from './keys.ts';

/**
 * Lives in the worker between the creation of a workspace and the writing of its kit, or between the reading of a kit and the end of a
 * restore. Its secret is no property, so that it prints, copies and compares without it.
 */
export class RecoveryKey {
  /** `age1…`, public. */
  readonly recipient: string;
  /** The public half of the recovery signer. */
  readonly signerPublicKey: SigningPublicKeyBytes;
  readonly #scalar: PrivateKeyBytes;

  constructor(scalar: PrivateKeyBytes, recipient: string, signerPublicKey: SigningPublicKeyBytes) {
    this.#scalar = scalar;
    this.recipient = recipient;
    this.signerPublicKey = signerPublicKey;
  }

  /** `AGE-SECRET-KEY-1…`: the secret itself, for the kit and for age. */
  revealIdentity(): string {
    return scalarToIdentity(this.#scalar);
  }

  /** A copy of the secret's bytes, for the caller to overwrite. */
  revealScalar(): PrivateKeyBytes {
    return privateKeyBytes(this.#scalar.slice());
  }

  wipe(): void {
    wipe(this.#scalar);
  }

  toString(): string {
    return '<redacted>';
  }

  toJSON(): string {
    return '<redacted>';
  }
}

export type NotARecoveryKey = { readonly type: 'NotARecoveryKey' };

export async function createRecoveryKey(): Promise<RecoveryKey> {
  return recoveryKeyOf(privateKeyBytes(randomBytes(32)));
}

/** Finds the key in whatever a person pastes: a whole kit, a line of it, lower case, full-width letters, broken over lines. */
export async function parseRecoveryKey(
  text: string,
): Promise<Result<RecoveryKey, NotARecoveryKey>> {
  // Quoting marks and spaces of every kind come between the pieces of a key that was mailed or typed in groups.
  const packed = text
    .normalize('NFKC')
    .toUpperCase()
    .replace(/[\s>\u00ad\u200b-\u200d\u2060\ufeff]/gu, '');
  for (const { 0: candidate } of packed.matchAll(IDENTITY_PATTERN)) {
    const scalar = identityToScalar(candidate);
    if (scalar) return ok(await recoveryKeyOf(scalar));
  }
  return err({ type: 'NotARecoveryKey' });
}

const IDENTITY_PATTERN = new RegExp(`AGE-SECRET-KEY-1[02-9A-Z]{${IDENTITY_DATA_LENGTH}}`, 'g');

/** Opens what was sealed to the recovery recipient by HPKE. */
export async function recoveryAgreementKeys(recoveryKey: RecoveryKey): Promise<AgreementKeys> {
  const scalar = recoveryKey.revealScalar();
  const privateKey = await importAgreementKey(scalar);
  wipe(scalar);
  return { privateKey, publicKey: await agreementPublicKeyOf(privateKey) };
}

/** Signs the one thing that a recovery key may sign: admitting a new admin device. */
export async function recoverySigningKeys(recoveryKey: RecoveryKey): Promise<SigningKeys> {
  const scalar = recoveryKey.revealScalar();
  const seed = await signerSeed(scalar);
  wipe(scalar);
  const privateKey = await importSigningKey(seed);
  wipe(seed);
  return { privateKey, publicKey: recoveryKey.signerPublicKey };
}

async function recoveryKeyOf(scalar: PrivateKeyBytes): Promise<RecoveryKey> {
  const publicKey = await agreementPublicKeyOf(await importAgreementKey(scalar));
  const seed = await signerSeed(scalar);
  const signerPublicKey = await signingPublicKeyOf(seed);
  wipe(seed);
  return new RecoveryKey(scalar, publicKeyToRecipient(publicKey), signerPublicKey);
}

async function signerSeed(scalar: PrivateKeyBytes): Promise<PrivateKeyBytes> {
  return privateKeyBytes(await hkdf(scalar, new Uint8Array(0), 'holdfast/1 recovery signer'));
}
