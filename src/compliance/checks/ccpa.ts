/** The checks of the CCPA's controls (Civ. Code 1798.100 ff., 11 CCR 7000 ff.). */

import { monthsAfter, workingDaysAfter } from '../calendar.ts';
import { all, check, lookedAt, sorted, type Check } from './check.ts';
import { answeredInTime, daysClock } from './judgements.ts';

export const ccpaChecks: readonly Check[] = [
  check(
    'C1',
    ['requests'],
    ({ requests }, parameter, now) =>
      all(
        answeredInTime(
          requests,
          daysClock(parameter('request-days'), parameter('extension-days')),
          now,
        ),
        sorted(
          requests.map(({ id, receivedAt, confirmedAt }) => {
            const due = workingDaysAfter(receivedAt, parameter('confirm-working-days'));
            return [
              (confirmedAt ?? now) <= due,
              { about: 'request', id, at: due, found: confirmedAt !== null, wanted: 'confirmed' },
            ];
          }),
        ),
      ),
    ['request-days', 'extension-days', 'confirm-working-days'],
  ),
  check('C2', ['optOuts'], ({ optOuts }) => lookedAt('person', 'optOuts', optOuts)),
  check(
    'C3',
    ['requestLog'],
    ({ requestLog: { oldestAt, gaps } }, parameter, now) => ({
      good:
        oldestAt === null
          ? []
          : [
              {
                about: 'register',
                id: 'requests',
                at: oldestAt,
                found: oldestAt <= monthsAfter(now, -parameter('request-log-months')),
              },
            ],
      bad: gaps === 0 ? [] : [{ about: 'register', id: 'requests', found: gaps, wanted: 0 }],
    }),
    ['request-log-months'],
  ),
  check('C4', ['scoreMarks'], ({ scoreMarks }) => lookedAt('record', 'scoreMarks', scoreMarks)),
];
