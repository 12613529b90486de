import type { Change, ElementKey, FieldName } from '#domain/change.ts';
import { applyChange, cloneState, createErasures } from '#domain/apply.ts';
import { conflictsOf, settlementOf } from '#domain/conflicts.ts';
import { changeOf } from '#domain/edits.ts';
import { fieldsOf } from '#domain/catalogue.ts';
import type { RecordState } from '#domain/record-state.ts';
import type { Stamp } from '#domain/stamp.ts';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { anyChangeOf, customer, merge, runs, stampOf } from './arbitraries.ts';
import { anyStep, work, type Authored } from './team.ts';

describe('conflicts', () => {
  it('are found exactly where two changes did not know each other', () => {
    fc.assert(
      fc.property(fc.array(anyStep, { maxLength: 25 }), (steps) => {
        const { team, authored } = work(steps);
        const expected = authored.length === 0 ? [] : conflictsByKnowledge(authored);
        for (const { state } of team) {
          expect(state === undefined ? [] : shortForms(state)).toEqual(expected);
        }
      }),
      runs(300),
    );
  });

  it('do not exist where everybody always knew everything', () => {
    fc.assert(
      fc.property(fc.array(anyStep, { maxLength: 25 }), (steps) => {
        const alone = steps.map((step) => ({ ...step, device: 0 }));
        const { state } = work(alone).team[0]!;
        expect(state === undefined ? [] : conflictsOf(state)).toEqual([]);
      }),
      runs(50),
    );
  });

  it('are, in any set of changes, the values that are neither newest nor named', () => {
    fc.assert(
      fc.property(
        fc.array(anyChangeOf(customer, 'customer'), { minLength: 1, maxLength: 15 }),
        (changes) => {
          const state = merge(changes).get(customer)!;
          const found = conflictsOf(state)
            .filter(({ element }) => element === undefined)
            .flatMap(({ field, lost }) => lost.map(({ stamp }) => `${field} ${stamp}`));
          const expected: string[] = [];
          for (const field of Object.keys(state.fields)) {
            const writes = changes.flatMap(({ stamp, set = {} }) => {
              const write = Object.hasOwn(set, field) ? set[field] : undefined;
              return write !== undefined && 'value' in write
                ? [{ stamp, over: write.over ?? [] }]
                : [];
            });
            const named = new Set(writes.flatMap(({ over }) => over));
            const newest = writes
              .map(({ stamp }) => stamp)
              .sort()
              .at(-1);
            for (const { stamp } of writes) {
              if (stamp !== newest && !named.has(stamp)) expected.push(`${field} ${stamp}`);
            }
          }
          expect(new Set(found.filter((each) => !isTieOfNewest(each, state)))).toEqual(
            new Set(expected),
          );
        },
      ),
      runs(150),
    );
  });

  it('are gone once they are settled either way, and the side that was chosen stands', () => {
    fc.assert(
      fc.property(
        fc.array(anyChangeOf(customer, 'customer'), { minLength: 1, maxLength: 15 }),
        fc.constantFrom('keep' as const, 'other' as const),
        (changes, choice) => {
          const state = merge(changes).get(customer)!;
          for (const conflict of conflictsOf(state)) {
            const moment = { stamp: stampOf(99), at: 0 };
            const change = settlementOf(state, conflict, choice, moment);
            const after = applyChange(cloneState(state), change, createErasures())!;
            const { field, element, current, lost } = conflict;
            const isTheSame = (each: typeof conflict) =>
              each.field === field && each.element === element;
            expect(conflictsOf(after).filter(isTheSame)).toEqual([]);
            const [now] =
              element === undefined ? after.fields[field]! : after.sets[field]![element]!.adds;
            expect(now!.value).toEqual((choice === 'keep' ? current : lost[0]!).value);
          }
        },
      ),
      runs(150),
    );
  });

  it('stay until somebody settles them, and are settled by one edit that names them', () => {
    const head = { record: customer, kind: 'customer' as const, at: 0 };
    const base: Change = { ...head, stamp: stampOf(1), set: { name: { value: 'Ada' } } };
    const mine: Change = {
      ...head,
      stamp: stampOf(2, 1),
      set: { name: { value: 'Bea', over: [stampOf(1)] } },
    };
    const theirs: Change = {
      ...head,
      stamp: stampOf(3, 2),
      set: { name: { value: 'Cid', over: [stampOf(1)] } },
    };
    const state = merge([base, mine, theirs]).get(customer)!;
    const [conflict] = conflictsOf(state);
    expect(conflict).toMatchObject({
      field: 'name',
      current: { value: 'Cid' },
      lost: [{ value: 'Bea' }],
      differs: true,
    });

    const source = {
      state,
      record: customer,
      kind: 'customer' as const,
      fields: fieldsOf('customer'),
      at: 0,
    };
    const unaware = changeOf({ ...source, values: { name: 'Dan' }, stamp: stampOf(4) });
    expect(conflictsOf(merge([base, mine, theirs, unaware]).get(customer)!)).toHaveLength(1);

    const seen = { fields: { name: [stampOf(3, 2), stampOf(2, 1)] }, sets: {} };
    const flipped = changeOf({ ...source, values: { name: 'Bea' }, seen, stamp: stampOf(4) });
    const settled = merge([base, mine, theirs, flipped]).get(customer)!;
    expect(conflictsOf(settled)).toEqual([]);
    expect(settled.fields['name']?.[0]?.value).toBe('Bea');

    const kept = changeOf({ ...source, values: { name: 'Cid' }, seen, stamp: stampOf(4) });
    expect(conflictsOf(merge([base, mine, theirs, kept]).get(customer)!)).toEqual([]);
  });

  it('say whether anything differs', () => {
    const add = (device: number): Change => ({
      record: customer,
      kind: 'customer',
      stamp: stampOf(2, device),
      at: 0,
      set: { tags: { add: { vip: true } } },
    });
    const state = merge([add(0), add(1)]).get(customer)!;
    expect(conflictsOf(state)).toMatchObject([{ field: 'tags', element: 'vip', differs: false }]);
  });
});

/** As text, sorted: field, element or '', the stamps of what lost. */
function shortForms(state: RecordState): string[] {
  return conflictsOf(state)
    .map(
      ({ field, element = '', lost }) =>
        `${field} ${element}: ${lost.map(({ stamp }) => stamp).join(' ')}`,
    )
    .sort();
}

/**
 * By what each author knew, not by what the changes say: a write replaces the newest value of the field that its author knew; a write to
 * an element replaces all of its living adds that its author knew.
 */
function conflictsByKnowledge(authored: readonly Authored[]): string[] {
  const all = new Set(authored.map(({ change }) => change));
  const knewBy = new Map(authored.map(({ change, knew }) => [change, knew]));
  const found: string[] = [];
  const report = (field: FieldName, element: ElementKey, heads: readonly Stamp[]): void => {
    const [, ...lost] = heads.toSorted().reverse();
    if (lost.length > 0) found.push(`${field} ${element}: ${lost.join(' ')}`);
  };

  for (const field of ['name', 'company']) {
    const writers = [...all].filter(({ set }) => set?.[field] !== undefined);
    const replaced = new Set(
      writers.map((writer) =>
        newestOf([...knewBy.get(writer)!].filter(({ set }) => set?.[field] !== undefined)),
      ),
    );
    const newest = newestOf(writers);
    report(
      field,
      '',
      writers.map(({ stamp }) => stamp).filter((stamp) => stamp === newest || !replaced.has(stamp)),
    );
  }

  for (const field of ['tags', 'emails']) {
    const keys = new Set(
      [...all].flatMap((change) => [...addedKeys(change, field), ...removedKeys(change, field)]),
    );
    for (const key of keys) {
      const livingIn = (known: ReadonlySet<Change>): Stamp[] => {
        const replaced = new Set(
          [...known]
            .filter((change) => removedKeys(change, field).includes(key))
            .flatMap((change) => livingIn(knewBy.get(change)!)),
        );
        return [...known]
          .filter((change) => addedKeys(change, field).includes(key) && !replaced.has(change.stamp))
          .map(({ stamp }) => stamp);
      };
      report(field, key, livingIn(all));
    }
  }
  return found.sort();
}

function newestOf(changes: readonly Change[]): Stamp | undefined {
  return changes
    .map(({ stamp }) => stamp)
    .sort()
    .at(-1);
}

function addedKeys({ set }: Change, field: FieldName): readonly ElementKey[] {
  const write = set?.[field];
  return write === undefined || 'value' in write ? [] : Object.keys(write.add ?? {});
}

function removedKeys({ set }: Change, field: FieldName): readonly ElementKey[] {
  const write = set?.[field];
  return write === undefined || 'value' in write ? [] : Object.keys(write.remove ?? {});
}

/** Two values of the newest stamp: which of them lost is a matter of their text. */
function isTieOfNewest(fieldAndStamp: string, state: RecordState): boolean {
  const [field = '', stamp] = fieldAndStamp.split(' ');
  return state.fields[field]?.[0]?.stamp === stamp;
}
