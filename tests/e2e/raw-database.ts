/** Looks at, and spoils, the rows of a workspace's database behind the app's back: as a failing disk, or a person with another program, does. */

import type { Page } from '@playwright/test';

/** As in src/storage/workspace-database.ts. */
export type TableName = 'meta' | 'journal' | 'summaries' | 'bodies' | 'marks' | 'drafts';

/** `at` counts a table's rows in the order of their keys; negative: from the end. */
export type RawAction =
  | { readonly type: 'count' }
  | { readonly type: 'flipBit'; readonly at: number }
  | { readonly type: 'truncate'; readonly at: number }
  | { readonly type: 'delete'; readonly at: number }
  /** The sealed bytes of two rows change places. */
  | { readonly type: 'swap'; readonly at: number; readonly with: number }
  /** Keeps all rows as they are now, in a database of the test's own. */
  | { readonly type: 'keep' }
  /** Puts the table back to what was kept. */
  | { readonly type: 'putBack' };

/** Answers with the number of rows that the table then has. */
export async function touchRaw(page: Page, table: TableName, action: RawAction): Promise<number> {
  return page.evaluate(inPage, { table, action });
}

async function inPage(request: { table: TableName; action: RawAction }): Promise<number> {
  const { table, action } = request;
  type Sealed = Record<string, unknown> & { sealed: Uint8Array };
  const ask = <T>(asked: IDBRequest<T>): Promise<T> =>
    new Promise((resolve, reject) => {
      asked.onsuccess = () => resolve(asked.result);
      asked.onerror = () => reject(asked.error ?? new Error('refused'));
    });
  const ended = (transaction: IDBTransaction): Promise<void> =>
    new Promise((resolve, reject) => {
      transaction.oncomplete = () => resolve();
      transaction.onabort = () => reject(transaction.error ?? new Error('aborted'));
    });
  const openOwn = (): Promise<IDBDatabase> => {
    const opening = indexedDB.open('test-kept', 1);
    opening.onupgradeneeded = () => opening.result.createObjectStore('tables');
    return ask(opening);
  };

  const names = (await indexedDB.databases()).map(({ name }) => name ?? '');
  const found = names.find((name) => name.startsWith('holdfast-'));
  if (found === undefined) throw new Error('There is no workspace.');
  const database = await ask(indexedDB.open(found));
  let kept: unknown[] = [];
  if (action.type === 'keep') {
    const rows = await ask(database.transaction(table).objectStore(table).getAll());
    const own = await openOwn();
    const writing = own.transaction('tables', 'readwrite');
    writing.objectStore('tables').put(rows, table);
    await ended(writing);
    own.close();
  } else if (action.type === 'putBack') {
    const own = await openOwn();
    kept = (await ask(own.transaction('tables').objectStore('tables').get(table))) as unknown[];
    own.close();
  }

  const transaction = database.transaction(table, 'readwrite');
  const done = ended(transaction);
  const store = transaction.objectStore(table);
  const keys = await ask(store.getAllKeys());
  const rowAt = async (at: number): Promise<[IDBValidKey, Sealed]> => {
    const key = keys.at(at);
    if (key === undefined) throw new Error(`${table} has no row ${at}.`);
    return [key, (await ask(store.get(key))) as Sealed];
  };
  switch (action.type) {
    case 'count':
    case 'keep':
      break;
    case 'flipBit': {
      const [, row] = await rowAt(action.at);
      const sealed = row.sealed.slice();
      const middle = sealed.length >> 1;
      sealed[middle] = (sealed[middle] ?? 0) ^ 1;
      store.put({ ...row, sealed });
      break;
    }
    case 'truncate': {
      const [, row] = await rowAt(action.at);
      store.put({ ...row, sealed: row.sealed.slice(0, -1) });
      break;
    }
    case 'delete': {
      const [key] = await rowAt(action.at);
      store.delete(key);
      break;
    }
    case 'swap': {
      const [, one] = await rowAt(action.at);
      const [, other] = await rowAt(action.with);
      store.put({ ...one, sealed: other.sealed });
      store.put({ ...other, sealed: one.sealed });
      break;
    }
    case 'putBack':
      store.clear();
      for (const row of kept) store.put(row);
      break;
  }
  const count = await ask(store.count());
  await done;
  database.close();
  return count;
}
