import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { textToByteText, type ByteText } from '#endpoint/store/byte-text.ts';
import { nameToPiece, objectPath } from '#endpoint/store/object-path.ts';

const keys = fc.oneof(
  fc.string({ unit: 'binary', minLength: 1, maxLength: 200 }),
  fc.string({ unit: fc.constantFrom('a', 'A', '/', '.', '+', '=', '%', '\\', 'é'), minLength: 1 }),
);
const numRuns = process.env['SLOW'] ? 10_000 : 500;

const path = (key: string) => objectPath(textToByteText(key));

describe('the path of an object', () => {
  it.each([
    ['logs/2026/a.TXT', 'logs+/2026+/a%2E%54%58%54='],
    ['a', 'a='],
    ['a/', 'a+='],
    ['a/b', 'a+/b='],
    ['..', '%2E%2E='],
    ['../../etc/passwd', '%2E%2E+/%2E%2E+/etc+/passwd='],
    ['/etc/passwd', '+/etc+/passwd='],
    ['C:\\kelp', '%43%3A%5Ckelp='],
    ['a+=%', 'a%2B%3D%25='],
    ['\0', '%00='],
    ['é', '%C3%A9='],
    ['a'.repeat(64), `${'a'.repeat(64)}=`],
    ['a'.repeat(64) + '/', `${'a'.repeat(64)}/+=`],
    ['a'.repeat(65), `${'a'.repeat(64)}/a=`],
  ])('of %j is %s', (key, expected) => {
    expect(path(key)).toBe(expected);
  });

  it('is made of names that every file system takes and none understands', () => {
    fc.assert(
      fc.property(keys, (key) => {
        for (const name of path(key).split('/')) {
          expect(name).toMatch(/^[a-z0-9_%A-F+-]+=?$/);
          expect(name.length).toBeLessThanOrEqual(255);
        }
      }),
      { numRuns },
    );
  });

  it('leads back to the key, so no two keys share one', () => {
    fc.assert(
      fc.property(keys, (key) => {
        const pieces = path(key).split('/').map(nameToPiece);
        expect(pieces.map((named) => named?.piece).join('')).toBe(textToByteText(key));
        expect(pieces.findIndex((named) => named?.isObject)).toBe(pieces.length - 1);
      }),
      { numRuns },
    );
  });

  it('differs by more than case for any two keys', () => {
    fc.assert(
      fc.property(keys, keys, (a, b) => {
        expect(path(a).toLowerCase() === path(b).toLowerCase()).toBe(a === b);
      }),
      { numRuns },
    );
  });

  it('stays within what Linux takes, for a key of 1,024 bytes', () => {
    for (const unit of ['a', 'A', '/', 'A/', 'é']) {
      const key = unit.repeat(1024).slice(0, unit === 'é' ? 512 : 1024);
      expect(path(key).length).toBeLessThan(3500);
    }
  });
});

it.each([
  '',
  '=',
  '.',
  '..',
  '.DS_Store',
  'A=',
  'a%2e=',
  'a%2',
  '%61=',
  'a+b=',
  'lost+found',
  'é=',
])('the name %j is no object of ours', (name) => {
  expect(nameToPiece(name)).toBeNull();
});

it('a name is read as bytes', () => {
  expect(nameToPiece('%C3%A9+')).toEqual({
    piece: '\u00c3\u00a9/' as ByteText,
    isObject: false,
  });
});
