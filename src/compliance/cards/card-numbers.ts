/**
 * Card numbers in text (PCI DSS 3.4.1, 3.5.1): found by their issuers' ranges and lengths and the Luhn check digit (ISO/IEC 7812-1), grouped as
 * people and forms write them. The check digit alone passes one in ten random numbers, so all three must fit, digits must not go on beside
 * them, and what stands around a number may speak for a card or against it.
 */

import { digitOf, withDigits } from './digits.ts';
import { rangesAt } from './issuers.ts';
import {
  IBAN_REACH,
  isArticle,
  isInIban,
  isParcel,
  isPhoneWithoutPlus,
  isResident,
  PARCEL_LENGTH,
} from './other-numbers.ts';

export interface CardNumber {
  /** In UTF-16 code units of the text. */
  readonly start: number;
  readonly end: number;
  readonly brand: string;
  readonly lastFour: string;
  /** How many digits it has. */
  readonly length: number;
}

const FEWEST_DIGITS = 13;
const ENOUGH_DIGITS = withDigits(FEWEST_DIGITS);
const MOST_DIGITS = 19;

/** So far a word is nearby, in characters. */
const NEARBY = 24;
/** So many separators may stand between two groups: `4111 - 1111`. */
const MOST_SEPARATORS = 3;

const CARD_WORDS =
  'card|visa|master ?card|amex|american express|discover|diners(?: club)?|jcb|maestro|union ?pay|rupay|pan|credit|debit|exp(?:iry|ires)?|valid thru|cvv2?|cvc2?';
const CARD_NUMBER = '(?:[-_ ]?(?:no|nr|num|number))?';
/** Words that speak for a card. */
const CARD = new RegExp(`(?<![a-z])(?:${CARD_WORDS})s?(?![a-z])|卡|银联|信用|有效期`, 'iu');
/** The same, where a number is written right behind or before it. */
const CARD_BEFORE = new RegExp(`(?<![a-z])(?:${CARD_WORDS}|ccn?)${CARD_NUMBER}[-_#/]*$`, 'iu');
const CARD_AFTER = new RegExp(`^_?(?:${CARD_WORDS})(?![a-z])`, 'iu');

const NUMBER = '(?:[ .:#-]{0,2}(?:no|nr|number|id|code))?';
/** What a number is called that is none of a card: `Order no. 4111…`. A word further off says nothing: a number is also taken "by phone". */
const OTHER_NAME = new RegExp(
  `(?:(?<![a-z])(?:iban|order|invoice|tracking|parcel|shipment|isbn|ean|gtin|barcode|imei|iccid|serial|ref(?:erence)?|ticket|customer (?=no|nr|number|id))${NUMBER}|订单号?|发票号?码?|运单号?|快递单?号?|单号|条码|身份证号?码?|编号)[\\s.:：#№-]{0,3}$`,
  'iu',
);
const PHONE_NAME = new RegExp(
  `(?:(?<![a-z])(?:(?:tele)?phone|tel|mobile|fax)${NUMBER}|电话|手机号?)[\\s.:：#№-]{0,3}$`,
  'iu',
);
/** ITU-T E.164. */
export const LONGEST_PHONE = 15;

/** An id such as `a4111111111111111` or `SO-4111111111111111`, an address, and a phone number with its plus. */
const IN_WORD_BEFORE = /(?:[A-Za-z_@][\w@#/-]*|[+#])$/u;
const IN_WORD_AFTER = /^[A-Za-z_@]/u;

/** `52.4111111111111111` is a fraction. */
const FRACTION = /(?<![0-9])(?:[0-9]{1,3}\.|0,)$/u;

/**
 * Every card number, in the order of the text. Takes time in proportion to its length; text without thirteen digits is decided by one look
 * at its characters, since this runs on every cell of an import.
 */
export function findCardNumbers(text: string): readonly CardNumber[] {
  if (!ENOUGH_DIGITS.test(text)) return NONE;
  const found: CardNumber[] = [];
  for (const run of runsOf(text)) found.push(...cardsIn(run, text));
  return found;
}

/** Whether a field of this name holds numbers of another kind: `Order no.`, `运单号`. */
export function isCalledOtherwise(label: string): boolean {
  return (OTHER_NAME.test(label) || PHONE_NAME.test(label)) && !CARD.test(label);
}

/** `Visa •••• 1111`: all that may be kept of a number (PCI DSS 3.4.1). */
export function maskedCard({ brand, lastFour }: CardNumber): string {
  return `${brand} •••• ${lastFour}`;
}

const NONE: readonly CardNumber[] = [];

// ---- Runs of digits -------------------------------------------------------------------------------------------------

/** What stands before a digit of a run, the stronger the higher. */
const GAP = { none: 0, blank: 1, line: 2, mark: 3 } as const;

type Gap = (typeof GAP)[keyof typeof GAP];

/** Digits with a few separators at most between any two of them. */
interface Run {
  readonly digits: readonly number[];
  /** Where each digit stands. */
  readonly places: readonly number[];
  /** What stands before each. */
  readonly gaps: readonly Gap[];
}

function* runsOf(text: string): Generator<Run, void, void> {
  let digits: number[] = [];
  let places: number[] = [];
  let gaps: Gap[] = [];
  let gap: Gap = GAP.none;
  let separators = 0;
  for (let at = 0; at <= text.length; at++) {
    const code = at < text.length ? text.charCodeAt(at) : 0;
    const digit = digitOf(code);
    if (digit >= 0) {
      digits.push(digit);
      places.push(at);
      gaps.push(gap);
      gap = GAP.none;
      separators = 0;
      continue;
    }
    if (digits.length === 0 || isInvisible(code)) continue;
    const here = gapOf(code);
    // Behind the end of a line stands what begins the next: an indent.
    separators = here === GAP.line ? 0 : separators + 1;
    if (here !== GAP.none && separators <= MOST_SEPARATORS) {
      if (here > gap) gap = here;
      continue;
    }
    if (digits.length >= FEWEST_DIGITS) yield { digits, places, gaps };
    digits = [];
    places = [];
    gaps = [];
    gap = GAP.none;
    separators = 0;
  }
}

/** Of no width, and not seen: what joins, divides or directs signs (Unicode, Default_Ignorable_Code_Point), and the box around an emoji's digit. */
function isInvisible(code: number): boolean {
  return (
    code === 0xad ||
    code === 0x61c ||
    code === 0x180e ||
    (code >= 0x200b && code <= 0x200f) ||
    (code >= 0x202a && code <= 0x202e) ||
    (code >= 0x2060 && code <= 0x206f) ||
    code === 0x20e3 ||
    (code >= 0xfe00 && code <= 0xfe0f) ||
    code === 0xfeff
  );
}

/** Spaces of every width, the hyphens and dashes, dots; full-width ones too. */
function gapOf(code: number): Gap {
  if (code === 0x20 || code === 0x2d || code === 0x2e) return GAP.blank;
  if (code < 0x80) {
    if (code >= 0x09 && code <= 0x0d) return GAP.line;
    // , / _ |
    return code === 0x2c || code === 0x2f || code === 0x5f || code === 0x7c ? GAP.mark : GAP.none;
  }
  if (code === 0x85 || code === 0x2028 || code === 0x2029) return GAP.line;
  const isBlank =
    code === 0xa0 ||
    code === 0xb7 ||
    code === 0x1680 ||
    (code >= 0x2000 && code <= 0x200a) ||
    (code >= 0x2010 && code <= 0x2015) ||
    code === 0x2022 ||
    code === 0x202f ||
    code === 0x205f ||
    code === 0x2212 ||
    code === 0x3000 ||
    code === 0x30fb ||
    code === 0xff0d ||
    code === 0xff0e;
  return isBlank ? GAP.blank : GAP.none;
}

function* cardsIn(run: Run, text: string): Generator<CardNumber, void, void> {
  const { digits } = run;
  let from = 0;
  while (digits.length - from >= FEWEST_DIGITS) {
    const other = otherNumberAt(run, from, text);
    if (other > 0) {
      from += other;
      continue;
    }
    const card = cardAt(run, from, text);
    from += card?.length ?? 1;
    if (card !== null) yield card;
  }
}

/** How many digits a phone number has that begins with its plus at a digit, or a parcel's number that begins there; 0: neither does. */
function otherNumberAt({ digits, places, gaps }: Run, from: number, text: string): number {
  const hasPlus = text.charAt((places[from] ?? 0) - 1) === '+';
  if (!hasPlus && (digits[from] !== 9 || (from > 0 && !isBroken(gaps[from])))) return 0;
  let end = from + 1;
  while (end - from <= PARCEL_LENGTH && !isBroken(gaps[end])) end += 1;
  const length = end - from;
  if (hasPlus && length <= LONGEST_PHONE) return length;
  return isParcel(digits.slice(from, end)) ? length : 0;
}

/** A line ends there, or a sign stands there that divides one thing from another. */
function isBroken(gap: Gap | undefined): boolean {
  return gap === undefined || gap >= GAP.line;
}

/** The longest card number that begins at a digit, alone or between separators. */
function cardAt(run: Run, from: number, text: string): CardNumber | null {
  const { digits, places, gaps } = run;
  if (from > 0 && gaps[from] === GAP.none) return null;
  const ranges = rangesAt(digits, from);
  if (ranges.length === 0) return null;
  for (let length = MOST_DIGITS; length >= FEWEST_DIGITS; length--) {
    const after = from + length;
    if (after > digits.length || gaps[after] === GAP.none) continue;
    const often = ranges.find(({ lengths }) => lengths.includes(length));
    const issuer = often ?? ranges.find(({ seldom }) => seldom.includes(length));
    if (issuer === undefined || !passesLuhn(digits, from, length)) continue;
    const start = places[from] ?? 0;
    const end = (places[after - 1] ?? 0) + 1;
    const number = { from, length, isSeldom: often === undefined };
    if (!isLikely(run, number, surroundings(text, start, end))) continue;
    if (isInIban(text, start, end)) continue;
    const lastFour = digits.slice(after - 4, after).join('');
    return { start, end, brand: issuer.brand, lastFour, length };
  }
  return null;
}

/** ISO/IEC 7812-1, annex B. One digit over and over is a placeholder, whatever its sum. */
function passesLuhn(digits: readonly number[], from: number, length: number): boolean {
  let sum = 0;
  let isVaried = false;
  for (let back = 0; back < length; back++) {
    const digit = digits[from + length - 1 - back] ?? 0;
    const doubled = digit * 2;
    sum += back % 2 === 0 ? digit : doubled > 9 ? doubled - 9 : doubled;
    isVaried ||= digit !== digits[from];
  }
  return isVaried && sum % 10 === 0;
}

// ---- For a card, or against it --------------------------------------------------------------------------------------

interface Surroundings {
  readonly before: string;
  /** The number as it is written. */
  readonly written: string;
  readonly after: string;
}

function surroundings(text: string, start: number, end: number): Surroundings {
  return {
    before: text.slice(Math.max(0, start - IBAN_REACH), start),
    written: text.slice(start, end),
    after: text.slice(end, end + NEARBY),
  };
}

/** Some digits of a run. */
interface Piece {
  readonly from: number;
  readonly length: number;
  /** Of a length that hardly any card has. */
  readonly isSeldom: boolean;
}

function isLikely(run: Run, { from, length, isSeldom }: Piece, around: Surroundings): boolean {
  const { before, after } = around;
  const groups = groupsOf(run, from, length);
  const isAsOnCards = groups.length > 2 && isGroupedAsCards(groups);
  const isSpoken = CARD.test(before.slice(-NEARBY)) || CARD.test(after);
  const isBrokenUp = gapsWithin(run, from, length).some(isBroken);
  if (isBrokenUp && !(isAsOnCards && isOneNumber(run, from, length, isSpoken))) return false;
  if (isInWord(around) && !(isAsOnCards && standsByItself(around))) return false;
  if (isSpoken) return true;
  if (OTHER_NAME.test(before) || (isSeldom && !isAsOnCards)) return false;
  if ((length <= LONGEST_PHONE || isBrokenUp) && PHONE_NAME.test(before)) return false;
  const digits = run.digits.slice(from, from + length);
  if (isArticle(digits) || isResident(digits) || isPhoneWithoutPlus(digits)) return false;
  if (groups.length === 1 && FRACTION.test(before)) return false;
  return isGroupedAsCards(groups) || (isAlone(run, from, length) && isEven(groups));
}

function gapsWithin({ gaps }: Run, from: number, length: number): readonly Gap[] {
  return gaps.slice(from + 1, from + length);
}

/**
 * A number goes on in the next line as text does that is wrapped; where each of its groups has a line, it must be all there is, since a list
 * of small numbers looks the same. Across other signs it goes on where a card is spoken of.
 */
function isOneNumber(run: Run, from: number, length: number, isSpoken: boolean): boolean {
  if (isSpoken) return true;
  const gaps = gapsWithin(run, from, length);
  if (gaps.includes(GAP.mark) || isTwoOfEight(gaps)) return false;
  if (!gaps.includes(GAP.line) || gaps.includes(GAP.blank)) return true;
  return from === 0 && length === run.digits.length;
}

/** Phones of eight digits, as many countries have them, one in each line. */
function isTwoOfEight(gaps: readonly Gap[]): boolean {
  return gaps.length === 15 && gaps.filter(isBroken).length === 1 && isBroken(gaps[7]);
}

/** Nothing but breaks beside it. */
function isAlone({ gaps }: Run, from: number, length: number): boolean {
  return (from === 0 || isBroken(gaps[from])) && isBroken(gaps[from + length]);
}

function isInWord({ before, after }: Surroundings): boolean {
  return (
    (IN_WORD_BEFORE.test(before) && !CARD_BEFORE.test(before)) ||
    (IN_WORD_AFTER.test(after) && !CARD_AFTER.test(after))
  );
}

/** Its groups are set apart by blanks, and something before it at least by a sign: `Ada/4111 1111 1111 1111`. Ids are joined: `SO-4111-1111`. */
function standsByItself({ before, written }: Surroundings): boolean {
  return !/[A-Za-z]$/u.test(before) && !/[-./_|]/u.test(written);
}

/** How many digits stand together each time. */
function groupsOf({ gaps }: Run, from: number, length: number): readonly number[] {
  const groups: number[] = [];
  let size = 0;
  for (let at = from; at < from + length; at++) {
    if (size > 0 && gaps[at] !== GAP.none) {
      groups.push(size);
      size = 0;
    }
    size += 1;
  }
  return [...groups, size];
}

/** In fours, as American Express and Diners Club do, in two parts as UnionPay does, or not at all. */
function isGroupedAsCards(groups: readonly number[]): boolean {
  const [first, second] = groups;
  if (groups.length === 1) return true;
  if (groups.length === 2) return first === 6;
  if (groups.length === 3 && second === 6) return first === 4;
  return groups.slice(0, -1).every((group) => group === 4) && (groups.at(-1) ?? 0) <= 4;
}

/** In groups of one size, the last of which may be smaller. */
function isEven(groups: readonly number[]): boolean {
  const [first = 0] = groups;
  return groups.slice(0, -1).every((group) => group === first) && (groups.at(-1) ?? 0) <= first;
}
