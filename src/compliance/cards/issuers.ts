/** Issuers of cards: by which digits their numbers begin (ISO/IEC 7812-1), and how long they are. */

interface Issuer {
  readonly brand: string;
  /** First digits, both ends included. */
  readonly ranges: readonly (readonly [from: number, to: number])[];
  readonly lengths: readonly number[];
  /** Those of hardly any card: believed where a card is spoken of, or a number is grouped as cards are. Many ids are as long. */
  readonly seldom?: readonly number[];
}

/** In the order in which they are tried: networks share ranges, and the brand is the one of whom most cards are. */
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
    lengths: [14, 16, 19],
  },
  { brand: 'JCB', ranges: [[3528, 3589]], lengths: [16, 19] },
  {
    brand: 'JCB',
    ranges: [
      [1800, 1800],
      [2131, 2131],
    ],
    lengths: [15],
  },
  {
    brand: 'UnionPay',
    ranges: [
      [62, 62],
      [81, 81],
    ],
    lengths: [16, 19],
    seldom: [17, 18],
  },
  { brand: 'Mir', ranges: [[2200, 2204]], lengths: [16, 19], seldom: [17, 18] },
  {
    brand: 'Elo',
    ranges: [
      [504175, 504175],
      [506699, 506778],
      [509000, 509999],
      [636297, 636297],
      [636368, 636368],
    ],
    lengths: [16],
  },
  {
    brand: 'Verve',
    ranges: [
      [5060, 5061],
      [5078, 5079],
    ],
    lengths: [16, 18, 19],
  },
  {
    brand: 'Hipercard',
    ranges: [
      [606282, 606282],
      [637095, 637095],
      [637568, 637612],
    ],
    lengths: [16],
  },
  {
    brand: 'RuPay',
    ranges: [
      [60, 60],
      [82, 82],
      [508, 508],
    ],
    lengths: [16],
  },
  { brand: 'Troy', ranges: [[9792, 9792]], lengths: [16] },
  { brand: 'Dankort', ranges: [[5019, 5019]], lengths: [16] },
  { brand: 'Humo', ranges: [[9860, 9860]], lengths: [16] },
  { brand: 'Uzcard', ranges: [[8600, 8600]], lengths: [16] },
  { brand: 'Napas', ranges: [[9704, 9704]], lengths: [16, 19] },
  {
    brand: 'Maestro',
    ranges: [
      [5018, 5018],
      [5020, 5020],
      [5038, 5038],
      [5641, 5641],
      [5893, 5893],
      [6304, 6304],
      [6331, 6334],
      [67, 67],
    ],
    lengths: [13, 16, 19],
    seldom: [14, 15, 17, 18],
  },
];

/** The first digits, by which issuers are told apart. */
const LEAD_DIGITS = 6;

export interface Range {
  readonly brand: string;
  /** Of the first six digits, both ends included. */
  readonly from: number;
  readonly to: number;
  readonly lengths: readonly number[];
  readonly seldom: readonly number[];
}

const RANGES: readonly Range[] = ISSUERS.flatMap(({ brand, ranges, lengths, seldom = [] }) =>
  ranges.map(([low, high]) => {
    const scale = 10 ** (LEAD_DIGITS - String(low).length);
    return { brand, from: low * scale, to: (high + 1) * scale - 1, lengths, seldom };
  }),
);

/** By the first two digits, so that text of nothing but digits takes no longer than other text. */
const RANGES_BY_LEAD: readonly (readonly Range[])[] = Array.from({ length: 100 }, (_, lead) =>
  RANGES.filter(({ from, to }) => lead >= Math.floor(from / 1e4) && lead <= Math.floor(to / 1e4)),
);

/** Whose cards begin so. */
export function rangesAt(digits: readonly number[], from: number): readonly Range[] {
  const near = RANGES_BY_LEAD[(digits[from] ?? 0) * 10 + (digits[from + 1] ?? 0)] ?? [];
  if (near.length === 0) return near;
  let lead = 0;
  for (let at = from; at < from + LEAD_DIGITS; at++) lead = lead * 10 + (digits[at] ?? 0);
  return near.filter((range) => lead >= range.from && lead <= range.to);
}
