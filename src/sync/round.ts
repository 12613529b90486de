/** One round of sync: what its steps work with, from the moment that this tab took the lead until it ends. */

import type { Clock } from '#base/clock.ts';
import type { DeviceId } from '#base/ids.ts';
import { ok, type Result } from '#base/result.ts';
import type { DeviceKeys } from '#crypto/device-keys.ts';
import type { MembershipState, Role } from '#crypto/membership.ts';
import type { EpochKeys } from '#crypto/workspace-keys.ts';
import type { StorageError } from '#storage/failure.ts';
import type { Damaged } from '#vault/damage.ts';
import type { Session, SyncRows } from '#vault/session.ts';
import type { EditError, LeadLost, Vault } from '#vault/vault.ts';
import type { AlarmType } from './messages.ts';
import { withAlarm, type Memory } from './memory.ts';
import { Names } from './names.ts';
import type { ObjectStore, StoreError } from './object-store.ts';

/** Why a round ended before its end. */
export type RoundError =
  | StoreError
  | StorageError
  | EditError
  | Damaged
  | LeadLost
  /** The workspace was locked, or this tab is to stop. */
  | { readonly type: 'Stopped' }
  /** The store, or somebody in it, lies: the alarms say how. Nothing is written to it meanwhile. */
  | { readonly type: 'Paused' }
  /** This device reads its own removal. */
  | { readonly type: 'Removed' };

export interface RoundParts {
  readonly session: Session;
  readonly store: ObjectStore;
  readonly clock: Clock;
  readonly lead: number;
  readonly deviceKeys: DeviceKeys;
  readonly signal: AbortSignal;
  /** Bytes of a first sync. */
  readonly onProgress: (progress: { readonly done: number; readonly total: number }) => void;
}

export class Round {
  readonly session: Session;
  readonly vault: Vault;
  readonly store: ObjectStore;
  readonly clock: Clock;
  readonly lead: number;
  readonly deviceKeys: DeviceKeys;
  readonly signal: AbortSignal;
  readonly onProgress: RoundParts['onProgress'];
  readonly names: Names;
  memory: Memory;
  lines: readonly string[];
  membership: MembershipState;
  keys: EpochKeys;

  constructor(
    parts: RoundParts,
    memory: Memory,
    log: {
      readonly lines: readonly string[];
      readonly membership: MembershipState;
      readonly keys: EpochKeys;
    },
  ) {
    this.session = parts.session;
    this.vault = parts.session.vault;
    this.store = parts.store;
    this.clock = parts.clock;
    this.lead = parts.lead;
    this.deviceKeys = parts.deviceKeys;
    this.signal = parts.signal;
    this.onProgress = parts.onProgress;
    this.names = new Names(parts.session.workspace);
    this.memory = memory;
    this.lines = log.lines;
    this.membership = log.membership;
    this.keys = log.keys;
  }

  get device(): DeviceId {
    return this.session.device;
  }

  get role(): Role {
    return this.membership.devices.get(this.device)?.role ?? 'viewer';
  }

  /** The newest position of a device that has taken effect here, this one's own too. */
  positionOf(device: DeviceId): { readonly seq: number; readonly hash: string } {
    if (device === this.device) return this.memory.own;
    return this.vault.vector.get(device) ?? { seq: 0, hash: NOTHING };
  }

  /** Keeps what this device is to remember, with rows that belong to it, in one transaction. */
  async remember(
    memory: Memory,
    rows: Omit<SyncRows, 'lead' | 'state'> = {},
  ): Promise<Result<void, RoundError>> {
    const isUnchanged = memory === this.memory && Object.keys(rows).length === 0;
    if (isUnchanged) return ok();
    const written = await this.session.writeSync({
      ...rows,
      lead: this.lead,
      state: memory,
    });
    if (written.ok) this.memory = memory;
    return written;
  }

  async alarm(
    type: AlarmType,
    about: { readonly device?: DeviceId; readonly name?: string } = {},
  ): Promise<Result<void, RoundError>> {
    return this.remember(withAlarm(this.memory, type, this.clock.now(), about));
  }

  /**
   * Something that ought to be there is not: true once that has lasted for too long to be on its way. Forgotten when it is
   * there.
   */
  async missing(name: string): Promise<Result<boolean, RoundError>> {
    const since = this.memory.waiting[name];
    if (since !== undefined) return ok(this.clock.now() - since > PATIENCE_MS);
    const waiting = { ...this.memory.waiting, [name]: this.clock.now() };
    const remembered = await this.remember({ ...this.memory, waiting });
    return remembered.ok ? ok(false) : remembered;
  }

  /** What was missing is there. */
  found(name: string): Promise<Result<void, RoundError>> {
    const { [name]: since, ...waiting } = this.memory.waiting;
    return since === undefined ? Promise.resolve(ok()) : this.remember({ ...this.memory, waiting });
  }
}

const NOTHING = '0'.repeat(64);

/** How long an object that is named somewhere may take to be there. PROTOCOL.md section 3. */
const PATIENCE_MS = 10 * 60 * 1000;
