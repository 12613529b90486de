import { existsSync, mkdirSync, readdirSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadKeyPairs } from '#endpoint/store/key-pairs.ts';
import { openObjects } from '#endpoint/store/objects.ts';
import { keyPath, send, sign, startStore, type Received, type TestStore } from './fixture.ts';

let store: TestStore;
beforeAll(async () => {
  store = await startStore();
});
afterAll(() => store.stop());

interface AskOptions {
  readonly headers?: Record<string, string>;
  readonly body?: string | Buffer;
  readonly pair?: 'full' | 'appendOnly';
}

async function ask(method: string, path: string, options: AskOptions = {}): Promise<Received> {
  const { headers = {}, body, pair = 'full' } = options;
  const sent = {
    method,
    path,
    headers,
    ...(body === undefined ? {} : { body: Buffer.from(body) }),
  };
  return send(store.port, await sign(store.port, sent, { keyPair: store.keyPairs[pair] }));
}

const createOnly = { 'if-none-match': '*' };

/** Every key under a prefix, page by page, and how many pages it took. */
async function listAll(query: string): Promise<{ keys: string[]; pages: number }> {
  const keys: string[] = [];
  for (let pages = 1, token = ''; ; pages++) {
    const { status, body } = await ask('GET', `/holdfast?list-type=2&${query}${token}`);
    expect(status).toBe(200);
    const text = body.toString();
    const page = [...text.matchAll(/<Key>(.*?)<\/Key>/g)].map(([, key = '']) => unescape(key));
    keys.push(...page);
    expect(text).toContain(`<KeyCount>${page.length}</KeyCount>`);
    const next = /<NextContinuationToken>(.*?)</.exec(text)?.[1];
    expect(text).toContain(`<IsTruncated>${next !== undefined}</IsTruncated>`);
    if (next === undefined) return { keys, pages };
    token = `&continuation-token=${next}`;
  }
}

function unescape(text: string): string {
  return text.replace(/&#(\d+);/g, (_, code: string) => String.fromCharCode(Number(code)));
}

function filesUnder(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
}

describe('an object', () => {
  it('is put, read, asked about, listed and removed', async () => {
    const body = Buffer.from([0, 255, 10, 13]);
    const put = await ask('PUT', '/holdfast/round/trip', { body, headers: createOnly });
    expect(put.status).toBe(200);
    expect(put.headers.etag).toMatch(/^"[0-9a-f]+-4"$/);

    const got = await ask('GET', '/holdfast/round/trip');
    expect(got.status).toBe(200);
    expect(got.body).toEqual(body);
    expect(got.headers.etag).toBe(put.headers.etag);
    expect(got.headers['content-length']).toBe('4');

    const head = await ask('HEAD', '/holdfast/round/trip');
    expect(head.status).toBe(200);
    expect(head.body.length).toBe(0);
    expect(head.headers).toMatchObject({
      etag: got.headers.etag,
      'content-length': '4',
      'last-modified': got.headers['last-modified'],
    });

    const listed = (await ask('GET', '/holdfast?list-type=2&prefix=round/')).body.toString();
    expect(listed).toMatch(
      /<Contents><Key>round\/trip<\/Key><LastModified>[\d-]+T[\d:.]+Z<\/LastModified><ETag>&#34;[0-9a-f]+-4&#34;<\/ETag><Size>4<\/Size>/,
    );

    expect((await ask('DELETE', '/holdfast/round/trip')).status).toBe(204);
    expect((await ask('DELETE', '/holdfast/round/trip')).status).toBe(204);
    expect((await ask('DELETE', '/holdfast/never/there')).status).toBe(204);
    const gone = await ask('GET', '/holdfast/round/trip');
    expect([gone.status, gone.code]).toEqual([404, 'NoSuchKey']);
    expect((await ask('HEAD', '/holdfast/round/trip')).status).toBe(404);
  });

  it('is never replaced by a create-only PUT, and is by a plain one', async () => {
    await ask('PUT', '/holdfast/once', { body: 'first', headers: createOnly });
    const again = await ask('PUT', '/holdfast/once', { body: 'second', headers: createOnly });
    expect([again.status, again.code]).toEqual([412, 'PreconditionFailed']);
    expect((await ask('GET', '/holdfast/once')).body.toString()).toBe('first');

    const before = (await ask('HEAD', '/holdfast/once')).headers.etag;
    expect((await ask('PUT', '/holdfast/once', { body: 'third' })).status).toBe(200);
    expect((await ask('GET', '/holdfast/once')).body.toString()).toBe('third');
    expect((await ask('HEAD', '/holdfast/once')).headers.etag).not.toBe(before);
  });

  it('may be empty', async () => {
    expect((await ask('PUT', '/holdfast/empty', { body: '' })).status).toBe(200);
    const { status, body } = await ask('GET', '/holdfast/empty');
    expect([status, body.length]).toEqual([200, 0]);
  });

  it('is removed and replaced by the full pair alone', async () => {
    const pair = 'appendOnly';
    const kelp = { body: 'kelp', headers: createOnly, pair } as const;
    expect((await ask('PUT', '/holdfast/kept', kelp)).status).toBe(200);
    expect((await ask('PUT', '/holdfast/kept', kelp)).code).toBe('PreconditionFailed');
    for (const refused of [
      await ask('DELETE', '/holdfast/kept', { pair }),
      await ask('PUT', '/holdfast/kept', { body: 'sand', pair }),
      await ask('PUT', '/holdfast/kept', { body: '', pair }),
    ]) {
      expect([refused.status, refused.code]).toEqual([403, 'AccessDenied']);
    }
    expect((await ask('GET', '/holdfast/kept', { pair })).body.toString()).toBe('kelp');
    expect((await ask('PUT', '/holdfast/kept', { body: 'sand' })).status).toBe(200);
    expect((await ask('DELETE', '/holdfast/kept')).status).toBe(204);
  });

  it('of 200 create-only PUTs at once, one wins, and its bytes are there', async () => {
    const puts = await Promise.all(
      Array.from({ length: 200 }, (_, index) =>
        ask('PUT', '/holdfast/race/to/it', {
          body: `racer ${index}`.padEnd(20_000),
          headers: createOnly,
        }),
      ),
    );
    const winners = puts.flatMap(({ status }, index) => (status === 200 ? [index] : []));
    expect(winners).toHaveLength(1);
    expect(puts.filter(({ code }) => code === 'PreconditionFailed')).toHaveLength(199);
    const { body } = await ask('GET', '/holdfast/race/to/it');
    expect(body.toString()).toBe(`racer ${winners[0]}`.padEnd(20_000));
    expect(filesUnder(join(store.folder, 'writing'))).toEqual([]);
  });

  it('of 16 MiB is taken, and one byte more is not', async () => {
    const most = Buffer.alloc(16 * 1024 * 1024, 7);
    expect((await ask('PUT', '/holdfast/large', { body: most })).status).toBe(200);
    expect((await ask('GET', '/holdfast/large')).body.equals(most)).toBe(true);
    await ask('DELETE', '/holdfast/large');

    const more = Buffer.alloc(most.length + 1);
    const announced = await ask('PUT', '/holdfast/large', { body: more });
    expect([announced.status, announced.code]).toEqual([400, 'EntityTooLarge']);
    const streamed = await ask('PUT', '/holdfast/large', {
      body: more,
      headers: { 'transfer-encoding': 'chunked' },
    });
    expect([streamed.status, streamed.code]).toEqual([400, 'EntityTooLarge']);
    expect((await ask('HEAD', '/holdfast/large')).status).toBe(404);
    expect(filesUnder(join(store.folder, 'writing'))).toEqual([]);
  });

  it('whose sender goes away leaves nothing', async () => {
    const sent = { method: 'PUT', path: '/holdfast/broken', headers: { 'content-length': '1000' } };
    const { headers } = await sign(store.port, sent, { keyPair: store.keyPairs.full });
    const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
    const socket = connect(store.port, '127.0.0.1');
    socket.write(`PUT ${sent.path} HTTP/1.1\r\nhost: 127.0.0.1:${store.port}\r\n`);
    socket.write(`${lines.join('')}\r\nhalf of it`);
    while (filesUnder(join(store.folder, 'writing')).length === 0) await sleep(5);
    socket.destroy();
    while (filesUnder(join(store.folder, 'writing')).length > 0) await sleep(5);
    expect((await ask('HEAD', '/holdfast/broken')).status).toBe(404);
  });
});

describe('a key', () => {
  it.each([
    '../escaped',
    '..',
    '.',
    'a/../../../escaped',
    '/escaped',
    '//',
    '..\\..\\escaped',
    'C:\\escaped',
    '%2e%2e/escaped',
    'keys.json',
    '../keys.json',
    '..\u2215escaped',
  ])('cannot leave the folder: %j', async (key) => {
    const before = filesUnder(dirname(store.folder)).length;
    const path = keyPath(key).replaceAll('.', '%2E');
    expect((await ask('PUT', path, { body: key })).status).toBe(200);
    expect(filesUnder(join(store.folder, 'objects')).length).toBeGreaterThan(0);
    expect(filesUnder(dirname(store.folder))).toHaveLength(before + 1);
    expect(filesUnder(join(store.folder, 'objects')).join('\n')).not.toMatch(/\.\.|escaped$/);
    expect((await ask('GET', path)).body.toString()).toBe(key);
    expect((await listAll('')).keys).toContain(key);
    expect((await ask('DELETE', path)).status).toBe(204);
    expect(filesUnder(dirname(store.folder))).toHaveLength(before);
  });

  it.each([
    '/holdfast/../escaped',
    '/holdfast/..%2fescaped',
    '/holdfast/%2e%2e/%2e%2e/escaped',
    '/holdfast/..\\escaped',
    '/holdfast//etc/passwd',
  ])('is taken as it is written, dots and all: %s', async (path) => {
    const before = filesUnder(dirname(store.folder)).length;
    expect((await ask('PUT', path, { body: 'kelp' })).status).toBe(200);
    expect(filesUnder(dirname(store.folder))).toHaveLength(before + 1);
    expect(existsSync(join(store.folder, 'escaped'))).toBe(false);
    expect((await ask('DELETE', path)).status).toBe(204);
  });

  it.each([
    ['/holdfast/%00', 'InvalidArgument'],
    ['/holdfast/a%00b', 'InvalidArgument'],
    ['/holdfast/%01', 'InvalidArgument'],
    ['/holdfast/%EF%BF%BF', 'InvalidArgument'],
    ['/holdfast/%ff', 'InvalidURI'],
    ['/holdfast/%ED%A0%80', 'InvalidURI'],
    ['/holdfast/%zz', 'InvalidURI'],
    ['/holdfast/%', 'InvalidURI'],
    [`/holdfast/${'a'.repeat(1025)}`, 'KeyTooLongError'],
    [`/holdfast/${'%C3%A9'.repeat(513)}`, 'KeyTooLongError'],
  ])('is refused: %.30s', async (path, code) => {
    const put = await ask('PUT', path, { body: 'kelp' });
    expect([put.status, put.code]).toEqual([400, code]);
  });

  it('of 1,024 bytes is taken, whatever they are', async () => {
    for (const unit of ['a', 'A', '/', 'é']) {
      const key = unit.repeat(unit === 'é' ? 512 : 1024);
      expect((await ask('PUT', keyPath(key), { body: unit })).status).toBe(200);
      expect((await ask('GET', keyPath(key))).body.toString()).toBe(unit);
      expect((await listAll(`prefix=${encodeURIComponent(key)}`)).keys).toEqual([key]);
      await ask('DELETE', keyPath(key));
    }
  });

  it('may go on where another ends, and differ from it by case alone', async () => {
    const keys = ['Node', 'node', 'node/', 'node/a', 'node/a/b', 'node=', 'node+'];
    for (const key of keys) await ask('PUT', keyPath(key), { body: key, headers: createOnly });
    for (const key of keys) expect((await ask('GET', keyPath(key))).body.toString()).toBe(key);
    expect((await listAll('prefix=node')).keys).toEqual(keys.slice(1).sort());
    for (const key of keys) await ask('DELETE', keyPath(key));
  });
});

describe('a list', () => {
  it('agrees with a model, whatever the keys, prefix, start and page', async () => {
    const unit = fc.constantFrom('a', 'b', 'B', '/', '!', '0', 'é', '😀', '\uff5e', '&', '<', '\r');
    const key = fc.oneof(
      fc.string({ unit, minLength: 1, maxLength: 6 }),
      fc.string({ unit, minLength: 1, maxLength: 3 }).map((end) => 'long'.repeat(16) + end),
    );
    const start = fc.string({ unit, maxLength: 2 });
    const byBytes = (a: string, b: string) => Buffer.compare(Buffer.from(a), Buffer.from(b));
    let run = 0;
    await fc.assert(
      fc.asyncProperty(
        fc.uniqueArray(key, { maxLength: 12 }),
        fc.oneof(start, key),
        fc.oneof(start, key),
        fc.integer({ min: 1, max: 5 }),
        async (names, prefixEnd, afterEnd, size) => {
          const folder = `model-${run++}/`;
          const keys = names.map((name) => folder + name);
          const [prefix, after] = [folder + prefixEnd, folder + afterEnd];
          const put = keys.map((name) => ask('PUT', keyPath(name), { body: name }));
          for (const { status } of await Promise.all(put)) expect(status).toBe(200);

          const query = `prefix=${encodeURIComponent(prefix)}&start-after=${encodeURIComponent(after)}`;
          const { keys: listed } = await listAll(`${query}&max-keys=${size}`);
          const expected = keys
            .filter((name) => name.startsWith(prefix) && byBytes(name, after) > 0)
            .sort(byBytes);
          expect(listed).toEqual(expected);
          const all = await listAll(`prefix=${folder}&max-keys=${size}`);
          expect(all.keys).toEqual(keys.sort(byBytes));
        },
      ),
      { numRuns: process.env['SLOW'] ? 500 : 30 },
    );
  });

  it('of many objects comes in pages of 1,000', async () => {
    const count = process.env['SLOW'] ? 10_000 : 3000;
    const names = Array.from({ length: count }, (_, index) => String(index).padStart(10, '0'));
    const folder = join(store.folder, 'objects/many+/log+');
    mkdirSync(folder, { recursive: true });
    for (const name of names) writeFileSync(join(folder, `${name}=`), name);
    const { keys, pages } = await listAll('prefix=many/log/&max-keys=5000');
    expect(keys).toEqual(names.map((name) => `many/log/${name}`));
    expect(pages).toBe(count / 1000);
    const last = await listAll(`prefix=many/&start-after=many/log/${names.at(-10)}`);
    expect(last.keys).toHaveLength(9);
  });

  it('shows nothing that was not put', async () => {
    writeFileSync(join(store.folder, 'objects/stray.txt'), '');
    writeFileSync(join(store.folder, 'writing/half'), '');
    mkdirSync(join(store.folder, 'objects/Folder'), { recursive: true });
    const { keys } = await listAll('start-after=many0');
    expect(keys.join()).not.toMatch(/stray|half|Folder/);
  });

  it('writes names as XML text, or percent-encoded where that is asked', async () => {
    const key = `xml/<&>"'\t\n\r;]]>`;
    await ask('PUT', keyPath(key), { body: 'kelp' });
    const plain = (await ask('GET', '/holdfast?list-type=2&prefix=xml/')).body.toString();
    expect(plain).toContain('<Key>xml/&#60;&#38;&#62;&#34;&#39;&#9;&#10;&#13;;]]&#62;</Key>');
    const encoded = await ask('GET', '/holdfast?list-type=2&prefix=xml/&encoding-type=url');
    expect(encoded.body.toString()).toContain(
      '<Key>xml/%3C%26%3E%22%27%09%0A%0D%3B%5D%5D%3E</Key>',
    );
    const missing = (await ask('GET', '/holdfast/<b>&')).body.toString();
    expect(missing).toContain('<Resource>/holdfast/&#60;b&#62;&#38;</Resource>');
  });

  it.each([
    ['list-type=2&max-keys=-1', 400, 'InvalidArgument'],
    ['list-type=2&max-keys=many', 400, 'InvalidArgument'],
    ['list-type=2&continuation-token=%21', 400, 'InvalidArgument'],
    ['list-type=2&continuation-token=', 400, 'InvalidArgument'],
    ['list-type=2&encoding-type=xml', 400, 'InvalidArgument'],
    ['list-type=2&prefix=%00', 400, 'InvalidArgument'],
    ['list-type=2&prefix=%ff', 400, 'InvalidURI'],
    ['list-type=2&delimiter=/', 501, 'NotImplemented'],
    ['list-type=1', 501, 'NotImplemented'],
    ['', 501, 'NotImplemented'],
    ['versions', 501, 'NotImplemented'],
  ])('with %s is refused', async (query, status, code) => {
    const answer = await ask('GET', `/holdfast?${query}`);
    expect([answer.status, answer.code]).toEqual([status, code]);
  });

  it('of no keys is empty', async () => {
    const { body } = await ask('GET', '/holdfast/?list-type=2&max-keys=0');
    expect(body.toString()).toContain('<IsTruncated>false</IsTruncated>');
    expect((await listAll('prefix=nothing/of/it')).keys).toEqual([]);
  });
});

describe('what the store does not do', () => {
  it.each([
    ['PUT', '/holdfast/kelp', { 'if-none-match': '"tag"' }, 501, 'NotImplemented'],
    ['PUT', '/holdfast/kelp', { 'if-match': '"tag"' }, 501, 'NotImplemented'],
    ['PUT', '/holdfast/kelp', { 'x-amz-copy-source': '/holdfast/once' }, 501, 'NotImplemented'],
    ['PUT', '/holdfast/kelp?partNumber=1&uploadId=1', {}, 501, 'NotImplemented'],
    ['DELETE', '/holdfast/kelp', { 'if-match': '"tag"' }, 501, 'NotImplemented'],
    ['DELETE', '/holdfast/kelp?versionId=1', {}, 501, 'NotImplemented'],
    ['GET', '/holdfast/kelp?acl', {}, 501, 'NotImplemented'],
    ['POST', '/holdfast/kelp', {}, 405, 'MethodNotAllowed'],
    ['POST', '/holdfast', {}, 405, 'MethodNotAllowed'],
    ['PUT', '/holdfast', {}, 405, 'MethodNotAllowed'],
    ['DELETE', '/holdfast', {}, 405, 'MethodNotAllowed'],
    ['GET', '/other?list-type=2', {}, 404, 'NoSuchBucket'],
    ['PUT', '/holdfast2/kelp', {}, 404, 'NoSuchBucket'],
    ['GET', '/', {}, 501, 'NotImplemented'],
  ])('%s %s with %j is refused', async (method, path, headers, status, code) => {
    const answer = await ask(method, path, { headers });
    expect([answer.status, answer.code]).toEqual([status, code]);
    expect(answer.headers['content-type']).toBe('application/xml');
    expect((await ask('HEAD', '/holdfast/kelp')).status).toBe(404);
  });

  it('is left to the site where it is not asked of the store', async () => {
    for (const path of ['/', '/index.html', '/holdfast.html', '/holdfast2/kelp']) {
      const answer = await send(store.port, { method: 'GET', path, headers: {} });
      expect(answer.status).toBe(418);
    }
  });
});

describe('a page of another origin', () => {
  it('is told before it asks that it may', async () => {
    for (const path of ['/holdfast/kelp', '/holdfast?list-type=2', '/other/kelp']) {
      const { status, headers } = await send(store.port, {
        method: 'OPTIONS',
        path,
        headers: {
          origin: 'https://app.example',
          'access-control-request-method': 'PUT',
          'access-control-request-headers': 'authorization,if-none-match,x-amz-date',
        },
      });
      expect(status).toBe(204);
      expect(headers['access-control-allow-origin']).toBe('*');
      expect(headers['access-control-allow-methods']).toBe('GET, HEAD, PUT, DELETE');
      expect(headers['access-control-allow-headers']).toMatch(/^Authorization, /);
    }
  });

  it('may read every answer, and show none as a page', async () => {
    const answers = [
      await ask('PUT', '/holdfast/cors', { body: 'kelp' }),
      await ask('GET', '/holdfast/cors'),
      await ask('GET', '/holdfast?list-type=2&prefix=cors'),
      await ask('GET', '/holdfast/nothing'),
      await ask('PATCH', '/holdfast/cors'),
      await send(store.port, { method: 'GET', path: '/holdfast/cors', headers: {} }),
    ];
    for (const { headers } of answers) {
      expect(headers).toMatchObject({
        'access-control-allow-origin': '*',
        'access-control-expose-headers': 'ETag, Date',
        'cache-control': 'no-store',
        'cross-origin-resource-policy': 'cross-origin',
        'x-content-type-options': 'nosniff',
      });
      expect(headers['content-security-policy']).toContain('sandbox');
      expect(headers.date).toBeDefined();
    }
  });
});

describe('the folder', () => {
  it('is swept at the start of what nobody can still be writing', async () => {
    const [old, young] = [join(store.folder, 'writing/old'), join(store.folder, 'writing/young')];
    for (const path of [old, young]) writeFileSync(path, 'half');
    utimesSync(old, new Date(0), new Date(0));
    expect((await openObjects(store.folder)).ok).toBe(true);
    expect([existsSync(old), existsSync(young)]).toEqual([false, true]);
  });

  it('that is none is refused in words', async () => {
    const file = join(store.folder, 'a-file');
    writeFileSync(file, '');
    const opened = await openObjects(file);
    expect(!opened.ok && opened.error.message).toContain(`${file} cannot hold the store`);
  });

  it('may be read by its owner alone, keys above all', () => {
    expect(statSync(store.folder).mode & 0o077).toBe(0);
    expect(statSync(join(store.folder, 'keys.json')).mode & 0o777).toBe(0o600);
  });

  it('answers a fault of the disk with an error that passes, and reports it', async () => {
    writeFileSync(join(store.folder, 'objects/fault+'), 'a file where a folder should be');
    const answer = await ask('PUT', '/holdfast/fault/kelp', { body: 'kelp' });
    expect([answer.status, answer.code]).toEqual([500, 'InternalError']);
    expect(String(store.faults.at(-1))).toContain('EEXIST');
    expect(store.faults).toHaveLength(1);
  });
});

describe('the key pairs', () => {
  it('are as long as those of AWS, and stay', async () => {
    const { full, appendOnly } = store.keyPairs;
    for (const { accessKeyId, secretAccessKey } of [full, appendOnly]) {
      expect(accessKeyId).toMatch(/^[A-Z2-7]{20}$/);
      expect(secretAccessKey).toMatch(/^[a-z2-7]{40}$/);
    }
    expect(full.secretAccessKey).not.toBe(appendOnly.secretAccessKey);
    expect(await loadKeyPairs(store.folder)).toEqual({ ok: true, value: store.keyPairs });
  });

  it('are the same for all who start at once', async () => {
    const folder = join(store.folder, 'together');
    mkdirSync(folder);
    const loaded = await Promise.all(Array.from({ length: 10 }, () => loadKeyPairs(folder)));
    expect(new Set(loaded.map((pairs) => JSON.stringify(pairs))).size).toBe(1);
    expect(readdirSync(folder)).toEqual(['keys.json']);
  });

  it.each(['', '{}', '{"full":{"accessKeyId":"AAA","secretAccessKey":"short"}}', 'null'])(
    'are not made anew over a file that holds none: %j',
    async (text) => {
      const folder = join(store.folder, 'damaged');
      mkdirSync(folder, { recursive: true });
      writeFileSync(join(folder, 'keys.json'), text);
      const loaded = await loadKeyPairs(folder);
      expect(!loaded.ok && loaded.error.message).toContain('mend it, or remove it');
    },
  );
});
