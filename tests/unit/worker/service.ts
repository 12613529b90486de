/** The worker's surface in Node, over a vault with guard and witness. */

import { guard } from '#compliance/guard.ts';
import { createWitness } from '#compliance/audit/witness.ts';
import type { Session } from '#vault/session.ts';
import { createVaultService } from '#worker/vault-service.ts';
import type { VaultApi } from '#worker/vault-api.ts';
import { vi } from 'vitest';
import { readPolicyFile } from '../compliance/packs/packs.ts';
import { createEnvironment, HandClock, must, PASSPHRASE } from '../vault/fixture.ts';

/** A worker knows where its script lies. */
vi.stubGlobal('self', { location: { href: 'https://kelp.example/assets/vault.worker.js' } });

export interface Service {
  readonly api: VaultApi;
  readonly clock: HandClock;
}

export async function createService(): Promise<Service> {
  const clock = new HandClock();
  const environment = createEnvironment({ clock, guard, witness: createWitness() });
  const api = createVaultService(environment, {
    readAppFile: (path) => Promise.resolve(readPolicyFile(path)),
    pagePolicy: () => Promise.resolve(null),
  });
  const request = { name: 'Kelp & Co', memberName: 'Maren', passphrase: PASSPHRASE };
  must(await api.createWorkspace(request));
  return { api, clock };
}

/** The same session, of somebody who may only look. */
export function asViewer(session: Session): Session {
  return new Proxy(session, {
    get(target, name) {
      if (name === 'role') return 'viewer';
      const value: unknown = Reflect.get(target, name, target);
      return typeof value === 'function' ? (value.bind(target) as unknown) : value;
    },
  });
}
