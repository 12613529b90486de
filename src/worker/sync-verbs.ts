/** The page's verbs on sync, each passed on to the engine of the open workspace. */

import { err } from '#base/result.ts';
import type { Kind } from '#domain/catalogue.ts';
import type { FieldName } from '#domain/change.ts';
import type { Sync } from '#sync/sync.ts';
import { maySettle } from './guarded-kinds.ts';
import type { VaultApi } from './vault-api.ts';

type SyncVerbs = Pick<
  VaultApi,
  | 'syncStatus'
  | 'connectStore'
  | 'disconnectStore'
  | 'syncNow'
  | 'setVisible'
  | 'devices'
  | 'invite'
  | 'invites'
  | 'withdrawInvite'
  | 'joinRequests'
  | 'approve'
  | 'reject'
  | 'revoke'
  | 'changeRole'
  | 'replaceCredentials'
  | 'conflicts'
  | 'settleConflict'
  | 'heldBack'
  | 'settleHeldBack'
  | 'dismissAlarm'
  | 'fillStoreAgain'
>;

/** `open`: null while locked. `hidden`: fields that this role does not see now. Who belongs to the workspace, and as what, is changed only after a step-up. A verb that a lock overtook is answered by the worker's end. */
export function syncVerbs(
  open: () => Promise<Sync> | null,
  isSteppedUp: () => boolean,
  hidden: () => Promise<(kind: Kind) => ReadonlySet<FieldName>>,
): SyncVerbs {
  const sync = async (): Promise<Sync> => {
    const opened = await open();
    if (opened === null) throw new Error('The workspace is locked');
    return opened;
  };
  return {
    syncStatus: async () => (await open())?.status ?? null,
    connectStore: async (store) => (await sync()).connect(store),
    disconnectStore: async () => (await sync()).disconnect(),
    syncNow: async () => (await open())?.now(),
    setVisible(visible) {
      void open()?.then((opened) => {
        opened.setVisible(visible);
      });
    },
    devices: async () => (await sync()).devices(),
    invite: async (request) =>
      isSteppedUp() ? (await sync()).invite(request) : err({ type: 'StepUpNeeded' }),
    invites: async () => (await sync()).invites(),
    withdrawInvite: async (id) => (await sync()).withdrawInvite(id),
    joinRequests: async () => (await sync()).requests,
    approve: async (request) =>
      isSteppedUp() ? (await sync()).approve(request) : err({ type: 'StepUpNeeded' }),
    reject: async (request) => (await sync()).reject(request),
    revoke: async (device) =>
      isSteppedUp() ? (await sync()).revoke(device) : err({ type: 'StepUpNeeded' }),
    changeRole: async (device, role) =>
      isSteppedUp() ? (await sync()).changeRole(device, role) : err({ type: 'StepUpNeeded' }),
    replaceCredentials: async (keys) =>
      isSteppedUp() ? (await sync()).replaceCredentials(keys) : err({ type: 'StepUpNeeded' }),
    async conflicts() {
      const [all, hiddenOf] = [await (await sync()).conflicts(), await hidden()];
      return all.filter(({ kind, field }) => !hiddenOf(kind).has(field));
    },
    settleConflict: async (conflict, choice) =>
      maySettle(conflict, isSteppedUp())
        ? (await sync()).settleConflict(conflict, choice)
        : err({ type: 'StepUpNeeded' }),
    heldBack: async () => (await sync()).heldBack(),
    settleHeldBack: async (id, choice) =>
      choice === 'discard' || isSteppedUp()
        ? (await sync()).settleHeldBack(id, choice)
        : err({ type: 'StepUpNeeded' }),
    dismissAlarm: async (id) => (await sync()).dismissAlarm(id),
    fillStoreAgain: async () => (await sync()).fillAgain(),
  };
}
