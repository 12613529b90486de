/** Suppression marks: by them an erased person is known again, and by nobody without the workspace's fixed key. FORMAT.md section 8. */

import { utf8Bytes } from '#base/bytes.ts';
import { createHMAC, createSHA256 } from 'hash-wasm';
import { wipe } from './keys.ts';
import type { FixedKeyBytes } from './byte-types.ts';
import { hkdf } from './hash.ts';

/** Hexadecimal digits of a mark: 128 bits. */
const MARK_LENGTH = 32;

/** Of an identifier (an e-mail address, a phone): the mark, the same on every device of the workspace. A list of 100,000 rows asks for as many: it does not wait. */
export type Marker = (identifier: string) => string;

export async function createMarker(fixedKey: FixedKeyBytes): Promise<Marker> {
  const key = await hkdf(fixedKey, new Uint8Array(0), 'holdfast/1 suppression marks');
  const hmac = await createHMAC(createSHA256(), key);
  wipe(key);
  return (identifier) =>
    hmac.init().update(utf8Bytes(identifier)).digest('hex').slice(0, MARK_LENGTH);
}
