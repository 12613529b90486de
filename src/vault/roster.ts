/**
 * The roster: every customer's summary, in memory while unlocked, in the compact form of the leaves. Lists, search, filters and Today
 * read it. What the journal changed since the leaves were written lies over them.
 *
 * A row is a number: the leaves' rows counted through, in their order; behind them the rows that lie over.
 */

import { bytesToUtf8 } from '#base/bytes.ts';
import { isReserved, type RecordId } from '#base/ids.ts';
import { assert } from '#base/result.ts';
import { WORKSPACE_DOSSIER } from '#domain/record-state.ts';
import {
  FIELD_SEPARATOR,
  matchesQuery,
  queryWords,
  type QueryWord,
  type Summary,
} from '#domain/summary.ts';
import {
  facetTest,
  findInLeaf,
  isNarrower,
  keepWanted,
  lineAt,
  linesOf,
  type FacetQuery,
  type Lines,
} from './finding.ts';
import {
  dateNumber,
  HIDDEN,
  idAt,
  summariesOf,
  summaryAt,
  summaryEntryOf,
  type SummaryLeaf,
} from './leaf.ts';

export type SortOrder = 'changed' | 'name' | 'company' | 'created';

export interface ListQuery extends FacetQuery {
  /** What the person typed: words, all of which must occur (folded: case, accents). */
  readonly text: string;
  readonly sort: SortOrder;
}

export interface ListPage {
  readonly total: number;
  readonly matched: number;
  readonly from: number;
  readonly rows: readonly Summary[];
}

export interface FacetCount {
  readonly value: string;
  readonly count: number;
}

/** The values in use, for filters and for completion in forms. */
export interface Facets {
  readonly tags: readonly FacetCount[];
  readonly owners: readonly FacetCount[];
  readonly stages: readonly FacetCount[];
}

export interface TaskRow {
  readonly task: RecordId;
  readonly customer: RecordId;
  readonly customerName: string;
  readonly title: string;
  /** ISO date, YYYY-MM-DD. */
  readonly due: string;
}

export interface TodayView {
  readonly overdue: readonly TaskRow[];
  readonly dueToday: readonly TaskRow[];
}

/** Where a customer lies in the leaves. */
export interface Place {
  readonly leaf: number;
  readonly row: number;
}

interface RosterLeaf {
  readonly number: number;
  readonly data: SummaryLeaf;
  /** The number of its first row among all. */
  base: number;
  /** Both search texts. A row's line is empty in one of them. */
  readonly texts: readonly [plain: Lines, wide: Lines];
}

interface Overlaid {
  readonly summary: Summary;
  readonly changed: number;
  readonly created: number;
  readonly due: number;
  readonly text: string;
  readonly facets: string;
}

type SortKey = number | NameKey;

/** Plain folded Latin sorts by code units; everything else behind it, by the reader's collation. */
interface NameKey {
  readonly plain: boolean;
  readonly text: string;
}

/** One byte a row each. */
const LETTERS_KEPT = 40;

/** Somebody whose own record has not arrived yet was made at no time. */
function isTrash({ id, deleted, createdAt }: Summary): boolean {
  return deleted === true && createdAt > 0 && id !== WORKSPACE_DOSSIER && !isReserved(id);
}

export class Roster {
  readonly #leaves = new Map<number, RosterLeaf>();
  readonly #overlaid = new Map<RecordId, Overlaid>();
  #sequence: RosterLeaf[] = [];
  #rows = 0;
  #living = 0;
  /** 1: in the trash, or something lies over it. */
  #covered = new Uint8Array(0);
  #index = new Uint32Array(1);
  readonly #orders = new Map<SortOrder, Uint32Array>();
  #answer:
    { readonly key: string; readonly rows: Uint32Array; readonly over: Overlaid[] } | undefined;
  /** The rows that the last words and facets matched, whatever lies over them. */
  #matched:
    | {
        readonly facets: string;
        readonly words: readonly QueryWord[];
        readonly matching: Uint8Array;
      }
    | undefined;
  /** The same for single letters, which everybody types first, and which most rows match. */
  readonly #letters = new Map<string, Uint8Array>();
  #facets: Facets | undefined;

  /** Puts leaves in and takes others out, in one step, since all row numbers move. */
  update(added: ReadonlyMap<number, SummaryLeaf>, removed: Iterable<number>): void {
    for (const number of removed) this.#leaves.delete(number);
    for (const [number, data] of added) {
      const texts = [linesOf(data.plain, data.count), linesOf(data.wide, data.count)] as const;
      this.#leaves.set(number, { number, data, base: 0, texts });
    }
    this.#recount();
  }

  /** What the journal says of a customer now. */
  lay(summary: Summary): void {
    const { changed, created, due, text, facets } = summaryEntryOf(summary);
    const before = this.#overlaid.get(summary.id);
    this.#overlaid.set(summary.id, { summary, changed, created, due, text, facets });
    const row = this.#find(summary.id);
    if (row !== undefined && this.#covered[row] === 0) {
      this.#covered[row] = 1;
      this.#living -= 1;
    }
    if (before !== undefined && before.due !== HIDDEN) this.#living -= 1;
    if (due !== HIDDEN) this.#living += 1;
    this.#forget();
  }

  /** The leaves hold it now, or it is gone for good. */
  lift(ids: Iterable<RecordId>): void {
    for (const id of ids) this.#overlaid.delete(id);
    this.#recount();
  }

  get living(): number {
    return this.#living;
  }

  place(id: RecordId): Place | undefined {
    const row = this.#find(id);
    if (row === undefined) return undefined;
    const leaf = this.#leafOf(row);
    return { leaf: leaf.number, row: row - leaf.base };
  }

  /** Of the leaves. */
  idsFrom(prefix: string): readonly RecordId[] {
    const found: RecordId[] = [];
    for (const { data } of this.#sequence) {
      for (let row = 0; row < data.count; row++) {
        const id = idAt(data, row);
        if (id.startsWith(prefix)) found.push(id);
      }
    }
    return found;
  }

  /** Undefined where no customer of this id was ever here. */
  summary(id: RecordId): Summary | undefined {
    const over = this.#overlaid.get(id);
    if (over !== undefined) return over.summary;
    const row = this.#find(id);
    if (row === undefined) return undefined;
    const leaf = this.#leafOf(row);
    return summaryAt(leaf.data, row - leaf.base);
  }

  leaf(number: number): SummaryLeaf | undefined {
    return this.#leaves.get(number)?.data;
  }

  list(query: ListQuery, from: number, to: number): ListPage {
    const answer = this.#answerTo(query);
    const rows: Summary[] = [];
    const end = Math.min(to, answer.rows.length);
    for (let position = Math.max(0, from); position < end; position++) {
      rows.push(this.#summaryOf(answer.rows[position] ?? 0, answer.over));
    }
    return { total: this.#living, matched: answer.rows.length, from, rows };
  }

  select(query: ListQuery): readonly RecordId[] {
    const { rows, over } = this.#answerTo(query);
    return Array.from(rows, (row) => {
      if (row >= this.#rows) return overAt(over, row - this.#rows).summary.id;
      const leaf = this.#leafOf(row);
      return idAt(leaf.data, row - leaf.base);
    });
  }

  /** Every living customer, a leaf at a time. */
  *summaries(): Iterable<readonly Summary[]> {
    for (const leaf of this.#sequence) {
      yield summariesOf(leaf.data).filter((_, row) => this.#covered[leaf.base + row] === 0);
    }
    yield [...this.#overlaid.values()]
      .filter((over) => over.due !== HIDDEN)
      .map((over) => over.summary);
  }

  /** Every customer in the trash. Rows of the workspace's own are none. */
  *trash(): Iterable<Summary> {
    for (const { data } of this.#sequence) {
      if (!data.due.includes(HIDDEN)) continue;
      for (const summary of summariesOf(data)) {
        if (isTrash(summary) && !this.#overlaid.has(summary.id)) yield summary;
      }
    }
    for (const { summary } of this.#overlaid.values()) if (isTrash(summary)) yield summary;
  }

  today(today: string): TodayView {
    const limit = dateNumber(today);
    const summaries: Summary[] = [];
    for (const leaf of this.#sequence) {
      leaf.data.due.forEach((due, row) => {
        if (due === 0 || due > limit || this.#covered[leaf.base + row] === 1) return;
        summaries.push(summaryAt(leaf.data, row));
      });
    }
    for (const over of this.#overlaid.values()) {
      if (over.due !== 0 && over.due <= limit) summaries.push(over.summary);
    }
    const tasks = summaries
      .flatMap((summary) =>
        summary.tasks.map(({ id, title, due }): TaskRow => ({
          task: id,
          customer: summary.id,
          customerName: nameOf(summary),
          title,
          due,
        })),
      )
      .sort((a, b) =>
        a.due === b.due ? collator.compare(a.customerName, b.customerName) : a.due < b.due ? -1 : 1,
      );
    return {
      overdue: tasks.filter((task) => task.due < today),
      dueToday: tasks.filter((task) => task.due === today),
    };
  }

  facets(): Facets {
    this.#facets ??= this.#countFacets();
    return this.#facets;
  }

  // ---- Finding ------------------------------------------------------------------------------------------------------

  /** Rows in the query's order. Remembered until something changes, so that scrolling asks nothing twice. */
  #answerTo(query: ListQuery): { readonly rows: Uint32Array; readonly over: Overlaid[] } {
    const words = queryWords(query.text);
    const key = JSON.stringify([words, query.sort, query.tag, query.owner, query.stage]);
    if (this.#answer?.key === key) return this.#answer;

    const wanted = facetTest(query);
    const matching =
      words.length > 0 || wanted !== undefined ? this.#matching(query, words) : undefined;
    const over = [...this.#overlaid.values()]
      .filter((entry) => entry.due !== HIDDEN)
      .filter((entry) => matchesQuery(entry.text, words))
      .filter((entry) => wanted === undefined || wanted(entry.facets.split(FIELD_SEPARATOR)));
    const rows = this.#merge(this.#chosen(query.sort, matching), over, query.sort);
    this.#answer = { key, rows, over };
    return this.#answer;
  }

  /** The leaves' living rows that match, in an order. A plain loop: it runs at every keystroke. */
  #chosen(sort: SortOrder, matching: Uint8Array | undefined): Uint32Array {
    const order = this.#order(sort);
    const covered = this.#covered;
    const chosen = new Uint32Array(order.length);
    let count = 0;
    for (const row of order) {
      if (covered[row] === 0 && (matching === undefined || matching[row] === 1)) {
        chosen[count++] = row;
      }
    }
    return chosen.subarray(0, count);
  }

  /**
   * One byte a row: 1 where all words and the facets match. Typing on narrows the answer, so where the last one was looked for with less
   * of the same words, only its rows are looked at.
   */
  #matching(query: ListQuery, words: readonly QueryWord[]): Uint8Array {
    const wanted = facetTest(query);
    const facets = JSON.stringify([query.stage, query.owner, query.tag]);
    const letter = wanted === undefined && words.length === 1 ? (words[0]?.text ?? '') : '';
    const known = this.#letters.get(letter);
    if (known !== undefined) {
      this.#matched = { facets, words, matching: known };
      return known;
    }
    const last = this.#matched;
    const narrows = last?.facets === facets && isNarrower(words, last.words);
    const matching = new Uint8Array(this.#rows);
    for (const leaf of this.#sequence) {
      const among = narrows
        ? last.matching.subarray(leaf.base, leaf.base + leaf.data.count)
        : undefined;
      const found = matching.subarray(leaf.base, leaf.base + leaf.data.count);
      if (words.length === 0 && among === undefined) found.fill(1);
      else if (words.length === 0) found.set(among ?? []);
      else findInLeaf(leaf.texts, words, among, found);
      if (wanted !== undefined && among === undefined) keepWanted(leaf.data, wanted, found);
    }
    this.#matched = { facets, words, matching };
    if (letter.length === 1 && this.#letters.size < LETTERS_KEPT)
      this.#letters.set(letter, matching);
    return matching;
  }

  /** Inserts the rows that lie over at their places among the leaves' rows. */
  #merge(base: Uint32Array, over: Overlaid[], sort: SortOrder): Uint32Array {
    if (over.length === 0) return base;
    over.sort((a, b) => compareKeys(overKey(a, sort), overKey(b, sort)));
    const merged = new Uint32Array(base.length + over.length);
    let copied = 0;
    over.forEach((entry, index) => {
      const key = overKey(entry, sort);
      let low = copied;
      let high = base.length;
      while (low < high) {
        const middle = (low + high) >>> 1;
        if (compareKeys(this.#key(base[middle] ?? 0, sort), key) <= 0) low = middle + 1;
        else high = middle;
      }
      merged.set(base.subarray(copied, low), copied + index);
      merged[low + index] = this.#rows + index;
      copied = low;
    });
    merged.set(base.subarray(copied), copied + over.length);
    return merged;
  }

  /** All rows of the leaves in an order. */
  #order(sort: SortOrder): Uint32Array {
    const known = this.#orders.get(sort);
    if (known !== undefined) return known;
    const order = new Uint32Array(this.#rows);
    for (let row = 0; row < order.length; row++) order[row] = row;
    if (sort === 'changed' || sort === 'created') {
      const times = new Float64Array(this.#rows);
      for (const leaf of this.#sequence) times.set(leaf.data[sort], leaf.base);
      if (!isDescending(times)) order.sort((a, b) => (times[b] ?? 0) - (times[a] ?? 0) || a - b);
    } else {
      const keys = Array.from(order, (row) => this.#key(row, sort));
      order.sort((a, b) => compareKeys(keys[a] ?? 0, keys[b] ?? 0) || a - b);
    }
    this.#orders.set(sort, order);
    return order;
  }

  #key(row: number, sort: SortOrder): SortKey {
    const leaf = this.#leafOf(row);
    const at = row - leaf.base;
    if (sort === 'changed' || sort === 'created') return -(leaf.data[sort][at] ?? 0);
    return nameKey(textAt(leaf, at), sort);
  }

  #countFacets(): Facets {
    const tags = new Map<string, number>();
    const owners = new Map<string, number>();
    const stages = new Map<string, number>();
    const count = (line: string): void => {
      const [stage = '', owner = '', ...rest] = line.split(FIELD_SEPARATOR);
      if (stage !== '') stages.set(stage, (stages.get(stage) ?? 0) + 1);
      if (owner !== '') owners.set(owner, (owners.get(owner) ?? 0) + 1);
      for (const tag of rest) tags.set(tag, (tags.get(tag) ?? 0) + 1);
    };
    for (const leaf of this.#sequence) {
      bytesToUtf8(leaf.data.facets)
        .split('\n')
        .forEach((line, row) => {
          if (line !== '' && this.#covered[leaf.base + row] === 0) count(line);
        });
    }
    for (const over of this.#overlaid.values()) {
      if (over.due !== HIDDEN) count(over.facets);
    }
    return { tags: byCount(tags), owners: byCount(owners), stages: byCount(stages) };
  }

  #summaryOf(row: number, over: readonly Overlaid[]): Summary {
    if (row >= this.#rows) return overAt(over, row - this.#rows).summary;
    const leaf = this.#leafOf(row);
    return summaryAt(leaf.data, row - leaf.base);
  }

  // ---- Keeping ------------------------------------------------------------------------------------------------------

  #recount(): void {
    this.#sequence = [...this.#leaves.values()].sort((a, b) => a.number - b.number);
    this.#rows = 0;
    for (const leaf of this.#sequence) {
      leaf.base = this.#rows;
      this.#rows += leaf.data.count;
    }
    this.#covered = new Uint8Array(this.#rows);
    this.#index = new Uint32Array(2 ** Math.ceil(Math.log2(this.#rows * 2 + 2)));
    this.#living = 0;
    for (const leaf of this.#sequence) {
      for (let row = 0; row < leaf.data.count; row++) {
        this.#enter(leaf, row);
        if (leaf.data.due[row] === HIDDEN) this.#covered[leaf.base + row] = 1;
        else this.#living += 1;
      }
    }
    for (const [id, over] of this.#overlaid) {
      const row = this.#find(id);
      if (row !== undefined && this.#covered[row] === 0) {
        this.#covered[row] = 1;
        this.#living -= 1;
      }
      if (over.due !== HIDDEN) this.#living += 1;
    }
    this.#orders.clear();
    this.#matched = undefined;
    this.#letters.clear();
    this.#forget();
  }

  #forget(): void {
    this.#answer = undefined;
    this.#facets = undefined;
  }

  /** Open addressing: 8 bytes a customer, where a Map of ids would take ten times that. */
  #enter(leaf: RosterLeaf, row: number): void {
    const mask = this.#index.length - 1;
    let slot = hashOfBytes(leaf.data.ids, row * 26) & mask;
    while (this.#index[slot] !== 0) slot = (slot + 1) & mask;
    this.#index[slot] = leaf.base + row + 1;
  }

  #find(id: RecordId): number | undefined {
    if (id.length !== 26) return undefined;
    const mask = this.#index.length - 1;
    for (let slot = hashOfText(id) & mask; ; slot = (slot + 1) & mask) {
      const entry = this.#index[slot] ?? 0;
      if (entry === 0) return undefined;
      const leaf = this.#leafOf(entry - 1);
      if (isIdAt(leaf.data.ids, (entry - 1 - leaf.base) * 26, id)) return entry - 1;
    }
  }

  #leafOf(row: number): RosterLeaf {
    let low = 0;
    let high = this.#sequence.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >>> 1;
      if ((this.#sequence[middle]?.base ?? 0) <= row) low = middle;
      else high = middle - 1;
    }
    const leaf = this.#sequence[low];
    assert(leaf, 'a row number is within the leaves');
    return leaf;
  }
}

const collator = new Intl.Collator();

function overAt(over: readonly Overlaid[], index: number): Overlaid {
  const entry = over[index];
  assert(entry, 'a row that lies over is there');
  return entry;
}

function overKey(entry: Overlaid, sort: SortOrder): SortKey {
  return sort === 'changed' || sort === 'created' ? -entry[sort] : nameKey(entry.text, sort);
}

/** Search text begins with the folded name and company (domain/summary.ts). */
function nameKey(line: string, sort: 'name' | 'company'): NameKey {
  const [name = '', company = ''] = line.split(FIELD_SEPARATOR, 2);
  const [first, second] = sort === 'name' ? [name, company] : [company, name];
  const text = first === '' ? second : first;
  return { plain: /^[\u0020-\u007e]*$/.test(text), text };
}

function compareKeys(a: SortKey, b: SortKey): number {
  if (typeof a === 'number' || typeof b === 'number') return Number(a) - Number(b);
  if (a.plain !== b.plain) return a.plain ? -1 : 1;
  if (!a.plain) return collator.compare(a.text, b.text);
  return a.text < b.text ? -1 : a.text > b.text ? 1 : 0;
}

function textAt({ texts: [plain, wide] }: RosterLeaf, row: number): string {
  const line = lineAt(plain, row);
  return line === '' ? lineAt(wide, row) : line;
}

function isDescending(times: Float64Array): boolean {
  let before = Infinity;
  for (const time of times) {
    if (time > before) return false;
    before = time;
  }
  return true;
}

function byCount(counts: ReadonlyMap<string, number>): readonly FacetCount[] {
  return [...counts]
    .map(([value, count]) => ({ value, count }))
    .sort((a, b) => b.count - a.count || collator.compare(a.value, b.value));
}

export function nameOf(summary: Summary): string {
  return summary.name === '' ? summary.company : summary.name;
}

/** FNV-1a over the first 8 characters: 40 random bits are plenty for a table. */
function hashOfBytes(ids: Uint8Array, offset: number): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < 8; index++) {
    hash = Math.imul(hash ^ (ids[offset + index] ?? 0), 0x01000193);
  }
  return hash >>> 0;
}

function hashOfText(id: string): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < 8; index++) {
    hash = Math.imul(hash ^ id.charCodeAt(index), 0x01000193);
  }
  return hash >>> 0;
}

function isIdAt(ids: Uint8Array, offset: number, id: string): boolean {
  for (let index = 0; index < 26; index++) {
    if (ids[offset + index] !== id.charCodeAt(index)) return false;
  }
  return true;
}
