import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { base64ToBytes, bytesToBase64, utf8Bytes } from '#base/bytes.ts';
import { signingPublicKeyBytes } from '#crypto/byte-types.ts';
import { createDeviceKeys } from '#crypto/device-keys.ts';
import type { RootHash } from '#crypto/membership.ts';
import { writeRecoveryKit } from '#crypto/recovery-kit.ts';
import { createRecoveryKey } from '#crypto/recovery.ts';
import { allowedSignersLine, fingerprint, signSsh, verifySsh } from '#crypto/ssh-signature.ts';
import { findOrSkip } from '../../programs.ts';
import { createdAt, errorOf, flipBit, numRuns, valueOf, workspace } from './samples.ts';

const { signing } = await createDeviceKeys();
const namespace = 'holdfast-backup';
const message = utf8Bytes('{"format":1}');
const armored = await signSsh(signing, namespace, message);

function dearmored(text: string): Uint8Array {
  return base64ToBytes(text.split('\n').slice(1, -2).join('')) ?? new Uint8Array(0);
}

function rearmored(blob: Uint8Array): string {
  const lines = bytesToBase64(blob).match(/.{1,70}/g) ?? [];
  return ['-----BEGIN SSH SIGNATURE-----', ...lines, '-----END SSH SIGNATURE-----', ''].join('\n');
}

describe('an SSH signature', () => {
  it('names its signer, for any message', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 300 }), async (anything) => {
        const signature = await signSsh(signing, namespace, anything);
        const signer = valueOf(
          await verifySsh({ armored: signature, namespace, message: anything }),
        );
        expect(signer.publicKey).toEqual(signing.publicKey);
        expect(signer.fingerprint).toBe(await fingerprint(signing.publicKey));
      }),
      { numRuns },
    );
  });

  it('holds for its message and namespace only', async () => {
    const other = await verifySsh({ armored, namespace, message: utf8Bytes('{"format":2}') });
    expect(errorOf(other).type).toBe('BadSignature');
    const elsewhere = await verifySsh({ armored, namespace: 'file', message });
    expect(errorOf(elsewhere).type).toBe('WrongNamespace');
  });

  it('does not verify after any one bit has changed', async () => {
    const blob = dearmored(armored);
    for (let bit = 0; bit < blob.length * 8; bit++) {
      const changed = rearmored(flipBit(blob, bit));
      expect((await verifySsh({ armored: changed, namespace, message })).ok).toBe(false);
    }
  });

  it('is none when anything is missing or left over', async () => {
    const blob = dearmored(armored);
    for (let length = 0; length < blob.length; length++) {
      const cut = rearmored(blob.subarray(0, length));
      expect(errorOf(await verifySsh({ armored: cut, namespace, message })).type).toBe(
        'NotASignature',
      );
    }
    const longer = rearmored(Uint8Array.of(...blob, 0));
    expect(errorOf(await verifySsh({ armored: longer, namespace, message })).type).toBe(
      'NotASignature',
    );
  });

  it.each([
    ['nothing', ''],
    ['another armor', armored.replaceAll('SSH', 'PGP')],
    ['no Base64', armored.replace('U1NI', '!!!!')],
    ['a text', 'hello'],
    ['far too much', armored.replace('\n', '\n' + 'AAAA'.repeat(10_000) + '\n')],
  ])('is not %s', async (_, text) => {
    const verified = await verifySsh({ armored: text, namespace, message });
    expect(errorOf(verified).type).toBe('NotASignature');
  });

  it('may have Windows line ends', async () => {
    const text = armored.replaceAll('\n', '\r\n');
    expect((await verifySsh({ armored: text, namespace, message })).ok).toBe(true);
  });
});

describe('a line of allowed_signers', () => {
  it.each(['', 'two words', 'a,b', '*', '!me', 'a"b', '#a', 'a\nb'])(
    'has no principal %j',
    (principal) => {
      expect(() => allowedSignersLine(principal, signing.publicKey)).toThrow();
    },
  );
});

const sshKeygen = findOrSkip('ssh-keygen');

describe.skipIf(!sshKeygen)(`ssh-keygen${sshKeygen ? '' : ' (not installed: skipped)'}`, () => {
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-ssh-'));
  afterAll(() => rmSync(folder, { recursive: true }));
  const file = (name: string, contents: string | Uint8Array): string => {
    writeFileSync(join(folder, name), contents);
    return join(folder, name);
  };
  const run = (parameters: readonly string[], input: string | Uint8Array = '') =>
    spawnSync(sshKeygen ?? '', parameters, { input, encoding: 'utf8' });

  const principal = 'backup@holdfast';
  const signers = file('allowed_signers', `${allowedSignersLine(principal, signing.publicKey)}\n`);
  const signature = file('manifest.json.sig', armored);
  const verifyBySsh = (input: Uint8Array, inNamespace = namespace) =>
    run(
      ['-Y', 'verify', '-f', signers, '-I', principal, '-n', inNamespace, '-s', signature],
      input,
    );

  it('verifies what was signed here', async () => {
    const verified = verifyBySsh(message);
    expect(verified.status, verified.stderr).toBe(0);
    expect(verified.stdout).toContain(`Good "${namespace}" signature for ${principal}`);
    expect(verified.stdout).toContain(await fingerprint(signing.publicKey));
  });

  it('verifies by the signers that sed takes out of a recovery kit', async () => {
    const kit = writeRecoveryKit({
      workspaceName: 'Kelp & Sons',
      workspace,
      rootHash: 'ab'.repeat(32) as RootHash,
      recoveryKey: await createRecoveryKey(),
      allowedSigners: [allowedSignersLine(principal, signing.publicKey)],
      createdAt,
    });
    const path = file('kit.txt', kit);
    const taken = spawnSync('sed', ['-n', 's/^# signer: //p', path], { encoding: 'utf8' }).stdout;
    expect(taken).toBe(readFileSync(signers, 'utf8'));
  });

  it('refuses another message and another namespace', () => {
    expect(verifyBySsh(utf8Bytes('{"format":2}')).status).not.toBe(0);
    expect(verifyBySsh(message, 'holdfast-other').status).not.toBe(0);
  });

  it.each(['sha256', 'sha512'])('signs, by %s, what verifies here', async (hash) => {
    const key = join(folder, `key-${hash}`);
    run(['-q', '-t', 'ed25519', '-N', '', '-C', '', '-f', key]);
    const path = file(`message-${hash}`, message);
    const signed = run(['-Y', 'sign', '-f', key, '-n', namespace, '-O', `hashalg=${hash}`, path]);
    expect(signed.status, signed.stderr).toBe(0);
    const signer = valueOf(
      await verifySsh({ armored: readFileSync(`${path}.sig`, 'utf8'), namespace, message }),
    );
    const [, publicKey = ''] = readFileSync(`${key}.pub`, 'utf8').split(' ');
    const raw = base64ToBytes(publicKey)?.slice(-32);
    expect(signer.publicKey).toEqual(signingPublicKeyBytes(raw ?? new Uint8Array(32)));
    expect(run(['-l', '-f', `${key}.pub`]).stdout).toContain(signer.fingerprint);
  });

  it('signs with other kinds of keys, which are named unsupported', async () => {
    const key = join(folder, 'ecdsa');
    run(['-q', '-t', 'ecdsa', '-N', '', '-f', key]);
    const path = file('message-ecdsa', message);
    run(['-Y', 'sign', '-f', key, '-n', namespace, path]);
    const text = readFileSync(`${path}.sig`, 'utf8');
    const verified = await verifySsh({ armored: text, namespace, message });
    expect(errorOf(verified).type).toBe('UnsupportedKey');
  });
});
