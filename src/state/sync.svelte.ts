/** How this device stands with the store: what the worker tells, and what it is told of the page. */

import type { Result } from '#base/result.ts';
import type {
  MembershipError,
  StepUpNeeded,
  StorageError,
  StoreSettings,
  SyncStatus,
} from '#worker/vault-api.ts';
import { Job } from './jobs.svelte.ts';
import { onLeave } from './leave.ts';
import { session } from './session.svelte.ts';
import { stepUp } from './step-up.svelte.ts';
import { vault } from './vault.ts';

export type { StoreSettings, SyncStatus };

class Sync {
  /** Testing a store and sending the workspace there: the keys are needed until it ends. */
  readonly connecting = new Job();
  /** Undefined until the worker has answered. */
  #status = $state.raw<SyncStatus | null>();

  /** Whether the worker has told, once, how things are. */
  readonly known = $derived(this.#status !== undefined);

  /** A viewer's device reads and writes nothing. */
  readonly readOnly = $derived(this.#status?.role === 'viewer');

  readonly isAdmin = $derived(this.#status?.role === 'admin');

  /** The first records of a workspace that was joined are still under way. */
  readonly arriving = $derived(
    (this.#status?.store ?? null) !== null &&
      this.#status?.lastSyncAt === null &&
      !this.connecting.running,
  );

  /** What waits for a person on the screen "Devices". */
  readonly waiting = $derived(
    this.#status
      ? this.#status.requests +
          this.#status.conflicts +
          this.#status.heldBack +
          this.#status.alarms.length
      : 0,
  );

  get status(): SyncStatus | null {
    return this.#status ?? null;
  }

  /** While a workspace is open: until the returned function is called. */
  follow(): () => void {
    const stopListening = vault.listen((event) => {
      if (event.type === 'sync') this.#take(event.status);
    });
    const onVisibility = () => this.#tellVisible();
    const onOnline = () => void vault.syncNow();
    document.addEventListener('visibilitychange', onVisibility);
    addEventListener('online', onOnline);
    void this.#begin();
    return () => {
      stopListening();
      document.removeEventListener('visibilitychange', onVisibility);
      removeEventListener('online', onOnline);
    };
  }

  syncNow(): Promise<void> {
    return vault.syncNow();
  }

  connect(store: StoreSettings): Promise<Result<void, MembershipError>> {
    return this.connecting.run(() => vault.connectStore(store));
  }

  disconnect(): Promise<Result<void, StorageError>> {
    return vault.disconnectStore();
  }

  replaceKeys(
    keys: Pick<StoreSettings, 'accessKey' | 'secretKey'>,
  ): Promise<Result<void, MembershipError | StepUpNeeded>> {
    return stepUp.guard(() => vault.replaceCredentials(keys));
  }

  dismissAlarm(id: string): Promise<void> {
    return vault.dismissAlarm(id);
  }

  fillStoreAgain(): Promise<Result<{ readonly objects: number }, MembershipError>> {
    return vault.fillStoreAgain();
  }

  forget(): void {
    this.#status = undefined;
  }

  async #begin(): Promise<void> {
    const owner = session.current?.workspace;
    // Whatever ails the engine of sync, it keeps nobody from their customers.
    const status = await vault.syncStatus().catch(() => null);
    if (session.current?.workspace !== owner) return;
    this.#status ??= status;
    this.#tellVisible();
  }

  #tellVisible(): void {
    if (this.#status) vault.setVisible(document.visibilityState === 'visible');
  }

  #take(status: SyncStatus): void {
    const before = this.#status;
    this.#status = status;
    // With the first records come the workspace's name and its own fields.
    const approved = before?.phase === 'joining' && status.phase !== 'joining';
    const arrived = before?.lastSyncAt === null && status.lastSyncAt !== null;
    if (approved || arrived) void session.refresh();
  }
}

export const sync = new Sync();
onLeave(() => sync.forget());
