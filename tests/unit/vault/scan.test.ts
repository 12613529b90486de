import 'fake-indexeddb/auto';
import { describe, expect, it } from 'vitest';
import type { RecordId } from '#base/ids.ts';
import { decodeRecord, encodeRecord } from '#domain/encoding.ts';
import type { RecordState } from '#domain/record-state.ts';
import { valuesOf } from '#domain/values.ts';
import type { Session } from '#vault/session.ts';
import { batches, createSession, must, NEVER } from './fixture.ts';

/** Leaves, a journal over them, customers in no leaf, a belonging and a deletion. */
async function workspace(): Promise<{ session: Session; ids: readonly RecordId[] }> {
  const { session } = await createSession();
  const { vault } = session;
  must(await vault.bulk(batches(500), { signal: NEVER }));
  const ids = vault.select({ text: '', sort: 'name' });
  const [first, second] = ids;
  if (first === undefined || second === undefined) throw new Error('there are customers');
  must(await vault.save([{ kind: 'customer', record: first, values: { name: 'Edited' } }]));
  must(await vault.save([{ kind: 'need', customer: first, values: { title: 'Chairs' } }]));
  must(await vault.remove([{ record: second, customer: second }]));
  must(await vault.save([{ kind: 'customer', values: { name: 'In no leaf' } }]));
  return { session, ids };
}

function stateOf(record: RecordState | string): RecordState {
  const state = typeof record === 'string' ? decodeRecord(JSON.parse(record)) : record;
  if (state === null) throw new Error('a line is a record');
  return state;
}

function textsOf(records: readonly (RecordState | string)[]): string[] {
  return records.map((record) => JSON.stringify(encodeRecord(stateOf(record))));
}

describe('a scan', () => {
  it('gives every record once, the workspace’s own first, as states and as lines alike', async () => {
    const { session } = await workspace();
    const { vault } = session;
    const states: string[][] = [];
    for await (const dossier of vault.dossiers(NEVER)) states.push(textsOf(must(dossier)));
    const lines: string[][] = [];
    let asText = 0;
    for await (const dossier of vault.dossierLines(NEVER)) {
      const records = must(dossier);
      lines.push(textsOf(records));
      asText += records.filter((record) => typeof record === 'string').length;
    }
    expect(lines).toEqual(states);
    // Two customers have changes over their leaf, and one lies in none.
    expect(asText).toBe(498);
    expect(states).toHaveLength(1 + 501);
    expect(states[0]?.map((text) => stateOf(text).kind).toSorted()).toEqual([
      'member',
      'workspace',
    ]);
    const ids = states.flat().map((text) => stateOf(text).id);
    expect(new Set(ids).size).toBe(ids.length);
    expect(ids).toHaveLength(2 + 501 + 1);
    for (const text of lines.flat().slice(0, 20)) {
      expect(JSON.stringify(encodeRecord(stateOf(text)))).toBe(text);
    }
    await session.end({ everywhere: false });
  });

  it('loses nothing and gives nothing twice where a roll splits leaves behind it', async () => {
    const { session, ids } = await workspace();
    const { vault } = session;
    const long = 'x'.repeat(400);
    for (const record of ids.slice(400, 500)) {
      must(await vault.save([{ kind: 'customer', record, values: { notes: long } }]));
    }
    const seen = new Map<RecordId, RecordState>();
    let at = 0;
    for await (const dossier of vault.dossierLines(NEVER)) {
      if (at++ === 30) must(await vault.roll());
      for (const record of must(dossier)) {
        const state = stateOf(record);
        expect(seen.has(state.id)).toBe(false);
        seen.set(state.id, state);
      }
    }
    expect([...seen.values()].filter(({ kind }) => kind === 'customer')).toHaveLength(501);
    for (const record of ids.slice(400, 500)) {
      const state = seen.get(record);
      expect(state && valuesOf(state)['notes']).toBe(long);
    }
    await session.end({ everywhere: false });
  });

  it('ends where it is cancelled', async () => {
    const { session } = await workspace();
    const controller = new AbortController();
    let given = 0;
    for await (const dossier of session.vault.dossiers(controller.signal)) {
      must(dossier);
      given += 1;
      controller.abort();
    }
    expect(given).toBeLessThan(200);
    await session.end({ everywhere: false });
  });
});
