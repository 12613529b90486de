/** Debian's Firefox ESR by puppeteer-core over WebDriver BiDi. */

import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import puppeteer, { type ElementHandle, type Page } from 'puppeteer-core';
import { findProgram } from '../programs.ts';
import { nextDownload } from './downloads.ts';
import { button, describeTarget, until, type Driver, type Engine, type Target } from './driver.ts';
import { findFileInput, findInPage, setDate } from './in-page.ts';

export const firefox: Engine = {
  name: 'Firefox',
  programs: ['firefox-esr'],
  keepsSessions: true,

  async start(folder) {
    const profile = join(folder, 'profile');
    const downloads = join(folder, 'downloads');
    mkdirSync(profile, { recursive: true });
    mkdirSync(downloads, { recursive: true });
    const executablePath = findProgram('firefox-esr');
    if (!executablePath) throw new Error('Firefox ESR is not installed.');
    const browser = await puppeteer.launch({
      browser: 'firefox',
      executablePath,
      headless: true,
      userDataDir: profile,
      // A protocol call may wait for the page, which may be deriving a key.
      protocolTimeout: 120_000,
      extraPrefsFirefox: {
        'browser.download.folderList': 2,
        'browser.download.dir': downloads,
        'browser.download.useDownloadDir': true,
        'browser.download.alwaysOpenPanel': false,
        // As a person's Firefox does: sessions are kept, and written often.
        'browser.sessionstore.interval': 1000,
        'browser.sessionstore.resume_from_crash': true,
        'browser.startup.page': 3,
        'intl.accept_languages': 'en-GB, en',
      },
    });
    const page = await browser.newPage();
    return createDriver(page, downloads, () => browser.close());
  },
};

function createDriver(page: Page, downloads: string, close: () => Promise<void>): Driver {
  const find = (target: Target, withinMs?: number): Promise<ElementHandle> =>
    until(
      describeTarget(target),
      async () => {
        const handle = await page.evaluateHandle(findInPage, target);
        return handle.asElement() as ElementHandle | null;
      },
      withinMs,
    );
  const click = async (target: Target) => {
    await until(`a click on ${describeTarget(target)}`, async () => {
      await (await find(target)).click();
      return true;
    });
  };
  return {
    engine: 'Firefox',
    open: async (address) => {
      await page.goto(address);
    },
    reload: async () => {
      await page.reload();
    },
    untilOffline: async () => {
      await page.evaluate(async () => {
        await navigator.serviceWorker.ready;
      });
    },
    click,
    async type(label, text) {
      const field = await find({ role: 'field', name: label });
      await field.evaluate((element) => {
        (element as HTMLInputElement).focus();
        (element as HTMLInputElement).select();
      });
      await page.keyboard.press('Delete');
      await field.type(text);
    },
    async pickDate(label, date) {
      const field = await find({ role: 'field', name: label });
      await field.evaluate(setDate, date);
    },
    async choose(name, path) {
      const input = await (await find(button(name))).evaluateHandle(findFileInput);
      const element = input.asElement() as ElementHandle<HTMLInputElement> | null;
      if (!element) throw new Error(`No file input behind "${name}"`);
      await element.uploadFile(path);
    },
    download: (name) => nextDownload(downloads, () => click(button(name))),
    see: async (target, withinMs) => {
      await find(target, withinMs);
    },
    holds: (text) =>
      page.evaluate((wanted) => document.documentElement.outerHTML.includes(wanted), text),
    words: () => page.evaluate(() => document.body.innerText),
    close,
  };
}
