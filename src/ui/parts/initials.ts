/** The one or two characters that stand for a name. */

const IDEOGRAPHIC = /^[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}]/u;

/** `Berglunds snabbköp` → `BS`, `王伟` → `王`, nothing → `?`. */
export function initialsOf(name: string): string {
  const words = name
    .normalize('NFC')
    .split(/[\s\p{P}]+/u)
    .filter((word) => word !== '');
  const [first] = words;
  if (first === undefined) return '?';
  if (IDEOGRAPHIC.test(first)) return firstCharacter(first);
  const last = words.length > 1 ? words[1] : undefined;
  return (firstCharacter(first) + (last ? firstCharacter(last) : '')).toLocaleUpperCase();
}

function firstCharacter(word: string): string {
  return /^./su.exec(word)?.[0] ?? '';
}
