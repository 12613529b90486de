/** How a list says when something is due: overdue, today, by a weekday of the coming week, else by its date. */

import { daysUntil } from '#state/calendar.ts';

export type Due = 'overdue' | 'today' | 'weekday' | 'date';

export function dueOf(isoDate: string, now = new Date()): Due {
  const days = daysUntil(isoDate, now);
  if (days < 0) return 'overdue';
  if (days === 0) return 'today';
  return days < 7 ? 'weekday' : 'date';
}

/** The due day that presses most among a customer's open tasks. */
export function nextDue(tasks: readonly { readonly due: string }[]): string | undefined {
  return tasks
    .map(({ due }) => due)
    .filter((due) => due !== '')
    .sort()[0];
}
