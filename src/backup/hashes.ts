/** SHA-256 in hex: of what fits in memory, and of files of any size. */

import { bytesToHex } from '#base/bytes.ts';
import { sha256 } from '#crypto/hash.ts';
import { createSHA256 } from 'hash-wasm';

export async function sha256Hex(bytes: Uint8Array): Promise<string> {
  return bytesToHex(await sha256(bytes));
}

export async function blobSha256Hex(blob: Blob): Promise<string> {
  const hash = await createSHA256();
  const reader = blob.stream().getReader();
  for (;;) {
    const { done, value } = await reader.read();
    if (done) break;
    hash.update(value);
  }
  return hash.digest();
}
