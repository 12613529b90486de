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

/** Compatibility decomposition without its marks, in lower case. Chinese, Japanese and Korean stay what they are. */
export function foldText(text: string): string {
  if (ASCII.test(text)) return text.toLowerCase();
  return text
    .normalize('NFKD')
    .replace(MARKS, '')
    .toLowerCase()
    .replace(LETTERS_PATTERN, (letter) => LETTERS[letter] ?? letter);
}
