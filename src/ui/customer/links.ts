/** Addresses that a customer's phone, mail, website and place lead to. What can't be one has none: it stays text. */

import { ADDRESS_PARTS } from '#domain/catalogue.ts';
import type { Json } from '#domain/change.ts';

export function phoneLink(phone: string): string | undefined {
  const digits = phone.normalize('NFKC').replace(/[^\d+*#]/g, '');
  return /\d/.test(digits) ? `tel:${digits}` : undefined;
}

export function mailLink(email: string): string | undefined {
  return email.includes('@')
    ? `mailto:${encodeURIComponent(email).replace('%40', '@')}`
    : undefined;
}

/** Only http and https, whatever an import or a backup brought. */
export function webLink(website: string): string | undefined {
  const address = /^[a-z][a-z\d+.-]*:\/\//i.test(website) ? website : `https://${website}`;
  if (!URL.canParse(address)) return undefined;
  const { protocol, href } = new URL(address);
  return protocol === 'https:' || protocol === 'http:' ? href : undefined;
}

/** What maps on the device open; nothing is asked of any server by it. */
export function geoLink(lines: readonly string[]): string | undefined {
  return lines.length === 0 ? undefined : `geo:0,0?q=${encodeURIComponent(lines.join(', '))}`;
}

/** Street; postal code and city; region; country. */
export function addressLines(value: Json): readonly string[] {
  if (typeof value === 'string') return [value];
  const parts = (value ?? {}) as Readonly<Record<(typeof ADDRESS_PARTS)[number]['name'], Json>>;
  const { street, city, region, postalCode, country } = parts;
  return [joined(street), joined(postalCode, city), joined(region), joined(country)].filter(
    (line) => line !== '',
  );
}

function joined(...parts: readonly (Json | undefined)[]): string {
  return parts.filter((part): part is string => typeof part === 'string' && part !== '').join(' ');
}
