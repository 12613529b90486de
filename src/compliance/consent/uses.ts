/** Whether somebody's data may be used for a purpose, as they said and as the law says: asked by whatever uses the data of many. */

import { consentState, type Purpose } from '#domain/consents.ts';
import type { Summary } from '#domain/summary.ts';

export type Person = Pick<Summary, 'limits' | 'consents'>;

/** Why not. */
export type Bar = 'restricted' | 'objecting' | 'optedOut' | 'noConsent';

/**
 * `null`: nobody bars it. `purpose`: null is a use that no purpose of the register stands for; only a restriction bars that one.
 * Restriction: Art. 18 GDPR; objection: Art. 21(2); sale and sharing: Cal. Civ. Code 1798.120; consent: Art. 6(1)(a).
 */
export function barOf({ limits, consents }: Person, purpose: Purpose | null): Bar | null {
  if (limits.includes('restriction')) return 'restricted';
  if (purpose === null) return null;
  if (limits.includes('objection') && OBJECTIONABLE.has(purpose.basis)) return 'objecting';
  if (limits.includes('optOut') && purpose.separate.includes('sharing')) return 'optedOut';
  if (purpose.basis === 'consent' && consentState(consents, purpose) !== 'valid') {
    return 'noConsent';
  }
  return null;
}

/** What somebody can object to: what does not rest on a contract or a law. A consent is withdrawn, and an objection says the same. */
const OBJECTIONABLE: ReadonlySet<string> = new Set([
  'legitimateInterests',
  'publicTask',
  'consent',
]);
