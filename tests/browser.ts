/** The Chromium that the browser tests drive: found, or installed, or asked for in one sentence. */

import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { chromium } from '@playwright/test';
import { aptInstall, findProgram, isExecutable } from './programs.ts';

export interface Browser {
  readonly executablePath: string;
  readonly args: readonly string[];
}

/** Throws, with what to install, where there is no Chromium and none can be had. */
export function findBrowser(): Browser {
  const executablePath = findChromium() ?? installChromium();
  if (!executablePath) {
    throw new Error(
      'The browser tests need Chromium or Chrome: install one, or give its path in HOLDFAST_CHROMIUM.',
    );
  }
  return { executablePath, args: quietly };
}

/**
 * The same engine without a window's furniture, which takes a third of the time; where there is none, or one was chosen, the browser
 * itself. What a person's profile, a kill or an installed app is about needs the browser.
 */
export function findHeadless(): Browser {
  const { executablePath, args } = findBrowser();
  const light = process.env['HOLDFAST_CHROMIUM'] ? null : findProgram('chromium-headless-shell');
  return { executablePath: light ?? executablePath, args };
}

function findChromium(): string | null {
  const chosen = process.env['HOLDFAST_CHROMIUM'];
  if (chosen) {
    if (!isExecutable(chosen)) throw new Error(`HOLDFAST_CHROMIUM is no program: ${chosen}`);
    return chosen;
  }
  return findProgram(chromium.executablePath(), ...systemBrowsers);
}

function installChromium(): string | null {
  const playwright = join(import.meta.dirname, '../node_modules/@playwright/test/cli.js');
  spawnSync(process.execPath, [playwright, 'install', '--with-deps', 'chromium'], {
    stdio: 'inherit',
    timeout: 300_000,
  });
  const own = findProgram(chromium.executablePath());
  if (own) return own;
  const isInstalled =
    aptInstall(['chromium', 'chromium-headless-shell']) || aptInstall(['chromium']);
  return isInstalled ? findChromium() : null;
}

const systemBrowsers = [
  'chromium',
  'chromium-browser',
  'google-chrome-stable',
  'google-chrome',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
];

/** Nothing speaks to a network but the page; root, as in a container, has no sandbox to start. */
const quietly = [
  ...(process.getuid?.() === 0 ? ['--no-sandbox'] : []),
  '--disable-gpu',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--no-first-run',
];
