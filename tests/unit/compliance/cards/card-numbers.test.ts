import { findCardNumbers, maskedCard } from '#compliance/cards/card-numbers.ts';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createRandom } from '../../../customers.ts';

/** The numbers that networks and payment services publish for tests. */
const TEST_NUMBERS: Readonly<Record<string, readonly string[]>> = {
  Visa: ['4111111111111111', '4012888888881881', '4242424242424242', '4222222222222'],
  Mastercard: ['5555555555554444', '5105105105105100', '2223003122003222', '2720992593319364'],
  'American Express': ['378282246310005', '371449635398431', '341111111111111'],
  Discover: ['6011111111111117', '6011000990139424', '6510000000000133'],
  'Diners Club': ['30569309025904', '38520000023237', '36227206271667'],
  JCB: ['3530111333300000', '3566002020360505'],
  UnionPay: ['6200000000000005', '6205500000000000004'],
  Maestro: ['6759649826438453', '5018000000000009', '6799990100000000019'],
};

const all = Object.entries(TEST_NUMBERS).flatMap(([brand, numbers]) =>
  numbers.map((number) => ({ brand, number })),
);

function grouped(number: string, separator: string): string {
  const groups =
    number.length === 15
      ? [number.slice(0, 4), number.slice(4, 10), number.slice(10)]
      : (number.match(/.{1,4}/g) ?? []);
  return groups.join(separator);
}

describe('a card number', () => {
  it.each(all)('$number of $brand is found however it is spaced', ({ brand, number }) => {
    const separators = ['', ' ', '-', '.', '\u00a0', '\u2013', '\u3000', '\u2009'];
    for (const separator of separators) {
      const written = grouped(number, separator);
      for (const text of [
        written,
        `Paid with ${written}, thanks`,
        `（${written}）`,
        `${written}\n`,
      ]) {
        const [found, ...others] = findCardNumbers(text);
        expect(others).toEqual([]);
        expect(found && text.slice(found.start, found.end)).toBe(written);
        expect(found && maskedCard(found)).toBe(`${brand} •••• ${number.slice(-4)}`);
      }
    }
  });

  it('is found in full-width digits, and beside another', () => {
    const wide = Array.from('4111111111111111', (digit) =>
      String.fromCharCode(digit.charCodeAt(0) + 0xfee0),
    ).join('');
    expect(findCardNumbers(`卡号 ${wide}`)).toHaveLength(1);
    expect(findCardNumbers('4111111111111111 5555555555554444')).toHaveLength(2);
    expect(findCardNumbers('4111111111111111,5555555555554444;378282246310005')).toHaveLength(3);
  });

  it('is found with wide gaps, signs of no width, and wherever a card is spoken of', () => {
    for (const text of [
      '4111 - 1111 - 1111 - 1111',
      '4111   1111   1111   1111',
      '4111\u200b1111\u200b1111\u200b1111',
      '4111－1111－1111－1111',
      '41 11 11 11 11 11 11 11',
      '41111111 11111111',
      'card: 411111 11 1111 1111',
      'visa4111111111111111',
      'Card-4111111111111111',
      '4111111111111111exp12/27',
      'https://shop.example/?card=4111111111111111',
      '4111111111111111/12/27',
      '12 4111 1111 1111 1111 12/27',
    ]) {
      expect(findCardNumbers(text), text).toHaveLength(1);
    }
  });

  it('is none where digits, letters or a plus stand right beside it', () => {
    for (const text of [
      '94111111111111111123456789',
      'a4111111111111111',
      '4111111111111111b',
      'SO-4111111111111111',
      '+4111111111111111',
      '+41 1111 1111 1111',
      'https://shop.example/4111111111111111',
      '#4111111111111111',
      '52.4111111111111111',
    ]) {
      expect(findCardNumbers(text), text).toEqual([]);
    }
  });

  it('is none where a check digit, a length or an issuer does not fit', () => {
    for (const text of [
      '4111111111111112',
      '411111111111',
      '9111111111111111',
      '0000000000000000',
    ]) {
      expect(findCardNumbers(text)).toEqual([]);
    }
  });

  it('is none where the name of something else stands before it, unless a card is spoken of', () => {
    for (const text of [
      'Order 4111111111111111',
      'Invoice no. 4111 1111 1111 1111',
      'Tracking number: 4111111111111111',
      'Tel. 4222222222222',
      '订单 4111111111111111',
      '运单号：4111111111111111',
    ]) {
      expect(findCardNumbers(text), text).toEqual([]);
    }
    for (const text of [
      'Order paid by card 4111111111111111',
      'order 4111111111111111 Visa',
      'Said on the phone that it is 4111111111111111',
      'Took the order, 4111111111111111',
    ]) {
      expect(findCardNumbers(text), text).toHaveLength(1);
    }
  });

  it('is none where the digits are those of an article, a resident or a mobile phone', () => {
    for (const text of [
      '4006381330060',
      '4902100000002',
      '622101199003070355',
      '4915112340000',
      '4366412340003',
    ]) {
      expect(findCardNumbers(text), text).toEqual([]);
      expect(findCardNumbers(`Card ${text}`), text).toHaveLength(1);
    }
  });

  it('is not made of what people write otherwise: at most one in a thousand is taken for one', () => {
    const random = createRandom(7);
    const digits = (count: number) =>
      Array.from({ length: count }, () => String(random.number(10))).join('');
    const makers: readonly (() => string)[] = [
      () => `Order ${digits(16)}`,
      () => `SO-${digits(10)}`,
      () => `+${digits(12)}`,
      () => `Tel. ${digits(13)}`,
      () => `DE${digits(20)}`,
      () => `GB${digits(2)} BARC ${digits(4)} ${digits(4)} ${digits(4)} ${digits(2)}`,
      () => `IBAN FR${digits(2)} ${digits(4)} ${digits(4)} ${digits(4)} ${digits(4)} ${digits(4)}`,
      () => `${digits(8)}-${digits(4)}-${digits(4)}-${digits(4)}-${digits(12)}`,
      () => `2026-11-${digits(2)} ${digits(2)}:${digits(2)}`,
      () => `${random.number(2 ** 31).toString(16)}${digits(12)}`,
    ];
    const count = 100_000;
    let flagged = 0;
    for (let made = 0; made < count; made++) {
      if (findCardNumbers(makers[made % makers.length]?.() ?? '').length > 0) flagged += 1;
    }
    expect(flagged / count).toBeLessThanOrEqual(0.001);
  });

  it.each([
    ['4', 0],
    ['4-', 0],
    ['4111 ', 0],
    ['1.1 ', 0],
    ['4111111111111111 ', 1],
  ])('is found in a text of a million characters, %j again and again', (piece, hits) => {
    // Work that grew with the square of the length would outlast the test.
    const times = Math.floor(2 ** 20 / piece.length);
    const found = findCardNumbers(piece.repeat(times));
    expect(found.length).toBe(hits * times);
  });

  it('never throws, and names places within the text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 200 }), (text) => {
        for (const { start, end } of findCardNumbers(text)) {
          expect(start).toBeGreaterThanOrEqual(0);
          expect(end).toBeLessThanOrEqual(text.length);
          expect(end - start).toBeGreaterThanOrEqual(13);
        }
      }),
    );
  });
});
