/** The checks of the PIPL's controls. Several join what other regulations ask of the same facts. */

import { DEFAULT_POLICY } from '../policy.ts';
import { workingDaysAfter } from '../calendar.ts';
import { all, check, joined, lookedAt, sorted, type Check } from './check.ts';
import {
  answeredInTime,
  classified,
  evaluated,
  locksItself,
  retained,
  unreadable,
} from './judgements.ts';

/** "Shortest": the retention run keeps to it every day. */
const RETENTION_HOURS = 24;

export const piplChecks: readonly Check[] = [
  check('L1', ['consentVersions'], ({ consentVersions }) =>
    lookedAt('person', 'consentVersions', consentVersions),
  ),
  check('L2', ['separateConsents'], ({ separateConsents }) =>
    lookedAt('person', 'separateConsents', separateConsents),
  ),
  joined(
    'L3',
    check('L3', ['retention'], ({ retention }, _, now) =>
      retained(retention, RETENTION_HOURS, now),
    ),
    check('L3', ['erasures'], ({ erasures }) => lookedAt('record', 'erasures', erasures)),
    check('L3', ['restrictedUses'], ({ restrictedUses }) =>
      lookedAt('person', 'restrictedUses', restrictedUses),
    ),
  ),
  check('L4', ['objectorScores'], ({ objectorScores }) =>
    lookedAt('person', 'objectorScores', objectorScores),
  ),
  check(
    'L5',
    ['guardians'],
    ({ guardians }, parameter) =>
      lookedAt('person', 'guardians', guardians(parameter('minor-age'))),
    ['minor-age'],
  ),
  check('L6', ['residentsAbroad'], ({ residentsAbroad }) =>
    lookedAt('person', 'residentsAbroad', residentsAbroad),
  ),
  check(
    'L7',
    ['requests'],
    ({ requests }, parameter, now) => {
      const due = (at: number) => workingDaysAfter(at, parameter('request-working-days'));
      return answeredInTime(requests, { due, extended: due }, now);
    },
    ['request-working-days'],
  ),
  check(
    'L8',
    ['fields', 'canary', 'cipher', 'access', 'lock'],
    ({ fields, canary, cipher, access, lock }, parameter) =>
      all(
        classified(fields),
        unreadable(canary, cipher),
        locksItself(lock, parameter('idle-minutes')),
        sorted(
          DEFAULT_POLICY.maskedForViewer.map((id) => [
            access.maskedForViewer.includes(id),
            { about: 'field', id, found: access.maskedForViewer.includes(id), wanted: true },
          ]),
        ),
      ),
    ['idle-minutes'],
  ),
  check(
    'L9',
    ['runs'],
    ({ runs }, parameter, now) => evaluated(runs, parameter('evaluation-days'), now),
    ['evaluation-days'],
  ),
  check('L10', ['purposes'], ({ purposes }) =>
    sorted(
      purposes
        .filter(({ needsAssessment }) => needsAssessment)
        .map(({ id, assessedAt }) => [
          assessedAt !== null,
          {
            about: 'purpose',
            id,
            ...(assessedAt === null ? { wanted: 'assessment' } : { at: assessedAt }),
          },
        ]),
    ),
  ),
  check('L11', ['incidents'], ({ incidents }) =>
    sorted(
      incidents.map(({ id, awareAt, notifiedAt, rating }) => [
        rating === 'none' || notifiedAt !== null,
        { about: 'incident', id, at: awareAt, ...(notifiedAt === null && { wanted: 'notice' }) },
      ]),
    ),
  ),
];
