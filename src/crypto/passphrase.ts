/** Which passphrases are good enough. Someone who copies a disk can try millions; length beats every other rule, and known phrases are no length at all. */

import { err, ok, type Result } from '#base/result.ts';

/** Counted in code points of the NFKC form, which is what a key is derived from. */
export const PASSPHRASE_MINIMUM = 15;

/** What must be left of a passphrase once everything predictable is taken out of it. */
const UNPREDICTABLE_MINIMUM = 6;

/** The rules look no further than this: comparing every unit with a whole pasted novel would hang the form. */
const LOOKED_AT = 256;

export type TooShort = { readonly type: 'TooShort'; readonly minimum: number };
export type TooCommon = { readonly type: 'TooCommon' };

export function normalizePassphrase(passphrase: string): string {
  return passphrase.normalize('NFKC');
}

export function checkPassphrase(passphrase: string): Result<void, TooShort | TooCommon> {
  const characters = Array.from(normalizePassphrase(passphrase));
  if (characters.length < PASSPHRASE_MINIMUM) {
    return err({ type: 'TooShort', minimum: PASSPHRASE_MINIMUM });
  }
  const looked = characters.slice(0, LOOKED_AT);
  const plain = plainLetters(looked.join(''));
  const isCommon =
    WELL_KNOWN_PHRASES.some((phrase) => phrase.includes(plain)) ||
    repeatedUnit(looked).length < PASSPHRASE_MINIMUM ||
    unpredictableLength(plain) < UNPREDICTABLE_MINIMUM;
  return isCommon ? err({ type: 'TooCommon' }) : ok();
}

/** Lower case, letters and digits only: "Correct Horse, B@ttery-$taple!" is the phrase that everyone knows. */
function plainLetters(text: string): string {
  return text
    .toLowerCase()
    .replaceAll('@', 'a')
    .replaceAll('$', 's')
    .replace(/[^\p{L}\p{N}]/gu, '');
}

/** "abcabcabc" is no stronger than "abc"; a text that repeats nothing is its own unit. */
function repeatedUnit(characters: readonly string[]): readonly string[] {
  const { length } = characters;
  for (let size = 1; size <= length / 2; size++) {
    // The last repetition may be cut short: "kelpkelpkelpkel".
    if (characters.every((character, index) => character === characters[index % size])) {
      return characters.slice(0, size);
    }
  }
  return characters;
}

/** How many characters remain after common words, sequences, repetitions and years are taken out. */
function unpredictableLength(plain: string): number {
  let rest = plain;
  for (const spelling of [plain, withoutDigitSpelling(plain)]) {
    const stripped = withoutRuns(withoutWords(spelling)).replace(YEARS, '');
    if (stripped.length < rest.length) rest = stripped;
  }
  return Math.min(Array.from(rest).length, 2 * new Set(rest).size);
}

/** "p4ssw0rd" is read as "password". */
function withoutDigitSpelling(text: string): string {
  return text.replace(/[013457]/g, (digit) => DIGIT_SPELLING[digit] ?? digit);
}

const DIGIT_SPELLING: Readonly<Record<string, string>> = {
  0: 'o',
  1: 'i',
  3: 'e',
  4: 'a',
  5: 's',
  7: 't',
};

function withoutWords(text: string): string {
  return [...WELL_KNOWN_PHRASES, ...COMMON_WORDS].reduce(
    (rest, word) => rest.replaceAll(word, ''),
    text,
  );
}

/** Takes out four or more neighbours of the alphabet, the digits or a keyboard's rows, in either direction, and a character said three times or more. */
function withoutRuns(text: string): string {
  const characters = Array.from(text);
  const kept: string[] = [];
  for (let start = 0; start < characters.length;) {
    const length = Math.max(
      ...SEQUENCES.map((sequence) => runLength(characters, start, sequence)),
      repetitionLength(characters, start),
    );
    if (length === 0) kept.push(characters[start] ?? '');
    start += Math.max(length, 1);
  }
  return kept.join('');
}

function runLength(characters: readonly string[], start: number, sequence: string): number {
  let length = 1;
  let place = sequence.indexOf(characters[start] ?? '');
  while (place >= 0 && place + 1 < sequence.length) {
    if (characters[start + length] !== sequence[place + 1]) break;
    place += 1;
    length += 1;
  }
  return length >= 4 ? length : 0;
}

function repetitionLength(characters: readonly string[], start: number): number {
  let length = 1;
  while (start + length < characters.length && characters[start + length] === characters[start]) {
    length += 1;
  }
  return length >= 3 ? length : 0;
}

const YEARS = /(?:19|20)\d\d/g;

const SEQUENCES = [
  'abcdefghijklmnopqrstuvwxyz',
  '01234567890',
  'qwertyuiop',
  'asdfghjkl',
  'zxcvbnm',
  'qwertzuiopü',
  'yxcvbnm',
  'azertyuiop',
  'qsdfghjklm',
  'wxcvbn',
  '1qaz2wsx3edc4rfv5tgb6yhn7ujm',
  'qazwsxedcrfvtgbyhnujm',
  'qweasdzxc',
  '一二三四五六七八九十',
].flatMap((sequence) => [sequence, Array.from(sequence).reverse().join('')]);

/** Longer ones first, so that "passwords" is not left with an "s". */
const COMMON_WORDS = [
  'administrator',
  'batterystaple',
  'correcthorse',
  'onetwothreefour',
  'passphrase',
  'whatever',
  'password',
  'passwort',
  'motdepasse',
  'contraseña',
  'contrasena',
  'holdfast',
  'customer',
  'iloveyou',
  'loveyou',
  'football',
  'baseball',
  'superman',
  'princess',
  'sunshine',
  'computer',
  'trustno',
  'letmein',
  'welcome',
  'changeme',
  'qwerty',
  'secret',
  'dragon',
  'master',
  'monkey',
  'shadow',
  'default',
  'admin',
  'hello',
  'login',
  'woaini',
  'mima',
  '5201314',
  '1314520',
  '147258369',
  '123123',
  '密码',
  '我爱你',
  '一生一世',
].sort((a, b) => b.length - a.length);

/** In letters and digits only. Part of one is as well known as the whole. */
const WELL_KNOWN_PHRASES = [
  'allworkandnoplaymakesjackadullboy',
  'anapplefelldownfromthetree',
  'anappleadaykeepsthedoctoraway',
  'beammeupscotty',
  'callmeishmael',
  'correcthorsebatterystaple',
  'donttellanyone',
  'elementarymydearwatson',
  'fourscoreandsevenyearsago',
  'franklymydearidontgiveadamn',
  'houstonwehaveaproblem',
  'iamthewalrus',
  'ihaveadreamthatoneday',
  'inthebeginningwastheword',
  'itwasthebestoftimes',
  'itwasthebestoftimesitwastheworstoftimes',
  'justdoitjustdoit',
  'knockknockwhosthere',
  'letmeinletmeinplease',
  'liveliveandletlive',
  'livelongandprosper',
  'lukeiamyourfather',
  'maytheforcebewithyou',
  'maytheforcebewithyoualways',
  'mypasswordissecret',
  'noplacelikehome',
  'nowisthetimeforallgoodmen',
  'ohmygodohmygod',
  'onceuponatime',
  'onceuponatimeinamerica',
  'onceuponatimethere',
  'onefishtwofishredfishbluefish',
  'onesmallstepforman',
  'opensesameopensesame',
  'rosesareredvioletsareblue',
  'sallysellsseashells',
  'thecakeisalie',
  'thequickbrownfox',
  'thequickbrownfoxjumpsoverthelazydog',
  'theraininspainstaysmainlyintheplain',
  'theresnoplacelikehome',
  'thisisapassphrase',
  'thisismypassphrase',
  'thisismypassword',
  'thisisnotapassword',
  'tobeornottobe',
  'tobeornottobethatisthequestion',
  'trustnoonetrustnoone',
  'twinkletwinklelittlestar',
  'wearethechampions',
  'wewillwewillrockyou',
  'whatsinaname',
  'winteriscoming',
  'youshallnotpass',
  '床前明月光疑是地上霜',
  '床前明月光疑是地上霜举头望明月低头思故乡',
  '白日依山尽黄河入海流欲穷千里目更上一层楼',
  '天将降大任于斯人也必先苦其心志',
].sort((a, b) => b.length - a.length);
