/** Sealing to a public key, by HPKE (RFC 9180). The library is loaded when it is first needed. FORMAT.md section 7. */

import { concatBytes, utf8Bytes } from '#base/bytes.ts';
import { err, ok, type Result } from '#base/result.ts';
import {
  envelopeBytes,
  unshared,
  type AgreementPublicKeyBytes,
  type AssociatedDataBytes,
  type EnvelopeBytes,
} from './byte-types.ts';
import type { HkdfInfo } from './hash.ts';
import type { AgreementKeys } from './key-pairs.ts';
import type { OpenError } from './sealing.ts';

const SUITE = 1;
const ENC_OFFSET = 1;
const CIPHERTEXT_OFFSET = 33;
const MIN_LENGTH = CIPHERTEXT_OFFSET + 16;

/** A fresh context, with a one-time key, for every envelope. */
export async function sealTo(
  recipient: AgreementPublicKeyBytes,
  plaintext: Uint8Array,
  info: HkdfInfo,
  associatedData: AssociatedDataBytes,
): Promise<EnvelopeBytes> {
  const { suite } = await loadSuite();
  const { enc, ct } = await suite.seal(
    {
      recipientPublicKey: await suite.kem.deserializePublicKey(recipient),
      info: utf8Bytes(info),
    },
    unshared(plaintext),
    associatedData,
  );
  return envelopeBytes(concatBytes(Uint8Array.of(SUITE), new Uint8Array(enc), new Uint8Array(ct)));
}

/** Takes both halves: HPKE binds the recipient's public key, which a private key that can't be exported doesn't show. */
export async function openWith(
  recipient: AgreementKeys,
  envelope: Uint8Array,
  info: HkdfInfo,
  associatedData: AssociatedDataBytes,
): Promise<Result<Uint8Array<ArrayBuffer>, OpenError>> {
  const suiteNumber = envelope[0] ?? 0;
  if (suiteNumber > SUITE) return err({ type: 'NewerFormat' });
  if (suiteNumber < SUITE || envelope.length < MIN_LENGTH) return err({ type: 'NotAuthentic' });
  const bytes = unshared(envelope);
  const { suite, HpkeError } = await loadSuite();
  const recipientKey = {
    publicKey: await suite.kem.deserializePublicKey(recipient.publicKey),
    privateKey: recipient.privateKey,
  };
  try {
    const plaintext = await suite.open(
      {
        recipientKey,
        enc: bytes.subarray(ENC_OFFSET, CIPHERTEXT_OFFSET),
        info: utf8Bytes(info),
      },
      bytes.subarray(CIPHERTEXT_OFFSET),
      associatedData,
    );
    return ok(new Uint8Array(plaintext));
  } catch (error) {
    // Whatever is wrong with an envelope (`enc` no usable key, tag wrong), it is not authentic.
    if (error instanceof HpkeError) return err({ type: 'NotAuthentic' });
    throw error;
  }
}

async function loadSuite() {
  const { Aes256Gcm, CipherSuite, DhkemX25519HkdfSha256, HkdfSha256, HpkeError } =
    await import('@hpke/core');
  const suite = new CipherSuite({
    kem: new DhkemX25519HkdfSha256(),
    kdf: new HkdfSha256(),
    aead: new Aes256Gcm(),
  });
  return { suite, HpkeError };
}
