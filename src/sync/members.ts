/** Who belongs to the workspace: inviting, approving, revoking, roles, and new keys for the store. PROTOCOL.md section 4. */

import { readUtf8 } from '#base/bytes.ts';
import { createRecordId, type DeviceId } from '#base/ids.ts';
import { err, ok, type Result } from '#base/result.ts';
import {
  checkCode,
  createInviteCode,
  inviteKeys,
  openJoinName,
  readJoinRequest,
  writeInviteLink,
  type JoinRequest,
} from '#crypto/invite.ts';
import {
  appendRecoveryRecord,
  credentialsRecord,
  deviceRecord,
  hashAt,
  inviteRecord,
  isActiveAdmin,
  isExpiredInvite,
  isLowerRole,
  isOpenInvite,
  removeRecord,
  roleRecord,
  withdrawRecord,
  type Invite,
  type RecordAuthor,
  type RecordError,
} from '#crypto/membership.ts';
import { isAlive, valueOf } from '#domain/values.ts';
import { listHeads, readHeads } from './heads.ts';
import type { Recovery } from '#vault/session.ts';
import { appendRecord, readMembership } from './membership.ts';
import type {
  DeviceView,
  InviteRequest,
  InviteView,
  JoinRequestView,
  MembershipRefusal,
  NewInvite,
  Role,
  StoreSettings,
} from './messages.ts';
import { Names } from './names.ts';
import { listAll } from './object-store.ts';
import { pull } from './pull.ts';
import type { Round, RoundError } from './round.ts';

export type MemberError = RoundError | MembershipRefusal;

const HOUR_MS = 60 * 60 * 1000;

// ---- Seeing ---------------------------------------------------------------------------------------------------------

export function devicesOf(
  round: Pick<Round, 'membership' | 'memory' | 'device' | 'session'>,
): readonly DeviceView[] {
  const { membership, memory, device: own, session } = round;
  return [...membership.devices].map(([device, member]) => ({
    device,
    name: session.nameOf(device),
    role: member.role,
    isThis: device === own,
    lastHeardAt: device === own ? memory.lastSyncAt : (memory.heads[device]?.at ?? null),
    removed: member.removedAt !== undefined,
    wiped: memory.wiped.includes(device),
  }));
}

export function openInvites({
  membership,
  clock,
}: Pick<Round, 'membership' | 'clock'>): readonly (readonly [string, Invite])[] {
  const now = new Date(clock.now()).toISOString();
  return [...membership.invites].filter(
    ([, invite]) => isOpenInvite(invite) && !isExpiredInvite(invite, now),
  );
}

export function invitesOf(round: Pick<Round, 'membership' | 'clock'>): readonly InviteView[] {
  return openInvites(round).map(([invite, { role, expiresAt }]) => ({
    invite,
    role,
    expiresAt: Date.parse(expiresAt),
  }));
}

/** Who asks to join, by invites that this device has made: it alone can check the codes. */
export async function requestsOf(
  round: Round,
): Promise<Result<readonly JoinRequestView[], RoundError>> {
  const requests: JoinRequestView[] = [];
  for (const [invite, { role }] of openInvites(round)) {
    const found = await requestsFor(round, invite);
    if (!found.ok) return found;
    for (const { request, name, digits } of found.value) {
      requests.push({ invite, device: request.device, name, role, checkCode: digits });
    }
  }
  return ok(requests);
}

interface CheckedRequest {
  readonly request: JoinRequest;
  readonly name: string;
  readonly digits: string;
}

async function requestsFor(
  round: Round,
  invite: string,
): Promise<Result<readonly CheckedRequest[], RoundError>> {
  const code = round.memory.codes[invite];
  const record = round.membership.invites.get(invite);
  if (code === undefined || record === undefined) return ok([]);
  const listed = await listAll(round.store, round.names.requestsFor(invite));
  if (!listed.ok) return listed;
  const requests: CheckedRequest[] = [];
  for (const name of listed.value) {
    const got = await round.store.get(name);
    if (!got.ok) return got;
    const place = { workspace: round.session.workspace, invite };
    const text = got.value === null ? null : readUtf8(got.value);
    if (text === null) continue;
    const request = await readJoinRequest(text, { ...place, inviteKey: record.key });
    // What no holder of the code has signed is nobody's request.
    if (!request.ok || Names.idAtEnd(name) !== request.value.device) continue;
    const { n, hash } = request.value.membership;
    // Who was shown another log would be let into another workspace than they think.
    if (hashAt(round.membership, n) !== hash) continue;
    const joiner = await openJoinName(request.value, { ...place, code });
    if (!joiner.ok || round.memory.rejected.includes(request.value.device)) continue;
    requests.push({
      request: request.value,
      name: joiner.value,
      digits: await checkCode({ code, ...request.value }),
    });
  }
  return ok(requests);
}

// ---- Inviting -------------------------------------------------------------------------------------------------------

/** The link is a secret: it carries the code and the keys for the store. */
export async function invite(
  round: Round,
  { role, validHours }: InviteRequest,
  store: StoreSettings,
  appAddress: string,
): Promise<Result<NewInvite, MemberError>> {
  if (!isAdmin(round)) return err({ type: 'NotAdmin' });
  const id = createRecordId();
  const code = createInviteCode();
  const { signing } = await inviteKeys(code);
  const expiresAt = round.clock.now() + validHours * HOUR_MS;
  // The code is kept first: an invite whose code is lost is of no use to anybody.
  const codes = { ...round.memory.codes, [id]: code };
  const kept = await round.remember({ ...round.memory, codes });
  if (!kept.ok) return kept;
  const appended = await append(round, (author) =>
    inviteRecord(author, {
      invite: id,
      key: signing.publicKey,
      role,
      expiresAt: new Date(expiresAt).toISOString(),
    }),
  );
  if (!appended.ok) return appended;
  const link = writeInviteLink(appAddress, {
    store,
    workspace: round.session.workspace,
    rootHash: round.membership.rootHash,
    newest: round.membership.position.n,
    invite: id,
    code,
  });
  return ok({ invite: id, link, role, expiresAt });
}

export function withdraw(round: Round, invite: string): Promise<Result<void, MemberError>> {
  return append(round, (author) => withdrawRecord(author, { invite }));
}

/** Lets in who showed the digits that the admin compared, and nobody else: the request is read anew. */
export async function approve(
  round: Round,
  { invite, device, checkCode: compared }: JoinRequestView,
): Promise<Result<void, MemberError>> {
  const found = await requestsFor(round, invite);
  if (!found.ok) return found;
  const asked = found.value.find(
    ({ request, digits }) => request.device === device && digits === compared,
  );
  const role = round.membership.invites.get(invite)?.role;
  if (asked === undefined || role === undefined) return err({ type: 'NotFound' });
  // Named first: where the answer to the record is lost, nobody is asked again.
  const isNamed = [...round.vault.workspace.values()].some(
    (state) => state.kind === 'member' && isAlive(state) && valueOf(state, 'device') === device,
  );
  const member = { kind: 'member', values: { name: asked.name, device } } as const;
  const named = isNamed ? ok() : await round.vault.save([member]);
  if (!named.ok) return named;
  const { signing, agreement } = asked.request;
  const appended = await append(round, (author) =>
    deviceRecord(author, { device, signing, agreement, role, invite }),
  );
  // It may be in the log already, from an attempt whose answer was lost.
  return round.membership.devices.has(device) ? ok() : appended;
}

export async function reject(
  round: Round,
  { invite, device }: JoinRequestView,
): Promise<Result<void, MemberError>> {
  const rejected = [...round.memory.rejected, device].slice(-REJECTED_KEPT);
  const kept = await round.remember({ ...round.memory, rejected });
  if (!kept.ok || !round.memory.canRemove) return kept;
  const removed = await round.store.remove(round.names.request(invite, device));
  return removed.ok || removed.error.type === 'Denied' ? ok() : removed;
}

const REJECTED_KEPT = 100;

// ---- Leaving and changing -------------------------------------------------------------------------------------------

/** Names what this device has of it as accepted last. A snapshot under the new epoch follows. */
export async function revoke(round: Round, device: DeviceId): Promise<Result<void, MemberError>> {
  if (!isAdmin(round)) return err({ type: 'NotAdmin' });
  const pulled = await catchUp(round);
  if (!pulled.ok) return pulled;
  const appended = await append(round, (author) =>
    removeRecord(author, { device, last: round.positionOf(device) }),
  );
  return appended.ok ? round.remember({ ...round.memory, owesSnapshot: true }) : appended;
}

/** What the device has written up to now counts. */
async function catchUp(round: Round): Promise<Result<unknown, RoundError>> {
  const listed = await listHeads(round);
  if (!listed.ok) return listed;
  const members = await readMembership(round, { whole: false });
  if (!members.ok) return members;
  const read = await readHeads(round, listed.value);
  return read.ok ? pull(round) : read;
}

export async function changeRole(
  round: Round,
  device: DeviceId,
  role: Role,
): Promise<Result<void, MemberError>> {
  if (!isAdmin(round)) return err({ type: 'NotAdmin' });
  const member = round.membership.devices.get(device);
  if (member === undefined || member.removedAt !== undefined) return err({ type: 'NotFound' });
  if (member.role === role) return ok();
  const isLowered = isLowerRole(role, member.role);
  const pulled = isLowered ? await catchUp(round) : ok();
  if (!pulled.ok) return pulled;
  return append(round, (author) =>
    roleRecord(author, { device, role, ...(isLowered && { last: round.positionOf(device) }) }),
  );
}

/** Every active device finds its copy in the record and goes on with it. */
export function replaceCredentials(
  round: Round,
  keys: Pick<StoreSettings, 'accessKey' | 'secretKey'>,
): Promise<Result<void, MemberError>> {
  return append(round, (author) => credentialsRecord(author, { credentialsOf: () => keys }));
}

/** A new recovery key takes the place of the old one, on every device that reads the record. */
export function appendRecovery(
  round: Round,
  recovery: Recovery,
): Promise<Result<void, MemberError>> {
  return append(round, async (author) => {
    const lines = await appendRecoveryRecord({ ...author, ...recovery });
    return lines.ok ? ok(lines.value.at(-1) ?? '') : lines;
  });
}

function isAdmin({ membership, device }: Round): boolean {
  const member = membership.devices.get(device);
  return member !== undefined && isActiveAdmin(member);
}

async function append(
  round: Round,
  write: (author: RecordAuthor) => Promise<Result<string, RecordError>>,
): Promise<Result<void, MemberError>> {
  if (!isAdmin(round)) return err({ type: 'NotAdmin' });
  // Whoever has not read the workspace yet might remove the only one who has.
  if (round.memory.owesBootstrap) return err({ type: 'Paused' });
  const appended = await appendRecord(round, () =>
    write({
      lines: round.lines,
      device: round.device,
      deviceKeys: round.deviceKeys,
      at: new Date(round.clock.now()).toISOString(),
    }),
  );
  return appended.ok ? appended : err(refusalOf(appended.error));
}

/** What a record's writer finds wrong with it was right a moment ago: another admin was quicker with the same device or invite. */
function refusalOf(error: RoundError | RecordError): MemberError {
  switch (error.type) {
    case 'InviteUsed':
    case 'InviteExpired':
    case 'BadRecord':
      return { type: 'NotFound' };
    case 'NotPermitted':
      return { type: 'NotAdmin' };
    case 'BadRoot':
    case 'BadSignature':
    case 'BrokenChain':
    case 'NewerFormat':
    case 'NotWrapped':
    case 'NotAuthentic':
      throw new Error(
        'The log that this device has verified does not verify' + JSON.stringify(error),
      );
    default:
      return error;
  }
}
