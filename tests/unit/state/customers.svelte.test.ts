import { flushSync } from 'svelte';
import { beforeEach, describe, expect, test, vi } from 'vitest';
import type { ListPage, ListQuery } from '#worker/vault-api.ts';

interface Asked {
  readonly query: ListQuery;
  readonly from: number;
  readonly to: number;
  readonly answer: (page: ListPage) => void;
}

const asked: Asked[] = [];

vi.mock('#state/vault.ts', () => ({
  vault: {
    list: (query: ListQuery, from: number, to: number) =>
      new Promise((answer) => asked.push({ query, from, to, answer })),
    facets: () => Promise.resolve({ tags: [], owners: [], stages: [] }),
    listen: () => () => undefined,
  },
}));

const { customers } = await import('#state/customers.svelte.ts');
const { leaveWorkspace } = await import('#state/leave.ts');

function pageOf(matched: number, from = 0): ListPage {
  return { total: 100, matched, from, rows: [] };
}

async function answerNext(page: ListPage): Promise<void> {
  asked.shift()?.answer(page);
  await Promise.resolve();
  await Promise.resolve();
}

describe('the list of customers', () => {
  beforeEach(() => {
    leaveWorkspace();
    asked.length = 0;
  });

  test('asks once a question is answered, for what is wanted by then', async () => {
    for (const text of ['b', 'be', 'ber']) customers.search({ text });
    expect(asked.map(({ query }) => query.text)).toEqual(['b']);
    await answerNext(pageOf(9));
    expect(customers.page).toBeUndefined();
    expect(asked.map(({ query }) => query.text)).toEqual(['ber']);
    await answerNext(pageOf(2));
    expect(customers.page?.matched).toBe(2);
    expect(asked).toEqual([]);
  });

  test('an answer that comes after the lock is dropped', async () => {
    customers.search({ text: 'berg' });
    leaveWorkspace();
    await answerNext(pageOf(9));
    expect(customers.page).toBeUndefined();
    expect(customers.query.text).toBe('');
  });

  test('rows near the visible ones are fetched before they are reached', async () => {
    customers.search({ text: 'a' });
    await answerNext({ total: 5000, matched: 5000, from: 0, rows: Array<never>(64) });
    customers.show(10, 20);
    expect(asked).toEqual([]);
    customers.show(100, 110);
    expect(asked[0]).toMatchObject({ from: 60, to: 150 });
  });

  test('a filter is lifted by an empty choice, and the place goes back to the top', () => {
    customers.place = 640;
    customers.search({ tag: 'north', stage: 'lead' });
    expect(customers.place).toBe(0);
    expect(customers.filtered).toBe(true);
    customers.search({ tag: '', stage: '' });
    expect(customers.query).toEqual({ text: '', sort: 'changed' });
    expect(customers.filtered).toBe(false);
  });

  test('it is read as long as a screen shows it', async () => {
    const stop = $effect.root(() => {
      $effect(() => {
        expect(customers.page?.matched).not.toBe(0);
      });
    });
    flushSync();
    expect(asked).toHaveLength(1);
    await answerNext(pageOf(3));
    expect(customers.page?.matched).toBe(3);
    stop();
  });
});
