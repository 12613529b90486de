/** Finding: in which rows of a leaf the words occur that somebody typed, and which of them a filter wants. One byte a row, 1 where it is so. */

import { bytesToUtf8 } from '#base/bytes.ts';
import { FIELD_SEPARATOR, matchesQuery, type QueryWord } from '#domain/summary.ts';
import { facetText, type SummaryLeaf } from './leaf.ts';

/** A search text for each row. */
export interface Lines {
  readonly text: string;
  /** Where each line starts, in UTF-16 units; one more than there are rows. */
  readonly starts: Uint32Array;
}

export function linesOf(text: string, count: number): Lines {
  const starts = new Uint32Array(count + 1);
  let start = 0;
  for (let row = 1; row < count; row++) {
    start = text.indexOf('\n', start) + 1;
    starts[row] = start;
  }
  // One past the end, as if the last line had its newline too.
  starts[count] = text.length + 1;
  return { text, starts };
}

export function lineAt({ text, starts }: Lines, row: number): string {
  return text.slice(starts[row], (starts[row + 1] ?? 1) - 1);
}

/** Whether whatever matches `words` matches `before` too. */
export function isNarrower(words: readonly QueryWord[], before: readonly QueryWord[]): boolean {
  return before.every((word, index) => {
    const now = words[index];
    if (!now?.text.includes(word.text)) return false;
    return (
      now.digits === '' ||
      now.digits.includes(word.text) ||
      (word.digits !== '' && now.digits.includes(word.digits))
    );
  });
}

/** Marks the rows in which every word occurs: of those among which to look, where there are such. */
export function findInLeaf(
  texts: readonly Lines[],
  words: readonly QueryWord[],
  among: Uint8Array | undefined,
  found: Uint8Array,
): void {
  const few = among !== undefined && countOf(among) * 4 < among.length;
  for (const lines of texts) {
    if (lines.text.length < found.length) continue;
    if (few) findInRows(lines, words, among, found);
    else findInText(lines, words, among, found);
  }
}

function findInRows(
  lines: Lines,
  words: readonly QueryWord[],
  among: Uint8Array,
  found: Uint8Array,
): void {
  for (let row = among.indexOf(1); row !== -1; row = among.indexOf(1, row + 1)) {
    if (matchesQuery(lineAt(lines, row), words)) found[row] = 1;
  }
}

/** Looks for the longest word through the whole text, and for the others where it occurs. */
function findInText(
  { text, starts }: Lines,
  words: readonly QueryWord[],
  among: Uint8Array | undefined,
  found: Uint8Array,
): void {
  const longest = words.reduce((a, b) => (b.text.length > a.text.length ? b : a));
  for (const probe of longest.digits === '' ? [longest.text] : [longest.text, longest.digits]) {
    let row = 0;
    for (let at = text.indexOf(probe); at !== -1;) {
      while ((starts[row + 1] ?? 0) <= at) row += 1;
      const start = starts[row] ?? 0;
      const end = starts[row + 1] ?? 0;
      const isMatch =
        (among === undefined || among[row] === 1) &&
        (words.length === 1 || matchesQuery(text.slice(start, end), words));
      if (isMatch) found[row] = 1;
      row += 1;
      at = text.indexOf(probe, end);
    }
  }
}

function countOf(flags: Uint8Array): number {
  let count = 0;
  for (const flag of flags) count += flag;
  return count;
}

// ---- Filters --------------------------------------------------------------------------------------------------------

/** What a filter asks for. */
export interface FacetQuery {
  readonly tag?: string;
  readonly owner?: string;
  readonly stage?: string;
}

export type FacetTest = (facets: readonly string[]) => boolean;

/** `undefined`: everything is wanted. */
export function facetTest(query: FacetQuery): FacetTest | undefined {
  if (query.stage === undefined && query.owner === undefined && query.tag === undefined) {
    return undefined;
  }
  const [stage, owner, tag] = [query.stage, query.owner, query.tag].map((value) =>
    value === undefined ? undefined : facetText(value),
  );
  return (facets) =>
    (stage === undefined || facets[0] === stage) &&
    (owner === undefined || facets[1] === owner) &&
    (tag === undefined || facets.includes(tag, 2));
}

/** Of the rows found, those that a filter wants stay. */
export function keepWanted(leaf: SummaryLeaf, wanted: FacetTest, found: Uint8Array): void {
  const facets = bytesToUtf8(leaf.facets).split('\n');
  for (let row = found.indexOf(1); row !== -1; row = found.indexOf(1, row + 1)) {
    if (!wanted(facets[row]?.split(FIELD_SEPARATOR) ?? [])) found[row] = 0;
  }
}
