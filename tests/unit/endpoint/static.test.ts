import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, request, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createStaticSite } from '#endpoint/static.ts';

const folder = mkdtempSync(join(tmpdir(), 'holdfast-static-'));
const directory = join(folder, 'app');
const script = 'console.log("kelp");\n'.repeat(200);
let server: Server;

interface Answer {
  status: number;
  headers: IncomingHttpHeaders;
  body: Buffer;
}

/** Node's own client sends the path as it is; `fetch` would resolve its dots. */
function ask(
  path: string,
  { method = 'GET', headers = {} }: { method?: string; headers?: Record<string, string> } = {},
): Promise<Answer> {
  const { port } = server.address() as AddressInfo;
  return new Promise((resolve, reject) => {
    request({ port, host: '127.0.0.1', path, method, headers }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('end', () =>
        resolve({
          status: response.statusCode ?? 0,
          headers: response.headers,
          body: Buffer.concat(chunks),
        }),
      );
    })
      .on('error', reject)
      .end();
  });
}

function serve(stores: readonly string[]): Promise<Server> {
  const site = createStaticSite({ directory, stores });
  const started = createServer((incoming, response) => void site(incoming, response));
  return new Promise((resolve) => started.listen(0, '127.0.0.1', () => resolve(started)));
}

beforeAll(async () => {
  mkdirSync(join(directory, 'assets'), { recursive: true });
  writeFileSync(join(folder, 'secret.txt'), 'outside');
  writeFileSync(join(directory, 'index.html'), '<!doctype html><title>Holdfast</title>');
  writeFileSync(join(directory, 'sw.js'), 'self.list = [];\n');
  writeFileSync(join(directory, 'manifest.webmanifest'), '{}');
  writeFileSync(join(directory, 'icon.png'), Buffer.from([0x89, 0x50]));
  writeFileSync(join(directory, 'a name.txt'), 'spaced');
  writeFileSync(join(directory, 'assets/index-abc.js'), script);
  writeFileSync(join(directory, 'assets/engine-abc.wasm'), Buffer.alloc(16));
  server = await serve(['https://s3.example.com:9000']);
});

afterAll(() => {
  server.close();
  rmSync(folder, { recursive: true });
});

describe('the host of the built app', () => {
  it.each([
    ['/', 'text/html; charset=utf-8', 'no-cache'],
    ['/index.html?source=home', 'text/html; charset=utf-8', 'no-cache'],
    ['/sw.js', 'text/javascript; charset=utf-8', 'no-cache'],
    ['/manifest.webmanifest', 'application/manifest+json; charset=utf-8', 'no-cache'],
    ['/icon.png', 'image/png', 'no-cache'],
    ['/a%20name.txt', 'text/plain; charset=utf-8', 'no-cache'],
    [
      '/assets/index-abc.js',
      'text/javascript; charset=utf-8',
      'public, max-age=31536000, immutable',
    ],
    ['/assets/engine-abc.wasm', 'application/wasm', 'public, max-age=31536000, immutable'],
  ])('answers %s as %s, %s', async (path, type, cacheControl) => {
    const { status, headers } = await ask(path);
    expect(status).toBe(200);
    expect(headers['content-type']).toBe(type);
    expect(headers['cache-control']).toBe(cacheControl);
  });

  it.each([
    '/../secret.txt',
    '/..%2fsecret.txt',
    '/%2e%2e/secret.txt',
    '/assets/../../secret.txt',
    '/assets/..\\..\\secret.txt',
    '//secret.txt',
    '/assets',
    '/assets/',
    '/%zz',
    '/%00',
    '/__proto__',
    '/toString',
  ])('knows nothing at %s', async (path) => {
    const { status, body } = await ask(path);
    expect(status).toBe(404);
    expect(body.toString()).toBe('Not found.\n');
  });

  it.each(['/', '/assets/index-abc.js', '/nothing'])(
    'sends every security header with %s',
    async (path) => {
      const { headers } = await ask(path);
      const policy = headers['content-security-policy'];
      expect(policy).toContain("default-src 'none'");
      expect(policy).toContain("connect-src 'self' https://s3.example.com:9000;");
      expect(policy).toContain("require-trusted-types-for 'script'");
      expect(policy).not.toMatch(/unsafe-inline|'unsafe-eval'|\*/);
      expect(headers).toMatchObject({
        'cross-origin-embedder-policy': 'require-corp',
        'cross-origin-opener-policy': 'same-origin',
        'cross-origin-resource-policy': 'same-origin',
        'referrer-policy': 'no-referrer',
        'x-content-type-options': 'nosniff',
      });
      expect(headers['permissions-policy']).toContain('geolocation=()');
    },
  );

  it('compresses text as the browser accepts it, and pictures never', async () => {
    const accept = (encodings: string) => ({ headers: { 'accept-encoding': encodings } });
    const brotli = await ask('/assets/index-abc.js', accept('gzip, deflate, br'));
    expect(brotli.headers['content-encoding']).toBe('br');
    expect(brotliDecompressSync(brotli.body).toString()).toBe(script);
    expect(brotli.headers.vary).toBe('Accept-Encoding');

    const gzip = await ask('/assets/index-abc.js', accept('gzip;q=0.5, br;q=0'));
    expect(gzip.headers['content-encoding']).toBe('gzip');
    expect(gunzipSync(gzip.body).toString()).toBe(script);

    const plain = await ask('/assets/index-abc.js');
    expect(plain.headers['content-encoding']).toBeUndefined();
    expect(plain.body.toString()).toBe(script);
    expect(new Set([brotli, gzip, plain].map(({ headers }) => headers.etag)).size).toBe(3);

    const picture = await ask('/icon.png', accept('br'));
    expect(picture.headers['content-encoding']).toBeUndefined();
  });

  it('answers 304 to who has the file already', async () => {
    const { headers } = await ask('/');
    const etag = headers.etag ?? '';
    for (const tags of [etag, `"other", ${etag}`, `W/${etag}`, '*']) {
      const again = await ask('/', { headers: { 'if-none-match': tags } });
      expect(again.status, tags).toBe(304);
      expect(again.body.length).toBe(0);
      expect(again.headers['content-security-policy']).toBeDefined();
    }
    expect((await ask('/', { headers: { 'if-none-match': '"other"' } })).status).toBe(200);
  });

  it('answers HEAD like GET, without the body', async () => {
    const { status, headers, body } = await ask('/assets/index-abc.js', { method: 'HEAD' });
    expect(status).toBe(200);
    expect(headers['content-length']).toBe(String(script.length));
    expect(body.length).toBe(0);
  });

  it.each(['POST', 'PUT', 'DELETE', 'OPTIONS', 'TRACE'])('refuses %s', async (method) => {
    const { status, headers } = await ask('/', { method });
    expect(status).toBe(405);
    expect(headers.allow).toBe('GET, HEAD');
  });

  it('tells the service worker which stores its files were served for', async () => {
    const script = await ask('/sw.js');
    expect(script.body.toString()).toBe(
      'self.HOLDFAST_STORES = "https://s3.example.com:9000";\nself.list = [];\n',
    );
    const other = await serve([]);
    try {
      const { port } = other.address() as AddressInfo;
      const answer = await fetch(`http://127.0.0.1:${port}/sw.js`);
      expect(await answer.text()).toBe('self.list = [];\n');
    } finally {
      other.close();
    }
  });
});
