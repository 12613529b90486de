/**
 * The built app, held in memory and answered by name. A request is looked up in a table of the files
 * that were there at the start, so no path leads out of the folder.
 */

import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { join, relative, sep } from 'node:path';
import { contentTypeOf, isCompressible } from './content-types.ts';
import { compress, encodedName, tagOf, type Encoding } from './encoding.ts';
import { securityHeaders } from './headers.ts';

interface StaticFile {
  readonly body: Buffer;
  readonly type: string;
  readonly etag: string;
  readonly cacheControl: string;
  /** Read, or compressed where the build has not, at the first request for it; then kept. */
  readonly encoded: Map<Encoding, Promise<Buffer>>;
}

/** Answers GET and HEAD of the app's files, and refuses everything else. */
export type StaticSite = (request: IncomingMessage, response: ServerResponse) => Promise<void>;

export interface StaticSiteOptions {
  readonly directory: string;
  /** Where the build has put the files compressed (encoding.ts). */
  readonly encoded?: string;
  readonly stores: readonly string[];
}

export function createStaticSite({ directory, encoded, stores }: StaticSiteOptions): StaticSite {
  const filesByPath = readFiles(directory, stores);
  const headers = securityHeaders(stores);

  return async (request, response) => {
    for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
    if (request.method !== 'GET' && request.method !== 'HEAD') {
      response.setHeader('Allow', 'GET, HEAD');
      sendText(response, 405, 'Only GET and HEAD are answered here.');
      return;
    }
    const file = filesByPath.get(pathOf(request.url ?? '/'));
    if (!file) {
      sendText(response, 404, 'Not found.');
      return;
    }
    await sendFile(request, response, file, encoded);
  };
}

async function sendFile(
  request: IncomingMessage,
  response: ServerResponse,
  file: StaticFile,
  encoded: string | undefined,
): Promise<void> {
  const encoding = isCompressible(file.type)
    ? chooseEncoding(request.headers['accept-encoding'])
    : null;
  const etag = encoding ? `"${file.etag}-${encoding}"` : `"${file.etag}"`;
  response.setHeader('Cache-Control', file.cacheControl);
  response.setHeader('ETag', etag);
  if (isCompressible(file.type)) response.setHeader('Vary', 'Accept-Encoding');
  if (isMatch(request.headers['if-none-match'], etag)) {
    response.writeHead(304).end();
    return;
  }
  const body = encoding ? await encode(file, encoding, encoded) : file.body;
  if (encoding) response.setHeader('Content-Encoding', encoding);
  response.setHeader('Content-Type', file.type);
  response.setHeader('Content-Length', body.length);
  response.writeHead(200);
  response.end(request.method === 'HEAD' ? undefined : body);
}

function sendText(response: ServerResponse, status: number, text: string): void {
  response.setHeader('Content-Type', 'text/plain; charset=utf-8');
  response.setHeader('Cache-Control', 'no-store');
  response.writeHead(status).end(response.req.method === 'HEAD' ? undefined : `${text}\n`);
}

/** The path of a request, as the table's keys are written; a malformed one is in no table. */
function pathOf(url: string): string {
  const path = url.split(/[?#]/, 1)[0] ?? '';
  return path.endsWith('/') ? `${path}index.html` : path;
}

/** The better of the encodings that the browser names and does not refuse with `q=0`. */
function chooseEncoding(acceptEncoding: string | string[] | undefined): Encoding | null {
  const accepted = String(acceptEncoding ?? '')
    .split(',')
    .map((part) => part.trim().toLowerCase())
    .filter((part) => !/;\s*q=0(?:\.0*)?$/.test(part))
    .map((part) => part.split(';', 1)[0]);
  if (accepted.includes('br')) return 'br';
  return accepted.includes('gzip') ? 'gzip' : null;
}

/** RFC 9110 section 13.1.2: a list of tags, compared weakly, or a star. */
function isMatch(ifNoneMatch: string | undefined, etag: string): boolean {
  if (ifNoneMatch === undefined) return false;
  return ifNoneMatch
    .split(',')
    .map((tag) => tag.trim().replace(/^W\//, ''))
    .some((tag) => tag === '*' || tag === etag);
}

function encode(file: StaticFile, encoding: Encoding, folder: string | undefined): Promise<Buffer> {
  const known = file.encoded.get(encoding);
  if (known) return known;
  const built = folder === undefined ? '' : join(folder, encodedName(file.etag));
  const encoded =
    encoding === 'br' && existsSync(built) ? readFile(built) : compress(file.body, encoding);
  file.encoded.set(encoding, encoded);
  return encoded;
}

function readFiles(directory: string, stores: readonly string[]): Map<string, StaticFile> {
  const filesByPath = new Map<string, StaticFile>();
  for (const entry of readdirSync(directory, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const file = join(entry.parentPath, entry.name);
    const path = `/${relative(directory, file).split(sep).map(encodeURIComponent).join('/')}`;
    const body = path === '/sw.js' ? serviceWorker(readFileSync(file), stores) : readFileSync(file);
    filesByPath.set(path, {
      body,
      type: contentTypeOf(entry.name),
      etag: tagOf(body),
      // Vite writes a hash of the content into the name of what lies in assets/.
      cacheControl: path.startsWith('/assets/')
        ? 'public, max-age=31536000, immutable'
        : 'no-cache',
      encoded: new Map(),
    });
  }
  return filesByPath;
}

/** See: [Note: Headers live in the cache], in sw/sw.ts. */
function serviceWorker(script: Buffer, stores: readonly string[]): Buffer {
  if (stores.length === 0) return script;
  const line = `self.HOLDFAST_STORES = ${JSON.stringify(stores.join(' '))};\n`;
  return Buffer.concat([Buffer.from(line), script]);
}
