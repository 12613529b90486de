/** The store's client and its probe against Ceph's S3 gateway. */

import { deepStrictEqual, ok, strictEqual } from 'node:assert';
import { request } from 'node:http';
import { randomBytes } from '#base/bytes.ts';
import type { StoreSettings } from '#sync/messages.ts';
import { listAll } from '#sync/object-store.ts';
import { probeStore, type ProbeOptions } from '#sync/probe.ts';
import { createS3Store } from '#sync/s3-store.ts';
import type { Ceph } from './cluster.ts';
import { fetchInAPage } from './in-a-page.ts';

const ORIGIN = 'https://crm.example.com';
const HOUR = 3_600_000;
const YEARS = 10 * 365 * 24 * HOUR;

/** As a page's worker asks, which may not read every refusal. */
const inAPage: ProbeOptions = {
  fetch: fetchInAPage(ORIGIN),
  self: { location: { href: `${ORIGIN}/assets/vault.worker.js`, origin: ORIGIN } },
};

export const storeTests: Readonly<Record<string, (ceph: Ceph) => Promise<void>>> = {
  async 'the probe passes at both gateways'(ceph) {
    for (const endpoint of ceph.gateways) {
      for (const options of [{}, inAPage]) {
        const passed = await probeStore(settingsFor(ceph, { endpoint }), options);
        strictEqual(passed.ok && passed.value.canRemove, true, JSON.stringify(passed));
      }
    }
  },

  async 'the probe passes where the bucket is in the host’s name'(ceph) {
    const passed = await probeStore(settingsFor(ceph, { pathStyle: false }), {
      fetch: fetchFromLoopback,
    });
    strictEqual(passed.ok, true, JSON.stringify(passed));
  },

  async 'a key under the policy for devices passes and can not remove'(ceph) {
    for (const options of [{}, inAPage]) {
      const passed = await probeStore(settingsFor(ceph, ceph.member), options);
      strictEqual(passed.ok && !passed.value.canRemove, true, JSON.stringify(passed));
    }
  },

  async 'a key that may only read is refused as such'(ceph) {
    for (const options of [{}, inAPage]) {
      const refused = await probeStore(settingsFor(ceph, ceph.reader), options);
      deepStrictEqual(refused, { ok: false, error: { type: 'ReadOnly' } });
    }
  },

  async 'a bucket with versioning on is refused: it ignores create-only puts'(ceph) {
    const bucket = await ceph.createVersionedBucket();
    const refused = await probeStore(settingsFor(ceph, { bucket }), inAPage);
    deepStrictEqual(refused, {
      ok: false,
      error: { type: 'NoCreateOnly', reason: 'overwrites' },
    });
  },

  async 'a wrong clock is measured and corrected'(ceph) {
    for (const offset of [HOUR, -HOUR, YEARS, -YEARS]) {
      for (const options of [{}, inAPage]) {
        const clock = { now: () => Date.now() + offset };
        const passed = await probeStore(settingsFor(ceph), { ...options, clock });
        ok(passed.ok, JSON.stringify(passed));
        const measured = passed.value.clockOffsetMs;
        ok(Math.abs(measured - offset) < 3000, `${measured} ms for ${offset} ms`);
      }
    }
  },

  async 'a wrong key is told from no network'(ceph) {
    for (const wrong of [{ secretKey: 'wrong' }, { accessKey: 'nobody' }]) {
      for (const options of [{}, inAPage]) {
        const refused = await probeStore(settingsFor(ceph, wrong), options);
        deepStrictEqual(refused, { ok: false, error: { type: 'Denied' } });
      }
    }
  },

  async 'a bucket that is not there'(ceph) {
    const settings = settingsFor(ceph, { bucket: 'another-team' });
    deepStrictEqual(await probeStore(settings), { ok: false, error: { type: 'NoSuchBucket' } });
    // The rules belong to the bucket: where there is none, no page may read that there is none.
    deepStrictEqual(await probeStore(settings, inAPage), {
      ok: false,
      error: { type: 'CorsRefuses', origin: ORIGIN },
    });
  },

  async 'of twenty puts of one name at two gateways one wins'(ceph) {
    const stores = ceph.gateways.map((endpoint) => createS3Store(settingsFor(ceph, { endpoint })));
    for (let round = 0; round < 5; round++) {
      const name = `v1/race/${round}`;
      const outcomes = await Promise.all(
        Array.from({ length: 20 }, (_, n) => stores[n % 2]!.put(name, randomBytes(100))),
      );
      const won = outcomes.filter((outcome) => outcome.ok && outcome.value === 'created');
      const lost = outcomes.filter((outcome) => outcome.ok && outcome.value === 'taken');
      deepStrictEqual([won.length, lost.length], [1, 19], JSON.stringify(outcomes));
    }
  },

  async 'what is put at one gateway is listed whole at the other, at once'(ceph) {
    const [here, there] = ceph.gateways.map((endpoint) =>
      createS3Store(settingsFor(ceph, { endpoint })),
    ) as [ReturnType<typeof createS3Store>, ReturnType<typeof createS3Store>];
    const names = Array.from({ length: 1010 }, (_, n) => `v1/many/${String(n).padStart(5, '0')}`);
    for (let first = 0; first < names.length; first += 40) {
      const some = names.slice(first, first + 40);
      await Promise.all(some.map((name) => here.put(name, randomBytes(10))));
    }
    deepStrictEqual(await listAll(there, 'v1/many/'), { ok: true, value: names });
  },

  async 'an OSD is killed: puts go on, and what was acknowledged is there'(ceph) {
    const store = createS3Store(settingsFor(ceph), { patienceMs: 60_000 });
    const kept = new Map<string, Uint8Array>();
    const write = async (count: number) => {
      for (let n = 0; n < count; n++) {
        const name = `v1/killed/${String(kept.size).padStart(5, '0')}`;
        const bytes = randomBytes(2000);
        const put = await store.put(name, bytes);
        deepStrictEqual(put, { ok: true, value: 'created' });
        kept.set(name, bytes);
      }
    };
    await write(40);
    const writing = write(40);
    await ceph.killOsd(1);
    await writing;
    await ceph.restartOsd(1);
    await write(40);
    for (const [name, bytes] of kept) {
      const read = await store.get(name);
      ok(read.ok && read.value && Buffer.compare(read.value, bytes) === 0, name);
    }
    deepStrictEqual(await listAll(store, 'v1/killed/'), { ok: true, value: [...kept.keys()] });
  },
};

function settingsFor(ceph: Ceph, some: Partial<StoreSettings> = {}): StoreSettings {
  return {
    endpoint: ceph.gateways[0],
    bucket: ceph.bucket,
    prefix: 'teams/north sea (ü)/',
    region: '',
    pathStyle: true,
    accessKey: ceph.accessKey,
    secretKey: ceph.secretKey,
    ...some,
  };
}

/** Browsers find `bucket.localhost` by themselves; the system's resolver, which Node asks, need not. */
const fetchFromLoopback: typeof fetch = (input, init) =>
  new Promise((resolve, reject) => {
    const url = new URL(input instanceof Request ? input.url : input);
    const headers = { ...Object.fromEntries(new Headers(init?.headers)), host: url.host };
    const asked = request(url, { hostname: '127.0.0.1', method: init?.method, headers });
    asked.once('error', reject).once('response', (response) => {
      const parts: Buffer[] = [];
      response.on('data', (part: Buffer) => parts.push(part));
      response.once('end', () => {
        const status = response.statusCode ?? 0;
        const body = status === 204 ? null : Buffer.concat(parts);
        const date = response.headers.date;
        resolve(new Response(body, { status, ...(date ? { headers: { Date: date } } : {}) }));
      });
    });
    asked.end(init?.body);
  });
