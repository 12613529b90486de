/**
 * Invites: the code that an admin hands over, the link that carries it, the request to join that it signs, and the digits that
 * people compare. FORMAT.md section 13.
 */

import {
  base64ToBytes,
  bytesToBase32,
  bytesToBase64,
  bytesToBase64Url,
  bytesToHex,
  bytesToUtf8,
  concatBytes,
  hexToBytes,
  randomBytes,
  utf8Bytes,
} from '#base/bytes.ts';
import { isId, type DeviceId, type WorkspaceId } from '#base/ids.ts';
import { assert, err, ok, type Result } from '#base/result.ts';
import * as v from 'valibot';
import {
  agreementPublicKeyBytes,
  privateKeyBytes,
  signingPublicKeyBytes,
  type AgreementPublicKeyBytes,
  type AssociatedDataBytes,
  type SealingKey,
  type SigningPublicKeyBytes,
} from './byte-types.ts';
import type { DeviceKeys } from './device-keys.ts';
import { hkdf, hkdfSealingKey, sha256 } from './hash.ts';
import { importSigningKey, signingPublicKeyOf, type SigningKeys } from './key-pairs.ts';
import { wipe } from './keys.ts';
import type { MembershipPosition } from './membership-state.ts';
import {
  associatedData,
  open,
  seal,
  type NewerFormat,
  type NotAuthentic,
  type OpenError,
} from './sealing.ts';
import { base64Of, fromBase64, isSignedBy, parseLine, signLine } from './signed-line.ts';
import type { RootHash } from './workspace-keys.ts';

const FORMAT = 1;

const id = v.pipe(v.string(), v.check(isId));
const deviceId = v.custom<DeviceId>((text) => typeof text === 'string' && isId(text));
const workspaceId = v.custom<WorkspaceId>((text) => typeof text === 'string' && isId(text));
const count = v.pipe(v.number(), v.safeInteger(), v.minValue(0));
const hash = v.pipe(v.string(), v.regex(/^[0-9a-f]{64}$/));

// ---- The code -------------------------------------------------------------------------------------------------------

/** 128 random bits, spelled as ids are. A secret: whoever has it can ask to join. */
export function createInviteCode(): string {
  return bytesToBase32(randomBytes(16));
}

export interface InviteKeys {
  /** Its public half stands in the invite's record; the other signs the request to join. */
  readonly signing: SigningKeys;
  /** Hides the joiner's name from the store. */
  readonly sealing: SealingKey;
}

export async function inviteKeys(code: string): Promise<InviteKeys> {
  const secret = utf8Bytes(code);
  const none = new Uint8Array(0);
  const seed = privateKeyBytes(await hkdf(secret, none, 'holdfast/1 invite signing'));
  const signing = {
    publicKey: await signingPublicKeyOf(seed),
    privateKey: await importSigningKey(seed),
  };
  const sealing = await hkdfSealingKey(secret, none, 'holdfast/1 invite sealing');
  wipe(secret, seed);
  return { signing, sealing };
}

// ---- The request to join --------------------------------------------------------------------------------------------

export interface NewJoinRequest {
  readonly code: string;
  readonly workspace: WorkspaceId;
  readonly invite: string;
  readonly device: DeviceId;
  readonly deviceKeys: DeviceKeys;
  /** What people call the device. */
  readonly name: string;
  /** How much of the membership log the joiner has verified. */
  readonly membership: MembershipPosition;
}

export interface JoinRequest {
  readonly device: DeviceId;
  readonly signing: SigningPublicKeyBytes;
  readonly agreement: AgreementPublicKeyBytes;
  readonly membership: MembershipPosition;
  readonly sealedName: Uint8Array;
}

/** Where a request lies, as far as its contents must agree. */
export interface InvitePlace {
  readonly workspace: WorkspaceId;
  readonly invite: string;
}

/** Signed twice, the one signature over the other: the device has the keys that it names, and whoever asks has the code. */
export async function writeJoinRequest({
  code,
  workspace,
  invite,
  device,
  deviceKeys: { signing, agreement },
  name,
  membership,
}: NewJoinRequest): Promise<string> {
  const keys = await inviteKeys(code);
  const sealedName = await seal(
    keys.sealing,
    utf8Bytes(name),
    nameData({ workspace, invite }, device),
  );
  const body = JSON.stringify({
    format: FORMAT,
    type: 'join',
    workspace,
    invite,
    device,
    signing: bytesToBase64(signing.publicKey),
    agreement: bytesToBase64(agreement.publicKey),
    membership: [membership.n, membership.hash],
    name: bytesToBase64(sealedName),
  } satisfies Request);
  const byDevice = await signLine(signing.privateKey, body, 'join');
  return signLine(keys.signing.privateKey, byDevice, 'join');
}

export type JoinRequestError = NotAuthentic | NewerFormat;

/** `inviteKey` is that of the invite's record. The store can't make a request that passes: it never sees the code. */
export async function readJoinRequest(
  text: string,
  { workspace, invite, inviteKey }: InvitePlace & { readonly inviteKey: SigningPublicKeyBytes },
): Promise<Result<JoinRequest, JoinRequestError>> {
  const byInvite = parseLine(text);
  if (byInvite === null || !(await isSignedBy(inviteKey, byInvite, 'join'))) return notAuthentic();
  const byDevice = parseLine(byInvite.body);
  if (byDevice === null) return notAuthentic();
  const numbers = v.safeParse(AnyFormat, byDevice.value);
  if (numbers.success && numbers.output.format > FORMAT) return err({ type: 'NewerFormat' });
  const request = v.safeParse(Request, byDevice.value);
  if (!request.success) return notAuthentic();

  const { device, membership, name } = request.output;
  if (request.output.workspace !== workspace || request.output.invite !== invite) {
    return notAuthentic();
  }
  const signing = signingPublicKeyBytes(fromBase64(request.output.signing));
  if (!(await isSignedBy(signing, byDevice, 'join'))) return notAuthentic();
  return ok({
    device,
    signing,
    agreement: agreementPublicKeyBytes(fromBase64(request.output.agreement)),
    membership: { n: membership[0], hash: membership[1] },
    sealedName: fromBase64(name),
  });
}

/** For the device that made the invite: it alone kept the code. */
export async function openJoinName(
  { device, sealedName }: JoinRequest,
  { code, ...place }: InvitePlace & { readonly code: string },
): Promise<Result<string, OpenError>> {
  const { sealing } = await inviteKeys(code);
  const opened = await open(sealing, sealedName, nameData(place, device));
  if (!opened.ok) return opened;
  try {
    return ok(bytesToUtf8(opened.value));
  } catch {
    return notAuthentic();
  }
}

type Request = v.InferOutput<typeof Request>;
const Request = v.strictObject({
  format: v.literal(FORMAT),
  type: v.literal('join'),
  workspace: workspaceId,
  invite: id,
  device: deviceId,
  signing: base64Of(32),
  agreement: base64Of(32),
  membership: v.strictTuple([count, hash]),
  name: v.pipe(
    v.string(),
    v.check((text) => base64ToBytes(text) !== null),
    v.maxLength(1024),
  ),
});

const AnyFormat = v.looseObject({ format: v.number() });

function notAuthentic(): Result<never, NotAuthentic> {
  return err({ type: 'NotAuthentic' });
}

function nameData({ workspace, invite }: InvitePlace, device: DeviceId): AssociatedDataBytes {
  return associatedData({ table: 'join', id: invite, version: 1, workspace, device });
}

// ---- The digits -----------------------------------------------------------------------------------------------------

export interface CheckedKeys {
  readonly code: string;
  /** The position that the joiner named. */
  readonly membership: MembershipPosition;
  readonly signing: SigningPublicKeyBytes;
  readonly agreement: AgreementPublicKeyBytes;
}

/**
 * 20 digits in groups of four, for people to compare: who got hold of the link and asks in the joiner's place would need keys that give the same, one
 * pair in 2⁶⁶. 128 bits are taken modulo 10²⁰, so that no digits are likelier than others by more than 2⁻⁶¹.
 */
export async function checkCode({
  code,
  membership,
  signing,
  agreement,
}: CheckedKeys): Promise<string> {
  const membershipHash = hexToBytes(membership.hash);
  assert(isId(code) && membershipHash?.length === 32, 'a code and a hash have one length each');
  const number = new Uint8Array(8);
  new DataView(number.buffer).setBigUint64(0, BigInt(membership.n));
  const digest = await sha256(
    concatBytes(
      utf8Bytes('holdfast/1 check code\n'),
      utf8Bytes(code),
      number,
      membershipHash,
      signing,
      agreement,
    ),
  );
  const bits = BigInt(`0x${bytesToHex(digest.subarray(0, 16))}`);
  const digits = (bits % 10n ** 20n).toString().padStart(20, '0');
  return digits.replace(/(\d{4})(?=\d)/g, '$1 ');
}

// ---- The link -------------------------------------------------------------------------------------------------------

/** All that a device needs to find the workspace and to ask to join it. A secret, as a whole. */
export interface InviteLink {
  readonly store: {
    readonly endpoint: string;
    readonly bucket: string;
    readonly prefix: string;
    readonly region: string;
    readonly pathStyle: boolean;
    readonly accessKey: string;
    readonly secretKey: string;
  };
  readonly workspace: WorkspaceId;
  readonly rootHash: RootHash;
  /** The number of the newest record when the link was made: the log that the joiner is shown must reach it. */
  readonly newest: number;
  readonly invite: string;
  readonly code: string;
}

/** `base`: the app's own address. What is behind `#` never goes to its host. */
export function writeInviteLink(base: string, link: InviteLink): string {
  const { store, workspace, rootHash, newest, invite, code } = link;
  const text = JSON.stringify({
    e: store.endpoint,
    b: store.bucket,
    p: store.prefix,
    r: store.region,
    y: store.pathStyle,
    a: store.accessKey,
    s: store.secretKey,
    w: workspace,
    h: rootHash,
    n: newest,
    i: invite,
    c: code,
  } satisfies LinkFields);
  return `${base.split('#')[0]}#/join/${bytesToBase64Url(utf8Bytes(text))}`;
}

/** Takes the whole link or what is behind its `#`, with the spaces that a mail puts in. `null`: it is none. */
export function readInviteLink(text: string): InviteLink | null {
  if (text.length > MAX_LINK_LENGTH) return null;
  const packed = text.replace(/\s/g, '');
  const fragment = packed.slice(packed.search(/[^/#]*$/));
  const fields = v.safeParse(LinkFields, parseFragment(fragment));
  if (!fields.success) return null;
  const { e, b, p, r, y, a, s, w, h, n, i, c } = fields.output;
  return {
    store: {
      endpoint: e,
      bucket: b,
      prefix: p,
      region: r,
      pathStyle: y,
      accessKey: a,
      secretKey: s,
    },
    workspace: w,
    rootHash: h as RootHash,
    newest: n,
    invite: i,
    code: c,
  };
}

/** A link that a QR code can hold is far shorter. */
const MAX_LINK_LENGTH = 8 * 1024;

type LinkFields = v.InferOutput<typeof LinkFields>;
const LinkFields = v.strictObject({
  e: v.string(),
  b: v.string(),
  p: v.string(),
  r: v.string(),
  y: v.boolean(),
  a: v.string(),
  s: v.string(),
  w: workspaceId,
  h: hash,
  n: count,
  i: id,
  c: id,
});

function parseFragment(fragment: string): unknown {
  const base64 = fragment.replaceAll('-', '+').replaceAll('_', '/');
  const bytes = base64ToBytes(base64.padEnd(Math.ceil(base64.length / 4) * 4, '='));
  if (bytes === null) return null;
  try {
    return JSON.parse(bytesToUtf8(bytes));
  } catch {
    return null;
  }
}
