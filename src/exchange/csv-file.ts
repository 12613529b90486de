/**
 * A CSV file opened for reading: what it is written in, its header, and its rows in batches. Files of 250 MB are read in pieces of half a
 * megabyte, so memory holds a piece and its rows.
 */

import Papa from 'papaparse';
import { err, ok, type Result } from '#base/result.ts';
import type { Cancelled, Delimiter, Encoding, ImportFileError } from './messages.ts';
import { COLUMN_LIMIT, CsvRows, sniffLineEnd, type LineEnd, type Row } from './csv-rows.ts';
import { decodedChunks, readBytes, settleEncoding } from './decoding.ts';
import { canRejoin } from './ragged-rows.ts';
import { HEAD_BYTES, isOtherFormat, markLength } from './encoding.ts';

export const FILE_LIMIT = 250_000_000;
export const ROW_LIMIT = 1_000_000;

export interface CsvFile {
  readonly file: File;
  readonly encoding: Encoding;
  readonly delimiter: Delimiter;
  readonly lineEnd: LineEnd;
  /** See: [Note: Unquoted delimiters] */
  readonly rejoins: boolean;
  /** The first row, trimmed. */
  readonly headers: readonly string[];
  /** The first rows of data as they stand. */
  readonly sample: readonly Row[];
}

interface RowBatch {
  readonly rows: readonly Row[];
  /** Bytes of the file read so far. */
  readonly bytes: number;
}

/** Looks at the head of the file, and checks all of it against the encoding. */
export async function openCsvFile(
  file: File,
  chosen: { readonly encoding?: Encoding | undefined; readonly delimiter?: Delimiter | undefined },
  signal: AbortSignal,
): Promise<Result<CsvFile, ImportFileError | Cancelled>> {
  if (file.size > FILE_LIMIT) {
    return err({ type: 'FileTooLarge', bytes: file.size, limit: FILE_LIMIT });
  }
  const encoding = await settleEncoding(file, chosen.encoding, signal);
  const head = await readBytes(file, 0, HEAD_BYTES);
  if (!head.ok) return head;
  if (head.value.length > 0 && isOtherFormat(head.value, encodingOf(encoding))) {
    return err({ type: 'NotCsv' });
  }
  if (!encoding.ok) return encoding;
  const text = headText(head.value, encoding.value);
  if (OTHER_TEXT_FORMATS.test(text)) return err({ type: 'NotCsv' });
  const named = /^sep=([,;\t])\r?\n/i.exec(text)?.[1] as Delimiter | undefined;
  const lineEnd = sniffLineEnd(text);
  const delimiter = chosen.delimiter ?? named ?? sniffDelimiter(text, lineEnd);
  const rows = headRows(text, head.value.length === file.size, delimiter, lineEnd);
  if (!rows.ok) return rows;

  const [header, ...sample] = rows.value;
  if (header === undefined) return err({ type: 'NoRows' });
  const headers = header.cells.map((cell) => cell.trim());
  if (headers.length > COLUMN_LIMIT) {
    return err({ type: 'TooManyColumns', columns: headers.length, limit: COLUMN_LIMIT });
  }
  if (sample.length === 0 && head.value.length === file.size) return err({ type: 'NoRows' });
  if (isProse([header, ...sample])) return err({ type: 'NotCsv' });
  const rejoins = canRejoin([header, ...sample], headers.length);
  return ok({ file, encoding: encoding.value, delimiter, lineEnd, rejoins, headers, sample });
}

/** All rows below the header. Ends after an error. */
export async function* readRows(
  csv: CsvFile,
  signal: AbortSignal,
): AsyncGenerator<Result<RowBatch, ImportFileError | Cancelled>, void, undefined> {
  const parser = new CsvRows(csv.delimiter, csv.lineEnd);
  let first = true;
  let count = 0;
  const batchOf = (parsed: readonly Row[], bytes: number) => {
    const rows = first ? withoutHeader(parsed) : parsed;
    if (parsed.length > 0) first = false;
    count += rows.length;
    return count > ROW_LIMIT
      ? err({ type: 'TooManyRows' as const, limit: ROW_LIMIT })
      : ok({ rows, bytes });
  };
  for await (const chunk of decodedChunks(csv.file, csv.encoding, signal)) {
    if (!chunk.ok) return yield chunk;
    const rows = parser.push(chunk.value.text);
    if (!rows.ok) return yield rows;
    const batch = batchOf(rows.value, chunk.value.bytes);
    yield batch;
    if (!batch.ok) return;
  }
  const rest = parser.end();
  yield rest.ok ? batchOf(rest.value, csv.file.size) : rest;
}

function withoutHeader(rows: readonly Row[]): readonly Row[] {
  return rows.slice(isSeparatorLine(rows[0]) ? 2 : 1);
}

/** Excel's own first line, which names the delimiter. With that delimiter it is the cell `sep=` and an empty one. */
function isSeparatorLine(row: Row | undefined): boolean {
  return row?.line === 1 && /^sep=[,;\t]?$/i.test(row.cells.join(''));
}

function encodingOf(result: Result<Encoding, unknown>): Encoding {
  return result.ok ? result.value : 'utf-8';
}

function headText(head: Uint8Array, encoding: Encoding): string {
  const decoder = new TextDecoder(encoding, { ignoreBOM: true });
  return decoder.decode(head.subarray(markLength(head, encoding)), { stream: true });
}

function headRows(
  text: string,
  whole: boolean,
  delimiter: Delimiter,
  lineEnd: LineEnd,
): Result<readonly Row[], ImportFileError> {
  const parser = new CsvRows(delimiter, lineEnd);
  const begun = parser.push(text);
  if (!begun.ok) return begun;
  // A first row that goes on beyond the head is ended there, to hear what is wrong with it.
  const ended = whole || begun.value.length === 0 ? parser.end() : ok<Row[]>([]);
  if (!ended.ok) return ended;
  const rows = [...begun.value, ...ended.value];
  return ok(isSeparatorLine(rows[0]) ? rows.slice(1) : rows);
}

const DELIMITERS: readonly Delimiter[] = [',', ';', '\t'];
const SNIFFED_ROWS = 50;

/** The delimiter under which the first rows are as wide as the header; of two such, the one with more columns. */
function sniffDelimiter(head: string, lineEnd: LineEnd): Delimiter {
  let best: Delimiter = ',';
  let bestScore = 0;
  for (const delimiter of DELIMITERS) {
    const parser = new Papa.Parser({ delimiter, newline: lineEnd, preview: SNIFFED_ROWS });
    const { data, errors } = parser.parse(head.slice(0, HEAD_BYTES / 4), 0, false) as {
      data: string[][];
      errors: unknown[];
    };
    const rows = data.filter((cells) => cells.length > 1 || (cells[0] ?? '').trim() !== '');
    const width = rows[0]?.length ?? 0;
    if (width < 2) continue;
    const even = rows.filter((cells) => cells.length === width).length / rows.length;
    const score = even * (1 - 1 / width) * (errors.length > 0 ? 0.5 : 1);
    if (score > bestScore) {
      best = delimiter;
      bestScore = score;
    }
  }
  return best;
}

/** JSON, markup, vCard and iCalendar. */
const OTHER_TEXT_FORMATS = /^\s*(?:[[{<]|BEGIN:V)/;

/**
 * Running text has lines that read like sentences and no columns, or columns by accident, where a comma happened to stand. Real tables may
 * have ragged rows, or long notes, but hardly both in most rows.
 */
function isProse(rows: readonly Row[]): boolean {
  const cells = rows.flatMap((row) => row.cells);
  const words = cells.reduce((sum, cell) => sum + cell.trim().split(/\s+/).length, 0);
  const width = rows[0]?.cells.length ?? 0;
  if (width < 2) return words > cells.length * 6;
  const even = rows.filter((row) => row.cells.length === width).length;
  return even * 2 < rows.length && words > cells.length * 3;
}
