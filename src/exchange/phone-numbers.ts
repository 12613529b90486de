/**
 * Phone numbers to E.164, where they are valid numbers of a country. A number that is not stays as it is written: an internal extension or a
 * number without its country is still worth having. libphonenumber comes when the first list with phones does.
 */

import type { CountryCode } from 'libphonenumber-js/min';

export type PhoneFormat = (text: string) => string;

export async function loadPhoneFormat(defaultCountry: string | undefined): Promise<PhoneFormat> {
  const { isSupportedCountry, parsePhoneNumberFromString } = await import('libphonenumber-js/min');
  const country = defaultCountry?.toUpperCase();
  const options: { extract: false; defaultCountry?: CountryCode } = { extract: false };
  if (country !== undefined && isSupportedCountry(country)) options.defaultCountry = country;
  return (text) => {
    // Parsing costs ten microseconds, so what can't change by it is let through.
    if (/^\+[1-9]\d{6,14}$/.test(text)) return text;
    if (options.defaultCountry === undefined && !text.startsWith('+')) return text;
    // Letters say more than digits can hold: "030 123456 ext. 7", "1-800-FLOWERS".
    if (/\p{L}/u.test(text)) return text;
    const number = parsePhoneNumberFromString(text, options);
    return number?.isValid() === true && number.ext === undefined ? number.number : text;
  };
}

/** What two writings of one number share. */
export function phoneKey(text: string, format: PhoneFormat): string {
  return format(text.trim()).replaceAll(/[^\d+]/g, '');
}
