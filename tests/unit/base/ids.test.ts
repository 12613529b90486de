import { createDeviceId, createRecordId, createWorkspaceId, isId } from '#base/ids.ts';
import { describe, expect, it } from 'vitest';

describe('ids', () => {
  it('are well formed and never the same, across blocks of random bytes', () => {
    const ids = Array.from({ length: 5000 }, createRecordId);
    expect(ids.every(isId)).toBe(true);
    expect(new Set([...ids, createDeviceId(), createWorkspaceId()]).size).toBe(5002);
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
