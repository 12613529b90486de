import { createDecipheriv } from 'node:crypto';
import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bytesToHex, bytesToUtf8, hexToBytes, utf8Bytes } from '#base/bytes.ts';
import type { SealingKey } from '#crypto/byte-types.ts';
import { associatedData, open, seal, tagOf } from '#crypto/sealing.ts';
import { errorOf, flipBit, localKeys, numRuns, otherLocalKeys, valueOf } from './samples.ts';

const key = localKeys.body;
const place = associatedData({ table: 'bodies', id: '17', version: 3 });

const bytes = fc.uint8Array({ maxLength: 300 });
const fieldName = fc.stringMatching(/^[a-zA-Z0-9]{1,32}$/).filter((name) => name !== '__proto__');
const fields = fc
  .dictionary(
    fieldName,
    fc.oneof(fc.string(), fc.nat(), fc.maxSafeNat(), fc.uint8Array({ maxLength: 20 })),
    { maxKeys: 4 },
  )
  .map((more) => ({ table: 't', id: 'i', version: 0, ...more }));

describe('a sealed value', () => {
  it('gives back what was sealed, for any bytes and place', async () => {
    await fc.assert(
      fc.asyncProperty(bytes, fields, async (plaintext, where) => {
        const sealed = await seal(key, plaintext, associatedData(where));
        expect(sealed.length).toBe(plaintext.length + 29);
        expect(valueOf(await open(key, sealed, associatedData(where)))).toEqual(plaintext);
      }),
      { numRuns },
    );
  });

  it('does not open after any one bit has changed', async () => {
    await fc.assert(
      fc.asyncProperty(bytes, fc.nat(), async (plaintext, bit) => {
        const sealed = flipBit(await seal(key, plaintext, place), bit);
        const expected = sealed[0] === 1 || sealed[0] === 0 ? 'NotAuthentic' : 'NewerFormat';
        expect(errorOf(await open(key, sealed, place)).type).toBe(expected);
      }),
      { numRuns },
    );
  });

  it('does not open in another place than its own', async () => {
    await fc.assert(
      fc.asyncProperty(fields, fields, async (where, elsewhere) => {
        fc.pre(bytesToHex(associatedData(where)) !== bytesToHex(associatedData(elsewhere)));
        const sealed = await seal(key, utf8Bytes('Anna'), associatedData(where));
        const opened = await open(key, sealed, associatedData(elsewhere));
        expect(errorOf(opened).type).toBe('NotAuthentic');
      }),
      { numRuns },
    );
  });

  it('opens with its own key only: not another purpose, not another workspace', async () => {
    const sealed = await seal(key, utf8Bytes('Anna'), place);
    const others = [localKeys.summary, localKeys.secret, otherLocalKeys.body];
    for (const other of others) {
      expect(errorOf(await open(other, sealed, place)).type).toBe('NotAuthentic');
    }
  });

  it.each([0, 1, 12, 13, 28])('is refused when cut to %i bytes', async (length) => {
    const sealed = await seal(key, new Uint8Array(0), place);
    const cut = sealed.subarray(0, length);
    expect(errorOf(await open(key, cut, place)).type).toBe('NotAuthentic');
  });

  it('opens from the middle of a larger buffer', async () => {
    const sealed = await seal(key, utf8Bytes('Anna'), place);
    const buffer = new Uint8Array(sealed.length + 20).fill(7);
    buffer.set(sealed, 9);
    const opened = await open(key, buffer.subarray(9, 9 + sealed.length), place);
    expect(bytesToUtf8(valueOf(opened))).toBe('Anna');
  });

  it('never repeats a nonce or a tag for the same plaintext', async () => {
    const sealed = await Promise.all(
      Array.from({ length: 200 }, () => seal(key, utf8Bytes('Anna'), place)),
    );
    expect(new Set(sealed.map((value) => bytesToHex(value.subarray(1, 13)))).size).toBe(200);
    expect(new Set(sealed.map((value) => bytesToHex(tagOf(value)))).size).toBe(200);
  });

  it('reports misuse of a key as the bug it is', async () => {
    const decryptOnly = (await crypto.subtle.generateKey({ name: 'AES-GCM', length: 256 }, false, [
      'encrypt',
    ])) as SealingKey;
    const sealed = await seal(decryptOnly, utf8Bytes('Anna'), place);
    await expect(open(decryptOnly, sealed, place)).rejects.toThrow();
  });
});

describe('associated data', () => {
  it('differs for any two different lists', () => {
    fc.assert(
      fc.property(fields, fields, (a, b) => {
        const isSame = bytesToHex(associatedData(a)) === bytesToHex(associatedData(b));
        expect(isSame).toBe(bytesToHex(plainly(a)) === bytesToHex(plainly(b)));
      }),
      { numRuns: numRuns * 4 },
    );
  });

  it('does not depend on the order in which fields were written', () => {
    const written = associatedData({ version: 1, table: 'a', id: 'b', epoch: 2 });
    expect(written).toEqual(associatedData({ epoch: 2, id: 'b', table: 'a', version: 1 }));
  });

  it('keeps texts, numbers and bytes apart', () => {
    const values = ['7', 7, utf8Bytes('7'), '\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0007'];
    const written = values.map((value) =>
      bytesToHex(associatedData({ table: '', id: '', version: 0, value })),
    );
    expect(new Set(written).size).toBe(values.length);
  });

  it.each([-1, 0.5, Number.NaN, Number.MAX_SAFE_INTEGER + 1])(
    'refuses the number %d',
    (version) => {
      expect(() => associatedData({ table: 'a', id: 'b', version })).toThrow();
    },
  );
});

describe('the worked example of FORMAT.md', () => {
  const document = readFileSync('src/crypto/FORMAT.md', 'utf8');
  const example = (name: string): Uint8Array<ArrayBuffer> => {
    const block = new RegExp(`\`\`\`hex ${name}\\n([^\`]*)\`\`\``).exec(document)?.[1] ?? '';
    const decoded = hexToBytes(block.replace(/\s/g, ''));
    if (!decoded?.length) throw new Error(`FORMAT.md has no example "${name}"`);
    return decoded;
  };
  const written = associatedData({ table: 'journal', id: 'tail', version: 7 });
  const rawKey = Uint8Array.from({ length: 32 }, (_, index) => index);

  it('has the associated data that the code makes', () => {
    expect(bytesToHex(example('associated-data'))).toBe(bytesToHex(written));
  });

  it('opens here and with OpenSSL alike', async () => {
    const sealed = example('sealed');
    const exampleKey = (await crypto.subtle.importKey('raw', rawKey, 'AES-GCM', false, [
      'decrypt',
    ])) as SealingKey;
    const opened = bytesToUtf8(valueOf(await open(exampleKey, sealed, written)));
    expect(opened).toBe('A holdfast grips the rock.');

    expect(bytesToHex(sealed.subarray(0, 13))).toBe('01a0a1a2a3a4a5a6a7a8a9aaab');
    const decipher = createDecipheriv('aes-256-gcm', rawKey, sealed.subarray(1, 13));
    decipher.setAAD(written);
    decipher.setAuthTag(sealed.subarray(-16));
    const byOpenSsl = decipher.update(sealed.subarray(13, -16), undefined, 'utf8');
    expect(byOpenSsl + decipher.final('utf8')).toBe(opened);
  });
});

/** Another unambiguous spelling, to compare with. */
function plainly(list: Readonly<Record<string, string | number | Uint8Array>>): Uint8Array {
  const sorted = Object.entries(list).sort(([a], [b]) => (a < b ? -1 : 1));
  return utf8Bytes(
    JSON.stringify(
      sorted.map(([name, value]) => [
        name,
        value instanceof Uint8Array ? { bytes: bytesToHex(value) } : value,
      ]),
    ),
  );
}
