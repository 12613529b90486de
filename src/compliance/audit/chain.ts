/**
 * The chain: how the events of one device hang together. FORMAT.md, "Audit log". Each event's hash covers the one before, so that none can
 * be taken out, put in or altered without breaking all that follow; a checkpoint signs where the chain stood.
 */

import { bytesToHex, utf8Bytes } from '#base/bytes.ts';
import type { DeviceId } from '#base/ids.ts';
import { sha256 } from '#crypto/hash.ts';
import { EVENTS_A_PAGE, EVENTS_FIELD, pageNumberOf } from '#domain/audit-page.ts';
import type { Json } from '#domain/change.ts';
import { canonicalText } from '#domain/json.ts';
import type { RecordState } from '#domain/record-state.ts';
import { deviceOf, type Stamp } from '#domain/stamp.ts';
import { readEvent, type AuditEvent } from './event.ts';

/** What a page holds of one event: `{event, hash}`, the first one of a page also `previous`. */
export interface Link {
  readonly device: DeviceId;
  /** From 1 on, without gaps. */
  readonly n: number;
  readonly stamp: Stamp;
  /** The device's clock, ms. */
  readonly at: number;
  readonly event: AuditEvent;
  /** The text that the hash covers. */
  readonly text: string;
  /** SHA-256 in hex: `SHA-256(previous + "\n" + text)`. */
  readonly hash: string;
  /** Of the event before; zeros before the first. Absent within a page. */
  readonly previous?: string;
}

export interface Head {
  readonly n: number;
  readonly hash: string;
}

/** Before the first event. */
export const NO_HASH = '0'.repeat(64);

export const NO_HEAD: Head = { n: 0, hash: NO_HASH };

export function pageOf(n: number): number {
  return Math.floor((n - 1) / EVENTS_A_PAGE);
}

/** An event that is to follow another one, as its page will hold it. */
export async function linkAfter(
  head: Head,
  said: { readonly device: DeviceId; readonly stamp: Stamp; readonly at: number },
  event: AuditEvent,
): Promise<{ readonly head: Head; readonly element: Json }> {
  const n = head.n + 1;
  const value = event as unknown as Json;
  const hash = await hashOf(head.hash, textOf({ ...said, n, value }));
  const isFirst = (n - 1) % EVENTS_A_PAGE === 0;
  const element = { event: value, hash, ...(isFirst && { previous: head.hash }) };
  return { head: { n, hash }, element };
}

export async function hashOf(previous: string, text: string): Promise<string> {
  return bytesToHex(await sha256(utf8Bytes(`${previous}\n${text}`)));
}

interface Said {
  readonly device: DeviceId;
  readonly n: number;
  readonly stamp: Stamp;
  readonly at: number;
  readonly value: Json;
}

function textOf({ device, n, stamp, at, value }: Said): string {
  return canonicalText([device, n, stamp, at, value]);
}

/** What is wrong with a page's event before any hash is computed. */
export type Flaw = 'unreadable' | 'twice' | 'removed' | 'foreign';

export interface Page {
  /** Ascending by number. */
  readonly links: readonly Link[];
  readonly flaws: readonly { readonly n: number; readonly flaw: Flaw }[];
}

/** Whose page it is, is said by its events: each was stamped by the device that it happened on. */
export function readPage(state: RecordState): Page {
  const number = pageNumberOf(state.id);
  const links: Link[] = [];
  const flaws: { n: number; flaw: Flaw }[] = [];
  for (const [key, { adds, removed }] of Object.entries(state.sets[EVENTS_FIELD] ?? {})) {
    const n = /^[1-9][0-9]{0,9}$/.test(key) ? Number(key) : 0;
    if (removed.length > 0) flaws.push({ n, flaw: 'removed' });
    if (adds.length > 1) flaws.push({ n, flaw: 'twice' });
    const [add] = adds;
    if (add === undefined) continue;
    const { event: value, hash, previous } = (add.value ?? {}) as Readonly<Record<string, Json>>;
    const event = value === undefined ? null : readEvent(value);
    if (n === 0 || pageOf(n) !== number) flaws.push({ n, flaw: 'foreign' });
    else if (event === null || value === undefined || typeof hash !== 'string') {
      flaws.push({ n, flaw: 'unreadable' });
    } else {
      const { stamp, at } = add;
      const device = deviceOf(stamp);
      const text = textOf({ device, n, stamp, at, value });
      const link = { device, n, stamp, at, event, text, hash };
      links.push(typeof previous === 'string' ? { ...link, previous } : link);
    }
  }
  links.sort((a, b) => a.n - b.n);
  return { links, flaws };
}

/** Where a page leaves the chain; null: nothing on it can be read. Every event that is to follow asks: only the last one is read where that can be. */
export function headOf(state: RecordState): Head | null {
  const events = state.sets[EVENTS_FIELD] ?? {};
  const n = Math.max(0, ...Object.keys(events).map(Number));
  const [add] = events[String(n)]?.adds ?? [];
  const { event = null, hash } = (add?.value ?? {}) as Readonly<Record<string, Json>>;
  const isPlain = pageOf(n) === pageNumberOf(state.id) && readEvent(event) !== null;
  if (isPlain && typeof hash === 'string') return { n, hash };
  const last = readPage(state).links.at(-1);
  return last === undefined ? null : { n: last.n, hash: last.hash };
}
