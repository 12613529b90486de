import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { DossierReader, Tally, differenceOf, recordLine } from '#backup/records.ts';
import type { RecordId } from '#base/ids.ts';
import { encodeRecord } from '#domain/encoding.ts';
import type { RecordState } from '#domain/record-state.ts';
import { valuesOf } from '#domain/values.ts';
import { anyChange, anyErasureChange, merge, runs } from '../domain/arbitraries.ts';
import { errorOf, valueOf } from './samples.ts';

const idOf = (n: number) => `${String.fromCharCode(97 + n)}${'2'.repeat(25)}` as RecordId;

/** What any history of changes makes of a customer and his tasks, under another customer's id; maybe nothing. */
const anyStates = fc
  .array(
    fc.oneof({ weight: 6, arbitrary: anyChange }, { weight: 1, arbitrary: anyErasureChange }),
    {
      minLength: 1,
      maxLength: 12,
    },
  )
  .map((changes) => [...merge(changes).values()]);

const anyDossiers: fc.Arbitrary<RecordState[][]> = fc
  .array(anyStates, { maxLength: 6 })
  .map((all) => [
    (all[0] ?? []).filter((state) => state.kind === 'erasure'),
    ...all.map((states, n) =>
      states
        .filter((state) => state.kind !== 'erasure')
        .map((state) =>
          state.customer === undefined
            ? { ...state, id: idOf(n) }
            : { ...state, customer: idOf(n) },
        ),
    ),
  ])
  .map((dossiers) => dossiers.filter((dossier) => dossier.length > 0));

const texts = (dossiers: readonly (readonly RecordState[])[]) =>
  dossiers.map((dossier) => dossier.map((state) => JSON.stringify(encodeRecord(state))));

describe('Lines of records', () => {
  test('give back the same dossiers, whatever the pieces in which they come', () => {
    fc.assert(
      fc.property(anyDossiers, fc.array(fc.nat(3000), { maxLength: 20 }), (dossiers, cuts) => {
        const text = dossiers.flat().map(recordLine).join('');
        const reader = new DossierReader();
        const read: (readonly RecordState[])[] = [];
        let start = 0;
        for (const end of [...cuts.sort((a, b) => a - b), text.length]) {
          read.push(...valueOf(reader.push(text.slice(start, end))));
          start = Math.max(start, end);
        }
        read.push(...valueOf(reader.finish()));
        expect(read).toEqual(dossiers);
        expect(texts(read)).toEqual(texts(dossiers));
      }),
      runs(100),
    );
  });

  test('are counted alike as records and as lines', () => {
    fc.assert(
      fc.property(anyDossiers, (dossiers) => {
        const byRecord = new Tally();
        const byLine = new Tally();
        const read = new DossierReader();
        for (const state of dossiers.flat()) {
          byRecord.add(state);
          byLine.addLine(recordLine(state).trimEnd());
          valueOf(read.push(recordLine(state)));
        }
        expect(byLine).toEqual(byRecord);
        expect(differenceOf(read.tally, byRecord)).toBeNull();
        const { counts, deleted, erasures, lines } = byRecord;
        const living = Object.values(counts).reduce((sum, count) => sum + count, 0);
        expect(living + deleted + erasures).toBe(lines);
      }),
      runs(100),
    );
  });

  test('stop at 64 Mi without an end', () => {
    const reader = new DossierReader();
    const piece = ' '.repeat(16 * 1024 * 1024);
    for (let n = 0; n < 4; n++) valueOf(reader.push(piece));
    expect(errorOf(reader.push(' '))).toEqual({ type: 'BadRecord', line: 1 });
  });

  test('that nest without end are refused', () => {
    const nested = `${'{"id":'.repeat(100_000)}1${'}'.repeat(100_000)}\n`;
    expect(errorOf(new DossierReader().push(nested))).toEqual({ type: 'BadRecord', line: 1 });
  });
});

describe('Two counts', () => {
  const counts = { counts: { customer: 2 }, deleted: 1, erasures: 1, lines: 4 };
  test.each([
    [{}, null],
    [{ lines: 5 }, 'lines'],
    [{ deleted: 0 }, 'deleted'],
    [{ erasures: 0 }, 'erasures'],
    [{ counts: { customer: 1, task: 1 } }, 'customer'],
    [{ counts: { customer: 2, task: 1 } }, 'task'],
    [{ counts: { customer: 2, task: 0 } }, null],
  ])('that differ in %o differ in %s', (change, difference) => {
    expect(differenceOf(counts, { ...counts, ...change })).toBe(difference);
  });
});

test('the example of FORMAT.md is a record', () => {
  const format = readFileSync('src/backup/FORMAT.md', 'utf8');
  const shown = /^```json record\n([^]*?)^```/m.exec(format)?.[1] ?? '';
  const line = `${JSON.stringify(JSON.parse(shown))}\n`;
  const reader = new DossierReader();
  valueOf(reader.push(line));
  const [customer] = valueOf(reader.finish()).flat();
  expect(customer && valuesOf(customer)).toEqual({
    company: 'Tang',
    name: '李海藻',
    stage: 'dormant',
    emails: [{ id: 'e00', label: 'work', value: 'li@example.com' }],
    tags: ['vip'],
  });
  expect(customer && recordLine(customer)).toBe(line);
});
