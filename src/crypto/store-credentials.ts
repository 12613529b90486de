/** The store's credentials, sealed to one device by the membership record that replaces them. FORMAT.md sections 7 and 8. */

import { bytesToUtf8, hexToBytes, utf8Bytes } from '#base/bytes.ts';
import type { DeviceId, WorkspaceId } from '#base/ids.ts';
import { assert, err, ok, type Result } from '#base/result.ts';
import * as v from 'valibot';
import type { AgreementPublicKeyBytes, AssociatedDataBytes, EnvelopeBytes } from './byte-types.ts';
import { openWith, sealTo } from './hpke.ts';
import type { AgreementKeys } from './key-pairs.ts';
import type { MembershipState } from './membership-state.ts';
import { associatedData } from './sealing.ts';
import type { RootHash, WorkspaceKeysError } from './workspace-keys.ts';

/** What opens the store. */
export interface StoreCredentials {
  readonly accessKey: string;
  readonly secretKey: string;
}

/** What a box is bound to. */
interface BoxPlace {
  readonly workspace: WorkspaceId;
  readonly rootHash: RootHash;
  /** The number of the record that carries it. */
  readonly record: number;
  readonly to: DeviceId;
}

const INFO = 'holdfast/1 store credentials';

const Credentials = v.strictObject({ accessKey: v.string(), secretKey: v.string() });

export async function sealCredentials(
  { accessKey, secretKey }: StoreCredentials,
  agreement: AgreementPublicKeyBytes,
  place: BoxPlace,
): Promise<EnvelopeBytes> {
  const text = JSON.stringify({ accessKey, secretKey });
  return sealTo(agreement, utf8Bytes(text), INFO, boxData(place));
}

/** The newest that the log carries for a device; *not wrapped* where it carries none. */
export async function openCredentials(
  { workspace, rootHash, credentials }: MembershipState,
  device: DeviceId,
  agreement: AgreementKeys,
): Promise<Result<StoreCredentials, WorkspaceKeysError>> {
  const box = credentials?.boxes.get(device);
  if (credentials === null || box === undefined) return err({ type: 'NotWrapped' });
  const place = { workspace, rootHash, record: credentials.record, to: device };
  const opened = await openWith(agreement, box, INFO, boxData(place));
  if (!opened.ok) return opened;
  const contents = parseCredentials(opened.value);
  return contents === null ? err({ type: 'NotAuthentic' }) : ok(contents);
}

/** `null` where an admin sealed something else. */
function parseCredentials(bytes: Uint8Array): StoreCredentials | null {
  try {
    const parsed = v.safeParse(Credentials, JSON.parse(bytesToUtf8(bytes)));
    return parsed.success ? parsed.output : null;
  } catch {
    return null;
  }
}

function boxData({ workspace, rootHash, record, to }: BoxPlace): AssociatedDataBytes {
  const root = hexToBytes(rootHash);
  assert(root, 'a root hash is hexadecimal');
  return associatedData({
    table: 'membership',
    id: workspace,
    version: record,
    recipient: to,
    root,
  });
}
