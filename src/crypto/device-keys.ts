/** A device's own keys: Ed25519 to sign, X25519 to be sealed to. At rest they are wrapped bytes, never stored CryptoKeys. FORMAT.md section 6. */

import { concatBytes, randomBytes } from '#base/bytes.ts';
import type { DeviceId, WorkspaceId } from '#base/ids.ts';
import { assert, err, ok, type Result } from '#base/result.ts';
import {
  agreementPublicKeyBytes,
  deviceSecretBytes,
  privateKeyBytes,
  signingPublicKeyBytes,
  type AssociatedDataBytes,
  type DeviceSecretBytes,
  type SealedBytes,
  type SealingKey,
} from './byte-types.ts';
import {
  agreementPublicKeyOf,
  importAgreementKey,
  importSigningKey,
  signingPublicKeyOf,
  type AgreementKeys,
  type SigningKeys,
} from './key-pairs.ts';
import { wipe } from './keys.ts';
import { associatedData, open, seal, type OpenError } from './sealing.ts';

export interface DeviceKeys {
  readonly signing: SigningKeys;
  readonly agreement: AgreementKeys;
}

/** Keys that were never at rest. Wrapping them overwrites the secret. */
export interface NewDeviceKeys extends DeviceKeys {
  readonly secretBytes: DeviceSecretBytes;
}

const SECRET_LENGTH = 128;

export async function createDeviceKeys(): Promise<NewDeviceKeys> {
  const seed = privateKeyBytes(randomBytes(32));
  const scalar = privateKeyBytes(randomBytes(32));
  const signing = {
    publicKey: await signingPublicKeyOf(seed),
    privateKey: await importSigningKey(seed),
  };
  const agreementPrivateKey = await importAgreementKey(scalar);
  const agreement = {
    publicKey: await agreementPublicKeyOf(agreementPrivateKey),
    privateKey: agreementPrivateKey,
  };
  const secretBytes = deviceSecretBytes(
    concatBytes(seed, signing.publicKey, scalar, agreement.publicKey),
  );
  wipe(seed, scalar);
  return { signing, agreement, secretBytes };
}

export async function wrapDeviceKeys(
  keys: NewDeviceKeys,
  secretKey: SealingKey,
  workspace: WorkspaceId,
  device: DeviceId,
): Promise<SealedBytes> {
  assert(
    keys.secretBytes.some((byte) => byte !== 0),
    'new device keys are wrapped once',
  );
  const wrapped = await seal(secretKey, keys.secretBytes, wrapData(workspace, device));
  wipe(keys.secretBytes);
  return wrapped;
}

export async function unwrapDeviceKeys(
  wrapped: Uint8Array,
  secretKey: SealingKey,
  workspace: WorkspaceId,
  device: DeviceId,
): Promise<Result<DeviceKeys, OpenError>> {
  const opened = await open(secretKey, wrapped, wrapData(workspace, device));
  if (!opened.ok) return opened;
  const secret = opened.value;
  if (secret.length !== SECRET_LENGTH) return err({ type: 'NotAuthentic' });

  const seed = privateKeyBytes(secret.slice(0, 32));
  const scalar = privateKeyBytes(secret.slice(64, 96));
  const keys: DeviceKeys = {
    signing: {
      publicKey: signingPublicKeyBytes(secret.slice(32, 64)),
      privateKey: await importSigningKey(seed),
    },
    agreement: {
      publicKey: agreementPublicKeyBytes(secret.slice(96)),
      privateKey: await importAgreementKey(scalar),
    },
  };
  wipe(secret, seed, scalar);
  return ok(keys);
}

/** Moves wrapped keys under a new vault key without making them usable in between. */
export async function rewrapDeviceKeys({
  wrapped,
  from,
  to,
  workspace,
  device,
}: {
  readonly wrapped: Uint8Array;
  readonly from: SealingKey;
  readonly to: SealingKey;
  readonly workspace: WorkspaceId;
  readonly device: DeviceId;
}): Promise<Result<SealedBytes, OpenError>> {
  const opened = await open(from, wrapped, wrapData(workspace, device));
  if (!opened.ok) return opened;
  const rewrapped = await seal(to, opened.value, wrapData(workspace, device));
  wipe(opened.value);
  return ok(rewrapped);
}

function wrapData(workspace: WorkspaceId, device: DeviceId): AssociatedDataBytes {
  return associatedData({ table: 'deviceKeys', id: device, version: 1, workspace });
}
