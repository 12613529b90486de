import { createPublicKey, verify as verifyByNode } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { concatBytes, utf8Bytes } from '#base/bytes.ts';
import {
  createDeviceKeys,
  rewrapDeviceKeys,
  unwrapDeviceKeys,
  wrapDeviceKeys,
} from '#crypto/device-keys.ts';
import { agreementPublicKeyOf, sign, verify } from '#crypto/key-pairs.ts';
import {
  device,
  errorOf,
  flipBit,
  localKeys,
  otherDevice,
  otherLocalKeys,
  otherWorkspace,
  valueOf,
  workspace,
} from './samples.ts';

const created = await createDeviceKeys();
const wrapped = await wrapDeviceKeys(created, localKeys.secret, workspace, device);
const keys = valueOf(await unwrapDeviceKeys(wrapped, localKeys.secret, workspace, device));
const message = utf8Bytes('Anna was here');

describe('device keys', () => {
  it('are the same after being at rest', async () => {
    expect(wrapped.length).toBe(128 + 29);
    expect(keys.signing.publicKey).toEqual(created.signing.publicKey);
    expect(keys.agreement.publicKey).toEqual(created.agreement.publicKey);
    const signature = await sign(keys.signing.privateKey, message);
    expect(await verify(created.signing.publicKey, signature, message)).toBe(true);
    expect(await agreementPublicKeyOf(keys.agreement.privateKey)).toEqual(
      created.agreement.publicKey,
    );
  });

  it('leave no secret bytes behind once they are wrapped, which is once', async () => {
    expect(created.secretBytes.every((byte) => byte === 0)).toBe(true);
    const again = wrapDeviceKeys(created, localKeys.secret, workspace, device);
    await expect(again).rejects.toThrow();
  });

  it('can not be exported', async () => {
    for (const { privateKey } of [keys.signing, keys.agreement, created.signing]) {
      await expect(crypto.subtle.exportKey('pkcs8', privateKey)).rejects.toThrow();
    }
  });

  it('open for their own device, workspace and key only', async () => {
    const attempts = await Promise.all([
      unwrapDeviceKeys(wrapped, localKeys.secret, workspace, otherDevice),
      unwrapDeviceKeys(wrapped, localKeys.secret, otherWorkspace, device),
      unwrapDeviceKeys(wrapped, otherLocalKeys.secret, workspace, device),
      unwrapDeviceKeys(wrapped, localKeys.body, workspace, device),
      unwrapDeviceKeys(flipBit(wrapped, 700), localKeys.secret, workspace, device),
    ]);
    for (const attempt of attempts) expect(errorOf(attempt).type).toBe('NotAuthentic');
  });

  it('move under another key', async () => {
    const rewrapped = valueOf(
      await rewrapDeviceKeys({
        wrapped,
        from: localKeys.secret,
        to: otherLocalKeys.secret,
        workspace,
        device,
      }),
    );
    const opened = await unwrapDeviceKeys(rewrapped, otherLocalKeys.secret, workspace, device);
    expect(valueOf(opened).signing.publicKey).toEqual(created.signing.publicKey);
  });
});

describe('a signature', () => {
  it('is checked alike by OpenSSL', async () => {
    const signature = await sign(keys.signing.privateKey, message);
    const spki = concatBytes(
      Uint8Array.of(48, 42, 48, 5, 6, 3, 43, 101, 112, 3, 33, 0),
      keys.signing.publicKey,
    );
    const publicKey = createPublicKey({ key: Buffer.from(spki), format: 'der', type: 'spki' });
    expect(verifyByNode(null, message, publicKey, signature)).toBe(true);
  });

  it('holds for its bytes and key only, and for no other length', async () => {
    const signature = await sign(keys.signing.privateKey, message);
    const { publicKey } = keys.signing;
    expect(await verify(publicKey, flipBit(signature, 77), message)).toBe(false);
    expect(await verify(publicKey, signature, utf8Bytes('Anna was here!'))).toBe(false);
    expect(await verify(publicKey, signature.subarray(1), message)).toBe(false);
    expect(await verify(publicKey.subarray(1), signature, message)).toBe(false);
    expect(await verify(keys.agreement.publicKey, signature, message)).toBe(false);
    expect(await verify(new Uint8Array(32).fill(255), signature, message)).toBe(false);
  });
});
