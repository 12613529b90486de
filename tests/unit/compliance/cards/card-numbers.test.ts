import { findCardNumbers, maskedCard } from '#compliance/cards/card-numbers.ts';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { otherNumbers } from './other-numbers.ts';

/** Of each kind. */
const MADE = process.env['SLOW'] ? 100_000 : 10_000;

/** The numbers that networks and payment services publish for tests. */
const TEST_NUMBERS: Readonly<Record<string, readonly string[]>> = {
  Visa: [
    '4111111111111111',
    '4012888888881881',
    '4242424242424242',
    '4222222222222',
    '4917610000000000003',
    '4000000000000000006',
  ],
  Mastercard: [
    '5555555555554444',
    '5105105105105100',
    '2221000000000009',
    '2223003122003222',
    '2720992593319364',
  ],
  'American Express': ['378282246310005', '371449635398431', '341111111111111'],
  Discover: ['6011111111111117', '6011000990139424', '6510000000000133', '6445644564456445'],
  'Diners Club': ['30569309025904', '38520000023237', '36227206271667', '3056930009020004'],
  JCB: ['3530111333300000', '3566002020360505'],
  UnionPay: ['6200000000000005', '6205500000000000004', '8171999927660000', '8171999900000000021'],
  Maestro: [
    '6759649826438453',
    '5018000000000009',
    '5641820000000005',
    '6331101999990016',
    '6799990100000000019',
  ],
  Mir: ['2200000000000053', '2201382000000013'],
  RuPay: ['6074819900004939'],
  Elo: ['6362970000457013', '5066991111111118'],
  Hipercard: ['6062826786276634'],
  Troy: ['9792030394440796'],
  Verve: ['5060990580000217499', '5060666666666666666', '507850785078507804'],
  Dankort: ['5019717010103742'],
};

const all = Object.entries(TEST_NUMBERS).flatMap(([brand, numbers]) =>
  numbers.map((number) => ({ brand, number })),
);

/** In fours, or 4-6-5 and 4-6-4 as American Express and Diners Club do. */
function groupings(number: string): readonly (readonly string[])[] {
  const inFours = number.match(/.{1,4}/g) ?? [];
  const inThree = [number.slice(0, 4), number.slice(4, 10), number.slice(10)];
  if (number.length === 15) return [inThree];
  return number.length === 14 ? [inFours, inThree] : [inFours];
}

function grouped(number: string, separator: string): string {
  return (groupings(number)[0] ?? []).join(separator);
}

/** Every separator by which a number may be set apart. */
const SEPARATORS = [
  '',
  ' ',
  '-',
  '.',
  ' - ',
  '\u00a0',
  '\u2009',
  '\u2011',
  '\u2013',
  '\u202f',
  '\u3000',
  '·',
];
/** A line that is wrapped, cells of a table, and what nobody sees. */
const BREAKS = ['\n', '\r\n', '\t', '\u2028', '\u200b', '\u200e', '\ufeff'];

/** Zeros of other scripts: Arabic, Persian, Hindi, full-width. */
const SCRIPTS = [0x660, 0x6f0, 0x966, 0xff10];

function inScript(text: string, zero: number): string {
  return text.replace(/[0-9]/g, (digit) => String.fromCharCode(zero + Number(digit)));
}

describe('a card number', () => {
  it.each(all)('$number of $brand is found however it is written', ({ brand, number }) => {
    const writings = SEPARATORS.flatMap((separator) =>
      groupings(number).map((groups) => groups.join(separator)),
    );
    const broken = BREAKS.map((separator) => grouped(number, separator));
    const wrapped = grouped(number, ' ').replace(' ', '\n');
    const scripts = SCRIPTS.map((zero) => inScript(grouped(number, ' '), zero));
    const unseen = Array.from(number).join('\u200b');
    for (const written of [...writings, ...broken, wrapped, ...scripts, unseen]) {
      for (const text of [
        written,
        `Paid with ${written}, thanks`,
        `（${written}）`,
        `${written}\n`,
      ]) {
        const [found, ...others] = findCardNumbers(text);
        expect(others).toEqual([]);
        expect(found && text.slice(found.start, found.end), text).toBe(written);
        expect(found?.length).toBe(number.length);
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
      'card 4111/1111/1111/1111',
      'visa_4111_1111_1111_1111.pdf',
      'card_no_4111111111111111',
      'cc#4111111111111111',
      'Ada/4111 1111 1111 1111',
      '#4111 1111 1111 1111',
      '4111111111111111cvv',
      '4111 1111 1111 1111\n12/27',
      'Visa 4111 1111\r\n   1111 1111',
      '4111 1111 1111\r\n   1111',
      'AB12 4111 1111 1111 1111',
      'DE12 4111 1111 1111 1111',
      'Tel. 4111 1111 1111 1111',
      'Card 679999000000000004',
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
      'SO-4111-1111-1111-1111',
      '41111111\n11111111',
      // Two phones of eight digits, one below the other.
      '4111 1111\n1111 1111',
      '4111/1111/1111/1111',
      'Rooms 4111\n1111\n1111\n1111\n1112',
      '679999000000000004',
      'DE12 4111 1111 1111 1111 00',
      'iban XX12 4111 1111 1111 1111',
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

  it.each(otherNumbers(7))('is not made of $name: at most one in a thousand', ({ make }) => {
    let flagged = 0;
    for (let made = 0; made < MADE; made++) if (findCardNumbers(make()).length > 0) flagged += 1;
    expect(flagged / MADE).toBeLessThanOrEqual(0.001);
  });

  it.each([
    ['4', 0],
    ['4-', 0],
    ['4111 ', 0],
    ['1.1 ', 0],
    ['+4 ', 0],
    ['4\n', 0],
    ['DE12 ', 0],
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
