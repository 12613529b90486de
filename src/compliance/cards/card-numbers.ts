/**
 * Card numbers in text (PCI DSS 3.4.1, 3.5.1): found by their issuers' ranges and lengths and the Luhn check digit (ISO/IEC 7812-1), grouped as
 * people and forms write them. The check digit alone passes one in ten random numbers, so all three must fit, digits must not go on beside
 * them, and what stands around a number may speak for a card or against it.
 */

export interface CardNumber {
  /** In UTF-16 code units of the text. */
  readonly start: number;
  readonly end: number;
  readonly brand: string;
  readonly lastFour: string;
}

interface Issuer {
  readonly brand: string;
  /** First digits, both ends included. */
  readonly ranges: readonly (readonly [from: number, to: number])[];
  readonly lengths: readonly number[];
}

/** In the order in which they are tried. */
const ISSUERS: readonly Issuer[] = [
  { brand: 'Visa', ranges: [[4, 4]], lengths: [13, 16, 19] },
  {
    brand: 'Mastercard',
    ranges: [
      [51, 55],
      [2221, 2720],
    ],
    lengths: [16],
  },
  {
    brand: 'American Express',
    ranges: [
      [34, 34],
      [37, 37],
    ],
    lengths: [15],
  },
  {
    brand: 'Discover',
    ranges: [
      [6011, 6011],
      [644, 649],
      [65, 65],
      [622126, 622925],
    ],
    lengths: [16, 19],
  },
  {
    brand: 'Diners Club',
    ranges: [
      [300, 305],
      [3095, 3095],
      [36, 36],
      [38, 39],
    ],
    lengths: [14, 16],
  },
  { brand: 'JCB', ranges: [[3528, 3589]], lengths: [16, 19] },
  {
    brand: 'UnionPay',
    ranges: [
      [62, 62],
      [81, 81],
    ],
    lengths: [16, 17, 18, 19],
  },
  {
    brand: 'Maestro',
    ranges: [
      [5018, 5018],
      [5020, 5020],
      [5038, 5038],
      [5893, 5893],
      [6304, 6304],
      [6331, 6333],
      [67, 67],
    ],
    lengths: [13, 16, 18, 19],
  },
];

const FEWEST_DIGITS = 13;
const MOST_DIGITS = 19;

/** So far a word is nearby, in characters. */
const NEARBY = 24;
/** So many separators may stand between two groups: `4111 - 1111`. */
const MOST_SEPARATORS = 3;

const CARD_WORDS =
  'card|visa|master ?card|amex|american express|discover|diners(?: club)?|jcb|maestro|union ?pay|pan|credit|debit|exp(?:iry|ires)?|valid thru';
/** Words that speak for a card. */
const CARD = new RegExp(`(?<![a-z])(?:${CARD_WORDS})s?(?![a-z])|卡|银联|信用|有效期`, 'iu');
/** The same, where a number is written right behind or before it. */
const CARD_BEFORE = new RegExp(`(?<![a-z])(?:${CARD_WORDS})[-_#/]*$`, 'iu');
const CARD_AFTER = new RegExp(`^_?(?:${CARD_WORDS})(?![a-z])`, 'iu');

/** What a number is called that is none of a card: `Order no. 4111…`. A word further off says nothing: a number is also taken "by phone". */
const OTHER_NAME =
  /(?:(?<![a-z])(?:iban|order|invoice|tracking|parcel|shipment|isbn|ean|gtin|barcode|imei|iccid|serial|(?:tele)?phone|tel|mobile|fax|ref(?:erence)?|ticket|customer (?=no|nr|number|id))(?:[ .:#-]{0,2}(?:no|nr|number|id|code))?|订单号?|发票号?码?|运单号?|快递单?号?|单号|条码|电话|手机号?|身份证号?码?|编号)[\s.:：#№-]{0,3}$/iu;

/** An id such as `a4111111111111111` or `SO-4111111111111111`, an address, and a phone number with its plus. */
const IN_WORD_BEFORE = /(?:[A-Za-z_@][\w@#/-]*|[+#])$/u;
const IN_WORD_AFTER = /^[A-Za-z_@]/u;
/** ISO 13616: country, check digits, and groups of four up to here. */
const IN_IBAN = /(?<![A-Za-z0-9])[A-Z]{2}[0-9]{2}(?: ?[A-Z0-9]{4}){0,6} ?$/u;
/** The longest IBAN has 34 characters, in groups of four. */
const IBAN_LENGTH = 42;

/** `52.4111111111111111` is a fraction. */
const FRACTION = /(?<![0-9])(?:[0-9]{1,3}\.|0,)$/u;

/**
 * Every card number, in the order of the text. Takes time in proportion to its length; text without thirteen digits is decided by one look
 * at its characters, since this runs on every cell of an import.
 */
export function findCardNumbers(text: string): readonly CardNumber[] {
  if (!hasDigits(text)) return NONE;
  const found: CardNumber[] = [];
  for (const run of runsOf(text)) found.push(...cardsIn(run, text));
  return found;
}

/** Whether a field of this name holds numbers of another kind: `Order no.`, `运单号`. */
export function isCalledOtherwise(label: string): boolean {
  return OTHER_NAME.test(label) && !CARD.test(label);
}

/** `Visa •••• 1111`: all that may be kept of a number (PCI DSS 3.4.1). */
export function maskedCard({ brand, lastFour }: CardNumber): string {
  return `${brand} •••• ${lastFour}`;
}

const NONE: readonly CardNumber[] = [];

/** Whether it has thirteen digits at all. */
function hasDigits(text: string): boolean {
  if (text.length < FEWEST_DIGITS) return false;
  let digits = 0;
  for (let at = 0; at < text.length; at++) {
    if (isDigit(text.charCodeAt(at)) && ++digits >= FEWEST_DIGITS) return true;
  }
  return false;
}

/** ASCII, and the full-width forms that Chinese keyboards write. */
function isDigit(code: number): boolean {
  return (code >= 0x30 && code <= 0x39) || (code >= 0xff10 && code <= 0xff19);
}

function digitOf(code: number): number {
  return code >= 0xff10 ? code - 0xff10 : code - 0x30;
}

/** Spaces of every width and none, the hyphens and dashes, dots; full-width ones too. */
function isSeparator(code: number): boolean {
  if (code < 0x80) return code === 0x20 || code === 0x2d || code === 0x2e;
  return (
    code === 0xa0 ||
    code === 0xad ||
    code === 0xb7 ||
    (code >= 0x2000 && code <= 0x200d) ||
    (code >= 0x2010 && code <= 0x2015) ||
    code === 0x202f ||
    code === 0x205f ||
    code === 0x2060 ||
    code === 0x2212 ||
    code === 0x3000 ||
    code === 0xfeff ||
    code === 0xff0d ||
    code === 0xff0e
  );
}

/** Digits with a few separators at most between any two of them. */
interface Run {
  readonly digits: readonly number[];
  /** Where each digit stands. */
  readonly places: readonly number[];
}

function* runsOf(text: string): Generator<Run, void, void> {
  let digits: number[] = [];
  let places: number[] = [];
  let separators = 0;
  for (let at = 0; at <= text.length; at++) {
    const code = at < text.length ? text.charCodeAt(at) : 0;
    if (isDigit(code)) {
      digits.push(digitOf(code));
      places.push(at);
      separators = 0;
    } else if (digits.length > 0 && isSeparator(code) && separators < MOST_SEPARATORS) {
      separators += 1;
    } else if (digits.length > 0) {
      if (digits.length >= FEWEST_DIGITS) yield { digits, places };
      digits = [];
      places = [];
      separators = 0;
    }
  }
}

function* cardsIn(run: Run, text: string): Generator<CardNumber, void, void> {
  const { digits } = run;
  if (isPhone(run, text)) return;
  let from = 0;
  while (digits.length - from >= FEWEST_DIGITS) {
    const card = cardAt(run, from, text);
    if (card === null) from += 1;
    else {
      yield card.number;
      from += card.length;
    }
  }
}

/** ITU-T E.164: a plus, then fifteen digits at most. */
function isPhone({ digits, places }: Run, text: string): boolean {
  return digits.length <= 15 && text.charAt((places[0] ?? 0) - 1) === '+';
}

/** The longest card number that begins at a digit, alone or between separators. */
function cardAt(
  run: Run,
  from: number,
  text: string,
): { readonly number: CardNumber; readonly length: number } | null {
  const { digits, places } = run;
  if (!isEdge(places, from - 1)) return null;
  const ranges = rangesAt(digits, from);
  if (ranges.length === 0) return null;
  for (let length = MOST_DIGITS; length >= FEWEST_DIGITS; length--) {
    if (from + length > digits.length || !isEdge(places, from + length - 1)) continue;
    const brand = ranges.find(({ lengths }) => lengths.includes(length))?.brand;
    if (brand === undefined || !passesLuhn(digits, from, length)) continue;
    const start = places[from] ?? 0;
    const end = (places[from + length - 1] ?? 0) + 1;
    if (!isLikely(run, from, length, surroundings(text, start, end))) continue;
    const lastFour = digits.slice(from + length - 4, from + length).join('');
    return { number: { start, end, brand, lastFour }, length };
  }
  return null;
}

/** Whether the run ends behind a digit, or a separator stands there. */
function isEdge(places: readonly number[], index: number): boolean {
  const place = places[index];
  const next = places[index + 1];
  return place === undefined || next === undefined || next - place > 1;
}

/** The first digits, by which issuers are told apart. */
const LEAD_DIGITS = 6;

interface Range {
  readonly brand: string;
  /** Of the first six digits, both ends included. */
  readonly from: number;
  readonly to: number;
  readonly lengths: readonly number[];
}

const RANGES: readonly Range[] = ISSUERS.flatMap(({ brand, ranges, lengths }) =>
  ranges.map(([low, high]) => {
    const scale = 10 ** (LEAD_DIGITS - String(low).length);
    return { brand, from: low * scale, to: (high + 1) * scale - 1, lengths };
  }),
);

function rangesAt(digits: readonly number[], from: number): readonly Range[] {
  let lead = 0;
  for (let at = from; at < from + LEAD_DIGITS; at++) lead = lead * 10 + (digits[at] ?? 0);
  return RANGES.filter((range) => lead >= range.from && lead <= range.to);
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
  readonly after: string;
}

function surroundings(text: string, start: number, end: number): Surroundings {
  return {
    before: text.slice(Math.max(0, start - IBAN_LENGTH), start),
    after: text.slice(end, end + NEARBY),
  };
}

function isLikely(run: Run, from: number, length: number, around: Surroundings): boolean {
  const { before, after } = around;
  if (isInWord(around) || IN_IBAN.test(before)) return false;
  if (CARD.test(before.slice(-NEARBY)) || CARD.test(after)) return true;
  if (OTHER_NAME.test(before)) return false;
  const digits = run.digits.slice(from, from + length);
  if (isArticle(digits) || isResident(digits) || isPhoneWithoutPlus(digits)) return false;
  const groups = groupsOf(run.places.slice(from, from + length));
  if (groups.length === 1 && FRACTION.test(before)) return false;
  return isGroupedAsCards(groups) || (length === run.digits.length && isEven(groups));
}

function isInWord({ before, after }: Surroundings): boolean {
  return (
    (IN_WORD_BEFORE.test(before) && !CARD_BEFORE.test(before)) ||
    (IN_WORD_AFTER.test(after) && !CARD_AFTER.test(after))
  );
}

/** How many digits stand together each time. */
function groupsOf(places: readonly number[]): readonly number[] {
  const groups: number[] = [];
  let size = 0;
  for (const [index, place] of places.entries()) {
    size += 1;
    if ((places[index + 1] ?? Infinity) - place === 1) continue;
    groups.push(size);
    size = 0;
  }
  return groups;
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

/** GS1's check digit: the number under a bar code. Those of Germany and Japan begin as Visa's do. */
function isArticle(digits: readonly number[]): boolean {
  if (digits.length !== 13) return false;
  const sum = digits.reduce((all, digit, place) => all + digit * (place % 2 === 0 ? 1 : 3), 0);
  return sum % 10 === 0;
}

/** GB 11643: place, birthday, serial number, check digit of ISO 7064. Those of Gansu begin as UnionPay's do. */
function isResident(digits: readonly number[]): boolean {
  if (digits.length !== 18) return false;
  const number = (from: number, to: number) => Number(digits.slice(from, to).join(''));
  const year = number(6, 10);
  const month = number(10, 12);
  const day = number(12, 14);
  if (year < 1880 || year > 2099 || month < 1 || month > 12 || day < 1 || day > 31) return false;
  return digits.reduce((rest, digit) => (rest * 2 + digit) % 11, 0) === 1;
}

/** Mobile numbers of Germany and Austria with their country's code have thirteen digits, and begin as Visa's oldest do. */
function isPhoneWithoutPlus(digits: readonly number[]): boolean {
  return digits.length === 13 && digits[0] === 4 && (digits[1] === 9 || digits[1] === 3);
}
