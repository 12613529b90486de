/**
 * AWS Signature Version 4 in the Authorization header, from the side of who verifies: the signature
 * is computed again from the request as it came, and compared. Any region is taken as it is scoped.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
 */

import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import { err, ok, type Result } from '#base/result.ts';
import { percentEncode } from './byte-text.ts';
import type { KeyPair } from './key-pairs.ts';
import type { StoreRequest } from './request.ts';
import type { S3Error } from './s3-error.ts';

const SKEW_MS = 15 * 60 * 1000;

export interface Signature {
  /** The pair that signed. */
  readonly keyPair: KeyPair;
  /** SHA-256 of the body, in hex; `null` where the signer left the body out (UNSIGNED-PAYLOAD). */
  readonly bodyHash: string | null;
}

export function verifySignature(
  request: StoreRequest,
  keyPairs: readonly KeyPair[],
  now: number,
): Result<Signature, S3Error> {
  const { authorization } = request.headers;
  if (authorization === undefined) return err({ type: 'AccessDenied' });
  const claim = parseAuthorization(authorization);
  if (!claim) return err({ type: 'AuthorizationHeaderMalformed' });

  const keyPair = keyPairs.find(({ accessKeyId }) => accessKeyId === claim.accessKeyId);
  if (!keyPair) return err({ type: 'InvalidAccessKeyId' });

  const time = header(request, 'x-amz-date');
  const timeMs = parseTime(time);
  if (timeMs === null) return err({ type: 'AccessDenied' });
  if (!time.startsWith(claim.day)) return err({ type: 'AuthorizationHeaderMalformed' });
  if (Math.abs(now - timeMs) > SKEW_MS) return err({ type: 'RequestTimeTooSkewed' });

  const bodyHash = header(request, 'x-amz-content-sha256');
  if (!/^[0-9a-f]{64}$/.test(bodyHash) && bodyHash !== UNSIGNED) {
    const isChunked = bodyHash.startsWith('STREAMING-');
    return err({ type: isChunked ? 'NotImplemented' : 'InvalidArgument' });
  }
  if (!isEverythingSigned(request, claim)) return err({ type: 'AccessDenied' });

  const scope = `${claim.day}/${claim.region}/s3/aws4_request`;
  const canonical = canonicalRequest(request, claim.signedHeaders, bodyHash);
  const toSign = ['AWS4-HMAC-SHA256', time, scope, sha256Hex(canonical)].join('\n');
  const expected = hmac(signingKey(keyPair, claim), toSign);
  if (!timingSafeEqual(expected, Buffer.from(claim.signature, 'hex'))) {
    return err({ type: 'SignatureDoesNotMatch' });
  }
  return ok({ keyPair, bodyHash: bodyHash === UNSIGNED ? null : bodyHash });
}

const UNSIGNED = 'UNSIGNED-PAYLOAD';

interface Claim {
  readonly accessKeyId: string;
  /** YYYYMMDD */
  readonly day: string;
  readonly region: string;
  readonly signedHeaders: readonly string[];
  /** 64 hexadecimal digits. */
  readonly signature: string;
}

function parseAuthorization(authorization: string): Claim | null {
  const match =
    /^AWS4-HMAC-SHA256 +Credential=([^/,\s]+)\/(\d{8})\/([\w-]+)\/s3\/aws4_request, *SignedHeaders=([a-z0-9;-]+), *Signature=([0-9a-f]{64})$/.exec(
      authorization,
    );
  if (!match) return null;
  const [, accessKeyId = '', day = '', region = '', names = '', signature = ''] = match;
  return { accessKeyId, day, region, signedHeaders: names.split(';'), signature };
}

/** YYYYMMDDTHHMMSSZ, in ms since 1970. */
function parseTime(text: string): number | null {
  const match = /^(\d{4})(\d{2})(\d{2})T(\d{2})(\d{2})(\d{2})Z$/.exec(text);
  if (!match) return null;
  const [, year, month, day, hour, minute, second] = match;
  const time = Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`);
  return Number.isNaN(time) ? null : time;
}

/** The host and whatever speaks to the store in its own words: without them a signature could be carried elsewhere. */
function isEverythingSigned({ headers }: StoreRequest, { signedHeaders }: Claim): boolean {
  return Object.keys(headers)
    .filter((name) => name === 'host' || name.startsWith('x-amz-'))
    .every((name) => signedHeaders.includes(name));
}

function canonicalRequest(
  request: StoreRequest,
  signedHeaders: readonly string[],
  bodyHash: string,
): string {
  return [
    request.method,
    percentEncode(request.path).replaceAll('%2F', '/'),
    canonicalQuery(request),
    ...signedHeaders.map((name) => `${name}:${header(request, name)}`),
    '',
    signedHeaders.join(';'),
    bodyHash,
  ].join('\n');
}

/** Sorted by name, then by value, as they are encoded. */
function canonicalQuery({ query }: StoreRequest): string {
  return query
    .map(([name, value]) => [percentEncode(name), percentEncode(value)] as const)
    .sort(([a, x], [b, y]) => (a === b ? compare(x, y) : compare(a, b)))
    .map((pair) => pair.join('='))
    .join('&');
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** As the canonical request has it: trimmed, and each run of spaces one. */
function header({ headers }: StoreRequest, name: string): string {
  const value = (Object.hasOwn(headers, name) && headers[name]) || '';
  return (Array.isArray(value) ? value.join(',') : value).trim().replace(/\s+/g, ' ');
}

function signingKey({ secretAccessKey }: KeyPair, { day, region }: Claim): Buffer {
  return [day, region, 's3', 'aws4_request'].reduce(hmac, Buffer.from(`AWS4${secretAccessKey}`));
}

function hmac(key: Buffer, text: string): Buffer {
  return createHmac('sha256', key).update(text).digest();
}

/** Node gives the bytes of headers one to a character, and so they are hashed. */
function sha256Hex(text: string): string {
  return createHash('sha256').update(text, 'latin1').digest('hex');
}
