import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { DateEvidence, isAmbiguousDate, parseDate } from '#exchange/dates.ts';

describe('dates', () => {
  test.each([
    ['2024-01-31', '2024-01-31'],
    ['2024-1-31', '2024-01-31'],
    ['2024/1/31', '2024-01-31'],
    ['2024.01.31', '2024-01-31'],
    ['2024-01-31T10:20:30Z', '2024-01-31'],
    ['2024-01-31 10:20', '2024-01-31'],
    ['20240131', '2024-01-31'],
    ['2024年1月31日', '2024-01-31'],
    ['31.1.2024', '2024-01-31'],
    ['31. 1. 2024', '2024-01-31'],
    ['31/1/2024', '2024-01-31'],
    ['1/31/2024', '2024-01-31'],
    ['31-01-2024', '2024-01-31'],
    ['5/5/2024', '2024-05-05'],
    ['29.2.2024', '2024-02-29'],
    ['29.2.2023', null],
    ['31/4/2024', null],
    ['13/13/2024', null],
    ['0/1/2024', null],
    ['2024-13-01', null],
    ['2024-1/31', null],
    ['1/31/24', null],
    ['0024-01-31', null],
    ['3/4/2024', null],
    ['45322', null],
    ['soon', null],
    ['', null],
  ])('%s', (text, expected) => {
    expect(parseDate(text, undefined)).toBe(expected);
  });

  test('an ambiguous date is read by the order of its column', () => {
    expect(parseDate('3/4/2024', 'dayFirst')).toBe('2024-04-03');
    expect(parseDate('3/4/2024', 'monthFirst')).toBe('2024-03-04');
    expect(isAmbiguousDate('3/4/2024')).toBe(true);
    expect(isAmbiguousDate('4/4/2024')).toBe(false);
    expect(isAmbiguousDate('31/4/2024')).toBe(false);
  });

  test.each([
    [['3/4/2024', '4/4/2024'], undefined],
    [['3/4/2024', '13/4/2024'], 'dayFirst'],
    [['3/4/2024', '4/13/2024'], 'monthFirst'],
    [['13/4/2024', '4/13/2024'], undefined],
    [['2024-04-13', '13.4.2024'], undefined],
  ])('a column of %j is %s', (cells, order) => {
    const evidence = new DateEvidence();
    for (const cell of cells) evidence.see(cell);
    expect(evidence.order).toBe(order);
  });

  test('any day, written in any of the forms, is that day', () => {
    const day = fc.date({
      min: new Date('1000-01-01T00:00:00Z'),
      max: new Date('9999-12-31T00:00:00Z'),
      noInvalidDate: true,
    });
    fc.assert(
      fc.property(day, (date) => {
        const iso = date.toISOString().slice(0, 10);
        const [year, month, dayOfMonth] = iso.split('-').map(Number);
        expect(parseDate(iso, undefined)).toBe(iso);
        expect(parseDate(`${year}/${month}/${dayOfMonth}`, undefined)).toBe(iso);
        expect(parseDate(`${dayOfMonth}.${month}.${year}`, undefined)).toBe(iso);
        expect(parseDate(`${dayOfMonth}/${month}/${year}`, 'dayFirst')).toBe(iso);
        expect(parseDate(`${month}/${dayOfMonth}/${year}`, 'monthFirst')).toBe(iso);
      }),
    );
  });
});
