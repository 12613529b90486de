/** ListObjectsV2: its parameters, and the XML that answers them. */

import { err, ok, type Result } from '#base/result.ts';
import { byteTextToText, percentEncode, type ByteText } from './byte-text.ts';
import type { ListedObject, ListOptions, Objects } from './objects.ts';
import { isListable, type StoreRequest } from './request.ts';
import type { S3Error } from './s3-error.ts';
import { element, xmlDocument } from './xml.ts';

const MAX_KEYS = 1000;

/** What is understood; the delimiter and the older version of the list are not. */
const parameterNames: readonly string[] = [
  'list-type',
  'prefix',
  'start-after',
  'continuation-token',
  'max-keys',
  'encoding-type',
  'fetch-owner',
  'x-id',
];

export async function listObjects(
  objects: Objects,
  bucket: string,
  query: StoreRequest['query'],
): Promise<Result<string, S3Error>> {
  const parameters = new Map<string, ByteText>(query);
  const isKnown = [...parameters.keys()].every((name) => parameterNames.includes(name));
  if (!isKnown || parameters.get('list-type') !== '2') return err({ type: 'NotImplemented' });
  const options = readOptions(parameters);
  if (!options) return err({ type: 'InvalidArgument' });

  const { prefix, limit, isEncoded } = options;
  const { objects: listed, next } =
    limit === 0 ? { objects: [], next: null } : await objects.list(options);
  const written = isEncoded ? percentEncodePath : (bytes: ByteText) => byteTextToText(bytes) ?? '';
  const result = [
    '<ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/">',
    element`<Name>${bucket}</Name><Prefix>${written(prefix)}</Prefix>`,
    element`<KeyCount>${listed.length}</KeyCount><MaxKeys>${limit}</MaxKeys>`,
    ...(isEncoded ? ['<EncodingType>url</EncodingType>'] : []),
    element`<IsTruncated>${String(next !== null)}</IsTruncated>`,
    ...(next === null ? [] : [nextElement(next)]),
    ...listed.map((object) => contentsElement(object, written)),
    '</ListBucketResult>',
  ];
  return ok(xmlDocument(result.join('')));
}

function nextElement(next: ByteText): string {
  return element`<NextContinuationToken>${keyToToken(next)}</NextContinuationToken>`;
}

function contentsElement(
  { key, facts }: ListedObject,
  written: (bytes: ByteText) => string,
): string {
  return element`<Contents><Key>${written(key)}</Key><LastModified>${facts.modifiedAt.toISOString()}</LastModified><ETag>${facts.etag}</ETag><Size>${facts.size}</Size><StorageClass>STANDARD</StorageClass></Contents>`;
}

function readOptions(
  parameters: ReadonlyMap<string, ByteText>,
): (ListOptions & { isEncoded: boolean }) | null {
  const prefix = parameters.get('prefix') ?? ('' as ByteText);
  const startAfter = parameters.get('start-after') ?? ('' as ByteText);
  const token = parameters.get('continuation-token');
  const after = token === undefined ? startAfter : tokenToKey(token);
  const maxKeys = parameters.get('max-keys') ?? String(MAX_KEYS);
  const encoding = parameters.get('encoding-type');
  if (after === null || !isListable(prefix) || !isListable(after)) return null;
  if (!/^\d{1,9}$/.test(maxKeys) || (encoding !== undefined && encoding !== 'url')) return null;
  return {
    prefix,
    after,
    limit: Math.min(Number(maxKeys), MAX_KEYS),
    isEncoded: encoding === 'url',
  };
}

/** A place in a list is the last key before it. */
function keyToToken(key: ByteText): string {
  return Buffer.from(key, 'latin1').toString('base64url');
}

function tokenToKey(token: string): ByteText | null {
  const key = Buffer.from(token, 'base64url').toString('latin1') as ByteText;
  return key !== '' && keyToToken(key) === token ? key : null;
}

function percentEncodePath(bytes: ByteText): string {
  return percentEncode(bytes).replaceAll('%2F', '/');
}
