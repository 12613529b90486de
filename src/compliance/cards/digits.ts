/** Digits as people write them: ASCII, the full-width forms of Chinese keyboards, and those of the scripts of Arabic, Persian and Indian ones. */

/** The zeros; one to nine follow each (Unicode, general category Nd). */
const ZEROS = [
  0x30, 0x660, 0x6f0, 0x966, 0x9e6, 0xa66, 0xae6, 0xb66, 0xbe6, 0xc66, 0xce6, 0xd66, 0xe50, 0xff10,
];

/** By UTF-16 unit, one more than what the digit is worth; 0: it is none. */
const WORTHS = new Uint8Array(0x10000);
for (const zero of ZEROS) for (let digit = 0; digit < 10; digit++) WORTHS[zero + digit] = digit + 1;

/** What the UTF-16 unit is worth; -1: it is no digit. */
export function digitOf(code: number): number {
  return (WORTHS[code] ?? 0) - 1;
}

/** In a class of an expression. */
const DIGIT = ZEROS.map(
  (zero) => `${String.fromCharCode(zero)}-${String.fromCharCode(zero + 9)}`,
).join('');

/** What has so many digits at least. Most cells of a list are decided by this, and an expression is faster at it than a loop. */
export function withDigits(count: number): RegExp {
  return new RegExp(`^(?:[^${DIGIT}]*[${DIGIT}]){${String(count)}}`);
}

/** Full-width forms, and digits that are not ASCII. */
const UNPLAIN = new RegExp(`(?![0-9])[${DIGIT}\\uff01-\\uff5e]`);
const EACH_UNPLAIN = new RegExp(UNPLAIN, 'g');

/** In ASCII what has an ASCII form, and as long as the text, so that places stay what they are. */
export function plainOf(text: string): string {
  return UNPLAIN.test(text) ? text.replace(EACH_UNPLAIN, asciiOf) : text;
}

function asciiOf(sign: string): string {
  const code = sign.charCodeAt(0);
  const digit = digitOf(code);
  return digit < 0 ? String.fromCharCode(code - 0xfee0) : String(digit);
}
