/** The vault's guard: no card number and no security code reaches a seal, and a restricted person's data stays as it is. */

import type { Guard } from '#vault/environment.ts';
import { cardGuard } from './cards/guard.ts';
import { isRestricted } from './consent/limits.ts';

export const guard: Guard = { ...cardGuard, isRestricted };
