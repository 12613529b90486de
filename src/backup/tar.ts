/**
 * The container of a backup: POSIX ustar, regular files with short names only (FORMAT.md, section 2).
 *
 * The finished file is a Blob that concatenates header blocks and bodies, and reading one slices it again, so that
 * nothing large is ever copied in memory.
 */

import { type Result, assert, err, ok } from '#base/result.ts';

export const BLOCK_BYTES = 512;

/** Two blocks of zeros end an archive; GNU tar fills up to 20 blocks. */
const END_BYTES = 2 * BLOCK_BYTES;
const LONGEST_END_BYTES = 20 * BLOCK_BYTES;

/** Eleven octal digits. Larger sizes are written in base 256, as GNU tar, bsdtar and busybox do. */
const LARGEST_OCTAL_SIZE = 0o77777777777;

// Offset and length of the header's fields.
const NAME = [0, 100] as const;
const MODE = [100, 8] as const;
const OWNER = [108, 8] as const;
const GROUP = [116, 8] as const;
const SIZE = [124, 12] as const;
const TIME = [136, 12] as const;
const CHECKSUM = [148, 8] as const;
const TYPE = 156;
const LINK = [157, 100] as const;
const MAGIC = [257, 8] as const;
const PREFIX = [345, 155] as const;

const encoder = new TextEncoder();

export interface TarFile {
  /** ASCII, at most 99 characters. */
  readonly name: string;
  readonly body: Blob;
}

/** Everything in the order given, owned by nobody, readable by its owner alone, dated `at` (ms). */
export function packTar(files: readonly TarFile[], at: number): Blob {
  const parts: (Uint8Array<ArrayBuffer> | Blob)[] = [];
  for (const { name, body } of files) {
    parts.push(tarHeader(name, body.size, at), body, new Uint8Array(paddingAfter(body.size)));
  }
  parts.push(new Uint8Array(END_BYTES));
  return new Blob(parts, { type: 'application/x-tar' });
}

export function tarHeader(name: string, size: number, at: number): Uint8Array<ArrayBuffer> {
  assert(/^[\x21-\x7e]{1,99}$/.test(name), 'a name in a backup is short and ASCII');
  const block = new Uint8Array(BLOCK_BYTES);
  const write = ([offset]: readonly [number, number], text: string) => {
    encoder.encodeInto(text, block.subarray(offset));
  };
  write(NAME, name);
  write(MODE, '0000600\0');
  write(OWNER, '0000000\0');
  write(GROUP, '0000000\0');
  if (size <= LARGEST_OCTAL_SIZE) {
    write(SIZE, `${size.toString(8).padStart(11, '0')}\0`);
  } else {
    const view = new DataView(block.buffer);
    view.setUint8(SIZE[0], 0x80);
    view.setBigUint64(SIZE[0] + 4, BigInt(size));
  }
  const seconds = Math.min(Math.max(0, Math.floor(at / 1000)), LARGEST_OCTAL_SIZE);
  write(TIME, `${seconds.toString(8).padStart(11, '0')}\0`);
  block[TYPE] = 0x30;
  write(MAGIC, 'ustar\x0000');
  write(CHECKSUM, `${checksumOf(block).toString(8).padStart(6, '0')}\0 `);
  return block;
}

export type TarError =
  /** The file ends where a header, a body or the closing zeros should be. */
  | { readonly type: 'Ended' }
  /** A header that does not add up, is of another kind than a regular file, or zeros that are none. */
  | { readonly type: 'Malformed' };

/** Walks through an archive without believing it. */
export class TarReader {
  readonly archive: Blob;
  #offset = 0;

  constructor(archive: Blob) {
    this.archive = archive;
  }

  /** The next file; `null` where the archive ends as it should. */
  async next(): Promise<Result<TarFile | null, TarError>> {
    const archive = this.archive;
    if (this.#offset + BLOCK_BYTES > archive.size) return err({ type: 'Ended' });
    const block = await bytesOf(archive.slice(this.#offset, this.#offset + BLOCK_BYTES));
    if (isZero(block)) return this.#end();

    const header = parseTarHeader(block);
    if (header === null) return err({ type: 'Malformed' });
    const start = this.#offset + BLOCK_BYTES;
    const end = start + header.size;
    const next = end + paddingAfter(header.size);
    if (next > archive.size) return err({ type: 'Ended' });
    if (!isZero(await bytesOf(archive.slice(end, next)))) return err({ type: 'Malformed' });
    this.#offset = next;
    return ok({ name: header.name, body: archive.slice(start, end) });
  }

  async #end(): Promise<Result<null, TarError>> {
    const rest = this.archive.size - this.#offset;
    if (rest < END_BYTES) return err({ type: 'Ended' });
    if (rest > LONGEST_END_BYTES + END_BYTES) return err({ type: 'Malformed' });
    const zeros = await bytesOf(this.archive.slice(this.#offset));
    return isZero(zeros) ? ok(null) : err({ type: 'Malformed' });
  }
}

/** `null` for anything but a regular file in ustar: links, folders, pax and GNU extensions, a wrong sum. */
export function parseTarHeader(block: Uint8Array): { name: string; size: number } | null {
  if (block.length !== BLOCK_BYTES) return null;
  if (octal(block, CHECKSUM, CHECKSUM_SPELLING) !== checksumOf(block)) return null;
  const magic = text(block, MAGIC);
  if (magic !== 'ustar\x0000' && magic !== 'ustar  \0') return null;
  if (block[TYPE] !== 0x30) return null;
  if (!isZero(field(block, LINK)) || !isZero(field(block, PREFIX))) return null;
  const name = /^([\x21-\x7e]{1,99})\0+$/.exec(text(block, NAME))?.[1];
  const size = block[SIZE[0]] === 0x80 ? base256(block) : octal(block, SIZE, SIZE_SPELLING);
  if (name === undefined || size === null) return null;
  return { name, size };
}

/** The sum of all bytes, those of the sum itself taken as spaces. */
function checksumOf(block: Uint8Array): number {
  const [offset, length] = CHECKSUM;
  let sum = 0;
  for (let index = 0; index < BLOCK_BYTES; index++) {
    sum += index >= offset && index < offset + length ? 0x20 : (block[index] ?? 0);
  }
  return sum;
}

/** In the one spelling that tars have used since POSIX: anything else is a tar that was touched. */
function octal(
  block: Uint8Array,
  place: readonly [number, number],
  spelling: RegExp,
): number | null {
  const digits = spelling.exec(text(block, place))?.[1];
  return digits === undefined ? null : Number.parseInt(digits, 8);
}

const SIZE_SPELLING = /^([0-7]{11})[\0 ]$/;
const CHECKSUM_SPELLING = /^([0-7]{6})\0 $/;

function base256(block: Uint8Array): number | null {
  const view = new DataView(block.buffer, block.byteOffset);
  const size = view.getBigUint64(SIZE[0] + 4);
  if (!isZero(block.subarray(SIZE[0] + 1, SIZE[0] + 4))) return null;
  return size <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(size) : null;
}

function field(block: Uint8Array, [offset, length]: readonly [number, number]): Uint8Array {
  return block.subarray(offset, offset + length);
}

/** Byte by byte, so that what is not ASCII matches nothing. */
function text(block: Uint8Array, place: readonly [number, number]): string {
  return String.fromCharCode(...field(block, place));
}

function paddingAfter(size: number): number {
  return (BLOCK_BYTES - (size % BLOCK_BYTES)) % BLOCK_BYTES;
}

function isZero(bytes: Uint8Array): boolean {
  return bytes.every((byte) => byte === 0);
}

async function bytesOf(blob: Blob): Promise<Uint8Array> {
  return new Uint8Array(await blob.arrayBuffer());
}
