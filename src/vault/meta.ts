/** The meta rows: what is read before anything can be opened. FORMAT.md section 1. */

import type { DeviceId, WorkspaceId } from '#base/ids.ts';

export const STORE_FORMAT = 1;

export interface Header {
  readonly format: number;
  readonly workspace: WorkspaceId;
  /** Shown on the lock screen, so it is in plain. */
  readonly name: string;
  /** Ms since 1970. */
  readonly createdAt: number;
  /** False while the workspace is being made or restored: a crash then leaves nothing that is listed. */
  readonly ready: boolean;
  /** This device has asked to join the workspace and is not approved yet. */
  readonly joining?: true;
}

export interface Slots {
  readonly passphrase: Uint8Array;
  readonly recovery: Uint8Array;
  /** Absent: none. */
  readonly passkeys?: readonly Uint8Array[];
}

export interface DeviceRow {
  readonly device: DeviceId;
  /** Both private keys, sealed under the vault key. */
  readonly wrapped: Uint8Array;
}

/** Failed attempts at the passphrase. In plain: they are counted while locked. */
export interface Attempts {
  readonly failed: number;
  /** Ms since 1970, of the last. */
  readonly at: number;
  /** Of those that the log does not tell of yet. */
  readonly untold: number;
}

const FREE_ATTEMPTS = 3;
const ATTEMPTS_BEFORE_PAUSE = 10;
const PAUSE_MS = 30 * 60 * 1000;

/** Three failures cost nothing, then 1, 2, 4 … seconds; after ten, half an hour. A clock set back wins nothing. */
export function waitAfter({ failed, at }: Pick<Attempts, 'failed' | 'at'>, now: number): number {
  if (failed < FREE_ATTEMPTS) return 0;
  const pause = failed >= ATTEMPTS_BEFORE_PAUSE ? PAUSE_MS : 1000 * 2 ** (failed - FREE_ATTEMPTS);
  return Math.max(0, pause - Math.max(0, now - at));
}
