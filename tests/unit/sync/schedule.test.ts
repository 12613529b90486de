import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Schedule, type RoundEnd } from '#sync/schedule.ts';

const START = Date.UTC(2026, 10, 23, 9);

let runs: { readonly at: number; readonly whole: boolean }[] = [];
let end: RoundEnd = 'quiet';
const open: Schedule[] = [];

beforeEach(() => {
  vi.useFakeTimers();
  vi.setSystemTime(START);
  runs = [];
  end = 'quiet';
});

afterEach(async () => {
  for (const schedule of open.splice(0)) await schedule.stop();
  vi.useRealTimers();
});

function start(random = 0): Schedule {
  const schedule = new Schedule(
    async ({ whole }) => {
      runs.push({ at: Date.now() - START, whole });
      await Promise.resolve();
      return end;
    },
    () => random,
  );
  open.push(schedule);
  schedule.start();
  return schedule;
}

const pass = (ms: number) => vi.advanceTimersByTimeAsync(ms);
const times = () => runs.map(({ at }) => at);

describe('rounds', () => {
  it('begin at once, whole, and come every 15 s while nothing happens', async () => {
    start();
    await pass(45_000);
    expect(times()).toEqual([0, 15_000, 30_000, 45_000]);
    expect(runs.map(({ whole }) => whole)).toEqual([true, false, false, false]);
  });

  it('are whole again after 5 min', async () => {
    start();
    await pass(5 * 60_000);
    expect(runs.filter(({ whole }) => whole).map(({ at }) => at)).toEqual([0, 300_000]);
  });

  it('come 0.5 s after a change, and every 1.5 s for two minutes then', async () => {
    const schedule = start();
    await pass(1000);
    schedule.touch();
    await pass(500);
    expect(times()).toEqual([0, 1500]);
    await pass(120_000);
    const lively = times().slice(1);
    expect(lively.slice(0, 3)).toEqual([1500, 3000, 4500]);
    expect(lively.at(-1)).toBeLessThanOrEqual(121_500);
    expect(lively.length).toBeGreaterThan(75);
    runs = [];
    await pass(30_000);
    expect(runs.length).toBeLessThanOrEqual(3);
  });

  it('wait no longer than 5 s for somebody who goes on typing', async () => {
    const schedule = start();
    await pass(8_000);
    for (let times = 0; times < 30; times++) {
      schedule.touch();
      await pass(300);
    }
    const [, first] = times();
    expect(first).toBe(13_000);
  });

  it('are lively after what came from elsewhere', async () => {
    start();
    await pass(1);
    end = 'lively';
    await pass(15_000);
    end = 'quiet';
    await pass(3000);
    expect(times()).toEqual([0, 15_000, 16_500, 18_000]);
  });

  it('stay away while hidden, but for a last one, and come back at once', async () => {
    const schedule = start();
    await pass(1000);
    schedule.setVisible(false);
    await pass(600_000);
    expect(times()).toEqual([0, 1000]);
    schedule.setVisible(true);
    await pass(0);
    expect(times()).toEqual([0, 1000, 601_000]);
  });

  it('send a change while hidden too', async () => {
    const schedule = start();
    schedule.setVisible(false);
    await pass(1000);
    schedule.touch();
    await pass(1000);
    expect(times().at(-1)).toBe(1500);
  });

  it('stop, after the one that is under way', async () => {
    const schedule = start();
    await pass(0);
    await schedule.stop();
    schedule.touch();
    await schedule.now();
    await pass(60_000);
    expect(times()).toEqual([0]);
    schedule.start();
    await pass(0);
    expect(runs).toHaveLength(2);
  });

  it('that a change came into are followed by another soon', async () => {
    const schedule = start();
    let done: (value: RoundEnd) => void = () => undefined;
    await pass(1);
    await schedule.stop();
    const slow = new Schedule(
      () => {
        runs.push({ at: Date.now() - START, whole: false });
        return new Promise<RoundEnd>((resolve) => {
          done = resolve;
        });
      },
      () => 0,
    );
    open.push(slow);
    runs = [];
    slow.start();
    await pass(0);
    slow.touch();
    await pass(4000);
    expect(runs).toHaveLength(1);
    done('quiet');
    await pass(500);
    expect(runs).toHaveLength(2);
    done('quiet');
  });
});

describe('after a failure', () => {
  it('the next tries come after 1, 2, 4 … 60 s, and it is said when', async () => {
    end = 'failed';
    const schedule = start();
    await pass(0);
    expect(schedule.nextTryAt).toBe(START + 1000);
    await pass(1000);
    expect(schedule.nextTryAt).toBe(START + 3000);
    await pass(300_000);
    expect(times().slice(0, 8)).toEqual([0, 1000, 3000, 7000, 15_000, 31_000, 63_000, 123_000]);
    end = 'quiet';
    await pass(60_000);
    expect(schedule.nextTryAt).toBeNull();
  });

  it('up to half as much again is left to chance', async () => {
    end = 'failed';
    start(0.98);
    await pass(1489);
    expect(times()).toEqual([0]);
    await pass(2);
    expect(times()).toHaveLength(2);
  });

  it('a change does not bring the next try forward, somebody who asks does', async () => {
    end = 'failed';
    const schedule = start();
    await pass(63_000);
    const before = runs.length;
    schedule.touch();
    await pass(5000);
    expect(runs).toHaveLength(before);
    end = 'quiet';
    await schedule.now();
    expect(runs.at(-1)).toMatchObject({ whole: true });
    expect(schedule.nextTryAt).toBeNull();
  });
});
