import type { RecordId } from '#base/ids.ts';
import { monthsAfter } from '#compliance/calendar.ts';
import { limitsOf, overdueFinder } from '#compliance/retention/overdue.ts';
import type { Covered, RetentionRule } from '#compliance/retention/rules.ts';
import { ANONYMOUS_NAME } from '#domain/summary.ts';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { runs } from '../../domain/arbitraries.ts';

const id = 'k'.repeat(26) as RecordId;
const DAY = 24 * 60 * 60 * 1000;

function rulesOf(
  covers: Covered,
  months: number,
  parts: Partial<RetentionRule> = {},
): ReadonlyMap<Covered, RetentionRule> {
  return new Map([
    [covers, { id, covers, months, trigger: 'lastActivity', action: 'erase', ...parts }],
  ]);
}

type Aged = Parameters<ReturnType<typeof overdueFinder>['find']>[0];

function customer(parts: Partial<Aged>): Aged {
  return {
    id,
    name: 'Bea Lund',
    createdAt: Date.UTC(2019, 0, 31),
    lastActivity: '',
    oldest: {},
    heldUntil: '',
    limits: [],
    ...parts,
  };
}

describe('what is past its time', () => {
  it.each([
    // Six months from 31 August end with 28 February; from 1 March on it is past.
    ['2025-08-31', 6, '2026-02-28', false],
    ['2025-08-31', 6, '2026-03-01', true],
    // A year from a leap day ends with 28 February.
    ['2024-02-29', 12, '2025-02-28', false],
    ['2024-02-29', 12, '2025-03-01', true],
    ['2025-01-31', 1, '2025-02-28', false],
    ['2025-01-31', 1, '2025-03-01', true],
  ])('of %s, kept %i months, on %s: %s', (day, months, today, isPast) => {
    const limit = limitsOf(rulesOf('need', months), today).get('need')!;
    expect(day < limit).toBe(isPast);
  });

  it('is what counting forwards says, on every day', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 4000 }),
        fc.integer({ min: 1, max: 130 }),
        fc.integer({ min: -3, max: 3 }),
        (days, months, off) => {
          const now = Date.UTC(2016, 0, 1) + days * DAY;
          const today = new Date(now).toISOString().slice(0, 10);
          const limit = limitsOf(rulesOf('need', months), today).get('need')!;
          const at = monthsAfter(now, -months) + off * DAY;
          const day = new Date(at).toISOString().slice(0, 10);
          expect(day < limit).toBe(monthsAfter(at, months) < now);
        },
      ),
      runs(300),
    );
  });

  it('counts a customer from the last activity, or from the day they were added', () => {
    const active = customer({ lastActivity: '2026-01-15' });
    const byActivity = overdueFinder(rulesOf('customer', 12), '2026-11-23');
    expect(byActivity.find(active)).toBe(null);
    expect(byActivity.find(customer({}))).toMatchObject({ action: 'erase', isHeld: false });
    const created = rulesOf('customer', 12, { trigger: 'created', action: 'anonymise' });
    const byCreation = overdueFinder(created, '2026-11-23');
    expect(byCreation.find(active)).toMatchObject({ action: 'anonymise' });
    expect(byCreation.find(customer({ name: ANONYMOUS_NAME }))).toBe(null);
    // Whoever lies in the trash goes too, and for good.
    expect(byCreation.find({ ...active, deleted: true })).toMatchObject({ action: 'erase' });
  });

  it('names the kinds of old entries of whoever stays', () => {
    const finder = overdueFinder(
      new Map([...rulesOf('customer', 240), ...rulesOf('need', 12), ...rulesOf('task', 12)]),
      '2026-11-23',
    );
    const oldest = { need: '2024-01-01', task: '2026-01-01', feedback: '2000-01-01' };
    expect(finder.find(customer({ oldest }))).toEqual({
      customer: id,
      action: null,
      entries: ['need'],
      isHeld: false,
    });
  });

  it('is held until the last day of a hold', () => {
    const finder = overdueFinder(rulesOf('customer', 12), '2026-11-23');
    expect(finder.find(customer({ heldUntil: '2026-11-23' }))?.isHeld).toBe(true);
    expect(finder.find(customer({ heldUntil: '2026-11-22' }))?.isHeld).toBe(false);
    // A restriction asks that the data be kept.
    expect(finder.find(customer({ limits: ['restriction'] }))?.isHeld).toBe(true);
  });
});
