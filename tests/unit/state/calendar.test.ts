import { describe, expect, test } from 'vitest';
import { daysUntil, isoDateOf, isoDateTimeOf, localDateTime, tomorrow } from '#state/calendar.ts';

describe('the person’s own calendar', () => {
  test('a moment is its local day and minute, whatever the day in Greenwich is', () => {
    const night = new Date(2026, 10, 23, 0, 5);
    expect(isoDateOf(night)).toBe('2026-11-23');
    expect(isoDateTimeOf(night)).toBe('2026-11-23T00:05');
  });

  test('tomorrow passes the ends of months and years', () => {
    expect(tomorrow(new Date(2026, 10, 30, 23, 59))).toBe('2026-12-01');
    expect(tomorrow(new Date(2026, 11, 31))).toBe('2027-01-01');
    expect(tomorrow(new Date(2028, 1, 28))).toBe('2028-02-29');
  });

  test('days are counted by the calendar, also where the clocks change', () => {
    const evening = new Date(2026, 2, 28, 23, 30);
    expect(daysUntil('2026-03-28', evening)).toBe(0);
    expect(daysUntil('2026-03-29', evening)).toBe(1);
    expect(daysUntil('2026-03-30', evening)).toBe(2);
    expect(daysUntil('2026-03-27', evening)).toBe(-1);
  });

  test('a stored moment is shown in local time, with or without its zone', () => {
    expect(localDateTime('2026-11-12T10:20')).toBe('2026-11-12T10:20');
    expect(localDateTime('2026-11-12T10:20:30.5')).toBe('2026-11-12T10:20');
    expect(localDateTime('2026-11-12T10:20:00Z')).toBe(
      isoDateTimeOf(new Date('2026-11-12T10:20:00Z')),
    );
    expect(localDateTime('nonsense')).toBe('nonsense');
  });
});
