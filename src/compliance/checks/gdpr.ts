/** The checks of the GDPR's controls (Regulation (EU) 2016/679). */

import { DEFAULT_POLICY } from '../policy.ts';
import { all, atLeast, check, DAY, holds, joined, lookedAt, sorted, type Check } from './check.ts';
import {
  answeredInTime,
  backedUp,
  classified,
  locksItself,
  logIsWhole,
  monthsClock,
  notifiedInTime,
  retained,
  unreadable,
} from './judgements.ts';

/** What the app comes with. */
const DEFAULT_IDLE_MINUTES = 15;

export const gdprChecks: readonly Check[] = [
  check('G1', ['purposes', 'peopleOfPurposes'], ({ purposes, peopleOfPurposes }) =>
    all(
      sorted(
        purposes.map(({ id, hasBasis }) => [
          hasBasis,
          { about: 'purpose', id, ...(!hasBasis && { wanted: 'basis' }) },
        ]),
      ),
      lookedAt('person', 'withPurpose', peopleOfPurposes),
    ),
  ),
  joined(
    'G2',
    check('G2', ['fields'], ({ fields }) => classified(fields)),
    check('G2', ['specialConditions'], ({ specialConditions }) =>
      lookedAt('person', 'specialConditions', specialConditions),
    ),
  ),
  joined(
    'G3',
    check('G3', ['customers'], ({ customers: { total, badEmails, badPhones, bad } }) => ({
      good: total > 0 ? [{ about: 'customer', id: 'valid', found: total }] : [],
      bad,
      badCount: badEmails + badPhones,
    })),
    check(
      'G3',
      ['duplicates'],
      ({ duplicates }, parameter, now) =>
        sorted(
          duplicates.map(({ id, foundAt }) => [
            now - foundAt <= parameter('duplicate-days') * DAY,
            { about: 'duplicate', id, at: foundAt },
          ]),
        ),
      ['duplicate-days'],
    ),
  ),
  check(
    'G4',
    ['retention'],
    ({ retention }, parameter, now) => retained(retention, parameter('retention-run-hours'), now),
    ['retention-run-hours'],
  ),
  check(
    'G5',
    ['canary', 'cipher', 'derivation'],
    ({ canary, cipher, derivation }, parameter) =>
      all(
        unreadable(canary, cipher),
        atLeast('kdf-memory-mib', derivation.memoryMib, parameter('kdf-memory-mib')),
        atLeast('kdf-passes', derivation.passes, parameter('kdf-passes')),
      ),
    ['kdf-memory-mib', 'kdf-passes'],
  ),
  check(
    'G6',
    ['audit', 'policyChanges', 'access'],
    ({ audit, policyChanges: { count, anonymous }, access }, parameter) =>
      all(
        logIsWhole(audit),
        atLeast('log-months', access.auditMonths, parameter('log-months')),
        holds(
          { about: 'policy', id: 'changes', found: anonymous === 0 ? count : anonymous },
          anonymous === 0,
        ),
      ),
    ['log-months'],
  ),
  check('G7', ['consentBeforeUse'], ({ consentBeforeUse }) =>
    lookedAt('person', 'consentBeforeUse', consentBeforeUse),
  ),
  check('G8', ['useAfterWithdrawal'], ({ useAfterWithdrawal }) =>
    lookedAt('person', 'useAfterWithdrawal', useAfterWithdrawal),
  ),
  joined(
    'G9',
    check(
      'G9',
      ['guardians'],
      ({ guardians }, parameter) =>
        lookedAt('person', 'guardians', guardians(parameter('minor-age'))),
      ['minor-age'],
    ),
    check('G9', ['specialConditions'], ({ specialConditions }) =>
      lookedAt('person', 'specialConditions', specialConditions),
    ),
  ),
  check(
    'G10',
    ['requests'],
    ({ requests }, parameter, now) =>
      answeredInTime(
        requests,
        monthsClock(parameter('request-days'), parameter('extension-days')),
        now,
      ),
    ['request-days', 'extension-days'],
  ),
  check(
    'G11',
    ['notices'],
    ({ notices }, parameter, now) =>
      sorted(
        notices.map(({ id, importedAt, toldAt }) => {
          const deadline = importedAt + parameter('notice-days') * DAY;
          return [(toldAt ?? now) <= deadline, { about: 'person', id, at: deadline }];
        }),
      ),
    ['notice-days'],
  ),
  check('G12', ['subjectFile'], ({ subjectFile: { fields, missing } }) => ({
    good: fields > 0 ? [{ about: 'field', id: 'subjectFile', found: fields }] : [],
    bad: missing.map((id) => ({ about: 'field', id, wanted: 'subjectFile' })),
  })),
  check(
    'G13',
    ['corrections'],
    ({ corrections }, parameter, now) =>
      sorted(
        corrections.map(({ id, at, waiting }) => [
          waiting === 0 || now - at <= parameter('correction-days') * DAY,
          { about: 'record', id, at, found: waiting },
        ]),
      ),
    ['correction-days'],
  ),
  check('G14', ['erasures'], ({ erasures }) => lookedAt('record', 'erasures', erasures)),
  check(
    'G15',
    ['oldBackups'],
    ({ oldBackups }, parameter, now) =>
      sorted(
        oldBackups.map(({ id, expiresAt, erased }) => {
          const latest = now + parameter('archive-days') * DAY;
          const isGood = erased === 0 || (expiresAt !== null && expiresAt <= latest);
          return [
            isGood,
            { about: 'backup', id, found: erased, ...(expiresAt !== null && { at: expiresAt }) },
          ];
        }),
      ),
    ['archive-days'],
  ),
  check('G16', ['restrictedUses'], ({ restrictedUses }) =>
    lookedAt('person', 'restrictedUses', restrictedUses),
  ),
  check('G17', ['requests'], ({ requests }) =>
    sorted(
      requests
        .filter(({ kind, closedAt }) => closedAt !== null && TOLD_OF.has(kind))
        .map(({ id, untold }) => [untold === 0, { about: 'request', id, found: untold }]),
    ),
  ),
  check('G18', ['portableExport'], ({ portableExport: { at, isValid, isRoundTrip } }) =>
    sorted([
      [isValid, { about: 'export', id: 'valid', at, found: isValid }],
      [isRoundTrip, { about: 'export', id: 'roundTrip', at, found: isRoundTrip }],
    ]),
  ),
  check('G19', ['objectorScores'], ({ objectorScores }) =>
    lookedAt('person', 'objectorScores', objectorScores),
  ),
  check(
    'G20',
    ['lock', 'passphrase', 'access'],
    ({ lock, passphrase, access }, parameter) =>
      all(
        locksItself(lock, Math.min(DEFAULT_IDLE_MINUTES, parameter('idle-minutes'))),
        atLeast('passphrase-length', passphrase.minimum, parameter('passphrase-length')),
        sorted(
          DEFAULT_POLICY.maskedForViewer.map((id) => [
            access.maskedForViewer.includes(id),
            { about: 'field', id, found: access.maskedForViewer.includes(id), wanted: true },
          ]),
        ),
      ),
    ['idle-minutes', 'passphrase-length'],
  ),
  check('G21', ['processing'], ({ processing: { activities, incomplete, isCurrent } }) => ({
    good: activities > 0 ? [{ about: 'register', id: 'processing', found: activities }] : [],
    bad: [
      ...incomplete.map((id) => ({ about: 'register', id, wanted: 'columns' }) as const),
      ...(isCurrent ? [] : [{ about: 'register', id: 'processing', wanted: 'current' } as const]),
    ],
  })),
  check(
    'G22',
    ['backups'],
    ({ backups }, parameter, now) =>
      backedUp(backups, parameter('backup-age-hours'), parameter('restore-drill-days'), now),
    ['backup-age-hours', 'restore-drill-days'],
  ),
  check(
    'G23',
    ['incidents'],
    ({ incidents }, parameter, now) => notifiedInTime(incidents, parameter('breach-hours'), now),
    ['breach-hours'],
  ),
  check('G24', ['lostDevices'], ({ lostDevices }) =>
    sorted(
      lostDevices.map(({ id, isClosed, keysChanged }) => [
        isClosed && keysChanged,
        {
          about: 'device',
          id,
          ...(!isClosed ? { wanted: 'closed' } : !keysChanged ? { wanted: 'keysChanged' } : {}),
        },
      ]),
    ),
  ),
  check('G25', ['places'], ({ places }) =>
    sorted(
      places.map(({ id, country, hasBasis }) => [
        country !== null && hasBasis,
        { about: 'place', id, found: country, ...(!hasBasis && { wanted: 'basis' }) },
      ]),
    ),
  ),
  check('G26', ['incidents'], ({ incidents }, _, now) =>
    notifiedInTime(
      incidents.filter(({ rating }) => rating === 'high'),
      96,
      now,
    ),
  ),
];

const TOLD_OF: ReadonlySet<string> = new Set(['correction', 'erasure', 'restriction']);
