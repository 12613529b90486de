/** The figures that only the app as a whole has: what a person waits for and what the browser holds. */

import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { chromium } from '@playwright/test';
import puppeteer, { type CDPSession } from 'puppeteer-core';
import { findBrowser } from '../browser.ts';
import { createRandom, customersToCsv, generateCustomers } from '../customers.ts';
import { Holdfast } from '../e2e/pages/holdfast.ts';
import { startBrowser, type RunningBrowser } from '../running-browser.ts';
import { median, p95, type Figures } from './figures.ts';
import { runs } from './engine.ts';
import { startSite, type Site } from './site.ts';

const builtApp = join(import.meta.dirname, '../../dist/app');

const team = {
  workspace: 'Bench',
  member: 'Ines Marrow',
  passphrase: 'nine gulls over the harbour wall',
};

export async function measureApp(
  folder: string,
  at: number,
  summaryBytes: number,
  figures: Figures,
): Promise<void> {
  const site = await startSite(builtApp, folder);
  const list = join(folder, 'customers.csv');
  writeFileSync(list, customersToCsv(generateCustomers(at)));
  const longest: number[] = [];
  try {
    for (let run = 1; run <= runs; run += 1) {
      const browser = await startBrowser(join(folder, `app-${at}-${run}`));
      try {
        const holdfast = await createWorkspace(browser, site);
        const empty = await heapAfterUnlock(browser, holdfast);
        await holdfast.importing.choose(list);
        await holdfast.importing.expectMatchColumns();
        longest.push(await longestTaskOfImport(holdfast, at));
        await holdfast.importing.close();
        if (run < runs) continue;
        const full = await heapAfterUnlock(browser, holdfast);
        figures.note('summaries as plain JSON', at, summaryBytes / 1e6, 'MB');
        figures.note(
          'memory after unlock, less an empty workspace',
          at,
          (full - empty) / 1e6,
          'MB',
        );
        figures.judge('memory', at, (full - empty) / summaryBytes, '× plain', 1.5);
        const painted = await keystrokesToPaint(holdfast, at);
        figures.judge('search, keystroke to paint, p95', at, p95(painted), 'ms', 50);
        const checked = await runsOfChecks(holdfast);
        figures.judge('run of the checks, click to outcome', at, median(checked), 'ms', 3000);
      } finally {
        await browser.close();
      }
    }
    // The browser tells only of tasks above 50 ms.
    const worst = Math.max(median(longest), 50);
    figures.judge('longest task of the page during an import', at, worst, 'ms', 100);
  } finally {
    await site.stop();
  }
}

async function createWorkspace(browser: RunningBrowser, site: Site): Promise<Holdfast> {
  const holdfast = new Holdfast(browser.page);
  await browser.page.goto(`${site.address}/`);
  await holdfast.firstRun.create(team);
  await holdfast.firstRun.storeKit();
  await holdfast.untilOffline();
  await holdfast.go('Customers');
  return holdfast;
}

/** In ms. */
async function runsOfChecks(holdfast: Holdfast): Promise<number[]> {
  await holdfast.go('Compliance');
  const took: number[] = [];
  for (let run = 0; run < runs; run += 1) {
    const told = holdfast.page.evaluate(
      () =>
        new Promise<number>((resolve) => {
          addEventListener(
            'click',
            ({ timeStamp }) => {
              const observer = new MutationObserver(() => {
                if (document.querySelector('[role=status] button') === null) return;
                observer.disconnect();
                resolve(performance.now() - timeStamp);
              });
              observer.observe(document.body, { childList: true, subtree: true });
            },
            { capture: true, once: true },
          );
        }),
    );
    await holdfast.compliance.runChecks();
    took.push(await told);
    await holdfast.page.getByRole('button', { name: 'Dismiss' }).click();
  }
  return took;
}

/** Bytes in use, page and worker together, after a fresh start and a collection; the median of several starts. */
async function heapAfterUnlock(browser: RunningBrowser, holdfast: Holdfast): Promise<number> {
  const measured: number[] = [];
  for (let run = 0; run < runs; run += 1) {
    await holdfast.lock();
    await holdfast.page.reload();
    await holdfast.unlock(team.passphrase);
    await holdfast.go('Customers');
    await holdfast.customers.searchbox.waitFor();
    await holdfast.page.waitForTimeout(1000);
    measured.push(await heapInUse(browser));
  }
  return median(measured);
}

async function heapInUse(browser: RunningBrowser): Promise<number> {
  const second = await puppeteer.connect({ browserURL: browser.address, defaultViewport: null });
  try {
    const [page] = (await second.pages()).filter((one) => one.url().startsWith('http'));
    if (!page) throw new Error('The page is gone.');
    const clients = [await page.createCDPSession(), ...page.workers().map(({ client }) => client)];
    let bytes = 0;
    for (const client of clients) bytes += await heapOf(client);
    return bytes;
  } finally {
    await second.disconnect();
  }
}

async function heapOf(client: CDPSession): Promise<number> {
  await client.send('HeapProfiler.enable');
  await client.send('HeapProfiler.collectGarbage');
  const usage = await client.send('Runtime.getHeapUsage');
  return usage.usedSize + usage.backingStorageSize;
}

/**
 * The longest task of the page's thread in ms; 0 where the browser saw none above 50. The page itself waits for the end: asking it by
 * roles from outside, again and again, would be the longest task.
 */
async function longestTaskOfImport(holdfast: Holdfast, at: number): Promise<number> {
  const { page, importing } = holdfast;
  await page.evaluate(() => {
    const tasks: number[] = [];
    Reflect.set(window, 'benchTasks', tasks);
    const done = new Promise<void>((resolve) => {
      addEventListener(
        'click',
        () => {
          new PerformanceObserver((list) => {
            for (const { duration } of list.getEntries()) tasks.push(duration);
          }).observe({ type: 'longtask' });
          new MutationObserver((_records, observer) => {
            if (!document.querySelector('dialog')?.textContent.includes('Imported')) return;
            observer.disconnect();
            resolve();
          }).observe(document.body, { childList: true, subtree: true });
        },
        { capture: true, once: true },
      );
    });
    Reflect.set(window, 'benchDone', done);
  });
  await importing.start(at);
  await page.evaluate(() => Reflect.get(window, 'benchDone') as Promise<void>);
  await page.waitForTimeout(500);
  return page.evaluate(() => Math.max(0, ...(Reflect.get(window, 'benchTasks') as number[])));
}

/** From the key to the frame in which the list shows what follows from it. */
async function keystrokesToPaint(holdfast: Holdfast, at: number): Promise<number[]> {
  const { page, customers } = holdfast;
  await page.evaluate(() => {
    const took: number[] = [];
    Reflect.set(window, 'benchPaints', took);
    let observer: MutationObserver | undefined;
    addEventListener(
      'input',
      (event) => {
        // A letter that changes nothing of the list paints nothing either.
        observer?.disconnect();
        observer = new MutationObserver(() => {
          observer?.disconnect();
          // The frame after the next one begins when the changed rows have been painted.
          requestAnimationFrame(() => {
            const { port1, port2 } = new MessageChannel();
            port1.onmessage = () => took.push(performance.now() - event.timeStamp);
            port2.postMessage(null);
          });
        });
        const list = document.querySelector('main') ?? document.body;
        observer.observe(list, { childList: true, subtree: true, characterData: true });
      },
      { capture: true },
    );
  });
  const random = createRandom(5);
  const people = generateCustomers(Math.min(at, 2000));
  await customers.searchbox.focus();
  for (let word = 0; word < 25; word += 1) {
    const { name } = random.pick(people);
    await page.keyboard.press('Control+A');
    await page.keyboard.press('Delete');
    await page.waitForTimeout(300);
    for (const character of name.slice(0, 6)) {
      await page.keyboard.insertText(character);
      await page.waitForTimeout(150);
    }
  }
  return page.evaluate(() => Reflect.get(window, 'benchPaints') as number[]);
}

/** What a first visit must fetch before it can be used, and before the unlock screen can: scripts, gzipped. */
export async function measureFirstVisit(folder: string, figures: Figures): Promise<void> {
  const site = await startSite(builtApp, folder);
  const { executablePath, args } = findBrowser();
  const browser = await chromium.launch({ executablePath, args: [...args] });
  try {
    // The copy for offline use is fetched after the page is usable: it is left out.
    const context = await browser.newContext({ serviceWorkers: 'block', locale: 'en-GB' });
    const page = await context.newPage();
    const holdfast = new Holdfast(page);
    await page.goto(`${site.address}/`);
    await page.getByRole('button', { name: 'Create workspace' }).waitFor();
    const needed = new Set(site.requests);
    await holdfast.firstRun.create(team);
    await holdfast.firstRun.storeKit();
    await holdfast.lock();
    const before = site.requests.length;
    const session = await context.newCDPSession(page);
    await session.send('Network.enable');
    await session.send('Network.setCacheDisabled', { cacheDisabled: true });
    await page.reload({ waitUntil: 'commit' });
    await holdfast.locked.passphrase.fill('x');
    for (const path of site.requests.slice(before)) needed.add(path);
    const scripts = [...needed].filter((path) => path.endsWith('.js'));
    const bytes = scripts
      .map((path) => gzipSync(readFileSync(join(builtApp, path))).length)
      .reduce((sum, size) => sum + size, 0);
    figures.judge('first visit: script before unlock is usable', 0, bytes / 1000, 'kB gzip', 120);
  } finally {
    await browser.close();
    await site.stop();
  }
}
