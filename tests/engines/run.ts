/**
 * `npm run test:engines`: the main story in Debian's Firefox ESR and in WebKitGTK, each on the production build and on two fresh
 * profiles. A program of its own: under vitest, Node resolves packages as for a page, and the drivers need theirs for Node.
 */

import { deepStrictEqual, ok, strictEqual } from 'node:assert';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readCustomerRecords } from '../backup-lines.ts';
import { customersToCsv, generateCustomers } from '../customers.ts';
import { startEndpoint } from '../endpoint.ts';
import { findOnDisk } from '../on-disk.ts';
import { startPlainPage } from '../plain-page.ts';
import { findProgram } from '../programs.ts';
import { until, type Driver, type Engine } from './driver.ts';
import { firefox } from './firefox.ts';
import { recoveryKeyIn, Story, type Team } from './story.ts';
import { webkit } from './webkit.ts';

const team: Team = {
  workspace: 'Kelp & Sons',
  member: 'Ines Marrow',
  passphrase: 'nine gulls over the harbour wall',
};
const customers = generateCustomers(300);
const one = customers[41]!;

/** Every engine that is installed; in CI all must be. */
export async function runEngines(): Promise<{ passed: number; failed: number; skipped: number }> {
  const counts = { passed: 0, failed: 0, skipped: 0 };
  for (const engine of [firefox, webkit]) {
    const missing = engine.programs.filter((program) => !findProgram(program));
    const started = Date.now();
    if (missing.length > 0) {
      const isCi = process.env['CI'] !== undefined;
      counts[isCi ? 'failed' : 'skipped'] += 1;
      process.stdout.write(`${engine.name}: skipped, ${missing.join(', ')} is missing\n`);
      continue;
    }
    try {
      await tellStory(engine);
      counts.passed += 1;
      process.stdout.write(`${engine.name}: passed, ${Date.now() - started} ms\n`);
    } catch (error) {
      counts.failed += 1;
      process.stdout.write(`${engine.name}: failed, ${Date.now() - started} ms\n`);
      process.stdout.write(`${error instanceof Error ? String(error.stack) : String(error)}\n`);
      if (error instanceof Error && error.cause instanceof Error) {
        process.stdout.write(`${String(error.cause.stack)}\n`);
      }
    }
  }
  return counts;
}

async function tellStory(engine: Engine): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-engine-'));
  const list = join(folder, 'customers.csv');
  writeFileSync(list, customersToCsv(customers));
  const backupPath = join(folder, 'backup.holdfast.tar');
  const here = join(folder, 'here');
  const elsewhere = join(folder, 'elsewhere');
  for (const path of [here, elsewhere]) mkdirSync(path);
  const profile = join(here, 'profile');
  let endpoint = await startEndpoint();
  try {
    const kit = await inBrowser(engine, here, async (driver) => {
      if (engine.keepsSessions) await typeCarelessly(driver, profile);
      const story = new Story(driver, `${endpoint.address}/`);
      await story.open();
      const stored = await story.create(team);
      await story.import(list, customers.length);
      await story.find(one.email, one.name);
      await story.edit('Job title', 'Harbour master');
      await story.lock();
      strictEqual(await driver.holds(one.name), false, 'the locked page holds a name');

      await story.untilOffline();
      const { port } = new URL(endpoint.address);
      await endpoint.stop();
      await story.reload();
      await story.unlock(team);
      await story.find(one.email, one.name);
      await story.edit('Job title', 'Lighthouse keeper');
      writeFileSync(backupPath, readFileSync(await story.backUp()));
      await story.verify(backupPath, customers.length);
      endpoint = await startEndpoint({ environment: { PORT: port } });
      await story.lock();
      return stored;
    });

    const secrets = [one.name, one.email, 'Lighthouse keeper', recoveryKeyIn(kit), team.passphrase];
    deepStrictEqual(findOnDisk(profile, secrets), [], 'what is readable on the disk');

    await inBrowser(engine, elsewhere, async (driver) => {
      const story = new Story(driver, `${endpoint.address}/`);
      await story.open();
      const newTeam = { ...team, passphrase: 'quite another harbour wall' };
      const key = recoveryKeyIn(kit);
      const newKit = await story.restore(backupPath, key, customers.length, newTeam);
      await story.find(one.email, one.name);
      const again = readFileSync(await story.backUp());
      const before = await readCustomerRecords(readFileSync(backupPath), key);
      const after = await readCustomerRecords(again, recoveryKeyIn(newKit));
      ok(before.size >= customers.length, 'the backup holds every customer');
      deepStrictEqual(after, before, 'the restored workspace equals the old one');
    });
  } finally {
    await endpoint.stop();
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  }
}

async function inBrowser<T>(
  engine: Engine,
  folder: string,
  work: (driver: Driver) => Promise<T>,
): Promise<T> {
  const driver = await engine.start(folder);
  try {
    return await work(driver);
  } catch (error) {
    throw new Error(`On the page: ${await driver.words()}`, { cause: error });
  } finally {
    await driver.close();
  }
}

/** What a page without Holdfast's care leaves on the disk shows that the search there finds such things. */
async function typeCarelessly(driver: Driver, profile: string): Promise<void> {
  const careless = 'Kanarienvogel im Bergwerk';
  const plain = await startPlainPage();
  try {
    await driver.open(plain.address);
    await driver.type('Plain field', careless);
    await until('the careless text on the disk', async () =>
      findOnDisk(profile, [careless]).length > 0 ? true : null,
    );
  } finally {
    await plain.stop();
  }
}
