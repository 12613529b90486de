/** What a device remembers of the store, to hold against it: sealed beside the data, never part of it. PROTOCOL.md section 8. */

import type { DeviceId, RecordId } from '#base/ids.ts';
import type { Json } from '#domain/change.ts';
import type { Stamp } from '#domain/stamp.ts';
import type { Alarm, AlarmType, HeldBackView } from './messages.ts';
import { NO_HASH_HEX } from './names.ts';

/** The newest head of a device that was read and verified. */
export interface KnownHead {
  readonly seq: number;
  /** 16 hexadecimal digits. */
  readonly hash: string;
  readonly k: number;
  /** By its author's clock, ms. */
  readonly at: number;
  readonly membership: number;
  /** The newest snapshot that its author knew. */
  readonly snapshot: number;
}

export interface KnownSnapshot {
  readonly generation: number;
  /** Of the manifest's bytes, hex. */
  readonly hash: string;
  readonly creator: DeviceId;
  /** When this device first saw it, ms. */
  readonly since: number;
  readonly vector: Readonly<Record<DeviceId, readonly [seq: number, hash: string]>>;
  /** Somebody vouches for it: another device, or after a time its creator alone. */
  readonly attested: boolean;
  readonly epoch: number;
  /** Up to which record its creator had read the membership log. */
  readonly membershipN: number;
}

/** Where a device's newest erasure stands. */
export interface KnownErasure {
  readonly seq: number;
  readonly stamp: Stamp;
}

export interface HeldSegment {
  readonly device: DeviceId;
  readonly seq: number;
  readonly name: string;
  readonly hash: string;
  readonly reason: HeldBackView['reason'];
  readonly changes: number;
  /** The first of the customers that they are about. */
  readonly customers: readonly RecordId[];
  readonly at: number;
  /** An admin has dealt with it: it stays known, so that it is not fetched again. */
  readonly settled: boolean;
}

export interface Memory {
  /** The newest segment of this device that was cut. */
  readonly own: { readonly seq: number; readonly hash: string };
  /** Entries of the journal up to this one are in segments, or in the first snapshot. */
  readonly through: number;
  /** The newest head of this device that is in the store. */
  readonly head: KnownHead | null;
  readonly heads: Readonly<Record<DeviceId, KnownHead>>;
  /** Names that should be there and are not yet: since when, ms. */
  readonly waiting: Readonly<Record<string, number>>;
  /** Of a device, by the membership position of those who had applied it: up to which of its segments. PROTOCOL.md section 4.2. */
  readonly witnessed: Readonly<Record<DeviceId, Readonly<Record<string, number>>>>;
  readonly held: readonly HeldSegment[];
  readonly snapshot: KnownSnapshot | null;
  readonly olderSnapshot: KnownSnapshot | null;
  /** This device owes the store a snapshot: it has just connected it, or it has removed somebody. */
  readonly owesSnapshot: boolean;
  /** A device that begins reads the newest snapshot first. */
  readonly owesBootstrap: boolean;
  /** Some of what this device said is not counted by the others, since its role was lowered: a snapshot of its own would carry it on. */
  readonly isOverruled: boolean;
  /** Segments and their bytes since the newest snapshot. */
  readonly since: { readonly segments: number; readonly bytes: number };
  /** Of a device, its newest segment that erases somebody, and the newest stamp of that: until nothing of it is left in the store. */
  readonly erasing: Readonly<Record<DeviceId, KnownErasure>>;
  readonly alarms: readonly Alarm[];
  readonly lastSyncAt: number | null;
  /** Codes of the invites that this device has made: only their maker can read the names of those who ask. */
  readonly codes: Readonly<Record<string, string>>;
  /** Devices whose request to join was rejected here. */
  readonly rejected: readonly DeviceId[];
  /** Removed devices that have confirmed. */
  readonly wiped: readonly DeviceId[];
  /** The next record of collections that this device would write. */
  readonly nextCollection: number;
  readonly canRemove: boolean;
}

export const EMPTY_MEMORY: Memory = {
  own: { seq: 0, hash: NO_HASH_HEX },
  through: 0,
  head: null,
  heads: {},
  waiting: {},
  witnessed: {},
  held: [],
  snapshot: null,
  olderSnapshot: null,
  owesSnapshot: false,
  owesBootstrap: false,
  isOverruled: false,
  since: { segments: 0, bytes: 0 },
  erasing: {},
  alarms: [],
  lastSyncAt: null,
  codes: {},
  rejected: [],
  wiped: [],
  nextCollection: 0,
  canRemove: true,
};

/** This device sealed it: what is missing in it an older Holdfast did not know. */
export function readMemory(json: Json | null): Memory {
  return { ...EMPTY_MEMORY, ...(json as Partial<Memory> | null) };
}

/** The alarms with one more; one that is there already stays as it is. */
export function withAlarm(
  memory: Memory,
  type: AlarmType,
  at: number,
  about: { readonly device?: DeviceId; readonly name?: string } = {},
): Memory {
  const id = [type, about.device ?? '', about.name ?? ''].join(' ');
  if (memory.alarms.some((alarm) => alarm.id === id)) return memory;
  return { ...memory, alarms: [...memory.alarms, { id, type, at, ...about }].slice(-ALARMS_KEPT) };
}

const ALARMS_KEPT = 50;
