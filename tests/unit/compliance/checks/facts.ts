/** Facts with which every check passes, and what to put in their place for one to fail. */

import type { DeviceId } from '#base/ids.ts';
import type { Facts, IncidentFact, Looked, RequestFact } from '#compliance/checks/facts.ts';

export const NOW = Date.UTC(2026, 10, 26, 12);
const HOUR = 60 * 60 * 1000;
export const DAY = 24 * HOUR;

export const device = 'd'.repeat(26) as DeviceId;
const other = 'e'.repeat(26) as DeviceId;

const clean: Looked = { looked: 12, bad: [], badCount: 0 };
export const dirty: Looked = { looked: 12, bad: [{ about: 'person', id: 'x' }], badCount: 1 };

const request: RequestFact = {
  id: 'r',
  kind: 'access',
  receivedAt: NOW - 5 * DAY,
  confirmedAt: NOW - 4 * DAY,
  extendedAt: null,
  hasExtensionReason: false,
  closedAt: NOW - 2 * DAY,
  isIdentityProven: true,
  untold: 0,
};
export const overdue: RequestFact = {
  ...request,
  receivedAt: NOW - 100 * DAY,
  confirmedAt: null,
  closedAt: null,
};

const incident: IncidentFact = {
  id: 'i',
  awareAt: NOW - 10 * DAY,
  notifiedAt: NOW - 9 * DAY,
  hasDelayReason: false,
  rating: 'high',
};
const late: IncidentFact = { ...incident, awareAt: NOW - 90 * DAY, notifiedAt: null };

const deviceFact = {
  device,
  member: 'Ines Marrow',
  role: 'admin',
  key: 'k1',
  lastSeenAt: NOW - DAY,
  removedAt: null,
  keysChangedAt: null,
  isWiped: false,
} as const;

const acts = [
  ...['viewed', 'created', 'changed', 'deleted', 'exported', 'roleChanged', 'logRead'],
  ...['unlockFailed', 'passphraseChanged', 'unlocked', 'locked'],
];

const audit: NonNullable<Facts['audit']> = {
  chains: [
    { device, events: 40, problems: 0, oldestAt: NOW - 40 * DAY, lastCheckpointAt: NOW - HOUR },
  ],
  seen: { viewed: NOW - HOUR },
  probed: acts,
  reviewedAt: NOW - HOUR,
  failedUnlocks: 1,
  privileged: 3,
  unconfirmed: [],
};

const cards: NonNullable<Facts['cards']> = {
  scan: { at: NOW - DAY, columns: 30, records: 100, hits: 1, mended: 1 },
  columns: 30,
  open: [],
  closed: 1,
  guard: { masks: true, refuses: true, masksExports: true },
};

const access: NonNullable<Facts['access']> = {
  auditMonths: 72,
  maskedForViewer: ['sensitive', 'health', 'financial'],
  reviewedAt: NOW - DAY,
  glass: [{ id: 'g', at: NOW - DAY, hasReason: true, reviewedAt: NOW - HOUR }],
};

const backups: NonNullable<Facts['backups']> = {
  last: { at: NOW - HOUR, customers: 100 },
  drill: { at: NOW - DAY, isExact: true },
};

const canary = { at: NOW, places: { journal: 3, caches: 40 }, hits: [] };

const retention: NonNullable<Facts['retention']> = {
  lastRunAt: NOW - HOUR,
  overdue: clean,
  holds: [{ id: 'h', isWhole: true }],
};

const purpose = {
  id: 'p',
  hasBasis: true,
  needsAssessment: true,
  assessedAt: NOW - DAY,
};

export const GOOD: Required<Facts> = {
  attestations: new Map(),
  lock: { idleMinutes: 15, whenHidden: false },
  guessing: { tries: 10, pauseMinutes: 30 },
  passphrase: { minimum: 15, refusesCommon: true },
  derivation: { memoryMib: 64, passes: 3 },
  canary,
  cipher: 'AES-256-GCM',
  damage: 0,
  factors: [{ device, role: 'admin', count: 2 }],
  devices: [
    deviceFact,
    {
      ...deviceFact,
      device: other,
      key: 'k2',
      removedAt: NOW - 3 * DAY,
      keysChangedAt: NOW - 3 * DAY,
      isWiped: true,
    },
  ],
  recoveryKit: { madeAt: NOW - 40 * DAY, testedAt: NOW - 30 * DAY },
  backups,
  store: { endpoint: 'https://store.example', refused: 0 },
  places: [{ id: 'store', country: 'DE', hasBasis: true }],
  hosting: {
    'script-src': ["'self'", "'wasm-unsafe-eval'"],
    'connect-src': ["'self'", 'https://store.example'],
  },
  audit,
  cards,
  fields: { classified: 40, unclassified: [] },
  packs: [{ key: 'gdpr', version: '1.0.0', acceptedAt: NOW - DAY, by: 'Ines Marrow' }],
  policyChanges: { count: 2, anonymous: 0 },
  access,
  runs: { lastAt: NOW - DAY },
  clock: { offsetMs: 1000 },
  customers: { total: 100, badEmails: 0, badPhones: 0, bad: [] },
  duplicates: [],
  purposes: [purpose],
  peopleOfPurposes: clean,
  specialConditions: clean,
  guardians: () => clean,
  consentBeforeUse: clean,
  useAfterWithdrawal: clean,
  consentVersions: clean,
  separateConsents: clean,
  notices: [{ id: 'n', importedAt: NOW - 60 * DAY, toldAt: NOW - 50 * DAY }],
  retention,
  requests: [request, { ...request, id: 'c', kind: 'correction' }],
  subjectFile: { fields: 30, missing: [] },
  portableExport: { at: NOW, isValid: true, isRoundTrip: true },
  corrections: [{ id: 'x', at: NOW - 60 * DAY, waiting: 0 }],
  erasures: clean,
  oldBackups: [{ id: 'b', expiresAt: NOW + DAY, erased: 1 }],
  restrictedUses: clean,
  objectorScores: clean,
  optOuts: clean,
  scoreMarks: clean,
  processing: { activities: 3, incomplete: [], isCurrent: true },
  incidents: [incident],
  lostDevices: [{ id: device, isClosed: true, keysChanged: true }],
  disposals: clean,
  disclosures: clean,
  residentsAbroad: clean,
  requestLog: { oldestAt: NOW - 800 * DAY, gaps: 0 },
};

const overdueRequests = { requests: [overdue] };
const lateIncidents = { incidents: [late] };
const brokenChain = { audit: { ...audit, chains: [{ ...audit.chains[0]!, problems: 2 }] } };
const oldBackup = { backups: { ...backups, last: { at: NOW - 9 * DAY, customers: 1 } } };
const generic = { devices: [{ ...deviceFact, member: 'Front desk' }] };
const slowLock = { lock: { idleMinutes: 60, whenHidden: false } };
const readable = { canary: { ...canary, hits: ['journal 4'] } };
const noRun = { runs: { lastAt: NOW - 800 * DAY } };
const oneFactor = { factors: [{ device, role: 'admin', count: 1 } as const] };
const unmaskedViewers = { access: { ...access, maskedForViewer: [] } };

/** By control: facts that make it fail, and what the evidence names. */
export const BAD: Readonly<Record<string, readonly [facts: Partial<Facts>, id: string]>> = {
  G1: [{ purposes: [{ ...purpose, hasBasis: false }] }, 'p'],
  G2: [{ fields: { classified: 1, unclassified: ['customer blood'] } }, 'customer blood'],
  G3: [{ duplicates: [{ id: 'd', foundAt: NOW - 40 * DAY }] }, 'd'],
  G4: [{ retention: { ...retention, holds: [{ id: 'h', isWhole: false }] } }, 'h'],
  G5: [readable, 'journal 4'],
  G6: [brokenChain, device],
  G7: [{ consentBeforeUse: dirty }, 'x'],
  G8: [{ useAfterWithdrawal: dirty }, 'x'],
  G9: [{ guardians: () => dirty }, 'x'],
  G10: [overdueRequests, 'r'],
  G11: [{ notices: [{ id: 'n', importedAt: NOW - 60 * DAY, toldAt: null }] }, 'n'],
  G12: [{ subjectFile: { fields: 29, missing: ['customer notes'] } }, 'customer notes'],
  G13: [{ corrections: [{ id: 'x', at: NOW - 60 * DAY, waiting: 1 }] }, 'x'],
  G14: [{ erasures: dirty }, 'x'],
  G15: [{ oldBackups: [{ id: 'b', expiresAt: null, erased: 1 }] }, 'b'],
  G16: [{ restrictedUses: dirty }, 'x'],
  G17: [{ requests: [{ ...request, kind: 'erasure', untold: 2 }] }, 'r'],
  G18: [{ portableExport: { at: NOW, isValid: true, isRoundTrip: false } }, 'roundTrip'],
  G19: [{ objectorScores: dirty }, 'x'],
  G20: [slowLock, 'idle-minutes'],
  G21: [{ processing: { activities: 1, incomplete: ['a'], isCurrent: true } }, 'a'],
  G22: [oldBackup, 'last'],
  G23: [lateIncidents, 'i'],
  G24: [{ lostDevices: [{ id: device, isClosed: false, keysChanged: true }] }, device],
  G26: [lateIncidents, 'i'],
  H1: [generic, device],
  H2: [{ recoveryKit: { madeAt: NOW, testedAt: null } }, 'kitTested'],
  H3: [slowLock, 'idle-minutes'],
  H4: [{ cipher: 'none' }, 'cipher'],
  H5: [{ audit: { ...audit, reviewedAt: NOW - 30 * DAY } }, 'review'],
  H6: [{ damage: 1 }, 'damage'],
  H7: [{ audit: { ...audit, unconfirmed: [{ device, n: 9, at: NOW }] } }, `${device} 9`],
  H8: [{ store: { endpoint: 'http://store.example', refused: 0 } }, 'http://store.example'],
  H9: [{ devices: [{ ...deviceFact, removedAt: NOW - 9 * DAY }] }, device],
  H10: [{ passphrase: { minimum: 8, refusesCommon: true } }, 'passphrase-length'],
  H11: [{ backups: { ...backups, drill: { at: NOW, isExact: false } } }, 'exact'],
  H12: [noRun, 'last'],
  H13: [{ disposals: dirty }, 'x'],
  H14: [{ access: { ...access, auditMonths: 12 } }, 'log-months'],
  H15: [unmaskedViewers, 'health'],
  H16: [overdueRequests, 'r'],
  H17: [lateIncidents, 'i'],
  H19: [oneFactor, device],
  H21: [{ backups: { ...backups, drill: null } }, 'drill'],
  H23: [noRun, 'last'],
  H25: [oldBackup, 'last'],
  P1: [{ cards: { ...cards, scan: null } }, 'scan'],
  P2: [{ cards: { ...cards, guard: { ...cards.guard, refuses: false } } }, 'refuses'],
  P3: [{ cards: { ...cards, guard: { ...cards.guard, masks: false } } }, 'masks'],
  P4: [{ cards: { ...cards, scan: { ...cards.scan!, mended: 0 } } }, 'left'],
  P5: [{ cards: { ...cards, guard: { ...cards.guard, masksExports: false } } }, 'masksExports'],
  P6: [{ access: { ...access, reviewedAt: null } }, 'accessReview'],
  P7: [generic, device],
  P8: [slowLock, 'idle-minutes'],
  P9: [{ guessing: { tries: 20, pauseMinutes: 30 } }, 'unlock-tries'],
  P10: [{ passphrase: { minimum: 15, refusesCommon: false } }, 'refusesCommon'],
  P11: [oneFactor, device],
  P12: [{ audit: { ...audit, probed: acts.filter((act) => act !== 'viewed') } }, 'viewed'],
  P13: [brokenChain, device],
  P14: [{ clock: { offsetMs: -10 * 60 * 1000 } }, 'clock-skew-minutes'],
  P15: [{ cards: { ...cards, open: [{ id: 'f', at: NOW }] } }, 'f'],
  P16: [{ hosting: { 'script-src': ["'self'", 'https://cdn.example'] } }, 'script-src'],
  L1: [{ consentVersions: dirty }, 'x'],
  L2: [{ separateConsents: dirty }, 'x'],
  L3: [{ restrictedUses: dirty }, 'x'],
  L4: [{ objectorScores: dirty }, 'x'],
  L5: [{ guardians: () => dirty }, 'x'],
  L6: [{ residentsAbroad: dirty }, 'x'],
  L7: [overdueRequests, 'r'],
  L8: [unmaskedViewers, 'health'],
  L9: [noRun, 'last'],
  L10: [{ purposes: [{ ...purpose, assessedAt: null }] }, 'p'],
  L11: [lateIncidents, 'i'],
  C1: [overdueRequests, 'r'],
  C2: [{ optOuts: dirty }, 'x'],
  C3: [{ requestLog: { oldestAt: NOW, gaps: 2 } }, 'requests'],
};

const unreviewed = { id: 'g', at: NOW - 9 * DAY, hasReason: true, reviewedAt: null };

/** Every further way to fail: control, facts, and what the evidence names. */
export const ALSO_BAD: readonly (readonly [control: string, facts: Partial<Facts>, id: string])[] =
  [
    ['G1', { peopleOfPurposes: dirty }, 'x'],
    ['G2', { specialConditions: dirty }, 'x'],
    ['G3', { customers: { total: 1, badEmails: 0, badPhones: 1, bad: dirty.bad } }, 'x'],
    ['G4', { retention: { ...retention, lastRunAt: NOW - 2 * DAY } }, 'retention'],
    ['G4', { retention: { ...retention, overdue: dirty } }, 'x'],
    ['G5', { cipher: 'AES-128-GCM' }, 'cipher'],
    ['G5', { derivation: { memoryMib: 8, passes: 3 } }, 'kdf-memory-mib'],
    ['G5', { derivation: { memoryMib: 64, passes: 1 } }, 'kdf-passes'],
    ['G6', { access: { ...access, auditMonths: 1 } }, 'log-months'],
    ['G6', { policyChanges: { count: 2, anonymous: 1 } }, 'changes'],
    ['G9', { specialConditions: dirty }, 'x'],
    ['G15', { oldBackups: [{ id: 'b', expiresAt: NOW + 9999 * DAY, erased: 1 }] }, 'b'],
    ['G18', { portableExport: { at: NOW, isValid: false, isRoundTrip: true } }, 'valid'],
    ['G20', { passphrase: { minimum: 8, refusesCommon: true } }, 'passphrase-length'],
    ['G20', unmaskedViewers, 'health'],
    ['G21', { processing: { activities: 1, incomplete: [], isCurrent: false } }, 'processing'],
    ['G22', { backups: { ...backups, drill: null } }, 'drill'],
    ['G23', { incidents: [{ ...incident, rating: null }] }, 'i'],
    ['G24', { lostDevices: [{ id: device, isClosed: true, keysChanged: false }] }, device],
    ['H1', { devices: [deviceFact, { ...deviceFact, device: other }] }, other],
    ['H2', { recoveryKit: { madeAt: null, testedAt: NOW } }, 'kit'],
    ['H2', { recoveryKit: { madeAt: 1, testedAt: NOW - 900 * DAY } }, 'kitTested'],
    ['H2', { access: { ...access, glass: [unreviewed] } }, 'g'],
    ['H2', { access: { ...access, glass: [{ ...unreviewed, at: NOW, hasReason: false }] } }, 'g'],
    ['H4', readable, 'journal 4'],
    ['H5', { audit: { ...audit, probed: ['viewed'] } }, 'exported'],
    ['H6', brokenChain, device],
    ['H8', { store: { endpoint: 'https://store.example', refused: 2 } }, 'refused'],
    ['H8', { hosting: { 'script-src': ["'self'"] } }, 'connect-src'],
    ['H9', { devices: [{ ...deviceFact, removedAt: NOW - 9 * DAY, keysChangedAt: NOW }] }, device],
    ['H10', { passphrase: { minimum: 15, refusesCommon: false } }, 'refusesCommon'],
    ['H10', { audit: { ...audit, probed: [] } }, 'unlockFailed'],
    ['H11', oldBackup, 'last'],
    ['H14', { packs: [{ key: 'p', version: '1', acceptedAt: null, by: null }] }, 'p'],
    ['H16', { requests: [{ ...overdue, kind: 'correction' }] }, 'r'],
    ['H16', { disclosures: dirty }, 'x'],
    ['H19', readable, 'journal 4'],
    ['H21', { backups: { ...backups, drill: { at: NOW, isExact: false } } }, 'exact'],
    ['P1', { cards: { ...cards, columns: 31 } }, 'columns'],
    ['P2', { cards: { ...cards, scan: null } }, 'scan'],
    ['P4', { cards: { ...cards, scan: null } }, 'scan'],
    ['P6', { devices: [{ ...deviceFact, removedAt: NOW - 9 * DAY }] }, device],
    ['P6', { devices: [{ ...deviceFact, lastSeenAt: NOW - 200 * DAY }] }, device],
    ['P9', { guessing: { tries: 10, pauseMinutes: 5 } }, 'lockout-minutes'],
    ['P10', { passphrase: { minimum: 8, refusesCommon: true } }, 'passphrase-length'],
    ['P14', { audit: { ...audit, reviewedAt: NOW - 99 * DAY } }, 'review'],
    ['P14', { access: { ...access, auditMonths: 1 } }, 'log-months'],
    ['P16', { hosting: { 'connect-src': ["'self'"] } }, 'script-src'],
    ['L3', { retention: { ...retention, overdue: dirty } }, 'x'],
    ['L3', { erasures: dirty }, 'x'],
    ['L8', { fields: { classified: 1, unclassified: ['customer blood'] } }, 'customer blood'],
    ['L8', readable, 'journal 4'],
    ['L8', slowLock, 'idle-minutes'],
    ['C1', { requests: [{ ...request, confirmedAt: null, receivedAt: NOW - 30 * DAY }] }, 'r'],
  ];
