/** The kinds that a person adds to a customer by hand. */

import type { Kind } from '#domain/catalogue.ts';

export type BelongingKind = Extract<
  Kind,
  'interaction' | 'transaction' | 'need' | 'feedback' | 'task'
>;
