/** `npm start`: serves the built app that lies beside this file, and a store for it, and says where. */

import { existsSync, readFileSync } from 'node:fs';
import { createServer, type RequestListener, type Server } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { readSettings, type Settings } from './settings.ts';
import { createStaticSite } from './static.ts';
import { keyPairsFile, loadKeyPairs, type KeyPair, type KeyPairs } from './store/key-pairs.ts';
import { openObjects } from './store/objects.ts';
import { BUCKET, createStore, type Store } from './store/store.ts';

const settings = readSettings(process.env);
if (!settings.ok) stop(settings.error.message);

const directory = join(import.meta.dirname, '../app');
if (!existsSync(join(directory, 'index.html'))) {
  stop('The app is not built yet: run "npm start", or "npm run build" first.');
}

const { host, tls, stores, storeFolder } = settings.value;
const site = createStaticSite({
  directory,
  encoded: join(import.meta.dirname, '../encoded'),
  stores,
});
const opened = storeFolder === undefined ? null : await openStore(storeFolder);
const answer: RequestListener = (request, response) => {
  const answered = opened?.store.isFor(request)
    ? opened.store.answer(request, response)
    : site(request, response);
  answered.catch((error: unknown) => response.destroy(error as Error));
};

let { port } = settings.value;
const servers: Server[] = [];
for (const address of addressesOf(host)) {
  const server = createServerFor(answer, tls);
  const isListening = await listen(server, address);
  if (!isListening) continue;
  servers.push(server);
  port = (server.address() as AddressInfo).port;
}
if (servers.length === 0) stop(`There is no address for HOST "${host}" on this machine.`);

const origin = `${tls ? 'https' : 'http'}://${inAddress(host)}:${port}`;
process.stdout.write(`Holdfast is at ${origin}\n${opened ? opened.describe(origin) : ''}`);
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.on(signal, () => {
    for (const server of servers) {
      server.close();
      server.closeAllConnections();
    }
  });
}

interface OpenedStore {
  readonly store: Store;
  /** What a person needs to connect it. */
  describe(endpoint: string): string;
}

async function openStore(folder: string): Promise<OpenedStore> {
  const objects = await openObjects(folder);
  if (!objects.ok) stop(objects.error.message);
  const keyPairs = await loadKeyPairs(folder);
  if (!keyPairs.ok) stop(keyPairs.error.message);
  const store = createStore({
    objects: objects.value,
    keyPairs: keyPairs.value,
    onFault: (error) => process.stderr.write(`The store failed: ${messageOf(error)}\n`),
  });
  return {
    store,
    describe: (endpoint) =>
      [
        `Its store: endpoint ${endpoint}, bucket ${BUCKET}, kept in ${folder}`,
        // A log is read by more people than a terminal.
        ...(process.stdout.isTTY
          ? keyPairLines(keyPairs.value)
          : [`Its two key pairs are in ${keyPairsFile(folder)}`]),
        '',
      ].join('\n'),
  };
}

function keyPairLines({ full, appendOnly }: KeyPairs): string[] {
  const line = ({ accessKeyId, secretAccessKey }: KeyPair, purpose: string) =>
    `  access key ${accessKeyId}  secret key ${secretAccessKey}  ${purpose}`;
  return [line(full, 'for administrators'), line(appendOnly, 'for devices: adds, never deletes')];
}

/** "localhost" is two addresses, and browsers try either one first. */
function addressesOf(name: string): string[] {
  return name === 'localhost' ? ['127.0.0.1', '::1'] : [name];
}

function createServerFor(listener: RequestListener, certificate: Settings['tls']): Server {
  if (!certificate) return createServer(listener);
  try {
    return createTlsServer(
      { cert: readFileSync(certificate.certPath), key: readFileSync(certificate.keyPath) },
      listener,
    );
  } catch (error) {
    stop(`TLS_CERT and TLS_KEY do not give a certificate and its key: ${messageOf(error)}.`);
  }
}

/** `false` where the machine has no such address, such as `::1` without IPv6. */
function listen(server: Server, address: string): Promise<boolean> {
  return new Promise((resolve) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      switch (error.code) {
        case 'EADDRINUSE':
          return stop(
            `Port ${port} is in use by another program: close that, or choose another port, as in "PORT=${port + 1} npm start".`,
          );
        case 'EACCES':
          return stop(`Port ${port} may not be opened by this user: choose one above 1023.`);
        case 'EADDRNOTAVAIL':
        case 'EAFNOSUPPORT':
        case 'ENOTFOUND':
          return resolve(false);
        default:
          return stop(`The server did not start: ${error.message}.`);
      }
    });
    server.listen({ port, host: address }, () => resolve(true));
  });
}

function inAddress(name: string): string {
  return name.includes(':') ? `[${name}]` : name;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

function stop(message: string): never {
  process.stderr.write(`${message}\n`);
  process.exit(1);
}
