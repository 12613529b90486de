import { describe, expect, test } from 'vitest';
import { initialsOf } from '#ui/parts/initials.ts';

describe('the characters that stand for a name', () => {
  test.each([
    ['Berglunds snabbköp', 'BS'],
    ['Around the Horn', 'AT'],
    ['ernst', 'E'],
    ['王伟（海鲜批发）', '王'],
    ['김민수', '김'],
    ['“Bólido” Comidas', 'BC'],
    ['𠮷野家', '𠮷'],
    ['Åse Øre', 'ÅØ'],
    ['', '?'],
    ['  —  ', '?'],
  ])('%s → %s', (name, initials) => {
    expect(initialsOf(name)).toBe(initials);
  });
});
