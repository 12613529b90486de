/** What a request asks of the store: path and query are decoded once, so what is verified is what is done. */

import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import { err, ok, type Result } from '#base/result.ts';
import { byteTextToText, percentDecode, type ByteText } from './byte-text.ts';
import type { S3Error } from './s3-error.ts';
import { isXmlText } from './xml.ts';

export interface StoreRequest {
  readonly method: string;
  readonly path: ByteText;
  readonly bucket: ByteText;
  /** Empty where the bucket itself is asked. */
  readonly key: ByteText;
  readonly query: readonly (readonly [name: ByteText, value: ByteText])[];
  readonly headers: IncomingHttpHeaders;
  /** Leaves the connection open when it is not read to its end, so that an answer can still be sent. */
  readonly body: AsyncIterable<Buffer>;
}

export function readRequest(request: IncomingMessage): Result<StoreRequest, S3Error> {
  const url = request.url ?? '/';
  const mark = url.indexOf('?');
  const path = percentDecode(mark === -1 ? url : url.slice(0, mark));
  const query = mark === -1 ? [] : parseQuery(url.slice(mark + 1));
  if (path === null || query === null || ![path, ...query.flat()].every(isUtf8)) {
    return err({ type: 'InvalidURI' });
  }
  const slash = path.indexOf('/', 1);
  const end = slash === -1 ? path.length : slash;
  return ok({
    method: request.method ?? 'GET',
    path,
    bucket: path.slice(1, end) as ByteText,
    key: path.slice(end + 1) as ByteText,
    query,
    headers: request.headers,
    body: { [Symbol.asyncIterator]: () => request.iterator({ destroyOnReturn: false }) },
  });
}

/** Names are listed in XML: one that XML cannot carry would make every listing unreadable. */
export function isListable(bytes: ByteText): boolean {
  const text = byteTextToText(bytes);
  return text !== null && isXmlText(text);
}

function isUtf8(bytes: ByteText): boolean {
  return byteTextToText(bytes) !== null;
}

/** In a query, unlike in a path, `+` is a space. */
function parseQuery(text: string): StoreRequest['query'] | null {
  const query: (readonly [ByteText, ByteText])[] = [];
  for (const pair of text.split('&').filter(Boolean)) {
    const [name = '', ...values] = pair.replaceAll('+', ' ').split('=');
    const decodedName = percentDecode(name);
    const value = percentDecode(values.join('='));
    if (decodedName === null || value === null) return null;
    query.push([decodedName, value]);
  }
  return query;
}
