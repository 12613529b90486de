/** The field catalogue as this workspace has it and in the words of the current language. */

import {
  ELEMENT_LABELS,
  fieldsOf,
  type FieldDefinition,
  type Kind,
  type Label,
} from '#domain/catalogue.ts';
import { session } from './session.svelte.ts';
import { language } from './texts.svelte.ts';

export interface Choice {
  readonly value: string;
  readonly label: string;
}

/** What nobody types: set by a tap, or by what made the record. */
const NOT_IN_FORMS: readonly string[] = [
  'task.done',
  'task.from',
  'consent.withdrawn',
  'limit.lifted',
  'hold.lifted',
  'purpose.version',
  'incident.device',
];

export function catalogueOf(kind: Kind): readonly FieldDefinition[] {
  return fieldsOf(kind, session.current?.customFields);
}

/** In the order of the form. */
export function formFieldsOf(kind: Kind): readonly FieldDefinition[] {
  return catalogueOf(kind).filter(({ name }) => !NOT_IN_FORMS.includes(`${kind}.${name}`));
}

export function inWords(label: Label): string {
  return label[language.current];
}

/** The choices of a field, with none of them first where none is allowed. */
export function choicesOf(field: FieldDefinition): readonly Choice[] {
  const choices = (field.options ?? []).map(({ value, label }) => ({
    value,
    label: inWords(label),
  }));
  return field.required === true ? choices : [{ value: '', label: '' }, ...choices];
}

/** What a choice is called; a value that the catalogue doesn't know says itself. */
export function choiceLabel(kind: Kind, name: string, value: string): string {
  const field = fieldsOf(kind).find((each) => each.name === name);
  const option = field?.options?.find((each) => each.value === value);
  return option ? inWords(option.label) : value;
}

export function elementLabel(value: string): string {
  const option = ELEMENT_LABELS.find((each) => each.value === value);
  return option ? inWords(option.label) : value;
}

/** For an address, a phone or an e-mail address: the catalogue's labels, and the one that it has. */
export function elementLabels(current: string): readonly Choice[] {
  const known = ELEMENT_LABELS.map(({ value, label }) => ({ value, label: inWords(label) }));
  const own = current !== '' && !known.some(({ value }) => value === current);
  return [{ value: '', label: '' }, ...known, ...(own ? [{ value: current, label: current }] : [])];
}

/** ISO 639-1 and the scripts of Chinese. */
// prettier-ignore
const LANGUAGES = ['ar', 'bg', 'cs', 'da', 'de', 'el', 'en', 'es', 'et', 'fa', 'fi', 'fr', 'he', 'hi', 'hr', 'hu', 'id', 'it', 'ja', 'ko', 'lt', 'lv', 'ms', 'nb', 'nl', 'pl', 'pt', 'ro', 'ru', 'sk', 'sl', 'sr', 'sv', 'th', 'tr', 'uk', 'ur', 'vi', 'zh-Hans', 'zh-Hant'];

export function languageChoices(current: string): readonly Choice[] {
  return named('language', withCurrent(LANGUAGES, current));
}

export function languageName(code: string): string {
  return nameOf('language', code);
}

// prettier-ignore
const CURRENCIES = ['AED', 'ARS', 'AUD', 'BRL', 'CAD', 'CHF', 'CLP', 'CNY', 'COP', 'CZK', 'DKK', 'EGP', 'EUR', 'GBP', 'HKD', 'HUF', 'IDR', 'ILS', 'INR', 'JPY', 'KES', 'KRW', 'MAD', 'MXN', 'MYR', 'NGN', 'NOK', 'NZD', 'PEN', 'PHP', 'PKR', 'PLN', 'RON', 'SAR', 'SEK', 'SGD', 'THB', 'TRY', 'TWD', 'UAH', 'USD', 'VND', 'ZAR'];

export function currencyChoices(current: string): readonly Choice[] {
  const choices = withCurrent(CURRENCIES, current).map((code) => ({
    value: code,
    label: `${code} · ${nameOf('currency', code)}`,
  }));
  return [{ value: '', label: '' }, ...choices];
}

/** The countries of the world, by name. */
// prettier-ignore
const COUNTRIES = 'AD AE AF AG AL AM AO AR AT AU AZ BA BB BD BE BF BG BH BI BJ BN BO BR BS BT BW BY BZ CA CD CF CG CH CI CL CM CN CO CR CU CV CY CZ DE DJ DK DM DO DZ EC EE EG ER ES ET FI FJ FM FR GA GB GD GE GH GM GN GQ GR GT GW GY HK HN HR HT HU ID IE IL IN IQ IR IS IT JM JO JP KE KG KH KI KM KN KP KR KW KZ LA LB LC LI LK LR LS LT LU LV LY MA MC MD ME MG MH MK ML MM MN MO MR MT MU MV MW MX MY MZ NA NE NG NI NL NO NP NR NZ OM PA PE PG PH PK PL PS PT PW PY QA RO RS RU RW SA SB SC SD SE SG SI SK SL SM SN SO SR SS ST SV SY SZ TD TG TH TJ TL TM TN TO TR TT TV TW TZ UA UG US UY UZ VA VC VE VN VU WS XK YE ZA ZM ZW'.split(' ');

export function countryChoices(): readonly Choice[] {
  return named('region', COUNTRIES);
}

function withCurrent(codes: readonly string[], current: string): readonly string[] {
  return current === '' || codes.includes(current) ? codes : [...codes, current];
}

function named(type: 'language' | 'region', codes: readonly string[]): readonly Choice[] {
  const choices = codes.map((code) => ({ value: code, label: nameOf(type, code) }));
  const { compare } = new Intl.Collator(language.locale);
  return [{ value: '', label: '' }, ...choices.sort((a, b) => compare(a.label, b.label))];
}

function nameOf(type: 'language' | 'region' | 'currency', code: string): string {
  try {
    return new Intl.DisplayNames([language.locale], { type }).of(code) ?? code;
  } catch {
    // Not a code: an import brought the word itself.
    return code;
  }
}
