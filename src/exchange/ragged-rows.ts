/**
 * Rows with more or fewer cells than the header: skipped with their line, for nobody can tell which cell is whose.
 *
 * [Note: Unquoted delimiters] One kind can be told. Programs that write CSV without quotes tear "24, place Kléber" into two cells, the second
 * of which begins with a space. Where the head of the file shows that no cell ever begins with one, and a row has just as many such cells
 * as it has too many, each is put back behind the delimiter it was cut at; the row is taken, and the report names it.
 */

import type { Row } from './csv-rows.ts';
import type { Delimiter } from './messages.ts';

interface EvenRow {
  readonly cells: readonly string[];
  /** Columns whose cells were put together again. */
  readonly rejoined: readonly number[];
}

export type WidthProblem = 'skips.tooFewCells' | 'skips.tooManyCells';

const NONE: readonly number[] = [];

/** Empty cells beyond the header don't count. */
export function evenRow(
  cells: readonly string[],
  width: number,
  rejoinAt: Delimiter | undefined,
): EvenRow | WidthProblem {
  if (cells.length === width) return { cells, rejoined: NONE };
  if (cells.length < width) return 'skips.tooFewCells';
  if (cells.slice(width).every((cell) => cell.trim() === '')) return { cells, rejoined: NONE };
  const surplus = cells.length - width;
  const torn = cells.filter((cell, column) => column > 0 && beginsWithSpace(cell)).length;
  return rejoinAt !== undefined && torn === surplus
    ? rejoin(cells, rejoinAt)
    : 'skips.tooManyCells';
}

/** Whether a cell that begins with a space must be the rest of the one before it. */
export function canRejoin(rows: readonly Row[], width: number): boolean {
  const even = rows.filter(({ cells }) => cells.length === width);
  return even.length > 1 && !even.some(({ cells }) => cells.some(beginsWithSpace));
}

function rejoin(cells: readonly string[], delimiter: Delimiter): EvenRow {
  const joined: string[] = [];
  const rejoined = new Set<number>();
  cells.forEach((cell, index) => {
    const before = joined.length - 1;
    if (index > 0 && beginsWithSpace(cell)) {
      joined[before] = `${joined[before] ?? ''}${delimiter}${cell}`;
      rejoined.add(before);
    } else joined.push(cell);
  });
  return { cells: joined, rejoined: [...rejoined] };
}

function beginsWithSpace(cell: string): boolean {
  return cell.startsWith(' ') && cell.trim() !== '';
}
