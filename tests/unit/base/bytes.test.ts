import {
  base64ToBytes,
  bytesToBase32,
  bytesToBase64,
  bytesToHex,
  bytesToUtf8,
  concatBytes,
  equalBytes,
  hexToBytes,
  randomBytes,
  utf8Bytes,
} from '#base/bytes.ts';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

const anyBytes = fc.uint8Array({ maxLength: 300 });

describe('conversions', () => {
  it('to hexadecimal and Base64 are undone by those back, and agree with Node', () => {
    fc.assert(
      fc.property(anyBytes, (bytes) => {
        expect(hexToBytes(bytesToHex(bytes))).toEqual(bytes);
        expect(base64ToBytes(bytesToBase64(bytes))).toEqual(bytes);
        expect(bytesToHex(bytes)).toBe(Buffer.from(bytes).toString('hex'));
        expect(bytesToBase64(bytes)).toBe(Buffer.from(bytes).toString('base64'));
      }),
    );
  });

  it.each([8191, 8192, 8193, 100_000])('to Base64 take %i bytes', (length) => {
    const bytes = randomBytes(length);
    expect(bytesToBase64(bytes)).toBe(Buffer.from(bytes).toString('base64'));
  });

  it.each([
    ['', ''],
    ['f', 'my'],
    ['fo', 'mzxq'],
    ['foo', 'mzxw6'],
    ['foob', 'mzxw6yq'],
    ['fooba', 'mzxw6ytb'],
    ['foobar', 'mzxw6ytboi'],
  ])('to Base32 give RFC 4648 section 10 its answers: %j', (text, expected) => {
    expect(bytesToBase32(utf8Bytes(text))).toBe(expected);
  });

  it('to UTF-8 are undone by those back, byte order marks included', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(bytesToUtf8(utf8Bytes(text))).toBe(text);
      }),
    );
    expect(bytesToUtf8(utf8Bytes('\ufeffa'))).toBe('\ufeffa');
    expect(() => bytesToUtf8(Uint8Array.of(0xff))).toThrow(TypeError);
  });

  it.each(['a', 'zz', '0x', 'ab c'])('from hexadecimal refuse %j', (text) => {
    expect(hexToBytes(text)).toBeNull();
  });

  it.each(['A', 'AA', 'AAA', 'A===', 'AA=A', 'AA-_', 'AA==\n', '====', ' AAAA'])(
    'from Base64 refuse %j',
    (text) => {
      expect(base64ToBytes(text)).toBeNull();
    },
  );

  it('from Base64 never throw', () => {
    const anyText = fc.string({ unit: fc.constantFrom('A', 'z', '+', '/', '=', ' ') });
    fc.assert(
      fc.property(anyText, (text) => {
        const bytes = base64ToBytes(text);
        expect(bytes === null || bytes.length === Buffer.from(text, 'base64').length).toBe(true);
      }),
    );
  });
});

describe('bytes', () => {
  it('are joined in their order', () => {
    fc.assert(
      fc.property(fc.array(anyBytes), (parts) => {
        expect(concatBytes(...parts)).toEqual(new Uint8Array(Buffer.concat(parts)));
      }),
    );
  });

  it('are equal where each of them is', () => {
    fc.assert(
      fc.property(anyBytes, fc.nat(), fc.integer({ min: 1, max: 255 }), (bytes, place, flip) => {
        const other = bytes.slice();
        expect(equalBytes(bytes, other)).toBe(true);
        expect(equalBytes(bytes, concatBytes(bytes, Uint8Array.of(0)))).toBe(false);
        if (bytes.length === 0) return;
        other[place % bytes.length]! ^= flip;
        expect(equalBytes(bytes, other)).toBe(false);
      }),
    );
  });

  it.each([0, 1, 65_535, 65_536, 65_537, 200_000])('are drawn at random, %i of them', (length) => {
    const bytes = randomBytes(length);
    expect(bytes).toHaveLength(length);
    if (length >= 65_535) expect(new Set(bytes.subarray(-4096)).size).toBe(256);
  });
});
