/** What every browser test starts from: the built app, served with its headers, and a page that may not complain. */

import { test as base, expect, type BrowserContext, type Page } from '@playwright/test';
import { startEndpoint, type Endpoint } from '../endpoint.ts';
import { givenStore } from './given-store.ts';
import { Holdfast } from './pages/holdfast.ts';

interface TestFixtures {
  /** What the page wrote to its console as an error, or threw; empty at the end of every test. */
  complaints: string[];
  holdfast: Holdfast;
  /** Opens the app as on another device: nothing stored, nothing cached. */
  anotherDevice: () => Promise<Holdfast>;
}

interface WorkerFixtures {
  endpoint: Endpoint;
}

export const test = base.extend<TestFixtures, WorkerFixtures>({
  endpoint: [
    async ({}, use) => {
      const endpoint = await startEndpoint(
        givenStore === null
          ? {}
          : { environment: { HOLDFAST_STORES: new URL(givenStore.endpoint).origin } },
      );
      await use(endpoint);
      await endpoint.stop();
    },
    { scope: 'worker' },
  ],

  baseURL: async ({ endpoint }, use) => {
    await use(`${endpoint.address}/`);
  },

  complaints: [
    async ({ context }, use) => {
      const complaints: string[] = [];
      listenToAll(context, complaints);
      await use(complaints);
      expect(complaints, 'errors in the console').toEqual([]);
    },
    { auto: true },
  ],

  holdfast: async ({ page }, use) => {
    await use(new Holdfast(page));
  },

  anotherDevice: async ({ browser, baseURL, locale, viewport, complaints }, use) => {
    const contexts: BrowserContext[] = [];
    await use(async () => {
      const context = await browser.newContext({
        ...(baseURL ? { baseURL } : {}),
        ...(locale ? { locale } : {}),
        viewport,
      });
      contexts.push(context);
      listenToAll(context, complaints);
      return new Holdfast(await context.newPage());
    });
    for (const context of contexts) await context.close();
  },
});

function listenToAll(context: BrowserContext, complaints: string[]): void {
  context.on('page', (page) => listen(page, complaints));
  for (const page of context.pages()) listen(page, complaints);
}

function listen(page: Page, complaints: string[]): void {
  page.on('console', (message) => {
    if (message.type() === 'error') complaints.push(message.text());
  });
  page.on('pageerror', (error) => complaints.push(String(error)));
}

export { expect };
