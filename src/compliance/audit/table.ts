/** The log as a table for people: CSV (RFC 4180) with the words of their language. */

import type { LogEntryView, LogWords } from '../messages.ts';

/** So many columns, in this order: time, member, device, act, outcome, kind, record, customer, count, how. */
export const LOG_COLUMNS = 10;

export const logTable = {
  /** Excel takes a CSV file for UTF-8 only where it begins with a byte order mark. */
  head: ({ columns }: LogWords): string => `\ufeff${line(columns.slice(0, LOG_COLUMNS))}`,
  line: (entry: LogEntryView, { acts, outcomes }: LogWords): string =>
    line([
      new Date(entry.at).toISOString(),
      entry.memberName,
      entry.device,
      acts[entry.act],
      outcomes[entry.outcome],
      entry.kind ?? '',
      entry.record ?? '',
      entry.customer ?? '',
      entry.count === null ? '' : String(entry.count),
      entry.how ?? '',
    ]),
};

function line(cells: readonly string[]): string {
  return `${cells.map(cell).join(',')}\r\n`;
}

/** A cell that a spreadsheet would compute stands behind an apostrophe. */
function cell(text: string): string {
  const plain = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(plain) ? `"${plain.replaceAll('"', '""')}"` : plain;
}
