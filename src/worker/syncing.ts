/** Sync of the open workspace as the worker runs it: the engine with a real store behind it, and the verbs that the page calls. */

import { systemClock, type Clock } from '#base/clock.ts';
import { join } from '#sync/joining.ts';
import { probeStore } from '#sync/probe.ts';
import { createS3Store } from '#sync/s3-store.ts';
import { Sync } from '#sync/sync.ts';
import type { Session } from '#vault/session.ts';
import type { Workspaces } from '#vault/workspaces.ts';
import type { SyncStatus, VaultApi } from './vault-api.ts';

export interface SyncingParts {
  readonly session: Session;
  readonly clock: Clock;
  readonly tell: (status: SyncStatus) => void;
  readonly onRemoved: () => Promise<void>;
}

export function openSync({ session, clock, tell, onRemoved }: SyncingParts): Promise<Sync> {
  return Sync.open({
    session,
    clock,
    openStore: (settings) => createS3Store(settings, { clock }),
    probe: (settings) => probeStore(settings, { clock }),
    // The built worker lies in a folder of the app.
    appAddress: new URL('../', self.location.href).href,
    tell,
    onRemoved,
  });
}

/** Makes a workspace of an invite; the caller enters it. */
export function joinByLink(
  workspaces: Workspaces,
  request: Parameters<VaultApi['joinWorkspace']>[0],
) {
  return join(
    {
      workspaces,
      clock: systemClock,
      openStore: (settings) => createS3Store(settings, { clock: systemClock }),
    },
    request,
  );
}
