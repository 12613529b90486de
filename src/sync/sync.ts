/**
 * Sync of one open workspace: the rounds and when they run, who belongs to the workspace, and what all of it looks like from outside.
 *
 * [Note: One tab leads] Rounds run under the Web Lock `sync` of the workspace. Whoever takes it goes by a fencing number in the database that every
 * commit of sync compares: a tab that was frozen in the middle and wakes when another has gone on can't write what it had in mind.
 */

import { utf8Bytes } from '#base/bytes.ts';
import type { Clock } from '#base/clock.ts';
import type { DeviceId } from '#base/ids.ts';
import { err, ok, type Result } from '#base/result.ts';
import { verifyMembership, type MembershipState } from '#crypto/membership.ts';
import { signLine } from '#crypto/signed-line.ts';
import { openEpochKeys, wipeEpochKeys, type EpochKeys } from '#crypto/workspace-keys.ts';
import type { Json } from '#domain/change.ts';
import { isAlive, valueOf } from '#domain/values.ts';
import type { StorageError } from '#storage/failure.ts';
import type { Recovery, Session } from '#vault/session.ts';
import type { Committed, EditError } from '#vault/vault.ts';
import { readApproval, type Joining } from './joining.ts';
import { conflictViews, heldBackViews, settleHeld } from './review.ts';
import {
  appendRecovery,
  approve,
  changeRole,
  devicesOf,
  invite,
  invitesOf,
  openInvites,
  reject,
  replaceCredentials,
  requestsOf,
  revoke,
  withdraw,
  type MemberError,
} from './members.ts';
import { EMPTY_MEMORY, readMemory, type Memory } from './memory.ts';
import type {
  ConflictView,
  DeviceView,
  HeldBackView,
  InviteRequest,
  InviteView,
  JoinRequestView,
  MembershipRefusal,
  NewInvite,
  Role,
  StoreProblem,
  StoreSettings,
  SyncPhase,
  SyncStatus,
} from './messages.ts';
import { Names } from './names.ts';
import type { ObjectStore } from './object-store.ts';
import { syncOnce } from './once.ts';
import { cutEverything } from './push.ts';
import { fillAgain, fillMembership } from './refill.ts';
import { Round, type RoundError } from './round.ts';
import { Schedule, type RoundEnd, type Timing } from './schedule.ts';

export interface OpenedStore extends ObjectStore {
  /** How far this device's clock is ahead of the store's, ms. */
  readonly clockOffsetMs: number;
}

export interface SyncParts {
  readonly session: Session;
  readonly clock: Clock;
  readonly openStore: (settings: StoreSettings) => OpenedStore;
  readonly probe: (
    settings: StoreSettings,
  ) => Promise<Result<{ readonly canRemove: boolean }, StoreProblem>>;
  /** Where the app is, for links. */
  readonly appAddress: string;
  readonly tell: (status: SyncStatus) => void;
  /** By default, as time goes by. */
  readonly timing?: (run: (options: { readonly whole: boolean }) => Promise<RoundEnd>) => Timing;
  /** This device was removed: its data goes from here. */
  readonly onRemoved: () => Promise<void>;
}

/** The membership log, checked, and the keys that it gives this device. */
interface Log {
  readonly lines: readonly string[];
  readonly membership: MembershipState;
  readonly keys: EpochKeys;
}

export type SyncError = MembershipRefusal | StoreProblem | StorageError;

export class Sync {
  readonly #parts: SyncParts;
  readonly #session: Session;
  readonly #names: Names;
  readonly #schedule: Timing;
  readonly #abort = new AbortController();
  #settings: StoreSettings | null;
  #store: OpenedStore | null = null;
  #memory: Memory = EMPTY_MEMORY;
  #lead: number | null = null;
  #log: Log | null = null;
  #phase: SyncPhase;
  #problem: StoreProblem | null = null;
  #progress: SyncStatus['progress'] = null;
  #conflicts = 0;
  #requests: readonly JoinRequestView[] = [];
  #told = '';

  private constructor(parts: SyncParts, settings: StoreSettings | null) {
    this.#parts = parts;
    this.#session = parts.session;
    this.#names = new Names(parts.session.workspace);
    this.#settings = settings;
    this.#phase = settings === null ? 'alone' : parts.session.joining === null ? 'idle' : 'joining';
    const run = (options: { readonly whole: boolean }) => this.#scheduled(options);
    this.#schedule = parts.timing?.(run) ?? new Schedule(run);
  }

  static async open(parts: SyncParts): Promise<Sync> {
    const settings = (await parts.session.readStore()) as StoreSettings | null;
    const sync = new Sync(parts, settings);
    sync.#memory = readMemory(await parts.session.readSync());
    await sync.#countConflicts();
    if (settings !== null) sync.#schedule.start();
    return sync;
  }

  /** Waits for what is under way; the keys are overwritten. */
  async close(): Promise<void> {
    this.#abort.abort();
    await this.#schedule.stop();
    if (this.#log !== null) wipeEpochKeys(this.#log.keys);
    this.#log = null;
  }

  // ---- Seeing -------------------------------------------------------------------------------------------------------

  get status(): SyncStatus {
    const settings = this.#settings;
    const memory = this.#memory;
    const offset = this.#store?.clockOffsetMs ?? 0;
    return {
      phase: this.#phase,
      role: this.#session.role,
      pending: settings === null ? 0 : this.#session.vault.unsentChanges,
      lastSyncAt: memory.lastSyncAt,
      problem: this.#problem,
      nextTryAt: this.#schedule.nextTryAt,
      progress: this.#progress,
      clockOffsetMs: Math.abs(offset) > CLOCK_WORTH_SAYING_MS ? offset : null,
      store:
        settings === null
          ? null
          : { endpoint: settings.endpoint, bucket: settings.bucket, canRemove: memory.canRemove },
      checkCode: this.#joining?.checkCode ?? null,
      alarms: memory.alarms.map((alarm) =>
        alarm.device === undefined
          ? alarm
          : { ...alarm, deviceName: this.#session.nameOf(alarm.device) },
      ),
      conflicts: this.#conflicts,
      heldBack: memory.held.filter(({ settled }) => !settled).length,
      requests: this.#requests.length,
    };
  }

  get #joining(): Joining | null {
    return this.#session.joining as Joining | null;
  }

  async devices(): Promise<readonly DeviceView[]> {
    if (this.#joining !== null) return [];
    const log = await this.#readLog();
    return devicesOf({
      session: this.#session,
      membership: log.membership,
      memory: this.#memory,
      device: this.#session.device,
    });
  }

  async invites(): Promise<readonly InviteView[]> {
    if (this.#joining !== null) return [];
    const { membership } = await this.#readLog();
    return invitesOf({ membership, clock: this.#parts.clock });
  }

  get requests(): readonly JoinRequestView[] {
    return this.#requests;
  }

  conflicts(): Promise<readonly ConflictView[]> {
    return conflictViews(this.#session);
  }

  heldBack(): Promise<readonly HeldBackView[]> {
    return heldBackViews(this.#session, this.#memory);
  }

  // ---- When ---------------------------------------------------------------------------------------------------------

  /** Something was changed here, or a conflict settled. */
  touch(): void {
    const isUnsent = this.#settings !== null && this.#session.vault.unsentChanges > 0;
    if (isUnsent && this.#joining === null) this.#schedule.touch();
    void this.#countConflicts();
  }

  setVisible(visible: boolean): void {
    this.#schedule.setVisible(visible);
  }

  now(): Promise<void> {
    return this.#schedule.now();
  }

  // ---- The store ----------------------------------------------------------------------------------------------------

  /** A store that knows nothing of this workspace gets all of it; one that does is gone on with. */
  async connect(settings: StoreSettings): Promise<Result<void, SyncError>> {
    if (this.#session.role !== 'admin') return err({ type: 'NotAdmin' });
    const probed = await this.#parts.probe(settings);
    if (!probed.ok) return probed;
    const { canRemove } = probed.value;
    const store = this.#parts.openStore(settings);
    const begun = await this.#begin(store, canRemove);
    if (!begun.ok) return begun;
    const written = await this.#session.writeStore(settings);
    if (!written.ok) return written;
    this.#settings = settings;
    this.#store = store;
    this.#phase = 'idle';
    this.#schedule.start();
    await this.#schedule.now();
    return ok();
  }

  async #begin(store: OpenedStore, canRemove: boolean): Promise<Result<void, SyncError>> {
    return this.#asSyncError(
      await this.#withRound(store, async (round) => {
        const root = await store.get(round.names.root);
        if (!root.ok) return root;
        const { own, codes, owesSnapshot, snapshot } = round.memory;
        // Connecting it was interrupted: the snapshot that stands for all before it is not there yet.
        const isBegun = owesSnapshot && snapshot === null && own.seq === 0;
        const isFirst = root.value === null && own.seq === 0 && snapshot === null;
        if (!isBegun && !isFirst) {
          // A store that has nothing of a workspace that had one before: it is new, or has lost everything.
          const again = root.value === null ? await fillAgain(round) : ok();
          if (!again.ok) return again;
          const known = await round.remember({ ...round.memory, canRemove, alarms: [] });
          // What was said while there was no store is in no segment.
          return known.ok ? cutEverything(round) : known;
        }
        if (!isBegun) {
          // What stands in the journal by now is in the first snapshot; what comes after it is cut into segments.
          const through = round.vault.journalEnd;
          const begun = await round.remember(
            { ...EMPTY_MEMORY, own, codes, through, canRemove, owesSnapshot: true },
            { cutThrough: through },
          );
          if (!begun.ok) return begun;
        }
        const filled = await fillMembership(round);
        return filled.ok ? ok() : filled;
      }),
    );
  }

  /** What is in the store stays there. */
  async disconnect(): Promise<Result<void, StorageError>> {
    await this.#schedule.stop();
    const written = await this.#session.writeStore(null);
    if (!written.ok) {
      this.#schedule.start();
      return written;
    }
    this.#settings = null;
    this.#store = null;
    this.#problem = null;
    this.#phase = 'alone';
    this.#tell();
    return ok();
  }

  fillAgain(): Promise<Result<{ readonly objects: number }, SyncError>> {
    return this.#asMember(async (round) => {
      const filled = await fillAgain(round);
      return filled.ok ? ok({ objects: filled.value }) : filled;
    });
  }

  async dismissAlarm(id: string): Promise<void> {
    await this.#asMember((round) => {
      const alarms = round.memory.alarms.filter((alarm) => alarm.id !== id);
      return round.remember({ ...round.memory, alarms });
    });
  }

  // ---- Members ------------------------------------------------------------------------------------------------------

  invite(request: InviteRequest): Promise<Result<NewInvite, SyncError>> {
    return this.#asMember((round) => {
      const settings = this.#settings;
      if (settings === null) return Promise.resolve(err({ type: 'NoStore' as const }));
      return invite(round, request, settings, this.#parts.appAddress);
    });
  }

  withdrawInvite(id: string): Promise<Result<void, SyncError>> {
    return this.#asMember((round) => withdraw(round, id));
  }

  approve(request: JoinRequestView): Promise<Result<void, SyncError>> {
    return this.#asMember((round) => approve(round, request));
  }

  reject(request: JoinRequestView): Promise<Result<void, SyncError>> {
    return this.#asMember((round) => reject(round, request));
  }

  revoke(device: DeviceId): Promise<Result<void, SyncError>> {
    return this.#asMember((round) => revoke(round, device));
  }

  changeRole(device: DeviceId, role: Role): Promise<Result<void, SyncError>> {
    return this.#asMember((round) => changeRole(round, device, role));
  }

  replaceCredentials(
    keys: Pick<StoreSettings, 'accessKey' | 'secretKey'>,
  ): Promise<Result<void, SyncError>> {
    return this.#asMember((round) => replaceCredentials(round, keys));
  }

  /** Of a new recovery key: into the store first, since the log is the team's. */
  async appendRecovery(recovery: Recovery): Promise<Result<readonly string[], SyncError>> {
    return this.#asMember(async (round) => {
      const appended = await appendRecovery(round, recovery);
      return appended.ok ? ok(round.lines) : appended;
    });
  }

  get hasStore(): boolean {
    return this.#settings !== null;
  }

  // ---- Reviewing ----------------------------------------------------------------------------------------------------

  async settleConflict(
    conflict: ConflictView,
    choice: 'keep' | 'other',
  ): Promise<Result<Committed, EditError>> {
    const settled = await this.#session.vault.settle(conflict, choice);
    await this.#countConflicts();
    return settled;
  }

  async settleHeldBack(id: string, choice: 'apply' | 'discard'): Promise<Result<void, EditError>> {
    const store = this.#openStore();
    const settled = await this.#withRound(store, (round) => settleHeld(round, id, choice));
    this.#tell();
    if (settled.ok) return settled;
    return err(isEditError(settled.error) ? settled.error : { type: 'Locked' });
  }

  async #countConflicts(): Promise<void> {
    this.#conflicts = (await this.#session.vault.conflicts()).length;
    this.#tell();
  }

  // ---- Rounds -------------------------------------------------------------------------------------------------------

  async #scheduled({ whole }: { readonly whole: boolean }): Promise<RoundEnd> {
    const store = this.#openStore();
    if (store === null) return 'quiet';
    if (this.#joining !== null) return this.#lookForApproval(store, this.#joining);
    this.#phase = whole || this.#session.vault.unsentChanges > 0 ? 'syncing' : this.#phase;
    this.#tell();
    const done = await this.#withRound(store, async (round) => {
      const synced = await syncOnce(round, { whole });
      if (!synced.ok) return synced;
      const asked = await this.#readRequests(round);
      if (!asked.ok) return asked;
      const { received, sent } = synced.value;
      const isWorthKeeping = whole || received + sent > 0;
      const memory = { ...round.memory, lastSyncAt: this.#parts.clock.now() };
      if (isWorthKeeping) {
        const remembered = await round.remember(memory);
        if (!remembered.ok) return remembered;
      } else {
        round.memory = memory;
      }
      return synced;
    });
    this.#progress = null;
    if (!done.ok) return this.#failed(done.error);
    this.#problem = null;
    this.#phase = 'idle';
    if (whole) await this.#takeSettings();
    await this.#takeName();
    if (done.value.received > 0) await this.#countConflicts();
    this.#tell();
    return done.value.received + done.value.sent > 0 ? 'lively' : 'quiet';
  }

  /** A round may have found new keys for the store. */
  async #takeSettings(): Promise<void> {
    const settings = (await this.#session.readStore()) as StoreSettings | null;
    if (settings?.accessKey === this.#settings?.accessKey) return;
    this.#settings = settings;
    this.#store = null;
  }

  /** Only whoever has made an invite looks whether somebody asks. */
  async #readRequests(round: Round): Promise<Result<void, RoundError>> {
    const isAsking = openInvites(round).some(([id]) => round.memory.codes[id] !== undefined);
    if (round.role !== 'admin' || !isAsking) {
      this.#requests = [];
      return ok();
    }
    const requests = await requestsOf(round);
    if (!requests.ok) return requests;
    this.#requests = requests.value;
    return ok();
  }

  #failed(error: RoundError): RoundEnd {
    switch (error.type) {
      case 'Stopped':
      case 'Locked':
      case 'LeadLost':
        return 'quiet';
      case 'Removed':
        void this.#leave();
        return 'quiet';
      case 'Paused':
        this.#phase = 'paused';
        this.#tell();
        return 'failed';
      case 'Unreachable':
        this.#phase = 'offline';
        break;
      default:
        this.#phase = 'failing';
    }
    this.#problem = isStoreProblem(error) ? error : { type: 'Busy', status: 0 };
    this.#tell();
    return 'failed';
  }

  async #lookForApproval(store: OpenedStore, joining: Joining): Promise<RoundEnd> {
    const looked = await readApproval(store, this.#session, joining, this.#parts.clock.now());
    this.#phase = 'joining';
    if (!looked.ok) {
      this.#problem =
        looked.error.type === 'OtherWorkspace' ? { type: 'Unfaithful' } : looked.error;
      this.#tell();
      return 'failed';
    }
    this.#problem = null;
    if (looked.value.type === 'refused') this.#problem = { type: 'Denied' };
    if (looked.value.type !== 'approved') {
      this.#tell();
      return 'lively';
    }
    const lead = await this.#session.takeLead();
    const state = { ...EMPTY_MEMORY, owesBootstrap: true, canRemove: false } as unknown as Json;
    const { lines } = looked.value;
    const through = this.#session.vault.journalEnd;
    const written = await this.#session.writeSync({
      lead,
      state,
      membership: lines,
      cutThrough: through,
    });
    if (!written.ok) return 'failed';
    this.#memory = readMemory(state);
    this.#lead = lead;
    const finished = await this.#session.finishJoin({ name: this.#session.workspaceName });
    if (!finished.ok) return 'failed';
    this.#phase = 'syncing';
    const begun = await this.#scheduled({ whole: true });
    return begun === 'failed' ? 'failed' : 'lively';
  }

  /** The workspace's own name, once its records are here, and whenever it changes. */
  async #takeName(): Promise<void> {
    for (const state of this.#session.vault.workspace.values()) {
      if (state.kind !== 'workspace' || !isAlive(state)) continue;
      const name = valueOf(state, 'name');
      const isNew = typeof name === 'string' && name !== this.#session.workspaceName;
      if (isNew) await this.#session.finishJoin({ name });
    }
  }

  /** This device was removed: it says that it has erased itself, and does. */
  async #leave(): Promise<void> {
    const { deviceKeys, device, workspace } = this.#session;
    const store = this.#openStore();
    this.#phase = 'removed';
    this.#tell();
    if (store !== null && deviceKeys !== null) {
      const body = JSON.stringify({ format: 1, type: 'wiped', workspace, device });
      const line = await signLine(deviceKeys.signing.privateKey, body, 'wiped');
      // Said before it is done, since nothing can be signed after it; where the store does not answer, it is done unsaid.
      await store.put(this.#names.wiped(device), utf8Bytes(line));
    }
    await this.#parts.onRemoved();
  }

  async #asMember<T>(
    work: (round: Round) => Promise<Result<T, MemberError>>,
  ): Promise<Result<T, SyncError>> {
    const store = this.#openStore();
    if (store === null) return err({ type: 'NoStore' });
    const done = await this.#withRound(store, work);
    this.#tell();
    if (done.ok) this.#schedule.touch();
    return this.#asSyncError(done);
  }

  #asSyncError<T>(done: Result<T, MemberError>): Result<T, SyncError> {
    if (done.ok) return done;
    const { error } = done;
    switch (error.type) {
      case 'Stopped':
      case 'Locked':
      case 'LeadLost':
      case 'Removed':
      case 'Damaged':
      case 'Invalid':
      case 'NotPermitted':
      case 'Restricted':
        return err({ type: 'Paused' });
      default:
        return err(error);
    }
  }

  /** See: [Note: One tab leads]. */
  async #withRound<T, E>(
    store: ObjectStore | null,
    work: (round: Round) => Promise<Result<T, E>>,
  ): Promise<Result<T, E | RoundError>> {
    const { deviceKeys } = this.#session;
    const isMember = deviceKeys !== null && this.#joining === null;
    if (store === null || !isMember) return err({ type: 'Stopped' });
    return this.#session.exclusive('sync', async () => {
      if (this.#abort.signal.aborted) return err({ type: 'Stopped' });
      this.#lead ??= await this.#session.takeLead();
      const memory = readMemory(await this.#session.readSync());
      const log = await this.#readLog();
      const round = new Round(
        {
          session: this.#session,
          store,
          clock: this.#parts.clock,
          lead: this.#lead,
          deviceKeys,
          signal: this.#abort.signal,
          onProgress: (progress) => {
            this.#progress = progress;
            this.#tell();
          },
        },
        { ...memory, lastSyncAt: this.#memory.lastSyncAt ?? memory.lastSyncAt },
        log,
      );
      const done = await work(round);
      this.#memory = round.memory;
      this.#log = { lines: round.lines, membership: round.membership, keys: round.keys };
      if (!done.ok && (done.error as { type?: unknown }).type === 'LeadLost') this.#lead = null;
      return done;
    });
  }

  /** Checked once; later only where another tab has written more of it. */
  async #readLog(): Promise<Log> {
    const lines = await this.#session.membershipLines();
    const known = this.#log;
    if (
      known !== null &&
      known.lines.length === lines.length &&
      known.lines.at(-1) === lines.at(-1)
    ) {
      return known;
    }
    const membership = await verifyMembership({ lines });
    const { deviceKeys, device } = this.#session;
    if (!membership.ok || deviceKeys === null)
      throw new Error('The membership log at rest does not verify');
    const keys = await openEpochKeys(membership.value, device, deviceKeys.agreement);
    if (!keys.ok) throw new Error('This device has no keys in its own membership log');
    this.#log = { lines, membership: membership.value, keys: keys.value };
    return this.#log;
  }

  #openStore(): OpenedStore | null {
    if (this.#settings === null) return null;
    this.#store ??= this.#parts.openStore(this.#settings);
    return this.#store;
  }

  /** Tells what has changed, and only that. */
  #tell(): void {
    const { status } = this;
    const text = JSON.stringify(status);
    if (text === this.#told) return;
    this.#told = text;
    this.#parts.tell(status);
  }
}

const CLOCK_WORTH_SAYING_MS = 2 * 60 * 1000;

const STORE_PROBLEMS: ReadonlySet<string> = new Set([
  'Unreachable',
  'Busy',
  'Denied',
  'WrongClock',
  'NoSuchBucket',
  'NotAStore',
]);

function isStoreProblem(error: { readonly type: string }): error is StoreProblem {
  return STORE_PROBLEMS.has(error.type);
}

const EDIT_ERRORS: ReadonlySet<string> = new Set([
  'Invalid',
  'NotFound',
  'NotPermitted',
  'Damaged',
  'Locked',
  'StorageFull',
  'StorageUnavailable',
]);

function isEditError(error: { readonly type: string }): error is EditError {
  return EDIT_ERRORS.has(error.type);
}
