import { monthsAfter, workingDaysAfter } from '#compliance/calendar.ts';
import { answeredInTime, daysClock, monthsClock } from '#compliance/checks/judgements.ts';
import { describe, expect, it } from 'vitest';

const at = (text: string) => Date.parse(`${text}T09:00:00Z`);

describe('a clock', () => {
  it.each([
    ['2026-01-31', 1, '2026-02-28'],
    ['2028-01-31', 1, '2028-02-29'],
    ['2026-11-30', 3, '2027-02-28'],
    ['2026-03-31', -1, '2026-02-28'],
    ['2028-02-29', 12, '2029-02-28'],
  ])('of months: %s and %i months is %s', (from, months, expected) => {
    expect(monthsAfter(at(from), months)).toBe(at(expected));
  });

  it.each([
    ['2026-11-26', 1, '2026-11-27'],
    ['2026-11-27', 1, '2026-11-30'],
    ['2026-11-27', 10, '2026-12-11'],
    ['2026-11-28', 1, '2026-11-30'],
  ])('of working days: %s and %i is %s', (from, days, expected) => {
    expect(workingDaysAfter(at(from), days)).toBe(at(expected));
  });

  it('of a request is longer where it was extended in time and with a reason, and not otherwise', () => {
    const request = {
      id: 'r',
      kind: 'access',
      receivedAt: at('2026-01-31'),
      confirmedAt: null,
      extendedAt: at('2026-02-20'),
      hasExtensionReason: true,
      closedAt: null,
      isIdentityProven: false,
      untold: 0,
    } as const;
    const found = (change: object, now: string, clock = monthsClock(30, 60)) =>
      answeredInTime([{ ...request, ...change }], clock, at(now)).bad[0]?.found;
    expect(found({}, '2026-04-30')).toBe(undefined);
    expect(found({}, '2026-05-01')).toBe('overdue');
    expect(found({ hasExtensionReason: false }, '2026-02-28')).toBe('extension');
    expect(found({ extendedAt: at('2026-03-05') }, '2026-03-06')).toBe('overdue');
    expect(found({ extendedAt: null }, '2026-03-01')).toBe('overdue');
    expect(found({ closedAt: at('2026-02-10') }, '2027-01-01')).toBe('identity');
    expect(found({}, '2026-05-01', daysClock(45, 45))).toBe(undefined);
    expect(found({}, '2026-05-02', daysClock(45, 45))).toBe('overdue');
  });
});
