/**
 * Writing the membership log: its first two lines, then one record at a time. Every record is checked by the rules that readers
 * hold it against before it is signed. FORMAT.md section 8.
 */

import { bytesToBase64 } from '#base/bytes.ts';
import type { DeviceId, WorkspaceId } from '#base/ids.ts';
import { assert, err, ok, type Result } from '#base/result.ts';
import { recipientToPublicKey } from './age-keys.ts';
import type {
  AgreementPublicKeyBytes,
  SigningPrivateKey,
  SigningPublicKeyBytes,
} from './byte-types.ts';
import type { DeviceKeys } from './device-keys.ts';
import { wipe } from './keys.ts';
import { verifyMembership, type MembershipError } from './membership-log.ts';
import {
  applyRecord,
  FORMAT,
  SUITE,
  type RecordFault,
  type RecordFields,
  type Root,
} from './membership-records.ts';
import {
  activeDevices,
  isActiveAdmin,
  type LogPosition,
  type Member,
  type MembershipState,
  type Role,
} from './membership-state.ts';
import { recoveryAgreementKeys, recoverySigningKeys, type RecoveryKey } from './recovery.ts';
import { hashOf, signLine } from './signed-line.ts';
import { sealCredentials, type StoreCredentials } from './store-credentials.ts';
import {
  createWorkspaceKeys,
  nextWorkspaceKeys,
  openWorkspaceKeys,
  sealChain,
  wrapKeys,
  type RootHash,
  type WorkspaceKeys,
  type WorkspaceKeysError,
  type WrapPlace,
  type WrapRecipient,
} from './workspace-keys.ts';

// ---- A new log ------------------------------------------------------------------------------------------------------

export interface NewWorkspaceRoot {
  readonly workspace: WorkspaceId;
  readonly device: DeviceId;
  readonly deviceKeys: DeviceKeys;
  readonly recoveryRecipient: string;
  readonly recoverySigner: SigningPublicKeyBytes;
  /** ISO 8601, by the caller's clock. */
  readonly createdAt: string;
}

export interface WorkspaceRoot {
  /** Root and record 0, each without its line end. */
  readonly lines: readonly string[];
  readonly rootHash: RootHash;
  readonly keys: WorkspaceKeys;
}

/** Written even where there is no store: a backup and a kit name the root. */
export async function createWorkspaceRoot({
  workspace,
  device,
  deviceKeys,
  recoveryRecipient,
  recoverySigner,
  createdAt,
}: NewWorkspaceRoot): Promise<WorkspaceRoot> {
  const rootBody = JSON.stringify({
    format: FORMAT,
    type: 'root',
    suite: SUITE,
    workspace,
    device: {
      id: device,
      signing: bytesToBase64(deviceKeys.signing.publicKey),
      agreement: bytesToBase64(deviceKeys.agreement.publicKey),
    },
    recoveryRecipient,
    recoverySigner: bytesToBase64(recoverySigner),
    createdAt,
  } satisfies Root);
  const rootHash = (await hashOf(rootBody)) as RootHash;

  const keys = createWorkspaceKeys();
  const place = { workspace, record: 0, epoch: 0, rootHash };
  const genesisBody = JSON.stringify({
    format: FORMAT,
    type: 'genesis',
    n: 0,
    previous: rootHash,
    signer: device,
    device,
    role: 'admin',
    epoch: 0,
    wraps: [
      await wrapKeys(keys, device, deviceKeys.agreement.publicKey, place),
      await wrapKeys(keys, 'recovery', recoveryAgreement(recoveryRecipient), place),
    ],
  } satisfies RecordFields['genesis']);

  const { privateKey } = deviceKeys.signing;
  const lines = [await signLine(privateKey, rootBody), await signLine(privateKey, genesisBody)];
  return { lines, rootHash, keys };
}

// ---- One record more ------------------------------------------------------------------------------------------------

/** The log so far and the admin device that signs what follows. */
export interface RecordAuthor {
  /** Without line ends. */
  readonly lines: readonly string[];
  readonly device: DeviceId;
  readonly deviceKeys: DeviceKeys;
  /** ISO 8601 as `Date.prototype.toISOString` writes it, by the caller's clock. */
  readonly at: string;
}

/** Who has the recovery key: it lets a device in, and signs nothing else. */
export interface RecoveryAuthor {
  readonly lines: readonly string[];
  readonly recoveryKey: RecoveryKey;
  readonly at: string;
}

export type RecordError = MembershipError | WorkspaceKeysError | RecordFault;

/** The new line, without its end: the caller puts it into the store and believes it only when it stands there. */
type NewLine = Promise<Result<string, RecordError>>;

export interface NewInviteFields {
  /** An id of its own, 26 characters. */
  readonly invite: string;
  readonly key: SigningPublicKeyBytes;
  readonly role: Role;
  /** ISO 8601, likewise. */
  readonly expiresAt: string;
}

export async function inviteRecord(
  author: RecordAuthor,
  { invite, key, role, expiresAt }: NewInviteFields,
): NewLine {
  const draft = await draftRecord(author);
  if (!draft.ok) return draft;
  return finishRecord(draft.value, {
    ...headerOf(draft.value, 'invite'),
    at: author.at,
    invite,
    key: bytesToBase64(key),
    role,
    expiresAt,
  });
}

export async function withdrawRecord(
  author: RecordAuthor,
  { invite }: { readonly invite: string },
): NewLine {
  const draft = await draftRecord(author);
  if (!draft.ok) return draft;
  return finishRecord(draft.value, { ...headerOf(draft.value, 'withdraw'), at: author.at, invite });
}

export interface NewDeviceFields {
  readonly device: DeviceId;
  readonly signing: SigningPublicKeyBytes;
  readonly agreement: AgreementPublicKeyBytes;
  readonly role: Role;
  /** `null` by the recovery key. */
  readonly invite: string | null;
}

/** Lets a device in and gives it the current keys. */
export async function deviceRecord(
  author: RecordAuthor | RecoveryAuthor,
  { device, signing, agreement, role, invite }: NewDeviceFields,
): NewLine {
  const draft = await draftRecord(author);
  if (!draft.ok) return draft;
  const keys = await draft.value.openKeys();
  if (!keys.ok) return keys;
  const { epoch } = keys.value;
  const wraps = [await wrapKeys(keys.value, device, agreement, placeOf(draft.value, epoch))];
  wipe(keys.value.epochKey, keys.value.fixedKey);
  return finishRecord(draft.value, {
    ...headerOf(draft.value, 'device'),
    at: author.at,
    device,
    signing: bytesToBase64(signing),
    agreement: bytesToBase64(agreement),
    role,
    invite,
    epoch,
    wraps,
  });
}

export interface NewRoleFields {
  readonly device: DeviceId;
  readonly role: Role;
  /** Where the role is lowered: what the device wrote last that still counts by the higher one. */
  readonly last?: LogPosition;
}

export async function roleRecord(
  author: RecordAuthor,
  { device, role, last }: NewRoleFields,
): NewLine {
  const draft = await draftRecord(author);
  if (!draft.ok) return draft;
  return finishRecord(draft.value, {
    ...headerOf(draft.value, 'role'),
    at: author.at,
    device,
    role,
    ...(last && { last }),
  });
}

export interface RemoveFields {
  readonly device: DeviceId;
  /** What it wrote last that still counts. */
  readonly last: LogPosition;
}

/** Ends a device and begins the next epoch, whose keys everybody else gets. */
export async function removeRecord(author: RecordAuthor, { device, last }: RemoveFields): NewLine {
  const draft = await draftRecord(author);
  if (!draft.ok) return draft;
  const { state } = draft.value;
  const keys = await draft.value.openKeys();
  if (!keys.ok) return keys;
  const next = nextWorkspaceKeys(keys.value);
  const place = placeOf(draft.value, next.epoch);
  const remaining = activeDevices(state).filter(([each]) => each !== device);
  const recipients: (readonly [WrapRecipient, AgreementPublicKeyBytes])[] = [
    ...remaining.map(([each, { agreement }]) => [each, agreement] as const),
    ['recovery', recoveryAgreement(state.recoveryRecipient)],
  ];
  const wraps = [];
  for (const [to, agreement] of recipients) wraps.push(await wrapKeys(next, to, agreement, place));
  const chain = await sealChain(next, keys.value.epochKey, place);
  wipe(keys.value.epochKey, next.epochKey, next.fixedKey);
  return finishRecord(draft.value, {
    ...headerOf(draft.value, 'remove'),
    at: author.at,
    device,
    last,
    epoch: next.epoch,
    wraps,
    chain,
  });
}

export interface CredentialsFields {
  /** Asked for every active device: those of admins may be able to remove, others' should not. */
  readonly credentialsOf: (device: DeviceId, member: Member) => StoreCredentials;
}

export async function credentialsRecord(
  author: RecordAuthor,
  { credentialsOf }: CredentialsFields,
): NewLine {
  const draft = await draftRecord(author);
  if (!draft.ok) return draft;
  const { state, n } = draft.value;
  const { workspace, rootHash } = state;
  const boxes = [];
  for (const [to, member] of activeDevices(state)) {
    const place = { workspace, rootHash, record: n, to };
    const box = await sealCredentials(credentialsOf(to, member), member.agreement, place);
    boxes.push({ to, box: bytesToBase64(box) });
  }
  return finishRecord(draft.value, {
    ...headerOf(draft.value, 'credentials'),
    at: author.at,
    boxes,
  });
}

export interface NewRecovery extends Omit<RecordAuthor, 'at'> {
  readonly recoveryRecipient: string;
  readonly recoverySigner: SigningPublicKeyBytes;
}

/**
 * The log with one record more: from it on, a new recovery key counts and the old one no longer does. What was sealed to the old one
 * before (backups, the keys of this epoch) it still opens.
 */
export async function appendRecoveryRecord({
  recoveryRecipient,
  recoverySigner,
  ...author
}: NewRecovery): Promise<Result<readonly string[], RecordError>> {
  const draft = await draftRecord(author);
  if (!draft.ok) return draft;
  const keys = await draft.value.openKeys();
  if (!keys.ok) return keys;
  const { epoch } = keys.value;
  const recovery = recoveryAgreement(recoveryRecipient);
  const wraps = [await wrapKeys(keys.value, 'recovery', recovery, placeOf(draft.value, epoch))];
  wipe(keys.value.epochKey, keys.value.fixedKey);
  const line = await finishRecord(draft.value, {
    ...headerOf(draft.value, 'recovery'),
    recoveryRecipient,
    recoverySigner: bytesToBase64(recoverySigner),
    epoch,
    wraps,
  });
  return line.ok ? ok([...author.lines, line.value]) : line;
}

// ---- What all of them share -----------------------------------------------------------------------------------------

/** A record that is being written: the state that it follows, and who signs. */
interface Draft {
  readonly state: MembershipState;
  readonly n: number;
  readonly signer: WrapRecipient;
  readonly signing: SigningPrivateKey;
  readonly openKeys: () => Promise<Result<WorkspaceKeys, WorkspaceKeysError>>;
}

async function draftRecord(
  author: Omit<RecordAuthor, 'at'> | RecoveryAuthor,
): Promise<Result<Draft, RecordError>> {
  const verified = await verifyMembership({ lines: author.lines });
  if (!verified.ok) return verified;
  const state = verified.value;
  const n = state.position.n + 1;
  if ('recoveryKey' in author) {
    const { recoveryKey } = author;
    const { privateKey: signing } = await recoverySigningKeys(recoveryKey);
    const openKeys = async () =>
      openWorkspaceKeys(state, 'recovery', await recoveryAgreementKeys(recoveryKey));
    return ok({ state, n, signer: 'recovery', signing, openKeys });
  }
  const { device, deviceKeys } = author;
  const member = state.devices.get(device);
  if (!member || !isActiveAdmin(member)) return err({ type: 'NotPermitted', line: n + 1 });
  const openKeys = () => openWorkspaceKeys(state, device, deviceKeys.agreement);
  return ok({ state, n, signer: device, signing: deviceKeys.signing.privateKey, openKeys });
}

function headerOf<Type extends keyof RecordFields>({ state, n, signer }: Draft, type: Type) {
  return { format: FORMAT, type, n, previous: state.position.hash, signer } as const;
}

function placeOf({ state: { workspace, rootHash }, n }: Draft, epoch: number): WrapPlace {
  return { workspace, rootHash, record: n, epoch };
}

/** What a reader would refuse is never signed. */
async function finishRecord(
  { state, signing }: Draft,
  record: RecordFields[Exclude<keyof RecordFields, 'genesis'>],
): NewLine {
  const applied = applyRecord(state, record.type, record);
  if (applied?.ok === false) return applied;
  return ok(await signLine(signing, JSON.stringify(record)));
}

function recoveryAgreement(recipient: string): AgreementPublicKeyBytes {
  const publicKey = recipientToPublicKey(recipient);
  assert(publicKey, 'the recovery recipient is a native age recipient');
  return publicKey;
}
