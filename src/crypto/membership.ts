/**
 * The membership log: `root`, then numbered records, each signed and chained to the one before. It says whose signatures count and carries
 * the workspace's keys, wrapped. FORMAT.md section 8.
 */

import { bytesToBase64 } from '#base/bytes.ts';
import { isId, type DeviceId, type WorkspaceId } from '#base/ids.ts';
import { assert, err, ok, type Result } from '#base/result.ts';
import * as v from 'valibot';
import { recipientToPublicKey } from './age-keys.ts';
import {
  agreementPublicKeyBytes,
  signingPublicKeyBytes,
  type AgreementPublicKeyBytes,
  type SigningPublicKeyBytes,
} from './byte-types.ts';
import type { DeviceKeys } from './device-keys.ts';
import type { NewerFormat } from './sealing.ts';
import { base64Of, fromBase64, hashOf, isSignedBy, parseLine, signLine } from './signed-line.ts';
import { allowedSignersLine } from './ssh-signature.ts';
import {
  createWorkspaceKeys,
  openWorkspaceKeys,
  readWraps,
  WrapFields,
  wrapKeys,
  type KeyWrap,
  type RootHash,
  type WorkspaceKeys,
  type WorkspaceKeysError,
  type WrapRecipient,
} from './workspace-keys.ts';

export type { RootHash };

export type Role = 'admin' | 'member' | 'viewer';

export interface Member {
  readonly role: Role;
  readonly signing: SigningPublicKeyBytes;
  readonly agreement: AgreementPublicKeyBytes;
  /** Number of the record that added it, and of the one that removed it. */
  readonly addedAt: number;
  readonly removedAt?: number;
}

/** What the log says once every line of it was checked. */
export interface MembershipState {
  readonly workspace: WorkspaceId;
  readonly rootHash: RootHash;
  readonly createdAt: string;
  readonly devices: ReadonlyMap<DeviceId, Member>;
  /** `age1…` */
  readonly recoveryRecipient: string;
  readonly recoverySigner: SigningPublicKeyBytes;
  /** The current epoch. */
  readonly epoch: number;
  readonly wraps: readonly KeyWrap[];
  /** The newest record: its number and hash. */
  readonly position: { readonly n: number; readonly hash: string };
}

// ---- Making one -----------------------------------------------------------------------------------------------------

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

/** The first version writes both even where there is no store: a backup and a kit name the root. */
export async function createWorkspaceRoot({
  workspace,
  device,
  deviceKeys,
  recoveryRecipient,
  recoverySigner,
  createdAt,
}: NewWorkspaceRoot): Promise<WorkspaceRoot> {
  const recovery = recipientToPublicKey(recoveryRecipient);
  assert(recovery, 'the recovery recipient is a native age recipient');
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
      await wrapKeys(keys, 'recovery', recovery, place),
    ],
  } satisfies Genesis);

  const { privateKey } = deviceKeys.signing;
  const lines = [await signLine(privateKey, rootBody), await signLine(privateKey, genesisBody)];
  return { lines, rootHash, keys };
}

export interface NewRecovery {
  /** The log so far, without line ends. */
  readonly lines: readonly string[];
  /** The admin device that signs. */
  readonly device: DeviceId;
  readonly deviceKeys: DeviceKeys;
  readonly recoveryRecipient: string;
  readonly recoverySigner: SigningPublicKeyBytes;
}

/**
 * The log with one record more: from it on, a new recovery key counts and the old one no longer does. What was sealed to the old one
 * before (backups, the keys of this epoch) it still opens.
 */
export async function appendRecoveryRecord({
  lines,
  device,
  deviceKeys,
  recoveryRecipient,
  recoverySigner,
}: NewRecovery): Promise<Result<readonly string[], MembershipError | WorkspaceKeysError>> {
  const recovery = recipientToPublicKey(recoveryRecipient);
  assert(recovery, 'the recovery recipient is a native age recipient');
  const verified = await verifyMembership({ lines });
  if (!verified.ok) return verified;
  const { workspace, rootHash, position, devices } = verified.value;
  const n = position.n + 1;
  const member = devices.get(device);
  if (!member || !isActiveAdmin(member)) return err({ type: 'NotPermitted', line: n + 1 });
  const keys = await openWorkspaceKeys(verified.value, device, deviceKeys.agreement);
  if (!keys.ok) return keys;

  const { epoch } = keys.value;
  const place = { workspace, record: n, epoch, rootHash };
  const body = JSON.stringify({
    format: FORMAT,
    type: 'recovery',
    n,
    previous: position.hash,
    signer: device,
    recoveryRecipient,
    recoverySigner: bytesToBase64(recoverySigner),
    epoch,
    wraps: [await wrapKeys(keys.value, 'recovery', recovery, place)],
  } satisfies NewRecoveryRecord);
  return ok([...lines, await signLine(deviceKeys.signing.privateKey, body)]);
}

// ---- Reading one ----------------------------------------------------------------------------------------------------

/** `line` counts from 0, the root. */
export type MembershipError =
  /** There is none, its form is wrong, or its hash is not the one that was asked for. */
  | { readonly type: 'BadRoot' }
  /** Its form or contents are not what section 8 asks for. */
  | { readonly type: 'BadRecord'; readonly line: number }
  | { readonly type: 'BadSignature'; readonly line: number }
  /** Its number or the hash of the line before is wrong: something was left out, moved or put in. */
  | { readonly type: 'BrokenChain'; readonly line: number }
  /** Signed by a device that was no active admin then. */
  | { readonly type: 'NotPermitted'; readonly line: number }
  | (NewerFormat & { readonly line: number });

export interface MembershipLog {
  /** Without line ends. */
  readonly lines: readonly string[];
  /** The anchor, where one is known: from a kit, an invite or this device. Without it the log proves only that it is whole. */
  readonly rootHash?: RootHash;
}

export async function verifyMembership({
  lines,
  rootHash,
}: MembershipLog): Promise<Result<MembershipState, MembershipError>> {
  const [rootLine, ...recordLines] = lines;
  if (rootLine === undefined) return err({ type: 'BadRoot' });
  const start = await verifyRoot(rootLine, rootHash);
  if (!start.ok) return start;
  let state = start.value;
  for (const [n, recordLine] of recordLines.entries()) {
    const next = await verifyRecord(state, recordLine, n);
    if (!next.ok) return next;
    state = next.value;
  }
  // Without record 0 nobody has a role.
  return recordLines.length === 0 ? err({ type: 'BrokenChain', line: 1 }) : ok(state);
}

/** Whoever may sign a backup now: the active admins, each a line for ssh-keygen, without line ends. */
export function allowedSigners(state: MembershipState, principal: string): readonly string[] {
  return Array.from(state.devices.values())
    .filter(isActiveAdmin)
    .map(({ signing }) => allowedSignersLine(principal, signing));
}

export function isActiveAdmin(member: Member): boolean {
  return member.role === 'admin' && member.removedAt === undefined;
}

// ---- Root and records -----------------------------------------------------------------------------------------------

const FORMAT = 1;
const SUITE = 1;

const deviceId = v.custom<DeviceId>((id) => typeof id === 'string' && isId(id));
const workspaceId = v.custom<WorkspaceId>((id) => typeof id === 'string' && isId(id));
const timestamp = v.pipe(v.string(), v.isoTimestamp());
const hash = v.pipe(v.string(), v.regex(/^[0-9a-f]{64}$/));
const publicKey = base64Of(32);
const recipient = v.pipe(
  v.string(),
  v.check((text) => recipientToPublicKey(text) !== null),
);
/** Of any format. */
const Numbers = v.looseObject({ format: v.number(), suite: v.optional(v.number()) });

const Root = v.strictObject({
  format: v.literal(FORMAT),
  type: v.literal('root'),
  suite: v.literal(SUITE),
  workspace: workspaceId,
  device: v.strictObject({ id: deviceId, signing: publicKey, agreement: publicKey }),
  recoveryRecipient: recipient,
  recoverySigner: publicKey,
  createdAt: timestamp,
});
type Root = v.InferOutput<typeof Root>;

/** What every record has, whatever its type. */
const AnyRecord = v.looseObject({
  format: v.literal(FORMAT),
  type: v.string(),
  n: v.pipe(v.number(), v.safeInteger(), v.minValue(0)),
  previous: hash,
  signer: deviceId,
});

const Genesis = v.strictObject({
  ...AnyRecord.entries,
  type: v.literal('genesis'),
  n: v.literal(0),
  device: deviceId,
  role: v.literal('admin'),
  epoch: v.literal(0),
  wraps: v.array(WrapFields),
});
type Genesis = v.InferOutput<typeof Genesis>;

const NewRecoveryRecord = v.strictObject({
  ...AnyRecord.entries,
  type: v.literal('recovery'),
  recoveryRecipient: recipient,
  recoverySigner: publicKey,
  epoch: v.pipe(v.number(), v.safeInteger()),
  wraps: v.array(WrapFields),
});
type NewRecoveryRecord = v.InferOutput<typeof NewRecoveryRecord>;

/** The state before any record: the root's device is there to sign record 0. */
async function verifyRoot(
  line: string,
  expected: RootHash | undefined,
): Promise<Result<MembershipState, MembershipError>> {
  const parsed = parseLine(line);
  if (parsed === null) return err({ type: 'BadRoot' });
  const rootHash = (await hashOf(parsed.body)) as RootHash;
  if (expected !== undefined && rootHash !== expected) return err({ type: 'BadRoot' });
  if (isNewer(parsed.value)) return err({ type: 'NewerFormat', line: 0 });
  const root = v.safeParse(Root, parsed.value);
  if (!root.success) return err({ type: 'BadRoot' });

  const { workspace, device, recoveryRecipient, recoverySigner, createdAt } = root.output;
  const signing = signingPublicKeyBytes(fromBase64(device.signing));
  if (!(await isSignedBy(signing, parsed))) return err({ type: 'BadSignature', line: 0 });
  const agreement = agreementPublicKeyBytes(fromBase64(device.agreement));
  return ok({
    workspace,
    rootHash,
    createdAt,
    devices: new Map([[device.id, { role: 'admin', signing, agreement, addedAt: 0 }]]),
    recoveryRecipient,
    recoverySigner: signingPublicKeyBytes(fromBase64(recoverySigner)),
    epoch: 0,
    wraps: [],
    position: { n: -1, hash: rootHash },
  });
}

/** Chain and signature come before the type: a type that nobody knows is "newer" only where an admin wrote it. */
async function verifyRecord(
  state: MembershipState,
  recordLine: string,
  n: number,
): Promise<Result<MembershipState, MembershipError>> {
  const line = n + 1;
  const parsed = parseLine(recordLine);
  if (parsed === null) return err({ type: 'BadRecord', line });
  if (isNewer(parsed.value)) return err({ type: 'NewerFormat', line });
  const record = v.safeParse(AnyRecord, parsed.value);
  if (!record.success) return err({ type: 'BadRecord', line });

  const { type, signer, previous } = record.output;
  if (record.output.n !== n || previous !== state.position.hash) {
    return err({ type: 'BrokenChain', line });
  }
  const member = state.devices.get(signer);
  if (member === undefined || !isActiveAdmin(member)) return err({ type: 'NotPermitted', line });
  if (!(await isSignedBy(member.signing, parsed))) return err({ type: 'BadSignature', line });
  const position = { n, hash: await hashOf(parsed.body) };

  if (n === 0 && type !== 'genesis') return err({ type: 'BadRecord', line });
  const apply = RECORD_TYPES.get(type);
  if (apply === undefined) return err({ type: 'NewerFormat', line });
  const next = apply(state, parsed.value);
  return next === null ? err({ type: 'BadRecord', line }) : ok({ ...next, position });
}

/** What a record of each type makes of the state before it; `null` where its contents are not what section 8 asks for. */
type Apply = (state: MembershipState, value: unknown) => MembershipState | null;

const RECORD_TYPES: ReadonlyMap<string, Apply> = new Map([
  ['genesis', applyGenesis],
  ['recovery', applyRecovery],
]);

function applyGenesis(state: MembershipState, value: unknown): MembershipState | null {
  const record = v.safeParse(Genesis, value);
  if (!record.success) return null;
  const { signer, device, epoch, wraps } = record.output;
  // Its signer is the root's device: no other is known yet.
  if (device !== signer || !isWrappedTo(wraps, [device, 'recovery'])) return null;
  return { ...state, wraps: readWraps(wraps, 0, epoch) };
}

function applyRecovery(state: MembershipState, value: unknown): MembershipState | null {
  const record = v.safeParse(NewRecoveryRecord, value);
  if (!record.success) return null;
  const { n, recoveryRecipient, recoverySigner, epoch, wraps } = record.output;
  if (epoch !== state.epoch || !isWrappedTo(wraps, ['recovery'])) return null;
  return {
    ...state,
    recoveryRecipient,
    recoverySigner: signingPublicKeyBytes(fromBase64(recoverySigner)),
    wraps: [...state.wraps, ...readWraps(wraps, n, epoch)],
  };
}

function isWrappedTo(wraps: readonly WrapFields[], recipients: readonly WrapRecipient[]): boolean {
  return (
    wraps.length === recipients.length && wraps.every(({ to }, index) => to === recipients[index])
  );
}

/** Looks at nothing but the two numbers, since nothing else of a newer format is known. */
function isNewer(value: unknown): boolean {
  const numbers = v.safeParse(Numbers, value);
  return numbers.success && (numbers.output.format > FORMAT || (numbers.output.suite ?? 0) > SUITE);
}
