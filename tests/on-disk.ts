/** Searches everything that a browser left on the disk, as UTF-8 and as UTF-16, Firefox's compressed session files too. */

import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';

/** One line for each place where one of the texts stands in the clear: the file, and which text. */
export function findOnDisk(folder: string, texts: readonly string[]): string[] {
  const needles = texts.flatMap((text) => [
    { text, bytes: Buffer.from(text, 'utf8') },
    { text, bytes: Buffer.from(text, 'utf16le') },
  ]);
  const found = new Set<string>();
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const path = join(entry.parentPath, entry.name);
    const file: Buffer = readFileSync(path);
    const unpacked = unpackMozLz4(file);
    const contents = unpacked ? [file, unpacked] : [file];
    for (const { text, bytes } of needles) {
      if (contents.some((content) => content.includes(bytes))) {
        found.add(`${relative(folder, path)}: ${text}`);
      }
    }
  }
  return [...found];
}

const MAGIC = Buffer.from('mozLz40\0', 'latin1');

/** Firefox's session files: a magic, the unpacked size as u32, one LZ4 block. `null`: another kind of file. */
export function unpackMozLz4(file: Buffer): Buffer | null {
  if (!file.subarray(0, MAGIC.length).equals(MAGIC)) return null;
  const size = file.readUInt32LE(MAGIC.length);
  return unpackLz4Block(file.subarray(MAGIC.length + 4), size);
}

/**
 * The LZ4 block format: sequences of a token (high half: how many literals, low half: how long the match,
 * less 4), the literals, and the distance back to the match. A half of 15 goes on in the bytes that follow.
 */
function unpackLz4Block(block: Buffer, size: number): Buffer {
  const out = Buffer.alloc(size);
  let at = 0;
  let end = 0;
  const lengthFrom = (half: number): number => {
    let length = half;
    if (half < 15) return length;
    for (;;) {
      const more = block.readUInt8(at++);
      length += more;
      if (more < 255) return length;
    }
  };
  while (at < block.length) {
    const token = block.readUInt8(at++);
    const literals = lengthFrom(token >>> 4);
    block.copy(out, end, at, at + literals);
    at += literals;
    end += literals;
    // The last sequence ends with its literals.
    if (at >= block.length) break;
    const distance = block.readUInt16LE(at);
    at += 2;
    const length = lengthFrom(token & 15) + 4;
    // Byte by byte: a match may reach into what it is just writing.
    for (let i = 0; i < length; i += 1, end += 1) out[end] = out[end - distance]!;
  }
  return out;
}
