/**
 * Text of a CSV file, pushed in pieces, to rows with their physical lines (RFC 4180, and what spreadsheets write beyond it).
 *
 * papaparse's own streaming reads files by itself and knows rows, not lines; its parser takes text and says how far whole rows reach. This
 * class feeds the parser, keeps the unfinished row for the next piece, counts lines, and holds the bounds. A quote that is never closed, or
 * closed in the middle of a cell, is an error: guessing where it should have ended would shift cells from one customer to the next.
 */

import Papa from 'papaparse';
import { err, ok, type Result } from '#base/result.ts';
import type { Delimiter, ImportFileError } from './messages.ts';
import { countLineEnds } from './decoding.ts';

/** Characters of one cell. */
export const CELL_LIMIT = 100_000;
export const COLUMN_LIMIT = 100;

export interface Row {
  /** Where the row begins; the file's first line is 1. */
  readonly line: number;
  readonly cells: readonly string[];
}

export type LineEnd = '\n' | '\r';

type RowError = Extract<ImportFileError, { type: 'UnbalancedQuote' | 'NulByte' | 'CellTooLong' }>;

interface Parsed {
  readonly data: string[][];
  readonly errors: readonly { readonly row: number; readonly index: number }[];
  readonly meta: { readonly cursor: number };
}

/** A row that goes on for so long has a cell that is too long, or a quote that nobody closed: it is ended here, to hear which. */
const UNFINISHED_LIMIT = 20 * CELL_LIMIT;

export class CsvRows {
  readonly #parser: Papa.Parser;
  readonly #lineEnd: LineEnd;
  #unfinished = '';
  /** The line at which `#unfinished` begins. */
  #line = 1;
  #header: readonly string[] | undefined;

  constructor(delimiter: Delimiter, lineEnd: LineEnd) {
    this.#lineEnd = lineEnd;
    this.#parser = new Papa.Parser({ delimiter, newline: lineEnd });
  }

  /** The rows that this piece of text completes, blank ones left out: empty lines, and the delimiters alone that spreadsheets write for them. */
  push(text: string): Result<Row[], RowError> {
    const nul = text.indexOf('\0');
    if (nul >= 0) {
      const before = this.#unfinished + text.slice(0, nul);
      return err({ type: 'NulByte', line: this.#line + countLineEnds(before, this.#lineEnd) });
    }
    this.#unfinished += text;
    return this.#parse(this.#unfinished.length > UNFINISHED_LIMIT + text.length);
  }

  /** The last row, where no line end closes it. */
  end(): Result<Row[], RowError> {
    return this.#parse(true);
  }

  #parse(all: boolean): Result<Row[], RowError> {
    const input = this.#unfinished;
    if (input === '') return ok([]);
    const { data, errors, meta } = this.#parser.parse(input, 0, !all) as Parsed;
    // In the row that is not finished yet the last quote may still turn out well, by what follows it; one before it can't.
    const fault =
      all || errors.length > 1 ? errors[0] : errors.find(({ row }) => row < data.length);
    if (fault !== undefined) {
      const line = this.#line + countLineEnds(input.slice(0, fault.index), this.#lineEnd);
      return err({ type: 'UnbalancedQuote', line });
    }
    this.#unfinished = all ? '' : input.slice(meta.cursor);

    const quoted = input.includes('"');
    const rows: Row[] = [];
    for (const cells of data) {
      const line = this.#line;
      this.#line += 1;
      for (let column = 0; column < cells.length; column++) {
        const cell = cells[column] ?? '';
        if (cell.length > CELL_LIMIT) return err(this.#tooLong(line, column));
        if (quoted && cell.includes(this.#lineEnd)) {
          this.#line += countLineEnds(cell, this.#lineEnd);
        }
      }
      if (this.#lineEnd === '\n') dropCarriageReturn(cells);
      if (cells.every((cell) => cell.trim() === '')) continue;
      this.#header ??= cells;
      rows.push({ line, cells });
    }
    return ok(rows);
  }

  #tooLong(line: number, column: number): RowError {
    const name = this.#header?.[column]?.trim() ?? '';
    return {
      type: 'CellTooLong',
      line,
      column: name === '' || name.length > 100 ? String(column + 1) : name,
      limit: CELL_LIMIT,
    };
  }
}

/** Rows may end in CR LF, LF, or now this, now that: the parser splits at LF, and a CR before it is the line's. */
function dropCarriageReturn(cells: string[]): void {
  const last = cells.length - 1;
  const cell = cells[last];
  if (cell?.endsWith('\r') === true) cells[last] = cell.slice(0, -1);
}

/** Only what old Macs wrote has no LF at all outside of quotes. */
export function sniffLineEnd(head: string): LineEnd {
  const bare = head.replaceAll(/"[^"]*"/g, '');
  return bare.includes('\r') && !bare.includes('\n') ? '\r' : '\n';
}
