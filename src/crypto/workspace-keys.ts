/** The keys that a team shares, sealed to each device and to the recovery key by the membership records that carry them. FORMAT.md sections 7 and 8. */

import { bytesToBase64, bytesToHex, hexToBytes, randomBytes, utf8Bytes } from '#base/bytes.ts';
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
  type HashBytes,
  type SealingKey,
} from './byte-types.ts';
import { hkdf, hkdfSealingKey } from './hash.ts';
import { openWith, sealTo } from './hpke.ts';
import type { AgreementKeys } from './key-pairs.ts';
import { wipe } from './keys.ts';
import { associatedData, open, seal, type NewerFormat, type NotAuthentic } from './sealing.ts';
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

/** The key of the epoch before, sealed under that of `epoch`: whoever has a newer key reaches the older ones. */
export interface EpochChain {
  /** The number of the record that carries it. */
  readonly record: number;
  readonly epoch: number;
  readonly sealed: Uint8Array;
}

/** Section 4: format, nonce, a key of 32 bytes, tag. */
export const CHAIN_LENGTH = 1 + 12 + 32 + 16;

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

/** Those of the next epoch. The fixed key stays as it is: names made with it must not change. */
export function nextWorkspaceKeys({ epoch, fixedKey }: WorkspaceKeys): WorkspaceKeys {
  return { epoch: epoch + 1, epochKey: epochKeyBytes(randomBytes(32)), fixedKey };
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

// ---- All epochs -----------------------------------------------------------------------------------------------------

/** Every epoch key that one recipient can reach. */
export interface EpochKeys {
  /** The newest epoch among them. */
  readonly current: number;
  readonly fixedKey: FixedKeyBytes;
  readonly keyOf: (epoch: number) => EpochKeyBytes | undefined;
}

/**
 * From the newest epoch down: a key that was wrapped to the recipient itself, or else the one that the epoch after it carries. One that neither gives
 * is missing, and those before it too, down to the next wrapped one.
 */
export async function openEpochKeys(
  state: WrappedKeys & { readonly chains: readonly EpochChain[] },
  recipient: WrapRecipient,
  agreement: AgreementKeys,
): Promise<Result<EpochKeys, WorkspaceKeysError>> {
  const newest = await openWorkspaceKeys(state, recipient, agreement);
  if (!newest.ok) return newest;
  const { epoch: current, epochKey, fixedKey } = newest.value;
  const keys = new Map([[current, epochKey]]);
  for (let epoch = current - 1; epoch >= 0; epoch--) {
    const older =
      (await openWrappedEpoch(state, epoch, recipient, agreement)) ??
      (await openChained(state, epoch, keys.get(epoch + 1)));
    if (older !== null) keys.set(epoch, older);
  }
  return ok({ current, fixedKey, keyOf: (epoch) => keys.get(epoch) });
}

/** When the workspace locks. */
export function wipeEpochKeys({ current, fixedKey, keyOf }: EpochKeys): void {
  wipe(fixedKey);
  for (let epoch = 0; epoch <= current; epoch++) wipe(keyOf(epoch) ?? new Uint8Array(0));
}

/** Seals the key before under the new one, for the record that begins an epoch. */
export async function sealChain(
  next: WorkspaceKeys,
  before: EpochKeyBytes,
  place: WrapPlace,
): Promise<string> {
  const key = await chainKey(next.epochKey, place.workspace);
  return bytesToBase64(await seal(key, before, chainData(place)));
}

async function openWrappedEpoch(
  { workspace, rootHash, wraps }: WrappedKeys,
  epoch: number,
  recipient: WrapRecipient,
  agreement: AgreementKeys,
): Promise<EpochKeyBytes | null> {
  const wrap = wraps.findLast((each) => each.to === recipient && each.epoch === epoch);
  if (wrap === undefined) return null;
  const bound = wrapData(recipient, { ...wrap, workspace, rootHash });
  const opened = await openWith(agreement, wrap.epochKey, EPOCH_KEY_INFO, bound);
  return opened.ok ? epochKeyBytes(opened.value) : null;
}

async function openChained(
  { workspace, rootHash, chains }: WrappedKeys & { readonly chains: readonly EpochChain[] },
  epoch: number,
  after: EpochKeyBytes | undefined,
): Promise<EpochKeyBytes | null> {
  const chain = chains.find((each) => each.epoch === epoch + 1);
  if (chain === undefined || after === undefined) return null;
  const key = await chainKey(after, workspace);
  const place = { workspace, rootHash, record: chain.record, epoch: chain.epoch };
  const opened = await open(key, chain.sealed, chainData(place));
  // A sealed value as long as the schema demands holds 32 bytes.
  return opened.ok ? epochKeyBytes(opened.value) : null;
}

function chainKey(epochKey: EpochKeyBytes, workspace: WorkspaceId): Promise<SealingKey> {
  return hkdfSealingKey(epochKey, utf8Bytes(workspace), 'holdfast/1 epoch chain');
}

function chainData({ workspace, rootHash, record, epoch }: WrapPlace): AssociatedDataBytes {
  return associatedData({
    table: 'epochChain',
    id: workspace,
    version: record,
    root: rootBytes(rootHash),
    epoch,
  });
}

// ---- Under the fixed key --------------------------------------------------------------------------------------------

/**
 * What an attachment is called in a store, 64 hexadecimal digits: the same for the same content in the same workspace, and nothing that tells an outsider
 * which known file it is. Takes the content's SHA-256, since a file may be larger than memory.
 */
export async function attachmentName(
  fixedKey: FixedKeyBytes,
  contentSha256: HashBytes,
): Promise<string> {
  const keyBytes = await hkdf(fixedKey, new Uint8Array(0), 'holdfast/1 attachment names');
  const algorithm = { name: 'HMAC', hash: 'SHA-256' };
  const key = await crypto.subtle.importKey('raw', keyBytes, algorithm, false, ['sign']);
  wipe(keyBytes);
  return bytesToHex(new Uint8Array(await crypto.subtle.sign('HMAC', key, contentSha256)));
}

// ---- What wrapped keys are bound to ---------------------------------------------------------------------------------

function wrapData(
  to: WrapRecipient,
  { workspace, rootHash, record, epoch }: WrapPlace,
): AssociatedDataBytes {
  return associatedData({
    table: 'membership',
    id: workspace,
    version: record,
    recipient: to,
    root: rootBytes(rootHash),
    epoch,
  });
}

function rootBytes(rootHash: RootHash): Uint8Array {
  const root = hexToBytes(rootHash);
  assert(root, 'a root hash is hexadecimal');
  return root;
}
