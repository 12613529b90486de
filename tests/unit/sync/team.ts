/** Real devices over a store whose owner may lie: the simulator's devices and store, and in place of its weather whatever a test puts between. */

import 'fake-indexeddb/auto';
import { Dexie } from 'dexie';
import { utf8Bytes } from '#base/bytes.ts';
import { createDeviceId, type DeviceId, type RecordId, type WorkspaceId } from '#base/ids.ts';
import { err, ok, type Result } from '#base/result.ts';
import { verifyMembership, type MembershipState } from '#crypto/membership.ts';
import {
  NO_OBJECT,
  objectHash,
  sealObject,
  type ObjectHeader,
  type ObjectKind,
  type SealedObject,
} from '#crypto/sealed-object.ts';
import { signLine } from '#crypto/signed-line.ts';
import { openEpochKeys, type EpochKeys } from '#crypto/workspace-keys.ts';
import type { Change } from '#domain/change.ts';
import { encodeRecord } from '#domain/encoding.ts';
import type { RecordState } from '#domain/record-state.ts';
import type { Stamp } from '#domain/stamp.ts';
import type { Alarm, AlarmType, Role } from '#sync/messages.ts';
import { readMemory } from '#sync/memory.ts';
import { Names } from '#sync/names.ts';
import type { StoreError } from '#sync/object-store.ts';
import { encodeSegment, type Seen } from '#sync/segment.ts';
import { Round } from '#sync/round.ts';
import type { OpenedStore } from '#sync/sync.ts';
import { Device } from '../../simulation/device.ts';
import { VirtualStore } from '../../simulation/virtual-store.ts';
import { must, NEVER } from '../vault/fixture.ts';

export type { Device };

export const MINUTE = 60_000;
export const DAY = 24 * 60 * MINUTE;

export interface Request {
  readonly device: Device;
  readonly verb: 'put' | 'get' | 'list' | 'remove';
  /** Of a list, its prefix. */
  readonly name: string;
  readonly bytes?: Uint8Array<ArrayBuffer>;
}

/** What the owner of the store answers instead; `undefined`: the truth. */
type Lie = (request: Request) => unknown;

export class Refusal {
  readonly error: StoreError;

  constructor(error: StoreError) {
    this.error = error;
  }
}

export class Team {
  now = Date.UTC(2026, 10, 23, 9);
  readonly store = new VirtualStore(() => this.now);
  readonly requests: Request[] = [];
  lie: Lie | null = null;
  #count = 0;
  #heads = 50;

  constructor() {
    // Every device here is one tab; those of one workspace must not hear one another.
    globalThis.BroadcastChannel = SilentChannel as unknown as typeof BroadcastChannel;
  }

  /** The first founds the workspace, connects the store and invites the others. */
  static async of<R extends readonly Role[]>(
    ...roles: R
  ): Promise<{
    readonly team: Team;
    readonly devices: readonly [Device, ...{ readonly [I in keyof R]: Device }];
  }> {
    const team = new Team();
    const admin = await team.found();
    const others: Device[] = [];
    for (const role of roles) others.push(await team.join(admin, role));
    await team.agree(admin, ...others);
    return { team, devices: [admin, ...others] as never };
  }

  /** `before` it connects the store, it may have done much. */
  async found(
    before: (founder: Device) => Promise<void> = () => Promise.resolve(),
  ): Promise<Device> {
    const founder = this.addDevice();
    this.turnTo(founder);
    await founder.found();
    await before(founder);
    must(await founder.connect());
    return founder;
  }

  addDevice(): Device {
    return new Device({
      name: String.fromCharCode(65 + this.#count++),
      now: () => this.now,
      openStore: (device) => this.#line(device),
    });
  }

  async join(admin: Device, role: Role): Promise<Device> {
    this.turnTo(admin);
    const { link } = must(await admin.sync.invite({ role, validHours: 24 }));
    const joiner = this.addDevice();
    this.turnTo(joiner);
    await joiner.ask(link);
    await this.round(admin);
    const { checkCode } = joiner.sync.status;
    const request = admin.sync.requests.find((each) => each.checkCode === checkCode);
    if (request === undefined) throw new Error('The request is not there');
    must(await admin.sync.approve(request));
    await this.round(joiner);
    await this.round(admin);
    return joiner;
  }

  /** The databases that are opened from here on are this device's. */
  turnTo(device: Device): void {
    Dexie.dependencies.indexedDB = device.databases;
  }

  /** Tells how it went. */
  async round(device: Device, whole = true): Promise<string> {
    this.turnTo(device);
    this.now += 1000;
    return device.round(whole);
  }

  /** Everybody hears of everything. */
  async agree(...devices: readonly Device[]): Promise<void> {
    for (let times = 0; times < 2; times++) for (const device of devices) await this.round(device);
  }

  /** What the steps of a round work with, for those that no round takes yet. */
  async begin(device: Device): Promise<Round> {
    const { session } = device;
    const lines = await session.membershipLines();
    return new Round(
      {
        session,
        store: this.#line(device),
        clock: device.clock,
        lead: await session.takeLead(),
        deviceKeys: session.deviceKeys!,
        signal: NEVER,
        onProgress: () => undefined,
      },
      readMemory(await session.readSync()),
      { lines, membership: await membershipOf(device), keys: await keysOf(device) },
    );
  }

  #line(device: Device): OpenedStore {
    const answer = async <T>(
      request: Omit<Request, 'device'>,
      truth: () => T,
    ): Promise<Result<T, StoreError>> => {
      await Promise.resolve();
      this.requests.push({ ...request, device });
      const lie = this.lie?.({ ...request, device });
      if (lie instanceof Refusal) return err(lie.error);
      return ok(lie === undefined ? truth() : (lie as T));
    };
    const { store } = this;
    return {
      clockOffsetMs: 0,
      put: (name, bytes) => answer({ verb: 'put', name, bytes }, () => store.put(name, bytes)),
      get: (name) => answer({ verb: 'get', name }, () => store.get(name)),
      list: (prefix, after = '') =>
        answer({ verb: 'list', name: prefix }, () => store.list(prefix, after, 0)),
      remove: (name) =>
        device.mayRemove
          ? answer({ verb: 'remove', name }, () => store.remove(name))
          : Promise.resolve(err({ type: 'Denied' })),
    };
  }

  // ---- What a member can do who does not keep to the rules ----------------------------------------------------------

  /** The next segment of a device, as its owner likes it. */
  async sealSegment(
    device: Device,
    says: {
      readonly changes?: readonly Change[];
      readonly seen?: Seen;
      readonly body?: Uint8Array;
    },
    header: Partial<ObjectHeader> = {},
  ): Promise<SealedObject & { readonly name: string; readonly seq: number }> {
    const names = namesOf(device);
    const { own } = readMemory(await device.session.readSync());
    const last = this.store.names.findLast((name) =>
      name.startsWith(names.segmentsOf(idOf(device))),
    );
    // What a snapshot has made superfluous is gone from the store.
    const seq = header.number ?? Math.max(own.seq, Number(last?.slice(-10) ?? 0)) + 1;
    const before = this.store.get(names.segment(idOf(device), seq - 1));
    const previous = before === null ? own.hash : await objectHash(before);
    const membership = await membershipOf(device);
    const keys = await keysOf(device);
    const full: ObjectHeader = {
      kind: 'segment',
      workspace: workspaceOf(device),
      device: idOf(device),
      number: seq,
      epoch: keys.current,
      previous,
      membership: membership.position,
      ...header,
    };
    const { seen = new Map(), changes = [], body = encodeSegment({ seen, changes }) } = says;
    const sealed = await sealObject(full, body, {
      epochKey: keys.keyOf(full.epoch)!,
      signing: device.session.deviceKeys!.signing,
    });
    return { ...sealed, name: names.segment(idOf(device), seq), seq };
  }

  /** Puts it, and a head that names it. */
  async say(
    device: Device,
    says: Parameters<Team['sealSegment']>[1],
    header: Partial<ObjectHeader> = {},
  ): Promise<string> {
    const sealed = await this.sealSegment(device, says, header);
    this.store.put(sealed.name, sealed.bytes);
    await this.announce(device, sealed);
    return sealed.name;
  }

  async announce(
    device: Device,
    { seq, hash }: { readonly seq: number; readonly hash: string },
    says: Readonly<Record<string, unknown>> = {},
  ): Promise<string> {
    const names = namesOf(device);
    const { position } = await membershipOf(device);
    const k = Number(says['k'] ?? this.#heads++);
    const line = await signLine(
      device.session.deviceKeys!.signing.privateKey,
      JSON.stringify({
        format: 1,
        type: 'head',
        workspace: workspaceOf(device),
        device: idOf(device),
        seq,
        hash,
        k,
        at: new Date(this.now).toISOString(),
        membership: [position.n, position.hash],
        snapshot: 1,
        ...says,
      }),
      'head',
    );
    const name = names.head({ device: idOf(device), seq, hash, k });
    this.store.put(name, utf8Bytes(line));
    return name;
  }

  /** A snapshot of whatever somebody likes, at the vector of what the device has. */
  async putSnapshot(
    device: Device,
    generation: number,
    states: readonly RecordState[],
  ): Promise<void> {
    const names = namesOf(device);
    const attempt = createDeviceId();
    const lines = states.map((state) => `${JSON.stringify(encodeRecord(state))}\n`).join('');
    const part = await sealFor(device, 'snapshotPart', generation, utf8Bytes(lines));
    this.store.put(names.part(generation, attempt, 0), part.bytes);
    const { session } = device;
    const { own } = readMemory(await session.readSync());
    const vector = Object.fromEntries(
      [...session.vault.vector].map(([each, { seq, hash }]) => [each, [seq, hash]]),
    );
    const manifest = {
      format: 1,
      generation,
      attempt,
      creator: idOf(device),
      at: new Date(this.now).toISOString(),
      vector: { ...vector, [idOf(device)]: [own.seq, own.hash] },
      parent: NO_OBJECT,
      parts: [{ bytes: part.bytes.length, hash: part.hash, class: 0, records: states.length }],
    };
    const body = utf8Bytes(JSON.stringify(manifest));
    const sealed = await sealFor(device, 'snapshotManifest', generation, body);
    this.store.put(names.manifest(generation), sealed.bytes);
  }

  /** A new customer by name, as a change of this device's. */
  change(device: Device, parts: Partial<Change> = {}): Change {
    this.now += 1;
    return {
      record: `${'l'.repeat(20)}${String(this.now)
        .slice(-6)
        .replaceAll(/[0189]/g, 'z')}` as RecordId,
      kind: 'customer',
      stamp: stampOf(device, this.now),
      at: this.now,
      set: { name: { value: 'Said by a liar' } },
      ...parts,
    };
  }
}

async function sealFor(device: Device, kind: ObjectKind, number: number, body: Uint8Array) {
  const { position } = await membershipOf(device);
  const keys = await keysOf(device);
  return sealObject(
    {
      kind,
      number,
      workspace: workspaceOf(device),
      device: idOf(device),
      epoch: keys.current,
      previous: NO_OBJECT,
      membership: position,
    },
    body,
    { epochKey: keys.keyOf(keys.current)!, signing: device.session.deviceKeys!.signing },
  );
}

export function stampOf(device: Device, at: number): Stamp {
  return `${at.toString(16).padStart(12, '0')}0000-${idOf(device)}` as Stamp;
}

export function idOf(device: Device): DeviceId {
  if (device.id === null) throw new Error(`${device.name} has no workspace`);
  return device.id;
}

export function workspaceOf({ workspace }: Device): WorkspaceId {
  if (workspace === null) throw new Error('It has no workspace');
  return workspace;
}

export function namesOf(device: Device): Names {
  return new Names(workspaceOf(device));
}

export async function membershipOf({ session }: Device): Promise<MembershipState> {
  return must(await verifyMembership({ lines: await session.membershipLines() }));
}

export async function keysOf(device: Device): Promise<EpochKeys> {
  const { agreement } = device.session.deviceKeys!;
  return must(await openEpochKeys(await membershipOf(device), idOf(device), agreement));
}

export async function addCustomer(device: Device, name: string): Promise<RecordId> {
  const saved = await device.session.vault.save([{ kind: 'customer', values: { name } }]);
  return must(saved).records[0]!;
}

export function customersOf({ session }: Device): readonly string[] {
  return session.vault.list({ text: '', sort: 'name' }, 0, 10_000).rows.map(({ name }) => name);
}

export function alarmsOf({ sync }: Device): readonly Alarm[] {
  return sync.status.alarms;
}

export function alarmTypes(device: Device): readonly AlarmType[] {
  return alarmsOf(device).map(({ type }) => type);
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
