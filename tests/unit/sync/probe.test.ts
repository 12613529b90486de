import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { err } from '#base/result.ts';
import { corsJson } from '#sync/cors-rules.ts';
import type { StoreSettings } from '#sync/messages.ts';
import { probeStore } from '#sync/probe.ts';
import type { ReportBody, Self } from '#sync/refusals.ts';
import { listOf, refuse, startS3Model, type Fault, type S3Model } from './s3-model.ts';

const ORIGIN = 'https://crm.example.com';
const page: Self = { location: { href: `${ORIGIN}/assets/vault.worker.js`, origin: ORIGIN } };

let model: S3Model;
beforeEach(async () => {
  model = await startS3Model();
});
afterEach(() => model.stop());

const probe = (some: Partial<StoreSettings> = {}, send?: typeof fetch, self: Self = page) =>
  probeStore({ ...model.settings, ...some }, { self, ...(send ? { fetch: send } : {}) });

describe('a store that does right', () => {
  it('passes, and is left as it was', async () => {
    model.objects.set('teams/north sea/v1/other', Buffer.from('other'));
    const passed = await probe();
    expect(passed).toMatchObject({ ok: true, value: { canRemove: true } });
    expect([...model.objects.keys()]).toEqual(['teams/north sea/v1/other']);
    for (const { key, query } of model.requests) {
      expect(key || query.get('prefix')).toMatch(/^teams\/north sea\/v1\/probe\/[a-z2-7]{26}\//);
    }
  });

  it('passes with a key that can not remove, which leaves two objects', async () => {
    model.fault = ({ method }, response) =>
      method === 'DELETE' && refuse(response, 403, 'AccessDenied');
    expect(await probe()).toMatchObject({ ok: true, value: { canRemove: false } });
    expect(model.objects.size).toBe(2);
  });

  it('passes though it is too busy for some of the racers', async () => {
    let puts = 0;
    model.fault = ({ method }, response) =>
      method === 'PUT' && (puts += 1) > 8 && refuse(response, 503, 'SlowDown');
    expect(await probe()).toMatchObject({ ok: true });
  });

  it('passes on a device whose clock is wrong, and says by how much', async () => {
    model.fault = ({ headers }, response) => {
      const day = String(headers['x-amz-date']).slice(0, 8);
      const today = new Date().toISOString().slice(0, 10).replaceAll('-', '');
      return day !== today && refuse(response, 403, 'RequestTimeTooSkewed');
    };
    const threeDays = 3 * 86_400_000;
    const passed = await probeStore(model.settings, {
      self: page,
      clock: { now: () => Date.now() + threeDays },
    });
    const offset = passed.ok ? passed.value.clockOffsetMs : 0;
    expect(Math.abs(offset - threeDays)).toBeLessThan(2000);
  });
});

describe('a store that is refused', () => {
  it.each<[string, Fault, unknown]>([
    [
      'ignores the condition',
      (request) => {
        delete request.headers['if-none-match'];
        return false;
      },
      { type: 'NoCreateOnly', reason: 'overwrites' },
    ],
    [
      'says yes and keeps the first',
      ({ method, key }, response) => {
        if (method !== 'PUT' || !model.objects.has(key)) return false;
        response.end();
        return true;
      },
      { type: 'NoCreateOnly', reason: 'overwrites' },
    ],
    [
      'looks before it writes, and pauses between the two',
      async ({ method, key, body }, response) => {
        if (method !== 'PUT' || model.objects.has(key)) return false;
        await new Promise((resolve) => setTimeout(resolve, 50));
        model.objects.set(key, body);
        response.end();
        return true;
      },
      { type: 'NoCreateOnly', reason: 'racesWon' },
    ],
    ...[501, 400, 304].map((status): [string, Fault, unknown] => [
      `answers ${status} to the condition`,
      ({ headers }, response) => {
        if (headers['if-none-match'] === undefined) return false;
        return status === 304
          ? Boolean(response.writeHead(304).end())
          : refuse(response, status, 'NotImplemented');
      },
      { type: 'NoCreateOnly', reason: 'notImplemented' },
    ]),
    [
      'answers 304 where the name is taken',
      ({ method, key }, response) =>
        method === 'PUT' && model.objects.has(key) && Boolean(response.writeHead(304).end()),
      { type: 'NoCreateOnly', reason: 'notImplemented' },
    ],
    [
      'lets the key read only',
      ({ method }, response) => method === 'PUT' && refuse(response, 403, 'AccessDenied'),
      { type: 'ReadOnly' },
    ],
    [
      'does not know the key',
      (_, response) => refuse(response, 403, 'InvalidAccessKeyId'),
      { type: 'Denied' },
    ],
    ['is down', (_, response) => refuse(response, 503, 'X'), { type: 'Busy', status: 503 }],
    [
      'is a website',
      (_, response) => {
        response.end('<!DOCTYPE html>');
        return true;
      },
      { type: 'NotAStore', status: 200 },
    ],
    [
      'alters what it keeps',
      ({ method, body }) => {
        if (method === 'PUT') body[17]! ^= 1;
        return false;
      },
      { type: 'Unfaithful' },
    ],
    [
      'lists nothing',
      ({ method, key }, response) => {
        if (method !== 'GET' || key !== '') return false;
        response.end(listOf([], false));
        return true;
      },
      { type: 'Unfaithful' },
    ],
    [
      'does not understand start-after',
      ({ query }) => {
        query.delete('start-after');
        return false;
      },
      // It lists what lies before what was asked for, which no S3 does.
      { type: 'NotAStore', status: 200 },
    ],
    [
      'keeps the last of the racers',
      ({ method, key, body }, response) => {
        const isLater = method === 'PUT' && key.endsWith('/2') && model.objects.has(key);
        if (isLater) model.objects.set(key, body);
        return isLater && refuse(response, 412, 'PreconditionFailed');
      },
      { type: 'Unfaithful' },
    ],
    [
      'goes on giving what was removed',
      ({ method }, response) => method === 'DELETE' && Boolean(response.writeHead(204).end()),
      { type: 'Unfaithful' },
    ],
  ])('%s', async (_, fault, problem) => {
    model.fault = fault;
    expect(await probe()).toEqual(err(problem));
  });

  it('has no such bucket', async () => {
    expect(await probe({ bucket: 'another-team' })).toEqual(err({ type: 'NoSuchBucket' }));
  });

  it('has no address that a page may speak to', async () => {
    expect(await probe({ endpoint: 'http://192.0.2.7' })).toEqual(err({ type: 'BadAddress' }));
    expect(await probe({ endpoint: 'localhost' })).toEqual(err({ type: 'BadAddress' }));
    expect(model.requests).toHaveLength(0);
  });
});

describe('a request that the browser refuses', () => {
  const failed = async (): Promise<never> => {
    throw new TypeError('Failed to fetch');
  };
  /** What a page is let see of the store: `corsOf` are the methods that its rules name. */
  const browser =
    (corsOf: readonly string[]): typeof fetch =>
    (input, init) =>
      init?.mode === 'no-cors' || corsOf.includes(init?.method ?? 'GET')
        ? fetch(input, init?.mode === 'no-cors' ? { method: 'GET' } : init)
        : failed();

  it('for want of CORS rules', async () => {
    expect(await probe({}, browser([]))).toEqual(err({ type: 'CorsRefuses', origin: ORIGIN }));
  });

  it('for want of CORS rules for writing', async () => {
    expect(await probe({}, browser(['GET']))).toEqual(err({ type: 'CorsRefuses', origin: ORIGIN }));
  });

  it('for want of CORS rules for writing, where nothing else may be read', async () => {
    const strict: typeof fetch = (input, init) =>
      init?.mode === 'no-cors' ? failed() : browser(['GET'])(input, init);
    expect(await probe({}, strict)).toEqual(err({ type: 'CorsRefuses', origin: ORIGIN }));
  });

  it('for want of CORS rules, seen by what the embedder policy kept back', async () => {
    const address = new URL(model.settings.endpoint).origin;
    const self: Self = {
      ...page,
      ReportingObserver: class {
        readonly #report: (reports: { body: ReportBody }[]) => void;
        constructor(report: (reports: { body: ReportBody }[]) => void) {
          this.#report = report;
        }
        observe(): void {
          const json = { type: 'corp', blockedURL: `${address}/field-team` };
          this.#report([{ body: { toJSON: () => json } }]);
        }
        disconnect(): void {
          this.#report([]);
        }
      },
    };
    expect(await probe({}, failed, self)).toEqual(err({ type: 'CorsRefuses', origin: ORIGIN }));
  });

  it('for its own policy, seen by the event', async () => {
    const events = new EventTarget();
    const origin = new URL(model.settings.endpoint).origin;
    const send = async () => {
      const violation = new Event('securitypolicyviolation');
      events.dispatchEvent(Object.assign(violation, { blockedURI: `${origin}/field-team` }));
      return failed();
    };
    const self: Self = {
      ...page,
      addEventListener: (type, listener) => events.addEventListener(type, listener),
      removeEventListener: (type, listener) => events.removeEventListener(type, listener),
    };
    expect(await probe({}, send, self)).toEqual(err({ type: 'PolicyRefuses', origin }));
  });

  it.each([
    ["default-src 'none'; connect-src 'self'", 'PolicyRefuses'],
    ["default-src 'self'", 'PolicyRefuses'],
    ["connect-src 'self' https://s3.example.com https://*.example.org", 'PolicyRefuses'],
    ["connect-src *, connect-src 'none'", 'PolicyRefuses'],
    ["connect-src 'self' http://*.0.0.1 http:", 'Unreachable'],
    ["default-src 'none'; connect-src *", 'Unreachable'],
    ["script-src 'self'", 'Unreachable'],
    ['', 'Unreachable'],
  ])('for its own policy, read from its header: %s', async (policy, type) => {
    const send: typeof fetch = async (input) =>
      input === page.location?.href
        ? new Response('', { headers: { 'Content-Security-Policy': policy } })
        : failed();
    expect(await probe({}, send)).toMatchObject({ ok: false, error: { type } });
  });

  it('is not told from being offline where there is no sign of either', async () => {
    expect(await probe({}, failed)).toEqual(err({ type: 'Unreachable' }));
    expect(await probe({}, failed, {})).toEqual(err({ type: 'Unreachable' }));
  });
});

it('the CORS rules to paste are what S3 takes', () => {
  expect(JSON.parse(corsJson(ORIGIN))).toEqual({
    CORSRules: [
      {
        AllowedOrigins: [ORIGIN],
        AllowedMethods: ['GET', 'PUT', 'DELETE', 'HEAD'],
        AllowedHeaders: ['*'],
        ExposeHeaders: ['ETag', 'Date'],
        MaxAgeSeconds: 3600,
      },
    ],
  });
});
