/** How an unlocked tab gives the vault key to a locked one: sealed to a fresh key, never posted bare. FORMAT.md section 7. */

import { randomBytes } from '#base/bytes.ts';
import type { WorkspaceId } from '#base/ids.ts';
import { err, ok, type Result } from '#base/result.ts';
import {
  privateKeyBytes,
  vaultKeyBytes,
  type AgreementPublicKeyBytes,
  type AssociatedDataBytes,
  type EnvelopeBytes,
  type VaultKeyBytes,
} from './byte-types.ts';
import { openWith, sealTo } from './hpke.ts';
import { agreementPublicKeyOf, importAgreementKey, type AgreementKeys } from './key-pairs.ts';
import { wipe } from './keys.ts';
import { associatedData, type OpenError } from './sealing.ts';

const INFO = 'holdfast/1 handover';

/** For one handover only; the locked tab's worker drops them with the answer. */
export async function createHandoverKeys(): Promise<AgreementKeys> {
  const scalar = privateKeyBytes(randomBytes(32));
  const privateKey = await importAgreementKey(scalar);
  wipe(scalar);
  return { privateKey, publicKey: await agreementPublicKeyOf(privateKey) };
}

export async function sealVaultKeyTo(
  recipient: AgreementPublicKeyBytes,
  vaultKey: VaultKeyBytes,
  workspace: WorkspaceId,
): Promise<EnvelopeBytes> {
  return sealTo(recipient, vaultKey, INFO, handoverData(workspace));
}

export async function openHandover(
  keys: AgreementKeys,
  envelope: Uint8Array,
  workspace: WorkspaceId,
): Promise<Result<VaultKeyBytes, OpenError>> {
  const opened = await openWith(keys, envelope, INFO, handoverData(workspace));
  if (!opened.ok) return opened;
  return opened.value.length === 32
    ? ok(vaultKeyBytes(opened.value))
    : err({ type: 'NotAuthentic' });
}

function handoverData(workspace: WorkspaceId): AssociatedDataBytes {
  return associatedData({ table: 'handover', id: workspace, version: 1 });
}
