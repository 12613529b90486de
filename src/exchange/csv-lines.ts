/** Rows to CSV (RFC 4180): CR LF, quotes where a reader by any usual delimiter needs them, formula cells neutralised. */

import { neutralised } from './formula-cells.ts';

export function csvLine(cells: readonly string[]): string {
  return `${cells.map(csvCell).join(',')}\r\n`;
}

/** See: [Note: Formula cells] */
function csvCell(text: string): string {
  const cell = neutralised(text);
  return /[",;\t\r\n]|^\s|\s$/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell;
}
