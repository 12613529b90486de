/**
 * Sealed objects: what a store holds of a workspace's data, each compressed, padded, sealed and signed, with a header in plain that says whose it is
 * and where it belongs. FORMAT.md section 12.
 */

import { bytesToHex, concatBytes, hexToBytes, randomBytes, utf8Bytes } from '#base/bytes.ts';
import { gunzip, gzip } from '#base/gzip.ts';
import { isId, type DeviceId, type WorkspaceId } from '#base/ids.ts';
import { assert, err, ok, type Result } from '#base/result.ts';
import {
  unshared,
  type EpochKeyBytes,
  type SealingKey,
  type SigningPublicKeyBytes,
} from './byte-types.ts';
import { hkdfSealingKey, sha256 } from './hash.ts';
import { sign, verify, type SigningKeys } from './key-pairs.ts';
import { isAuthenticationFailure, type NewerFormat, type NotAuthentic } from './sealing.ts';

export type ObjectKind = 'segment' | 'snapshotPart' | 'snapshotManifest' | 'blobPart';

export interface ObjectHeader {
  readonly kind: ObjectKind;
  readonly workspace: WorkspaceId;
  /** The author. */
  readonly device: DeviceId;
  /** Which of its kind: PROTOCOL.md says how each kind counts. */
  readonly number: number;
  readonly epoch: number;
  /** In hex: the hash of the object before, or zeros. */
  readonly previous: string;
  /** How much of the membership log the author had read. */
  readonly membership: { readonly n: number; readonly hash: string };
}

export interface SealedObject {
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** In hex. */
  readonly hash: string;
}

/** Authentic, but it unpacks to more than its reader allows. */
export type TooLarge = { readonly type: 'TooLarge' };
export type ObjectError = NotAuthentic | NewerFormat | TooLarge;

/** What the first object of a chain names as the one before, and any that has none before it. */
export const NO_OBJECT = '0'.repeat(64);

const MAGIC = utf8Bytes('HFOB');
const FORMAT = 1;
const SUITE = 1;
/** By their numbers, from 1. */
const KINDS: readonly ObjectKind[] = ['segment', 'snapshotPart', 'snapshotManifest', 'blobPart'];

const FORMAT_OFFSET = 4;
const SUITE_OFFSET = 5;
const KIND_OFFSET = 6;
const WORKSPACE_OFFSET = 7;
const DEVICE_OFFSET = 33;
const NUMBER_OFFSET = 59;
const EPOCH_OFFSET = 67;
const PREVIOUS_OFFSET = 71;
const MEMBERSHIP_OFFSET = 103;
const MEMBERSHIP_HASH_OFFSET = 107;
const SALT_OFFSET = 139;
const HEADER_LENGTH = 171;
const SALT_LENGTH = 32;
const TAG_LENGTH = 16;
const SIGNATURE_LENGTH = 64;
/** Of what stands before the gzip in the plaintext: its length. */
const PREFIX_LENGTH = 4;
const MIN_LENGTH = HEADER_LENGTH + PREFIX_LENGTH + TAG_LENGTH + SIGNATURE_LENGTH;

const SIGNED_PREFIX = utf8Bytes('holdfast/1 object\n');

/** A segment of 1 MiB that unpacks to more was made to fill somebody's memory. */
const DEFAULT_LIMIT = 64 * 1024 * 1024;

export async function sealObject(
  header: ObjectHeader,
  body: Uint8Array,
  keys: { readonly epochKey: EpochKeyBytes; readonly signing: SigningKeys },
): Promise<SealedObject> {
  const plain = encodeHeader(header, randomBytes(SALT_LENGTH));
  const key = await objectKey(plain, header.kind, keys.epochKey);
  const ciphertext = await crypto.subtle.encrypt(
    cipher(plain),
    key,
    pad(await gzip(unshared(body))),
  );
  const signed = concatBytes(plain, new Uint8Array(ciphertext));
  const signature = await sign(keys.signing.privateKey, await signedBytes(signed));
  const bytes = concatBytes(signed, signature);
  return { bytes, hash: await objectHash(bytes) };
}

/** Nothing of it is checked but its form: it says where to look for the key that must have signed. */
export function readObjectHeader(bytes: Uint8Array): Result<ObjectHeader, ObjectError> {
  if (bytes.length < MIN_LENGTH || !MAGIC.every((byte, index) => bytes[index] === byte)) {
    return err({ type: 'NotAuthentic' });
  }
  const [format = 0, suite = 0, kindNumber = 0] = bytes.subarray(FORMAT_OFFSET, WORKSPACE_OFFSET);
  if (format > FORMAT) return err({ type: 'NewerFormat' });
  if (format < FORMAT || suite < SUITE || kindNumber === 0) return err({ type: 'NotAuthentic' });
  const kind = KINDS[kindNumber - 1];
  if (suite > SUITE || kind === undefined) return err({ type: 'NewerFormat' });

  const view = new DataView(bytes.buffer, bytes.byteOffset, HEADER_LENGTH);
  const workspace = asciiAt(bytes, WORKSPACE_OFFSET);
  const device = asciiAt(bytes, DEVICE_OFFSET);
  const number = Number(view.getBigUint64(NUMBER_OFFSET));
  if (!isId(workspace) || !isId(device) || !Number.isSafeInteger(number)) {
    return err({ type: 'NotAuthentic' });
  }
  return ok({
    kind,
    workspace: workspace as WorkspaceId,
    device: device as DeviceId,
    number,
    epoch: view.getUint32(EPOCH_OFFSET),
    previous: bytesToHex(bytes.subarray(PREVIOUS_OFFSET, MEMBERSHIP_OFFSET)),
    membership: {
      n: view.getUint32(MEMBERSHIP_OFFSET),
      hash: bytesToHex(bytes.subarray(MEMBERSHIP_HASH_OFFSET, SALT_OFFSET)),
    },
  });
}

/** Holds for objects of formats to come as well, so that "newer" can be believed. */
export async function isObjectSignedBy(
  bytes: Uint8Array,
  key: SigningPublicKeyBytes,
): Promise<boolean> {
  if (bytes.length < MIN_LENGTH) return false;
  const signed = bytes.subarray(0, -SIGNATURE_LENGTH);
  return verify(key, bytes.subarray(-SIGNATURE_LENGTH), await signedBytes(signed));
}

/** Says nothing of who wrote it: every member has the epoch's key. Callers check the signature first. */
export async function openObject(
  bytes: Uint8Array,
  epochKey: EpochKeyBytes,
  limit = DEFAULT_LIMIT,
): Promise<Result<Uint8Array<ArrayBuffer>, ObjectError>> {
  const header = readObjectHeader(bytes);
  if (!header.ok) return header;
  const plain = unshared(bytes.subarray(0, HEADER_LENGTH));
  const ciphertext = unshared(bytes.subarray(HEADER_LENGTH, -SIGNATURE_LENGTH));
  const key = await objectKey(plain, header.value.kind, epochKey);
  try {
    const padded = await crypto.subtle.decrypt(cipher(plain), key, ciphertext);
    const compressed = unpad(new Uint8Array(padded));
    if (compressed === null) return err({ type: 'NotAuthentic' });
    const body = await gunzip(compressed, limit);
    // A member may have sealed what is no gzip.
    if (body.ok) return body;
    return err({ type: body.error.type === 'NoGzip' ? 'NotAuthentic' : 'TooLarge' });
  } catch (error) {
    if (isAuthenticationFailure(error)) return err({ type: 'NotAuthentic' });
    throw error;
  }
}

/** In hex, over all of its bytes: what heads, manifests and the next segment name. */
export async function objectHash(bytes: Uint8Array): Promise<string> {
  return bytesToHex(await sha256(bytes));
}

/**
 * PADMÉ (Nikitin et al., "Reducing Metadata Leakage from Encrypted Files and Communication with PURBs", 2019): the next length whose binary form
 * ends in enough zeros. It costs 12 % at most and leaves few lengths to tell apart.
 */
export function padme(length: number): number {
  if (length < 2) return length;
  const exponent = bitLength(length) - 1;
  const step = 2 ** (exponent - bitLength(exponent));
  return Math.ceil(length / step) * step;
}

/** Of a whole number from 1 on; `Math.log2` is off by one near large powers of two. */
function bitLength(value: number): number {
  return value.toString(2).length;
}

function encodeHeader(header: ObjectHeader, salt: Uint8Array): Uint8Array<ArrayBuffer> {
  const { kind, workspace, device, number, epoch, previous, membership } = header;
  const previousBytes = hexToBytes(previous);
  const membershipHash = hexToBytes(membership.hash);
  assert(isId(workspace) && isId(device), 'a header names a workspace and a device');
  assert(previousBytes?.length === 32 && membershipHash?.length === 32, 'a header holds hashes');
  assert(Number.isSafeInteger(number) && number >= 0, 'objects are counted');
  assert(isU32(epoch) && isU32(membership.n), 'epochs and records are counted');
  const bytes = new Uint8Array(HEADER_LENGTH);
  const view = new DataView(bytes.buffer);
  bytes.set(MAGIC);
  bytes[FORMAT_OFFSET] = FORMAT;
  bytes[SUITE_OFFSET] = SUITE;
  bytes[KIND_OFFSET] = KINDS.indexOf(kind) + 1;
  bytes.set(utf8Bytes(workspace), WORKSPACE_OFFSET);
  bytes.set(utf8Bytes(device), DEVICE_OFFSET);
  view.setBigUint64(NUMBER_OFFSET, BigInt(number));
  view.setUint32(EPOCH_OFFSET, epoch);
  bytes.set(previousBytes, PREVIOUS_OFFSET);
  view.setUint32(MEMBERSHIP_OFFSET, membership.n);
  bytes.set(membershipHash, MEMBERSHIP_HASH_OFFSET);
  bytes.set(salt, SALT_OFFSET);
  return bytes;
}

function isU32(value: number): boolean {
  return Number.isInteger(value) && value >= 0 && value <= 0xffff_ffff;
}

function asciiAt(bytes: Uint8Array, offset: number): string {
  return String.fromCharCode(...bytes.subarray(offset, offset + 26));
}

/** The salt makes a key for this object alone. */
function objectKey(
  header: Uint8Array,
  kind: ObjectKind,
  epochKey: EpochKeyBytes,
): Promise<SealingKey> {
  const salt = header.subarray(SALT_OFFSET, HEADER_LENGTH);
  return hkdfSealingKey(epochKey, salt, `holdfast/1 object ${kind}`);
}

/** A nonce of zeros, since no key seals twice: 256 random bits of salt are drawn for every object. The whole header is associated data. */
function cipher(header: Uint8Array<ArrayBuffer>): AesGcmParams {
  return { name: 'AES-GCM', iv: new Uint8Array(12), additionalData: header };
}

async function signedBytes(signed: Uint8Array): Promise<Uint8Array> {
  return concatBytes(SIGNED_PREFIX, await sha256(signed));
}

function pad(compressed: Uint8Array): Uint8Array<ArrayBuffer> {
  const padded = new Uint8Array(padme(PREFIX_LENGTH + compressed.length));
  new DataView(padded.buffer).setUint32(0, compressed.length);
  padded.set(compressed, PREFIX_LENGTH);
  return padded;
}

/** `null` where the padding is not the one that section 12 asks for: there is one way to pad. */
function unpad(padded: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> | null {
  const end = PREFIX_LENGTH + new DataView(padded.buffer).getUint32(0);
  if (padme(end) !== padded.length || padded.subarray(end).some((byte) => byte !== 0)) return null;
  return padded.subarray(PREFIX_LENGTH, end);
}
