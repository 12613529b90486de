/** The checks of PCI DSS 4.0.1's controls. The way to keep them is never to hold a card number. */

import { monthsAfter } from '../calendar.ts';
import {
  all,
  atLeast,
  atMost,
  check,
  DAY,
  holds,
  joined,
  MINUTE,
  sorted,
  within,
  type Check,
} from './check.ts';
import { accessEnded, locksItself, logIsWhole, oneIdentityEach } from './judgements.ts';

/** Req. 10.2.1.1–10.2.1.7: access, what admins do, reading the log, failed attempts, credentials, start and stop, objects made and deleted. */
const TOLD = [
  'viewed',
  'roleChanged',
  'logRead',
  'unlockFailed',
  'passphraseChanged',
  'unlocked',
  'locked',
  'created',
  'deleted',
];

export const pciDssChecks: readonly Check[] = [
  check(
    'P1',
    ['cards'],
    ({ cards: { scan, columns } }, parameter, now) =>
      all(
        within('card', 'scan', scan?.at ?? null, parameter('card-scan-days') * DAY, now),
        holds(
          { about: 'card', id: 'columns', found: scan?.columns ?? 0, wanted: columns },
          (scan?.columns ?? 0) >= columns,
        ),
        holds({ about: 'card', id: 'records', found: scan?.records ?? 0 }, true),
      ),
    ['card-scan-days'],
  ),
  check('P2', ['cards'], ({ cards: { guard, scan } }) =>
    sorted([
      [guard.refuses, { about: 'card', id: 'refuses', found: guard.refuses, wanted: true }],
      [scan !== null, { about: 'card', id: 'scan', ...(scan !== null && { at: scan.at }) }],
    ]),
  ),
  check('P3', ['cards'], ({ cards: { guard } }) =>
    holds({ about: 'card', id: 'masks', found: guard.masks, wanted: true }, guard.masks),
  ),
  check('P4', ['cards'], ({ cards: { scan } }) =>
    scan === null
      ? { good: [], bad: [{ about: 'card', id: 'scan', found: null }] }
      : holds(
          { about: 'card', id: 'left', found: scan.hits - scan.mended, wanted: 0, at: scan.at },
          scan.hits <= scan.mended,
        ),
  ),
  check('P5', ['cards'], ({ cards: { guard } }) =>
    holds(
      { about: 'card', id: 'masksExports', found: guard.masksExports, wanted: true },
      guard.masksExports,
    ),
  ),
  check(
    'P6',
    ['access', 'devices'],
    ({ access, devices }, parameter, now) => {
      const idle = parameter('idle-account-days') * DAY;
      return all(
        within(
          'policy',
          'accessReview',
          access.reviewedAt,
          parameter('access-review-days') * DAY,
          now,
        ),
        accessEnded(devices, parameter('revoke-hours')),
        sorted(
          devices
            .filter(({ removedAt }) => removedAt === null)
            .map(({ device, lastSeenAt }) => [
              lastSeenAt !== null && now - lastSeenAt <= idle,
              {
                about: 'device',
                id: device,
                ...(lastSeenAt === null ? { found: null } : { at: lastSeenAt }),
              },
            ]),
        ),
      );
    },
    ['access-review-days', 'idle-account-days', 'revoke-hours'],
  ),
  check('P7', ['devices'], ({ devices }) => oneIdentityEach(devices)),
  check('P8', ['lock'], ({ lock }, parameter) => locksItself(lock, parameter('idle-minutes')), [
    'idle-minutes',
  ]),
  check(
    'P9',
    ['guessing'],
    ({ guessing }, parameter) =>
      all(
        atMost('unlock-tries', guessing.tries, parameter('unlock-tries')),
        atLeast('lockout-minutes', guessing.pauseMinutes, parameter('lockout-minutes')),
      ),
    ['unlock-tries', 'lockout-minutes'],
  ),
  check(
    'P10',
    ['passphrase'],
    ({ passphrase }, parameter) =>
      all(
        atLeast('passphrase-length', passphrase.minimum, parameter('passphrase-length')),
        holds(
          { about: 'setting', id: 'refusesCommon', found: passphrase.refusesCommon, wanted: true },
          passphrase.refusesCommon,
        ),
      ),
    ['passphrase-length'],
  ),
  check('P11', ['factors'], ({ factors }) =>
    sorted(
      factors
        .filter(({ role }) => role === 'admin')
        .map(({ device, count }) => [
          count > 1,
          { about: 'device', id: device, found: count, wanted: 2 },
        ]),
    ),
  ),
  check('P12', ['audit'], ({ audit: { probed, seen } }) =>
    sorted(
      TOLD.map((id) => [
        probed.includes(id),
        { about: 'act', id, ...(seen[id] !== undefined && { at: seen[id] }) },
      ]),
    ),
  ),
  check('P13', ['audit'], ({ audit }) => logIsWhole(audit)),
  joined(
    'P14',
    check(
      'P14',
      ['audit', 'access'],
      ({ audit, access }, parameter, now) => {
        const kept = parameter('log-months');
        const oldest = Math.min(...audit.chains.map(({ oldestAt }) => oldestAt ?? now));
        return all(
          within('log', 'review', audit.reviewedAt, parameter('log-review-days') * DAY, now),
          atLeast('log-months', access.auditMonths, kept),
          holds(
            {
              about: 'log',
              id: 'oldest',
              ...(Number.isFinite(oldest) && { at: oldest }),
              found: oldest <= monthsAfter(now, -kept),
            },
            Number.isFinite(oldest),
          ),
        );
      },
      ['log-months', 'log-review-days'],
    ),
    check(
      'P14',
      ['clock'],
      ({ clock: { offsetMs } }, parameter) =>
        atMost(
          'clock-skew-minutes',
          Math.round(Math.abs(offsetMs) / MINUTE),
          parameter('clock-skew-minutes'),
        ),
      ['clock-skew-minutes'],
    ),
  ),
  check('P15', ['cards'], ({ cards: { scan, open, closed } }) => ({
    good:
      scan === null && closed === 0
        ? []
        : [{ about: 'card', id: 'closed', found: closed, ...(scan !== null && { at: scan.at }) }],
    bad: open.map(({ id, at }) => ({ about: 'card', id, at, wanted: 'closed' })),
  })),
  check('P16', ['hosting'], ({ hosting }) => {
    const sources = hosting['script-src'] ?? hosting['default-src'];
    if (sources === undefined) {
      return { good: [], bad: [{ about: 'directive', id: 'script-src', found: null }] };
    }
    return sorted(
      sources.map((source) => [
        /^'(self|none|wasm-unsafe-eval|sha(256|384|512)-.*)'$/.test(source),
        { about: 'directive', id: 'script-src', found: source },
      ]),
    );
  }),
];
