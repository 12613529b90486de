/** Copying a device's databases, as a backup tool or a cloned profile does it. */

import { IDBFactory } from 'fake-indexeddb';

export async function copyDatabases(from: IDBFactory): Promise<IDBFactory> {
  const to = new IDBFactory();
  for (const { name } of await from.databases()) {
    if (name !== undefined) await copyDatabase(from, to, name);
  }
  return to;
}

async function copyDatabase(from: IDBFactory, to: IDBFactory, name: string): Promise<void> {
  const source = await answerOf(from.open(name));
  const names = [...source.objectStoreNames];
  const reading = source.transaction(names);
  const shapes = names.map((each) => shapeOf(reading.objectStore(each)));
  const rows = await Promise.all(names.map((each) => answerOf(reading.objectStore(each).getAll())));
  const opening = to.open(name, source.version);
  opening.onupgradeneeded = () => {
    for (const { store, keyPath, indexes } of shapes) {
      const made = opening.result.createObjectStore(store, { keyPath });
      for (const index of indexes) made.createIndex(...index);
    }
  };
  const copy = await answerOf(opening);
  const writing = copy.transaction(names, 'readwrite');
  const written = new Promise((resolve, reject) => {
    writing.oncomplete = resolve;
    writing.onabort = reject;
  });
  for (const [index, each] of names.entries()) {
    for (const row of rows[index] ?? []) writing.objectStore(each).put(row);
  }
  await written;
  source.close();
  copy.close();
}

/** Every store here keeps its keys in its rows. */
function shapeOf(store: IDBObjectStore) {
  return {
    store: store.name,
    keyPath: store.keyPath,
    indexes: [...store.indexNames].map((name) => {
      const { keyPath, unique, multiEntry } = store.index(name);
      return [name, keyPath, { unique, multiEntry }] as const;
    }),
  };
}

function answerOf<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => {
      resolve(request.result);
    };
    request.onerror = () => {
      reject(request.error ?? new Error('The database did not answer'));
    };
  });
}
