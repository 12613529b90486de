import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, describe, expect, it, vi } from 'vitest';
import { concatBytes, randomBytes, utf8Bytes } from '#base/bytes.ts';
import {
  decryptAge,
  decryptAgeBytes,
  deviceRecipient,
  encryptAge,
  encryptAgeBytes,
} from '#crypto/age.ts';
import { createDeviceKeys } from '#crypto/device-keys.ts';
import type { RootHash } from '#crypto/membership.ts';
import { writeRecoveryKit } from '#crypto/recovery-kit.ts';
import { createRecoveryKey } from '#crypto/recovery.ts';
import { findOrSkip } from '../../programs.ts';
import { createdAt, errorOf, flipBit, numRuns, valueOf, workspace } from './samples.ts';

const recoveryKey = await createRecoveryKey();
const { agreement } = await createDeviceKeys();
const stranger = await createDeviceKeys();
const recipients = [recoveryKey.recipient, deviceRecipient(agreement.publicKey)];

/** In chunks of a size that fits nothing. */
function streamOf(bytes: Uint8Array, cancel = () => undefined): ReadableStream<Uint8Array> {
  let offset = 0;
  return new ReadableStream<Uint8Array>({
    pull(controller) {
      if (offset < bytes.length) controller.enqueue(bytes.subarray(offset, offset + 10_007));
      else controller.close();
      offset += 10_007;
    },
    cancel,
  });
}

async function collect(stream: ReadableStream<Uint8Array>): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of stream) chunks.push(chunk);
  return concatBytes(...chunks);
}

describe('an age file', () => {
  // age works in chunks of 64 KiB.
  it.each([0, 1, 65_535, 65_536, 65_537, 300_000])(
    'of %i bytes opens for each of its recipients',
    async (length) => {
      const plaintext = randomBytes(length);
      const file = await collect(await encryptAge(recipients, streamOf(plaintext)));
      for (const identity of [recoveryKey, agreement.privateKey]) {
        const opened = valueOf(await decryptAge([identity], streamOf(file)));
        expect(Buffer.compare(await collect(opened), plaintext)).toBe(0);
      }
    },
  );

  it('opens when one of several keys fits, and not when none does', async () => {
    const file = await encryptAgeBytes(recipients, utf8Bytes('Anna'));
    const other = await createRecoveryKey();
    const opened = await decryptAgeBytes([stranger.agreement.privateKey, recoveryKey], file);
    expect(valueOf(opened)).toEqual(utf8Bytes('Anna'));
    const refused = await decryptAgeBytes([stranger.agreement.privateKey, other], file);
    expect(errorOf(refused).type).toBe('NoMatchingKey');
    expect(errorOf(await decryptAgeBytes([], file)).type).toBe('NoMatchingKey');
  });

  it('never opens after any one bit has changed, nor without its end', async () => {
    const file = await encryptAgeBytes(recipients, utf8Bytes('Anna'));
    await fc.assert(
      fc.asyncProperty(
        fc.nat(file.length * 8 - 1),
        fc.nat(file.length - 1),
        async (bit, length) => {
          expect((await decryptAgeBytes([recoveryKey], flipBit(file, bit))).ok).toBe(false);
          expect((await decryptAgeBytes([recoveryKey], file.subarray(0, length))).ok).toBe(false);
        },
      ),
      { numRuns: numRuns * 4 },
    );
  });

  it('rejects while it is read, where a later chunk is damaged', async () => {
    const file = await encryptAgeBytes(recipients, randomBytes(200_000));
    const damaged = flipBit(file, (file.length - 100) * 8);
    const opened = valueOf(await decryptAge([recoveryKey], streamOf(damaged)));
    await expect(collect(opened)).rejects.toThrow();
  });

  it.each([
    ['nothing', '', 'NotAge'],
    ['a text', 'hello\nworld\n', 'NotAge'],
    ['one endless line', 'x'.repeat(200_000), 'NotAge'],
    [
      'a header without an end',
      `age-encryption.org/v1\n-> X25519 ${'x'.repeat(200_000)}`,
      'DamagedAge',
    ],
    ['a header of nothing', 'age-encryption.org/v1\n', 'DamagedAge'],
    [
      'a header with a stanza that is none',
      'age-encryption.org/v1\n-> X25519\n--- AAAA\n',
      'DamagedAge',
    ],
    ['half of the first line', 'age-encryption.org', 'NotAge'],
    ['a later version', 'age-encryption.org/v2\n-> X25519 a\n', 'NewerFormat'],
  ])('is not %s', async (_, text, expected) => {
    const opened = await decryptAge([recoveryKey], streamOf(utf8Bytes(text)));
    expect(errorOf(opened).type).toBe(expected);
  });

  it('is not read further than its header may reach', async () => {
    let pulled = 0;
    const endless = new ReadableStream<Uint8Array>({
      pull(controller) {
        pulled += 1;
        controller.enqueue(utf8Bytes('age-encryption.org/v1\n'.repeat(50)));
      },
    });
    expect(errorOf(await decryptAge([recoveryKey], endless)).type).toBe('DamagedAge');
    expect(pulled).toBeLessThan(100);
  });

  it('stops its source when the reader turns away', async () => {
    const file = await encryptAgeBytes(recipients, randomBytes(400_000));
    const stopped = vi.fn();
    const opened = valueOf(await decryptAge([recoveryKey], streamOf(file, stopped))).getReader();
    await opened.read();
    await opened.cancel();
    await vi.waitFor(() => expect(stopped).toHaveBeenCalled());
  });
});

const age = findOrSkip('age');

describe.skipIf(!age)(`Debian's age${age ? '' : ' (not installed: skipped)'}`, () => {
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-age-'));
  afterAll(() => rmSync(folder, { recursive: true }));
  const run = (parameters: readonly string[], input: Uint8Array) => {
    const { status, stdout, stderr } = spawnSync(age ?? '', parameters, { input });
    return { status, stdout, stderr: stderr.toString() };
  };
  const keyFile = join(folder, 'kit.txt');
  writeFileSync(
    keyFile,
    writeRecoveryKit({
      workspaceName: 'Kelp & Sons',
      workspace,
      rootHash: 'ab'.repeat(32) as RootHash,
      recoveryKey,
      allowedSigners: [],
      createdAt,
    }),
  );

  it('opens, with the recovery kit as it is, what was written here', async () => {
    const plaintext = randomBytes(200_000);
    const file = await encryptAgeBytes(recipients, plaintext);
    const opened = run(['-d', '-i', keyFile], file);
    expect(opened.stderr).toBe('');
    expect(Buffer.compare(opened.stdout, plaintext)).toBe(0);
  });

  it('writes what opens here, for the recovery key and for a device', async () => {
    const parameters = recipients.flatMap((recipient) => ['-r', recipient]);
    const written = run(parameters, utf8Bytes('Anna')).stdout;
    for (const identity of [recoveryKey, agreement.privateKey]) {
      expect(valueOf(await decryptAgeBytes([identity], written))).toEqual(utf8Bytes('Anna'));
    }
  });
});
