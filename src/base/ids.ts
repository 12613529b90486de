/** Identifiers: 128 random bits as 26 characters of lower-case Base32 (RFC 4648), told apart by type. */

import { bytesToBase32, randomBytes } from './bytes.ts';

declare const brand: unique symbol;

export type WorkspaceId = string & { readonly [brand]: 'WorkspaceId' };
export type DeviceId = string & { readonly [brand]: 'DeviceId' };
export type RecordId = string & { readonly [brand]: 'RecordId' };

export function createWorkspaceId(): WorkspaceId {
  return createId() as WorkspaceId;
}

export function createDeviceId(): DeviceId {
  return createId() as DeviceId;
}

/** Records that have a dossier of their own and are no customers are known by what their ids begin with, as no other id does. */
export const AUDIT_PREFIX = 'audit';
export const RUN_PREFIX = 'check';

export function isReserved(id: string): boolean {
  return id.startsWith(AUDIT_PREFIX) || id.startsWith(RUN_PREFIX);
}

/** So begin the ids of the workspace's own records that not only admins write: by their kinds nobody else reaches an admin's. */
export const GLASS_PREFIX = 'glass';
export const STAFF_PREFIX = 'staff';

export function createRecordId(): RecordId {
  const id = createId();
  const isTaken = isReserved(id) || id.startsWith(GLASS_PREFIX) || id.startsWith(STAFF_PREFIX);
  return isTaken ? createRecordId() : (id as RecordId);
}

export function createPrefixedId(prefix: typeof GLASS_PREFIX | typeof STAFF_PREFIX): RecordId {
  return `${prefix}${createId().slice(prefix.length)}` as RecordId;
}

/** Of a run of the checks: `check`, 9 characters of its time (ms since 1970), 12 random ones. Sorted by id they are sorted by time. */
export function createRunId(at: number): RecordId {
  let time = '';
  for (let left = at; time.length < 9; left = Math.floor(left / 32)) {
    time = (IN_ORDER[left % 32] ?? '') + time;
  }
  return `${RUN_PREFIX}${time}${createId().slice(0, 12)}` as RecordId;
}

/** Base32's characters as text sorts them. */
const IN_ORDER = '234567abcdefghijklmnopqrstuvwxyz';

/** Ids that come from a file or an address are checked here before anything uses them. */
export function isId(text: string): boolean {
  return /^[a-z2-7]{26}$/.test(text);
}

const POOL_BYTES = 16 * 1024;
let pool = new Uint8Array(0);
let used = 0;

/** Draws random bytes a block at a time: one call of the random source an id would dominate an import. */
function createId(): string {
  if (used + 16 > pool.length) {
    pool = randomBytes(POOL_BYTES);
    used = 0;
  }
  const id = bytesToBase32(pool.subarray(used, used + 16));
  pool.fill(0, used, used + 16);
  used += 16;
  return id;
}
