import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { checkPassphrase, normalizePassphrase, PASSPHRASE_MINIMUM } from '#crypto/passphrase.ts';
import { numRuns } from './samples.ts';

const verdict = (passphrase: string): string => {
  const checked = checkPassphrase(passphrase);
  return checked.ok ? 'good' : checked.error.type;
};

describe('the length of a passphrase', () => {
  it.each([
    ['fourteen chars', 'quiet otter 14', 'TooShort'],
    ['fifteen chars', 'quiet otters 15', 'good'],
    ['fifteen Han characters', '海带森林里的水獭喜欢在早上吃海胆', 'good'],
    ['fourteen Han characters', '海带森林里的水獭喜欢吃海胆呢', 'TooShort'],
    ['seven emoji of two code units', '🦦🌊🐚🦀🐙🦑🐡', 'TooShort'],
    // NFKC makes one letter of "e" and its accent, and three of the ligature.
    ['accents written apart', 'e\u0301e\u0301e\u0301e\u0301 otter 12', 'TooShort'],
    ['a ligature', 'quiet oﬃce 123x', 'good'],
    ['nothing', '', 'TooShort'],
  ])('of %s', (_, passphrase, expected) => {
    expect(verdict(passphrase)).toBe(expected);
  });

  it('is stated with the refusal', () => {
    expect(checkPassphrase('short')).toEqual({
      ok: false,
      error: { type: 'TooShort', minimum: PASSPHRASE_MINIMUM },
    });
  });
});

describe('a common passphrase', () => {
  it.each([
    'aaaaaaaaaaaaaaa',
    'abababababababab',
    'kelpkelpkelpkelpkel',
    'password password',
    'passwordpassword1',
    'P@ssw0rd-P@ssw0rd',
    'p4ssw0rdp4ssw0rd',
    'Password123456789',
    'mypassword12345',
    'qwertyuiopasdfgh',
    'qwertzuiopasdfgh',
    '1qaz2wsx3edc4rfv',
    'zxcvbnmasdfghjkl',
    'abcdefghijklmnop',
    'ponmlkjihgfedcba',
    '123456789012345',
    '987654321098765',
    '000000000000001',
    'Welcome2026!!!!!!!',
    'welcome to holdfast 1',
    'adminadminadmin!',
    'correct horse battery staple',
    'CorrectHorseBatteryStaple!',
    'To be, or not to be?',
    'The quick brown fox jumps over the lazy dog',
    'may the force be with you',
    'iloveyouiloveyou',
    'letmeinletmein123',
    'woaini5201314woaini',
    '我爱你一生一世5201314520',
    '一二三四五六七八九十一二三四五',
    '床前明月光,疑是地上霜。举头望明月',
    '               ',
    '!!!!!!!!!!!!!!!!!!!',
    '２０２６２０２６２０２６２０２６',
    'it was the best of times, it was',
    'once upon a time 12',
  ])('is refused: %s', (passphrase) => {
    expect(verdict(passphrase)).toBe('TooCommon');
  });

  it.each([
    'tidal otter mends nets',
    'purple-kayak-3-lanterns',
    'my password is an otter with nets',
    'der Hafen von Husum im Nebel',
    'Le phare éclaire la baie 7',
    'x7#Qm!v2Lp9$Rt4z',
    '小船在雾里找到了灯塔和老朋友们',
    'correct horse otter lantern staple',
    '1234 Husumer Hafenstrasse Nord',
    'longer unique phrase longer unique phrase',
  ])('is not: %s', (passphrase) => {
    expect(verdict(passphrase)).toBe('good');
  });

  it('is found at once in a text of any length', () => {
    expect(verdict('x'.repeat(1_000_000))).toBe('TooCommon');
    expect(verdict(`${'y'.repeat(1_000_000)}z`)).toBe('TooCommon');
  });

  it('is not what a random generator gives', () => {
    const letters = 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789';
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom(...Array.from(letters)), { minLength: 20, maxLength: 40 }),
        (characters) => {
          fc.pre(new Set(characters).size > 10);
          expect(verdict(characters.join(''))).toBe('good');
        },
      ),
      { numRuns: numRuns * 4 },
    );
  });
});

describe('normalizing', () => {
  it('makes one passphrase of its different spellings', () => {
    expect(normalizePassphrase('cafe\u0301 ﬁsh １２')).toBe(normalizePassphrase('café fish 12'));
  });
});
