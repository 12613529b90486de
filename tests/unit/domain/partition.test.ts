import type { DeviceId } from '#base/ids.ts';
import { applyChange, createErasures, purge } from '#domain/apply.ts';
import type { Change, Erasure } from '#domain/change.ts';
import type { Run } from '#domain/edits.ts';
import { decodeRecord, encodeRecord } from '#domain/encoding.ts';
import { changesOf } from '#domain/partition.ts';
import type { Dossier, RecordState } from '#domain/record-state.ts';
import { isAlive } from '#domain/values.ts';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  anyChange,
  anyErasureChange,
  anyRewrite,
  customer,
  devices,
  hasErasure,
  merge,
  runs,
  stampOf,
} from './arbitraries.ts';

/** What no good author writes too: values in a deletion, an erasure in a customer's record. */
const anyOddChange: fc.Arbitrary<Change> = fc
  .tuple(anyChange, anyChange)
  .map(([one, other]) => ({ ...other, ...one }));

const anyHistory = fc.oneof(
  fc.array(fc.oneof({ weight: 6, arbitrary: anyChange }, { weight: 1, arbitrary: anyOddChange }), {
    maxLength: 40,
  }),
  fc.array(anyRewrite, { minLength: 20, maxLength: 60 }),
);
const anyErasures = fc.array(anyErasureChange, { maxLength: 3 });

/** The erasures come first: a snapshot begins with them. */
function reassembled(dossier: Dossier, erasures: readonly Change[], onto: readonly Change[] = []) {
  const parts = [...dossier.values()].flatMap((state) => changesOf(state));
  return merge([...onto, ...erasures, ...parts]);
}

function textOf(dossier: Dossier): string {
  return [...dossier.values()]
    .map((state) => JSON.stringify(encodeRecord(state)))
    .sort()
    .join('\n');
}

describe('taking a state apart', () => {
  it('gives changes that make it again, in any order, for any history and any erasures', () => {
    const shuffled = fc.tuple(anyHistory, anyErasures).chain(([changes, erasures]) => {
      const whole = merge([...changes, ...erasures]);
      const parts = [...whole.values()].flatMap((state) => changesOf(state));
      return fc.tuple(
        fc.constant(whole),
        fc.constant(erasures),
        fc.shuffledSubarray(parts, { minLength: parts.length }),
      );
    });
    fc.assert(
      fc.property(shuffled, ([whole, erasures, parts]) => {
        const again = merge([...parts, ...erasures]);
        expect(again).toEqual(whole);
        expect(textOf(again)).toBe(textOf(whole));
      }),
      runs(400),
    );
  });

  it('onto any other state gives what both say together', () => {
    fc.assert(
      fc.property(anyHistory, anyHistory, anyErasures, (mine, theirs, erasures) => {
        const whole = merge([...theirs, ...erasures]);
        expect(reassembled(whole, erasures, mine)).toEqual(
          merge([...mine, ...theirs, ...erasures]),
        );
      }),
      runs(300),
    );
  });

  it('says no more than one deletion, and nothing of a record as it was made but that', () => {
    const made: Change = {
      record: customer,
      kind: 'customer',
      stamp: stampOf(1),
      at: 7,
      set: { name: { value: 'Ada' }, tags: { add: { vip: true } } },
    };
    const state = stateOf(made);
    expect(changesOf(state)).toEqual([made]);
    const deletions = [2, 3, 4].map((milliseconds, index): Change => ({
      record: customer,
      kind: 'customer',
      stamp: stampOf(milliseconds, index),
      at: 9,
      deletes: { [devices[index]!]: stampOf(1, index) },
    }));
    const deleted = stateOf(made, ...deletions);
    expect(changesOf(deleted)).toHaveLength(2);
  });

  it('by runs of stamps gives parts whose union is the whole', () => {
    const cuts = fc.uniqueArray(fc.integer({ min: 1, max: 40 }), { maxLength: 4 });
    fc.assert(
      fc.property(anyHistory, anyErasures, cuts, (changes, erasures, at) => {
        const whole = merge([...changes, ...erasures]);
        const parts = [...whole.values()].flatMap((state) =>
          devices.flatMap((device) => runsOf(device, at).flatMap((run) => changesOf(state, run))),
        );
        expect(merge([...erasures, ...parts])).toEqual(whole);
      }),
      runs(300),
    );
  });

  it('of a run says only what lies in it', () => {
    fc.assert(
      fc.property(anyHistory, (changes) => {
        const run = { from: stampOf(10), to: stampOf(20) };
        for (const state of merge(changes).values()) {
          for (const { stamp } of changesOf(state, run)) {
            expect(stamp >= run.from && stamp <= run.to && stamp.endsWith(devices[0]!)).toBe(true);
          }
        }
      }),
      runs(100),
    );
  });

  it('lets others hear what a deletion of the run covered, when a later one hides it', () => {
    const made: Change = { record: customer, kind: 'customer', stamp: stampOf(1), at: 0, set: {} };
    const edited: Change = { ...made, stamp: stampOf(5), set: { name: { value: 'B' } } };
    const [a, b] = devices as [DeviceId, DeviceId];
    const undo: Change = { ...headOf(made), stamp: stampOf(10), deletes: { [a]: stampOf(5) } };
    const theirs: Change = {
      ...headOf(made),
      stamp: stampOf(20, b),
      deletes: { [a]: stampOf(1) },
    };
    const here = stateOf(made, edited, undo, theirs);
    const part = changesOf(here, { from: stampOf(9), to: stampOf(12) });
    const there = stateOf(made, edited, theirs);
    expect(isAlive(there)).toBe(true);
    expect(stateOf(made, edited, theirs, ...part)).toEqual(here);
  });

  it('survives being written down', () => {
    fc.assert(
      fc.property(anyHistory, (changes) => {
        for (const state of merge(changes).values()) {
          const parts = changesOf(state);
          const read = JSON.parse(JSON.stringify(parts)) as Change[];
          const again = stateOf(...read);
          expect(again).toEqual(state);
          expect(decodeRecord(JSON.parse(JSON.stringify(encodeRecord(again))))).toEqual(state);
        }
      }),
      runs(60),
    );
  });

  it('marks an erased value again under the erasure, come it before or after', () => {
    const made: Change = {
      record: customer,
      kind: 'customer',
      stamp: stampOf(1),
      at: 0,
      set: { name: { value: 'Ada' } },
    };
    const erasure: Erasure = {
      type: 'value',
      record: customer,
      field: 'name',
      stamp: stampOf(1),
    };
    const erased: Dossier = new Map([[customer, stateOf(made)]]);
    purge(erased, erasure);
    const parts = changesOf(erased.get(customer)!);
    const before = parts.reduce<RecordState | undefined>(
      (state, change) => applyChange(state, change, createErasures([erasure])),
      undefined,
    );
    expect(before).toEqual(erased.get(customer));
    const after: Dossier = new Map([[customer, stateOf(...parts)]]);
    purge(after, erasure);
    expect(after).toEqual(erased);
  });
});

function stateOf(...changes: readonly Change[]): RecordState {
  const erasures = createErasures(changes.filter(hasErasure).map(({ erases }) => erases));
  return changes.reduce<RecordState | undefined>(
    (state, change) => applyChange(state, change, erasures),
    undefined,
  )!;
}

function headOf({ record, kind, at }: Change) {
  return { record, kind, at };
}

/** All time, cut at the given milliseconds. */
function runsOf(device: DeviceId, cuts: readonly number[]): Run[] {
  const starts = [0, ...cuts.toSorted((a, b) => a - b)];
  return starts.map((start, index) => ({
    from: stampOf(start, device),
    to: stampOf((starts[index + 1] ?? 1000) - 1, device, 0xffff),
  }));
}
