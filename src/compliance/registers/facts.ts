/** What the registers tell the checks. An empty register tells nothing. */

import type { Dossier, RecordState } from '#domain/record-state.ts';
import { isAlive, valuesOf } from '#domain/values.ts';
import type { EvidenceRow } from '../checks/check.ts';
import type {
  DeviceFact,
  Facts,
  IncidentFact,
  Looked,
  PurposeFact,
  RequestFact,
} from '../checks/facts.ts';
import { entriesOf, timeOf } from './registers.ts';

type RegisterFacts = Pick<
  Facts,
  | 'purposes'
  | 'processing'
  | 'requests'
  | 'requestLog'
  | 'incidents'
  | 'lostDevices'
  | 'disclosures'
  | 'disposals'
  | 'places'
>;

export interface RegisterParts {
  readonly workspace: Dossier;
  readonly devices: readonly DeviceFact[];
  /** Where the store is; null: there is none. */
  readonly endpoint: string | null;
}

export function registerFacts({ workspace, devices, endpoint }: RegisterParts): RegisterFacts {
  const purposes = purposesIn(workspace);
  const requests = requestsIn(workspace);
  const incidents = incidentsIn(workspace);
  const lostDevices = lostIn(workspace, devices);
  const disclosures = disclosuresIn(workspace);
  return {
    ...(purposes.length > 0 && { purposes, processing: processingOf(workspace) }),
    ...(requests.length > 0 && { requests, requestLog: requestLogOf(workspace) }),
    ...(incidents.length > 0 && { incidents }),
    ...(lostDevices.length > 0 && { lostDevices }),
    ...(disclosures.looked > 0 && { disclosures }),
    ...(devices.some(({ removedAt }) => removedAt !== null) && {
      disposals: disposalsOf(workspace, devices),
    }),
    ...(endpoint !== null && { places: [placeOf(workspace, endpoint)] }),
  };
}

/** Those that have not ended. A legitimate interest needs to be weighed in words (Art. 6(1)(f) GDPR). */
function activePurposes(workspace: Dossier) {
  return entriesOf(workspace, 'purpose')
    .map((state) => ({ id: state.id, values: valuesOf(state) }))
    .filter(({ values }) => typeof values['ended'] !== 'string');
}

function purposesIn(workspace: Dossier): readonly PurposeFact[] {
  return activePurposes(workspace).map(({ id, values }) => ({
    id,
    hasBasis:
      typeof values['basis'] === 'string' &&
      (values['basis'] !== 'legitimateInterests' || typeof values['basisNote'] === 'string'),
    needsAssessment: values['needsAssessment'] === true,
    assessedAt: timeOf(values['assessed']),
  }));
}

/** What Art. 30(1) GDPR asks a record to say. */
const MANDATORY = ['why', 'basis', 'people', 'data', 'recipients', 'keptMonths', 'measures'];

function processingOf(workspace: Dossier): NonNullable<Facts['processing']> {
  const activities = activePurposes(workspace);
  const states = entriesOf(workspace, 'purpose');
  const incomplete = activities.filter(({ values }) =>
    MANDATORY.some((field) => {
      const value = values[field];
      return value === undefined || value === null || (Array.isArray(value) && value.length === 0);
    }),
  );
  return {
    activities: activities.length,
    incomplete: incomplete.map(({ id }) => id),
    isCurrent: newestOf(states) >= newestOf(customFieldsIn(workspace)),
  };
}

/** What is kept of people has changed with the newest field that somebody made: the record of processing is looked at after it. */
function customFieldsIn(workspace: Dossier): readonly RecordState[] {
  return [...workspace.values()].filter((state) => state.kind === 'field' && isAlive(state));
}

/** When the newest of them was made or changed, ms since 1970; 0: there is none. */
function newestOf(states: readonly RecordState[]): number {
  return Math.max(0, ...states.map(({ changed }) => changed.at));
}

const REQUEST_KINDS = [
  'access',
  'correction',
  'erasure',
  'portability',
  'restriction',
  'objection',
] as const;

function requestsIn(workspace: Dossier): readonly RequestFact[] {
  return entriesOf(workspace, 'request').flatMap((state) => {
    const values = valuesOf(state);
    const kind = REQUEST_KINDS.find((each) => each === values['type']);
    const receivedAt = timeOf(values['received']);
    if (kind === undefined || receivedAt === null) return [];
    const closedAt = timeOf(values['answered']);
    return [
      {
        id: state.id,
        kind,
        receivedAt,
        confirmedAt: timeOf(values['confirmed']),
        extendedAt: timeOf(values['extended']),
        hasExtensionReason: typeof values['reason'] === 'string',
        closedAt,
        isIdentityProven: values['identity'] === true,
        untold: closedAt !== null && values['recipientsTold'] !== true ? 1 : 0,
      },
    ];
  });
}

/** An answered request without what was answered is a gap. */
function requestLogOf(workspace: Dossier): NonNullable<Facts['requestLog']> {
  const entries = entriesOf(workspace, 'request').map(valuesOf);
  const times = entries.flatMap(({ received }) => timeOf(received) ?? []);
  const gaps = entries.filter(
    ({ answered, answer }) => typeof answered === 'string' && typeof answer !== 'string',
  );
  return { oldestAt: times.length === 0 ? null : Math.min(...times), gaps: gaps.length };
}

function incidentsIn(workspace: Dossier): readonly IncidentFact[] {
  return entriesOf(workspace, 'incident').flatMap((state) => {
    const { aware, notified, delayReason, rating } = valuesOf(state);
    const awareAt = timeOf(aware);
    if (awareAt === null) return [];
    return [
      {
        id: state.id,
        awareAt,
        notifiedAt: timeOf(notified),
        hasDelayReason: typeof delayReason === 'string',
        rating: rating === 'none' || rating === 'some' || rating === 'high' ? rating : null,
      },
    ];
  });
}

/** Closed where it is written down what was on it and how great the risk is. */
function lostIn(
  workspace: Dossier,
  devices: readonly DeviceFact[],
): NonNullable<Facts['lostDevices']> {
  return entriesOf(workspace, 'incident').flatMap((state) => {
    const { device, rating, effects } = valuesOf(state);
    if (typeof device !== 'string') return [];
    const known = devices.find((each) => each.device === device);
    return [
      {
        id: device,
        isClosed: typeof rating === 'string' && typeof effects === 'string',
        keysChanged: known !== undefined && known.keysChangedAt !== null,
      },
    ];
  });
}

function disclosuresIn(workspace: Dossier): Looked {
  const entries = entriesOf(workspace, 'disclosure');
  const bad = entries
    .filter((state) => typeof valuesOf(state)['purpose'] !== 'string')
    .map(({ id }): EvidenceRow => ({ about: 'record', id, wanted: 'purpose' }));
  return { looked: entries.length, bad, badCount: bad.length };
}

/** Of each removed device: that it was wiped, as it said itself or as somebody wrote down under its name or the beginning of its id. */
function disposalsOf(workspace: Dossier, devices: readonly DeviceFact[]): Looked {
  const written = entriesOf(workspace, 'disposal').map((state) => {
    const { device } = valuesOf(state);
    return typeof device === 'string' ? device.trim().toLowerCase() : '';
  });
  const removed = devices.filter(({ removedAt }) => removedAt !== null);
  const bad = removed
    .filter(({ device, member, isWiped }) => {
      const names = [member.trim().toLowerCase(), device.slice(0, 6)];
      return (
        !isWiped &&
        !written.some((each) => names.some((name) => name !== '' && each.includes(name)))
      );
    })
    .map(({ device }): EvidenceRow => ({ about: 'device', id: device, wanted: 'wiped' }));
  return { looked: removed.length, bad, badCount: bad.length };
}

/** The store's host is a processor whose address names it. */
function placeOf(workspace: Dossier, endpoint: string): NonNullable<Facts['places']>[number] {
  const host = hostOf(endpoint);
  const values = entriesOf(workspace, 'processor')
    .map(valuesOf)
    .find(({ address }) => typeof address === 'string' && hostOf(address) === host);
  const country = values?.['country'];
  return {
    id: host,
    country: typeof country === 'string' ? country : null,
    hasBasis: typeof values?.['basis'] === 'string',
  };
}

function hostOf(address: string): string {
  return address
    .replace(/^[a-z]+:\/\//i, '')
    .replace(/[/?#].*$/, '')
    .toLowerCase();
}
