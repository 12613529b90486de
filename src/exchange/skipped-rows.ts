/** The report of an import: which rows were left out and which cells did not fit, why, and what stood there. */

import { csvLine } from './csv-lines.ts';
import type { Row } from './csv-rows.ts';
import type { FileResult, SkippedRow } from './messages.ts';

/** Entries kept of a file in which hardly a row is good. */
const ENTRIES_KEPT = 10_000;
/** Characters of cells kept for them. */
const CHARACTERS_KEPT = 8_000_000;

/** The report's own words, in the person's language. */
export interface ReportWords {
  readonly fileName: string;
  readonly line: string;
  readonly reason: string;
  readonly column: string;
  /** Sentences by reason. */
  readonly reasons: Readonly<Record<string, string>>;
}

export class SkippedRows {
  readonly #headers: readonly string[];
  readonly #entries: SkippedRow[] = [];
  /** By line, as JSON: the cells alone would keep the piece of the file alive that they were cut from. */
  readonly #cells = new Map<number, string>();
  #characters = 0;

  constructor(headers: readonly string[]) {
    this.#headers = headers;
  }

  add({ line, cells }: Row, reason: string, column?: string): void {
    if (this.#entries.length === ENTRIES_KEPT) return;
    const entry = column === undefined ? { line, reason } : { line, reason, column };
    this.#keep(entry, () => JSON.stringify(cells));
  }

  addAll(others: SkippedRows): void {
    for (const entry of others.#entries) {
      if (this.#entries.length === ENTRIES_KEPT) return;
      this.#keep(entry, () => others.#cells.get(entry.line));
    }
  }

  #keep(entry: SkippedRow, cellsOf: () => string | undefined): void {
    this.#entries.push(entry);
    if (this.#cells.has(entry.line) || this.#characters > CHARACTERS_KEPT) return;
    const cells = cellsOf();
    if (cells === undefined) return;
    this.#cells.set(entry.line, cells);
    this.#characters += cells.length;
  }

  /** By line. Of more than `ENTRIES_KEPT`, the first. */
  list(): readonly SkippedRow[] {
    return this.#entries.toSorted((a, b) => a.line - b.line);
  }

  /** With the columns of the original after the report's own, so that the rows can be mended there and imported again. */
  toFile(words: ReportWords, screen: (text: string, column: string) => string): FileResult {
    const headers = this.#headers.map((header) => screen(header, ''));
    const lines = [csvLine([words.line, words.reason, words.column, ...headers])];
    for (const { line, reason, column = '' } of this.list()) {
      const cells = JSON.parse(this.#cells.get(line) ?? '[]') as string[];
      const kept = cells.map((cell, at) => screen(cell, this.#headers[at] ?? ''));
      const why = words.reasons[reason] ?? reason;
      lines.push(csvLine([String(line), why, screen(column, ''), ...kept]));
    }
    const blob = new Blob(['\ufeff', ...lines], { type: 'text/csv;charset=utf-8' });
    return { name: words.fileName, blob };
  }
}
