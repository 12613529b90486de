/**
 * Sensitive authentication data (PCI DSS 3.3.1): security codes, PINs and track data. None of it may be kept, not even encrypted, so what
 * holds it is refused. Where many values come at once its digits are put out instead.
 */

import { plainOf } from './digits.ts';

/** What a code is called in the languages of the app. */
const NAMES =
  '(?<![a-z])(?:cvv2?|cvc2?|cvn2?|cvd|cav2?|csc|pin(?: ?(?:code|number|no))?|security code|(?:card )?verification (?:code|value|number)|card verification|[34][- ]digit code|digits on the back)(?![a-z])|安全[码碼]|[验驗][证證][码碼]|校[验驗][码碼]|识别码|密[码碼]|背面.{0,2}三位';
/** Letters may not follow: e-mail programs write `[cid:image001.png]` where a picture was. */
const CARD_ID = '(?<![a-z])cid(?=[^a-z0-9]{0,20}[0-9])';
/** `PIN changed in 2026` is none. */
const YEAR = '(?<=(?<![a-z])(?:in|since|until|from|by|of|year) )(?:19|20)[0-9]{2}(?![0-9])';
/** What follows a count, an amount or a date, in the languages of the app. */
const UNIT =
  '\\s?(?:[年月日号號元块塊人个個次台%€$£]|(?:eur|euros?|usd|dollars?|pounds?|percent|people|persons|members|users|pieces|times|minutes|hours|days|weeks|months|years)(?![a-z]))';
/**
 * Within 20 characters behind its name, and neither across digits that were put out nor across the end of a sentence. An amount, a count and a
 * date are none.
 */
const CODE = `[^0-9•€$£¥。！？；]{0,20}(?!${YEAR})[0-9]{3,6}(?![0-9]|[-/.][0-9]{1,2}[-/.][0-9]|${UNIT})`;
const NAMED_CODE = new RegExp(`(?:${NAMES}|${CARD_ID})${CODE}`, 'giu');
/**
 * ISO/IEC 7813: track 1 begins with its format code B, track 2 with a semicolon; readers leave out the signs at either end, and chips write D
 * for the separator (EMV, tag 57). A number and a day of expiry alone are no track.
 */
const TRACK =
  /(?:%|(?<![0-9A-Za-z]))B[0-9]{13,19}\^[^?\n]{0,60}|;[0-9]{13,19}=[0-9]{0,21}|(?<![0-9A-Za-z])[0-9]{13,19}[=D][0-9]{7,21}/giu;

/** What most text has nothing of; what is full-width is looked at more closely. */
const CODE_HINT =
  /cvv|cvc|cid|cvn|cvd|cav|csc|pin|security|verification|digit|[码碼背\uff21-\uff3a\uff41-\uff5a]/iu;
const TRACK_HINT = /;[0-9]|[0-9][=D^]/iu;

/** Columns of a list are called so, apart from their cells. What India calls a PIN code is a postal code of six digits. */
const CODE_FIELDS: readonly (readonly [called: RegExp, code: RegExp])[] = [
  [/(?<![a-z])(?:cvv2?|cvc2?|cvn2?|csc|(?:card|credit) security code)(?![a-z])/iu, /^[0-9]{3,4}$/],
  [/^(?:card |atm )?pin$/iu, /^[0-9]{4}$/],
  [/安全码|卡.{0,4}密码|取款密码|交易密码/u, /^[0-9]{3,6}$/],
];

/** The same text with the digits of security codes and PINs put out. */
export function withoutCodes(text: string): string {
  return CODE_HINT.test(text) ? putOut(text, plainOf(text), NAMED_CODE, LAST_DIGITS) : text;
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

const EACH_DIGIT = /[0-9]/gu;
/** Not that of `CVV2`. */
const LAST_DIGITS = /[0-9]+$/u;
/** Stands for each digit. */
export const OUT = '•';

/** What `digits` finds of each match in the plain text gives way in the text itself. */
function putOut(text: string, plain: string, pattern: RegExp, digits: RegExp): string {
  let kept = '';
  let from = 0;
  for (const { index, 0: match } of plain.matchAll(pattern)) {
    const put = match.replace(digits, (found) => OUT.repeat(found.length));
    kept += text.slice(from, index);
    for (let at = 0; at < put.length; at++) {
      kept += put.charAt(at) === OUT ? OUT : text.charAt(index + at);
    }
    from = index + match.length;
  }
  return from === 0 ? text : kept + text.slice(from);
}
