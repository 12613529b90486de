import fc from 'fast-check';
import { encode } from 'uqr';
import { expect, test } from 'vitest';
import { qrPath } from '#ui/parts/qr-path.ts';

test('the path covers the dark modules of the code, each once, and nothing else', () => {
  fc.assert(
    fc.property(fc.string({ minLength: 1, maxLength: 400 }), (text) => {
      const { size, d } = qrPath(text);
      const drawn = Array.from({ length: size }, () => new Array<number>(size).fill(0));
      for (const [, x = '', y = '', length = ''] of d.matchAll(/M(\d+) (\d+)h(\d+)v1h-\3z/g)) {
        for (let at = Number(x); at < Number(x) + Number(length); at++) drawn[Number(y)]![at]! += 1;
      }
      const dark = encode(text, { ecc: 'L', border: 4 }).data.map((row) => row.map(Number));
      expect(drawn).toEqual(dark);
    }),
    { numRuns: 25 },
  );
});
