import { codePatternOf, withoutCodes, withoutTracks } from '#compliance/cards/sensitive-data.ts';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

describe('a security code or PIN', () => {
  it.each([
    ['CVV 123', 'CVV •••'],
    ['cvv123', 'cvv•••'],
    ['cvc: 1234', 'cvc: ••••'],
    ['CVV2=123', 'CVV2=•••'],
    ['security code is 321', 'security code is •••'],
    ['CVV on the back: 123', 'CVV on the back: •••'],
    ['CVV\n123', 'CVV\n•••'],
    ['CID 1234', 'CID ••••'],
    ['PIN 4821', 'PIN ••••'],
    ['PIN code: 482193', 'PIN code: ••••••'],
    ['安全码 123', '安全码 •••'],
    ['密码是 482193', '密码是 ••••••'],
    ['卡背面三位 123', '卡背面三位 •••'],
    ['PIN码 4821', 'PIN码 ••••'],
    ['CVV2/CVC2: 123', 'CVV2/CVC2: •••'],
    ['my pin number is 4821', 'my pin number is ••••'],
    ['card verification code 123', 'card verification code •••'],
    ['3-digit code 123', '3-digit code •••'],
    ['PIN 2024', 'PIN ••••'],
    ['CVV ١٢٣', 'CVV •••'],
    ['ＣＶＶ：１２３', 'ＣＶＶ：•••'],
  ])('in “%s” is put out', (text, put) => {
    expect(withoutCodes(text)).toBe(put);
  });

  it.each([
    'Pinned 12 posters',
    'Opinion of 1200 people',
    'The pin is at the reception',
    'Meets at 10:30, code 12',
    'Spinning class 2026',
    'PIN changed on 2026-11-26',
    '[cid:image001.png@01DA0F2E]',
    'CVV as long as this sentence before 123',
    'PIN 1234567',
    '密码已重置',
    '密码是在2026年更改的',
    '密码已重置。会议室301',
    '验证码短信平台报价3000元',
    '校验码 128 个',
    'PIN changed in 2026',
    'PIN pad costs 300 euros',
    'PIN pads: €250',
    'CVC invited 300 people',
    'CSC since 2015',
  ])('is none in “%s”', (text) => {
    expect(withoutCodes(text)).toBe(text);
  });

  it('is gone for good: what was put out is left as it is', () => {
    const words = fc.constantFrom('cvv', 'PIN ', '123', '4567', ' ', '安全码', '2026-11-26', '\n');
    fc.assert(
      fc.property(fc.array(words, { maxLength: 12 }), (parts) => {
        const once = withoutCodes(parts.join(''));
        expect(withoutCodes(once)).toBe(once);
      }),
    );
  });

  it('is known by the name of its column', () => {
    for (const label of ['CVV', 'Card CVC', 'cvv2 number', '安全码', '银行卡密码']) {
      expect(codePatternOf(label)?.test('123'), label).toBe(true);
    }
    expect(codePatternOf('PIN')?.test('1234')).toBe(true);
    // Six digits of India.
    expect(codePatternOf('PIN')?.test('560001')).toBe(false);
    for (const label of ['PIN code', 'CID', 'Opinion', 'Recvd', '邮编', '']) {
      expect(codePatternOf(label), label).toBeNull();
    }
  });
});

describe('track data', () => {
  it.each([
    '%B4111111111111111^DOE/ANN^25121010000000000?',
    ';4111111111111111=25121010000000000?',
    'Swiped: ;4111111111111111=2512101',
    '4111111111111111=25121010000012345678',
    '4111111111111111D25121010000012345678F',
    'B4111111111111111^DOE/ANN^25121010000000000',
  ])('in “%s” is put out', (text) => {
    expect(withoutTracks(text)).not.toBe(text);
    expect(withoutTracks(text)).not.toMatch(/[0-9]/);
  });

  it('is none where digits are few or no sign stands before them', () => {
    for (const text of ['a;123=4', '4111111111111111=2512', '%B12^']) {
      expect(withoutTracks(text)).toBe(text);
    }
  });
});
