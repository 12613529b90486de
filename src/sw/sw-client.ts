/**
 * The page's side of the service worker. An update is a short story: a new version waits, the person
 * is asked, it takes over, every open page reloads.
 */

import { Workbox } from 'workbox-window';
import { trustedScriptAddress } from '#base/trusted-types.ts';

const HOUR_MS = 3_600_000;

let workbox: Workbox | undefined;
let isWaiting = false;
let lastCheck = 0;
let waitingCallback: () => void = () => undefined;
let beforeReloadCallback: () => Promise<void> = () => Promise.resolve();

/** Called once a new version waits, at once where one already does. */
export function onUpdateWaiting(callback: () => void): void {
  waitingCallback = callback;
  if (isWaiting) callback();
}

/** Called in every open page after a new version took over, before that page reloads. */
export function beforeReload(callback: () => Promise<void>): void {
  beforeReloadCallback = callback;
}

/** Lets the waiting version take over; the page then reloads. */
export function activateUpdate(): void {
  workbox?.messageSkipWaiting();
}

/**
 * Starts keeping the app for use without a network. `false` where that is not to be had: over plain
 * http from another machine, in some private windows, or when the files could not be fetched.
 */
export async function register(): Promise<boolean> {
  if (workbox) return true;
  if (!('serviceWorker' in navigator)) return false;
  // A page that no worker served yet has the newest files: the first worker's arrival costs nobody what they are typing.
  let isServedByWorker = navigator.serviceWorker.controller !== null;
  const script = trustedScriptAddress(new URL('sw.js', document.baseURI).href);
  const created = new Workbox(script, { updateViaCache: 'none' });
  created.addEventListener('waiting', () => {
    isWaiting = true;
    waitingCallback();
  });
  created.addEventListener('controlling', (event) => {
    if (isServedByWorker && (event.isUpdate || event.isExternal)) void reload();
    isServedByWorker = true;
  });
  try {
    await created.register();
  } catch {
    return false;
  }
  workbox = created;
  lastCheck = Date.now();
  document.addEventListener('visibilitychange', checkForUpdate);
  return true;
}

async function reload(): Promise<void> {
  try {
    await beforeReloadCallback();
  } finally {
    location.reload();
  }
}

/** An installed app may stay open for weeks: it looks for a new version when it is taken up again. */
function checkForUpdate(): void {
  if (document.visibilityState !== 'visible' || Date.now() - lastCheck < HOUR_MS) return;
  lastCheck = Date.now();
  // Without a network there is nothing to find.
  workbox?.update().catch(() => undefined);
}
