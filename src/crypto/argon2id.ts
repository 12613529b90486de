/**
 * Argon2id by hash-wasm, for the worker that derives and then ends: WebAssembly memory never shrinks, so 64 MiB would stay with whoever
 * imports this. Nothing else in this room does.
 */

import { utf8Bytes } from '#base/bytes.ts';
import { argon2id } from 'hash-wasm';
import type { DeriveKey } from './key-derivation.ts';

export const deriveByArgon2id: DeriveKey = ({
  passphrase,
  salt,
  memoryKib,
  iterations,
  parallelism,
}) =>
  argon2id({
    password: utf8Bytes(passphrase),
    salt,
    memorySize: memoryKib,
    iterations,
    parallelism,
    hashLength: 32,
    outputType: 'binary',
  });
