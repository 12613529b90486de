import { createHash } from 'node:crypto';
import { AwsV4Signer } from 'aws4fetch';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { utf8Bytes } from '#base/bytes.ts';
import { err, ok } from '#base/result.ts';
import { listAll } from '#sync/object-store.ts';
import { createS3Store } from '#sync/s3-store.ts';
import { listOf, refuse, startS3Model, type S3Model } from './s3-model.ts';

const bytes = utf8Bytes('sealed');
const HOUR = 3_600_000;

let model: S3Model;
beforeEach(async () => {
  model = await startS3Model();
});
afterEach(() => model.stop());

describe('the four verbs', () => {
  it('creates once, and reads back what was created', async () => {
    const store = createS3Store(model.settings);
    expect(await store.put('v1/a', bytes)).toEqual(ok('created'));
    expect(await store.put('v1/a', utf8Bytes('other'))).toEqual(ok('taken'));
    expect(await store.get('v1/a')).toEqual(ok(bytes));
    expect([...model.objects.keys()]).toEqual(['teams/north sea/v1/a']);
  });

  it('reads nothing where there is nothing, and removes what is not there', async () => {
    const store = createS3Store(model.settings);
    expect(await store.get('v1/a')).toEqual(ok(null));
    expect(await store.remove('v1/a')).toEqual(ok());
    await store.put('v1/a', bytes);
    expect(await store.remove('v1/a')).toEqual(ok());
    expect(model.objects.size).toBe(0);
  });

  it('lists names below the prefix, page by page', async () => {
    const store = createS3Store(model.settings);
    model.pageSize = 3;
    const names = Array.from({ length: 10 }, (_, index) => `v1/log/${index}`);
    for (const name of names) await store.put(name, bytes);
    model.objects.set('elsewhere/v1/log/x', Buffer.from('x'));
    expect(await store.list('v1/log/')).toEqual(ok({ names: names.slice(0, 3), more: true }));
    expect(await store.list('v1/log/', 'v1/log/7')).toEqual(
      ok({ names: names.slice(8), more: false }),
    );
    expect(await listAll(store, 'v1/')).toEqual(ok(names));
  });

  it('leaves out, and steps over, names that others laid there', async () => {
    const store = createS3Store(model.settings);
    model.pageSize = 2;
    const foreign = ['A & B', 'Ü', '日本', '\u{1F600}', '\uFFFD', '<x>', 'a.b', 'a+b%20'];
    for (const name of foreign)
      model.objects.set(`${model.settings.prefix}${name}`, Buffer.from(''));
    await store.put('a', bytes);
    await store.put('z', bytes);
    expect(await listAll(store, '')).toEqual(ok(['a', 'z']));
  });

  it('signs the body, the key and the condition so that the far end can check them', async () => {
    const store = createS3Store(model.settings);
    await store.put('v1/a', bytes);
    await store.list('v1/', 'v1/0');
    for (const { method, key, query, headers, body } of model.requests) {
      const { authorization = '', host = '' } = headers;
      const signed = /SignedHeaders=([^,]+)/.exec(authorization)?.[1]?.split(';') ?? [];
      const hash = createHash('sha256').update(body).digest('hex');
      expect(headers['x-amz-content-sha256']).toBe(hash);
      const path = key.split('/').map(encodeURIComponent).join('/');
      const signer = new AwsV4Signer({
        method,
        url: `http://${host}/${model.settings.bucket}${path && `/${path}`}?${query.toString()}`,
        headers: signed
          .filter((name) => name !== 'host' && name !== 'x-amz-date')
          .map((name): [string, string] => [name, String(headers[name])]),
        accessKeyId: model.settings.accessKey,
        secretAccessKey: model.settings.secretKey,
        service: 's3',
        region: model.settings.region,
        datetime: String(headers['x-amz-date']),
      });
      expect((await signer.sign()).headers.get('Authorization')).toBe(authorization);
      if (method === 'PUT') expect(signed).toContain('if-none-match');
    }
    expect(model.requests).toHaveLength(2);
  });

  it('asks without cookies, cache, referrer or redirects', async () => {
    let asked: RequestInit | undefined;
    const store = createS3Store(model.settings, {
      fetch: (input, init) => {
        asked = init;
        return fetch(input, init);
      },
    });
    await store.get('v1/a');
    expect(asked).toMatchObject({
      cache: 'no-store',
      credentials: 'omit',
      redirect: 'error',
      referrerPolicy: 'no-referrer',
    });
  });
});

describe('what can go wrong', () => {
  const fails = (status: number, code = 'Whatever') => {
    model.fault = (_, response) => refuse(response, status, code);
  };

  it.each([
    [500, 'InternalError', { type: 'Busy', status: 500 }],
    [503, 'SlowDown', { type: 'Busy', status: 503 }],
    [429, 'TooManyRequests', { type: 'Busy', status: 429 }],
    [404, 'NoSuchBucket', { type: 'NoSuchBucket' }],
    [404, 'Whatever', { type: 'NotAStore', status: 404 }],
    [405, 'MethodNotAllowed', { type: 'NotAStore', status: 405 }],
    [501, 'NotImplemented', { type: 'NotAStore', status: 501 }],
    [400, 'InvalidArgument', { type: 'NotAStore', status: 400 }],
    [400, 'AuthorizationHeaderMalformed', { type: 'Denied' }],
    [401, 'Whatever', { type: 'Denied' }],
    [403, 'AccessDenied', { type: 'Denied' }],
  ])('%i %s', async (status, code, error) => {
    fails(status, code);
    const store = createS3Store(model.settings);
    expect(await store.put('v1/a', bytes)).toEqual(err(error));
    expect(await store.get('v1/a')).toEqual(err(error));
    expect(await store.list('v1/')).toEqual(err(error));
    expect(await store.remove('v1/a')).toEqual(err(error));
    expect(model.requests).toHaveLength(4);
  });

  it('a 404 that is a page of some website is no absence', async () => {
    model.fault = (_, response) => {
      response.writeHead(404).end('<!DOCTYPE html><title>Not found</title>');
      return true;
    };
    const got = await createS3Store(model.settings).get('v1/a');
    expect(got).toEqual(err({ type: 'NotAStore', status: 404 }));
  });

  it('a conflict is asked again, a few times', async () => {
    let conflicts = 2;
    model.fault = (_, response) =>
      conflicts-- > 0 && refuse(response, 409, 'ConditionalRequestConflict');
    const store = createS3Store(model.settings);
    expect(await store.put('v1/a', bytes)).toEqual(ok('created'));
    fails(409);
    expect(await store.put('v1/b', bytes)).toEqual(err({ type: 'Busy', status: 409 }));
    expect(model.requests).toHaveLength(3 + 4);
  });

  it('nobody answers', async () => {
    await model.stop();
    expect(await createS3Store(model.settings).get('v1/a')).toEqual(err({ type: 'Unreachable' }));
    model = await startS3Model();
  });

  it('an address or a key that can not be one', async () => {
    const store = createS3Store({ ...model.settings, endpoint: 'not an address' });
    expect(await store.get('v1/a')).toEqual(err({ type: 'Unreachable' }));
    const keyless = createS3Store({ ...model.settings, accessKey: 'two\nlines' });
    expect(await keyless.get('v1/a')).toEqual(err({ type: 'Denied' }));
    expect(model.requests).toHaveLength(0);
  });

  it('the connection breaks after a put was sent: it is asked once more, and says what it finds', async () => {
    model.fault = (request, response) => {
      if (request.method !== 'PUT' || model.objects.has(request.key)) return false;
      model.objects.set(request.key, request.body);
      response.destroy();
      return true;
    };
    expect(await createS3Store(model.settings).put('v1/a', bytes)).toEqual(ok('taken'));
  });

  it('the body breaks off', async () => {
    model.fault = (_, response) => {
      response.writeHead(200, { 'Content-Length': 100 });
      response.write('short');
      setTimeout(() => response.destroy(), 20);
      return true;
    };
    const store = createS3Store(model.settings);
    expect(await store.get('v1/a')).toEqual(err({ type: 'Busy', status: 200 }));
    expect(await store.list('v1/')).toEqual(err({ type: 'Busy', status: 200 }));
  });

  it('no answer, or no end of one, within the patience', async () => {
    const store = createS3Store(model.settings, { patienceMs: 50 });
    model.fault = () => true;
    expect(await store.get('v1/a')).toEqual(err({ type: 'Unreachable' }));
    model.fault = (_, response) => {
      response.writeHead(200);
      response.write('begun');
      return true;
    };
    expect(await store.get('v1/a')).toEqual(err({ type: 'Busy', status: 200 }));
  });

  it('somebody ends it', async () => {
    const controller = new AbortController();
    const store = createS3Store(model.settings, { signal: controller.signal });
    model.fault = () => {
      controller.abort();
      return true;
    };
    expect(await store.get('v1/a')).toEqual(err({ type: 'Unreachable' }));
    expect(await store.get('v1/a')).toEqual(err({ type: 'Unreachable' }));
    expect(model.requests).toHaveLength(1);
  });

  it('an answer that does not end is not read into memory', async () => {
    const store = createS3Store(model.settings);
    model.fault = (_, response) => {
      response.end(Buffer.alloc(16 * 1024 * 1024 + 1));
      return true;
    };
    expect(await store.get('v1/a')).toEqual(err({ type: 'NotAStore', status: 200 }));
    model.fault = (_, response) => {
      response.end(Buffer.alloc(16 * 1024 * 1024));
      return true;
    };
    const whole = await store.get('v1/a');
    expect(whole.ok && whole.value?.length).toBe(16 * 1024 * 1024);
  });

  it('a redirect is not followed', async () => {
    model.fault = (_, response) => {
      response.writeHead(301, { Location: 'http://127.0.0.1:1/' }).end();
      return true;
    };
    const got = await createS3Store(model.settings).get('v1/a');
    expect(got).toEqual(err({ type: 'NotAStore', status: 301 }));
  });

  it.each([
    ['a page', '<html><body>Welcome</body></html>'],
    ['nothing', ''],
    ['no UTF-8', Buffer.from([0xff, 0xfe])],
    ['names that go back', listOf(['teams/north sea/v1/b', 'teams/north sea/v1/a'], false)],
    ['a name twice', listOf(['teams/north sea/v1/b', 'teams/north sea/v1/b'], true)],
    ['names of another prefix', listOf(['teams/south/v1/b'], false)],
    ['more, and none', listOf([], true)],
  ])('a list that is none: %s', async (_, body) => {
    model.fault = (_request, response) => {
      response.end(body);
      return true;
    };
    const listed = await createS3Store(model.settings).list('v1/');
    expect(listed).toEqual(err({ type: 'NotAStore', status: 200 }));
  });

  it('a list that never goes on past what was asked for', async () => {
    model.fault = (_, response) => {
      response.end(listOf(['teams/north sea/v1/a'], true));
      return true;
    };
    expect(await listAll(createS3Store(model.settings), 'v1/')).toEqual(
      err({ type: 'NotAStore', status: 200 }),
    );
  });
});

describe('a device whose clock is wrong', () => {
  const shiftedBy = (ms: number) => ({ clock: { now: () => Date.now() + ms } });

  /** Refuses what was signed more than 15 minutes off. */
  const strictAboutTime = () => {
    model.fault = ({ headers }, response) => {
      const date = String(headers['x-amz-date']).replace(
        /(....)(..)(..T..)(..)(..Z)/,
        '$1-$2-$3:$4:$5',
      );
      const isOff = headers.authorization && Math.abs(Date.parse(date) - Date.now()) > 15 * 60_000;
      return Boolean(isOff) && refuse(response, 403, 'RequestTimeTooSkewed');
    };
  };

  it.each([HOUR, -HOUR, 10 * 365 * 24 * HOUR])('signs by the store’s: %i ms', async (offset) => {
    strictAboutTime();
    const store = createS3Store(model.settings, shiftedBy(offset));
    expect(await store.put('v1/a', bytes)).toEqual(ok('created'));
    expect(Math.abs(store.clockOffsetMs - offset)).toBeLessThan(2000);
    expect(await store.get('v1/a')).toEqual(ok(bytes));
    expect(model.requests).toHaveLength(3);
  });

  it('is told apart by a request without a signature where refusals can not be read', async () => {
    strictAboutTime();
    const store = createS3Store(model.settings, {
      ...shiftedBy(HOUR),
      fetch: asInAPage,
    });
    expect(await store.put('v1/a', bytes)).toEqual(ok('created'));
    expect(model.requests.map(({ headers }) => Boolean(headers.authorization))).toEqual([
      true,
      false,
      true,
    ]);
  });

  it('says so where the store’s clock does not help', async () => {
    model.fault = (_, response) => refuse(response, 403, 'RequestTimeTooSkewed');
    const got = await createS3Store(model.settings, shiftedBy(HOUR)).get('v1/a');
    expect(got).toMatchObject({ ok: false, error: { type: 'WrongClock' } });
    const offset = !got.ok && got.error.type === 'WrongClock' ? got.error.offsetMs : 0;
    expect(Math.abs(offset - HOUR)).toBeLessThan(2000);
  });

  it('learns the time from the error document where there is no header', async () => {
    model.fault = ({ headers }, response) => {
      response.sendDate = false;
      const isFirst = model.requests.length === 1 && headers.authorization;
      const now = new Date().toISOString();
      return (
        Boolean(isFirst) &&
        refuse(response, 403, 'RequestTimeTooSkewed', `<ServerTime>${now}</ServerTime>`)
      );
    };
    const store = createS3Store(model.settings, shiftedBy(HOUR));
    expect(await store.get('v1/a')).toEqual(ok(null));
    expect(model.requests).toHaveLength(2);
  });

  it('learns nothing from an answer that a cache has kept', async () => {
    model.fault = (_, response) => {
      response.setHeader('Age', '4000');
      response.setHeader('Date', new Date(Date.now() - 4_000_000).toUTCString());
      return false;
    };
    const store = createS3Store(model.settings);
    await store.get('v1/a');
    expect(store.clockOffsetMs).toBe(0);
  });

  it('is not what a wrong key is, though neither can be read', async () => {
    model.fault = ({ headers }, response) =>
      headers.authorization !== undefined && refuse(response, 403, 'SignatureDoesNotMatch');
    const store = createS3Store(model.settings, { fetch: asInAPage });
    expect(await store.get('v1/a')).toEqual(err({ type: 'Denied' }));
  });

  /** Hides from the script what comes without CORS headers: here, refusals of a signature. */
  async function asInAPage(...[input, init]: Parameters<typeof fetch>): Promise<Response> {
    const response = await fetch(input, init);
    const isSigned = new Headers(init?.headers).has('Authorization');
    if (isSigned && response.status === 403) throw new TypeError('Failed to fetch');
    return response;
  }
});
