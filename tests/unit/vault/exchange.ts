/** Devices of one workspace that hand one another their changes, without a store between: each has a database, keys and an id of its own. */

import 'fake-indexeddb/auto';
import { createDeviceId, createWorkspaceId, type DeviceId } from '#base/ids.ts';
import { createVaultKey, deriveLocalKeys } from '#crypto/keys.ts';
import type { Change } from '#domain/change.ts';
import { encodeRecord } from '#domain/encoding.ts';
import type { RecordState } from '#domain/record-state.ts';
import type { Role } from '#domain/roles.ts';
import { WorkspaceStore } from '#storage/workspace-store.ts';
import type { Exclusive, Guard } from '#vault/environment.ts';
import { NO_HASH, SealedRows } from '#vault/sealed-rows.ts';
import { EMPTY_CHECKPOINT } from '#vault/shelf.ts';
import { Tabs } from '#vault/tabs.ts';
import { Vault, type Vector } from '#vault/vault.ts';
import { createExclusive, HandClock, must, NEVER } from './fixture.ts';

/** What one device sent in one piece, and where its log then stands. */
export interface Sent {
  readonly device: DeviceId;
  readonly seq: number;
  readonly changes: readonly Change[];
}

export class Device {
  readonly id = createDeviceId();
  readonly clock = new HandClock();
  readonly log: Sent[] = [];
  role: Role = 'admin';
  lead = 0;
  through = 0;
  vault!: Vault;
  store!: WorkspaceStore;
  rows!: SealedRows;
  readonly #workspace = createWorkspaceId();
  readonly #exclusive: Exclusive = createExclusive();
  #guard: Guard | null = null;

  static async create(guard: Guard | null = null): Promise<Device> {
    const device = new Device();
    device.#guard = guard;
    device.store = must(await WorkspaceStore.open(device.#workspace));
    device.rows = new SealedRows(await deriveLocalKeys(createVaultKey(), device.#workspace));
    must(
      await device.store.createWorkspace({
        meta: [{ key: 'lockNumber', value: 0 }],
        marks: [
          await device.rows.sealCheckpoint({ ...EMPTY_CHECKPOINT, version: 1 }),
          await device.rows.sealTail(0, NO_HASH),
        ],
      }),
    );
    device.lead = must(await device.store.takeLead());
    await device.open();
    await device.cut(0);
    return device;
  }

  async open(): Promise<void> {
    this.vault = await Vault.open({
      store: this.store,
      rows: this.rows,
      device: this.id,
      clock: this.clock,
      exclusive: this.#exclusive,
      tabs: new Tabs(this.#workspace),
      lockNumber: 0,
      role: () => this.role,
      guard: this.#guard,
      witness: null,
    });
  }

  /** As after a reload: nothing of the memory is left. */
  async reopen(): Promise<void> {
    await this.vault.close();
    await this.open();
  }

  async close(): Promise<void> {
    await this.vault.close();
    this.store.close();
  }

  /** Journal entries up to this one are in segments. */
  async cut(through: number): Promise<void> {
    this.through = through;
    await this.vault.inTurn(async (book) => {
      const version = ((await this.store.readMark('sync'))?.version ?? 0) + 1;
      const unsentFrom = book.ownAfter(through);
      const written = await this.store.step({
        lead: this.lead,
        lockNumber: 0,
        sync: await this.rows.sealSync(version, {}),
        put: [],
        remove: [],
        sent: [],
        unsentFrom,
        meta: [],
      });
      if (must(written) !== null) throw new Error('refused');
      book.sentBefore(unsentFrom);
    });
  }

  /** Appends to its log what it has not sent yet. */
  async send(): Promise<void> {
    let entry = this.through;
    for await (const outgoing of this.vault.outgoing(this.through)) {
      const { changes } = must(outgoing);
      entry = must(outgoing).entry;
      // As segments carry it.
      const carried = JSON.parse(JSON.stringify(changes)) as Change[];
      this.log.push({ device: this.id, seq: this.log.length + 1, changes: carried });
    }
    await this.cut(entry);
  }

  /** Takes in all of another's log that it does not have. */
  async pull(other: Device): Promise<number> {
    const known = this.vault.vector.get(other.id)?.seq ?? 0;
    const fresh = other.log.slice(known);
    if (fresh.length === 0) return 0;
    const received = await this.vault.receive({
      changes: fresh.flatMap(({ changes }) => changes),
      positions: positionsOf(other, other.log.length),
      lead: this.lead,
    });
    return must(received).conflicts;
  }
}

export function positionsOf(device: Device, seq: number): Vector {
  return new Map([[device.id, { seq, hash: seq.toString(16).padStart(64, '0') }]]);
}

/** Everybody hears of everything. */
export async function exchangeAll(devices: readonly Device[]): Promise<void> {
  for (const device of devices) await device.send();
  for (const device of devices) {
    for (const other of devices) if (other !== device) await device.pull(other);
  }
}

/** Every record's text, the workspace's own too. */
export async function textOf(vault: Vault): Promise<readonly string[]> {
  const lines: string[] = [];
  for await (const dossier of vault.dossierLines(NEVER)) {
    for (const record of must(dossier)) lines.push(lineOf(record));
  }
  return lines.sort();
}

export function lineOf(record: RecordState | string): string {
  return typeof record === 'string' ? record : JSON.stringify(encodeRecord(record));
}

export async function statesOf(vault: Vault): Promise<readonly (readonly RecordState[])[]> {
  const dossiers: (readonly RecordState[])[] = [];
  for await (const dossier of vault.dossiers(NEVER)) dossiers.push(must(dossier));
  return dossiers;
}

/** The lists, as they are shown: they follow the records, or the vault is wrong. */
export function listOf(vault: Vault): readonly string[] {
  return vault
    .list({ text: '', sort: 'name' }, 0, 1_000_000)
    .rows.map((row) => JSON.stringify(row))
    .sort();
}
