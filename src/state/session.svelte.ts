/** Who is in which workspace: from the first screen to the lock. On lock nothing of a workspace stays on the page. */

import type { WorkspaceId } from '#base/ids.ts';
import type { Result } from '#base/result.ts';
import type {
  CreateError,
  Damage,
  EditError,
  JoinError,
  JoinRequest,
  MembershipError,
  NewWorkspace,
  Passkey,
  PassphraseError,
  Proof,
  ProofError,
  RecoveryKit,
  Session,
  Settings,
  StepUpNeeded,
  StorageError,
  StoreProblem,
  UnlockError,
  VaultEvent,
  WorkspaceEntry,
} from '#worker/vault-api.ts';
import { drafts } from './drafts.svelte.ts';
import { jobs } from './jobs.svelte.ts';
import { leaveWorkspace } from './leave.ts';
import type { PasskeyProblem } from './passkeys.ts';
import { watchPresence } from './presence.ts';
import { stepUp } from './step-up.svelte.ts';
import { vault } from './vault.ts';

export type { Passkey, Proof, RecoveryKit, Settings, WorkspaceEntry };

export type Phase = 'starting' | 'outside' | 'inside';
export type LockReason = Extract<VaultEvent, { type: 'locked' }>['reason'];

class SessionState {
  #phase = $state<Phase>('starting');
  #workspaces = $state.raw<readonly WorkspaceEntry[]>([]);
  #current = $state.raw<Session | null>(null);
  #damage = $state.raw<readonly Damage[]>([]);
  #kit = $state.raw<RecoveryKit | null>(null);
  #lockReason = $state<LockReason | null>(null);
  #covered = $state(false);
  #locking: Promise<void> = Promise.resolve();
  #stopWatching: () => void = () => undefined;

  get phase(): Phase {
    return this.#phase;
  }

  /** Newest opened first. */
  get workspaces(): readonly WorkspaceEntry[] {
    return this.#workspaces;
  }

  get current(): Session | null {
    return this.#current;
  }

  get damage(): readonly Damage[] {
    return this.#damage;
  }

  /** A recovery kit that the person has not stored yet. */
  get kit(): RecoveryKit | null {
    return this.#kit;
  }

  get lockReason(): LockReason | null {
    return this.#lockReason;
  }

  /** Locked to the eye, while long work goes on and keeps its keys. */
  get covered(): boolean {
    return this.#covered;
  }

  /** Call once, when the page starts. */
  async start(): Promise<void> {
    vault.listen((event) => this.#onEvent(event));
    jobs.onEnd(() => {
      if (this.#covered && !this.#kit) void this.lock(this.#lockReason ?? 'idle');
    });
    document.addEventListener('visibilitychange', () => void this.#askOtherTabs());
    await this.refreshWorkspaces();
    this.#phase = 'outside';
    void this.#askOtherTabs();
  }

  async refreshWorkspaces(): Promise<void> {
    const workspaces = await vault.listWorkspaces();
    this.#workspaces = workspaces.toSorted((a, b) => b.openedAt - a.openedAt);
  }

  async create(request: NewWorkspace): Promise<Result<RecoveryKit, CreateError>> {
    await this.#locking;
    const kit = await vault.createWorkspace(request);
    if (kit.ok) await this.enter(kit.value);
    return kit;
  }

  async unlock(workspace: WorkspaceId, proof: Proof): Promise<Result<Session, UnlockError>> {
    await this.#locking;
    const unlocked = await vault.unlock(workspace, proof);
    if (unlocked.ok) this.#open(unlocked.value);
    return unlocked;
  }

  /** Into the workspace that the worker has just made; its kit is shown first. */
  async enter(kit: RecoveryKit): Promise<void> {
    const opened = await vault.session();
    if (!opened) return;
    leaveWorkspace();
    this.#kit = kit;
    this.#open(opened);
  }

  /** Into a workspace of this device's own that waits to be let into another one. */
  async join(
    request: JoinRequest,
  ): Promise<Result<void, JoinError | PassphraseError | StoreProblem | StorageError>> {
    await this.#locking;
    const joined = await vault.joinWorkspace(request);
    const opened = joined.ok ? await vault.session() : null;
    if (opened) {
      leaveWorkspace();
      this.#open(opened);
    }
    return joined;
  }

  changePassphrase(
    proof: Proof,
    next: string,
  ): Promise<Result<void, ProofError | PassphraseError | StorageError>> {
    return vault.changePassphrase(proof, next);
  }

  /** A new recovery kit, which is then shown. */
  async makeKit(
    passphrase: string,
  ): Promise<Result<RecoveryKit, ProofError | EditError | MembershipError>> {
    const kit = await vault.newRecoveryKit(passphrase);
    if (kit.ok) this.#kit = kit.value;
    return kit;
  }

  /** The workspace that is open, as the lock screen knows it. */
  get entry(): WorkspaceEntry | undefined {
    return this.#workspaces.find(({ id }) => id === this.#current?.workspace);
  }

  /** Shows the browser's own dialog, once it is certain who asks. */
  async addPasskey(
    name: string,
  ): Promise<Result<void, PasskeyProblem | StepUpNeeded | StorageError>> {
    const confirmed = await stepUp.guard(() => vault.steppedUp());
    const { current } = this;
    if (!confirmed.ok || !current) return confirmed;
    const { makePasskey } = await import('./passkeys.ts');
    const called = { workspace: current.workspaceName, member: current.memberName };
    const made = await makePasskey(called, this.entry?.passkeys ?? []);
    if (!made.ok) return made;
    const added = await stepUp.guard(() => vault.addPasskey({ name, ...made.value }));
    if (added.ok) await Promise.all([this.refresh(), this.refreshWorkspaces()]);
    return added;
  }

  async removePasskey(
    id: string,
    passphrase: string,
  ): Promise<Result<void, ProofError | EditError>> {
    const removed = await vault.removePasskey(id, passphrase);
    if (removed.ok) await Promise.all([this.refresh(), this.refreshWorkspaces()]);
    return removed;
  }

  kitStored(): void {
    this.#kit = null;
  }

  /** Reads the session again: its last backup, its number of customers. */
  async refresh(): Promise<void> {
    const opened = await vault.session();
    if (opened && this.#current) this.#current = opened;
  }

  async changeSettings(settings: Settings): Promise<Result<void, StorageError>> {
    const changed = await vault.changeSettings(settings);
    if (changed.ok && this.#current) this.#current = { ...this.#current, settings };
    return changed;
  }

  async removeWorkspace(workspace: WorkspaceId): Promise<Result<void, StorageError>> {
    const removed = await vault.removeWorkspace(workspace);
    if (!removed.ok) return removed;
    if (this.#current?.workspace === workspace) this.#leave('manual');
    await this.refreshWorkspaces();
    return removed;
  }

  /** Locks in every tab; covers the page instead while long work is under way. */
  async lock(reason: LockReason): Promise<void> {
    if (!this.#current) return;
    if (jobs.running) {
      this.#covered = true;
      this.#lockReason = reason;
      return;
    }
    const draftsSealed = drafts.flush();
    this.#leave(reason);
    this.#locking = draftsSealed.then(() => vault.lock());
    await this.#locking;
    await this.refreshWorkspaces();
  }

  #open(session: Session): void {
    this.#stopWatching();
    this.#current = session;
    this.#damage = session.damage;
    this.#covered = false;
    this.#lockReason = null;
    this.#phase = 'inside';
    this.#stopWatching = watchPresence({
      workspace: session.workspace,
      lockAfterMs: () => (this.#current?.settings.lockAfterMinutes ?? 1) * 60_000,
      lockWhenHidden: () => this.#current?.settings.lockWhenHidden ?? false,
      onIdle: () => {
        if (!this.#covered) void this.lock('idle');
      },
      onHidden: () => void drafts.flush(),
    });
  }

  /** Everything of the workspace goes off the page. */
  #leave(reason: LockReason): void {
    this.#stopWatching();
    this.#stopWatching = () => undefined;
    this.#phase = 'outside';
    this.#current = null;
    this.#damage = [];
    this.#kit = null;
    this.#covered = false;
    this.#lockReason = reason;
    leaveWorkspace();
  }

  #onEvent(event: VaultEvent): void {
    if (event.type === 'locked') {
      if (!this.#current) return;
      this.#leave(event.reason);
      void this.refreshWorkspaces();
    } else if (event.type === 'damage') {
      this.#damage = [...this.#damage, event.damage];
    } else if (event.type === 'settings' && this.#current) {
      this.#current = { ...this.#current, settings: event.settings };
    }
  }

  /** Another tab may have the workspace open: then this one opens without a passphrase. */
  async #askOtherTabs(): Promise<void> {
    const [newest] = this.#workspaces;
    if (this.#phase !== 'outside' || document.visibilityState !== 'visible' || !newest) return;
    await this.#locking;
    const opened = await vault.unlockFromOtherTab(newest.id);
    if (opened && !this.#current) this.#open(opened);
  }
}

export const session = new SessionState();
