/** What the vault's guard knows of cards: no number and no security code reaches a seal. */

import type { Guard } from '#vault/environment.ts';
import { cardsInState, maskAll, screenDraft, screenValues } from './screening.ts';

export const cardGuard: Omit<Guard, 'isRestricted'> = {
  screen: screenValues,
  screenText: maskAll,
  screenDraft,
  find: cardsInState,
};
