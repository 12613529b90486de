/**
 * Sensitive authentication data (PCI DSS 3.3.1): security codes, PINs and track data. None of it may be kept, not even encrypted, so what
 * holds it is refused. Where many values come at once its digits are put out instead.
 */

/** What a code is called in the languages of the app. */
const NAMES =
  '(?<![a-z])(?:cvv2?|cvc2?|cvn2?|csc|pin(?: ?code)?|security code|card verification(?: code| value| number)?)(?![a-z])|安全码|验证码|校验码|密码';
/** Letters may not follow: e-mail programs write `[cid:image001.png]` where a picture was. */
const CARD_ID = '(?<![a-z])cid(?=[^a-z0-9]{0,20}[0-9])';
/** Within 20 characters behind its name, and not across digits that were put out. A date is none. */
const CODE = '[^0-9•]{0,20}[0-9]{3,6}(?![0-9]|[-/.][0-9]{1,2}[-/.][0-9])';
const NAMED_CODE = new RegExp(`(?:${NAMES}|${CARD_ID})${CODE}`, 'giu');
/** ISO/IEC 7813: track 1 begins with its format code B, track 2 with a semicolon. */
const TRACK = /%B[0-9]{13,19}\^[^?\n]{0,60}|;[0-9]{13,19}=[0-9]{0,21}/giu;

/** What most text has nothing of. */
const CODE_HINT = /cvv|cvc|cid|cvn|csc|pin|security|verification|码/iu;
const TRACK_HINT = /%B|;[0-9]/iu;

/** Columns of a list are called so, apart from their cells. What India calls a PIN code is a postal code of six digits. */
const CODE_FIELDS: readonly (readonly [called: RegExp, code: RegExp])[] = [
  [/(?<![a-z])(?:cvv2?|cvc2?|cvn2?|csc|(?:card|credit) security code)(?![a-z])/iu, /^[0-9]{3,4}$/],
  [/^(?:card |atm )?pin$/iu, /^[0-9]{4}$/],
  [/安全码|卡.{0,4}密码|取款密码|交易密码/u, /^[0-9]{3,6}$/],
];

/** The same text with the digits of security codes and PINs put out. */
export function withoutCodes(text: string): string {
  const plain = plainOf(text);
  return CODE_HINT.test(plain) ? putOut(text, plain, NAMED_CODE, LAST_DIGITS) : text;
}

/** The same text with the digits of track data put out. */
export function withoutTracks(text: string): string {
  const plain = plainOf(text);
  return TRACK_HINT.test(plain) ? putOut(text, plain, TRACK, EACH_DIGIT) : text;
}

/** What a value must look like to be a security code in a field of this name; null: such a field holds none. */
export function codePatternOf(label: string): RegExp | null {
  const plain = plainOf(label).trim();
  return CODE_FIELDS.find(([called]) => called.test(plain))?.[1] ?? null;
}

const WIDE = /[\uff01-\uff5e]/u;
const EACH_WIDE = new RegExp(WIDE.source, 'gu');
const EACH_DIGIT = /[0-9\uff10-\uff19]/gu;
/** Not that of `CVV2`. */
const LAST_DIGITS = /[0-9\uff10-\uff19]+$/u;

/** Without full-width forms, and as long as the text, so that places stay what they are. */
function plainOf(text: string): string {
  return WIDE.test(text)
    ? text.replace(EACH_WIDE, (wide) => String.fromCharCode(wide.charCodeAt(0) - 0xfee0))
    : text;
}

function putOut(text: string, plain: string, pattern: RegExp, digits: RegExp): string {
  let kept = '';
  let from = 0;
  for (const { index, 0: match } of plain.matchAll(pattern)) {
    const end = index + match.length;
    const put = text.slice(index, end).replace(digits, (found) => '•'.repeat(found.length));
    kept += text.slice(from, index) + put;
    from = end;
  }
  return from === 0 ? text : kept + text.slice(from);
}
