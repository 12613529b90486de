import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  copyFileSync,
  existsSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isNewer, openPack, textOf } from '#compliance/packs/opening.ts';
import { createDeviceKeys } from '#crypto/device-keys.ts';
import { fingerprint, signSsh } from '#crypto/ssh-signature.ts';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { findOrSkip } from '../../../programs.ts';
import { must } from '../../vault/fixture.ts';
import { plainFile } from './packs.ts';

const NOBODY: ReadonlySet<string> = new Set();

async function signed(payload: string, namespace = 'holdfast-policy') {
  const { signing: keys } = await createDeviceKeys();
  const signature = await signSsh(keys, namespace, new TextEncoder().encode(payload));
  const file = { format: 'holdfast-policy/1', payload, signature };
  return { file, publisher: await fingerprint(keys.publicKey) };
}

describe('a pack file', () => {
  it('that the build pinned needs no signature, and any other does', async () => {
    const text = plainFile();
    const hash = createHash('sha256').update(text).digest('hex');
    expect(must(await openPack(text, new Set([hash])))).toMatchObject({ hash, publisher: null });
    expect(await openPack(`${text}\n`, new Set([hash]))).toMatchObject({
      error: { type: 'Unsigned' },
    });
  });

  it('that somebody signed says who', async () => {
    const { file, publisher } = await signed(plainFile());
    const opened = must(await openPack(JSON.stringify(file), NOBODY));
    expect(opened.publisher).toBe(publisher);
    expect(opened.pack.key).toBe('house');
    expect(opened.text).toBe(file.payload);
  });

  it('with a signature that does not fit is refused, whatever was altered', async () => {
    const { file } = await signed(plainFile());
    const other = await signed(plainFile(), 'holdfast-backup');
    const altered = [
      { ...file, payload: file.payload.replace('"10"', '"60"') },
      { ...file, signature: 'no signature' },
      { ...file, signature: other.file.signature },
      other.file,
    ];
    for (const each of altered) {
      expect(await openPack(JSON.stringify(each), NOBODY)).toEqual({
        ok: false,
        error: { type: 'BadSignature' },
      });
    }
  });

  it('that is signed and holds no pack is refused as what it is', async () => {
    const { file } = await signed('{"format":"holdfast-policy/1","catalog":{}}');
    expect(await openPack(JSON.stringify(file), NOBODY)).toMatchObject({
      error: { type: 'MalformedPack' },
    });
    const half = { format: file.format, payload: file.payload };
    expect(await openPack(JSON.stringify(half), NOBODY)).toMatchObject({
      error: { type: 'MalformedPack' },
    });
  });

  it('that is larger than any pack is not read', async () => {
    const huge = new Blob([new Uint8Array(3 * 1024 * 1024)]);
    expect(await textOf(huge)).toEqual({ ok: false, error: { type: 'TooLarge' } });
    expect(await textOf(new Blob(['{}']))).toEqual({ ok: true, value: '{}' });
  });

  it.skipIf(findOrSkip('ssh-keygen') === null)(
    'is signed by the command of the README, with a key of ssh-keygen',
    async () => {
      const folder = mkdtempSync(join(tmpdir(), 'holdfast-policies-'));
      try {
        const key = join(folder, 'publisher');
        const file = join(folder, 'house.json');
        spawnSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-C', '', '-f', key]);
        writeFileSync(file, plainFile());
        const run = (...parameters: string[]) =>
          spawnSync('node', ['tests/run.js', 'src/endpoint/sign-policies.ts', ...parameters], {
            encoding: 'utf8',
          });
        expect(run(key, file)).toMatchObject({ status: 0 });
        const opened = must(
          await openPack(readFileSync(join(folder, 'house.signed.json'), 'utf8'), NOBODY),
        );
        const listed = spawnSync('ssh-keygen', ['-l', '-f', `${key}.pub`], { encoding: 'utf8' });
        expect(listed.stdout).toContain(opened.publisher);
        expect(run(key)).toMatchObject({ status: 1 });
        expect(run(join(folder, 'no key'), file).stderr).toContain('There is no file');
        expect(run(file, file).stderr).toContain('can’t sign');
        expect(run(key, `${key}.pub`).stderr).toContain('is no policy pack');
        const half = join(folder, 'half.pub');
        copyFileSync(`${key}.pub`, half);
        expect(run(half, file)).toMatchObject({ status: 1, stdout: '' });
        const signedFile = join(folder, 'house.signed.json');
        expect(run(key, signedFile).stderr).toContain('is signed already');
        writeFileSync(file, '{"format":"holdfast-policy/1"}');
        expect(run(key, file).stderr).toContain('has no catalog and profile');
      } finally {
        rmSync(folder, { recursive: true });
      }
    },
  );

  it.skipIf(findOrSkip('ssh-keygen') === null)(
    'is not signed with a key that no workspace could check, nor without ssh-keygen',
    () => {
      const folder = mkdtempSync(join(tmpdir(), 'holdfast-policies-'));
      try {
        const key = join(folder, 'publisher');
        const file = join(folder, 'house.json');
        spawnSync('ssh-keygen', ['-q', '-t', 'ecdsa', '-N', '', '-C', '', '-f', key]);
        writeFileSync(file, plainFile());
        const run = (env: NodeJS.ProcessEnv) =>
          spawnSync(
            process.execPath,
            ['tests/run.js', 'src/endpoint/sign-policies.ts', key, file],
            { encoding: 'utf8', env },
          );
        expect(run(process.env).stderr).toContain('is no Ed25519 key');
        expect(run({ ...process.env, PATH: folder }).stderr).toContain('ssh-keygen is missing');
        expect(existsSync(join(folder, 'house.signed.json'))).toBe(false);
      } finally {
        rmSync(folder, { recursive: true });
      }
    },
  );

  it('of whatever form is opened or refused, never an exception', async () => {
    const { file } = await signed(plainFile());
    const part = fc.oneof(fc.constantFrom<unknown>(file.payload, file.signature), fc.jsonValue());
    const envelope = fc.record(
      { format: fc.constant(file.format), payload: part, signature: part },
      { requiredKeys: ['format'] },
    );
    await fc.assert(
      fc.asyncProperty(envelope, async (parts) => {
        const opened = await openPack(JSON.stringify(parts), NOBODY);
        expect(opened.ok).toBe(
          parts.payload === file.payload && parts.signature === file.signature,
        );
      }),
    );
  });
});

describe('a version', () => {
  it.each([
    ['1.0.1', '1.0.0', true],
    ['1.10', '1.9', true],
    ['2', '1.9.9', true],
    ['1.0', '1.0.0', false],
    ['1.0.0', '1.0.1', false],
    ['1.9', '1.10', false],
  ])('%s after %s: %j', (version, other, expected) => {
    expect(isNewer(version, other)).toBe(expected);
  });
});
