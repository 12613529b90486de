import { createHmac, hkdfSync } from 'node:crypto';
import { fixedKeyBytes } from '#crypto/byte-types.ts';
import { createMarker } from '#crypto/suppression.ts';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

describe('a suppression mark', () => {
  it('is the beginning of an HMAC under a key of its own, the same each time', async () => {
    const bytes = new Uint8Array(32).fill(7);
    const marker = await createMarker(fixedKeyBytes(bytes.slice()));
    const key = Buffer.from(hkdfSync('sha256', bytes, '', 'holdfast/1 suppression marks', 32));
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (text) => {
        const expected = createHmac('sha256', key).update(text).digest('hex').slice(0, 32);
        expect(marker(text)).toBe(expected);
        expect(marker(text)).toBe(expected);
      }),
    );
  });

  it('differs between workspaces', async () => {
    const marks = await Promise.all(
      [1, 2].map(async (fill) =>
        (await createMarker(fixedKeyBytes(new Uint8Array(32).fill(fill))))('email a@b.example'),
      ),
    );
    expect(new Set(marks).size).toBe(2);
  });
});
