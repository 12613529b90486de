/** Judgements that several regulations share, each on its sources alone. */

import { monthsAfter } from '../calendar.ts';
import {
  all,
  atMost,
  DAY,
  holds,
  HOUR,
  lookedAt,
  sorted,
  within,
  type EvidenceRow,
  type Verdict,
} from './check.ts';
import type { Facts, IncidentFact, RequestFact } from './facts.ts';

type Fact<Source extends keyof Facts> = NonNullable<Facts[Source]>;

/** Nothing readable lies on this device. */
export function unreadable(canary: Fact<'canary'>, cipher: string): Verdict {
  const places = Object.entries(canary.places).map(([id, found]): EvidenceRow => ({
    about: 'store',
    id,
    found,
    at: canary.at,
  }));
  return {
    good: [...places, { about: 'setting', id: 'cipher', found: cipher }],
    bad: [
      ...canary.hits.map((id): EvidenceRow => ({ about: 'store', id, found: true, wanted: false })),
      ...(cipher === 'AES-256-GCM'
        ? []
        : [{ about: 'setting', id: 'cipher', found: cipher, wanted: 'AES-256-GCM' } as const]),
    ],
  };
}

/** Names that say a place or an office, none that says a person. */
const GENERIC =
  /^(admin(istrator)?|user|team|office|front ?desk|reception|sales|service|support|staff|test|tablet|laptop|phone|device|info|guest|管理员|用户|团队|办公室|前台|销售|客服|测试|平板|设备)\s*\d*$/iu;

/** One person, one identity: no key on two devices, no name that is nobody's. */
export function oneIdentityEach(devices: Fact<'devices'>): Verdict {
  const active = devices.filter(({ removedAt }) => removedAt === null);
  return sorted(
    active.map(({ device, member, key }) => {
      const isShared = active.some((other) => other.device !== device && other.key === key);
      const isGood = member.trim() !== '' && !GENERIC.test(member.trim()) && !isShared;
      return [isGood, { about: 'device', id: device, ...(isShared && { found: 'sharedKey' }) }];
    }),
  );
}

export function locksItself({ idleMinutes }: Fact<'lock'>, most: number): Verdict {
  return atMost('idle-minutes', idleMinutes, most);
}

/** Every device's chain is whole and was signed lately. */
export function logIsWhole({ chains }: Fact<'audit'>): Verdict {
  return sorted(
    chains.map(({ device, events, problems, lastCheckpointAt }) => [
      problems === 0,
      {
        about: 'device',
        id: device,
        found: problems === 0 ? events : problems,
        ...(problems > 0 && { wanted: 0 }),
        ...(lastCheckpointAt !== null && { at: lastCheckpointAt }),
      },
    ]),
  );
}

export function backedUp(
  { last, drill }: Fact<'backups'>,
  hours: number,
  drillDays: number,
  now: number,
): Verdict {
  const exact = holds(
    { about: 'backup', id: 'exact', found: drill?.isExact ?? null, wanted: true },
    drill?.isExact === true,
  );
  return all(
    within('backup', 'last', last?.at ?? null, hours * HOUR, now),
    within('backup', 'drill', drill?.at ?? null, drillDays * DAY, now),
    exact,
  );
}

/** Whoever was removed lost the keys in time. Devices that have not confirmed their wipe are listed with them. */
export function accessEnded(devices: Fact<'devices'>, hours: number): Verdict {
  return sorted(
    devices.map(({ device, removedAt, keysChangedAt, isWiped }) => {
      const isActive = removedAt === null;
      const isGood =
        isActive || (keysChangedAt !== null && keysChangedAt - removedAt <= hours * HOUR);
      return [
        isGood,
        {
          about: 'device',
          id: device,
          found: isActive ? 'active' : isWiped ? 'wiped' : 'removed',
          ...(removedAt !== null && { at: removedAt }),
          ...(!isGood && { wanted: 'keysChanged' }),
        },
      ];
    }),
  );
}

export function evaluated({ lastAt }: Fact<'runs'>, days: number, now: number): Verdict {
  return within('run', 'last', lastAt, days * DAY, now);
}

export function retained(
  { lastRunAt, overdue, holds: held }: Fact<'retention'>,
  hours: number,
  now: number,
): Verdict {
  return all(
    within('run', 'retention', lastRunAt, hours * HOUR, now),
    lookedAt('record', 'retention', overdue),
    sorted(
      held.map(({ id, isWhole }) => [
        isWhole,
        { about: 'hold', id, ...(!isWhole && { wanted: 'reasonAndEnd' }) },
      ]),
    ),
  );
}

export function classified({ classified: count, unclassified }: Fact<'fields'>): Verdict {
  return {
    good: [{ about: 'field', id: 'classified', found: count }],
    bad: unclassified.map((id) => ({ about: 'field', id, found: null, wanted: 'dataClass' })),
  };
}

/** A request's clock: when the answer is due, `extended` where it was extended with a reason. */
export interface RequestClock {
  readonly due: (receivedAt: number) => number;
  readonly extended: (receivedAt: number) => number;
}

export function daysClock(days: number, more: number): RequestClock {
  return {
    due: (at) => at + days * DAY,
    extended: (at) => at + (days + more) * DAY,
  };
}

/** In calendar months, as the GDPR counts: 30 days of the pack are one. */
export function monthsClock(days: number, more: number): RequestClock {
  const [months, longer] = [days, more].map((each) => Math.round(each / 30)) as [number, number];
  return {
    due: (at) => monthsAfter(at, months),
    extended: (at) => monthsAfter(at, months + longer),
  };
}

export function answeredInTime(
  requests: readonly RequestFact[],
  { due, extended }: RequestClock,
  now: number,
): Verdict {
  return sorted(
    requests.map((request) => {
      const { id, receivedAt, extendedAt, hasExtensionReason, closedAt } = request;
      const first = due(receivedAt);
      const isExtended = extendedAt !== null && hasExtensionReason && extendedAt <= first;
      const deadline = isExtended ? extended(receivedAt) : first;
      const problem =
        (closedAt ?? now) > deadline
          ? 'overdue'
          : extendedAt !== null && !isExtended
            ? 'extension'
            : closedAt !== null && !request.isIdentityProven
              ? 'identity'
              : null;
      return [
        problem === null,
        { about: 'request', id, at: deadline, ...(problem !== null && { found: problem }) },
      ];
    }),
  );
}

export function notifiedInTime(
  incidents: readonly IncidentFact[],
  hours: number,
  now: number,
): Verdict {
  return sorted(
    incidents.map(({ id, awareAt, notifiedAt, hasDelayReason, rating }) => {
      const deadline = awareAt + hours * HOUR;
      const isLate = rating !== 'none' && (notifiedAt ?? now) > deadline && !hasDelayReason;
      const problem = rating === null ? 'unrated' : isLate ? 'late' : null;
      return [
        problem === null,
        { about: 'incident', id, at: deadline, ...(problem !== null && { found: problem }) },
      ];
    }),
  );
}

/** The page connects to nothing but its own host and the stores that the host names. */
export function connectsOnlyToNamed(hosting: Fact<'hosting'>): Verdict {
  const sources = hosting['connect-src'] ?? hosting['default-src'];
  if (sources === undefined) {
    return { good: [], bad: [{ about: 'directive', id: 'connect-src', found: null }] };
  }
  return sorted(
    sources.map((source) => [
      source === "'self'" || source === "'none'" || /^https:\/\/[^*/]+/.test(source),
      { about: 'directive', id: 'connect-src', found: source },
    ]),
  );
}
