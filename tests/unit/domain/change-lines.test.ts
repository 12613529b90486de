import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { changeLine, parseChangeLine } from '#domain/change-lines.ts';
import type { Change } from '#domain/change.ts';
import {
  anyChangeOf,
  customer,
  devices,
  erasureRecord,
  runs,
  stampOf,
  task,
} from './arbitraries.ts';

const change: Change = {
  record: task,
  kind: 'task',
  customer,
  stamp: stampOf(5),
  at: 5,
  set: { title: { value: 'Call back', over: [stampOf(4)] } },
};

const lineWith = (parts: object) => JSON.stringify({ ...change, ...parts });

describe('a change as a line', () => {
  it('comes back as it was', () => {
    const any = fc.oneof(anyChangeOf(customer, 'customer'), anyChangeOf(task, 'task', customer));
    fc.assert(
      fc.property(any, (each) => {
        expect(parseChangeLine(changeLine(each))).toEqual(each);
      }),
      runs(200),
    );
  });

  it('carries every kind of erasure', () => {
    const erasures: Change['erases'][] = [
      { type: 'person', ids: [customer, task] },
      { type: 'field', record: customer, field: 'name' },
      { type: 'value', record: customer, field: 'name', stamp: stampOf(4) },
    ];
    for (const erases of erasures) {
      const each = { record: erasureRecord, kind: 'erasure', stamp: stampOf(5), at: 5, erases };
      expect(parseChangeLine(changeLine(each as Change))).toEqual(each);
    }
  });

  it('carries what a person typed, keys of objects too', () => {
    const set = { tags: { add: { constructor: true, '7': 'x', 'naïve\u2028': null } } };
    expect(parseChangeLine(lineWith({ set }))).toEqual({ ...change, set });
  });

  it.each([
    ['no JSON', '{'],
    ['no object', '[]'],
    ['nothing', 'null'],
    ['an unknown member', lineWith({ also: 1 })],
    ['a record that is none', lineWith({ record: 'x' })],
    ['a kind that is none', lineWith({ kind: 'constructor' })],
    ['a customer that is none', lineWith({ customer: 7 })],
    ['a stamp that is none', lineWith({ stamp: 'yesterday' })],
    ['a clock that is none', lineWith({ at: null })],
    ['a clock beyond numbers', lineWith({ at: 0 }).replace('"at":0', '"at":1e999')],
    ['a field name with a blank', lineWith({ set: { 'a b': { value: 1 } } })],
    ['a field name that is a prototype', lineWith({}).replace('"title"', '"__proto__"')],
    ['a write that says nothing known', lineWith({ set: { title: { put: 1 } } })],
    ['a write that says two things', lineWith({ set: { title: { value: 1, add: {} } } })],
    ['a value that nests without end', lineWith({ set: { title: { value: nested(40) } } })],
    ['stamps that are none', lineWith({ set: { title: { value: 1, over: ['x'] } } })],
    ['an element without a key', lineWith({ set: { tags: { add: { '': 1 } } } })],
    ['an element of a long key', lineWith({ set: { tags: { add: { ['x'.repeat(201)]: 1 } } } })],
    [
      'an element of a prototype',
      lineWith({}).replace('"value":"Call back"', '"add":{"__proto__":1}'),
    ],
    ['a removal of none', lineWith({ set: { tags: { remove: { vip: 'x' } } } })],
    ['a deletion under another device', lineWith({ deletes: { [devices[1]!]: stampOf(1, 0) } })],
    ['a deletion under no device', lineWith({ deletes: { x: stampOf(1, 0) } })],
    ['an erasure of nothing known', lineWith({ erases: { type: 'all' } })],
    ['an erasure of no ids', lineWith({ erases: { type: 'person', ids: ['x'] } })],
  ])('is refused with %s', (_what, line) => {
    expect(parseChangeLine(line)).toBeNull();
  });

  it('is refused or read, but never throws', () => {
    fc.assert(
      fc.property(fc.oneof(fc.json(), fc.string(), fc.constant('['.repeat(50_000))), (line) => {
        expect(() => parseChangeLine(line)).not.toThrow();
      }),
      runs(200),
    );
  });
});

function nested(depth: number): unknown {
  return depth === 0 ? 1 : [nested(depth - 1)];
}
