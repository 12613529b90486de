import fc from 'fast-check';
import { packTar as packByLibrary, unpackTar } from 'modern-tar';
import { describe, expect, test } from 'vitest';
import { BLOCK_BYTES, TarReader, packTar, parseTarHeader, tarHeader } from '#backup/tar.ts';
import { NOW, bytesOf, entriesOf, errorOf, valueOf } from './samples.ts';

const anyName = fc.stringMatching(/^[a-z](?:[a-z0-9._/-]{0,97}[a-z0-9])?$/);
const anyBody = fc.oneof(
  fc.uint8Array({ maxLength: 40 }),
  fc.constantFrom(511, 512, 513, 1024).map((length) => new Uint8Array(length).fill(7)),
);
const anyFiles = fc.array(fc.record({ name: anyName, body: anyBody }), { maxLength: 5 });

const blobs = (files: readonly { name: string; body: Uint8Array }[]) =>
  files.map(({ name, body }) => ({ name, body: new Blob([body as Uint8Array<ArrayBuffer>]) }));

async function contentsOf(archive: Blob): Promise<{ name: string; body: Uint8Array }[]> {
  const entries = await entriesOf(archive);
  return Promise.all(
    entries.map(async ({ name, body }) => ({ name, body: new Uint8Array(await bytesOf(body)) })),
  );
}

describe('An archive', () => {
  test('gives back what was packed', async () => {
    await fc.assert(
      fc.asyncProperty(anyFiles, async (files) => {
        expect(await contentsOf(packTar(blobs(files), NOW))).toEqual(files);
      }),
    );
  });

  test('is read alike by another implementation, and written alike', async () => {
    await fc.assert(
      fc.asyncProperty(anyFiles, async (files) => {
        const archive = await bytesOf(packTar(blobs(files), NOW));
        const theirs = await unpackTar(archive, { strict: true });
        expect(theirs.map(({ header, data }) => ({ name: header.name, body: data }))).toEqual(
          files,
        );
        expect(theirs.every(({ header }) => header.mode === 0o600 && header.uid === 0)).toBe(true);

        const packed = await packByLibrary(
          files.map(({ name, body }) => ({
            header: { name, size: body.length, type: 'file' as const, mtime: new Date(NOW) },
            body,
          })),
        );
        expect(await contentsOf(new Blob([packed]))).toEqual(files);
      }),
    );
  });

  test.each([0, 1, 0o77777777777, 0o100000000000, 2 ** 40, Number.MAX_SAFE_INTEGER])(
    'holds a file of %d bytes',
    (size) => {
      expect(parseTarHeader(tarHeader('records', size, NOW))).toEqual({ name: 'records', size });
    },
  );
});

describe('A header', () => {
  test('with one flipped bit is none', () => {
    const header = tarHeader('membership.jsonl', 1893, NOW);
    for (let bit = 0; bit < BLOCK_BYTES * 8; bit++) {
      const flipped = header.slice();
      flipped[bit >> 3]! ^= 1 << (bit & 7);
      expect(parseTarHeader(flipped)).toBeNull();
    }
  });

  test.each([
    ['a folder', '5'],
    ['a hard link', '1'],
    ['a symbolic link', '2'],
    ['a pax header', 'x'],
    ['a global pax header', 'g'],
    ['a long name of GNU', 'L'],
    ['a sparse file', 'S'],
    ['a file of before POSIX', '\0'],
  ])('of %s is refused', (_, type) => {
    expect(parseTarHeader(withField(tarHeader('a', 0, NOW), 156, type))).toBeNull();
  });

  test.each([
    ['a link name', 157, 'b'],
    ['a prefix', 345, 'etc'],
    ['no magic', 257, '\0\0\0\0\0\0\0\0'],
    ['a size that is no number', 124, '0000000009z\0'],
    ['a negative size', 124, '\xff'.repeat(12)],
    ['a name without an end', 0, 'n'.repeat(100)],
    ['a name that is not ASCII', 0, '\xe9'],
    ['no name', 0, '\0'],
    ['something behind the name', 0, 'a\0b'],
  ])('with %s is refused', (_, offset, value) => {
    expect(parseTarHeader(withField(tarHeader('a', 0, NOW), offset, value))).toBeNull();
  });
});

describe('An archive from anywhere', () => {
  test('never makes the reader fail other than by an error', async () => {
    await fc.assert(
      fc.asyncProperty(anyFiles, fc.nat(), fc.nat(255), async (files, at, byte) => {
        const archive = await bytesOf(packTar(blobs(files), NOW));
        archive[at % archive.length] = byte;
        const reader = new TarReader(new Blob([archive.subarray(0, archive.length - (at % 700))]));
        for (let entry = 0; entry <= files.length; entry++) {
          const next = await reader.next();
          if (!next.ok || next.value === null) return;
        }
        expect.unreachable('there are more entries than were packed');
      }),
    );
  });

  test('that says to hold more than there is has ended', async () => {
    const reader = new TarReader(new Blob([tarHeader('a', 2 ** 50, NOW), 'x']));
    expect(errorOf(await reader.next())).toEqual({ type: 'Ended' });
  });

  test('with something in the padding is malformed', async () => {
    const archive = await bytesOf(packTar([{ name: 'a', body: new Blob(['x']) }], NOW));
    archive[BLOCK_BYTES + 1] = 1;
    expect(errorOf(await new TarReader(new Blob([archive])).next())).toEqual({ type: 'Malformed' });
  });

  test('without entries is an archive', async () => {
    expect(valueOf(await new TarReader(packTar([], NOW)).next())).toBeNull();
  });
});

/** With the sum made to fit. */
function withField(header: Uint8Array, offset: number, value: string): Uint8Array {
  const changed = header.slice();
  for (let index = 0; index < value.length; index++)
    changed[offset + index] = value.charCodeAt(index);
  changed.fill(0x20, 148, 156);
  const sum = changed.reduce((total, byte) => total + byte, 0);
  changed.set(new TextEncoder().encode(`${sum.toString(8).padStart(6, '0')}\0 `), 148);
  return changed;
}
