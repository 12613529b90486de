/**
 * The service worker: keeps the app's own built files, and nothing else, so that Holdfast starts
 * without a network. No request but for those files is answered here; no data of a customer passes.
 */

import { precacheAndRoute } from 'workbox-precaching';
import { precacheList } from 'virtual:precache-list';

declare const self: ServiceWorkerGlobalScope & {
  /** Set by the host in front of this file, see: [Note: Headers live in the cache]. */
  readonly HOLDFAST_STORES?: string;
};

/**
 * [Note: Headers live in the cache] A kept file is answered with the headers that it came with, the
 * content security policy among them. A host that names other stores must therefore change this
 * script: the files count as new ones and are fetched again.
 */
const hosting = self.HOLDFAST_STORES === undefined ? '' : `-${self.HOLDFAST_STORES}`;

precacheAndRoute(
  precacheList.map((entry) => ({ ...entry, revision: entry.revision + hosting })),
  // The app's addresses differ behind the # alone; whatever query a launcher adds, it is the same page.
  { ignoreURLParametersMatching: [/./] },
);

// The very first page is served at once; later versions wait until a person agrees.
self.addEventListener('activate', (event) => event.waitUntil(self.clients.claim()));

self.addEventListener('message', (event) => {
  const message = event.data as { type?: unknown } | null;
  if (message?.type === 'SKIP_WAITING') void self.skipWaiting();
});
