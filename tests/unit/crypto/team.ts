/** A workspace with a log that grows by real records: what the tests of membership, its keys and its vectors start from. */

import { bytesToBase64, utf8Bytes } from '#base/bytes.ts';
import { createDeviceId, createWorkspaceId, type DeviceId } from '#base/ids.ts';
import type { Result } from '#base/result.ts';
import { createDeviceKeys, type DeviceKeys } from '#crypto/device-keys.ts';
import { createInviteCode, inviteKeys } from '#crypto/invite.ts';
import { sign, type SigningKeys } from '#crypto/key-pairs.ts';
import {
  createWorkspaceRoot,
  deviceRecord,
  inviteRecord,
  verifyMembership,
  type MembershipState,
  type RecordAuthor,
  type Role,
} from '#crypto/membership.ts';
import { createRecoveryKey, type RecoveryKey } from '#crypto/recovery.ts';
import type { RootHash } from '#crypto/workspace-keys.ts';
import { createdAt, valueOf } from './samples.ts';

export interface TeamDevice {
  readonly device: DeviceId;
  readonly deviceKeys: DeviceKeys;
}

export const NEVER_WROTE = { seq: 0, hash: '0'.repeat(64) };
export const at = '2026-11-24T08:00:00.000Z';
export const expiresAt = '2026-11-25T08:00:00.000Z';
export const afterExpiry = '2026-11-25T08:00:00.001Z';

export async function createTeamDevice(): Promise<TeamDevice> {
  return { device: createDeviceId(), deviceKeys: await createDeviceKeys() };
}

export class Team {
  readonly admin: TeamDevice;
  readonly recoveryKey: RecoveryKey;
  readonly rootHash: RootHash;
  readonly lines: readonly string[];

  private constructor(parts: Pick<Team, 'admin' | 'recoveryKey' | 'rootHash' | 'lines'>) {
    this.admin = parts.admin;
    this.recoveryKey = parts.recoveryKey;
    this.rootHash = parts.rootHash;
    this.lines = parts.lines;
  }

  static async create(): Promise<Team> {
    const admin = await createTeamDevice();
    const recoveryKey = await createRecoveryKey();
    const { lines, rootHash } = await createWorkspaceRoot({
      ...admin,
      workspace: createWorkspaceId(),
      recoveryRecipient: recoveryKey.recipient,
      recoverySigner: recoveryKey.signerPublicKey,
      createdAt,
    });
    return new Team({ admin, recoveryKey, rootHash, lines });
  }

  by({ device, deviceKeys }: TeamDevice = this.admin, when = at): RecordAuthor {
    return { lines: this.lines, device, deviceKeys, at: when };
  }

  /** The team one record later; this one stays as it is. */
  with(line: Result<string, unknown> | string): Team {
    const added = typeof line === 'string' ? line : valueOf(line);
    const { admin, recoveryKey, rootHash } = this;
    return new Team({ admin, recoveryKey, rootHash, lines: [...this.lines, added] });
  }

  async invite(invite: string, role: Role): Promise<Team> {
    const { signing } = await inviteKeys(createInviteCode());
    const fields = { invite, key: signing.publicKey, role, expiresAt };
    return this.with(await inviteRecord(this.by(), fields));
  }

  async join(invite: string, role: Role, joiner: TeamDevice): Promise<Team> {
    return this.with(await deviceRecord(this.by(), { ...publicHalves(joiner), role, invite }));
  }

  async add(joiner: TeamDevice, role: Role): Promise<Team> {
    const invite = createInviteCode();
    return (await this.invite(invite, role)).join(invite, role, joiner);
  }

  async state(): Promise<MembershipState> {
    return valueOf(await verifyMembership(this));
  }

  /** A record of any contents after the newest, as one who has the key could sign it. */
  async forge(contents: object, signer: string, signing: SigningKeys): Promise<string> {
    const { position } = await this.state();
    const header = { format: 1, n: position.n + 1, previous: position.hash, signer };
    return signContents({ ...header, at, ...contents }, signing);
  }

  /** What a writer wrote, with some of it changed, by the admin. */
  async change(line: string, changes: object): Promise<string> {
    return signContents({ ...contentsOf(line), ...changes }, this.admin.deviceKeys.signing);
  }
}

export function publicHalves({ device, deviceKeys: { signing, agreement } }: TeamDevice) {
  return { device, signing: signing.publicKey, agreement: agreement.publicKey };
}

export function contentsOf(line: string): Record<string, unknown> {
  const { body } = JSON.parse(line) as { body: string };
  return JSON.parse(body) as Record<string, unknown>;
}

async function signContents(contents: object, signing: SigningKeys): Promise<string> {
  const body = JSON.stringify(contents);
  const bytes = utf8Bytes(`holdfast/1 membership\n${body}`);
  return JSON.stringify({ body, signature: bytesToBase64(await sign(signing.privateKey, bytes)) });
}
