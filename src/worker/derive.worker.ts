/** Argon2id in a worker that ends with it. */

import { expose } from 'comlink';
import { deriveByArgon2id } from '#crypto/argon2id.ts';

expose(deriveByArgon2id);
