/** Attachments in the store: content in sealed parts, under a name that only members can compute. PROTOCOL.md section 2. */

import { concatBytes } from '#base/bytes.ts';
import { err, ok, type Result } from '#base/result.ts';
import { sha256 } from '#crypto/hash.ts';
import { attachmentName } from '#crypto/workspace-keys.ts';
import type { Round, RoundError } from './round.ts';
import { openFrom, sealFor } from './sealing.ts';

/** Of the content; sealed and padded a part stays below what one request may carry. */
const PART_BYTES = 768 * 1024;

export interface Blob {
  readonly name: string;
  /** How many there are: a record that names the attachment says so, since a store may hide the last one. */
  readonly parts: number;
}

export type BlobError =
  | RoundError
  /** A part is not there yet. */
  | { readonly type: 'NotThere' }
  /** A part is not what a member put there, or the whole is not what its name says. */
  | { readonly type: 'NotAuthentic' };

/** Before the segment that names it. The same content twice is one blob, whoever puts it. */
export async function putBlob(
  round: Round,
  content: Uint8Array<ArrayBuffer>,
): Promise<Result<Blob, RoundError>> {
  const name = await attachmentName(round.keys.fixedKey, await sha256(content));
  const parts = Math.max(1, Math.ceil(content.length / PART_BYTES));
  for (let part = 0; part < parts; part++) {
    const slice = content.subarray(part * PART_BYTES, (part + 1) * PART_BYTES);
    const sealed = await sealFor(round, 'blobPart', part, slice);
    const put = await round.store.put(round.names.blobPart(name, part), sealed.bytes);
    if (!put.ok) return put;
  }
  return ok({ name, parts });
}

export async function getBlob(
  round: Round,
  { name, parts }: Blob,
): Promise<Result<Uint8Array<ArrayBuffer>, BlobError>> {
  const contents: Uint8Array[] = [];
  for (let part = 0; part < parts; part++) {
    const got = await round.store.get(round.names.blobPart(name, part));
    if (!got.ok) return got;
    if (got.value === null) return err({ type: 'NotThere' });
    const opened = await openFrom(round, got.value, 'blobPart', part);
    if (opened === null) return err({ type: 'NotAuthentic' });
    contents.push(opened.body);
  }
  const content = concatBytes(...contents);
  const isWhole = (await attachmentName(round.keys.fixedKey, await sha256(content))) === name;
  return isWhole ? ok(content) : err({ type: 'NotAuthentic' });
}
