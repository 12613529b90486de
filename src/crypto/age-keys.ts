/** age's spelling of X25519 keys: `age1…` for a public one, `AGE-SECRET-KEY-1…` for a private one. FORMAT.md sections 9 and 11. */

import { bech32 } from '@scure/base';
import {
  agreementPublicKeyBytes,
  privateKeyBytes,
  type AgreementPublicKeyBytes,
  type PrivateKeyBytes,
} from './byte-types.ts';

const RECIPIENT_PREFIX = 'age';
const IDENTITY_PREFIX = 'age-secret-key-';

/** 32 bytes are 52 characters, the Bech32 sum 6. */
export const IDENTITY_DATA_LENGTH = 58;

export function publicKeyToRecipient(publicKey: AgreementPublicKeyBytes): string {
  return bech32.encodeFromBytes(RECIPIENT_PREFIX, publicKey);
}

/** `null` for anything that is not a native X25519 recipient. */
export function recipientToPublicKey(recipient: string): AgreementPublicKeyBytes | null {
  const bytes = decode(RECIPIENT_PREFIX, recipient);
  return bytes && agreementPublicKeyBytes(bytes);
}

export function scalarToIdentity(scalar: PrivateKeyBytes): string {
  return bech32.encodeFromBytes(IDENTITY_PREFIX, scalar).toUpperCase();
}

/** `null` for anything that is not a native X25519 identity. */
export function identityToScalar(identity: string): PrivateKeyBytes | null {
  const bytes = decode(IDENTITY_PREFIX, identity.toLowerCase());
  return bytes && privateKeyBytes(bytes);
}

function decode(prefix: string, text: string): Uint8Array | null {
  const decoded = bech32.decodeUnsafe(text);
  if (decoded?.prefix !== prefix) return null;
  const bytes = bech32.fromWordsUnsafe(decoded.words);
  return bytes instanceof Uint8Array && bytes.length === 32 ? bytes : null;
}
