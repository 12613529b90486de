import type { RecordId } from '#base/ids.ts';
import { applyChange, cloneState, createErasures } from '#domain/apply.ts';
import { fieldsOf } from '#domain/catalogue.ts';
import type { Change, Json } from '#domain/change.ts';
import { conflictsOf } from '#domain/conflicts.ts';
import { changeOf, deletionOf, inverseOf, revivalOf } from '#domain/edits.ts';
import { PAST_VALUES, type RecordState } from '#domain/record-state.ts';
import type { Stamp } from '#domain/stamp.ts';
import { isAlive, seenOf, valuesOf, type Seen } from '#domain/values.ts';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { anyChangeOf, clockOf, customer, devices, merge, runs, stampOf } from './arbitraries.ts';
import { anyEdit, anyStep, work } from './team.ts';

const fields = fieldsOf('customer');

interface Said {
  readonly state?: RecordState | undefined;
  readonly values: Readonly<Record<string, Json>>;
  readonly stamp: Stamp;
  readonly seen?: Seen;
}

function say({ state, values, stamp, seen }: Said): Change {
  return changeOf({
    ...(state !== undefined && { state }),
    ...(seen !== undefined && { seen }),
    record: customer,
    kind: 'customer',
    fields,
    values,
    stamp,
    at: 0,
  });
}

function apply(state: RecordState | undefined, ...changes: readonly Change[]): RecordState {
  const none = createErasures();
  return changes.reduce<RecordState | undefined>(
    (merged, change) => applyChange(merged, change, none),
    state === undefined ? undefined : cloneState(state),
  )!;
}

describe('an edit', () => {
  it('shows what its author wrote, whatever stood there', () => {
    const anyValues = fc.record(
      {
        name: fc.constantFrom('Ada', 'Bea', null),
        tags: fc.uniqueArray(
          fc.string({ minLength: 1, maxLength: 5 }).filter((tag) => tag !== '__proto__'),
        ),
        phones: fc.uniqueArray(fc.constantFrom('1', '2', '3')),
      },
      { requiredKeys: [] },
    );
    fc.assert(
      fc.property(
        fc.array(anyChangeOf(customer, 'customer')),
        anyValues,
        (before, { phones, ...rest }) => {
          const state = before.length === 0 ? undefined : merge(before).get(customer);
          const values = {
            ...rest,
            ...(phones !== undefined && {
              phones: phones.map((value) => ({ id: '', label: 'work', value })),
            }),
          };
          const stamp = stampOf(100);
          const after = valuesOf(apply(state, say({ state, values, stamp })));
          if (rest.name !== undefined) expect(after['name'] ?? null).toBe(rest.name);
          if (rest.tags !== undefined) {
            expect(new Set((after['tags'] ?? []) as string[])).toEqual(new Set(rest.tags));
          }
          if (phones !== undefined) {
            const shown = (after['phones'] ?? []) as { value: string }[];
            expect(shown.map(({ value }) => value)).toEqual(phones);
          }
        },
      ),
      runs(200),
    );
  });

  it('says nothing where nothing changed', () => {
    const values = {
      name: 'Ada',
      tags: ['vip'],
      emails: [{ id: '', label: 'work', value: 'ada@example.com' }],
    };
    const state = apply(undefined, say({ values, stamp: stampOf(1) }));
    expect(say({ state, values: valuesOf(state), stamp: stampOf(2) }).set).toEqual({});
    expect(say({ state, values, stamp: stampOf(2) }).set).toEqual({});
    expect(say({ values: { name: '', company: null, tags: [] }, stamp: stampOf(1) }).set).toEqual(
      {},
    );
  });

  it('keeps the label that stands where a row brings the same address without one', () => {
    const emails = [{ id: '', label: 'work', value: 'ada@example.com' }];
    const state = apply(undefined, say({ values: { emails }, stamp: stampOf(1) }));
    const bare = [
      { id: '', label: '', value: 'ada@example.com' },
      { id: '', label: '', value: 'b@example.com' },
    ];
    const after = apply(state, say({ state, values: { emails: bare }, stamp: stampOf(2) }));
    expect(valuesOf(after)['emails']).toMatchObject([
      { label: 'work' },
      { label: '', value: 'b@example.com' },
    ]);
  });

  it('keeps the order of a list, also of an element that is edited', () => {
    const phones = ['3', '1', '2'].map((value) => ({ id: '', label: '', value }));
    const state = apply(undefined, say({ values: { phones }, stamp: stampOf(1) }));
    const [first, ...rest] = valuesOf(state)['phones'] as {
      id: string;
      label: string;
      value: string;
    }[];
    const edited = [{ ...first!, value: '9' }, ...rest, { id: '', label: '', value: '0' }];
    const after = apply(state, say({ state, values: { phones: edited }, stamp: stampOf(2) }));
    expect((valuesOf(after)['phones'] as { value: string }[]).map(({ value }) => value)).toEqual([
      '9',
      '1',
      '2',
      '0',
    ]);
  });

  it('leaves alone what its author could not see', () => {
    const phone = { id: 'e00', label: '', value: '1' };
    const before = apply(
      undefined,
      say({ values: { name: 'Ada', tags: ['old'], phones: [phone] }, stamp: stampOf(1) }),
    );
    const seen = seenOf(before);
    const meanwhile = say({
      state: before,
      values: { name: 'Bea', tags: ['old', 'theirs'], phones: [{ ...phone, value: '2' }] },
      stamp: stampOf(2, 1),
    });
    const state = apply(before, meanwhile);
    const mine = say({
      state,
      seen,
      values: { tags: ['mine'], phones: [phone] },
      stamp: stampOf(3),
    });
    expect(mine.set).toEqual({ tags: { add: { mine: true }, remove: { old: [stampOf(1)] } } });
    expect(valuesOf(apply(state, mine))).toEqual({
      name: 'Bea',
      tags: ['theirs', 'mine'],
      phones: [{ ...phone, value: '2' }],
    });
  });

  it('names as replaced what its author saw', () => {
    const state = apply(undefined, say({ values: { name: 'Ada' }, stamp: stampOf(1) }));
    expect(say({ state, values: { name: 'Bea' }, stamp: stampOf(2) }).set).toEqual({
      name: { value: 'Bea', over: [stampOf(1)] },
    });
    expect(say({ state, values: { name: '' }, stamp: stampOf(2) }).set).toEqual({
      name: { value: null, over: [stampOf(1)] },
    });
  });

  it('of an element replaces the value that its author saw', () => {
    const phones = [{ id: 'e00', label: '', value: '1' }];
    const state = apply(undefined, say({ values: { phones }, stamp: stampOf(1) }));
    const edited = [{ ...phones[0]!, value: '2' }];
    const after = apply(state, say({ state, values: { phones: edited }, stamp: stampOf(2) }));
    expect(valuesOf(after)).toEqual({ phones: edited });
    expect(conflictsOf(after)).toEqual([]);
  });

  it('gives elements of two authors two keys', () => {
    const state = apply(undefined, say({ values: { name: 'Ada' }, stamp: stampOf(1) }));
    const added = [0, 1].map((device) =>
      say({
        state,
        values: { phones: [{ id: '', label: '', value: String(device) }] },
        stamp: stampOf(2, device),
      }),
    );
    expect(valuesOf(apply(state, ...added))['phones']).toHaveLength(2);
  });

  it('survives tags that are named like parts of an object', () => {
    const tags = ['constructor', 'toString', '__proto__', '7', 'hasOwnProperty'];
    const state = apply(undefined, say({ values: { tags }, stamp: stampOf(1) }));
    expect(new Set(valuesOf(state)['tags'] as string[])).toEqual(
      new Set(['constructor', 'toString', '7', 'hasOwnProperty']),
    );
  });
});

describe('undo', () => {
  it('restores the visible values, whatever the step and whatever went before', () => {
    fc.assert(
      fc.property(fc.array(anyStep, { maxLength: 25 }), anyStep, (steps, last) => {
        const device = work(steps).team[last.device]!;
        const before = device.state;
        const change = device.author(last);
        if (before === undefined || change === undefined) return;
        const { stamp } = change;
        const after = apply(before, change);
        const inverse = inverseOf(after, { from: stamp, to: stamp }, device.nextStamp(), 0);
        const restored = inverse === undefined ? after : apply(after, inverse);
        expect(isAlive(restored)).toBe(isAlive(before));
        expect(shown(restored)).toEqual(shown(before));
      }),
      runs(400),
    );
  });

  it('of an undo brings the step back', () => {
    fc.assert(
      fc.property(fc.array(anyStep, { maxLength: 15 }), anyStep, (steps, last) => {
        const device = work(steps).team[last.device]!;
        const change = device.author(last);
        if (device.state === undefined || change === undefined) return;
        const after = apply(device.state, change);
        const undone = inverseOf(
          after,
          { from: change.stamp, to: change.stamp },
          device.nextStamp(),
          0,
        );
        if (undone === undefined) return;
        const run = { from: undone.stamp, to: undone.stamp };
        const redone = inverseOf(apply(after, undone), run, device.nextStamp(), 0);
        expect(redone).toBeDefined();
        const again = apply(after, undone, redone!);
        expect(isAlive(again)).toBe(isAlive(after));
        expect(shown(again)).toEqual(shown(after));
      }),
      runs(200),
    );
  });

  it('takes back a whole run of edits of one record at once', () => {
    fc.assert(
      fc.property(
        fc.array(anyStep, { maxLength: 15 }),
        fc.array(anyEdit, { minLength: 1, maxLength: 8 }),
        (steps, run) => {
          const device = work(steps).team[0]!;
          const before = device.state;
          if (before === undefined || !isAlive(before)) return;
          const from = device.nextStamp();
          for (const step of run) {
            const change = device.author(step);
            if (change !== undefined) device.receive(change);
          }
          const to = device.nextStamp();
          const inverse = inverseOf(device.state!, { from, to }, device.nextStamp(), 0);
          const restored = inverse === undefined ? device.state! : apply(device.state, inverse);
          expect(shown(restored)).toEqual(shown(before));
        },
      ),
      runs(150),
    );
  });

  it('leaves what others wrote since', () => {
    const before = apply(
      undefined,
      say({ values: { name: 'Ada', company: 'One' }, stamp: stampOf(1) }),
    );
    const mine = say({
      state: before,
      values: { name: 'Bea', company: 'Two', tags: ['mine'] },
      stamp: stampOf(2),
    });
    const state = apply(before, mine);
    const theirs = say({
      state,
      values: { name: 'Cid', tags: ['mine', 'theirs'] },
      stamp: stampOf(3, 1),
    });
    const inverse = inverseOf(
      apply(state, theirs),
      { from: stampOf(2), to: stampOf(2) },
      stampOf(4),
      0,
    )!;
    expect(valuesOf(apply(state, theirs, inverse))).toEqual({
      name: 'Cid',
      company: 'One',
      tags: ['theirs'],
    });
  });

  it('leaves an element removed that somebody else removed too, and one alone that somebody else has changed', () => {
    const phone = { id: 'e00', label: '', value: '1' };
    const before = apply(
      undefined,
      say({ values: { name: 'Ada', tags: ['old'], phones: [phone] }, stamp: stampOf(1) }),
    );
    const both = [0, 1].map((device) =>
      say({
        state: before,
        values: { tags: [], phones: [{ ...phone, value: `by ${device}` }] },
        stamp: stampOf(2, device),
      }),
    );
    const state = apply(before, ...both);
    const inverse = inverseOf(state, { from: stampOf(2), to: stampOf(2) }, stampOf(3), 0)!;
    expect(valuesOf(apply(state, inverse))).toEqual({
      name: 'Ada',
      phones: [{ ...phone, value: 'by 1' }],
    });
    expect(inverse.set?.['phones']).toEqual({ remove: { e00: [stampOf(2)] } });
  });

  it('has nothing to bring back where somebody else added the same in the meantime', () => {
    const before = apply(undefined, say({ values: { tags: ['vip'] }, stamp: stampOf(1) }));
    const theirs: Change = {
      record: customer,
      kind: 'customer',
      stamp: stampOf(2, 1),
      at: 0,
      set: { tags: { add: { vip: true } } },
    };
    const mine = say({ state: before, values: { tags: [] }, stamp: stampOf(2) });
    const state = apply(before, mine, theirs);
    expect(inverseOf(state, { from: stampOf(2), to: stampOf(2) }, stampOf(3), 0)).toBeUndefined();
  });

  it('leaves a record dead that the run made and deleted', () => {
    const made = apply(undefined, say({ values: { name: 'Ada' }, stamp: stampOf(1) }));
    const deleted = apply(made, deletionOf(made, stampOf(2), 0));
    const run = { from: stampOf(1), to: stampOf(2) };
    expect(inverseOf(deleted, run, stampOf(3), 0)).toBeUndefined();
  });

  it('deletes a record that the run made, unless others have touched it', () => {
    const run = { from: stampOf(1), to: stampOf(2) };
    const made = say({ values: { name: 'Ada' }, stamp: stampOf(1) });
    const state = apply(undefined, made);
    const inverse = inverseOf(state, run, stampOf(5), 0)!;
    expect(inverse.deletes).toEqual({ [devices[0]!]: stampOf(1) });
    expect(isAlive(apply(state, inverse))).toBe(false);

    const touched = apply(state, say({ state, values: { company: 'One' }, stamp: stampOf(3, 1) }));
    expect(inverseOf(touched, run, stampOf(5), 0)).toBeUndefined();
  });

  it('brings a record back that the run deleted, and deletes one that it brought back', () => {
    const made = apply(undefined, say({ values: { name: 'Ada' }, stamp: stampOf(1) }));
    const deleted = apply(made, deletionOf(made, stampOf(2), 0));
    const revival = inverseOf(deleted, { from: stampOf(2), to: stampOf(2) }, stampOf(3), 0)!;
    const alive = apply(deleted, revival);
    expect(valuesOf(alive)).toEqual({ name: 'Ada' });
    expect(isAlive(alive)).toBe(true);
    const again = inverseOf(alive, { from: stampOf(3), to: stampOf(3) }, stampOf(4), 0)!;
    expect(isAlive(apply(alive, again))).toBe(false);
    expect(isAlive(apply(deleted, revivalOf(deleted, stampOf(3), 0)))).toBe(true);
  });

  it('has nothing to say of a run that did not touch the record, or of another device', () => {
    const state = apply(undefined, say({ values: { name: 'Ada' }, stamp: stampOf(2) }));
    expect(inverseOf(state, { from: stampOf(3), to: stampOf(9) }, stampOf(10), 0)).toBeUndefined();
    expect(
      inverseOf(state, { from: stampOf(1, 1), to: stampOf(9, 1) }, stampOf(10), 0),
    ).toBeUndefined();
  });

  it('does not empty a field whose earlier values are no longer kept', () => {
    const clock = clockOf(devices[0]!);
    let state = apply(undefined, say({ values: { name: 'first' }, stamp: clock.next() }));
    const from = clock.next();
    for (let index = 0; index < PAST_VALUES + 3; index++) {
      state = apply(state, say({ state, values: { name: `N${index}` }, stamp: clock.next() }));
    }
    expect(inverseOf(state, { from, to: clock.next() }, clock.next(), 0)).toBeUndefined();
  });

  it('belongs to the record and customer of the change it takes back', () => {
    const head = { record: 't'.repeat(26) as RecordId, kind: 'task' as const, customer };
    const change = changeOf({
      ...head,
      values: { title: 'Call' },
      fields: fieldsOf('task'),
      stamp: stampOf(1),
      at: 0,
    });
    const state = apply(undefined, change);
    expect(inverseOf(state, { from: stampOf(1), to: stampOf(1) }, stampOf(2), 5)).toEqual({
      ...head,
      stamp: stampOf(2),
      at: 5,
      deletes: { [devices[0]!]: stampOf(1) },
    });
  });
});

/** Values by what people see: which id an element has is nothing to them, nor in which order undone elements stand. */
function shown(state: RecordState): unknown {
  const { tags = [], emails = [], ...rest } = valuesOf(state);
  return {
    ...rest,
    tags: (tags as string[]).toSorted(),
    emails: (emails as { value: string }[]).map(({ value }) => value).sort(),
  };
}
