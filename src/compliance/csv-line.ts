/** One line of a table for people: CSV (RFC 4180), in which nothing is computed. */

export function csvLine(cells: readonly string[]): string {
  return `${cells.map(cell).join(',')}\r\n`;
}

/** Excel takes a CSV file for UTF-8 only where it begins with a byte order mark. */
export const CSV_START = '\ufeff';

/** What spreadsheets take for a formula, full width too. */
const FORMULA = /^[=+\-@\t\r\n＝＋－＠]/;

/** A cell that a spreadsheet would compute stands behind an apostrophe. */
function cell(text: string): string {
  const plain = FORMULA.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(plain) ? `"${plain.replaceAll('"', '""')}"` : plain;
}
