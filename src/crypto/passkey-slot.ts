/** The slot of a passkey: its authenticator's PRF output (WebAuthn level 3, section 10.1.4) is what opens it. FORMAT.md section 5.3. */

import { bytesToBase32, concatBytes, equalBytes } from '#base/bytes.ts';
import type { WorkspaceId } from '#base/ids.ts';
import { assert, err, ok, type Result } from '#base/result.ts';
import {
  agreementPublicKeyBytes,
  privateKeyBytes,
  vaultKeyBytes,
  type AgreementPublicKeyBytes,
  type AssociatedDataBytes,
  type SlotBytes,
  type VaultKeyBytes,
} from './byte-types.ts';
import { hkdf } from './hash.ts';
import { openWith, sealTo } from './hpke.ts';
import { agreementPublicKeyOf, importAgreementKey, type AgreementKeys } from './key-pairs.ts';
import { wipe } from './keys.ts';
import { associatedData, type NewerFormat } from './sealing.ts';
import {
  describeSlot,
  HEADER_LENGTH,
  ID_OFFSET,
  slotHeader,
  SUM_LENGTH,
  withSum,
  type TamperedSlot,
} from './slots.ts';

export type WrongPasskey = { readonly type: 'WrongPasskey' };

/** What the authenticator is asked: neither is a secret. */
export interface PasskeyQuestion {
  /** The credential's id (WebAuthn level 3, section 4), 1–1,023 bytes. */
  readonly credential: Uint8Array;
  /** 32 bytes, the PRF's `first` input. */
  readonly salt: Uint8Array;
}

/** A secret: what the authenticator gave, 32 bytes. */
export interface PasskeyAnswer {
  readonly credential: Uint8Array;
  readonly output: Uint8Array;
}

const SALT_OFFSET = HEADER_LENGTH;
const PUBLIC_KEY_OFFSET = SALT_OFFSET + 32;
const ENVELOPE_OFFSET = PUBLIC_KEY_OFFSET + 32;
const CREDENTIAL_OFFSET = ENVELOPE_OFFSET + 81;
const MAX_CREDENTIAL_LENGTH = 1023;
const OUTPUT_LENGTH = 32;

const INFO = 'holdfast/1 passkey slot';

export interface NewPasskeySlot {
  readonly workspace: WorkspaceId;
  readonly salt: Uint8Array;
  readonly answer: PasskeyAnswer;
  readonly vaultKey: VaultKeyBytes;
}

export async function createPasskeySlot({
  workspace,
  salt,
  answer,
  vaultKey,
}: NewPasskeySlot): Promise<SlotBytes> {
  const { credential, output } = answer;
  assert(
    credential.length > 0 && credential.length <= MAX_CREDENTIAL_LENGTH,
    'a credential id has the length that WebAuthn gives it',
  );
  assert(output.length === OUTPUT_LENGTH, 'a PRF output has 32 bytes');
  const { publicKey } = await keysOf(output, salt);
  return write({ header: slotHeader('passkey'), salt, publicKey, credential }, workspace, vaultKey);
}

/** The same passkey opens the slot of a new vault key, and need not be at hand for that. */
export async function resealPasskeySlot(
  slot: Uint8Array,
  workspace: WorkspaceId,
  vaultKey: VaultKeyBytes,
): Promise<SlotBytes> {
  return write(partsOf(slot), workspace, vaultKey);
}

export async function questionOf(
  slot: Uint8Array,
): Promise<Result<PasskeyQuestion, TamperedSlot | NewerFormat>> {
  const described = await describePasskeySlot(slot);
  if (!described.ok) return described;
  const { credential, salt } = partsOf(slot);
  return ok({ credential, salt });
}

/** As `describeSlot` gives it, of a slot that is known to be whole. */
export function slotId(slot: Uint8Array): string {
  return bytesToBase32(slot.subarray(ID_OFFSET, HEADER_LENGTH));
}

export interface PasskeyAttempt {
  readonly workspace: WorkspaceId;
  readonly slot: Uint8Array;
  readonly output: Uint8Array;
}

export async function openPasskeySlot({
  workspace,
  slot,
  output,
}: PasskeyAttempt): Promise<Result<VaultKeyBytes, WrongPasskey | TamperedSlot | NewerFormat>> {
  const described = await describePasskeySlot(slot);
  if (!described.ok) return described;
  if (output.length !== OUTPUT_LENGTH) return err({ type: 'WrongPasskey' });
  const parts = partsOf(slot);
  const keys = await keysOf(output, parts.salt);
  if (!equalBytes(keys.publicKey, parts.publicKey)) return err({ type: 'WrongPasskey' });
  const envelope = slot.subarray(ENVELOPE_OFFSET, CREDENTIAL_OFFSET);
  const opened = await openWith(keys, envelope, INFO, slotData(parts, workspace));
  if (!opened.ok) return opened.error.type === 'NewerFormat' ? err(opened.error) : TAMPERED;
  return opened.value.length === 32 ? ok(vaultKeyBytes(opened.value)) : TAMPERED;
}

const TAMPERED = err({ type: 'TamperedSlot' } as const);

interface Parts {
  readonly header: Uint8Array;
  readonly salt: Uint8Array;
  readonly publicKey: AgreementPublicKeyBytes;
  readonly credential: Uint8Array;
}

async function describePasskeySlot(
  slot: Uint8Array,
): Promise<Result<void, TamperedSlot | NewerFormat>> {
  const described = await describeSlot(slot);
  if (!described.ok) return described;
  const length = slot.length - SUM_LENGTH - CREDENTIAL_OFFSET;
  const fits = length > 0 && length <= MAX_CREDENTIAL_LENGTH;
  return described.value.kind === 'passkey' && fits ? ok() : TAMPERED;
}

/** Copies, which go to the page without the rest of the slot. */
function partsOf(slot: Uint8Array): Parts {
  return {
    header: slot.slice(0, HEADER_LENGTH),
    salt: slot.slice(SALT_OFFSET, PUBLIC_KEY_OFFSET),
    publicKey: agreementPublicKeyBytes(slot.slice(PUBLIC_KEY_OFFSET, ENVELOPE_OFFSET)),
    credential: slot.slice(CREDENTIAL_OFFSET, -SUM_LENGTH),
  };
}

async function write(
  parts: Parts,
  workspace: WorkspaceId,
  vaultKey: VaultKeyBytes,
): Promise<SlotBytes> {
  const { header, salt, publicKey, credential } = parts;
  const envelope = await sealTo(publicKey, vaultKey, INFO, slotData(parts, workspace));
  return withSum(concatBytes(header, salt, publicKey, envelope, credential));
}

function slotData(
  { header, salt, credential }: Parts,
  workspace: WorkspaceId,
): AssociatedDataBytes {
  const id = slotId(header);
  return associatedData({ table: 'slots', id, version: 1, workspace, salt, credential });
}

async function keysOf(output: Uint8Array, salt: Uint8Array): Promise<AgreementKeys> {
  const scalar = privateKeyBytes(await hkdf(output, salt, 'holdfast/1 passkey agreement'));
  const privateKey = await importAgreementKey(scalar);
  wipe(scalar);
  return { privateKey, publicKey: await agreementPublicKeyOf(privateKey) };
}
