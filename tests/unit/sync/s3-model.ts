/** A service of the S3 API on loopback that does right, but for what a test tells it to get wrong. It checks no signature. */

import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { StoreSettings } from '#sync/messages.ts';

/** Answers in the model's place where it returns `true`. */
export type Fault = (request: S3Request, response: ServerResponse) => boolean | Promise<boolean>;

export interface S3Request {
  readonly method: string;
  /** Without the bucket; empty for the bucket itself. */
  readonly key: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingMessage['headers'];
  readonly body: Buffer;
}

export interface S3Model {
  readonly settings: StoreSettings;
  readonly objects: Map<string, Buffer>;
  readonly requests: S3Request[];
  fault: Fault | null;
  pageSize: number;
  stop(): Promise<void>;
}

export const BUCKET = 'field-team';

export async function startS3Model(): Promise<S3Model> {
  const server = createServer((request, response) => void handle(request, response));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const model: S3Model = {
    settings: {
      endpoint: `http://127.0.0.1:${port}`,
      bucket: BUCKET,
      prefix: 'teams/north sea/',
      region: 'us-east-1',
      pathStyle: true,
      accessKey: 'AKIAEXAMPLE',
      secretKey: 'not a secret',
    },
    objects: new Map(),
    requests: [],
    fault: null,
    pageSize: 1000,
    async stop() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  return model;

  async function handle(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(incoming.url ?? '/', 'http://127.0.0.1');
    const parts: Buffer[] = [];
    for await (const part of incoming) parts.push(part as Buffer);
    const [bucket, ...key] = url.pathname.slice(1).split('/').map(decodeURIComponent);
    const request: S3Request = {
      method: incoming.method ?? '',
      key: key.join('/'),
      query: url.searchParams,
      headers: incoming.headers,
      body: Buffer.concat(parts),
    };
    model.requests.push(request);
    if (model.fault && (await model.fault(request, response))) return;
    if (!incoming.headers.authorization) refuse(response, 403, 'AccessDenied');
    else if (bucket !== BUCKET) refuse(response, 404, 'NoSuchBucket');
    else answer(request, response);
  }

  function answer(
    { method, key, query, headers, body }: S3Request,
    response: ServerResponse,
  ): void {
    if (method === 'GET' && key === '') {
      response.end(listXml(query.get('prefix') ?? '', query.get('start-after') ?? ''));
    } else if (method === 'GET') {
      const object = model.objects.get(key);
      if (object) response.end(object);
      else refuse(response, 404, 'NoSuchKey');
    } else if (method === 'PUT' && headers['if-none-match'] === '*' && model.objects.has(key)) {
      refuse(response, 412, 'PreconditionFailed');
    } else if (method === 'PUT') {
      model.objects.set(key, body);
      response.end();
    } else if (method === 'DELETE') {
      model.objects.delete(key);
      response.writeHead(204).end();
    } else refuse(response, 405, 'MethodNotAllowed');
  }

  function listXml(prefix: string, after: string): string {
    const keys = [...model.objects.keys()]
      .filter(
        (key) => key.startsWith(prefix) && Buffer.compare(Buffer.from(key), Buffer.from(after)) > 0,
      )
      .sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
    const page = keys.slice(0, model.pageSize);
    return listOf(page, page.length < keys.length);
  }
}

export function listOf(keys: readonly string[], isTruncated: boolean): string {
  const contents = keys.map(
    (key) => `<Contents><Key>${escapeXml(key)}</Key><Size>1</Size></Contents>`,
  );
  return `<?xml version="1.0" encoding="UTF-8"?>
<ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><Name>${BUCKET}</Name><IsTruncated>${isTruncated}</IsTruncated>${contents.join('')}</ListBucketResult>`;
}

export function refuse(response: ServerResponse, status: number, code: string, more = ''): true {
  response.writeHead(status, { 'Content-Type': 'application/xml' });
  response.end(`<?xml version="1.0"?><Error><Code>${code}</Code>${more}</Error>`);
  return true;
}

function escapeXml(text: string): string {
  return text.replace(/[&<>]/g, (character) => `&#${character.charCodeAt(0)};`);
}
