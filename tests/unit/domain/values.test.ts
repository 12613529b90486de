import type { Change } from '#domain/change.ts';
import { elementsOf, seenOf, valueOf, valuesOf } from '#domain/values.ts';
import { describe, expect, it } from 'vitest';
import { customer, merge, stampOf } from './arbitraries.ts';

const changes: readonly Change[] = [
  {
    record: customer,
    kind: 'customer',
    stamp: stampOf(1),
    at: 1,
    set: {
      name: { value: 'Ada' },
      company: { value: 'One' },
      tags: { add: { vip: true } },
      phones: {
        add: {
          e01: { label: 'home', value: '2' },
          e00: { label: 'work', value: '1' },
        },
      },
    },
  },
  {
    record: customer,
    kind: 'customer',
    stamp: stampOf(2, 1),
    at: 2,
    set: {
      name: { value: 'Bea', over: [stampOf(1)] },
      company: { value: null, over: [stampOf(1)] },
      tags: { add: { vip: true, abc: true } },
      phones: { remove: { e01: [stampOf(1)] } },
    },
  },
];

describe('the values of a record', () => {
  const state = merge(changes).get(customer)!;

  it('are the newest of each field and the living elements of each set, without what is empty', () => {
    expect(valuesOf(state)).toEqual({
      name: 'Bea',
      tags: ['vip', 'abc'],
      phones: [{ id: 'e00', label: 'work', value: '1' }],
    });
    expect(valueOf(state, 'name')).toBe('Bea');
    expect(valueOf(state, 'company')).toBeNull();
    expect(valueOf(state, 'constructor')).toBeNull();
    expect(elementsOf(state, 'constructor')).toEqual([]);
  });

  it('stand in the order in which they came, those of one change in the order of their keys', () => {
    const first = merge(changes.slice(0, 1)).get(customer)!;
    expect(elementsOf(first, 'phones')).toMatchObject([{ value: '1' }, { value: '2' }]);
  });

  it('are seen by the newest stamp of each field and all living adds of each element', () => {
    expect(seenOf(state)).toEqual({
      fields: { name: [stampOf(2, 1)], company: [stampOf(2, 1)] },
      sets: {
        tags: { vip: [stampOf(2, 1), stampOf(1)], abc: [stampOf(2, 1)] },
        phones: { e00: [stampOf(1)] },
      },
    });
  });
});
