/** Checkpoints: once a day a device signs where its chain stands. FORMAT.md, "Audit log". What came before may be pruned then, and a chain that somebody made anew does not fit. */

import { utf8Bytes } from '#base/bytes.ts';
import type { DeviceId, WorkspaceId } from '#base/ids.ts';
import type { SigningKeys } from '#crypto/key-pairs.ts';
import { signSsh, verifySsh } from '#crypto/ssh-signature.ts';
import type { Head } from './chain.ts';

export const CHECKPOINT_NAMESPACE = 'holdfast-audit';

export interface Signable extends Head {
  readonly workspace: WorkspaceId;
  readonly device: DeviceId;
}

/** One line: workspace, device, the event's number, its hash. */
export function checkpointText({ workspace, device, n, hash }: Signable): string {
  return `${workspace} ${device} ${n} ${hash}\n`;
}

/** Armored, as `ssh-keygen -Y sign -n holdfast-audit` writes it. */
export function signCheckpoint(keys: SigningKeys, head: Signable): Promise<string> {
  return signSsh(keys, CHECKPOINT_NAMESPACE, utf8Bytes(checkpointText(head)));
}

/** Who signed it, as `ssh-keygen -l` prints it; null: it does not fit. */
export async function checkpointSigner(armored: string, head: Signable): Promise<string | null> {
  const signer = await verifySsh({
    armored,
    namespace: CHECKPOINT_NAMESPACE,
    message: utf8Bytes(checkpointText(head)),
  });
  return signer.ok ? signer.value.fingerprint : null;
}
