/** The lines of a membership log by their types: what each may hold, and what it makes of the state before it. FORMAT.md section 8. */

import { base64ToBytes, equalBytes } from '#base/bytes.ts';
import { isId, type DeviceId, type WorkspaceId } from '#base/ids.ts';
import { err, ok, type Result } from '#base/result.ts';
import * as v from 'valibot';
import { recipientToPublicKey } from './age-keys.ts';
import { agreementPublicKeyBytes, signingPublicKeyBytes } from './byte-types.ts';
import {
  activeDevices,
  isActive,
  isActiveAdmin,
  isExpiredInvite,
  isLowerRole,
  isOpenInvite,
  type Invite,
  type Member,
  type MembershipState,
} from './membership-state.ts';
import { base64Of, fromBase64 } from './signed-line.ts';
import { CHAIN_LENGTH, readWraps, WrapFields, type WrapRecipient } from './workspace-keys.ts';

/** Why a record can't follow a log. */
export type RecordFault =
  /** Its form or contents are not what section 8 asks for. */
  | { readonly type: 'BadRecord' }
  /** Its signer may sign records, but not this one. */
  | { readonly type: 'NotPermitted' }
  /** There is no such active device, or no such invite. */
  | { readonly type: 'NotFound' }
  /** Nobody would be left to sign the next record. */
  | { readonly type: 'LastAdmin' }
  /** Used up before, or withdrawn. */
  | { readonly type: 'InviteUsed' }
  | { readonly type: 'InviteExpired' };

export const FORMAT = 1;
export const SUITE = 1;

// ---- What a line may hold -------------------------------------------------------------------------------------------

const id = v.pipe(v.string(), v.check(isId));
const deviceId = v.custom<DeviceId>((text) => typeof text === 'string' && isId(text));
const workspaceId = v.custom<WorkspaceId>((text) => typeof text === 'string' && isId(text));
const hash = v.pipe(v.string(), v.regex(/^[0-9a-f]{64}$/));
const count = v.pipe(v.number(), v.safeInteger(), v.minValue(0));
const publicKey = base64Of(32);
const role = v.picklist(['admin', 'member', 'viewer']);
const wraps = v.array(WrapFields);
const recipient = v.pipe(
  v.string(),
  v.check((text) => recipientToPublicKey(text) !== null),
);
/** The one spelling that `Date.prototype.toISOString` has for a moment. */
const timestamp = v.pipe(
  v.string(),
  v.isoTimestamp(),
  v.check((text) => {
    const time = Date.parse(text);
    return !Number.isNaN(time) && new Date(time).toISOString() === text;
  }),
);
const lastPosition = v.pipe(
  v.strictObject({ seq: count, hash }),
  v.check(({ seq, hash: last }) => (seq === 0) === /^0+$/.test(last)),
);
/** An envelope of section 7 around whatever is short. */
const box = v.pipe(
  v.string(),
  v.check((text) => {
    const length = base64ToBytes(text)?.length ?? 0;
    return length >= 1 + 32 + 16 && length <= 4096;
  }),
);

/** Of any format. */
const Numbers = v.looseObject({ format: v.number(), suite: v.optional(v.number()) });

/** Looks at nothing but the two numbers, since nothing else of a newer format is known. */
export function isNewer(value: unknown): boolean {
  const numbers = v.safeParse(Numbers, value);
  return numbers.success && (numbers.output.format > FORMAT || (numbers.output.suite ?? 0) > SUITE);
}

export type Root = v.InferOutput<typeof Root>;
export const Root = v.strictObject({
  format: v.literal(FORMAT),
  type: v.literal('root'),
  suite: v.literal(SUITE),
  workspace: workspaceId,
  device: v.strictObject({ id: deviceId, signing: publicKey, agreement: publicKey }),
  recoveryRecipient: recipient,
  recoverySigner: publicKey,
  createdAt: v.pipe(v.string(), v.isoTimestamp()),
});

/** What every record has, whatever its type. */
export const AnyRecord = v.looseObject({
  format: v.literal(FORMAT),
  type: v.string(),
  n: count,
  previous: hash,
  signer: v.union([deviceId, v.literal('recovery')]),
});

/** What those have that say when, by their signer's clock. */
const DatedRecord = v.looseObject({ ...AnyRecord.entries, at: timestamp });

const Genesis = v.strictObject({
  ...AnyRecord.entries,
  type: v.literal('genesis'),
  n: v.literal(0),
  device: deviceId,
  role: v.literal('admin'),
  epoch: v.literal(0),
  wraps,
});

const Recovery = v.strictObject({
  ...AnyRecord.entries,
  type: v.literal('recovery'),
  recoveryRecipient: recipient,
  recoverySigner: publicKey,
  epoch: count,
  wraps,
});

const NewInvite = v.strictObject({
  ...DatedRecord.entries,
  type: v.literal('invite'),
  invite: id,
  key: publicKey,
  role,
  expiresAt: timestamp,
});

const Withdraw = v.strictObject({
  ...DatedRecord.entries,
  type: v.literal('withdraw'),
  invite: id,
});

const NewDevice = v.strictObject({
  ...DatedRecord.entries,
  type: v.literal('device'),
  device: deviceId,
  signing: publicKey,
  agreement: publicKey,
  role,
  invite: v.nullable(id),
  epoch: count,
  wraps,
});

const NewRole = v.strictObject({
  ...DatedRecord.entries,
  type: v.literal('role'),
  device: deviceId,
  role,
  last: v.optional(lastPosition),
});

const Remove = v.strictObject({
  ...DatedRecord.entries,
  type: v.literal('remove'),
  device: deviceId,
  last: lastPosition,
  epoch: count,
  wraps,
  chain: base64Of(CHAIN_LENGTH),
});

const Credentials = v.strictObject({
  ...DatedRecord.entries,
  type: v.literal('credentials'),
  boxes: v.array(v.strictObject({ to: deviceId, box })),
});

/** The fields of each type, for who writes one. */
export interface RecordFields {
  readonly genesis: v.InferOutput<typeof Genesis>;
  readonly recovery: v.InferOutput<typeof Recovery>;
  readonly invite: v.InferOutput<typeof NewInvite>;
  readonly withdraw: v.InferOutput<typeof Withdraw>;
  readonly device: v.InferOutput<typeof NewDevice>;
  readonly role: v.InferOutput<typeof NewRole>;
  readonly remove: v.InferOutput<typeof Remove>;
  readonly credentials: v.InferOutput<typeof Credentials>;
}

// ---- What it makes of the state -------------------------------------------------------------------------------------

type Applied = Result<MembershipState, RecordFault>;
type Apply = (state: MembershipState, value: unknown) => Applied;

/**
 * The state after a record of a known type whose chain and signer were checked; its own mark and position are the caller's to add. `null`:
 * no version so far knows the type.
 */
export function applyRecord(state: MembershipState, type: string, value: unknown): Applied | null {
  // Record 0 comes first and nowhere else: its schema asks for the number.
  if (state.records.length === 0 && type !== 'genesis') return bad();
  return RECORD_TYPES.get(type)?.(state, value) ?? null;
}

/** Ms since 1970, of a record that says when it was signed. */
export function timeOf(value: unknown): number | null {
  const dated = v.safeParse(DatedRecord, value);
  return dated.success ? Date.parse(dated.output.at) : null;
}

const RECORD_TYPES: ReadonlyMap<string, Apply> = new Map([
  [
    'genesis',
    of(Genesis, (state, { signer, device, epoch, wraps: given }) => {
      // Its signer is the root's device: no other is known yet.
      if (device !== signer || !isWrappedTo(given, [device, 'recovery'])) return bad();
      return ok({ ...state, wraps: readWraps(given, 0, epoch) });
    }),
  ],
  [
    'recovery',
    of(Recovery, (state, { n, recoveryRecipient, recoverySigner, epoch, wraps: given }) => {
      if (epoch !== state.epoch || !isWrappedTo(given, ['recovery'])) return bad();
      return ok({
        ...state,
        recoveryRecipient,
        recoverySigner: signingPublicKeyBytes(fromBase64(recoverySigner)),
        wraps: [...state.wraps, ...readWraps(given, n, epoch)],
      });
    }),
  ],
  [
    'invite',
    of(NewInvite, (state, record) => {
      const { n, signer, invite, key, expiresAt } = record;
      if (signer === 'recovery' || state.invites.has(invite)) return bad();
      return ok(
        withInvite(state, invite, {
          role: record.role,
          key: signingPublicKeyBytes(fromBase64(key)),
          expiresAt,
          by: signer,
          addedAt: n,
        }),
      );
    }),
  ],
  [
    'withdraw',
    of(Withdraw, (state, { n, invite: named }) => {
      const invite = state.invites.get(named);
      if (invite === undefined) return err({ type: 'NotFound' });
      if (!isOpenInvite(invite)) return err({ type: 'InviteUsed' });
      return ok(withInvite(state, named, { ...invite, withdrawnAt: n }));
    }),
  ],
  [
    'device',
    of(NewDevice, (state, record) => {
      const { n, device, epoch, wraps: given } = record;
      const member: Member = {
        role: record.role,
        signing: signingPublicKeyBytes(fromBase64(record.signing)),
        agreement: agreementPublicKeyBytes(fromBase64(record.agreement)),
        addedAt: n,
        roles: [{ from: n, role: record.role }],
      };
      if (epoch !== state.epoch || !isWrappedTo(given, [device])) return bad();
      if (state.devices.has(device) || isKeyKnown(state, member)) return bad();
      const admitted = admit(state, record);
      if (!admitted.ok) return admitted;
      return ok({
        ...withMember(admitted.value, device, member),
        wraps: [...state.wraps, ...readWraps(given, n, epoch)],
      });
    }),
  ],
  [
    'role',
    of(NewRole, (state, { n, device, role: next, last }) => {
      const member = state.devices.get(device);
      if (!member || !isActive(member)) return err({ type: 'NotFound' });
      // What a device wrote before is judged by the role that it had: only a lowering has to say where "before" ends.
      const isLowered = isLowerRole(next, member.role);
      if (next === member.role || isLowered !== (last !== undefined)) return bad();
      if (isLastAdmin(state, device)) return err({ type: 'LastAdmin' });
      const change = { from: n, role: next, ...(last && { last }) };
      return ok(
        withMember(state, device, { ...member, role: next, roles: [...member.roles, change] }),
      );
    }),
  ],
  [
    'remove',
    of(Remove, (state, { n, signer, device, last, epoch, wraps: given, chain }) => {
      const member = state.devices.get(device);
      if (!member || !isActive(member)) return err({ type: 'NotFound' });
      if (isLastAdmin(state, device)) return err({ type: 'LastAdmin' });
      // It would know the keys that are to be kept from it.
      if (device === signer) return err({ type: 'NotPermitted' });
      const removed = withMember(state, device, { ...member, removedAt: n, removedLast: last });
      const remaining = activeDevices(removed).map(([each]) => each);
      if (epoch !== state.epoch + 1 || !isWrappedTo(given, [...remaining, 'recovery'])) {
        return bad();
      }
      return ok({
        ...removed,
        epoch,
        wraps: [...state.wraps, ...readWraps(given, n, epoch)],
        chains: [...state.chains, { record: n, epoch, sealed: fromBase64(chain) }],
      });
    }),
  ],
  [
    'credentials',
    of(Credentials, (state, { n, boxes }) => {
      const active = activeDevices(state);
      const isToAll =
        boxes.length === active.length && boxes.every(({ to }, index) => to === active[index]?.[0]);
      if (!isToAll) return bad();
      const sealed = boxes.map(({ to, box: each }) => [to, fromBase64(each)] as const);
      return ok({ ...state, credentials: { record: n, boxes: new Map(sealed) } });
    }),
  ],
]);

/** Contents that the schema refuses go no further. */
function of<Schema extends v.GenericSchema>(
  schema: Schema,
  apply: (state: MembershipState, record: v.InferOutput<Schema>) => Applied,
): Apply {
  return (state, value) => {
    const record = v.safeParse(schema, value);
    return record.success ? apply(state, record.output) : bad();
  };
}

function bad(): Result<never, RecordFault> {
  return err({ type: 'BadRecord' });
}

/** An invite lets in one device in the role that it names; the recovery key lets in admins. */
function admit(state: MembershipState, record: RecordFields['device']): Applied {
  const { n, at, signer, invite: named } = record;
  if (signer === 'recovery') return named === null && record.role === 'admin' ? ok(state) : bad();
  if (named === null) return err({ type: 'NotPermitted' });
  const invite = state.invites.get(named);
  if (invite === undefined) return err({ type: 'NotFound' });
  if (!isOpenInvite(invite)) return err({ type: 'InviteUsed' });
  if (isExpiredInvite(invite, at)) return err({ type: 'InviteExpired' });
  if (invite.role !== record.role) return bad();
  return ok(withInvite(state, named, { ...invite, usedAt: n }));
}

/** Neither ids nor keys come back: what was said of one device is never said of another. */
function isKeyKnown({ devices }: MembershipState, { signing, agreement }: Member): boolean {
  return Array.from(devices.values()).some(
    (other) => equalBytes(other.signing, signing) || equalBytes(other.agreement, agreement),
  );
}

function isLastAdmin({ devices }: MembershipState, device: DeviceId): boolean {
  const admins = Array.from(devices).filter(([, member]) => isActiveAdmin(member));
  return admins.length === 1 && admins[0]?.[0] === device;
}

function isWrappedTo(given: readonly WrapFields[], recipients: readonly WrapRecipient[]): boolean {
  return (
    given.length === recipients.length && given.every(({ to }, index) => to === recipients[index])
  );
}

/** A member that is there already keeps its place in the order. */
function withMember(state: MembershipState, device: DeviceId, member: Member): MembershipState {
  return { ...state, devices: new Map(state.devices).set(device, member) };
}

function withInvite(state: MembershipState, named: string, invite: Invite): MembershipState {
  return { ...state, invites: new Map(state.invites).set(named, invite) };
}
