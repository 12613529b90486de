/** Clocks of the law: calendar months and working days, in UTC. */

const DAY = 24 * 60 * 60 * 1000;

/** The day of a moment, ms since 1970. */
export function isoDay(at: number): string {
  return new Date(at).toISOString().slice(0, 10);
}

/** The same day so many months later, or that month's last (Regulation 1182/71, Art. 3); with a negative number, earlier. */
export function monthsAfter(at: number, months: number): number {
  const date = new Date(at);
  const day = date.getUTCDate();
  date.setUTCDate(1);
  date.setUTCMonth(date.getUTCMonth() + months);
  const last = new Date(Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1, 0)).getUTCDate();
  date.setUTCDate(Math.min(day, last));
  return date.getTime();
}

/** So many days later, Saturdays and Sundays not counted; holidays are not known here. */
export function workingDaysAfter(at: number, days: number): number {
  let time = at;
  for (let left = days; left > 0;) {
    time += DAY;
    const day = new Date(time).getUTCDay();
    if (day !== 0 && day !== 6) left -= 1;
  }
  return time;
}
