/**
 * Pages of the audit log: each device numbers what it did from 1 on and writes it on pages of its own, 256 events each. A page is a record
 * with a dossier of its own, and its id says whose page it is, so that whoever receives a change knows without a look whether its author
 * may write there.
 */

import { AUDIT_PREFIX, type DeviceId, type RecordId } from '#base/ids.ts';
import type { Change } from './change.ts';
import { deviceOf } from './stamp.ts';

export const EVENTS_A_PAGE = 256;

/** The field that holds them: a set whose keys are the events' numbers. */
export const EVENTS_FIELD = 'events';

const DEVICE_CHARACTERS = 16;
const PAGE_CHARACTERS = 5;
const BASE32 = 'abcdefghijklmnopqrstuvwxyz234567';

/** `audit`, 16 characters of the device's id (80 bits), 5 of the page's number. */
export function auditPageId(device: DeviceId, page: number): RecordId {
  let number = '';
  for (let digit = 0; digit < PAGE_CHARACTERS; digit++) {
    number = (BASE32[Math.floor(page / 32 ** digit) % 32] ?? '') + number;
  }
  return `${prefixOf(device)}${number}` as RecordId;
}

export function isAuditPage(id: RecordId): boolean {
  return id.startsWith(AUDIT_PREFIX);
}

/** The number of a page, from 0 on. */
export function pageNumberOf(page: RecordId): number {
  let number = 0;
  for (const character of page.slice(-PAGE_CHARACTERS)) {
    number = number * 32 + BASE32.indexOf(character);
  }
  return number;
}

/** What the ids of all pages of one device begin with. */
export function prefixOf(device: DeviceId): string {
  return AUDIT_PREFIX + device.slice(0, DEVICE_CHARACTERS);
}

/** Events are added by the device that they happened on; nobody alters or removes one. */
export function isAuditing({
  record,
  kind,
  customer,
  ...change
}: Pick<Change, 'record' | 'kind'> & Partial<Change>): boolean {
  const { stamp, set = {}, deletes, erases } = change;
  if (kind !== 'audit' || customer !== undefined || deletes !== undefined) return false;
  if (stamp === undefined || erases !== undefined) return false;
  if (!record.startsWith(prefixOf(deviceOf(stamp)))) return false;
  return Object.entries(set).every(
    ([field, write]) =>
      field === EVENTS_FIELD && 'add' in write && !('remove' in write) && !('value' in write),
  );
}
