import type { Clock } from '#base/clock.ts';
import { deviceOf, isStamp, STAMP_LENGTH, StampClock, type Stamp } from '#domain/stamp.ts';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { devices, runs, stampOf } from './arbitraries.ts';

const [device, otherDevice] = devices as [(typeof devices)[0], (typeof devices)[0]];

/** Wall clocks jump: back, far ahead, to nonsense. */
const anyNow = fc.oneof(
  fc.integer({ min: 0, max: 2 ** 47 }),
  fc.integer({ min: 1_000, max: 1_010 }),
  fc.constantFrom(-5, 0.5, Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 2 ** 60),
);

const anyStep = fc.oneof(
  { weight: 3, arbitrary: fc.record({ now: anyNow }) },
  {
    weight: 1,
    arbitrary: fc
      .tuple(fc.integer({ min: 0, max: 2 ** 47 }), fc.integer({ min: 0, max: 0xffff }))
      .map(([time, counter]) => ({ see: stampOf(time, otherDevice, counter) })),
  },
);

describe('a stamp clock', () => {
  it('gives rising stamps, past everything seen, however the wall clock jumps', () => {
    fc.assert(
      fc.property(fc.array(anyStep, { maxLength: 50 }), (steps) => {
        const wall = { time: 0, now: () => wall.time };
        const clock = new StampClock(device, wall satisfies Clock);
        let last = '' as Stamp;
        for (const step of steps) {
          if ('see' in step) {
            clock.see(step.see);
            if (step.see > last) last = step.see;
          } else {
            wall.time = Number.isFinite(step.now) && step.now < 2 ** 48 ? step.now : Number.NaN;
            const stamp = clock.next();
            expect(isStamp(stamp)).toBe(true);
            expect(deviceOf(stamp)).toBe(device);
            expect(stamp.slice(0, 16) > last.slice(0, 16)).toBe(true);
            last = stamp;
          }
        }
      }),
      runs(100),
    );
  });

  it('gives stamps only, whatever the wall clock says', () => {
    fc.assert(
      fc.property(fc.array(anyNow), (times) => {
        const wall = { time: 0, now: () => wall.time };
        const clock = new StampClock(device, wall);
        let last = '';
        for (const time of times) {
          wall.time = time;
          const stamp = clock.next();
          expect(isStamp(stamp)).toBe(true);
          expect(stamp >= last).toBe(true);
          last = stamp;
        }
      }),
      runs(100),
    );
  });

  it.each([
    [0, 0, 0, 1],
    [1, 0xfffe, 1, 0xffff],
    [1, 0xffff, 2, 0],
    [0xffff, 0xffff, 0x10000, 0],
    [2 ** 47 - 1, 0xffff, 2 ** 47, 0],
    [2 ** 48 - 2, 0xffff, 2 ** 48 - 1, 0],
    [2 ** 48 - 1, 0xfffe, 2 ** 48 - 1, 0xffff],
    [2 ** 48 - 1, 0xffff, 2 ** 48 - 1, 0xffff],
  ])('having seen %i.%i goes on with %i.%i', (time, counter, nextTime, nextCounter) => {
    const clock = new StampClock(device, { now: () => 0 });
    clock.see(stampOf(time, otherDevice, counter));
    expect(clock.next()).toBe(stampOf(nextTime, device, nextCounter));
  });

  it('follows the wall clock while that is ahead', () => {
    const clock = new StampClock(device, { now: () => 1_700_000_000_000.9 });
    expect(clock.next()).toBe(stampOf(1_700_000_000_000, device));
    expect(clock.next()).toBe(stampOf(1_700_000_000_000, device, 1));
  });
});

describe('a stamp', () => {
  it('sorts as text as its clock does', () => {
    const anyParts = fc.tuple(fc.nat(2 ** 40), fc.nat(0xffff));
    fc.assert(
      fc.property(anyParts, anyParts, ([timeA, countA], [timeB, countB]) => {
        const order = Math.sign(timeA - timeB || countA - countB);
        const a = stampOf(timeA, device, countA);
        const b = stampOf(timeB, device, countB);
        expect(a === b ? 0 : a < b ? -1 : 1).toBe(order);
      }),
      runs(50),
    );
  });

  it('is 43 characters of one form and nothing else', () => {
    const stamp = stampOf(1);
    expect(stamp).toHaveLength(STAMP_LENGTH);
    expect(isStamp(stamp)).toBe(true);
    for (const bad of [
      '',
      stamp.slice(1),
      `${stamp}a`,
      `${stamp}\n`,
      stamp.toUpperCase(),
      stamp.replace('-', '_'),
      stamp.replace('1', 'g'),
      stamp.replace(/a$/, '1'),
      42,
      null,
      undefined,
      [stamp],
    ]) {
      expect(isStamp(bad), String(bad)).toBe(false);
    }
  });
});
