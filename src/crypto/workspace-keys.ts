/** The keys that a team shares, sealed to each device and to the recovery key by the membership records that carry them. FORMAT.md sections 7 and 8. */

import { bytesToBase64, hexToBytes, randomBytes } from '#base/bytes.ts';
import { isId, type DeviceId, type WorkspaceId } from '#base/ids.ts';
import { assert, err, ok, type Result } from '#base/result.ts';
import * as v from 'valibot';
import {
  epochKeyBytes,
  fixedKeyBytes,
  type AgreementPublicKeyBytes,
  type AssociatedDataBytes,
  type EpochKeyBytes,
  type FixedKeyBytes,
} from './byte-types.ts';
import { openWith, sealTo } from './hpke.ts';
import type { AgreementKeys } from './key-pairs.ts';
import { associatedData, type NewerFormat, type NotAuthentic } from './sealing.ts';
import { base64Of, fromBase64 } from './signed-line.ts';

declare const brand: unique symbol;
/** SHA-256 of the root's body, in hex: what a kit, an invite and a backup name to say which workspace they mean. */
export type RootHash = string & { readonly [brand]: 'RootHash' };

export interface WorkspaceKeys {
  readonly epoch: number;
  readonly epochKey: EpochKeyBytes;
  readonly fixedKey: FixedKeyBytes;
}

export type WrapRecipient = DeviceId | 'recovery';

/** All that wrapped keys are bound to, but for their recipient. */
export interface WrapPlace {
  readonly workspace: WorkspaceId;
  readonly rootHash: RootHash;
  /** The number of the record that carries them. */
  readonly record: number;
  readonly epoch: number;
}

/** The workspace's keys of one epoch, sealed to one recipient. */
export interface KeyWrap {
  readonly to: WrapRecipient;
  readonly record: number;
  readonly epoch: number;
  readonly epochKey: Uint8Array;
  readonly fixedKey: Uint8Array;
}

/** How a record spells them. */
export type WrapFields = v.InferOutput<typeof WrapFields>;

const EPOCH_KEY_INFO = 'holdfast/1 epoch key';
const FIXED_KEY_INFO = 'holdfast/1 fixed key';

/** Section 7: suite, `enc`, a key of 32 bytes, tag. */
const envelope = base64Of(1 + 32 + 32 + 16);

export const WrapFields = v.strictObject({
  to: v.union([
    v.literal('recovery'),
    v.custom<DeviceId>((id) => typeof id === 'string' && isId(id)),
  ]),
  epochKey: envelope,
  fixedKey: envelope,
});

/** Those of epoch 0. */
export function createWorkspaceKeys(): WorkspaceKeys {
  return {
    epoch: 0,
    epochKey: epochKeyBytes(randomBytes(32)),
    fixedKey: fixedKeyBytes(randomBytes(32)),
  };
}

export async function wrapKeys(
  { epochKey, fixedKey }: WorkspaceKeys,
  to: WrapRecipient,
  agreement: AgreementPublicKeyBytes,
  place: WrapPlace,
): Promise<WrapFields> {
  const bound = wrapData(to, place);
  return {
    to,
    epochKey: bytesToBase64(await sealTo(agreement, epochKey, EPOCH_KEY_INFO, bound)),
    fixedKey: bytesToBase64(await sealTo(agreement, fixedKey, FIXED_KEY_INFO, bound)),
  };
}

export function readWraps(
  wraps: readonly WrapFields[],
  record: number,
  epoch: number,
): readonly KeyWrap[] {
  return wraps.map(({ to, epochKey, fixedKey }) => ({
    to,
    record,
    epoch,
    epochKey: fromBase64(epochKey),
    fixedKey: fromBase64(fixedKey),
  }));
}

export type WorkspaceKeysError = { readonly type: 'NotWrapped' } | NotAuthentic | NewerFormat;

/** What of a verified membership log is needed to open the keys in it. */
export interface WrappedKeys {
  readonly workspace: WorkspaceId;
  readonly rootHash: RootHash;
  readonly wraps: readonly KeyWrap[];
}

/** The newest keys that were wrapped to one recipient. */
export async function openWorkspaceKeys(
  { workspace, rootHash, wraps }: WrappedKeys,
  recipient: WrapRecipient,
  agreement: AgreementKeys,
): Promise<Result<WorkspaceKeys, WorkspaceKeysError>> {
  const wrap = wraps.findLast(({ to }) => to === recipient);
  if (wrap === undefined) return err({ type: 'NotWrapped' });
  const bound = wrapData(recipient, { ...wrap, workspace, rootHash });
  const epochKey = await openWith(agreement, wrap.epochKey, EPOCH_KEY_INFO, bound);
  if (!epochKey.ok) return epochKey;
  const fixedKey = await openWith(agreement, wrap.fixedKey, FIXED_KEY_INFO, bound);
  if (!fixedKey.ok) return fixedKey;
  // An envelope as long as the schema demands holds 32 bytes.
  return ok({
    epoch: wrap.epoch,
    epochKey: epochKeyBytes(epochKey.value),
    fixedKey: fixedKeyBytes(fixedKey.value),
  });
}

function wrapData(
  to: WrapRecipient,
  { workspace, rootHash, record, epoch }: WrapPlace,
): AssociatedDataBytes {
  const root = hexToBytes(rootHash);
  assert(root, 'a root hash is hexadecimal');
  return associatedData({
    table: 'membership',
    id: workspace,
    version: record,
    recipient: to,
    root,
    epoch,
  });
}
