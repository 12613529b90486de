/** What a restriction stops: until it is lifted, the data is kept and nothing else is done with it (Art. 18(2) GDPR). */

import type { Kind } from '#domain/catalogue.ts';
import type { Limit } from '#domain/summary.ts';

/** The papers on somebody's rights go on being written: a restriction is lifted by one, and a consent withdrawn. */
const PAPERS: ReadonlySet<Kind> = new Set(['consent', 'limit', 'notice', 'hold', 'audit']);

/** Whether a record of that kind may not be written of a person with such limits. */
export function isRestricted(kind: Kind, limits: readonly Limit[]): boolean {
  return limits.includes('restriction') && !PAPERS.has(kind);
}
