/** The checks of HIPAA's controls (45 CFR Part 164), and of the rule that is proposed (90 FR 898). */

import { monthsAfter } from '../calendar.ts';
import {
  all,
  atLeast,
  check,
  DAY,
  holds,
  HOUR,
  joined,
  lookedAt,
  sorted,
  within,
  type Check,
} from './check.ts';
import {
  accessEnded,
  answeredInTime,
  backedUp,
  connectsOnlyToNamed,
  daysClock,
  evaluated,
  locksItself,
  logIsWhole,
  notifiedInTime,
  oneIdentityEach,
  unreadable,
} from './judgements.ts';

/** Of health data: to see it, to change it, to hand it out. */
const ACTIVITY = ['viewed', 'created', 'changed', 'deleted', 'exported'];
const SENSITIVE = ['sensitive', 'health', 'financial'];

export const hipaaChecks: readonly Check[] = [
  check('H1', ['devices'], ({ devices }) => oneIdentityEach(devices)),
  check(
    'H2',
    ['recoveryKit', 'access'],
    ({ recoveryKit: { madeAt, testedAt }, access }, parameter, now) => {
      const tested =
        testedAt !== null && testedAt >= monthsAfter(now, -parameter('kit-test-months'));
      return all(
        sorted([
          [madeAt !== null, { about: 'setting', id: 'kit', at: madeAt ?? 0 }],
          [
            tested,
            { about: 'setting', id: 'kitTested', found: testedAt !== null, at: testedAt ?? 0 },
          ],
        ]),
        sorted(
          access.glass.map(({ id, at, hasReason, reviewedAt }) => {
            const deadline = at + parameter('glass-review-hours') * HOUR;
            return [
              hasReason && (reviewedAt ?? now) <= deadline,
              { about: 'glass', id, at, found: reviewedAt !== null, wanted: true },
            ];
          }),
        ),
      );
    },
    ['kit-test-months', 'glass-review-hours'],
  ),
  check('H3', ['lock'], ({ lock }, parameter) => locksItself(lock, parameter('idle-minutes')), [
    'idle-minutes',
  ]),
  check('H4', ['canary', 'cipher'], ({ canary, cipher }) => unreadable(canary, cipher)),
  check(
    'H5',
    ['audit'],
    ({ audit }, parameter, now) =>
      all(
        sorted(
          ACTIVITY.map((id) => [
            audit.probed.includes(id),
            { about: 'act', id, ...(audit.seen[id] !== undefined && { at: audit.seen[id] }) },
          ]),
        ),
        within('log', 'review', audit.reviewedAt, parameter('log-review-days') * DAY, now),
      ),
    ['log-review-days'],
  ),
  check('H6', ['audit', 'damage'], ({ audit, damage }) =>
    all(
      logIsWhole(audit),
      holds({ about: 'setting', id: 'damage', found: damage, wanted: 0 }, damage === 0),
    ),
  ),
  check('H7', ['audit'], ({ audit: { privileged, unconfirmed } }) => ({
    good: privileged > 0 ? [{ about: 'event', id: 'privileged', found: privileged }] : [],
    bad: unconfirmed.map(({ device, n, at }) => ({ about: 'event', id: `${device} ${n}`, at })),
  })),
  joined(
    'H8',
    check('H8', ['hosting'], ({ hosting }) => connectsOnlyToNamed(hosting)),
    check('H8', ['store'], ({ store: { endpoint, refused } }) =>
      sorted([
        [
          /^https:|^http:\/\/(localhost|127\.0\.0\.1|\[::1\])(:|\/|$)/.test(endpoint),
          { about: 'place', id: endpoint, wanted: 'https' },
        ],
        [refused === 0, { about: 'place', id: 'refused', found: refused, wanted: 0 }],
      ]),
    ),
  ),
  check(
    'H9',
    ['devices'],
    ({ devices }, parameter) => accessEnded(devices, parameter('revoke-hours')),
    ['revoke-hours'],
  ),
  check(
    'H10',
    ['audit', 'passphrase'],
    ({ audit, passphrase }, parameter) =>
      all(
        atLeast('passphrase-length', passphrase.minimum, parameter('passphrase-length')),
        holds(
          { about: 'setting', id: 'refusesCommon', found: passphrase.refusesCommon },
          passphrase.refusesCommon,
        ),
        holds(
          { about: 'act', id: 'unlockFailed', found: audit.failedUnlocks },
          audit.probed.includes('unlockFailed'),
        ),
      ),
    ['passphrase-length'],
  ),
  check(
    'H11',
    ['backups'],
    ({ backups }, parameter, now) =>
      backedUp(backups, parameter('backup-age-hours'), parameter('restore-drill-days'), now),
    ['backup-age-hours', 'restore-drill-days'],
  ),
  check(
    'H12',
    ['runs'],
    ({ runs }, parameter, now) => evaluated(runs, parameter('evaluation-days'), now),
    ['evaluation-days'],
  ),
  check('H13', ['disposals'], ({ disposals }) => lookedAt('device', 'disposals', disposals)),
  check(
    'H14',
    ['access', 'packs'],
    ({ access, packs }, parameter) =>
      all(
        atLeast(
          'log-months',
          access.auditMonths,
          Math.max(parameter('policy-months'), parameter('log-months')),
        ),
        sorted(
          packs.map(({ key, version, acceptedAt }) => [
            acceptedAt !== null,
            {
              about: 'pack',
              id: key,
              found: version,
              ...(acceptedAt !== null && { at: acceptedAt }),
            },
          ]),
        ),
      ),
    ['policy-months', 'log-months'],
  ),
  check('H15', ['access'], ({ access }) =>
    sorted(
      SENSITIVE.map((id) => {
        const isMasked = access.maskedForViewer.includes(id);
        return [isMasked, { about: 'field', id, found: isMasked, wanted: true }];
      }),
    ),
  ),
  joined(
    'H16',
    check(
      'H16',
      ['requests'],
      ({ requests }, parameter, now) => {
        const of = (kind: string) => requests.filter((request) => request.kind === kind);
        const more = parameter('extension-days');
        return all(
          answeredInTime(of('access'), daysClock(parameter('request-days'), more), now),
          answeredInTime(of('correction'), daysClock(parameter('amendment-days'), more), now),
        );
      },
      ['request-days', 'extension-days', 'amendment-days'],
    ),
    check('H16', ['disclosures'], ({ disclosures }) =>
      lookedAt('record', 'disclosures', disclosures),
    ),
  ),
  check(
    'H17',
    ['incidents'],
    ({ incidents }, parameter, now) => notifiedInTime(incidents, parameter('breach-hours'), now),
    ['breach-hours'],
  ),
  check('H19', ['factors', 'canary', 'cipher'], ({ factors, canary, cipher }) =>
    all(
      unreadable(canary, cipher),
      sorted(
        factors.map(({ device, count }) => [
          count > 1,
          { about: 'device', id: device, found: count, wanted: 2 },
        ]),
      ),
    ),
  ),
  check(
    'H21',
    ['backups'],
    ({ backups: { drill } }, parameter, now) =>
      all(
        within('backup', 'drill', drill?.at ?? null, parameter('restore-drill-days') * DAY, now),
        holds(
          { about: 'backup', id: 'exact', found: drill?.isExact ?? null, wanted: true },
          drill?.isExact === true,
        ),
      ),
    ['restore-drill-days'],
  ),
  check(
    'H23',
    ['runs'],
    ({ runs }, parameter, now) => evaluated(runs, parameter('evaluation-days'), now),
    ['evaluation-days'],
  ),
  check(
    'H25',
    ['backups'],
    ({ backups }, parameter, now) =>
      backedUp(backups, parameter('shadow-backup-hours'), parameter('shadow-drill-days'), now),
    ['shadow-backup-hours', 'shadow-drill-days'],
  ),
];
