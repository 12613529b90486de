/** Slots: each is one way to the vault key, by passphrase, recovery key or passkey (`passkey-slot.ts`). FORMAT.md section 5. */

import { bytesToBase32, concatBytes, equalBytes, randomBytes, utf8Bytes } from '#base/bytes.ts';
import type { WorkspaceId } from '#base/ids.ts';
import { assert, err, ok, type Result } from '#base/result.ts';
import { decryptAgeBytes, encryptAgeBytes } from './age.ts';
import {
  slotBytes,
  unshared,
  vaultKeyBytes,
  type SlotBytes,
  type VaultKeyBytes,
} from './byte-types.ts';
import { hkdf, sha256 } from './hash.ts';
import {
  ARGON2ID_FLOOR,
  isBeyondCeiling,
  isWeakerThanFloor,
  type Argon2idParameters,
  type DeriveKey,
} from './key-derivation.ts';
import { wipe } from './keys.ts';
import { normalizePassphrase } from './passphrase.ts';
import type { RecoveryKey } from './recovery.ts';
import { isAuthenticationFailure, type NewerFormat } from './sealing.ts';

export type TamperedSlot = { readonly type: 'TamperedSlot' };
export type WrongPassphrase = { readonly type: 'WrongPassphrase' };
export type WeakParameters = { readonly type: 'WeakParameters' };
export type WrongRecoveryKey = { readonly type: 'WrongRecoveryKey' };

export type SlotKind = 'passphrase' | 'recovery' | 'passkey';

/** What a slot says of itself, for lists of slots. */
export interface SlotDescription {
  readonly id: string;
  readonly kind: SlotKind;
}

const FORMAT = 1;
const KIND_NUMBERS: Readonly<Record<SlotKind, number>> = { passphrase: 1, recovery: 2, passkey: 3 };
const MAX_LENGTH = 4096;

const MAGIC = utf8Bytes('HFSL');
const FORMAT_OFFSET = 4;
const KIND_OFFSET = 5;
export const ID_OFFSET = 6;
export const HEADER_LENGTH = 22;
export const SUM_LENGTH = 32;

// Section 5.1.
const SALT_OFFSET = 34;
const CHECK_OFFSET = 50;
const NONCE_OFFSET = 82;
const SEALED_OFFSET = 94;
const PASSPHRASE_SLOT_LENGTH = 174;

// Section 5.2.
const WORKSPACE_OFFSET = HEADER_LENGTH;
const VAULT_KEY_OFFSET = HEADER_LENGTH + 26;
const RECOVERY_PLAINTEXT_LENGTH = VAULT_KEY_OFFSET + 32;

export interface NewPassphraseSlot {
  readonly workspace: WorkspaceId;
  readonly passphrase: string;
  readonly vaultKey: VaultKeyBytes;
  readonly derive: DeriveKey;
  readonly parameters?: Argon2idParameters;
}

/** Whether the passphrase is good enough is asked before, of `checkPassphrase`. */
export async function createPassphraseSlot({
  workspace,
  passphrase,
  vaultKey,
  derive,
  parameters = ARGON2ID_FLOOR,
}: NewPassphraseSlot): Promise<SlotBytes> {
  assert(
    !isWeakerThanFloor(parameters) && !isBeyondCeiling(parameters),
    'a new slot has parameters that readers accept',
  );
  const salt = randomBytes(CHECK_OFFSET - SALT_OFFSET);
  const { check, key } = await stretch({ passphrase, salt, parameters, derive });
  const header = concatBytes(slotHeader('passphrase'), encodeParameters(parameters), salt, check);
  const nonce = randomBytes(SEALED_OFFSET - NONCE_OFFSET);
  const sealed = await crypto.subtle.encrypt(slotCipher(nonce, workspace, header), key, vaultKey);
  return withSum(concatBytes(header, nonce, new Uint8Array(sealed)));
}

export interface PassphraseAttempt {
  readonly workspace: WorkspaceId;
  readonly slot: Uint8Array;
  readonly passphrase: string;
  readonly derive: DeriveKey;
}

export async function openPassphraseSlot({
  workspace,
  slot,
  passphrase,
  derive,
}: PassphraseAttempt): Promise<
  Result<VaultKeyBytes, WrongPassphrase | TamperedSlot | NewerFormat | WeakParameters>
> {
  const described = await describeSlot(slot);
  if (!described.ok) return described;
  if (described.value.kind !== 'passphrase' || slot.length !== PASSPHRASE_SLOT_LENGTH) {
    return err({ type: 'TamperedSlot' });
  }
  const parameters = decodeParameters(slot);
  if (isWeakerThanFloor(parameters)) return err({ type: 'WeakParameters' });
  if (isBeyondCeiling(parameters)) return err({ type: 'TamperedSlot' });

  // A copy: the salt goes to another worker, and a view would take the whole slot along.
  const salt = slot.slice(SALT_OFFSET, CHECK_OFFSET);
  const { check, key } = await stretch({ passphrase, salt, parameters, derive });
  if (!equalBytes(check, slot.subarray(CHECK_OFFSET, NONCE_OFFSET))) {
    return err({ type: 'WrongPassphrase' });
  }
  try {
    const vaultKey = await crypto.subtle.decrypt(
      slotCipher(
        slot.subarray(NONCE_OFFSET, SEALED_OFFSET),
        workspace,
        slot.subarray(0, NONCE_OFFSET),
      ),
      key,
      unshared(slot.subarray(SEALED_OFFSET, -SUM_LENGTH)),
    );
    return ok(vaultKeyBytes(new Uint8Array(vaultKey)));
  } catch (error) {
    if (isAuthenticationFailure(error)) return err({ type: 'TamperedSlot' });
    throw error;
  }
}

export interface NewRecoverySlot {
  readonly workspace: WorkspaceId;
  /** `age1…` */
  readonly recipient: string;
  readonly vaultKey: VaultKeyBytes;
}

export async function createRecoverySlot({
  workspace,
  recipient,
  vaultKey,
}: NewRecoverySlot): Promise<SlotBytes> {
  const header = slotHeader('recovery');
  const plaintext = concatBytes(header, utf8Bytes(workspace), vaultKey);
  const file = await encryptAgeBytes([recipient], plaintext);
  wipe(plaintext);
  return withSum(concatBytes(header, file));
}

export interface RecoveryAttempt {
  readonly workspace: WorkspaceId;
  readonly slot: Uint8Array;
  readonly recoveryKey: RecoveryKey;
}

export async function openRecoverySlot({
  workspace,
  slot,
  recoveryKey,
}: RecoveryAttempt): Promise<Result<VaultKeyBytes, WrongRecoveryKey | TamperedSlot | NewerFormat>> {
  const described = await describeSlot(slot);
  if (!described.ok) return described;
  if (described.value.kind !== 'recovery') return err({ type: 'TamperedSlot' });

  const opened = await decryptAgeBytes([recoveryKey], slot.subarray(HEADER_LENGTH, -SUM_LENGTH));
  if (!opened.ok) {
    return err({
      type: opened.error.type === 'NoMatchingKey' ? 'WrongRecoveryKey' : 'TamperedSlot',
    });
  }
  const plaintext = opened.value;
  const isBound =
    plaintext.length === RECOVERY_PLAINTEXT_LENGTH &&
    equalBytes(plaintext.subarray(0, WORKSPACE_OFFSET), slot.subarray(0, HEADER_LENGTH)) &&
    equalBytes(plaintext.subarray(WORKSPACE_OFFSET, VAULT_KEY_OFFSET), utf8Bytes(workspace));
  const vaultKey = isBound ? vaultKeyBytes(plaintext.slice(VAULT_KEY_OFFSET)) : null;
  wipe(plaintext);
  return vaultKey === null ? err({ type: 'TamperedSlot' }) : ok(vaultKey);
}

/** Also tells, before anything costly, whether the slot is whole and of a format that is known. */
export async function describeSlot(
  slot: Uint8Array,
): Promise<Result<SlotDescription, TamperedSlot | NewerFormat>> {
  if (slot.length < HEADER_LENGTH + SUM_LENGTH || slot.length > MAX_LENGTH) {
    return err({ type: 'TamperedSlot' });
  }
  const sum = await sha256(slot.subarray(0, -SUM_LENGTH));
  if (
    !equalBytes(slot.subarray(0, FORMAT_OFFSET), MAGIC) ||
    !equalBytes(slot.subarray(-SUM_LENGTH), sum)
  ) {
    return err({ type: 'TamperedSlot' });
  }
  const kind = SLOT_KINDS.find((name) => KIND_NUMBERS[name] === slot[KIND_OFFSET]);
  if (slot[FORMAT_OFFSET] !== FORMAT || kind === undefined) return err({ type: 'NewerFormat' });
  return ok({ id: bytesToBase32(slot.subarray(ID_OFFSET, HEADER_LENGTH)), kind });
}

const SLOT_KINDS: readonly SlotKind[] = ['passphrase', 'recovery', 'passkey'];

export function slotHeader(kind: SlotKind): Uint8Array<ArrayBuffer> {
  return concatBytes(MAGIC, Uint8Array.of(FORMAT, KIND_NUMBERS[kind]), randomBytes(16));
}

export async function withSum(bytes: Uint8Array): Promise<SlotBytes> {
  return slotBytes(concatBytes(bytes, await sha256(bytes)));
}

/** The slot check and the slot key, section 2. The stretched passphrase itself is not kept. */
async function stretch({
  passphrase,
  salt,
  parameters,
  derive,
}: {
  passphrase: string;
  salt: Uint8Array;
  parameters: Argon2idParameters;
  derive: DeriveKey;
}): Promise<{ check: Uint8Array; key: CryptoKey }> {
  const stretched = await derive({
    ...parameters,
    passphrase: normalizePassphrase(passphrase),
    salt,
  });
  assert(stretched.length === 32, 'a stretched passphrase has 32 bytes');
  const check = await hkdf(stretched, salt, 'holdfast/1 slot check');
  const keyBytes = await hkdf(stretched, salt, 'holdfast/1 slot key');
  const key = await crypto.subtle.importKey('raw', keyBytes, 'AES-GCM', false, [
    'encrypt',
    'decrypt',
  ]);
  wipe(stretched, keyBytes);
  return { check, key };
}

function slotCipher(nonce: Uint8Array, workspace: WorkspaceId, header: Uint8Array): AesGcmParams {
  return {
    name: 'AES-GCM',
    iv: unshared(nonce),
    additionalData: concatBytes(utf8Bytes(workspace), header),
  };
}

function encodeParameters({ memoryKib, iterations, parallelism }: Argon2idParameters): Uint8Array {
  const bytes = new Uint8Array(12);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, memoryKib);
  view.setUint32(4, iterations);
  view.setUint32(8, parallelism);
  return bytes;
}

/** What deriving the key of a passphrase slot costs. Of a slot that was opened: its check covers these bytes. */
export function decodeParameters(slot: Uint8Array): Argon2idParameters {
  const view = new DataView(slot.buffer, slot.byteOffset + HEADER_LENGTH, 12);
  return {
    memoryKib: view.getUint32(0),
    iterations: view.getUint32(4),
    parallelism: view.getUint32(8),
  };
}
