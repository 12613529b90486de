import { describe, expect, test } from 'vitest';
import { en } from '#texts/en.ts';
import { zhCN } from '#texts/zh-CN.ts';

type Branch = Readonly<Record<string, unknown>>;

/** Every sentence with its path. */
function sentencesOf(branch: Branch, path = ''): [string, string][] {
  return Object.entries(branch).flatMap(([key, value]) => {
    const at = `${path}${key}`;
    if (typeof value === 'string') return [[at, value] as [string, string]];
    if (typeof value === 'function') return [[at, said(value as Say, at)] as [string, string]];
    return sentencesOf(value as Branch, `${at}.`);
  });
}

type Say = (...values: unknown[]) => string;

const TOLD_BY_NAME = /^(errors|registers\.letters)\./;

/** What sentences may be given first: an object whose every property is 7, a list of words, or a number. */
function said(say: Say, path: string): string {
  if (TOLD_BY_NAME.test(path)) return say(new Proxy({}, { get: () => 7 }));
  try {
    return say(7, 7, 7);
  } catch {
    return say(['NULL', 'N/A'], 7, 7);
  }
}

const english = new Map(sentencesOf(en));
const chinese = new Map(sentencesOf(zhCN));

/** Names of languages stand in themselves; the others are signs and names of standards. */
const SAME_IN_BOTH =
  /^(welcome\.languages\.|parts\.percent$|checks\.exportCsv$|unsupported\.missing\.webAssembly$)/;

describe('the texts', () => {
  test('both languages have the same sentences', () => {
    expect([...chinese.keys()].sort()).toEqual([...english.keys()].sort());
  });

  test.each([
    ['English', english],
    ['Chinese', chinese],
  ])('no %s sentence is empty or unfinished', (_, sentences) => {
    for (const [path, sentence] of sentences) {
      expect(sentence.trim(), path).not.toBe('');
      expect(sentence, path).not.toMatch(/undefined|NaN|\[object|TODO/);
    }
  });

  test('every sentence is translated', () => {
    const untranslated = [...english]
      .filter(([path, sentence]) => /[a-z]{3}/i.test(sentence) && !SAME_IN_BOTH.test(path))
      .filter(([path, sentence]) => chinese.get(path) === sentence)
      .map(([path]) => path);
    expect(untranslated).toEqual([]);
  });

  test('Chinese sentences use Chinese punctuation', () => {
    const mixed = [...chinese]
      .filter(([, sentence]) => /[\p{Script=Han}][,;:?!]|[\p{Script=Han}]\.(\s|$)/u.test(sentence))
      .map(([path]) => path);
    expect(mixed).toEqual([]);
  });
});
