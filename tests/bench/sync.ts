/** The figures of sync: two devices, each in a browser of its own, and the store that comes with the app, on loopback. */

import { spawnSync } from 'node:child_process';
import { statSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from '@playwright/test';
import { startEndpoint } from '../endpoint.ts';
import { startBrowser } from '../running-browser.ts';
import { p95, type Figures } from './figures.ts';
import { startSite } from './site.ts';

const SAVES = 20;
const IDLE_MS = 20_000;

export async function measureSync(
  pageFolder: string,
  folder: string,
  at: number,
  figures: Figures,
): Promise<void> {
  const endpoint = await startEndpoint();
  const site = await startSite(pageFolder, folder, [endpoint.address]);
  const laptop = await startBrowser(join(folder, `laptop-${at}`));
  const tablet = await startBrowser(join(folder, `tablet-${at}`));
  const settings = {
    endpoint: endpoint.store.endpoint,
    bucket: endpoint.store.bucket,
    prefix: '',
    region: 'us-east-1',
    pathStyle: true,
    accessKey: endpoint.store.full.accessKeyId,
    secretKey: endpoint.store.full.secretAccessKey,
  };
  try {
    for (const { page } of [laptop, tablet]) await page.goto(`${site.address}/index.html`);
    const importing = await laptop.page.evaluate((count) => window.bench.startTeam(count), at);
    await laptop.page.evaluate((store) => window.bench.connect(store), settings);
    const link = await laptop.page.evaluate(() => window.bench.invite());
    await tablet.page.evaluate((invite) => window.bench.joinTeam(invite), link);
    const first = tablet.page.evaluate(() => window.bench.firstSync());
    await laptop.page.evaluate(() => window.bench.approve());
    const { took, wire } = await first;
    figures.judge('first sync: requests', at, wire.requests, '', 60);

    const packed = await gzipped(laptop.page, folder);
    figures.note('first sync: bytes on the wire', at, wire.bytesIn / 1e6, 'MB');
    figures.judge('first sync: bytes', at, wire.bytesIn / packed, '× gzip -9', 1.15);

    const again = await tablet.page.evaluate(
      ([store, names]) => window.bench.fetchAgain(store, names),
      [settings, wire.fetched] as const,
    );
    figures.note('first sync', at, took, 'ms');
    figures.note('the same bytes, fetched alone, and imported', at, again + importing, 'ms');
    figures.judge('first sync', at, took / (again + importing), '× fetch+import', 3);

    await measurePull(laptop.page, tablet.page, at, figures);
    await measureSaves(laptop.page, tablet.page, at, figures);
    await measureIdle(tablet.page, at, figures);
  } finally {
    await laptop.close();
    await tablet.close();
    await site.stop();
    await endpoint.stop();
  }
}

/** Bytes of the same records as JSON Lines under `gzip -9`. */
async function gzipped(page: Page, folder: string): Promise<number> {
  await page.evaluate(async () => {
    await fetch('/synced.jsonl', { method: 'POST', body: await window.bench.syncedLines() });
  });
  const lines = join(folder, 'synced.jsonl');
  const { status } = spawnSync('gzip', ['-9', '-k', '-f', lines]);
  if (status !== 0) throw new Error('There is no gzip here.');
  return statSync(`${lines}.gz`).size;
}

async function measurePull(
  laptop: Page,
  tablet: Page,
  at: number,
  figures: Figures,
): Promise<void> {
  await tablet.evaluate(() => window.bench.hide());
  await laptop.evaluate(() => window.bench.editMany(1_000));
  const pulled = await tablet.evaluate(() => window.bench.roundNow());
  await tablet.evaluate(() => window.bench.show());
  figures.judge('pull of 1,000 changes over 1,000 customers', at, pulled, 'ms', 500);
}

async function measureSaves(
  laptop: Page,
  tablet: Page,
  at: number,
  figures: Figures,
): Promise<void> {
  const took: number[] = [];
  for (let save = 0; save < SAVES; save += 1) {
    const { customer, saved } = await laptop.evaluate((n) => window.bench.editOne(n), save);
    const shown = await tablet.evaluate(([id, since]) => window.bench.shown(id, since), [
      customer,
      saved,
    ] as const);
    took.push(shown - saved);
    await laptop.waitForTimeout(137);
  }
  figures.judge('save on one device, seen on the other, p95', at, p95(took), 'ms', 3_000);
}

async function measureIdle(tablet: Page, at: number, figures: Figures): Promise<void> {
  await tablet.evaluate(() => window.bench.roundNow());
  await tablet.evaluate(() => window.bench.takeWire());
  await tablet.waitForTimeout(IDLE_MS);
  const { requests, bytesIn, polls } = await tablet.evaluate(() => window.bench.takeWire());
  figures.judge('idle poll: requests', at, requests / Math.max(1, polls), 'a poll', 1);
  figures.judge('idle poll: answer', at, bytesIn / Math.max(1, requests) / 2, 'B a device', 800);
}
