/** Numbers that people write and that are no card's, made as those who give them out make them. The same seed gives the same numbers. */

import { createRandom, type Random } from '../../../customers.ts';

export interface NumberKind {
  readonly name: string;
  readonly make: () => string;
}

export function otherNumbers(seed: number): readonly NumberKind[] {
  const random = createRandom(seed);
  const digits = (count: number) =>
    Array.from({ length: count }, () => String(random.number(10))).join('');
  const from = (signs: string, count: number) =>
    Array.from({ length: count }, () => signs.charAt(random.number(signs.length))).join('');
  const hex = (count: number) => from('0123456789abcdef', count);
  /** Of the last thirty years, ms. */
  const moment = () => 850_000_000_000 + random.number(950_000_000) * 1000 + random.number(1000);
  const day = () => new Date(moment()).toISOString().slice(0, 10);
  return [
    // ---- Ids
    { name: 'UUID', make: () => [hex(8), hex(4), `4${hex(3)}`, `a${hex(3)}`, hex(12)].join('-') },
    { name: 'hexadecimal id', make: () => hex(24) },
    { name: 'ULID', make: () => `01${from('0123456789ABCDEFGHJKMNPQRSTVWXYZ', 24)}` },
    { name: 'id with its kind', make: () => `cus_${from(`${LETTERS}0123456789`, 14)}` },
    { name: 'short id', make: () => digits(6 + random.number(7)) },
    {
      name: 'snowflake',
      make: () =>
        String((BigInt(random.number(510_000_000) * 1000) << 22n) + BigInt(random.number(2 ** 22))),
    },
    { name: 'time in ms', make: () => String(moment()) },
    { name: 'time in µs', make: () => `${String(moment())}${digits(3)}` },
    {
      name: 'time of day',
      make: () => `${day()} ${digits(2)}:${digits(2)}:${digits(2)}.${digits(3)}`,
    },
    {
      name: 'article',
      make: () =>
        withBarCodeDigit(`${random.pick(['40', '42', '43', '45', '49', '69', '97'])}${digits(10)}`),
    },
    {
      name: 'resident',
      make: () =>
        withResidentDigit(
          `${random.pick(['110101', '310104', '622101', '440305'])}${day().replaceAll('-', '')}${digits(3)}`,
        ),
    },
    // ---- Order numbers
    { name: 'order of a year', make: () => `SO-${day().slice(0, 4)}-${digits(6)}` },
    { name: 'order by its name', make: () => `Order ${digits(16)}` },
    { name: 'order in Chinese', make: () => `订单号：${digits(19)}` },
    { name: 'order with letters before it', make: () => `ORD-${digits(16)}` },
    { name: 'order in three parts', make: () => `${digits(3)}-${digits(7)}-${digits(7)}` },
    { name: 'order with its day', make: () => `${day().replaceAll('-', '')}-${digits(6)}` },
    { name: 'payment of 28 digits', make: () => `42${digits(26)}` },
    {
      name: 'parcel',
      make: () => inFours(withBarCodeDigit(`9${digits(20)}`), ' '),
    },
    { name: 'parcel of twelve digits', make: () => `${digits(4)} ${digits(4)} ${digits(4)}` },
    // ---- Phones
    {
      name: 'phone with a plus',
      make: () => `+${random.pick(COUNTRIES)}${digits(9 + random.number(2))}`,
    },
    {
      name: 'phone in groups',
      make: () => `+${random.pick(COUNTRIES)} ${digits(3)} ${digits(3)} ${digits(4)}`,
    },
    {
      name: 'phone with zeros',
      make: () => `00${random.pick(COUNTRIES)} ${digits(3)} ${digits(7)}`,
    },
    { name: 'phone with brackets', make: () => `(${digits(3)}) ${digits(3)}-${digits(4)}` },
    { name: 'mobile of Germany', make: () => `491${5 + random.number(3)}${digits(9)}` },
    { name: 'mobile of China', make: () => `86 1${digits(2)} ${digits(4)} ${digits(4)}` },
    { name: 'two phones', make: () => `${digits(4)} ${digits(4)} / ${digits(4)} ${digits(4)}` },
    // ---- Account numbers
    { name: 'IBAN', make: () => iban(random, digits) },
    { name: 'IBAN in fours', make: () => inFours(iban(random, digits), ' ') },
    {
      name: 'IBAN in small letters',
      make: () => inFours(iban(random, digits), '\u00a0').toLowerCase(),
    },
  ];
}

const LETTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';

const COUNTRIES = [
  '1',
  '33',
  '34',
  '39',
  '41',
  '43',
  '44',
  '46',
  '49',
  '52',
  '55',
  '61',
  '62',
  '65',
  '81',
  '86',
  '91',
  '351',
  '353',
  '852',
];

/** How an account number of a country is made up: `n` a digit, `a` a letter. */
const ACCOUNTS: readonly (readonly [country: string, account: string])[] = [
  ['DE', 'n'.repeat(18)],
  ['FR', 'n'.repeat(23)],
  ['GB', `aaaa${'n'.repeat(14)}`],
  ['ES', 'n'.repeat(20)],
  ['NL', `aaaa${'n'.repeat(10)}`],
  ['AT', 'n'.repeat(16)],
  ['BE', 'n'.repeat(12)],
  ['IT', `a${'n'.repeat(22)}`],
  ['PL', 'n'.repeat(24)],
  ['CH', 'n'.repeat(17)],
  ['SE', 'n'.repeat(20)],
  ['TR', 'n'.repeat(22)],
  ['HU', 'n'.repeat(24)],
];

/** ISO 13616, with the check digits of ISO 7064. */
function iban(random: Random, digits: (count: number) => string): string {
  const [country, form] = random.pick(ACCOUNTS);
  const account = Array.from(form, (sign) =>
    sign === 'n' ? digits(1) : LETTERS.charAt(random.number(26)),
  ).join('');
  const text = `${account}${country}00`;
  const number = text.replace(/[A-Z]/g, (letter) => String(letter.charCodeAt(0) - 55));
  return `${country}${String(98n - (BigInt(number) % 97n)).padStart(2, '0')}${account}`;
}

function inFours(text: string, separator: string): string {
  return (text.match(/.{1,4}/g) ?? []).join(separator);
}

function withBarCodeDigit(head: string): string {
  const sum = Array.from(head)
    .reverse()
    .reduce((all, digit, place) => all + Number(digit) * (place % 2 === 0 ? 3 : 1), 0);
  return `${head}${String((10 - (sum % 10)) % 10)}`;
}

/** Those with an X instead of a digit are left as they are. */
function withResidentDigit(head: string): string {
  const rest = Array.from(head).reduce((sum, digit) => ((sum + Number(digit)) * 2) % 11, 0);
  const check = (12 - rest) % 11;
  return `${head}${check === 10 ? 'X' : String(check)}`;
}
