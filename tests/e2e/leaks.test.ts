/** What is left on the disk after a session, in everything that the browser wrote. */

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { customersToCsv, generateCustomers } from '../customers.ts';
import { findOnDisk } from '../on-disk.ts';
import { startPlainPage } from '../plain-page.ts';
import { startBrowser } from '../running-browser.ts';
import { expect, test } from './fixtures.ts';
import { csvFile } from './pages/files.ts';
import { Holdfast } from './pages/holdfast.ts';
import { team } from './teams.ts';

test('nothing of a customer, nor a key, is readable on the disk', async ({ endpoint }) => {
  const profile = mkdtempSync(join(tmpdir(), 'holdfast-profile-'));
  const plain = await startPlainPage();
  const imported = generateCustomers(50, 7);
  let recoveryKey: string;
  const browser = await startBrowser(profile);
  try {
    const { page } = browser;
    // What a careless page leaves shows that the search below finds such things.
    await page.goto(plain.address);
    await page.getByLabel('Plain field').fill('Kanarienvogel im Bergwerk');

    const holdfast = new Holdfast(page, `${endpoint.address}/`);
    recoveryKey = (await holdfast.create(team)).recoveryKey;
    await holdfast.go('Customers');
    await holdfast.importing.run(csvFile('list.csv', customersToCsv(imported)), imported.length);
    await holdfast.importing.close();
    await holdfast.customers.add({ Name: 'Ludmila Ferenczy-Vance' });
    await holdfast.customer.logInteraction({ notes: 'Her brother is in hospital, be gentle.' });
    await holdfast.customers.search('Ferenczy');
    // Left standing in a form.
    await holdfast.customers.startNew();
    await holdfast.customer.field('Notes').fill('A thought that was never saved');
    await sleep(1500);
    await holdfast.lock();
  } finally {
    await browser.close();
    await plain.stop();
  }

  const secrets = [
    'Ludmila Ferenczy-Vance',
    'Ferenczy',
    'Her brother is in hospital',
    'A thought that was never saved',
    imported[20]!.name,
    imported[20]!.email,
    recoveryKey,
    recoveryKey.slice(20, 50),
    team.passphrase,
  ];
  expect(findOnDisk(profile, ['Kanarienvogel im Bergwerk'])).not.toEqual([]);
  expect(findOnDisk(profile, secrets)).toEqual([]);
  rmSync(profile, { recursive: true, force: true, maxRetries: 5 });
});
