/** The kinds that a person adds to a customer by hand. */

import type { Kind } from '#domain/catalogue.ts';

export type BelongingKind = Extract<
  Kind,
  'interaction' | 'transaction' | 'need' | 'feedback' | 'task' | PaperKind
>;

/** What is written down of somebody's rights. */
export type PaperKind = Extract<Kind, 'consent' | 'limit' | 'notice' | 'hold'>;
