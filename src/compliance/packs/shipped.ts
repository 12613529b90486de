/** The policy packs that come with the app: files of `public/policies/`, each known by the hash that the build wrote down. */

import { policyHashes } from 'virtual:policy-hashes';
import { err, type Result } from '#base/result.ts';
import { openPack, type BadSignature, type OpenedPack, type Unsigned } from './opening.ts';
import type { ReadError } from './reading.ts';

/** The file is not at hand: the app's files were never loaded whole. */
export type Unreachable = { readonly type: 'Unreachable' };
/** The host serves another file than the one that this app was built with. */
export type NotPinned = { readonly type: 'NotPinned' };

/** Text of one of the app's own files, by its path; null where it can't be had. */
export type ReadAppFile = (path: string) => Promise<string | null>;

export const PINNED: ReadonlySet<string> = new Set(Object.values(policyHashes));

export async function readShipped(
  key: string,
  readAppFile: ReadAppFile,
): Promise<Result<OpenedPack, ReadError | Unsigned | BadSignature | Unreachable | NotPinned>> {
  const text = await readAppFile(`policies/${key}.json`);
  if (text === null) return err({ type: 'Unreachable' });
  const opened = await openPack(text, new Set([policyHashes[`${key}.json`] ?? '']));
  if (!opened.ok && opened.error.type === 'Unsigned') return err({ type: 'NotPinned' });
  return opened;
}
