/** Amounts as people type them and as fields hold them (`1234.5`, whatever the locale), and the currency that they are probably in. */

import type { CustomerView } from '#worker/vault-api.ts';
import { language } from './texts.svelte.ts';

const GROUPS = /[\s\u00a0\u202f'’_]/g;

/** `1.234,50`, `1,234.50`, `1 234,5` → `1234.50`; what is no number is given back as it was typed. */
export function typedToDecimal(typed: string): string {
  const text = typed.normalize('NFKC').replace(GROUPS, '').replace('−', '-');
  const mark = decimalMarkOf(text);
  const decimal =
    mark === undefined ? text.replace(/[.,]/g, '') : text.replace(mark === '.' ? /,/g : /\./g, '');
  const plain = decimal.replace(',', '.');
  return /^-?\d+(\.\d+)?$/.test(plain) ? plain : typed;
}

/** For typing: the locale's decimal mark, no groups. */
export function decimalToTyped(decimal: string): string {
  return decimal.replace('.', localMark());
}

/** The mark that parts whole from fraction: the last one where both occur; alone and before three digits, the locale decides. */
function decimalMarkOf(text: string): '.' | ',' | undefined {
  const comma = text.lastIndexOf(',');
  const point = text.lastIndexOf('.');
  if (comma < 0 && point < 0) return undefined;
  if (comma >= 0 && point >= 0) return comma > point ? ',' : '.';
  const mark = comma >= 0 ? ',' : '.';
  if (text.indexOf(mark) !== text.lastIndexOf(mark)) return undefined;
  if (!/^-?\d{1,3}[.,]\d{3}$/.test(text)) return mark;
  return localMark() === mark ? mark : undefined;
}

function localMark(): '.' | ',' {
  return new Intl.NumberFormat(language.locale).format(0.5).includes(',') ? ',' : '.';
}

// prettier-ignore
const CURRENCY_BY_REGION: Partial<Record<string, string>> = { AU: 'AUD', BR: 'BRL', CA: 'CAD', CH: 'CHF', CN: 'CNY', CZ: 'CZK', DK: 'DKK', GB: 'GBP', HK: 'HKD', HU: 'HUF', IN: 'INR', JP: 'JPY', KR: 'KRW', MX: 'MXN', NO: 'NOK', NZ: 'NZD', PL: 'PLN', SE: 'SEK', SG: 'SGD', TR: 'TRY', TW: 'TWD', US: 'USD', ZA: 'ZAR', AT: 'EUR', BE: 'EUR', DE: 'EUR', ES: 'EUR', FI: 'EUR', FR: 'EUR', GR: 'EUR', IE: 'EUR', IT: 'EUR', NL: 'EUR', PT: 'EUR' };

/** The customer's last one; else that of the person's own country; '' where neither is known. */
export function usualCurrency(view: CustomerView): string {
  for (const { kind, values } of view.belongings) {
    const { currency } = values;
    if (kind === 'transaction' && typeof currency === 'string') return currency;
  }
  return CURRENCY_BY_REGION[homeRegion() ?? ''] ?? '';
}

/** ISO 3166-1 alpha-2, as far as the browser tells. */
export function homeRegion(): string | undefined {
  for (const locale of navigator.languages) {
    const region = regionOf(locale);
    if (region !== undefined) return region;
  }
  return undefined;
}

/** A system without a language set may call its own "c", which is no language tag. */
function regionOf(locale: string): string | undefined {
  try {
    return new Intl.Locale(locale).region;
  } catch {
    return undefined;
  }
}
