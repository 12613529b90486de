/** The store alone, on a free port: within a test, or as a process of its own that a test may kill. */

import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { loadKeyPairs, type KeyPairs } from '#endpoint/store/key-pairs.ts';
import { openObjects, type Objects } from '#endpoint/store/objects.ts';
import { createStore } from '#endpoint/store/store.ts';

export interface ServedStore {
  readonly server: Server;
  readonly port: number;
  readonly objects: Objects;
  readonly keyPairs: KeyPairs;
  /** What the folder refused. */
  readonly faults: readonly unknown[];
}

export async function serveStore(folder: string): Promise<ServedStore> {
  const objects = await openObjects(folder);
  const keyPairs = await loadKeyPairs(folder);
  if (!objects.ok || !keyPairs.ok) throw new Error('There is no store to test.');
  const faults: unknown[] = [];
  const store = createStore({
    objects: objects.value,
    keyPairs: keyPairs.value,
    onFault: (error) => faults.push(error),
  });
  const server = createServer((request, response) => {
    if (!store.isFor(request)) response.writeHead(418).end();
    else store.answer(request, response).catch(() => response.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return { server, port, objects: objects.value, keyPairs: keyPairs.value, faults };
}

const folderOfProcess = process.env['STORE_FOLDER'];
if (folderOfProcess !== undefined) {
  const { port } = await serveStore(folderOfProcess);
  process.stdout.write(`port ${port}\n`);
}
