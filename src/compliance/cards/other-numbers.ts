/** Numbers as long as a card's that are something else: by a check digit of their own, by their length, or by what stands before them. */

/** The number under a bar code (GS1). Those of Germany and Japan begin as Visa's do. */
export function isArticle(digits: readonly number[]): boolean {
  return digits.length === 13 && hasBarCodeDigit(digits);
}

export const PARCEL_LENGTH = 22;

/** The number of a parcel in the United States (USPS, Publication 199), in groups of four like a card's. */
export function isParcel(digits: readonly number[]): boolean {
  return digits.length === PARCEL_LENGTH && digits[0] === 9 && hasBarCodeDigit(digits);
}

/** From the right, the check digit counts once, the one before it three times, and so on in turns. */
function hasBarCodeDigit(digits: readonly number[]): boolean {
  const sum = digits.reduceRight((all, digit, place) => {
    const isNear = (digits.length - place) % 2 === 1;
    return all + digit * (isNear ? 1 : 3);
  }, 0);
  return sum % 10 === 0;
}

/** GB 11643: place, birthday, serial number, check digit of ISO 7064. Those of Gansu begin as UnionPay's do. */
export function isResident(digits: readonly number[]): boolean {
  if (digits.length !== 18) return false;
  const number = (from: number, to: number) => Number(digits.slice(from, to).join(''));
  const year = number(6, 10);
  const month = number(10, 12);
  const day = number(12, 14);
  if (year < 1880 || year > 2099 || month < 1 || month > 12 || day < 1 || day > 31) return false;
  return digits.reduce((rest, digit) => (rest * 2 + digit) % 11, 0) === 1;
}

/** Mobile numbers of Germany and Austria with their country's code have thirteen digits, and begin as Visa's oldest do. */
export function isPhoneWithoutPlus(digits: readonly number[]): boolean {
  return digits.length === 13 && digits[0] === 4 && (digits[1] === 9 || digits[1] === 3);
}

/** ISO 13616 (the registry of SWIFT): how long the account numbers of each country are. */
const IBAN_LENGTHS: ReadonlyMap<string, number> = new Map(
  (
    'AD24 AE23 AL28 AT20 AZ28 BA20 BE16 BG22 BH22 BI27 BR29 BY28 CH21 CR22 CY28 CZ24 DE22 DJ27 DK18 DO28 EE20 EG29 ES24 FI18 FK18 FO18 ' +
    'FR27 GB22 GE22 GI23 GL18 GR27 GT28 HN28 HR21 HU28 IE22 IL23 IQ23 IS26 IT27 JO30 KW30 KZ20 LB28 LC32 LI21 LT20 LU20 LV21 LY25 MC27 ' +
    'MD24 ME22 MK19 MN20 MR27 MT31 MU30 NI28 NL18 NO15 OM23 PK24 PL28 PS29 PT25 QA29 RO24 RS22 RU33 SA24 SC31 SD18 SE24 SI19 SK24 SM27 ' +
    'SO23 ST25 SV28 TL23 TN24 TR26 UA29 VA22 VG24 XK20 YE30'
  )
    .split(' ')
    .map((each) => [each.slice(0, 2), Number(each.slice(2))]),
);

/** Country, check digits, and groups up to the number. */
const IBAN_BEFORE =
  /(?<![A-Z0-9])(iban[\s:]{0,3})?([A-Z]{2})[0-9]{2}(?:[ .\u00a0\u202f-]?[A-Z0-9]{4}){0,7}[ .\u00a0\u202f-]?$/iu;
/** The longest has 33 characters, in groups of four; and the word before it. */
export const IBAN_REACH = 50;

/** Whether what stands from `start` to `end` is a part of an account number: of one that is as long as its country's, or is called so. */
export function isInIban(text: string, start: number, end: number): boolean {
  const [before, word, country = ''] =
    IBAN_BEFORE.exec(text.slice(Math.max(0, start - IBAN_REACH), start)) ?? [];
  if (before === undefined) return false;
  if (word !== undefined) return true;
  let missing = IBAN_LENGTHS.get(country.toUpperCase()) ?? 0;
  let at = start - before.length;
  for (; at < text.length && missing > 0; at++) {
    const sign = text.charAt(at);
    if (/[A-Z0-9]/iu.test(sign)) missing -= 1;
    else if (!/[ .\u00a0\u202f-]/u.test(sign)) break;
  }
  return missing === 0 && at >= end && !/^[A-Z0-9]/iu.test(text.slice(at));
}
