import type { RecordId } from '#base/ids.ts';
import {
  applyChange,
  cloneDossier,
  cloneFor,
  cloneState,
  createErasures,
  purge,
} from '#domain/apply.ts';
import type { Change } from '#domain/change.ts';
import { decodeRecord, encodeRecord } from '#domain/encoding.ts';
import { PAST_VALUES, type Dossier, type RecordState } from '#domain/record-state.ts';
import type { Stamp } from '#domain/stamp.ts';
import { isAlive, valuesOf } from '#domain/values.ts';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  anyChange,
  anyChangeOf,
  anyErasure,
  anyErasureChange,
  anyRewrite,
  customer,
  devices,
  hasErasure,
  merge,
  runs,
  stampOf,
  task,
} from './arbitraries.ts';
import { anyStep, work } from './team.ts';

const anyHistory = fc.array(anyChange, { maxLength: 60 });
const anyRewriting = fc.array(anyRewrite, { minLength: 40, maxLength: 60 });
const anyHistoryWithErasures = fc
  .tuple(fc.oneof(anyHistory, anyRewriting), fc.array(anyErasureChange, { maxLength: 4 }))
  .map(([changes, erasures]) => [...changes, ...erasures]);

describe('merging', () => {
  it('gives the same state for any order of the same changes, erasures among them', () => {
    const orders = anyHistoryWithErasures.chain((changes) =>
      fc.tuple(fc.constant(changes), fc.shuffledSubarray(changes, { minLength: changes.length })),
    );
    fc.assert(
      fc.property(orders, ([one, other]) => {
        expect(merge(other)).toEqual(merge(one));
      }),
      runs(150),
    );
  });

  it('leaves the state as it was of which only that is copied which the change names', () => {
    fc.assert(
      fc.property(anyHistoryWithErasures, (changes) => {
        const erasures = createErasures(changes.flatMap(({ erases }) => erases ?? []));
        const states = new Map<RecordId, RecordState>();
        for (const change of changes) {
          const before = states.get(change.record);
          const text = before === undefined ? '' : JSON.stringify(before);
          const after = applyChange(
            before === undefined ? undefined : cloneFor(before, change),
            change,
            erasures,
          );
          const whole = applyChange(
            before === undefined ? undefined : cloneState(before),
            change,
            erasures,
          );
          expect(after).toEqual(whole);
          expect(before === undefined ? '' : JSON.stringify(before)).toBe(text);
          if (after === undefined) states.delete(change.record);
          else states.set(change.record, after);
        }
      }),
      runs(100),
    );
  });

  it('gives the same state for any duplication of the same changes', () => {
    const repeated = anyHistoryWithErasures.chain((changes) =>
      fc.tuple(fc.constant(changes), fc.subarray(changes), fc.subarray(changes)),
    );
    fc.assert(
      fc.property(repeated, ([changes, again, andAgain]) => {
        expect(merge([...again, ...changes, ...andAgain])).toEqual(merge(changes));
      }),
      runs(100),
    );
  });

  it('gives the same state for any partition into batches that are written down between', () => {
    const batches = fc.array(fc.array(fc.oneof(anyChange, anyErasureChange), { maxLength: 15 }), {
      maxLength: 5,
    });
    fc.assert(
      fc.property(batches, (parts) => {
        const inParts = parts.reduce<Dossier>(
          (dossier, part) => merge(part, throughText(dossier)),
          new Map(),
        );
        expect(inParts).toEqual(merge(parts.flat()));
      }),
      runs(100),
    );
  });

  it('gives equal text for equal states, however they came about', () => {
    const orders = anyHistory.chain((changes) =>
      fc.tuple(fc.constant(changes), fc.shuffledSubarray(changes, { minLength: changes.length })),
    );
    fc.assert(
      fc.property(orders, ([one, other]) => {
        expect(textOf(merge(other))).toBe(textOf(merge(one)));
      }),
      runs(100),
    );
  });

  it('shows, of each field, the value of the newest stamp', () => {
    const anyChanges = fc.oneof(
      fc.array(anyChangeOf(customer, 'customer'), { minLength: 1 }),
      anyRewriting,
    );
    fc.assert(
      fc.property(anyChanges, (changes) => {
        const state = stateOf(changes);
        for (const [field, values] of Object.entries(state.fields)) {
          const stamps = changes
            .filter(({ set }) => set !== undefined && Object.hasOwn(set, field))
            .map(({ stamp }) => stamp)
            .sort();
          expect(values[0]?.stamp).toBe(stamps.at(-1));
          expect(new Set(values.map(({ stamp }) => stamp))).toEqual(
            new Set([...new Set(stamps)].slice(-PAST_VALUES)),
          );
        }
      }),
      runs(100),
    );
  });

  it('keeps an element of a set while one of its adds is named by no removal', () => {
    fc.assert(
      fc.property(fc.array(anyChangeOf(customer, 'customer'), { minLength: 1 }), (changes) => {
        const state = stateOf(changes);
        const expected = new Set<string>();
        const removed = new Set<string>();
        for (const { set = {} } of changes) {
          for (const [field, write] of Object.entries(set)) {
            if ('value' in write) continue;
            for (const [key, stamps] of Object.entries(write.remove ?? {})) {
              for (const stamp of stamps) removed.add(`${field} ${key} ${stamp}`);
            }
          }
        }
        for (const { stamp, set = {} } of changes) {
          for (const [field, write] of Object.entries(set)) {
            if ('value' in write) continue;
            for (const key of Object.keys(write.add ?? {})) {
              if (!removed.has(`${field} ${key} ${stamp}`)) expected.add(`${field} ${key}`);
            }
          }
        }
        const living = Object.entries(state.sets).flatMap(([field, set]) =>
          Object.entries(set)
            .filter(([, { adds }]) => adds.length > 0)
            .map(([key]) => `${field} ${key}`),
        );
        expect(new Set(living)).toEqual(expected);
      }),
      runs(100),
    );
  });

  it('lets a record live exactly while one of its changes is covered by no deletion', () => {
    fc.assert(
      fc.property(fc.array(anyChangeOf(customer, 'customer'), { minLength: 1 }), (changes) => {
        const isCovered = ({ stamp }: Change): boolean =>
          changes.some(({ deletes = {} }) =>
            Object.values(deletes).some(
              (covered) => covered.slice(17) === stamp.slice(17) && covered >= stamp,
            ),
          );
        const lives = changes.some((change) => change.deletes === undefined && !isCovered(change));
        expect(isAlive(stateOf(changes))).toBe(lives);
      }),
      runs(200),
    );
  });

  it('does not alter what a clone was taken from', () => {
    fc.assert(
      fc.property(anyHistory, anyHistory, (before, after) => {
        const dossier = merge(before);
        const text = textOf(dossier);
        merge(after, cloneDossier(dossier));
        expect(textOf(dossier)).toBe(text);
      }),
      runs(50),
    );
  });

  it('passes over field names, tags and stamps that no well-behaved author writes', () => {
    const set = JSON.parse(
      '{"__proto__": {"value": 1}, "": {"value": 1}, "a b": {"value": 1}, "tags": {"add": {"__proto__": true, "": true}}}',
    ) as NonNullable<Change['set']>;
    const stamp = stampOf(2);
    const state = stateOf([
      { record: customer, kind: 'customer', stamp, at: 0, set },
      {
        record: customer,
        kind: 'customer',
        stamp: stampOf(3, 1),
        at: 0,
        deletes: {
          [devices[0]!]: stampOf(9, 1),
          [devices[1]!]: 'x' as Stamp,
        },
      },
    ]);
    expect(valuesOf(state)).toEqual({});
    expect(state.sets).toEqual({});
    expect(state.covered).toEqual({});
    expect(isAlive(state)).toBe(true);
  });
});

describe('life and death of a record', () => {
  const head = { record: customer, kind: 'customer' as const, at: 0 };
  const created: Change = { ...head, stamp: stampOf(1), set: { name: { value: 'Ida' } } };
  const deletedByB: Change = {
    ...head,
    stamp: stampOf(5, 1),
    deletes: { [devices[0]!]: stampOf(1) },
  };

  it('a deletion covers what its author had seen', () => {
    expect(isAlive(stateOf([created, deletedByB]))).toBe(false);
  });

  it('it lives exactly while a change of it was unknown to everyone who deleted it', () => {
    fc.assert(
      fc.property(fc.array(anyStep, { maxLength: 30 }), (steps) => {
        const { team, authored } = work(steps);
        const deletions = authored.filter(({ change }) => change.deletes !== undefined);
        const lives = authored.some(
          ({ change }) =>
            change.deletes === undefined && !deletions.some(({ knew }) => knew.has(change)),
        );
        for (const { state } of team) expect(state !== undefined && isAlive(state)).toBe(lives);
      }),
      runs(200),
    );
  });

  it('an edit that the deletion did not know brings the record back', () => {
    const edit: Change = { ...head, stamp: stampOf(3), set: { name: { value: 'Ida B.' } } };
    expect(isAlive(stateOf([created, deletedByB, edit]))).toBe(true);
  });

  it('two who delete at once do not bring it back between them', () => {
    const deletedByC: Change = { ...deletedByB, stamp: stampOf(5, 2) };
    expect(isAlive(stateOf([deletedByC, created, deletedByB]))).toBe(false);
  });

  it('a revival brings it back with its values', () => {
    const revival: Change = { ...head, stamp: stampOf(6, 2) };
    const state = stateOf([revival, deletedByB, created]);
    expect(isAlive(state)).toBe(true);
    expect(valuesOf(state)).toEqual({ name: 'Ida' });
  });
});

describe('erasure', () => {
  it('an erased person never returns, whenever the erasure and whatever else comes', () => {
    const erasure: Change = {
      record: 'e'.repeat(26) as RecordId,
      kind: 'erasure',
      stamp: stampOf(20),
      at: 0,
      erases: { type: 'person', ids: [customer] },
    };
    const withErasure = anyHistoryWithErasures.chain((changes) =>
      fc.shuffledSubarray([...changes, erasure], { minLength: changes.length + 1 }),
    );
    fc.assert(
      fc.property(withErasure, anyHistory, (changes, later) => {
        const dossier = merge(later, throughText(merge(changes)));
        expect(dossier.has(customer)).toBe(false);
        expect(dossier.has(task)).toBe(false);
      }),
      runs(100),
    );
  });

  it('leaves nothing of an erased field or value, in the present or in the past', () => {
    fc.assert(
      fc.property(fc.array(anyChangeOf(customer, 'customer')), anyErasure, (changes, erasure) => {
        const dossier = merge(changes);
        purge(dossier, erasure);
        const state = dossier.get(customer);
        if (state === undefined || erasure.type === 'person') return;
        const values = Object.hasOwn(state.fields, erasure.field)
          ? state.fields[erasure.field]!
          : [];
        const elements = Object.hasOwn(state.sets, erasure.field)
          ? Object.values(state.sets[erasure.field]!)
          : [];
        const left = [
          ...values.filter(({ value }) => value !== null),
          ...elements.flatMap(({ adds, removed }) => [...adds, ...removed]),
        ].filter((value) => erasure.type === 'field' || value.stamp === erasure.stamp);
        expect(left).toEqual([]);
      }),
      runs(150),
    );
  });

  it('tells whether there was anything to erase', () => {
    const change: Change = {
      record: customer,
      kind: 'customer',
      stamp: stampOf(1),
      at: 0,
      set: { notes: { value: '4111 1111 1111 1111' }, tags: { add: { vip: true } } },
    };
    const dossier = merge([change]);
    const value = { type: 'value', record: customer, field: 'notes', stamp: stampOf(1) } as const;
    expect(purge(dossier, { ...value, stamp: stampOf(2) })).toBe(false);
    expect(purge(dossier, value)).toBe(true);
    expect(purge(dossier, value)).toBe(false);
    expect(valuesOf(dossier.get(customer)!)).toEqual({ tags: ['vip'] });
    expect(purge(dossier, { type: 'field', record: customer, field: 'tags' })).toBe(true);
    expect(purge(dossier, { type: 'field', record: customer, field: 'tags' })).toBe(false);
    expect(purge(dossier, { type: 'person', ids: [task] })).toBe(false);
    expect(purge(dossier, { type: 'person', ids: [customer] })).toBe(true);
    expect(dossier.size).toBe(0);
  });

  it('is carried by its own record, all that it ever named', () => {
    fc.assert(
      fc.property(fc.array(anyErasureChange, { minLength: 1, maxLength: 6 }), (changes) => {
        const [state] = merge(changes).values();
        const named = new Set(
          changes.filter(hasErasure).map(({ erases }) => JSON.stringify(erases)),
        );
        expect(new Set(state?.erases?.map((each) => JSON.stringify(each)))).toEqual(named);
      }),
      runs(30),
    );
  });
});

function stateOf(changes: readonly Change[]): RecordState {
  const none = createErasures();
  const state = changes.reduce<RecordState | undefined>(
    (merged, change) => applyChange(merged, change, none),
    undefined,
  );
  return state!;
}

function throughText(dossier: Dossier): Dossier {
  return new Map(
    [...dossier].map(([id, state]) => [
      id,
      decodeRecord(JSON.parse(JSON.stringify(encodeRecord(state))))!,
    ]),
  );
}

function textOf(dossier: Dossier): string {
  return JSON.stringify(
    [...dossier.values()].map(encodeRecord).sort((a, b) => (a.id < b.id ? -1 : 1)),
  );
}
