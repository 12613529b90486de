/** The client and the store that comes with the app, which know nothing of each other, hold to one API. */

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { randomBytes } from '#base/bytes.ts';
import { err, ok } from '#base/result.ts';
import type { KeyPair } from '#endpoint/store/key-pairs.ts';
import { BUCKET } from '#endpoint/store/store.ts';
import type { StoreSettings } from '#sync/messages.ts';
import { listAll } from '#sync/object-store.ts';
import { probeStore } from '#sync/probe.ts';
import { createS3Store } from '#sync/s3-store.ts';
import { serveStore, type ServedStore } from '../endpoint/store/server.ts';

const folder = mkdtempSync(join(tmpdir(), 'holdfast-objects-'));
let served: ServedStore;
let settings: StoreSettings;
beforeAll(async () => {
  served = await serveStore(join(folder, 'data'));
  settings = {
    endpoint: `http://127.0.0.1:${served.port}`,
    bucket: BUCKET,
    prefix: 'teams/north sea (ü)/',
    region: 'us-east-1',
    pathStyle: true,
    ...settingsOf(served.keyPairs.full),
  };
});
afterAll(() => {
  served.server.close();
  served.server.closeAllConnections();
  rmSync(folder, { recursive: true });
});

it('the probe passes with the full key, and with the one of ordinary devices', async () => {
  expect(await probeStore(settings)).toMatchObject({ ok: true, value: { canRemove: true } });
  const ordinary = { ...settings, ...settingsOf(served.keyPairs.appendOnly) };
  expect(await probeStore(ordinary)).toMatchObject({ ok: true, value: { canRemove: false } });
});

it('the probe says what is wrong', async () => {
  const wrongKey = { ...settings, secretKey: 'wrong' };
  expect(await probeStore(wrongKey)).toEqual(err({ type: 'Denied' }));
  const wrongBucket = { ...settings, bucket: 'another-team' };
  expect(await probeStore(wrongBucket)).toEqual(err({ type: 'NoSuchBucket' }));
});

it('a device whose clock is years off works by the store’s', async () => {
  const years = 10 * 365 * 86_400_000;
  for (const offset of [years, -years]) {
    const clock = { now: () => Date.now() + offset };
    const passed = await probeStore(settings, { clock });
    expect(Math.abs((passed.ok ? passed.value.clockOffsetMs : 0) - offset)).toBeLessThan(2000);
  }
});

it('more names than one answer holds are listed whole', async () => {
  const store = createS3Store(settings);
  const names = Array.from(
    { length: 1201 },
    (_, index) => `many/${String(index).padStart(5, '0')}`,
  );
  for (let index = 0; index < names.length; index += 50) {
    await Promise.all(
      names.slice(index, index + 50).map((name) => store.put(name, randomBytes(8))),
    );
  }
  expect(await listAll(store, 'many/')).toEqual(ok(names));
});

function settingsOf({ accessKeyId, secretAccessKey }: KeyPair) {
  return { accessKey: accessKeyId, secretKey: secretAccessKey };
}
