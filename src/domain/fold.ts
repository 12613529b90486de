/** Text as search and matching compare it: without case, accents and typographic variants. */

const ASCII = /^\p{ASCII}*$/u;
const MARKS = /\p{M}+/gu;

/** Letters that no decomposition takes apart. */
const LETTERS: Readonly<Record<string, string>> = {
  ß: 'ss',
  æ: 'ae',
  œ: 'oe',
  ø: 'o',
  ł: 'l',
  đ: 'd',
  ð: 'd',
  þ: 'th',
  ı: 'i',
};
const LETTERS_PATTERN = /[ßæœøłđðþı]/g;

/** What most names are written in: Latin letters, whose folding does not depend on their neighbours, and Chinese characters, which have none. */
// eslint-disable-next-line no-control-regex -- Latin begins with the control characters.
const SIMPLE = /^[\u0000-\u024f\u4e00-\u9fff]*$/;
const ACCENTED = /[\u0080-\u024f]/g;

/** Compatibility decomposition without its marks, in lower case. Chinese, Japanese and Korean stay what they are. */
export function foldText(text: string): string {
  if (ASCII.test(text)) return text.toLowerCase();
  if (!SIMPLE.test(text)) return foldWhole(text);
  return text.replace(ACCENTED, (letter) => (foldings[letter] ??= foldWhole(letter))).toLowerCase();
}

/** Filled as letters come: normalising a whole text costs several times as much as looking its few accents up. */
const foldings: Record<string, string> = {};

function foldWhole(text: string): string {
  return text
    .normalize('NFKD')
    .replace(MARKS, '')
    .toLowerCase()
    .replace(LETTERS_PATTERN, (letter) => LETTERS[letter] ?? letter);
}
