/** Packing bytes and unpacking them again (RFC 1952), by the browser's own streams. */

import { err, ok, type Result } from './result.ts';

export type NoGzip = { readonly type: 'NoGzip' };
export type TooLarge = { readonly type: 'TooLarge' };

export async function gzip(bytes: Uint8Array<ArrayBuffer>): Promise<Uint8Array<ArrayBuffer>> {
  const packed = new Blob([bytes]).stream().pipeThrough(new CompressionStream('gzip'));
  return new Uint8Array(await new Response(packed).arrayBuffer());
}

/** Stops as soon as there is more than the limit: a few bytes can unpack to a thousand times as many. */
export async function gunzip(
  bytes: Uint8Array<ArrayBuffer>,
  limit: number,
): Promise<Result<Uint8Array<ArrayBuffer>, NoGzip | TooLarge>> {
  const unpacked = new Blob([bytes]).stream().pipeThrough(new DecompressionStream('gzip'));
  const reader = unpacked.getReader();
  const chunks: Uint8Array<ArrayBuffer>[] = [];
  let length = 0;
  for (;;) {
    const read = await reader.read().catch(() => null);
    if (read === null) return err({ type: 'NoGzip' });
    if (read.done) return ok(new Uint8Array(await new Blob(chunks).arrayBuffer()));
    length += read.value.length;
    if (length > limit) {
      await reader.cancel();
      return err({ type: 'TooLarge' });
    }
    chunks.push(read.value);
  }
}
