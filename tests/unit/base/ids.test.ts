import { createDeviceId, createRecordId, createRunId, createWorkspaceId, isId } from '#base/ids.ts';
import { describe, expect, it } from 'vitest';

describe('ids', () => {
  it('are well formed and never the same, across blocks of random bytes', () => {
    const ids = Array.from({ length: 5000 }, createRecordId);
    expect(ids.every(isId)).toBe(true);
    expect(new Set([...ids, createDeviceId(), createWorkspaceId()]).size).toBe(5002);
  });

  it('of runs sort as their times do', () => {
    const times = [0, 1, 31, 32, 1_000_000, Date.UTC(2026, 10, 26), Date.UTC(2400, 0, 1)];
    const ids = times.map(createRunId);
    expect(ids.toSorted()).toEqual(ids);
    expect(ids.every(isId)).toBe(true);
  });

  it.each([
    '',
    'a'.repeat(25),
    'a'.repeat(27),
    'A'.repeat(26),
    `${'a'.repeat(25)}1`,
    `${'a'.repeat(26)}\n`,
  ])('are not %j', (text) => {
    expect(isId(text)).toBe(false);
  });
});
