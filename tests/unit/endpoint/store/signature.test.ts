import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { percentDecode } from '#endpoint/store/byte-text.ts';
import type { StoreRequest } from '#endpoint/store/request.ts';
import { verifySignature } from '#endpoint/store/signature.ts';
import { send, sign, startStore, type Sent, type TestStore } from './fixture.ts';

let store: TestStore;
beforeAll(async () => {
  store = await startStore();
});
afterAll(() => store.stop());

const body = Buffer.from('kelp');
const bodyHash = createHash('sha256').update(body).digest('hex');

function put(): Sent {
  return {
    method: 'PUT',
    path: '/holdfast/forest/kelp',
    headers: { 'x-amz-content-sha256': bodyHash, 'if-none-match': '*' },
    body,
  };
}

function list(): Sent {
  return {
    method: 'GET',
    path: '/holdfast?list-type=2&prefix=forest%2F&prefix-2=&max-keys=7',
    headers: {},
  };
}

async function codeOf(sent: Sent): Promise<string | undefined> {
  return (await send(store.port, sent)).code;
}

describe('the examples of the S3 documentation', () => {
  const keyPair = {
    accessKeyId: 'AKIAIOSFODNN7EXAMPLE',
    secretAccessKey: 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY',
  };
  const empty = createHash('sha256').digest('hex');
  const examples = [
    {
      ...{ method: 'GET', path: '/test.txt', query: [], extra: { range: 'bytes=0-9' } },
      hash: empty,
      signature: 'f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41',
    },
    {
      ...{ method: 'PUT', path: '/test%24file.text', query: [] },
      extra: {
        date: 'Fri, 24 May 2013 00:00:00 GMT',
        'x-amz-storage-class': 'REDUCED_REDUNDANCY',
      },
      hash: createHash('sha256').update('Welcome to Amazon S3.').digest('hex'),
      signature: '98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd',
    },
    {
      ...{ method: 'GET', path: '/', query: [['lifecycle', '']], extra: {} },
      hash: empty,
      signature: 'fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543',
    },
    {
      ...{ method: 'GET', path: '/', extra: {} },
      query: [
        ['prefix', 'J'],
        ['max-keys', '2'],
      ],
      hash: empty,
      signature: '34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7',
    },
  ] as const;

  it.each(examples)('$method $path, $query', ({ method, path, query, extra, hash, signature }) => {
    const headers = {
      host: 'examplebucket.s3.amazonaws.com',
      'x-amz-date': '20130524T000000Z',
      'x-amz-content-sha256': hash,
      ...extra,
    };
    const names = Object.keys(headers).sort().join(';');
    const request = {
      method,
      path: percentDecode(path),
      query,
      headers: {
        ...headers,
        authorization: `AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request,SignedHeaders=${names},Signature=${signature}`,
      },
    } as unknown as StoreRequest;
    const now = Date.UTC(2013, 4, 24);
    expect(verifySignature(request, [keyPair], now)).toEqual({
      ok: true,
      value: { keyPair, bodyHash: hash },
    });
  });
});

describe('a signature', () => {
  it('of either pair and of any region is taken', async () => {
    for (const keyPair of [store.keyPairs.full, store.keyPairs.appendOnly]) {
      for (const region of ['us-east-1', 'auto', 'eu-central-003']) {
        const head = { method: 'HEAD', path: '/holdfast', headers: {} };
        const { status } = await send(
          store.port,
          await sign(store.port, head, { keyPair, region }),
        );
        expect(status).toBe(200);
      }
    }
  });

  const alterations: Record<string, (signed: Sent) => unknown> = {
    'the method': (signed) => {
      signed.method = 'DELETE';
      delete signed.body;
    },
    'the path': (signed) => (signed.path = '/holdfast/forest/sand'),
    'the path, by a slash': (signed) => (signed.path = '/holdfast/forest//kelp'),
    'the query, added to': (signed) => (signed.path += '?x-id=PutObject'),
    'a signed header': (signed) => (signed.headers['if-none-match'] = '"*"'),
    'a signed header, taken away': (signed) => delete signed.headers['if-none-match'],
    'the host': (signed) => (signed.headers['host'] = 'other.example'),
    'the time, by a second': (signed) =>
      (signed.headers['x-amz-date'] = String(signed.headers['x-amz-date']).replace(
        /\d\dZ$/,
        (end) => `${String((Number.parseInt(end) + 1) % 60).padStart(2, '0')}Z`,
      )),
    "the body's hash": (signed) =>
      (signed.headers['x-amz-content-sha256'] = bodyHash.replace(/^./, (c) =>
        c === '0' ? '1' : '0',
      )),
    "the body's hash, to none": (signed) =>
      (signed.headers['x-amz-content-sha256'] = 'UNSIGNED-PAYLOAD'),
    'the region': (signed) =>
      (signed.headers['authorization'] = signed.headers['authorization']!.replace('auto', 'eu')),
    'the signature, by a bit': (signed) =>
      (signed.headers['authorization'] = signed.headers['authorization']!.replace(/.$/, (digit) =>
        (Number.parseInt(digit, 16) ^ 1).toString(16),
      )),
    'the key, to the other pair': (signed) =>
      (signed.headers['authorization'] = signed.headers['authorization']!.replace(
        store.keyPairs.appendOnly.accessKeyId,
        store.keyPairs.full.accessKeyId,
      )),
  };
  it.each(Object.keys(alterations))('is refused for another request: %s', async (name) => {
    const signed = await sign(store.port, put(), { keyPair: store.keyPairs.appendOnly });
    alterations[name]?.(signed);
    expect(await codeOf(signed)).toBe('SignatureDoesNotMatch');
    expect(await store.objects.facts(percentDecode('forest/kelp')!)).toBeNull();
  });

  it.each([
    ['another value', (path: string) => path.replace('forest', 'sand')],
    ['a parameter less', (path: string) => path.replace('&max-keys=7', '')],
    ['a parameter more', (path: string) => `${path}&start-after=a`],
  ])('is refused for another query: %s', async (_, alter) => {
    const signed = await sign(store.port, list(), { keyPair: store.keyPairs.full });
    expect(await codeOf(signed)).toBe('NotImplemented');
    expect(await codeOf({ ...signed, path: alter(signed.path) })).toBe('SignatureDoesNotMatch');
  });

  it('covers the order of the query no more than it must', async () => {
    const signed = await sign(store.port, list(), { keyPair: store.keyPairs.full });
    const path = '/holdfast?prefix-2&max-keys=7&prefix=forest/&list-type=2';
    expect(await codeOf({ ...signed, path })).toBe('NotImplemented');
  });

  it('is refused for another body, of which nothing stays', async () => {
    const signed = await sign(store.port, put(), { keyPair: store.keyPairs.full });
    const altered = await send(store.port, { ...signed, body: Buffer.from('sand') });
    expect(altered.status).toBe(400);
    expect(altered.code).toBe('XAmzContentSHA256Mismatch');
    expect(await store.objects.facts(percentDecode('forest/kelp')!)).toBeNull();
  });

  it('with another secret is refused, with an unknown key too', async () => {
    const { accessKeyId } = store.keyPairs.full;
    const { secretAccessKey } = store.keyPairs.appendOnly;
    const mixed = await sign(store.port, put(), { keyPair: { accessKeyId, secretAccessKey } });
    expect(await codeOf(mixed)).toBe('SignatureDoesNotMatch');
    const unknown = await sign(store.port, put(), {
      keyPair: { accessKeyId: 'AKIAIOSFODNN7EXAMPLE', secretAccessKey },
    });
    expect(await codeOf(unknown)).toBe('InvalidAccessKeyId');
  });

  it.each([-16, 16])('made %i minutes from now is refused, readably from any page', async (off) => {
    const date = new Date(Date.now() + off * 60_000);
    const signed = await sign(store.port, put(), { keyPair: store.keyPairs.full, date });
    const { status, code, headers } = await send(store.port, signed);
    expect([status, code]).toEqual([403, 'RequestTimeTooSkewed']);
    expect(headers['access-control-allow-origin']).toBe('*');
    expect(headers['access-control-expose-headers']).toContain('Date');
    expect(Math.abs(Date.parse(headers.date ?? '') - Date.now())).toBeLessThan(60_000);
  });

  it.each([-14, 14])('made %i minutes from now is taken', async (minutes) => {
    const date = new Date(Date.now() + minutes * 60_000);
    const head = { method: 'HEAD', path: '/holdfast', headers: {} };
    const signed = await sign(store.port, head, { keyPair: store.keyPairs.full, date });
    expect((await send(store.port, signed)).status).toBe(200);
  });

  it('that is missing, or leaves out what must be signed, gives no access', async () => {
    expect(await codeOf(put())).toBe('AccessDenied');
    const signed = await sign(store.port, put(), { keyPair: store.keyPairs.full });
    signed.headers['x-amz-acl'] = 'public-read';
    expect(await codeOf(signed)).toBe('AccessDenied');
    const { 'x-amz-date': _, ...undated } = signed.headers;
    expect(await codeOf({ ...signed, headers: undated })).toBe('AccessDenied');
  });

  it.each([
    'Bearer kelp',
    'AWS4-HMAC-SHA256',
    'AWS4-HMAC-SHA256 Credential=a/20261123/auto/s3/aws4_request, SignedHeaders=host, Signature=00',
    `AWS4-HMAC-SHA256 Credential=a/20261123/auto/iam/aws4_request, SignedHeaders=host, Signature=${'0'.repeat(64)}`,
    'AWS AKIAIOSFODNN7EXAMPLE:frJIUN8DYpKDtOLCwo//yllqDzg=',
  ])('that is none is refused: %s', async (authorization) => {
    const sent = put();
    sent.headers['authorization'] = authorization;
    expect(await codeOf(sent)).toBe('AuthorizationHeaderMalformed');
  });

  it.each(['constructor', '__proto__', 'no-such-header'])(
    'over the header "%s" is a signature like others',
    async (name) => {
      const signed = await sign(store.port, put(), { keyPair: store.keyPairs.full });
      signed.headers['authorization'] = signed.headers['authorization']!.replace(
        'SignedHeaders=',
        `SignedHeaders=${name.replaceAll('_', '-')};`,
      );
      expect(await codeOf(signed)).toBe('SignatureDoesNotMatch');
    },
  );

  it('over a body in chunks of its own is not implemented', async () => {
    const sent = put();
    sent.headers['x-amz-content-sha256'] = 'STREAMING-AWS4-HMAC-SHA256-PAYLOAD';
    const signed = await sign(store.port, sent, { keyPair: store.keyPairs.full });
    const { status, code } = await send(store.port, signed);
    expect([status, code]).toEqual([501, 'NotImplemented']);
  });
});
