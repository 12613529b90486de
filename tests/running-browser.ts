/**
 * A Chromium as a person runs it: a program of its own with a profile on disk, none of a test runner's
 * settings (they keep files from being written), and so one that can be killed in the middle of a write.
 */

import { spawn } from 'node:child_process';
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { chromium, type BrowserContext, type Page } from '@playwright/test';
import { findBrowser } from './browser.ts';

export interface RunningBrowser {
  readonly context: BrowserContext;
  readonly page: Page;
  /** Where its debugger listens. */
  readonly address: string;
  /** As when the person closes the window: the browser writes what it wants to keep. */
  close(): Promise<void>;
  /** As when the power fails: every process of it at once. */
  kill(): Promise<void>;
}

export async function startBrowser(profile: string): Promise<RunningBrowser> {
  const portFile = join(profile, 'DevToolsActivePort');
  rmSync(portFile, { force: true });
  // What was killed could not take its lock away, and its process number may be another's by now.
  for (const name of ['SingletonLock', 'SingletonSocket', 'SingletonCookie']) {
    rmSync(join(profile, name), { force: true });
  }
  const { executablePath, args } = findBrowser();
  const child = spawn(
    executablePath,
    [
      ...args,
      '--headless=new',
      '--remote-debugging-port=0',
      '--window-size=1180,900',
      '--lang=en-GB',
      '--accept-lang=en-GB',
      `--user-data-dir=${profile}`,
      'about:blank',
    ],
    // A group of its own, so that a kill reaches every process of the browser and no other.
    { detached: true, stdio: 'ignore' },
  );
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const { pid } = child;
  if (pid === undefined) throw new Error(`Chromium did not start: ${executablePath}`);
  const endGroup = async () => {
    try {
      process.kill(-pid, 'SIGKILL');
    } catch {
      // Every process of the group has ended already.
    }
    await ended;
  };

  try {
    const port = await portIn(portFile);
    const address = `http://127.0.0.1:${port}`;
    const browser = await chromium.connectOverCDP(address, { isLocal: true });
    const context = browser.contexts()[0];
    if (!context) throw new Error('Chromium has no window.');
    const page = context.pages()[0] ?? (await context.newPage());
    context.setDefaultTimeout(30_000);
    return {
      context,
      page,
      address,
      async close() {
        const session = await browser.newBrowserCDPSession();
        await session.send('Browser.close').catch(() => undefined);
        await Promise.race([ended, sleep(10_000)]);
        await endGroup();
      },
      kill: endGroup,
    };
  } catch (error) {
    await endGroup();
    throw error;
  }
}

async function portIn(file: string): Promise<string> {
  for (let tries = 0; tries < 300; tries += 1) {
    const port = existsSync(file) ? readFileSync(file, 'utf8').split('\n')[0] : undefined;
    if (port) return port;
    await sleep(100);
  }
  throw new Error('Chromium did not open its debugging port.');
}
