import { beforeEach, describe, expect, test, vi } from 'vitest';
import type { DeviceId } from '#base/ids.ts';
import { dayEnd, dayStart } from '#state/calendar.ts';
import type { LogEntryView, LogPage, LogQuery } from '#worker/vault-api.ts';

const device = 'a'.repeat(26) as DeviceId;
/** Of the log in the worker, newest first. */
let events: LogEntryView[] = [];
let asked: LogQuery[] = [];
let holdBack: (() => Promise<void>) | undefined;

vi.mock('#state/vault.ts', () => ({
  vault: {
    async readLog(query: LogQuery, from: number, to: number): Promise<LogPage> {
      asked.push(query);
      const page = { entries: events.slice(from, to), hasMore: events.length > to };
      await holdBack?.();
      return page;
    },
    listen: () => () => undefined,
  },
}));

const { AuditLog } = await import('#state/audit-log.svelte.ts');

function eventNumbered(n: number): LogEntryView {
  return {
    ...{ device, deviceName: 'Laptop', memberName: 'Laptop', n, at: n, act: 'viewed' },
    ...{ outcome: 'done', kind: null, record: null, customer: null, customerName: '' },
    ...{ count: null, how: null, towards: '' },
  };
}

const numbersIn = (log: InstanceType<typeof AuditLog>) => (log.entries ?? []).map(({ n }) => n);

describe('the audit log on its screen', () => {
  beforeEach(() => {
    events = Array.from({ length: 120 }, (_, index) => eventNumbered(120 - index));
    asked = [];
    holdBack = undefined;
  });

  test('comes by pages, and each event once, though others are logged meanwhile', async () => {
    const log = new AuditLog();
    await log.read();
    expect(numbersIn(log)).toHaveLength(50);
    expect(log.hasMore).toBe(true);
    events.unshift(eventNumbered(122), eventNumbered(121));
    await log.more();
    await log.more();
    expect(numbersIn(log)).toEqual(Array.from({ length: 120 }, (_, index) => 120 - index));
    expect(log.hasMore).toBe(false);
  });

  test('is filtered by whole days of the person’s own calendar, until the filter is cleared', async () => {
    const log = new AuditLog();
    await log.read();
    expect(log.isFiltered).toBe(false);
    await log.read({ act: 'exported', from: '2026-11-01', to: '2026-11-02' });
    expect(log.isFiltered).toBe(true);
    expect(asked.at(-1)).toEqual({
      ...{ act: 'exported', from: dayStart('2026-11-01'), to: dayEnd('2026-11-02') },
    });
    expect(dayEnd('2026-11-02') - dayStart('2026-11-02')).toBe(24 * 3600 * 1000 - 1);
    await log.clear();
    expect(log.isFiltered).toBe(false);
    expect(asked.at(-1)).toEqual({});
  });

  test('shows what was asked for last, whichever answer comes first', async () => {
    const log = new AuditLog();
    let answerFirst: () => void = () => undefined;
    holdBack = () => new Promise((answer) => (answerFirst = answer));
    const first = log.read();
    holdBack = undefined;
    events = [eventNumbered(7)];
    await log.read({ act: 'viewed' });
    answerFirst();
    await first;
    expect(numbersIn(log)).toEqual([7]);
  });
});
