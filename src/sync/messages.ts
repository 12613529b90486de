/** What sync tells the page, and what the page asks of it: plain data that passes between threads. */

import type { DeviceId, RecordId } from '#base/ids.ts';
import type { Role } from '#crypto/membership.ts';
import type { Kind } from '#domain/catalogue.ts';
import type { FieldName, Json } from '#domain/change.ts';
import type { StoreError } from './object-store.ts';

export type { Role };

/** Where a store is and how to speak to it. */
export interface StoreSettings {
  /** An origin, with a path where the store has one: `https://s3.example.com`. */
  readonly endpoint: string;
  readonly bucket: string;
  /** Empty, or ends in `/`. */
  readonly prefix: string;
  readonly region: string;
  /** `https://host/bucket/name` rather than `https://bucket.host/name`. */
  readonly pathStyle: boolean;
  readonly accessKey: string;
  readonly secretKey: string;
}

/** Why a store can't be used, found by the probe or later. */
export type StoreProblem =
  | StoreError
  /** What was typed is no address of a store. */
  | { readonly type: 'BadAddress' }
  /** The app's own policy forbids the address: its host must name `origin`. */
  | { readonly type: 'PolicyRefuses'; readonly origin: string }
  /** The store answers, but not to this origin: its CORS rules are missing. */
  | { readonly type: 'CorsRefuses'; readonly origin: string }
  /** Two creations of one name succeeded (or the store does not know how): devices would overwrite one another. */
  | { readonly type: 'NoCreateOnly'; readonly reason: 'overwrites' | 'racesWon' | 'notImplemented' }
  | { readonly type: 'ReadOnly' }
  /** What was read back, or listed, is not what was put. */
  | { readonly type: 'Unfaithful' };

export type SyncPhase =
  /** There is no store: on this device only. */
  | 'alone'
  /** This device has asked to join and waits to be approved. */
  | 'joining'
  | 'idle'
  | 'syncing'
  | 'offline'
  /** Something keeps it from syncing: `problem` says what. */
  | 'failing'
  /** A store that lies, or a log that does not fit: see the alarms. Writing to the store is paused. */
  | 'paused'
  /** This device was removed from the workspace and has erased itself. */
  | 'removed';

export interface SyncStatus {
  readonly phase: SyncPhase;
  readonly role: Role;
  /** Changes made here that no store has yet. */
  readonly pending: number;
  /** Ms since 1970. */
  readonly lastSyncAt: number | null;
  readonly problem: StoreProblem | null;
  /** Ms since 1970, of the next try after a failure. */
  readonly nextTryAt: number | null;
  /** Of a first sync: bytes. */
  readonly progress: { readonly done: number; readonly total: number } | null;
  /** How far this device's clock is ahead of the store's, ms; null where it isn't worth saying. */
  readonly clockOffsetMs: number | null;
  readonly store: {
    readonly endpoint: string;
    readonly bucket: string;
    readonly canRemove: boolean;
  } | null;
  /** Of a device that joins: the digits to compare. */
  readonly checkCode: string | null;
  readonly alarms: readonly Alarm[];
  readonly conflicts: number;
  readonly heldBack: number;
  /** Requests to join that wait for an admin. */
  readonly requests: number;
}

/** What a store, or somebody who writes to it, did that an honest one would not. PROTOCOL.md section 9. */
export type AlarmType =
  | 'damaged'
  | 'withheld'
  | 'rolledBack'
  | 'forked'
  | 'dropped'
  | 'forgedMembership'
  | 'forgedSegment'
  | 'cloned'
  | 'needsNewer';

export interface Alarm {
  readonly id: string;
  readonly type: AlarmType;
  /** The device whose log it is about. */
  readonly device?: DeviceId;
  readonly deviceName?: string;
  readonly name?: string;
  readonly at: number;
}

export interface DeviceView {
  readonly device: DeviceId;
  readonly name: string;
  readonly role: Role;
  readonly isThis: boolean;
  /** Ms since 1970, by its newest head; null: never heard of. */
  readonly lastHeardAt: number | null;
  readonly removed: boolean;
  /** A removed device has confirmed that it erased itself. */
  readonly wiped: boolean;
}

export interface InviteRequest {
  readonly role: Role;
  readonly validHours: number;
}

export interface NewInvite {
  readonly invite: string;
  readonly link: string;
  readonly role: Role;
  readonly expiresAt: number;
}

/** Without its code: nobody can see a link twice. */
export type InviteView = Omit<NewInvite, 'link'>;

export interface JoinRequestView {
  readonly invite: string;
  readonly device: DeviceId;
  readonly name: string;
  readonly role: Role;
  /** Five groups of four digits. */
  readonly checkCode: string;
}

export interface JoinRequest {
  readonly link: string;
  readonly deviceName: string;
  readonly passphrase: string;
}

/** Who asks is no admin, or it is the last admin that would go. */
export type MembershipRefusal =
  | { readonly type: 'NotAdmin' }
  | { readonly type: 'LastAdmin' }
  | { readonly type: 'NotFound' }
  | { readonly type: 'NoStore' }
  /** The log and the store's do not fit together: see the alarms. */
  | { readonly type: 'Paused' };

export type JoinError =
  | { readonly type: 'BadLink' }
  | { readonly type: 'InviteExpired' }
  | { readonly type: 'InviteUsed' }
  /** The workspace at that address is not the one that the link names. */
  | { readonly type: 'OtherWorkspace' }
  | { readonly type: 'AlreadyHere' }
  | { readonly type: 'NewerFormat' };

export interface ConflictView {
  readonly customer: RecordId | null;
  readonly record: RecordId;
  readonly kind: Kind;
  readonly customerName: string;
  readonly field: FieldName;
  readonly element?: string;
  readonly current: ConflictSide;
  readonly other: ConflictSide;
}

export interface ConflictSide {
  readonly value: Json;
  /** By its author's clock. */
  readonly at: number;
  readonly memberName: string;
}

/** A segment, or changes of one, that this workspace did not take in. */
export interface HeldBackView {
  readonly id: string;
  readonly device: DeviceId;
  readonly deviceName: string;
  readonly reason: 'removed' | 'role' | 'foreignStamp' | 'farFuture';
  readonly changes: number;
  /** Names of the customers that they are about, as far as they are known here. */
  readonly customers: readonly string[];
  readonly at: number;
}
