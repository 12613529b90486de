/** WebKitGTK's MiniBrowser by WebKitWebDriver, on a screen of its own that Xvfb paints into memory. */

import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { Builder, Capabilities, type WebDriver, type WebElement } from 'selenium-webdriver';
import { nextDownload } from './downloads.ts';
import { button, describeTarget, until, type Driver, type Engine, type Target } from './driver.ts';
import { findFileInput, findInPage, setDate } from './in-page.ts';

export const webkit: Engine = {
  name: 'WebKitGTK',
  programs: ['WebKitWebDriver', 'Xvfb'],
  // An automated MiniBrowser keeps nothing.
  keepsSessions: false,

  async start(folder) {
    const home = join(folder, 'profile');
    const downloads = join(folder, 'downloads');
    for (const part of [downloads, join(home, '.config')]) mkdirSync(part, { recursive: true });
    mkdirSync(join(home, 'run'), { mode: 0o700 });
    // MiniBrowser asks the desktop where downloads go.
    writeFileSync(join(home, '.config/user-dirs.dirs'), `XDG_DOWNLOAD_DIR="${downloads}"\n`);

    const screen = await startScreen();
    const port = await freePort();
    const environment: NodeJS.ProcessEnv = {
      ...process.env,
      HOME: home,
      XDG_RUNTIME_DIR: join(home, 'run'),
      DISPLAY: screen.display,
      LANG: 'C.UTF-8',
      LANGUAGE: 'en',
    };
    delete environment['DBUS_SESSION_BUS_ADDRESS'];
    const service = spawn('WebKitWebDriver', [`--port=${port}`, '--host=127.0.0.1'], {
      env: environment,
      stdio: 'ignore',
    });
    const stop = () => {
      service.kill();
      screen.stop();
    };
    try {
      const driver = await until('WebKitWebDriver', () => connect(port));
      await driver.manage().setTimeouts({ script: 120_000, pageLoad: 120_000 });
      return createDriver(driver, downloads, async () => {
        await driver.quit();
        stop();
      });
    } catch (error) {
      stop();
      throw error;
    }
  },
};

function connect(port: number): Promise<WebDriver> {
  const capabilities = new Capabilities({
    browserName: 'MiniBrowser',
    'webkitgtk:browserOptions': { binary: findMiniBrowser(), args: ['--automation'] },
  });
  return Promise.resolve(
    new Builder()
      .usingServer(`http://127.0.0.1:${port}`)
      .disableEnvironmentOverrides()
      .withCapabilities(capabilities)
      .build(),
  );
}

/** Debian keeps it beside the library, in a folder that carries the machine's and the library's names. */
function findMiniBrowser(): string {
  for (const machine of readdirSync('/usr/lib')) {
    for (const library of ['webkit2gtk-4.1', 'webkit2gtk-4.0', 'webkitgtk-6.0']) {
      const program = join('/usr/lib', machine, library, 'MiniBrowser');
      if (existsSync(program)) return program;
    }
  }
  throw new Error('MiniBrowser is not installed.');
}

interface Screen {
  readonly display: string;
  stop(): void;
}

/** Xvfb picks a free display and writes its number to the third stream. */
function startScreen(): Promise<Screen> {
  const server: ChildProcess = spawn(
    'Xvfb',
    ['-displayfd', '3', '-screen', '0', '1280x900x24', '-nolisten', 'tcp'],
    { stdio: ['ignore', 'ignore', 'ignore', 'pipe'] },
  );
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.once('exit', () => reject(new Error('Xvfb did not start.')));
    server.stdio[3]?.once('data', (number: Buffer) =>
      resolve({ display: `:${number.toString().trim()}`, stop: () => void server.kill() }),
    );
  });
}

function freePort(): Promise<number> {
  const server = createServer();
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo;
      server.close(() => resolve(port));
    });
  });
}

function createDriver(driver: WebDriver, downloads: string, close: () => Promise<void>): Driver {
  const find = (target: Target, withinMs?: number): Promise<WebElement> =>
    until(
      describeTarget(target),
      () => driver.executeScript<WebElement | null>(findInPage, target),
      withinMs,
    );
  const click = async (target: Target) => {
    await until(`a click on ${describeTarget(target)}`, async () => {
      await (await find(target)).click();
      return true;
    });
  };
  return {
    engine: 'WebKitGTK',
    open: (address) => driver.get(address),
    reload: () => driver.navigate().refresh(),
    untilOffline: () =>
      driver.executeAsyncScript<undefined>((done: () => void) => {
        void navigator.serviceWorker.ready.then(() => done());
      }),
    click,
    async type(label, text) {
      // Under load its driver loses keys: what stands in the field decides.
      await until(`"${label}" to hold what was typed`, async () => {
        const field = await find({ role: 'field', name: label });
        await field.clear();
        await field.sendKeys(text);
        return (await field.getProperty('value')) === text ? true : null;
      });
    },
    async pickDate(label, date) {
      await driver.executeScript(setDate, await find({ role: 'field', name: label }), date);
    },
    async choose(name, path) {
      const input = await driver.executeScript<WebElement | null>(
        findFileInput,
        await find(button(name)),
      );
      if (!input) throw new Error(`No file input behind "${name}"`);
      await input.sendKeys(path);
    },
    download: (name) => nextDownload(downloads, () => click(button(name))),
    see: async (target, withinMs) => {
      await find(target, withinMs);
    },
    holds: (text) =>
      driver.executeScript<boolean>(
        (wanted: string) => document.documentElement.outerHTML.includes(wanted),
        text,
      ),
    words: () => driver.executeScript<string>(() => document.body.innerText),
    close,
  };
}
