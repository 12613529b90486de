/** Joining a workspace by an invite: asking, and finding oneself approved. PROTOCOL.md section 4.1. */

import { readUtf8, utf8Bytes } from '#base/bytes.ts';
import type { Clock } from '#base/clock.ts';
import { createDeviceId } from '#base/ids.ts';
import { err, ok, type Result } from '#base/result.ts';
import { createDeviceKeys } from '#crypto/device-keys.ts';
import { checkCode, readInviteLink, writeJoinRequest, type InviteLink } from '#crypto/invite.ts';
import {
  extendMembership,
  isExpiredInvite,
  isOpenInvite,
  verifyMembership,
  type MembershipState,
} from '#crypto/membership.ts';
import type { Json } from '#domain/change.ts';
import type { StorageError } from '#storage/failure.ts';
import type { Session } from '#vault/session.ts';
import type { AlreadyHere, PassphraseError, Workspaces } from '#vault/workspaces.ts';
import type { JoinError, JoinRequest, StoreSettings } from './messages.ts';
import { Names } from './names.ts';
import type { ObjectStore, StoreError } from './object-store.ts';

/** What a device that waits to be approved must remember. */
export interface Joining {
  readonly invite: string;
  readonly code: string;
  /** The request as it was signed: put again as it is, where the first put was lost. */
  readonly request: string;
  readonly checkCode: string;
}

export interface JoinParts {
  readonly workspaces: Workspaces;
  readonly clock: Clock;
  readonly openStore: (settings: StoreSettings) => ObjectStore;
}

/** Makes a workspace on this device that waits to be approved. Nothing of the request is kept where it fails. */
export async function join(
  { workspaces, clock, openStore }: JoinParts,
  { link: text, deviceName: given, passphrase }: JoinRequest,
): Promise<Result<Session, JoinError | PassphraseError | AlreadyHere | StoreError | StorageError>> {
  const link = readInviteLink(text);
  if (link === null) return err({ type: 'BadLink' });
  const store = openStore(link.store);
  const log = await readLog(store, link);
  if (!log.ok) return log;
  const { lines, membership } = log.value;
  const invite = membership.invites.get(link.invite);
  if (invite === undefined) return err({ type: 'BadLink' });
  if (!isOpenInvite(invite)) return err({ type: 'InviteUsed' });
  if (isExpiredInvite(invite, new Date(clock.now()).toISOString())) {
    return err({ type: 'InviteExpired' });
  }

  const device = createDeviceId();
  const deviceName = workspaces.screenName(given);
  const deviceKeys = await createDeviceKeys();
  const { workspace, code } = link;
  const { position } = membership;
  const request = await writeJoinRequest({
    code,
    workspace,
    invite: link.invite,
    device,
    deviceKeys,
    name: deviceName,
    membership: position,
  });
  const digits = await checkCode({
    code,
    membership: position,
    signing: deviceKeys.signing.publicKey,
    agreement: deviceKeys.agreement.publicKey,
  });
  const joining: Joining = { invite: link.invite, code, request, checkCode: digits };
  const session = await workspaces.join({
    workspace,
    name: deviceName,
    passphrase,
    lines,
    rootHash: link.rootHash,
    store: link.store,
    joining: joining as unknown as Json,
    device,
    deviceKeys,
  });
  if (!session.ok) return session;
  const put = await store.put(
    new Names(workspace).request(link.invite, device),
    utf8Bytes(request),
  );
  if (put.ok) return session;
  await session.value.end({ everywhere: false });
  await workspaces.remove(workspace);
  return put;
}

interface ReadLog {
  readonly lines: readonly string[];
  readonly membership: MembershipState;
}

/** The log as the store has it, believed from the root that the link names, and at least as long as when the link was made. */
async function readLog(
  store: ObjectStore,
  { workspace, rootHash, newest }: InviteLink,
): Promise<Result<ReadLog, JoinError | StoreError>> {
  const names = new Names(workspace);
  const root = await lineAt(store, names.root);
  if (!root.ok) return root;
  const genesis = await lineAt(store, names.membership(0));
  if (!genesis.ok) return genesis;
  const lines = [root.value ?? '', genesis.value ?? ''];
  let verified = await verifyMembership({ lines, rootHash });
  while (verified.ok) {
    const membership = verified.value;
    const line = await lineAt(store, names.membership(membership.position.n + 1));
    if (!line.ok) return line;
    if (line.value === null) {
      return membership.position.n < newest || membership.workspace !== workspace
        ? err({ type: 'OtherWorkspace' })
        : ok({ lines, membership });
    }
    lines.push(line.value);
    // One by one: a store that never comes to an end is found out at its first line of its own.
    verified = await extendMembership(membership, [line.value]);
  }
  return err({ type: verified.error.type === 'NewerFormat' ? 'NewerFormat' : 'OtherWorkspace' });
}

async function lineAt(
  store: ObjectStore,
  name: string,
): Promise<Result<string | null, StoreError>> {
  const got = await store.get(name);
  return got.ok ? ok(got.value === null ? null : readUtf8(got.value)) : got;
}

export type Approval =
  | { readonly type: 'waiting' }
  | { readonly type: 'approved'; readonly lines: readonly string[] }
  /** The invite was withdrawn or has expired, or another device has used it up. */
  | { readonly type: 'refused' };

/** Whether an admin has let this device in. */
export async function readApproval(
  store: ObjectStore,
  session: Session,
  { invite, request }: Joining,
  now: number,
): Promise<Result<Approval, StoreError | { readonly type: 'OtherWorkspace' }>> {
  const names = new Names(session.workspace);
  const known = await session.membershipLines();
  const start = await verifyMembership({ lines: known });
  if (!start.ok) return err({ type: 'OtherWorkspace' });
  let membership = start.value;
  const lines = [...known];
  for (;;) {
    const got = await store.get(names.membership(membership.position.n + 1));
    if (!got.ok) return got;
    const line = got.value === null ? null : readUtf8(got.value);
    if (line === null) break;
    const extended = await extendMembership(membership, [line]);
    if (!extended.ok) return err({ type: 'OtherWorkspace' });
    membership = extended.value;
    lines.push(line);
  }
  if (membership.devices.has(session.device)) return ok({ type: 'approved', lines });
  const open = membership.invites.get(invite);
  const isOver =
    open === undefined || !isOpenInvite(open) || isExpiredInvite(open, new Date(now).toISOString());
  if (isOver) return ok({ type: 'refused' });
  const put = await store.put(names.request(invite, session.device), utf8Bytes(request));
  return put.ok ? ok({ type: 'waiting' }) : put;
}
