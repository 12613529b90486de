/**
 * The invite that an address carries (`#/join/…`): taken out of the address and its history entry before anything else happens, since
 * whoever reads it there may ask to join; then kept in memory alone, until it is used or the workspace is left.
 */

import { onLeave } from './leave.ts';

const PLACE = '#/join';

let taken = '';

/** Call once, first of all; then whenever the address changes it is called by itself. */
export function takeInvites(): void {
  takeInvite();
  addEventListener('hashchange', takeInvite);
}

/** The whole link, as it was opened; empty where none was. */
export function takenInvite(): string {
  return taken;
}

function takeInvite(): void {
  if (!location.hash.startsWith(`${PLACE}/`)) return;
  taken = location.href;
  history.replaceState(history.state, '', PLACE);
}

onLeave(() => (taken = ''));
