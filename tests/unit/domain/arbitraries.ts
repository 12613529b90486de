/** Changes and histories for the properties: few ids, few stamps, few values, so that everything meets everything. */

import type { DeviceId, RecordId } from '#base/ids.ts';
import { applyChange, createErasures, purge } from '#domain/apply.ts';
import type { Change, Erasure, FieldName, Json, SetWrite, ValueWrite } from '#domain/change.ts';
import type { Kind } from '#domain/catalogue.ts';
import type { Dossier } from '#domain/record-state.ts';
import { StampClock, type Stamp } from '#domain/stamp.ts';
import fc from 'fast-check';

/** Few runs by default, many under SLOW=1. */
export function runs(few: number): { numRuns: number } {
  return { numRuns: process.env['SLOW'] ? few * 50 : few };
}

export const devices = ['a', 'b', 'c'].map((letter) => letter.repeat(26) as DeviceId);
export const customer = 'k'.repeat(26) as RecordId;
export const task = 't'.repeat(26) as RecordId;
export const erasureRecord = 'e'.repeat(26) as RecordId;

export function stampOf(milliseconds: number, device: DeviceId | number = 0, counter = 0): Stamp {
  const id = typeof device === 'number' ? devices[device] : device;
  const time = milliseconds.toString(16).padStart(12, '0');
  return `${time}${counter.toString(16).padStart(4, '0')}-${id ?? ''}` as Stamp;
}

/** A clock whose hands the test holds. */
export function clockOf(device: DeviceId, now = 1000): StampClock {
  return new StampClock(device, { now: () => now });
}

export const anyStamp: fc.Arbitrary<Stamp> = fc
  .tuple(fc.integer({ min: 1, max: 40 }), fc.constantFrom(...devices))
  .map(([milliseconds, device]) => stampOf(milliseconds, device));

/** As `JSON.parse` gives it back: no -0. */
export const anyJson: fc.Arbitrary<Json> = fc
  .jsonValue({ maxDepth: 3 })
  .map((value) => JSON.parse(JSON.stringify(value)) as Json);

const fields = ['name', 'company', 'constructor'];
const setFields = ['tags', 'emails'];
const keys = ['vip', 'neu', 'constructor', '7', 'toString'];

const valueWrite: fc.Arbitrary<ValueWrite> = fc.record(
  {
    value: fc.oneof(fc.constantFrom<Json>('A', 'B', null), anyJson),
    over: fc.array(anyStamp, { maxLength: 3 }),
  },
  { requiredKeys: ['value'] },
);

const setWrite: fc.Arbitrary<SetWrite> = fc.record(
  {
    add: fc.dictionary(
      fc.constantFrom(...keys),
      fc.constantFrom<Json>(true, 'x', { label: '', value: 'y' }),
    ),
    remove: fc.dictionary(fc.constantFrom(...keys), fc.array(anyStamp, { maxLength: 3 })),
  },
  { requiredKeys: [] },
);

const writes: fc.Arbitrary<Record<FieldName, ValueWrite | SetWrite>> = fc
  .tuple(
    fc.dictionary(fc.constantFrom(...fields), valueWrite, { maxKeys: 3 }),
    fc.dictionary(fc.constantFrom(...setFields), setWrite, { maxKeys: 2 }),
  )
  .map(([values, sets]) => ({ ...values, ...sets }));

const deletes: fc.Arbitrary<Record<DeviceId, Stamp>> = fc
  .array(anyStamp, { maxLength: 3 })
  .map((stamps) => Object.fromEntries(stamps.map((stamp) => [stamp.slice(17), stamp])));

/** Any change of one record: what a well-behaved author writes and what none would. */
export function anyChangeOf(record: RecordId, kind: Kind, owner?: RecordId): fc.Arbitrary<Change> {
  const head = fc.record({ stamp: anyStamp, at: fc.integer({ min: 0, max: 3 }) });
  const rest = fc.oneof(
    { weight: 6, arbitrary: writes.map((set) => ({ set })) },
    { weight: 1, arbitrary: deletes.map((each) => ({ deletes: each })) },
    { weight: 1, arbitrary: fc.constant({}) },
  );
  return fc.tuple(head, rest).map(([{ stamp, at }, what]) => ({
    record,
    kind,
    ...(owner !== undefined && { customer: owner }),
    stamp,
    at,
    ...what,
  }));
}

export const anyChange: fc.Arbitrary<Change> = fc.oneof(
  { weight: 3, arbitrary: anyChangeOf(customer, 'customer') },
  { weight: 1, arbitrary: anyChangeOf(task, 'task', customer) },
);

/** One field and one element, over and over, under stamps that often tie: what lists keep is full and contested. */
export const anyRewrite: fc.Arbitrary<Change> = fc
  .record({
    milliseconds: fc.integer({ min: 1, max: 30 }),
    value: fc.constantFrom('A', 'B'),
    removes: fc.option(fc.integer({ min: 1, max: 30 }), { nil: undefined }),
    kind: fc.constantFrom<Kind>('customer', 'contact'),
  })
  .map(({ milliseconds, value, removes, kind }) => ({
    record: customer,
    kind,
    stamp: stampOf(milliseconds),
    at: 0,
    set: {
      name: { value },
      tags: {
        add: { vip: value },
        ...(removes !== undefined && { remove: { vip: [stampOf(removes)] } }),
      },
    },
  }));

export const anyErasure: fc.Arbitrary<Erasure> = fc.oneof(
  {
    weight: 1,
    arbitrary: fc.constantFrom<Erasure>(
      { type: 'person', ids: [customer] },
      { type: 'person', ids: [task] },
    ),
  },
  {
    weight: 2,
    arbitrary: fc
      .constantFrom(...fields, ...setFields)
      .map((field): Erasure => ({ type: 'field', record: customer, field })),
  },
  {
    weight: 4,
    arbitrary: fc
      .tuple(fc.constantFrom(...fields, ...setFields), anyStamp)
      .map(([field, stamp]): Erasure => ({ type: 'value', record: customer, field, stamp })),
  },
);

export const anyErasureChange: fc.Arbitrary<Change> = fc
  .tuple(anyErasure, anyStamp)
  .map(([erases, stamp]) => ({ record: erasureRecord, kind: 'erasure', stamp, at: 0, erases }));

export function hasErasure(change: Change): change is Change & { erases: Erasure } {
  return change.erases !== undefined;
}

/** What a vault does with changes as they come: an erasure purges what is there and covers what follows. */
export function merge(changes: readonly Change[], dossier: Dossier = new Map()): Dossier {
  const erasures = createErasures(changesErasures(dossier));
  for (const change of changes) {
    if (hasErasure(change)) {
      erasures.add(change.erases);
      purge(dossier, change.erases);
    }
    const state = applyChange(dossier.get(change.record), change, erasures);
    if (state !== undefined) dossier.set(change.record, state);
  }
  return dossier;
}

function changesErasures(dossier: Dossier): Erasure[] {
  return [...dossier.values()].flatMap((state) => state.erases ?? []);
}
