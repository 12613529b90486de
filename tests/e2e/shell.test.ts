/** The shell around the screens: policy, installation, the copy for offline use, updates. */

import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { extname, join } from 'node:path';
import type { Page } from '@playwright/test';
import { startEndpoint } from '../endpoint.ts';
import { expect, test } from './fixtures.ts';

const dist = join(import.meta.dirname, '../../dist');

const welcome = (page: Page) => page.getByRole('heading', { name: 'Welcome to Holdfast' });

/** Until the page is served from the copy that the service worker keeps. */
async function kept(page: Page): Promise<void> {
  await page.waitForFunction(
    () => navigator.serviceWorker.controller?.state === 'activated',
    undefined,
    // All of the app is fetched first, on machines that may have much else to do.
    { timeout: 60_000 },
  );
}

test('the app starts under its own policy, without a complaint', async ({ page }) => {
  const response = await page.goto('./');
  expect(response?.headers()['content-security-policy']).toContain("default-src 'none'");
  await expect(welcome(page)).toBeVisible();
  expect(await page.evaluate(() => window.crossOriginIsolated)).toBe(true);
});

test('nothing is asked of another origin', async ({ page, context, baseURL }) => {
  const addresses: string[] = [];
  context.on('request', (request) => addresses.push(request.url()));
  await page.goto('./');
  await kept(page);
  expect(addresses.length).toBeGreaterThan(3);
  for (const address of addresses) expect(address.startsWith(baseURL ?? '-')).toBe(true);
});

test('after one visit the app starts with the network gone', async ({ page }) => {
  const endpoint = await startEndpoint();
  try {
    await page.goto(endpoint.address);
    await kept(page);
  } finally {
    await endpoint.stop();
  }
  await page.reload();
  await expect(welcome(page)).toBeVisible();
  await page.goto(`${endpoint.address}/?source=launcher#/anything`);
  await expect(welcome(page)).toBeVisible();
});

test('the browser finds nothing that keeps the app from being installed', async ({ page }) => {
  await page.goto('./');
  await kept(page);
  const session = await page.context().newCDPSession(page);
  const { errors, data } = await session.send('Page.getAppManifest');
  expect(errors).toEqual([]);
  const { installabilityErrors } = await session.send('Page.getInstallabilityErrors');
  // The pages of a test are private windows, which install nothing.
  expect(installabilityErrors.filter(({ errorId }) => errorId !== 'in-incognito')).toEqual([]);

  const manifest = JSON.parse(data ?? '') as {
    icons: { src: string; sizes: string; type: string }[];
    screenshots?: { src: string; sizes: string; type: string }[];
  };
  for (const { src, sizes, type } of [...manifest.icons, ...(manifest.screenshots ?? [])]) {
    const size = await page.evaluate(async (address) => {
      const image = new Image();
      image.src = address;
      await image.decode();
      return `${image.naturalWidth}x${image.naturalHeight}`;
    }, src);
    expect(type === 'image/svg+xml' ? 'any' : size, src).toBe(sizes);
  }
});

test('a new version waits until it is let, then every page reloads', async ({ page, context }) => {
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-update-'));
  cpSync(dist, folder, { recursive: true });
  const path = join(folder, 'endpoint/main.js');
  const first = await startEndpoint({ path });
  const port = new URL(first.address).port;
  try {
    await page.goto(first.address);
    await kept(page);
    const other = await context.newPage();
    await other.goto(first.address);
    await kept(other);
  } finally {
    await first.stop();
  }

  const script = join(folder, 'app/sw.js');
  writeFileSync(script, `${readFileSync(script, 'utf8')}\n// A later version.\n`);
  const second = await startEndpoint({ path, environment: { PORT: port } });
  try {
    const isWaiting = await page.evaluate(async () => {
      const registration = await navigator.serviceWorker.ready;
      await registration.update();
      const installing = registration.installing;
      if (installing) {
        await new Promise<void>((resolve) => {
          installing.addEventListener('statechange', () => {
            if (installing.state === 'installed') resolve();
          });
        });
      }
      return registration.waiting !== null;
    });
    expect(isWaiting).toBe(true);

    const reloads = context.pages().map((open) => open.waitForEvent('load'));
    await page.evaluate(async () => {
      const registration = await navigator.serviceWorker.ready;
      registration.waiting?.postMessage({ type: 'SKIP_WAITING' });
    });
    await Promise.all(reloads);
    for (const open of context.pages()) await expect(welcome(open)).toBeVisible();
  } finally {
    await second.stop();
    rmSync(folder, { recursive: true });
  }
});

test('a host that sends no headers still serves a strict page', async ({ page, complaints }) => {
  const types: Record<string, string> = {
    '.css': 'text/css',
    '.html': 'text/html',
    '.js': 'text/javascript',
    '.svg': 'image/svg+xml',
    '.wasm': 'application/wasm',
  };
  const files = readdirSync(join(dist, 'app'), { recursive: true }).map(String);
  const server = createServer((request, response) => {
    // As a folder of a larger site.
    const name = (request.url ?? '').replace(/^\/team\/app\//, '').replace(/\?.*/, '');
    const file = name === '' ? 'index.html' : name;
    if (!files.includes(file)) {
      response.writeHead(404).end();
      return;
    }
    response.setHeader('Content-Type', types[extname(file)] ?? 'application/octet-stream');
    response.end(readFileSync(join(dist, 'app', file)));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await page.goto(`http://localhost:${port}/team/app/`);
  await expect(welcome(page)).toBeVisible();
  await kept(page);

  const refused = await page.evaluate(async () => {
    const attempts: Record<string, () => unknown> = {
      'a string as HTML': () => (document.createElement('div').innerHTML = '<b>text</b>'),
      // eslint-disable-next-line @typescript-eslint/no-implied-eval -- what the policy must refuse
      'a string as code': () => new Function('return 1'),
      'a worker of any address': () => new Worker('./other.js'),
      'a policy of another name': () =>
        (window as unknown as { trustedTypes: TrustedTypePolicyFactory }).trustedTypes.createPolicy(
          'other',
          {},
        ),
    };
    // The debugger's own code may do what a page may not: this runs after it, as the page.
    await new Promise((resolve) => setTimeout(resolve));
    return Object.keys(attempts).filter((name) => {
      try {
        attempts[name]?.();
        return false;
      } catch {
        return true;
      }
    });
  });
  expect(refused).toEqual([
    'a string as HTML',
    'a string as code',
    'a worker of any address',
    'a policy of another name',
  ]);
  expect(complaints.splice(0)).toHaveLength(refused.length);

  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
  await page.reload();
  await expect(welcome(page)).toBeVisible();
});
