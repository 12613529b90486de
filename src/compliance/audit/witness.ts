/** The vault's witness: turns what a step did into events of the log, which the vault commits with the step. */

import type { DeviceId, RecordId } from '#base/ids.ts';
import { assert } from '#base/result.ts';
import {
  auditPageId,
  EVENTS_A_PAGE,
  EVENTS_FIELD,
  isAuditPage,
  pageNumberOf,
  prefixOf,
} from '#domain/audit-page.ts';
import type { Kind } from '#domain/catalogue.ts';
import type { Change, Erasure, Json } from '#domain/change.ts';
import type { LogAccess, Occasion, Witness, WitnessedStep } from '#vault/environment.ts';
import { headOf, linkAfter, NO_HASH, NO_HEAD, pageOf, type Head } from './chain.ts';
import { readEvent, type Act, type AuditEvent } from './event.ts';

/** So many changes of one step are told one by one; of more, how many they were. */
const TOLD_ONE_BY_ONE = 20;

/** What the making of a record of these kinds is called; of the others it is created. */
const MAKING: Partial<Record<Kind, Act>> = {
  glass: 'glassBroken',
  cardFinding: 'cardReplaced',
  pack: 'packAccepted',
  attestation: 'attested',
  run: 'checksRun',
};

export function createWitness(): Witness {
  /** The page that was written last: the next event most likely goes there too. */
  const newest = new Map<DeviceId, number>();
  return {
    async tell(step, log) {
      const events = eventsOf(step);
      if (events.length === 0) return [];
      let head = await findHead(log, newest);
      const changes: Change[] = [];
      for (const event of events) {
        head = pastErased(head, log);
        const stamp = log.stamp();
        const next = await linkAfter(head, { device: log.device, stamp, at: log.now }, event);
        head = next.head;
        const add: Record<string, Json> = { [String(head.n)]: next.element };
        changes.push({
          record: auditPageId(log.device, pageOf(head.n)),
          kind: 'audit',
          stamp,
          at: log.now,
          set: { [EVENTS_FIELD]: { add } },
        });
      }
      return changes;
    },
  };
}

async function findHead(log: LogAccess, newest: Map<DeviceId, number>): Promise<Head> {
  const { device } = log;
  let page = newest.get(device);
  if (page === undefined) {
    const last = log.pages(prefixOf(device)).at(-1);
    if (last === undefined) return NO_HEAD;
    page = pageNumberOf(last);
  }
  // Another tab may have gone on.
  while (log.has(auditPageId(device, page + 1))) page += 1;
  newest.set(device, page);
  const state = await log.page(auditPageId(device, page));
  const head = state === undefined ? null : headOf(state);
  // What can't be read ends the chain. It goes on with the next page, and verifying names the gap.
  return head ?? { n: (page + 1) * EVENTS_A_PAGE, hash: NO_HASH };
}

/** A page that an erasure names, be it one that was not there yet, keeps nothing. The chain goes on behind it, and verifying names the gap. */
function pastErased({ n, hash }: Head, log: LogAccess): Head {
  let next = n;
  while (log.isErased(auditPageId(log.device, pageOf(next + 1)))) {
    next = (pageOf(next + 1) + 1) * EVENTS_A_PAGE;
  }
  return { n: next, hash };
}

// ---- What a step did -----------------------------------------------------------------------------------------------

function eventsOf({ way, changes, created, count, occasions }: WitnessedStep): AuditEvent[] {
  const events = occasions.flatMap((occasion) => eventOf(occasion) ?? []);
  if (way === 'occasion') return events;
  if (way === 'import') return [...events, { act: 'imported', outcome: 'done', count: count ?? 0 }];
  if (way === 'restore')
    return [...events, { act: 'restored', outcome: 'done', count: count ?? 0 }];
  if (count !== undefined) return [...events, { act: 'undone', outcome: 'done', count }];
  if (changes.length > TOLD_ONE_BY_ONE) return [...events, ...inNumber(way, changes, created)];
  return [...events, ...changes.map((change) => eventOfChange(way, change, created))];
}

function eventOfChange(
  way: WitnessedStep['way'],
  change: Change,
  created: ReadonlySet<RecordId>,
): AuditEvent {
  const { kind, record, customer, erases } = change;
  const act = actOf(way, change, created);
  const event: AuditEvent = { act, outcome: 'done', kind };
  if (erases === undefined)
    return { ...event, record, ...(customer !== undefined && { customer }) };
  const [first] = erases.type === 'person' ? erases.ids : [erases.record];
  return { ...event, ...(first !== undefined && { record: first }), how: erases.type };
}

function actOf(
  way: WitnessedStep['way'],
  { kind, record, set, deletes, erases }: Change,
  created: ReadonlySet<RecordId>,
): Act {
  if (erases !== undefined) return isPruning(erases) ? 'logPruned' : 'erased';
  if (way === 'undo') return 'undone';
  if (deletes !== undefined) return 'deleted';
  if (kind === 'policy') return 'policyChanged';
  if (!created.has(record)) return 'changed';
  // A pack that a run takes as it came with the app is accepted by nobody.
  return set?.['adopted'] === undefined ? (MAKING[kind] ?? 'created') : 'created';
}

function isPruning(erasure: Erasure): boolean {
  return erasure.type === 'person' && erasure.ids.every(isAuditPage);
}

/** One event for each act and kind. */
function inNumber(
  way: WitnessedStep['way'],
  changes: readonly Change[],
  created: ReadonlySet<RecordId>,
): AuditEvent[] {
  const events = new Map<string, AuditEvent & { count: number }>();
  for (const change of changes) {
    const act = actOf(way, change, created);
    const key = `${act} ${change.kind}`;
    const before = events.get(key)?.count ?? 0;
    events.set(key, { act, outcome: 'done', kind: change.kind, count: before + 1 });
  }
  return [...events.values()];
}

function eventOf(occasion: Occasion): AuditEvent | null {
  const event = readEvent(occasion);
  assert(event !== null, 'an occasion is an event of the log');
  return event;
}
