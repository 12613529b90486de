/**
 * A store of objects that speaks the S3 API, as far as PUT (also create-only), GET, HEAD, ListObjectsV2
 * and DELETE go: one bucket, addressed by path. It understands nothing of what it keeps. Whatever
 * it does not do is refused by its name in the API, never passed over.
 */

import type { IncomingMessage, OutgoingHttpHeaders, ServerResponse } from 'node:http';
import { pipeline } from 'node:stream/promises';
import { err, ok, type Result } from '#base/result.ts';
import type { KeyPairs } from './key-pairs.ts';
import { listObjects } from './listing.ts';
import { MAX_OBJECT_BYTES, type ObjectFacts, type Objects, type OpenObject } from './objects.ts';
import { isListable, readRequest, type StoreRequest } from './request.ts';
import { s3ErrorXml, statusOf, type S3Error } from './s3-error.ts';
import { verifySignature, type Signature } from './signature.ts';

export const BUCKET = 'holdfast';

export interface Store {
  /** Whether a request is for the store rather than for the site that it lies beside. */
  isFor(request: IncomingMessage): boolean;
  answer(request: IncomingMessage, response: ServerResponse): Promise<void>;
}

export interface StoreOptions {
  readonly objects: Objects;
  readonly keyPairs: KeyPairs;
  /** Told of what the folder refused, for whoever keeps the server. */
  readonly onFault: (error: unknown) => void;
}

interface Answer {
  readonly status: number;
  readonly headers?: OutgoingHttpHeaders;
  readonly body?: string | OpenObject;
}

export function createStore({ objects, keyPairs, onFault }: StoreOptions): Store {
  const pairs = [keyPairs.full, keyPairs.appendOnly];
  return {
    isFor({ url = '/', method, headers }) {
      if (url.split(/[/?]/, 2)[1] === BUCKET) return true;
      // A signature, or the question whether one may be sent, to any other path means another bucket.
      if (method === 'OPTIONS') return headers['access-control-request-method'] !== undefined;
      return headers.authorization?.startsWith('AWS4-') ?? false;
    },

    async answer(request, response) {
      await send(response, await answerTo(request));
      // What is left of a body that was not wanted; the connection can then serve again.
      request.resume();
    },
  };

  async function answerTo(incoming: IncomingMessage): Promise<Answer> {
    if (incoming.method === 'OPTIONS') return { status: 204, headers: preflightHeaders };
    const answer = await attempt(incoming);
    if (answer.ok) return answer.value;
    const [path = '/'] = (incoming.url ?? '/').split('?', 1);
    return {
      status: statusOf(answer.error),
      headers: { 'Content-Type': 'application/xml' },
      body: s3ErrorXml(answer.error, path),
    };
  }

  async function attempt(incoming: IncomingMessage): Promise<Result<Answer, S3Error>> {
    const request = readRequest(incoming);
    if (!request.ok) return request;
    const signature = verifySignature(request.value, pairs, Date.now());
    if (!signature.ok) return signature;
    try {
      return await answerSigned(request.value, signature.value);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENAMETOOLONG') {
        return err({ type: 'KeyTooLongError' });
      }
      onFault(error);
      return err({ type: 'InternalError' });
    }
  }

  async function answerSigned(
    request: StoreRequest,
    signature: Signature,
  ): Promise<Result<Answer, S3Error>> {
    if (request.bucket === '') return err({ type: 'NotImplemented' });
    if (request.bucket !== BUCKET) return err({ type: 'NoSuchBucket' });
    if (request.key === '') return answerForBucket(request);
    if (request.key.length > 1024) return err({ type: 'KeyTooLongError' });
    if (!isListable(request.key)) return err({ type: 'InvalidArgument' });
    if (request.query.some(([name]) => name !== 'x-id')) return err({ type: 'NotImplemented' });

    switch (request.method) {
      case 'PUT':
        return putObject(request, signature);
      case 'GET': {
        const object = await objects.open(request.key);
        if (!object) return err({ type: 'NoSuchKey' });
        return ok({ status: 200, headers: headersOf(object.facts), body: object });
      }
      case 'HEAD': {
        const facts = await objects.facts(request.key);
        return facts ? ok({ status: 200, headers: headersOf(facts) }) : err({ type: 'NoSuchKey' });
      }
      case 'DELETE':
        if (signature.keyPair !== keyPairs.full) return err({ type: 'AccessDenied' });
        if (wantsMore(request)) return err({ type: 'NotImplemented' });
        await objects.remove(request.key);
        return ok({ status: 204 });
      default:
        return err({ type: 'MethodNotAllowed' });
    }
  }

  async function answerForBucket(request: StoreRequest): Promise<Result<Answer, S3Error>> {
    switch (request.method) {
      case 'HEAD':
        return ok({ status: 200 });
      case 'GET': {
        const listed = await listObjects(objects, BUCKET, request.query);
        if (!listed.ok) return listed;
        const headers = { 'Content-Type': 'application/xml' };
        return ok({ status: 200, headers, body: listed.value });
      }
      default:
        return err({ type: 'MethodNotAllowed' });
    }
  }

  async function putObject(
    request: StoreRequest,
    { keyPair, bodyHash }: Signature,
  ): Promise<Result<Answer, S3Error>> {
    if (wantsMore(request)) return err({ type: 'NotImplemented' });
    const ifNoneMatch = request.headers['if-none-match'];
    if (ifNoneMatch !== undefined && ifNoneMatch !== '*') return err({ type: 'NotImplemented' });
    const createOnly = ifNoneMatch === '*';
    // To replace an object is to remove what it was.
    if (!createOnly && keyPair !== keyPairs.full) return err({ type: 'AccessDenied' });
    if (Number(request.headers['content-length'] ?? 0) > MAX_OBJECT_BYTES) {
      return err({ type: 'EntityTooLarge' });
    }
    const put = await objects.put(request.key, request.body, { createOnly, bodyHash });
    return put.ok ? ok({ status: 200, headers: { ETag: put.value.etag } }) : put;
  }
}

/** Headers that would change what a PUT or a DELETE does. */
function wantsMore({ headers }: StoreRequest): boolean {
  return Object.keys(headers).some((name) =>
    /^(?:if-match|x-amz-(?:copy-source|if-match|object-lock|server-side-encryption|write-offset).*)$/.test(
      name,
    ),
  );
}

function headersOf({ size, modifiedAt, etag }: ObjectFacts): OutgoingHttpHeaders {
  return {
    'Content-Type': 'application/octet-stream',
    'Content-Length': size,
    ETag: etag,
    'Last-Modified': modifiedAt.toUTCString(),
  };
}

/**
 * With every answer, refusals too, so that a page of any origin can read them and correct its clock by Date. Signatures
 * alone give access: no cookie does. Nothing of the store may be shown as a page, since it may share an origin with one.
 */
const headersOfAll: OutgoingHttpHeaders = {
  'Access-Control-Allow-Origin': '*',
  'Access-Control-Expose-Headers': 'ETag, Date',
  'Cache-Control': 'no-store',
  'Content-Security-Policy': "default-src 'none'; frame-ancestors 'none'; sandbox",
  'Cross-Origin-Resource-Policy': 'cross-origin',
  'X-Content-Type-Options': 'nosniff',
};

/** The star never stands for Authorization, which must be named. */
const preflightHeaders: OutgoingHttpHeaders = {
  'Access-Control-Allow-Methods': 'GET, HEAD, PUT, DELETE',
  'Access-Control-Allow-Headers':
    'Authorization, Content-Type, If-None-Match, X-Amz-Content-Sha256, X-Amz-Date, *',
  'Access-Control-Max-Age': '86400',
};

async function send(response: ServerResponse, { status, headers, body }: Answer): Promise<void> {
  const isText = typeof body === 'string';
  response.writeHead(status, {
    ...headersOfAll,
    ...headers,
    ...(isText ? { 'Content-Length': Buffer.byteLength(body) } : {}),
  });
  if (body === undefined || isText) response.end(body);
  else await pipeline(body.file.createReadStream(), response);
}
