/** A simulated device: the real vault and the real sync on a database of its own, with a clock that may be wrong. */

import { IDBFactory } from 'fake-indexeddb';
import type { Clock } from '#base/clock.ts';
import type { DeviceId, WorkspaceId } from '#base/ids.ts';
import { assert, type Result } from '#base/result.ts';
import { join } from '#sync/joining.ts';
import type { StoreSettings } from '#sync/messages.ts';
import type { RoundEnd, Timing } from '#sync/schedule.ts';
import { Sync, type OpenedStore } from '#sync/sync.ts';
import type { Session } from '#vault/session.ts';
import type { UndoToken } from '#vault/vault.ts';
import { Workspaces } from '#vault/workspaces.ts';
import { createWitness } from '#compliance/audit/witness.ts';
import { createEnvironment, must, BY_PASSPHRASE, PASSPHRASE } from '../unit/vault/fixture.ts';
import { copyDatabases } from './copied-database.ts';
import { Life } from './life.ts';

export const SETTINGS: StoreSettings = {
  endpoint: 'https://store.example.com',
  bucket: 'field-team',
  prefix: '',
  region: 'us-east-1',
  pathStyle: true,
  accessKey: 'key',
  secretKey: 'secret',
};

export interface DeviceParts {
  readonly name: string;
  /** Ms since 1970, by the world's clock. */
  readonly now: () => number;
  readonly openStore: (device: Device, life: Life) => OpenedStore;
}

/** Rounds that run when somebody says so. */
class HandTiming implements Timing {
  readonly nextTryAt = null;
  readonly run: (options: { readonly whole: boolean }) => Promise<RoundEnd>;
  #isStopped = true;

  constructor(run: (options: { readonly whole: boolean }) => Promise<RoundEnd>) {
    this.run = run;
  }

  start(): void {
    this.#isStopped = false;
  }

  async stop(): Promise<void> {
    this.#isStopped = true;
  }

  touch(): void {
    // The next round is the history's to choose.
  }

  setVisible(): void {
    // Likewise.
  }

  async now(): Promise<void> {
    if (!this.#isStopped) await this.run({ whole: true });
  }
}

interface Open {
  readonly session: Session;
  readonly sync: Sync;
  readonly timing: HandTiming;
}

export class Device {
  readonly name: string;
  readonly #parts: DeviceParts;
  databases = new IDBFactory();
  life = new Life();
  /** How far its clock is ahead, ms. */
  clockOffset = 0;
  /** What it has been given for the store allows removals. */
  mayRemove = true;
  /** Nobody switches it on before. */
  awayUntil = 0;
  /** Read its own removal and erased itself. */
  isGone = false;
  /** The same database goes on elsewhere too: one of both must stop. */
  isClone = false;
  workspace: WorkspaceId | null = null;
  id: DeviceId | null = null;
  readonly undo: UndoToken[] = [];
  #open: Open | null = null;
  #leave: () => void = () => undefined;
  readonly #left = new Promise<void>((resolve) => {
    this.#leave = resolve;
  });
  #workspaces: Workspaces | null = null;

  constructor(parts: DeviceParts) {
    this.name = parts.name;
    this.#parts = parts;
  }

  get clock(): Clock {
    return { now: () => Math.max(0, this.#parts.now() + this.clockOffset) };
  }

  get isOpen(): boolean {
    return this.#open !== null;
  }

  get session(): Session {
    return this.#opened.session;
  }

  get sync(): Sync {
    return this.#opened.sync;
  }

  get #opened(): Open {
    assert(this.#open, `${this.name} is open`);
    return this.#open;
  }

  /** Tells how it went, and why where it failed. */
  async round(whole: boolean): Promise<string> {
    const { sync, timing } = this.#opened;
    const end = await timing.run({ whole });
    const { phase, problem } = sync.status;
    if (phase === 'removed') {
      await this.#left;
      return phase;
    }
    return end === 'failed' ? `failed (${problem?.type ?? phase})` : end;
  }

  /** A workspace of its own. */
  async found(): Promise<void> {
    const { session } = must(
      await this.#places.create({ name: 'Kelp & Co', memberName: 'Maren', passphrase: PASSPHRASE }),
    );
    await this.#enter(session);
  }

  async connect(): Promise<Result<void, unknown>> {
    const { sync } = this;
    const connected = await sync.connect(SETTINGS);
    if (sync.status.phase === 'removed') await this.#left;
    return connected;
  }

  /** Asks to join; what the store or the invite says against it is the answer. */
  async ask(link: string): Promise<string> {
    const joined = await join(
      {
        workspaces: this.#places,
        clock: this.clock,
        openStore: () => this.#parts.openStore(this, this.life),
      },
      { link, deviceName: `Tablet ${this.name}`, passphrase: PASSPHRASE },
    );
    if (!joined.ok) {
      if (joined.error.type === 'AlreadyHere') await this.open();
      return joined.error.type;
    }
    await this.#enter(joined.value);
    return 'asked';
  }

  /** Unlocks what lies in the database; false where there is nothing. */
  async open(): Promise<boolean> {
    const [workspace] = await this.#places.directory.workspaces();
    if (workspace === undefined) return false;
    const session = await this.#places.unlock(workspace.id, BY_PASSPHRASE);
    if (!session.ok) return false;
    await this.#enter(session.value);
    return true;
  }

  async lock(): Promise<void> {
    const { sync, session } = this.#opened;
    this.#open = null;
    await sync.close();
    await session.end({ everywhere: false });
  }

  /** Its process is gone: nothing of its memory is left. */
  async crash(): Promise<void> {
    this.life.end();
    await this.life.isStill();
    this.renew();
  }

  /** A new process, of which nothing is open yet. */
  renew(): void {
    this.life = new Life();
    this.#open = null;
    this.#workspaces = null;
  }

  async cloneInto(other: Device): Promise<void> {
    other.databases = await copyDatabases(this.databases);
    other.clockOffset = this.clockOffset;
    other.mayRemove = this.mayRemove;
    other.workspace = this.workspace;
    other.id = this.id;
  }

  get #places(): Workspaces {
    this.#workspaces ??= new Workspaces(
      createEnvironment({ clock: this.clock, witness: createWitness() }),
    );
    return this.#workspaces;
  }

  async #enter(session: Session): Promise<void> {
    const { life } = this;
    let timing: HandTiming | undefined;
    const sync = await Sync.open({
      session,
      clock: this.clock,
      openStore: () => this.#parts.openStore(this, life),
      probe: () => Promise.resolve({ ok: true, value: { canRemove: true } }),
      appAddress: 'https://crm.example.com/',
      tell: () => undefined,
      timing: (run) => (timing = new HandTiming(run)),
      onRemoved: async () => {
        this.isGone = true;
        await session.end({ everywhere: false });
        await this.#places.wipe(session.workspace);
        this.#open = null;
        this.#leave();
      },
    });
    assert(timing, 'Sync asks for its timing');
    this.#open = { session, sync, timing };
    this.workspace = session.workspace;
    this.id = session.device;
  }
}

/** Every device here is one tab; those of one workspace must not hear one another. */
export function keepDevicesApart(): void {
  globalThis.BroadcastChannel = SilentChannel as unknown as typeof BroadcastChannel;
}

class SilentChannel {
  onmessage: unknown = null;

  postMessage(): void {
    // Nobody hears.
  }

  close(): void {
    // Nothing is open.
  }
}
