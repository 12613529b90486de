/**
 * [Note: Formula cells] A spreadsheet runs a cell that begins with = + - @, a tab or a line end (full-width forms too, in East Asian
 * versions) as a formula, whoever wrote it. Export puts an apostrophe before such a cell, which spreadsheets take for "this is text"; phone
 * numbers in the form +49… get one as well, since "+49-30" is arithmetic to a spreadsheet. Import takes one apostrophe away before such a
 * beginning. A text that itself begins with apostrophes and a formula sign gets one more on the way out, so both ways together change nothing.
 */

const FORMULA = /^'*[=+\-@\t\r\n＝＋－＠]/;
const NEUTRALISED = /^'+[=+\-@\t\r\n＝＋－＠]/;

export function neutralised(text: string): string {
  return FORMULA.test(text) ? `'${text}` : text;
}

export function restored(cell: string): string {
  return NEUTRALISED.test(cell) ? cell.slice(1) : cell;
}
