/**
 * Which encoding a text file is in, judged from bytes alone.
 *
 * A byte order mark decides. Without one: aligned zero bytes speak for UTF-16; bytes that are UTF-8 are taken for UTF-8 (other encodings
 * form it by accident only in very short texts); what remains is GB18030 where its two-byte characters are mostly the common ones of
 * Chinese, else Windows-1252, in which every byte means something. A person may choose otherwise.
 */

import type { Encoding } from './messages.ts';

/** How much of a file is looked at to tell what it is. */
export const HEAD_BYTES = 256 * 1024;

const MARKS: readonly { readonly encoding: Encoding; readonly bytes: readonly number[] }[] = [
  { encoding: 'utf-8', bytes: [0xef, 0xbb, 0xbf] },
  { encoding: 'gb18030', bytes: [0x84, 0x31, 0x95, 0x33] },
  { encoding: 'utf-16le', bytes: [0xff, 0xfe] },
  { encoding: 'utf-16be', bytes: [0xfe, 0xff] },
];

export function sniffEncoding(head: Uint8Array): Encoding {
  const marked = MARKS.find(({ bytes }) => startsWith(head, bytes));
  return marked?.encoding ?? sniffUtf16(head) ?? sniffEightBit(head);
}

/** Length of the byte order mark that a file in this encoding begins with; 0 where it has none. */
export function markLength(head: Uint8Array, encoding: Encoding): number {
  const mark = MARKS.find((candidate) => candidate.encoding === encoding);
  return mark !== undefined && startsWith(head, mark.bytes) ? mark.bytes.length : 0;
}

/**
 * Any part of a file that is not UTF-16. Broken UTF-8 stays UTF-8 where whole characters outnumber the broken bytes: better an error that
 * names the line than a file full of "Ã¼".
 */
export function sniffEightBit(sample: Uint8Array): 'utf-8' | 'gb18030' | 'windows-1252' {
  const { whole, broken } = countUtf8(sample);
  if (broken === 0 || whole > 10 * broken) return 'utf-8';
  return looksLikeGb18030(sample) ? 'gb18030' : 'windows-1252';
}

/** Beginnings of files that people take for lists: pictures, archives (XLSX, ODS), PDF, old Excel, encrypted files. */
const SIGNATURES: readonly (readonly number[])[] = [
  [0x89, 0x50, 0x4e, 0x47],
  [0x50, 0x4b, 0x03, 0x04],
  [0x50, 0x4b, 0x05, 0x06],
  [0xff, 0xd8, 0xff],
  [0x1f, 0x8b],
  [0xd0, 0xcf, 0x11, 0xe0],
  ...['%PDF-', 'GIF8', 'Rar!', '7z\xbc\xaf', 'SQLite format 3\0', 'age-encryption.org/'].map(
    charCodes,
  ),
];

/** True of bytes that can't be a table in any encoding: a known other format, or control characters all over. */
export function isOtherFormat(head: Uint8Array, encoding: Encoding): boolean {
  if (SIGNATURES.some((bytes) => startsWith(head, bytes))) return true;
  if (encoding === 'utf-16le' || encoding === 'utf-16be') return false;
  let zeros = 0;
  let controls = 0;
  for (const byte of head) {
    if (byte === 0) zeros += 1;
    else if (byte < 0x20 && byte !== 0x09 && byte !== 0x0a && byte !== 0x0c && byte !== 0x0d) {
      controls += 1;
    }
  }
  return controls > head.length / 50 || zeros > head.length / 4;
}

function sniffUtf16(head: Uint8Array): 'utf-16le' | 'utf-16be' | undefined {
  const pairs = head.length >> 1;
  let little = 0;
  let big = 0;
  let littleLines = 0;
  let bigLines = 0;
  for (let index = 0; index + 1 < head.length; index += 2) {
    const first = head[index] ?? 0;
    const second = head[index + 1] ?? 0;
    if (second === 0 && isAscii(first)) {
      little += 1;
      if (first === 0x0a || first === 0x0d) littleLines += 1;
    } else if (first === 0 && isAscii(second)) {
      big += 1;
      if (second === 0x0a || second === 0x0d) bigLines += 1;
    }
  }
  // Even Chinese has an ASCII delimiter or line end in every row. A stray NUL in other text makes no UTF-16 line end.
  const enough = Math.max(2, pairs / 50);
  if (little >= enough && littleLines > 0 && big * 10 <= little) return 'utf-16le';
  if (big >= enough && bigLines > 0 && little * 10 <= big) return 'utf-16be';
  return undefined;
}

function isAscii(byte: number): boolean {
  return (byte >= 0x20 && byte < 0x7f) || byte === 0x09 || byte === 0x0a || byte === 0x0d;
}

/** Whole characters of more than one byte, and bytes that belong to none. A character cut off at the end counts as neither. */
function countUtf8(bytes: Uint8Array): { whole: number; broken: number } {
  let whole = 0;
  let broken = 0;
  let index = 0;
  while (index < bytes.length) {
    const lead = bytes[index] ?? 0;
    const length =
      lead < 0x80 ? 1 : lead < 0xc2 ? 0 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : lead < 0xf5 ? 4 : 0;
    if (length <= 1) {
      broken += 1 - length;
      index += 1;
      continue;
    }
    let have = 1;
    while (have < length && isContinuation(bytes[index + have])) have += 1;
    if (have === length) whole += 1;
    else if (index + have < bytes.length) broken += 1;
    index += have;
  }
  return { whole, broken };
}

function isContinuation(byte: number | undefined): boolean {
  return byte !== undefined && (byte & 0xc0) === 0x80;
}

/**
 * In GB 2312's layout, which GB18030 extends, the 3,755 commonest characters have lead bytes B0–D7, punctuation A1–A3, and the second byte is
 * A1 or above. In Western text a byte above 7F mostly stands before an ASCII letter.
 */
function looksLikeGb18030(sample: Uint8Array): boolean {
  let pairs = 0;
  let common = 0;
  for (let index = 0; index + 1 < sample.length; index++) {
    const lead = sample[index] ?? 0;
    if (lead < 0x80) continue;
    const trail = sample[index + 1] ?? 0;
    pairs += 1;
    if (trail >= 0xa1 && ((lead >= 0xb0 && lead <= 0xd7) || (lead >= 0xa1 && lead <= 0xa3))) {
      common += 1;
    }
    index += 1;
  }
  return pairs > 0 && common >= pairs * 0.6;
}

function startsWith(bytes: Uint8Array, start: readonly number[]): boolean {
  return bytes.length >= start.length && start.every((byte, index) => bytes[index] === byte);
}

function charCodes(text: string): readonly number[] {
  return Array.from(text, (character) => character.charCodeAt(0));
}
