import { describe, expect, it } from 'vitest';
import type { DeviceId } from '#base/ids.ts';
import type { Json } from '#domain/change.ts';
import { EMPTY_MEMORY, readMemory, withAlarm } from '#sync/memory.ts';

const device = 'd'.repeat(26) as DeviceId;

describe('what a device remembers', () => {
  it('is nothing at first, and what an older Holdfast did not know is as at first', () => {
    expect(readMemory(null)).toEqual(EMPTY_MEMORY);
    expect(readMemory({ through: 7 })).toEqual({ ...EMPTY_MEMORY, through: 7 });
  });

  it('comes back from rest as it was', () => {
    const memory = withAlarm({ ...EMPTY_MEMORY, through: 3 }, 'forked', 5, { device });
    expect(readMemory(JSON.parse(JSON.stringify(memory)) as Json)).toEqual(memory);
  });
});

describe('an alarm', () => {
  it('is raised once for each thing that it is about, and keeps its first time', () => {
    const once = withAlarm(EMPTY_MEMORY, 'damaged', 1, { device, name: 'log/1' });
    expect(withAlarm(once, 'damaged', 2, { device, name: 'log/1' })).toBe(once);
    const twice = withAlarm(once, 'damaged', 2, { device, name: 'log/2' });
    expect(twice.alarms.map(({ at, name }) => [at, name])).toEqual([
      [1, 'log/1'],
      [2, 'log/2'],
    ]);
    expect(withAlarm(twice, 'withheld', 3, { device }).alarms).toHaveLength(3);
  });

  it('goes, the oldest first, where a store makes too many of them', () => {
    let memory = EMPTY_MEMORY;
    for (let n = 0; n < 500; n++) memory = withAlarm(memory, 'damaged', n, { name: String(n) });
    expect(memory.alarms).toHaveLength(50);
    expect(memory.alarms.at(-1)?.name).toBe('499');
  });
});
