import fc from 'fast-check';
import { beforeEach, describe, expect, test, vi } from 'vitest';
import { language } from '#state/texts.svelte.ts';

vi.mock('#state/vault.ts', () => ({ vault: {} }));

const { decimalToTyped, typedToDecimal } = await import('#state/money.ts');

function speak(locale: string): void {
  vi.spyOn(language, 'locale', 'get').mockReturnValue(locale);
}

describe('amounts as people type them', () => {
  beforeEach(() => {
    vi.restoreAllMocks();
    speak('en-GB');
  });

  test.each([
    ['1234', '1234'],
    ['1234.5', '1234.5'],
    ['1,234.50', '1234.50'],
    ['1.234,50', '1234.50'],
    ['1 234,5', '1234.5'],
    ["1'234.50", '1234.50'],
    ['1,234,567', '1234567'],
    ['24.927,58', '24927.58'],
    ['-3,5', '-3.5'],
    ['−3.5', '-3.5'],
    ['１２３', '123'],
  ])('%s is %s', (typed, decimal) => {
    expect(typedToDecimal(typed)).toBe(decimal);
  });

  test('one mark before three digits means what it means in the locale', () => {
    expect(typedToDecimal('1,234')).toBe('1234');
    expect(typedToDecimal('1.234')).toBe('1.234');
    speak('de-DE');
    expect(typedToDecimal('1,234')).toBe('1.234');
    expect(typedToDecimal('1.234')).toBe('1234');
  });

  test('what is no number stays as it was typed', () => {
    for (const typed of ['about 20', '12-13', '1.2.3,4,5x', '']) {
      expect(typedToDecimal(typed)).toBe(typed);
    }
  });

  test('reading inverts writing, in any locale', () => {
    const cents = fc.integer({ min: -1e9, max: 1e9 });
    fc.assert(
      fc.property(cents, fc.constantFrom('en-GB', 'de-DE', 'fr-FR', 'zh-CN'), (amount, locale) => {
        speak(locale);
        const decimal = (amount / 100).toFixed(2);
        expect(typedToDecimal(decimalToTyped(decimal))).toBe(decimal);
      }),
    );
  });
});
