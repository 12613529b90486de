/**
 * Reading the membership log: `root`, then numbered records, each signed and chained to the one before. It says whose signatures count and carries
 * the workspace's keys, wrapped. FORMAT.md section 8.
 */

import { err, ok, type Result } from '#base/result.ts';
import * as v from 'valibot';
import {
  agreementPublicKeyBytes,
  signingPublicKeyBytes,
  type SigningPublicKeyBytes,
} from './byte-types.ts';
import { AnyRecord, applyRecord, isNewer, Root, timeOf } from './membership-records.ts';
import { isActiveAdmin, type MembershipState } from './membership-state.ts';
import type { NewerFormat } from './sealing.ts';
import { fromBase64, hashOf, isSignedBy, parseLine } from './signed-line.ts';
import type { RootHash, WrapRecipient } from './workspace-keys.ts';

/** `line` counts from 0, the root. */
export type MembershipError =
  /** There is none, its form is wrong, or its hash is not the one that was asked for. */
  | { readonly type: 'BadRoot' }
  /** Its form or contents are not what section 8 asks for. */
  | { readonly type: 'BadRecord'; readonly line: number }
  | { readonly type: 'BadSignature'; readonly line: number }
  /** Its number or the hash of the line before is wrong: something was left out, moved or put in. */
  | { readonly type: 'BrokenChain'; readonly line: number }
  /** Signed by someone who might not sign it then. */
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
  // Without record 0 nobody has a role.
  if (recordLines.length === 0) return err({ type: 'BrokenChain', line: 1 });
  return extendMembership(start.value, recordLines);
}

/** Goes on where a verified log ended: `lines` are the records after its newest. */
export async function extendMembership(
  state: MembershipState,
  lines: readonly string[],
): Promise<Result<MembershipState, MembershipError>> {
  let extended = state;
  for (const line of lines) {
    const next = await verifyRecord(extended, line);
    if (!next.ok) return next;
    extended = next.value;
  }
  return ok(extended);
}

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
  const roles = [{ from: 0, role: 'admin' }] as const;
  return ok({
    workspace,
    rootHash,
    createdAt,
    devices: new Map([[device.id, { role: 'admin', signing, agreement, addedAt: 0, roles }]]),
    invites: new Map(),
    recoveryRecipient,
    recoverySigner: signingPublicKeyBytes(fromBase64(recoverySigner)),
    epoch: 0,
    wraps: [],
    chains: [],
    credentials: null,
    records: [],
    position: { n: -1, hash: rootHash },
  });
}

/** Chain and signature come before the type: a type that nobody knows is "newer" only where an admin wrote it. */
async function verifyRecord(
  state: MembershipState,
  recordLine: string,
): Promise<Result<MembershipState, MembershipError>> {
  const n = state.position.n + 1;
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
  const key = signerOf(state, signer, type);
  if (key === null) return err({ type: 'NotPermitted', line });
  if (!(await isSignedBy(key, parsed))) return err({ type: 'BadSignature', line });

  const applied = applyRecord(state, type, parsed.value);
  if (applied === null) return err({ type: 'NewerFormat', line });
  if (!applied.ok) {
    return err({
      type: applied.error.type === 'NotPermitted' ? 'NotPermitted' : 'BadRecord',
      line,
    });
  }
  const position = { n, hash: await hashOf(parsed.body) };
  const before = state.records.at(-1)?.time ?? Date.parse(state.createdAt);
  const mark = {
    hash: position.hash,
    epoch: applied.value.epoch,
    time: timeOf(parsed.value) ?? before,
  };
  return ok({ ...applied.value, position, records: [...state.records, mark] });
}

/** The key of an active admin, or the recovery signer's where a device is let in: it may sign nothing else. */
function signerOf(
  state: MembershipState,
  signer: WrapRecipient,
  type: string,
): SigningPublicKeyBytes | null {
  if (signer === 'recovery') return type === 'device' ? state.recoverySigner : null;
  const member = state.devices.get(signer);
  return member && isActiveAdmin(member) ? member.signing : null;
}
