/** Objects that stand in no device's log (snapshots, attachments): sealed by this device, opened from any member's. PROTOCOL.md section 7. */

import type { DeviceId } from '#base/ids.ts';
import { assert } from '#base/result.ts';
import { epochAt, hashAt, isActiveAt } from '#crypto/membership.ts';
import {
  isObjectSignedBy,
  NO_OBJECT,
  openObject,
  readObjectHeader,
  sealObject,
  type ObjectKind,
  type SealedObject,
} from '#crypto/sealed-object.ts';
import type { Round } from './round.ts';

export function sealFor(
  round: Round,
  kind: ObjectKind,
  number: number,
  body: Uint8Array,
): Promise<SealedObject> {
  const epochKey = round.keys.keyOf(round.keys.current);
  assert(epochKey, 'the current epoch has a key');
  return sealObject(
    {
      kind,
      workspace: round.session.workspace,
      device: round.device,
      number,
      epoch: round.keys.current,
      previous: NO_OBJECT,
      membership: round.membership.position,
    },
    body,
    { epochKey, signing: round.deviceKeys.signing },
  );
}

export interface OpenedObject {
  readonly device: DeviceId;
  readonly epoch: number;
  /** Up to which record its author had read the membership log. */
  readonly membershipN: number;
  readonly body: Uint8Array<ArrayBuffer>;
}

/** `null` for what no active member sealed for this place. */
export async function openFrom(
  round: Round,
  bytes: Uint8Array<ArrayBuffer>,
  kind: ObjectKind,
  number: number,
): Promise<OpenedObject | null> {
  const header = readObjectHeader(bytes);
  if (!header.ok) return null;
  const { device, epoch, membership, workspace } = header.value;
  const member = round.membership.devices.get(device);
  const isFitting =
    header.value.kind === kind &&
    header.value.number === number &&
    workspace === round.session.workspace &&
    member !== undefined &&
    isActiveAt(member, membership.n) &&
    hashAt(round.membership, membership.n) === membership.hash &&
    epoch >= (epochAt(round.membership, membership.n) ?? 0);
  if (!isFitting || !(await isObjectSignedBy(bytes, member.signing))) return null;
  const key = round.keys.keyOf(epoch);
  const opened = key === undefined ? null : await openObject(bytes, key);
  return opened?.ok === true
    ? { device, epoch, membershipN: membership.n, body: opened.value }
    : null;
}
