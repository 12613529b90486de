/** A file as text, a piece at a time: never the whole of it in memory, and never a character that the bytes do not say. */

import { err, ok, type Result } from '#base/result.ts';
import type { Cancelled, Encoding, ImportFileError } from './messages.ts';
import { HEAD_BYTES, markLength, sniffEightBit, sniffEncoding } from './encoding.ts';

/** Bytes read at a time. */
export const CHUNK_BYTES = 512 * 1024;

interface TextChunk {
  readonly text: string;
  /** Bytes of the file read so far, this chunk included. */
  readonly bytes: number;
}

type ReadError = Extract<ImportFileError, { type: 'Unreadable' }> | Cancelled;
type DecodeError = Extract<ImportFileError, { type: 'NotInEncoding' }> | ReadError;

/**
 * The encoding that all of the file is in. A chosen one is only checked; a guess from the head that fails further on gives way to what the
 * bytes there say.
 */
export async function settleEncoding(
  file: Blob,
  chosen: Encoding | undefined,
  signal: AbortSignal,
): Promise<Result<Encoding, DecodeError>> {
  const head = await readBytes(file, 0, HEAD_BYTES);
  if (!head.ok) return head;
  const tried = chosen ?? sniffEncoding(head.value);
  const failure = await findUndecodable(file, tried, signal);
  if (!failure.ok) return failure;
  if (failure.value === null) return ok(tried);

  if (chosen === undefined) {
    // The head may have been all ASCII, so the place of the failure has the say; where that is no legacy text either, the file is broken.
    const sample = await readBytes(file, failure.value.from, CHUNK_BYTES);
    if (!sample.ok) return sample;
    const other =
      tried === 'gb18030'
        ? 'windows-1252'
        : failure.value.ascii
          ? sniffEightBit(sample.value)
          : tried;
    if (other !== tried && !tried.startsWith('utf-16')) {
      const second = await findUndecodable(file, other, signal);
      if (!second.ok) return second;
      if (second.value === null) return ok(other);
      if (other === 'gb18030') return ok('windows-1252');
    }
  }
  const line = await lineOfFailure(file, tried, failure.value.characters);
  return line.ok ? err({ type: 'NotInEncoding', encoding: tried, line: line.value }) : line;
}

/** The file's text without its byte order mark. Ends after an error. */
export async function* decodedChunks(
  file: Blob,
  encoding: Encoding,
  signal: AbortSignal,
): AsyncGenerator<Result<TextChunk, DecodeError>, void, undefined> {
  const decoder = new TextDecoder(encoding, { fatal: true, ignoreBOM: true });
  let characters = 0;
  let from = 0;
  do {
    if (signal.aborted) return yield err({ type: 'Cancelled' });
    const bytes = await readBytes(file, from, CHUNK_BYTES);
    if (!bytes.ok) return yield bytes;
    const start = from === 0 ? markLength(bytes.value, encoding) : 0;
    from += bytes.value.length;
    const text = decode(decoder, bytes.value.subarray(start), from < file.size);
    if (text === null) {
      const line = await lineOfFailure(file, encoding, characters);
      return yield line.ok ? err({ type: 'NotInEncoding', encoding, line: line.value }) : line;
    }
    characters += text.length;
    yield ok({ text, bytes: from });
  } while (from < file.size);
}

export async function readBytes(
  file: Blob,
  from: number,
  length: number,
): Promise<Result<Uint8Array, Extract<ImportFileError, { type: 'Unreadable' }>>> {
  try {
    const bytes = new Uint8Array(await file.slice(from, from + length).arrayBuffer());
    const expected = Math.min(length, file.size - from);
    // A file that shrank since it was chosen.
    return bytes.length === expected ? ok(bytes) : err({ type: 'Unreadable' });
  } catch {
    // The browser's NotReadableError: the file was moved, changed or is no longer permitted.
    return err({ type: 'Unreadable' });
  }
}

interface Failure {
  /** Where the chunk begins that failed. */
  readonly from: number;
  /** Characters decoded before that chunk. */
  readonly characters: number;
  /** Whether all before that chunk was ASCII. */
  readonly ascii: boolean;
}

async function findUndecodable(
  file: Blob,
  encoding: Encoding,
  signal: AbortSignal,
): Promise<Result<Failure | null, ReadError>> {
  // Windows-1252 gives every byte a meaning.
  if (encoding === 'windows-1252') return ok(null);
  const decoder = new TextDecoder(encoding, { fatal: true, ignoreBOM: true });
  let characters = 0;
  let from = 0;
  do {
    if (signal.aborted) return err({ type: 'Cancelled' });
    const bytes = await readBytes(file, from, CHUNK_BYTES);
    if (!bytes.ok) return bytes;
    const end = from + bytes.value.length;
    const start = from === 0 ? markLength(bytes.value, encoding) : 0;
    const text = decode(decoder, bytes.value.subarray(start), end < file.size);
    if (text === null) return ok({ from, characters, ascii: characters === from });
    characters += text.length;
    from = end;
  } while (from < file.size);
  return ok(null);
}

function decode(decoder: TextDecoder, bytes: Uint8Array, more: boolean): string | null {
  try {
    const text = decoder.decode(bytes, { stream: true });
    return more ? text : text + decoder.decode();
  } catch {
    return null;
  }
}

/** The line (from 1) of the first replaced character after those that decoded well. */
async function lineOfFailure(
  file: Blob,
  encoding: Encoding,
  characters: number,
): Promise<Result<number, Extract<ImportFileError, { type: 'Unreadable' }>>> {
  const decoder = new TextDecoder(encoding, { ignoreBOM: true });
  let line = 1;
  let passed = 0;
  let from = 0;
  while (from < file.size) {
    const bytes = await readBytes(file, from, CHUNK_BYTES);
    if (!bytes.ok) return bytes;
    const start = from === 0 ? markLength(bytes.value, encoding) : 0;
    from += bytes.value.length;
    const text = decode(decoder, bytes.value.subarray(start), from < file.size) ?? '';
    const replaced = text.indexOf('\ufffd', Math.max(0, characters - passed));
    line += countLineEnds(replaced < 0 ? text : text.slice(0, replaced));
    if (replaced >= 0) return ok(line);
    passed += text.length;
  }
  return ok(line);
}

export function countLineEnds(text: string, lineEnd = '\n'): number {
  let count = 0;
  for (let at = text.indexOf(lineEnd); at >= 0; at = text.indexOf(lineEnd, at + 1)) count += 1;
  return count;
}
