/** The page's one handle on the worker. */

import { createVaultClient } from '#worker/vault-client.ts';

export const vault = createVaultClient();
