import { describe, expect, it } from 'vitest';
import fc from 'fast-check';
import type { RecordId } from '#base/ids.ts';
import { applyChange, createErasures } from '#domain/apply.ts';
import { fieldsOf, KINDS, type FieldDefinition } from '#domain/catalogue.ts';
import type { Json } from '#domain/change.ts';
import { changeOf } from '#domain/edits.ts';
import { encodeRecord } from '#domain/encoding.ts';
import { makeNewRecord } from '#domain/new-record.ts';
import { summarise } from '#domain/summary.ts';
import { anyJson, anyStamp, customer, runs, task } from './arbitraries.ts';

const keys = fc.constantFrom(
  '',
  'e1',
  'e0',
  '10',
  '9',
  'constructor',
  '__proto__',
  'vip',
  '\ud800',
);

const anyElement: fc.Arbitrary<Json> = fc.oneof(
  fc.record(
    {
      id: keys,
      label: fc.oneof(fc.constantFrom('', 'work'), anyJson),
      value: fc.oneof(
        fc.constantFrom('', 'a@b', '+33 1'),
        fc.record({ city: fc.constantFrom('', 'Oslo'), country: fc.constantFrom('NO', null) }),
        anyJson,
      ),
    },
    { requiredKeys: [] },
  ),
  keys,
  anyJson,
);

const anyValue: fc.Arbitrary<Json> = fc.oneof(
  fc.constantFrom<Json>('', null, 'A', '\n', [], ['x']),
  fc.array(anyElement, { maxLength: 5 }),
  anyJson,
);

const [template] = fieldsOf('customer');
if (template === undefined) throw new Error('a customer has fields');

const custom = ['10', '9', 'constructor', 'not a name', '__proto__'].flatMap(
  (name): FieldDefinition[] =>
    (['text', 'tags', 'emails'] as const).map((type) => ({
      ...template,
      name: `${name}${type === 'text' ? '' : type}`,
      type,
    })),
);

const anySource = fc.constantFrom(...KINDS).chain((kind) => {
  const fields = [...fieldsOf(kind), ...custom];
  return fc.record({
    record: fc.constantFrom<RecordId>(customer, task),
    kind: fc.constant(kind),
    values: fc
      .array(fc.tuple(fc.constantFrom('unknown', ...fields.map(({ name }) => name)), anyValue), {
        maxLength: fields.length,
      })
      .map((values) => Object.fromEntries(values)),
    fields: fc.constant(fields),
    stamp: anyStamp,
    at: fc.integer({ min: -3, max: 3 }),
    owner: fc.constantFrom(undefined, customer),
  });
});

describe('a new record', () => {
  it('is encoded as its change would be, applied and encoded, whatever its values', () => {
    fc.assert(
      fc.property(anySource, ({ owner, ...rest }) => {
        const source = { ...rest, ...(owner !== undefined && { customer: owner }) };
        const state = applyChange(undefined, changeOf(source), createErasures());
        expect(state).toBeDefined();
        if (state === undefined) return;
        const whole = JSON.stringify(encodeRecord(state));
        expect(makeNewRecord(source).text).toBe(whole);
      }),
      runs(500),
    );
  });

  it('has the summary of a customer to which nothing belongs yet', () => {
    fc.assert(
      fc.property(anySource, ({ owner: _, ...rest }) => {
        const source = { ...rest, record: customer };
        const state = applyChange(undefined, changeOf(source), createErasures());
        if (state === undefined) throw new Error('nothing is erased');
        expect(makeNewRecord(source).summary).toEqual(
          summarise(new Map([[customer, state]]), customer),
        );
      }),
      runs(500),
    );
  });
});
