import { applyChange, createErasures } from '#domain/apply.ts';
import type { Change, Json } from '#domain/change.ts';
import { decodeRecord, encodeRecord } from '#domain/encoding.ts';
import type { RecordState } from '#domain/record-state.ts';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  anyChange,
  anyErasureChange,
  anyJson,
  customer,
  merge,
  runs,
  stampOf,
  task,
} from './arbitraries.ts';

const anyStates = fc
  .array(
    fc.oneof({ weight: 5, arbitrary: anyChange }, { weight: 1, arbitrary: anyErasureChange }),
    {
      minLength: 1,
      maxLength: 50,
    },
  )
  .map((changes) => [...merge(changes).values()]);

const created: Change = {
  record: customer,
  kind: 'customer',
  stamp: stampOf(1),
  at: 7,
  set: {
    name: { value: 'Ada' },
    tags: { add: { vip: true } },
    emails: { add: { e00: { label: 'work', value: 'ada@example.com' } } },
  },
};

/** One that uses every part of the form. */
function fullState(): RecordState {
  const more: Change[] = [
    created,
    {
      ...created,
      stamp: stampOf(2, 1),
      set: {
        name: { value: 'Bea', over: [stampOf(1), stampOf(9, 2)] },
        company: { value: [1, { a: null }] },
        tags: { add: { vip: true, late: true }, remove: { vip: [stampOf(1)], gone: [stampOf(8)] } },
      },
    },
    {
      record: customer,
      kind: 'customer',
      stamp: stampOf(3, 2),
      at: 8,
      deletes: { [stampOf(2, 1).slice(17)]: stampOf(2, 1) },
    },
    { record: customer, kind: 'customer', stamp: stampOf(4), at: 9 },
    {
      record: customer,
      kind: 'customer',
      stamp: stampOf(5),
      at: 9,
      erases: { type: 'person', ids: [task] },
    },
    {
      record: customer,
      kind: 'customer',
      stamp: stampOf(5),
      at: 9,
      erases: { type: 'field', record: task, field: 'x' },
    },
  ];
  const erasures = createErasures([
    { type: 'value', record: customer, field: 'name', stamp: stampOf(2, 1) },
  ]);
  return more.reduce<RecordState | undefined>(
    (state, change) => applyChange(state, change, erasures),
    undefined,
  )!;
}

describe('the encoding of a record', () => {
  it('is undone by decoding, through text, for any record', () => {
    fc.assert(
      fc.property(anyStates, (states) => {
        for (const state of states)
          expect(decodeRecord(throughText(encodeRecord(state)))).toEqual(state);
      }),
      runs(150),
    );
    expect(decodeRecord(throughText(encodeRecord(fullState())))).toEqual(fullState());
  });

  it('of a record as it was made says each value once and bare', () => {
    const state = applyChange(undefined, created, createErasures())!;
    expect(encodeRecord(state)).toEqual({
      id: customer,
      kind: 'customer',
      moments: [stampOf(1), 7],
      fields: { name: 'Ada' },
      sets: { emails: { e00: { label: 'work', value: 'ada@example.com' } }, tags: { vip: true } },
      newest: [0],
    });
  });

  it('of a record with a past says everything', () => {
    expect(encodeRecord(fullState())).toEqual({
      id: customer,
      kind: 'customer',
      moments: [
        ...[stampOf(1), 7, stampOf(5), 9, stampOf(3, 2), 8, stampOf(4), 9],
        ...[stampOf(2, 1), 7, stampOf(9, 2), 0, stampOf(8), 0],
      ],
      fields: {
        company: [[[1, { a: null }], 4]],
        name: [
          [null, 4, [0, 5], 1],
          ['Ada', 0],
        ],
      },
      sets: {
        emails: { e00: { label: 'work', value: 'ada@example.com' } },
        tags: {
          gone: [[], [[6, [4]]]],
          late: [[[true, 4]], []],
          vip: [[[true, 4]], [[0, [4], true]]],
        },
      },
      newest: [1, 4],
      covered: [4],
      changed: 1,
      deleted: 2,
      revived: 3,
      erases: [
        { type: 'field', record: task, field: 'x' },
        { type: 'person', ids: [task] },
      ],
    });
  });
});

describe('decoding', () => {
  it('refuses anything else without throwing', () => {
    fc.assert(
      fc.property(fc.oneof(anyJson, fc.anything()), (value) => {
        expect(decodeRecord(value)).toBeNull();
      }),
      runs(200),
    );
  });

  it('refuses or reads whole a record of which any one part was swapped for anything', () => {
    const encoded = throughText(encodeRecord(fullState()));
    const paths = pathsOf(encoded);
    fc.assert(
      fc.property(fc.constantFrom(...paths), anyJson, (path, junk) => {
        expectNullOrSame(withSwapped(encoded, path, junk));
      }),
      runs(400),
    );
    for (const path of paths) {
      const swaps = [
        null,
        [],
        {},
        '',
        'x',
        -1,
        0,
        1,
        1.5,
        99,
        true,
        [[]],
        [0],
        [['x', 0]],
        [null],
        { a: 1 },
      ];
      for (const junk of swaps) expectNullOrSame(withSwapped(encoded, path, junk));
    }
  });

  it.each<[string, Partial<Record<string, unknown>>]>([
    ['no moments', { moments: [] }],
    ['half a moment', { moments: [stampOf(1)] }],
    ['a moment that is no stamp', { moments: ['x', 1] }],
    ['a moment without a time', { moments: [stampOf(1), '1'] }],
    ['a place that is not there', { newest: [1] }],
    ['a place between places', { newest: [0.5] }],
    ['one device twice', { moments: [stampOf(1), 7, stampOf(2), 7], newest: [0, 1] }],
    ['an unknown kind', { kind: 'toString' }],
    ['an id that is none', { id: 'k' }],
    ['a customer that is no id', { customer: 'k' }],
    ['a field name that is none', { fields: { 'a b': 1 } }],
    ['a field without values', { fields: { name: [] } }],
    [
      'values out of order',
      {
        moments: [stampOf(1), 7, stampOf(2), 7],
        fields: {
          name: [
            ['A', 0],
            ['B', 1],
          ],
        },
      },
    ],
    [
      'a value twice',
      {
        fields: {
          name: [
            ['A', 0],
            ['A', 0],
          ],
        },
      },
    ],
    ['an erased value that is there', { fields: { name: [['A', 0, null, 1]] } }],
    ['an empty over', { fields: { name: [['A', 0, []]] } }],
    ['an empty set', { sets: { tags: {} } }],
    ['an empty element', { sets: { tags: { vip: [[], []] } } }],
    ['an add that lives and is removed', { sets: { tags: { vip: [[[true, 0]], [[0, [0]]]] } } }],
    ['a removal by nobody', { sets: { tags: { vip: [[], [[0, []]]] } } }],
    ['an erasure that is none', { erases: [{ type: 'all' }] }],
    ['an erasure with more to it', { erases: [{ type: 'person', ids: [customer], also: 1 }] }],
    ['no erasures', { erases: [] }],
    ['what is covered, and no deletion', { covered: [0] }],
    ['a deletion, and nothing covered', { deleted: 0 }],
    ['a key from elsewhere', { also: 1 }],
    ['21 values', valuesOfCount(21)],
  ])('refuses %s', (_, part) => {
    const plain = throughText(encodeRecord(applyChange(undefined, created, createErasures())!));
    expect(decodeRecord(plain)).not.toBeNull();
    expect(decodeRecord({ ...(plain as object), ...part })).toBeNull();
  });

  it('reads 20 values', () => {
    const plain = throughText(encodeRecord(applyChange(undefined, created, createErasures())!));
    expect(
      decodeRecord({ ...(plain as object), ...valuesOfCount(20) })?.fields['name'],
    ).toHaveLength(20);
  });

  it('refuses keys that would reach into prototypes, and values that nest without end', () => {
    const plain = JSON.stringify(encodeRecord(applyChange(undefined, created, createErasures())!));
    expect(decodeRecord(JSON.parse(plain.replace('"name"', '"__proto__"')))).toBeNull();
    expect(decodeRecord(JSON.parse(plain.replace('"vip"', '"__proto__"')))).toBeNull();
    const deep = `${'['.repeat(100_000)}${']'.repeat(100_000)}`;
    expect(decodeRecord(JSON.parse(plain.replace('"Ada"', `{"a":${deep}}`)))).toBeNull();
  });
});

function valuesOfCount(count: number): { moments: unknown[]; fields: unknown } {
  const moments = Array.from({ length: count }, (_, index) => [stampOf(index + 1), 7]).flat();
  const name = Array.from({ length: count }, (_, index) => ['A', count - 1 - index]);
  return { moments, fields: { name } };
}

function throughText(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value));
}

/** What is read at all is read whole: it encodes to what was given, but for what can be said in two ways. */
function expectNullOrSame(value: unknown): void {
  const state = decodeRecord(value);
  if (state === null) return;
  expect(decodeRecord(throughText(encodeRecord(state)))).toEqual(state);
}

type Path = readonly (string | number)[];

function pathsOf(value: unknown): Path[] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) => [
    [key],
    ...pathsOf(inner).map((path) => [key, ...path]),
  ]);
}

function withSwapped(value: unknown, [key, ...rest]: Path, junk: Json): unknown {
  if (key === undefined) return junk;
  const copy = structuredClone(value) as Record<string, unknown>;
  copy[key] = withSwapped(copy[key], rest, junk);
  return copy;
}
