/** What the tests of this room share: fixed ids and keys, a derivation that costs nothing, and the ways in which bytes go bad. */

import { createHash } from 'node:crypto';
import type { DeviceId, WorkspaceId } from '#base/ids.ts';
import type { Result } from '#base/result.ts';
import { vaultKeyBytes } from '#crypto/byte-types.ts';
import type { DeriveKey } from '#crypto/key-derivation.ts';
import { deriveLocalKeys } from '#crypto/keys.ts';

export const workspace = 'kelp2forest3kelp4forest5aa' as WorkspaceId;
export const otherWorkspace = 'sand2desert3sand4desert5aa' as WorkspaceId;
export const device = 'tablet2anna3tablet4anna5aa' as DeviceId;
export const otherDevice = 'laptop2bert3laptop4bert5aa' as DeviceId;
export const createdAt = '2026-11-23T01:02:03.000Z';

export const vaultKey = vaultKeyBytes(Uint8Array.from({ length: 32 }, (_, index) => index));
export const localKeys = await deriveLocalKeys(vaultKey, workspace);
export const otherLocalKeys = await deriveLocalKeys(vaultKey, otherWorkspace);

/** Depends on all that the real one depends on. */
export const deriveQuickly: DeriveKey = (request) =>
  Promise.resolve(
    new Uint8Array(
      createHash('sha256')
        .update(JSON.stringify({ ...request, salt: Array.from(request.salt) }))
        .digest(),
    ),
  );

/** Runs of a property: few while developing, many in the deep suite. */
export const numRuns = process.env['SLOW'] ? 1_000 : 25;

export function flipBit(bytes: Uint8Array, bit: number): Uint8Array<ArrayBuffer> {
  const flipped = Uint8Array.from(bytes);
  const index = Math.floor(bit / 8) % flipped.length;
  flipped[index] = (flipped[index] ?? 0) ^ (1 << (bit % 8));
  return flipped;
}

/** Fails with the error's type in the message, which says more than "expected true". */
export function valueOf<T>(result: Result<T, unknown>): T {
  if (result.ok) return result.value;
  throw new Error(`expected a value, got ${JSON.stringify(result.error)}`);
}

export function errorOf<E>(result: Result<unknown, E>): E {
  if (!result.ok) return result.error;
  throw new Error('expected an error, got a value');
}
