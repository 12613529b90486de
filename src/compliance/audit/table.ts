/** The log as a table for people: CSV (RFC 4180) with the words of their language. */

import { CSV_START, csvLine } from '../csv-line.ts';
import type { LogEntryView, LogWords } from '../messages.ts';

/** So many columns, in this order: time, member, device, act, outcome, kind, record, customer, count, how, the device that it was done to. */
export const LOG_COLUMNS = 11;

export const logTable = {
  head: ({ columns }: LogWords): string => CSV_START + csvLine(columns.slice(0, LOG_COLUMNS)),
  line: (entry: LogEntryView, { acts, outcomes }: LogWords): string =>
    csvLine([
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
      entry.towards,
    ]),
};
