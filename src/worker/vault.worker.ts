/** The vault's worker: builds the parts and exposes them. */

import { expose, wrap } from 'comlink';
import { systemClock } from '#base/clock.ts';
import { trustedScriptAddress } from '#base/trusted-types.ts';
import { createWitness } from '#compliance/audit/witness.ts';
import { guard } from '#compliance/guard.ts';
import type { DeriveKey } from '#crypto/key-derivation.ts';
import { pagePolicy, readAppFile } from './app-files.ts';
import deriveWorkerAddress from './derive.worker.ts?worker&url';
import { createVaultService } from './vault-service.ts';

/** WebAssembly memory never shrinks: the derivation has a worker of its own, and its 64 MiB go with it. */
const derive: DeriveKey = async (request) => {
  const worker = new Worker(trustedScriptAddress(deriveWorkerAddress), { type: 'module' });
  try {
    return await wrap<DeriveKey>(worker)(request);
  } finally {
    worker.terminate();
  }
};

expose(
  createVaultService(
    {
      clock: systemClock,
      derive,
      exclusive: (name, work) => navigator.locks.request(`holdfast-${name}`, work),
      guard,
      witness: createWitness(),
    },
    { readAppFile, pagePolicy },
  ),
);
