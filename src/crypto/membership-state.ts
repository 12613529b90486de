/** What a membership log says once every line of it was checked, and what can be asked of that. FORMAT.md section 8. */

import type { DeviceId, WorkspaceId } from '#base/ids.ts';
import type { AgreementPublicKeyBytes, SigningPublicKeyBytes } from './byte-types.ts';
import { allowedSignersLine } from './ssh-signature.ts';
import type { EpochChain, KeyWrap, RootHash } from './workspace-keys.ts';

export type Role = 'admin' | 'member' | 'viewer';

/** A place in the membership log: a record's number and its hash. */
export interface MembershipPosition {
  readonly n: number;
  readonly hash: string;
}

/** A place in a device's log. Of a device that never wrote: 0 and 64 zeros. */
export interface LogPosition {
  readonly seq: number;
  readonly hash: string;
}

export interface RoleChange {
  /** The number of the record that gave the role. */
  readonly from: number;
  readonly role: Role;
  /** Where the role was lowered: what the device wrote last before. */
  readonly last?: LogPosition;
}

export interface Member {
  /** The role now, or when it was removed. */
  readonly role: Role;
  readonly signing: SigningPublicKeyBytes;
  readonly agreement: AgreementPublicKeyBytes;
  /** Number of the record that added it, and of the one that removed it. */
  readonly addedAt: number;
  readonly removedAt?: number;
  /** What the record that removed it names as written last before. */
  readonly removedLast?: LogPosition;
  /** Every role that it had, from its first. */
  readonly roles: readonly RoleChange[];
}

export interface Invite {
  readonly role: Role;
  /** The public half of the invite key: who asks to join signs with the other. */
  readonly key: SigningPublicKeyBytes;
  /** ISO 8601. */
  readonly expiresAt: string;
  /** Who wrote it. */
  readonly by: DeviceId;
  /** Numbers of records: the one that made it, and the one that used it up or withdrew it. */
  readonly addedAt: number;
  readonly usedAt?: number;
  readonly withdrawnAt?: number;
}

/** The store's credentials, sealed to each device that was active then. */
export interface SealedCredentials {
  readonly record: number;
  readonly boxes: ReadonlyMap<DeviceId, Uint8Array>;
}

/** What is kept of every record, by its number. */
export interface RecordMark {
  readonly hash: string;
  /** The epoch that was current after it. */
  readonly epoch: number;
  /** Ms since 1970, by its signer's clock; of a record without a time that of the one before, of record 0 the root's. */
  readonly time: number;
}

export interface MembershipState {
  readonly workspace: WorkspaceId;
  readonly rootHash: RootHash;
  readonly createdAt: string;
  /** Those that were removed too, in the order in which they came. */
  readonly devices: ReadonlyMap<DeviceId, Member>;
  /** By their ids: open ones, used ones, withdrawn ones. */
  readonly invites: ReadonlyMap<string, Invite>;
  /** `age1…` */
  readonly recoveryRecipient: string;
  readonly recoverySigner: SigningPublicKeyBytes;
  /** The current epoch. */
  readonly epoch: number;
  readonly wraps: readonly KeyWrap[];
  readonly chains: readonly EpochChain[];
  /** The newest that a record carries. */
  readonly credentials: SealedCredentials | null;
  readonly records: readonly RecordMark[];
  /** The newest record: its number and hash. */
  readonly position: MembershipPosition;
}

export function isActive(member: Member): boolean {
  return member.removedAt === undefined;
}

export function isActiveAdmin(member: Member): boolean {
  return member.role === 'admin' && isActive(member);
}

/** Whether it belonged to the workspace for someone who had read the log up to record `n`. */
export function isActiveAt({ addedAt, removedAt }: Member, n: number): boolean {
  return addedAt <= n && (removedAt === undefined || n < removedAt);
}

/** In the log's order, as records list them. */
export function activeDevices({
  devices,
}: MembershipState): readonly (readonly [DeviceId, Member])[] {
  return Array.from(devices).filter(([, member]) => isActive(member));
}

export function isOpenInvite({ usedAt, withdrawnAt }: Invite): boolean {
  return usedAt === undefined && withdrawnAt === undefined;
}

/** `at` is ISO 8601. */
export function isExpiredInvite({ expiresAt }: Invite, at: string): boolean {
  return Date.parse(at) > Date.parse(expiresAt);
}

/** These three are `undefined` for a record that the log doesn't have. */
export function hashAt({ records }: MembershipState, n: number): string | undefined {
  return records[n]?.hash;
}

export function epochAt({ records }: MembershipState, n: number): number | undefined {
  return records[n]?.epoch;
}

/** Ms since 1970. */
export function timeAt({ records }: MembershipState, n: number): number | undefined {
  return records[n]?.time;
}

const RANK: Readonly<Record<Role, number>> = { viewer: 0, member: 1, admin: 2 };

export function isLowerRole(role: Role, than: Role): boolean {
  return RANK[role] < RANK[than];
}

/**
 * The role by which a segment is judged: the one that its author had at the membership position that it claims, but for what lies beyond the last
 * position of a lowering, which is judged by the lower role whatever it claims. Whether a removed device's segment counts at all is another
 * question. See: PROTOCOL.md section 4.2.
 */
export function roleAt(
  { roles, role: current }: Member,
  { seq, membershipN }: { readonly seq: number; readonly membershipN: number },
): Role {
  let role = roles[0]?.role ?? current;
  for (const change of roles) {
    const isKnown = change.from <= membershipN;
    const isBeyond = change.last !== undefined && seq > change.last.seq;
    if (isKnown || (isBeyond && isLowerRole(change.role, role))) role = change.role;
  }
  return role;
}

/** Whoever may sign a backup now: the active admins, each a line for ssh-keygen, without line ends. */
export function allowedSigners(state: MembershipState, principal: string): readonly string[] {
  return Array.from(state.devices.values())
    .filter(isActiveAdmin)
    .map(({ signing }) => allowedSignersLine(principal, signing));
}
