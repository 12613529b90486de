/** The vault's guard: no card number and no security code reaches a seal. */

import type { Guard } from '#vault/environment.ts';
import { cardsInState, maskAll, screenValues, withoutBoth } from './screening.ts';

export const cardGuard: Guard = {
  screen: screenValues,
  screenText: maskAll,
  screenDraft: withoutBoth,
  find: cardsInState,
};
