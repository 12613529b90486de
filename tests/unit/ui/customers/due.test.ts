import { describe, expect, test } from 'vitest';
import { dueOf, nextDue } from '#ui/customers/due.ts';

const monday = new Date(2026, 10, 23, 9, 41);

describe('when something is due', () => {
  test.each([
    ['2026-11-22', 'overdue'],
    ['2026-11-23', 'today'],
    ['2026-11-24', 'weekday'],
    ['2026-11-29', 'weekday'],
    ['2026-11-30', 'date'],
    ['2027-01-01', 'date'],
  ])('%s is said as %s', (day, said) => {
    expect(dueOf(day, monday)).toBe(said);
  });

  test('the earliest day presses most; undated tasks don’t press', () => {
    expect(nextDue([{ due: '2026-12-04' }, { due: '' }, { due: '2026-11-22' }])).toBe('2026-11-22');
    expect(nextDue([{ due: '' }])).toBeUndefined();
    expect(nextDue([])).toBeUndefined();
  });
});
