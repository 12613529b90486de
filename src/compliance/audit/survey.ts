/** What the log tells the checks: one look through all of its events. */

import type { DeviceId } from '#base/ids.ts';
import type { EventFact } from '../checks/facts.ts';
import { occasionOf, readEvent, type Act, type AuditEvent } from './event.ts';
import type { AuditLog, LogEntry } from './log.ts';

export interface LogSurvey {
  /** When each act was last done; 0: it never was. */
  readonly lastOf: (act: Act, how?: string) => number;
  readonly seen: Readonly<Record<string, number>>;
  readonly failedUnlocks: number;
  readonly policyChanges: number;
  readonly privileged: number;
  readonly unconfirmed: readonly EventFact[];
  /** Customers in the last backup. */
  readonly backedUp: number;
  readonly lastOfDevice: ReadonlyMap<DeviceId, number>;
  /** How many passkeys open a device, as far as the log goes back. */
  readonly passkeysOf: ReadonlyMap<DeviceId, number>;
}

/** What the app only does where the passphrase or a passkey was confirmed within five minutes. */
const PRIVILEGED: ReadonlySet<Act> = new Set([
  'exported',
  'logExported',
  'runExported',
  'policyChanged',
  'packAccepted',
  'attested',
  'subjectFileMade',
  'erasureOrdered',
  'memberInvited',
  'memberApproved',
  'deviceRevoked',
  'roleChanged',
  'storeKeysReplaced',
  'passkeyAdded',
] as const);
const REVIEWS: ReadonlySet<Act> = new Set(['logReviewed', 'accessReviewed'] as const);
/** Five minutes, and what writing takes on a slow device. */
const CONFIRMED_FOR = 6 * 60 * 1000;
/** An unlock is told of a moment after it, and of what was done meanwhile it still is the confirmation. */
const TOLD_WITHIN = 30 * 1000;
const KEPT = 20;

export interface SurveyScope {
  /** What a device with a wrong clock says of a later time, ms, was not done yet. */
  readonly until: number;
  /** Only an admin's review is one. */
  readonly isAdmin: (device: DeviceId) => boolean;
}

export async function surveyLog(
  log: AuditLog,
  { until, isAdmin }: SurveyScope = { until: Infinity, isAdmin: () => true },
): Promise<LogSurvey> {
  const last = new Map<string, number>();
  const confirmed = new Map<DeviceId, number[]>();
  const privileged: LogEntry[] = [];
  const lastOfDevice = new Map<DeviceId, number>();
  const passkeysOf = new Map<DeviceId, number>();
  let failedUnlocks = 0;
  let backedUp = 0;
  for await (const entry of log.entries()) {
    const { device, at, event } = entry;
    if (event.act === 'unlockFailed') failedUnlocks += event.count ?? 1;
    if (at <= until) lastOfDevice.set(device, Math.max(at, lastOfDevice.get(device) ?? 0));
    if (event.outcome !== 'done' && event.act !== 'unlockFailed') continue;
    if (REVIEWS.has(event.act) && !isAdmin(device)) continue;
    if (at <= until) {
      for (const key of keysOf(event)) last.set(key, Math.max(at, last.get(key) ?? 0));
      if (event.act === 'backedUp' && at === last.get('backedUp')) backedUp = event.count ?? 0;
    }
    passkeysOf.set(device, passkeysAfter(event, passkeysOf.get(device) ?? 0));
    if (isConfirmation(event)) confirmed.set(device, [...(confirmed.get(device) ?? []), at]);
    if (PRIVILEGED.has(event.act)) privileged.push(entry);
  }
  const unconfirmed = privileged.filter(({ device, at }) => {
    const times = confirmed.get(device) ?? [];
    return !times.some((time) => at - time <= CONFIRMED_FOR && time - at <= TOLD_WITHIN);
  });
  return {
    lastOf: (act, how) => last.get(how === undefined ? act : `${act} ${how}`) ?? 0,
    seen: Object.fromEntries([...last].filter(([key]) => !key.includes(' '))),
    failedUnlocks,
    policyChanges: privileged.filter(({ event }) => event.act === 'policyChanged').length,
    privileged: privileged.length,
    unconfirmed: unconfirmed.slice(0, KEPT).map(({ device, n, at }) => ({ device, n, at })),
    backedUp,
    lastOfDevice,
    passkeysOf,
  };
}

/** An unlock by one shows that there is one, however long ago it was added. */
function passkeysAfter({ act, how }: AuditEvent, before: number): number {
  if (act === 'passkeyAdded') return before + 1;
  if (act === 'passkeyRemoved') return Math.max(0, before - 1);
  return act === 'unlocked' && how === 'passkey' ? Math.max(1, before) : before;
}

function keysOf({ act, how }: AuditEvent): readonly string[] {
  return how === undefined ? [act] : [act, `${act} ${how}`];
}

/** A tab that got its keys from another one confirmed nothing. */
function isConfirmation({ act, how }: AuditEvent): boolean {
  return act === 'stepUp' || (act === 'unlocked' && how !== 'otherTab');
}

/** Acts that come out of the log's own form as they went in. */
export function probeActs(acts: readonly Act[]): readonly Act[] {
  return acts.filter((act) => {
    const event: AuditEvent = { act, outcome: 'done', count: 1, how: 'probe' };
    return JSON.stringify(readEvent(occasionOf(event))) === JSON.stringify(event);
  });
}
