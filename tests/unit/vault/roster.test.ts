import { describe, expect, it } from 'vitest';
import fc from 'fast-check';
import type { RecordId } from '#base/ids.ts';
import { consentMark } from '#domain/consents.ts';
import {
  FIELD_SEPARATOR,
  LIMITS,
  matchesQuery,
  queryWords,
  searchText,
  type Summary,
} from '#domain/summary.ts';
import {
  bodyAt,
  entriesOf,
  facetText,
  LeafBuilder,
  parseBodyLeaf,
  parseSummaryLeaf,
  summaryAt,
  summaryEntryOf,
  type LeafEntry,
  type SummaryLeaf,
} from '#vault/leaf.ts';
import { Roster, type ListQuery, type SortOrder } from '#vault/roster.ts';
import { runs } from '../domain/arbitraries.ts';

/** Few words and letters, so that much meets much: Latin, accents, Chinese, what must not break a line, digits. */
const word = fc.constantFrom(
  'Ada',
  'ada',
  'Ådå',
  '王伟',
  'a',
  'b',
  '12',
  '+1 2-3',
  '',
  'x\ny',
  'q\u001fr',
  '😀',
);
const text = fc.oneof(
  word,
  fc.tuple(word, word).map(([a, b]) => `${a} ${b}`),
);
const stage = fc.constantFrom('', 'lead', 'active', 'odd\nstage');
const owner = fc.constantFrom('', 'Maren', 'Ines', 'In\u001fes');
const tag = fc.constantFrom('vip', 'new', 'two\nlines', '王');

const standing = {
  limits: fc.subarray([...LIMITS]),
  heldUntil: fc.constantFrom('', '2027-03-31'),
  lastActivity: fc.constantFrom('', '2026-11-20'),
  oldest: fc.constantFrom({}, { task: '2026-01-01' }),
  consents: fc.constantFrom(
    [],
    [consentMark(idOf(902), { purpose: 'p', purposeVersion: 2, given: '2026-11-20T09:00' })],
  ),
  toldOn: fc.constantFrom('', '2026-11-20'),
  bornOn: fc.constantFrom('', '2015-06-30'),
  isFromOthers: fc.boolean(),
};

function idOf(index: number): RecordId {
  return index
    .toString(32)
    .replaceAll(/[0189]/g, 'w')
    .padStart(3, 'a')
    .padEnd(26, String.fromCharCode(97 + (index % 26))) as RecordId;
}

function summaryOf(index: number): fc.Arbitrary<Summary> {
  return fc
    .record({
      name: text,
      company: text,
      title: text,
      emails: fc.array(word, { maxLength: 2 }),
      phones: fc.array(fc.constantFrom('+33 12-3', '0012', 'x'), { maxLength: 2 }),
      place: text,
      stage,
      owner,
      tags: fc.uniqueArray(tag, { maxLength: 3 }),
      source: text,
      tasks: fc.array(
        fc.record({
          id: fc.constantFrom(idOf(900), idOf(901)),
          title: text,
          due: fc.constantFrom('2026-11-23', '2026-11-24'),
        }),
        { maxLength: 2 },
      ),
      lastContact: fc.constantFrom('', '2026-11-20'),
      ...standing,
      createdAt: fc.integer({ min: 0, max: 3 }),
      changedAt: fc.integer({ min: 0, max: 3 }),
      gone: fc.boolean(),
    })
    .map(({ gone, ...rest }) => ({
      id: idOf(index),
      ...rest,
      ...(gone && index % 3 === 0 && { deleted: true as const }),
    }));
}

/** What happens to a roster: leaves come, are written anew and go; the journal lays summaries over them and lifts them. */
type Step =
  | { readonly type: 'leaf'; readonly number: number; readonly summaries: readonly Summary[] }
  | { readonly type: 'drop'; readonly number: number }
  | { readonly type: 'lay'; readonly summary: Summary }
  | { readonly type: 'lift'; readonly id: RecordId };

const LEAVES = 3;
const CUSTOMERS = 12;

/** A leaf's customers are its own: a customer never lies in two. */
const step: fc.Arbitrary<Step> = fc.oneof(
  fc.integer({ min: 0, max: LEAVES - 1 }).chain((number) =>
    fc
      .uniqueArray(fc.integer({ min: 0, max: CUSTOMERS / LEAVES - 1 }), { maxLength: 4 })
      .chain((at) => fc.tuple(...at.map((each) => summaryOf(each * LEAVES + number))))
      .map((summaries): Step => ({ type: 'leaf', number, summaries })),
  ),
  fc.integer({ min: 0, max: LEAVES - 1 }).map((number): Step => ({ type: 'drop', number })),
  fc
    .integer({ min: 0, max: CUSTOMERS })
    .chain(summaryOf)
    .map((summary): Step => ({ type: 'lay', summary })),
  fc.integer({ min: 0, max: CUSTOMERS }).map((index): Step => ({ type: 'lift', id: idOf(index) })),
);

const sort = fc.constantFrom<SortOrder>('changed', 'name', 'company', 'created');
const query: fc.Arbitrary<ListQuery> = fc
  .record(
    {
      text: fc.oneof(
        fc.constant(''),
        text,
        fc.constantFrom('a', 'ad', 'ada', 'ada 王', '(12', '123'),
      ),
      sort,
      stage: fc.constantFrom('lead', 'active', 'odd\nstage'),
      owner: fc.constantFrom('Maren', 'Ines', 'In\u001fes'),
      tag,
    },
    { requiredKeys: ['text', 'sort'] },
  )
  .map((each) => each as ListQuery);

function leafOf(summaries: readonly Summary[]): SummaryLeaf {
  const builder = new LeafBuilder();
  for (const summary of summaries) builder.add({ ...summaryEntryOf(summary), body: summary.id });
  const leaf = parseSummaryLeaf(builder.finish().summary);
  if (leaf === null) throw new Error('what was written is read');
  return leaf;
}

function follow(roster: Roster, model: Model, next: Step): void {
  switch (next.type) {
    case 'leaf':
      roster.update(new Map([[next.number, leafOf(next.summaries)]]), []);
      model.leaves.set(next.number, next.summaries);
      break;
    case 'drop':
      roster.update(new Map(), [next.number]);
      model.leaves.delete(next.number);
      break;
    case 'lay':
      roster.lay(next.summary);
      model.over.set(next.summary.id, next.summary);
      break;
    case 'lift':
      roster.lift([next.id]);
      model.over.delete(next.id);
      break;
  }
}

interface Model {
  readonly leaves: Map<number, readonly Summary[]>;
  readonly over: Map<RecordId, Summary>;
}

function allIn({ leaves, over }: Model): Summary[] {
  const all = new Map([...leaves.values()].flat().map((summary) => [summary.id, summary]));
  for (const [id, summary] of over) all.set(id, summary);
  return [...all.values()];
}

function livingIn(model: Model): Summary[] {
  return allIn(model).filter(({ deleted }) => deleted !== true);
}

function matches(
  summary: Summary,
  { text: typed, stage: s, owner: o, tag: t }: ListQuery,
): boolean {
  return (
    matchesQuery(searchText(summary), queryWords(typed)) &&
    (s === undefined || facetText(summary.stage) === facetText(s)) &&
    (o === undefined || facetText(summary.owner) === facetText(o)) &&
    (t === undefined || summary.tags.map(facetText).includes(facetText(t)))
  );
}

/** What a row is sorted by; rows of equal keys stand in any order. */
function keyOf(summary: Summary, by: SortOrder): number | string {
  if (by === 'changed') return -summary.changedAt;
  if (by === 'created') return -summary.createdAt;
  const [name = '', company = ''] = searchText(summary).split(FIELD_SEPARATOR, 2);
  const [first, second] = by === 'name' ? [name, company] : [company, name];
  return first === '' ? second : first;
}

const collator = new Intl.Collator();

function compare(a: number | string, b: number | string): number {
  if (typeof a === 'number' || typeof b === 'number') return Number(a) - Number(b);
  const [plainA, plainB] = [a, b].map((each) => /^[ -~]*$/.test(each));
  if (plainA !== plainB) return plainA === true ? -1 : 1;
  if (plainA !== true) return collator.compare(a, b);
  return a < b ? -1 : a > b ? 1 : 0;
}

describe('the roster', () => {
  it('lists what a plain filter and sort of all summaries would, after any steps and for any queries', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(step, fc.array(query, { maxLength: 3 })), { maxLength: 14 }),
        (story) => {
          const roster = new Roster();
          const model: Model = { leaves: new Map(), over: new Map() };
          for (const [next, queries] of story) {
            follow(roster, model, next);
            const living = livingIn(model);
            expect(roster.living).toBe(living.length);
            for (const asked of queries) {
              const page = roster.list(asked, 0, 1000);
              const wanted = living.filter((summary) => matches(summary, asked));
              expect(page.matched).toBe(wanted.length);
              expect(new Set(page.rows.map(({ id }) => id))).toEqual(
                new Set(wanted.map(({ id }) => id)),
              );
              expect(page.rows).toEqual(
                page.rows.map(({ id }) => wanted.find((each) => each.id === id)),
              );
              expect(roster.select(asked)).toEqual(page.rows.map(({ id }) => id));
              const keys = page.rows.map((summary) => keyOf(summary, asked.sort));
              for (const [index, key] of keys.entries()) {
                if (index > 0) expect(compare(keys[index - 1] ?? '', key)).toBeLessThanOrEqual(0);
              }
            }
          }
        },
      ),
      runs(60),
    );
  });

  it('counts facets, finds places and gives all living summaries as they are', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 12 }), (steps) => {
        const roster = new Roster();
        const model: Model = { leaves: new Map(), over: new Map() };
        for (const next of steps) follow(roster, model, next);
        const living = livingIn(model);
        const given = [...roster.summaries()].flat();
        expect(given.toSorted((a, b) => (a.id < b.id ? -1 : 1))).toEqual(
          living.toSorted((a, b) => (a.id < b.id ? -1 : 1)),
        );
        const trashed = allIn(model).filter(
          ({ deleted, createdAt }) => deleted === true && createdAt > 0,
        );
        expect([...roster.trash()].map(({ id }) => id).sort()).toEqual(
          trashed.map(({ id }) => id).sort(),
        );
        const stages = new Map<string, number>();
        for (const { stage: each } of living) {
          const value = facetText(each);
          if (value !== '') stages.set(value, (stages.get(value) ?? 0) + 1);
        }
        expect(new Map(roster.facets().stages.map(({ value, count }) => [value, count]))).toEqual(
          stages,
        );
        for (const [leaf, summaries] of model.leaves) {
          for (const [row, { id }] of summaries.entries()) {
            expect(roster.place(id)).toEqual({ leaf, row });
          }
        }
      }),
      runs(60),
    );
  });
});

/** As UTF-8 gives it back. */
function wellFormed(each: string): string {
  return new TextDecoder().decode(new TextEncoder().encode(each));
}

describe('a leaf', () => {
  const anyText = fc.string({ unit: 'binary', maxLength: 8 });
  const anySummary = fc.integer({ min: 0, max: 50 }).chain((index) =>
    fc.record({
      id: fc.constant(idOf(index)),
      name: anyText,
      company: anyText,
      title: anyText,
      emails: fc.array(anyText, { maxLength: 3 }),
      phones: fc.array(anyText, { maxLength: 3 }),
      place: anyText,
      stage: anyText,
      owner: anyText,
      tags: fc.array(anyText, { maxLength: 3 }),
      source: anyText,
      tasks: fc.constant([]),
      lastContact: fc.constantFrom('', '2026-01-01'),
      ...standing,
      createdAt: fc.double({ noNaN: true }),
      changedAt: fc.double({ noNaN: true }),
    }),
  );

  it('gives back every summary and every body, whatever their texts', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(anySummary, fc.json()), { maxLength: 8 }),
        (customers: readonly [Summary, string][]) => {
          const builder = new LeafBuilder();
          const entries: LeafEntry[] = customers.map(([summary, json]) => ({
            ...summaryEntryOf(summary),
            body: `${summary.id}\n${JSON.stringify(json)}`,
          }));
          for (const entry of entries) builder.add(entry);
          const written = builder.finish();
          const summaries = parseSummaryLeaf(written.summary);
          const bodies = parseBodyLeaf(written.body);
          if (summaries === null || bodies === null) throw new Error('what was written is read');
          for (const [row, [summary]] of customers.entries()) {
            expect(summaryAt(summaries, row)).toEqual(summary);
            expect(bodyAt(bodies, row)).toBe(entries[row]?.body);
          }
          // Search texts and facets are for finding: a lone surrogate is one of the signs that nobody types.
          expect(entriesOf(summaries, bodies)).toEqual(
            entries.map((entry) => ({
              ...entry,
              text: wellFormed(entry.text),
              facets: wellFormed(entry.facets),
            })),
          );
        },
      ),
      runs(100),
    );
  });

  it('cut short or longer by a byte is refused', () => {
    const builder = new LeafBuilder();
    const id = idOf(1);
    for (let row = 0; row < 3; row++) {
      builder.add({
        id,
        changed: 1,
        created: 1,
        due: 0,
        row: '[]',
        text: 'a',
        facets: '',
        body: id,
      });
    }
    const { summary, body } = builder.finish();
    for (let length = 0; length < summary.length; length++) {
      expect(parseSummaryLeaf(summary.slice(0, length))).toBeNull();
    }
    for (let length = 0; length < body.length; length++) {
      expect(parseBodyLeaf(body.slice(0, length))).toBeNull();
    }
    expect(parseSummaryLeaf(new Uint8Array([...summary, 0]))).toBeNull();
    expect(parseBodyLeaf(new Uint8Array([...body, 0]))).toBeNull();
  });
});
