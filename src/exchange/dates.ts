/**
 * Dates as people write them in tables, to YYYY-MM-DD.
 *
 * Year first and day.month.year say what they mean. Of 3/4/2024 only the rest of the column may tell: where some cell can only be read day
 * first (31/1/2024) and none only month first, the column is day first, and the other way round. Otherwise the cell is not read, for a
 * birthday that moved from April to March would never be noticed.
 */

export type DateOrder = 'dayFirst' | 'monthFirst';

/** What the cells of one column have said so far about the order of day and month. */
export class DateEvidence {
  #dayFirst = false;
  #monthFirst = false;

  see(text: string): void {
    if (!SLASHED.test(text)) return;
    const dayFirst = parseDate(text, 'dayFirst');
    const monthFirst = parseDate(text, 'monthFirst');
    // Both orders read a cell of which only one is possible the same.
    if (dayFirst === null || dayFirst !== monthFirst) return;
    const [, first, second] = SLASHED.exec(text) ?? [];
    if (first === second) return;
    if (Number(first) === Number(dayFirst.slice(8))) this.#dayFirst = true;
    else this.#monthFirst = true;
  }

  get order(): DateOrder | undefined {
    if (this.#dayFirst === this.#monthFirst) return undefined;
    return this.#dayFirst ? 'dayFirst' : 'monthFirst';
  }
}

const YEAR_FIRST = /^(\d{4})(?:([-/.])(\d{1,2})\2(\d{1,2})|年(\d{1,2})月(\d{1,2})日)(?:[T ].*)?$/;
const COMPACT = /^(\d{4})(\d{2})(\d{2})$/;
const DOTTED = /^(\d{1,2})\. ?(\d{1,2})\. ?(\d{4})(?: .*)?$/;
const SLASHED = /^(\d{1,2})[/-](\d{1,2})[/-](\d{4})(?: .*)?$/;

/** `null` where the text is no date, or one of two. */
export function parseDate(text: string, order: DateOrder | undefined): string | null {
  const yearFirst = YEAR_FIRST.exec(text);
  if (yearFirst !== null) {
    const [, year, , month, day, hanMonth, hanDay] = yearFirst;
    return isoDate(Number(year), Number(month ?? hanMonth), Number(day ?? hanDay));
  }
  const compact = COMPACT.exec(text);
  if (compact !== null) return isoDate(Number(compact[1]), Number(compact[2]), Number(compact[3]));
  const dotted = DOTTED.exec(text);
  if (dotted !== null) return isoDate(Number(dotted[3]), Number(dotted[2]), Number(dotted[1]));

  const slashed = SLASHED.exec(text);
  if (slashed === null) return null;
  const [first, second, year] = [Number(slashed[1]), Number(slashed[2]), Number(slashed[3])];
  const dayFirst = isoDate(year, second, first);
  const monthFirst = isoDate(year, first, second);
  if (dayFirst === monthFirst || monthFirst === null) return dayFirst;
  if (dayFirst === null) return monthFirst;
  return order === undefined ? null : order === 'dayFirst' ? dayFirst : monthFirst;
}

/** Whether the text can be read two ways, so that only its column can tell. */
export function isAmbiguousDate(text: string): boolean {
  return SLASHED.test(text) && parseDate(text, 'dayFirst') !== parseDate(text, 'monthFirst');
}

/** `null` where the calendar has no such day. Years before 1000 are slips of the pen. */
function isoDate(year: number, month: number, day: number): string | null {
  if (year < 1000 || month < 1 || month > 12 || day < 1) return null;
  if (day > new Date(Date.UTC(year, month, 0)).getUTCDate()) return null;
  return `${year}-${String(month).padStart(2, '0')}-${String(day).padStart(2, '0')}`;
}
