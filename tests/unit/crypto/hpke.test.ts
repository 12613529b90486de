import { createPrivateKey, createPublicKey } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { utf8Bytes } from '#base/bytes.ts';
import { privateKeyBytes } from '#crypto/byte-types.ts';
import { createHandoverKeys, openHandover, sealVaultKeyTo } from '#crypto/handover.ts';
import { openWith, sealTo } from '#crypto/hpke.ts';
import { agreementPublicKeyOf, importAgreementKey } from '#crypto/key-pairs.ts';
import { associatedData } from '#crypto/sealing.ts';
import {
  errorOf,
  flipBit,
  numRuns,
  otherWorkspace,
  valueOf,
  vaultKey,
  workspace,
} from './samples.ts';

const info = 'holdfast/1 test';
const place = associatedData({ table: 'test', id: 'a', version: 1 });
const recipient = await createHandoverKeys();
const stranger = await createHandoverKeys();

describe('an HPKE envelope', () => {
  it('gives back what was sealed, for any bytes', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 200 }), async (plaintext) => {
        const envelope = await sealTo(recipient.publicKey, plaintext, info, place);
        expect(envelope.length).toBe(plaintext.length + 49);
        expect(valueOf(await openWith(recipient, envelope, info, place))).toEqual(plaintext);
      }),
      { numRuns },
    );
  });

  it('does not open after any one bit has changed', async () => {
    const envelope = await sealTo(recipient.publicKey, vaultKey, info, place);
    for (let bit = 0; bit < envelope.length * 8; bit++) {
      const flipped = flipBit(envelope, bit);
      const expected = (flipped[0] ?? 0) > 1 ? 'NewerFormat' : 'NotAuthentic';
      // X25519 ignores the highest bit of a public key; HPKE binds it all the same.
      expect(errorOf(await openWith(recipient, flipped, info, place)).type).toBe(expected);
    }
  });

  it('opens for its recipient, purpose and place only', async () => {
    const envelope = await sealTo(recipient.publicKey, vaultKey, info, place);
    const elsewhere = associatedData({ table: 'test', id: 'b', version: 1 });
    const attempts = await Promise.all([
      openWith(stranger, envelope, info, place),
      openWith({ ...recipient, publicKey: stranger.publicKey }, envelope, info, place),
      openWith(recipient, envelope, 'holdfast/1 other', place),
      openWith(recipient, envelope, info, elsewhere),
    ]);
    for (const attempt of attempts) expect(errorOf(attempt).type).toBe('NotAuthentic');
  });

  it.each([0, 1, 33, 48])('is refused when cut to %i bytes', async (length) => {
    const envelope = await sealTo(recipient.publicKey, new Uint8Array(0), info, place);
    const opened = await openWith(recipient, envelope.subarray(0, length), info, place);
    expect(errorOf(opened).type).toBe('NotAuthentic');
  });

  it('is refused when its one-time key is a point of small order', async () => {
    const envelope = Uint8Array.from(await sealTo(recipient.publicKey, vaultKey, info, place));
    envelope.fill(0, 1, 33);
    expect(errorOf(await openWith(recipient, envelope, info, place)).type).toBe('NotAuthentic');
  });
});

describe('an X25519 key', () => {
  it('has the public half that OpenSSL computes', async () => {
    const scalar = Uint8Array.from({ length: 32 }, (_, index) => 255 - index);
    const jwk = createPublicKey(
      createPrivateKey({
        key: Buffer.concat([Buffer.from('302e020100300506032b656e04220420', 'hex'), scalar]),
        format: 'der',
        type: 'pkcs8',
      }),
    ).export({ format: 'jwk' });
    const publicKey = await agreementPublicKeyOf(await importAgreementKey(privateKeyBytes(scalar)));
    expect(Buffer.from(publicKey).toString('base64url')).toBe(jwk.x);
  });
});

describe('a handover between tabs', () => {
  it('carries the vault key to the tab that asked', async () => {
    const envelope = await sealVaultKeyTo(recipient.publicKey, vaultKey, workspace);
    const opened = valueOf(await openHandover(recipient, envelope, workspace));
    expect(Array.from(opened)).toEqual(Array.from(vaultKey));
  });

  it('carries it to no other tab and no other workspace', async () => {
    const envelope = await sealVaultKeyTo(recipient.publicKey, vaultKey, workspace);
    const attempts = await Promise.all([
      openHandover(stranger, envelope, workspace),
      openHandover(recipient, envelope, otherWorkspace),
    ]);
    for (const attempt of attempts) expect(errorOf(attempt).type).toBe('NotAuthentic');
  });

  it('carries nothing but a vault key', async () => {
    const bound = associatedData({ table: 'handover', id: workspace, version: 1 });
    const envelope = await sealTo(
      recipient.publicKey,
      utf8Bytes('something else'),
      'holdfast/1 handover',
      bound,
    );
    const opened = await openHandover(recipient, envelope, workspace);
    expect(errorOf(opened).type).toBe('NotAuthentic');
  });
});
