/** Files as they travel: compressed once, by the build, and kept beside the app under the hash of what they hold. */

import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { brotliCompress, constants, gzip } from 'node:zlib';
import { contentTypeOf, isCompressible } from './content-types.ts';

export type Encoding = 'br' | 'gzip';

/** The content's hash, which is its entity tag too. */
export function tagOf(body: Buffer): string {
  return createHash('sha256').update(body).digest('hex').slice(0, 32);
}

export function compress(body: Buffer, encoding: Encoding): Promise<Buffer> {
  return encoding === 'br'
    ? promisify(brotliCompress)(body, { params: { [constants.BROTLI_PARAM_QUALITY]: 9 } })
    : promisify(gzip)(body, { level: 9 });
}

/** Compresses every text and program below `directory` into `folder`, which holds nothing else afterwards. */
export async function encodeAll(directory: string, folder: string): Promise<void> {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const files = readdirSync(directory, { recursive: true, withFileTypes: true }).filter(
    (entry) => entry.isFile() && isCompressible(contentTypeOf(entry.name)),
  );
  await Promise.all(
    files.map(async ({ parentPath, name }) => {
      const body = readFileSync(join(parentPath, name));
      writeFileSync(join(folder, encodedName(tagOf(body))), await compress(body, 'br'));
    }),
  );
}

/** The name of what `encodeAll` has made of a file. */
export function encodedName(tag: string): string {
  return `${tag}.br`;
}
