/** A store on a free port, and a client that signs, and sends exactly what it is told to. */

import { mkdtempSync, rmSync } from 'node:fs';
import { request, type IncomingHttpHeaders } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AwsV4Signer } from 'aws4fetch';
import type { KeyPair } from '#endpoint/store/key-pairs.ts';
import { serveStore, type ServedStore } from './server.ts';

export interface TestStore extends ServedStore {
  readonly folder: string;
  stop(): void;
}

export async function startStore(): Promise<TestStore> {
  const parent = mkdtempSync(join(tmpdir(), 'holdfast-objects-'));
  const folder = join(parent, 'data');
  const served = await serveStore(folder);
  return {
    ...served,
    folder,
    stop() {
      served.server.close();
      served.server.closeAllConnections();
      rmSync(parent, { recursive: true });
    },
  };
}

export interface Sent {
  method: string;
  /** Path and query, as they go over the wire. */
  path: string;
  headers: Record<string, string>;
  body?: Buffer;
}

export interface Received {
  status: number;
  headers: IncomingHttpHeaders;
  body: Buffer;
  /** The code of an error's XML. */
  code: string | undefined;
}

export interface SignOptions {
  readonly keyPair: KeyPair;
  readonly region?: string;
  readonly date?: Date;
}

/** Signs a request by aws4fetch: over the path as it is given, dots and all. */
export async function sign(port: number, sent: Sent, options: SignOptions): Promise<Sent> {
  const mark = `${sent.path}?`.indexOf('?');
  const signer = new AwsV4Signer({
    url: `http://127.0.0.1:${port}/${sent.path.slice(mark)}`,
    method: sent.method,
    headers: sent.headers,
    service: 's3',
    region: options.region ?? 'auto',
    datetime: (options.date ?? new Date()).toISOString().replace(/[:-]|\.\d{3}/g, ''),
    ...options.keyPair,
  });
  signer.encodedPath = Buffer.from(sent.path.slice(0, mark))
    .toString('latin1')
    .replace(/%(..)/g, (_, digits: string) => String.fromCharCode(Number.parseInt(digits, 16)))
    .replace(
      /[^A-Za-z0-9._~/-]/g,
      (byte) => `%${byte.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`,
    );
  const { headers } = await signer.sign();
  return { ...sent, headers: Object.fromEntries(headers) };
}

export function send(port: number, { method, path, headers, body }: Sent): Promise<Received> {
  return new Promise((resolve, reject) => {
    const options = { port, host: '127.0.0.1', path, method, headers, agent: false };
    request(options, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('error', reject);
      response.on('end', () => {
        const all = Buffer.concat(chunks);
        resolve({
          status: response.statusCode ?? 0,
          headers: response.headers,
          body: all,
          code: /<Code>(\w+)<\/Code>/.exec(all.toString())?.[1],
        });
      });
    })
      .on('error', reject)
      .end(body);
  });
}

/** The path of a key, each byte but `/` escaped that an address would read as something else. */
export function keyPath(key: string): string {
  return `/holdfast/${encodeURIComponent(key).replaceAll('%2F', '/')}`;
}
