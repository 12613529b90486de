/** Rows that a disk lost or somebody changed: what is hit is named, the rest goes on, and restore is offered. */

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { customersToCsv, generateCustomers } from '../customers.ts';
import { startBrowser } from '../running-browser.ts';
import { expect, test } from './fixtures.ts';
import { csvFile } from './pages/files.ts';
import { Holdfast } from './pages/holdfast.ts';
import { touchRaw, type RawAction, type TableName } from './raw-database.ts';
import { team } from './teams.ts';

/** Enough for several leaves. */
const customers = generateCustomers(3000, 5);
const last = customers.at(-1)!;

interface Case {
  readonly what: string;
  readonly table: TableName;
  readonly action: RawAction;
  /** What the alert names. */
  readonly names: RegExp;
}

const cases: readonly Case[] = [
  {
    what: 'a flipped bit in a leaf of summaries',
    table: 'summaries',
    action: { type: 'flipBit', at: 0 },
    names: /List entries.*altered or damaged/,
  },
  {
    what: 'a leaf of summaries cut short',
    table: 'summaries',
    action: { type: 'truncate', at: -1 },
    names: /List entries.*altered or damaged/,
  },
  {
    what: 'two leaves of summaries that changed places',
    table: 'summaries',
    action: { type: 'swap', at: 0, with: 1 },
    names: /List entries.*altered or damaged/,
  },
  {
    what: 'a lost leaf of summaries',
    table: 'summaries',
    action: { type: 'delete', at: 0 },
    names: /List entries.*missing/,
  },
  {
    what: 'a flipped bit in the journal',
    table: 'journal',
    action: { type: 'flipBit', at: -1 },
    names: /Recent changes.*altered or damaged/,
  },
  {
    what: 'a lost entry of the journal',
    table: 'journal',
    action: { type: 'delete', at: -1 },
    names: /Recent changes.*missing/,
  },
];

test('damaged rows are named, and the rest of the workspace goes on @deep-only', async ({
  holdfast,
  complaints,
}) => {
  const { page } = holdfast;
  await holdfast.create(team);
  await holdfast.go('Customers');
  await holdfast.importing.run(csvFile('list.csv', customersToCsv(customers)), customers.length);
  await holdfast.importing.close();
  for (const name of ['First of the journal', 'Second of the journal', 'Third of the journal']) {
    await holdfast.customers.add({ Name: name });
    await holdfast.go('Customers');
  }
  await holdfast.lock();
  const tables = ['summaries', 'bodies', 'journal', 'marks'] as const;
  for (const table of tables) await touchRaw(page, table, { type: 'keep' });
  expect(await touchRaw(page, 'summaries', { type: 'count' })).toBeGreaterThan(1);

  for (const { what, table, action, names } of cases) {
    await test.step(what, async () => {
      await touchRaw(page, table, action);
      await page.reload();
      await holdfast.unlock(team.passphrase);
      await expectNamed(holdfast, names);
      await expect(
        page
          .getByRole('link', { name: 'Restore from backup' })
          .or(page.getByRole('button', { name: 'Restore from backup' })),
      ).toBeVisible();
      // What is whole can still be read and written.
      await holdfast.go('Customers');
      await expect(holdfast.customers.list.getByRole('link').first()).toBeVisible();
      await holdfast.customers.list.getByRole('link').first().click();
      await expect(page.getByRole('button', { name: 'Log interaction' })).toBeVisible();
      await holdfast.lock();
      for (const name of tables) await touchRaw(page, name, { type: 'putBack' });
    });
  }

  await test.step('a body that was changed: only its customers cannot be opened', async () => {
    await touchRaw(page, 'bodies', { type: 'flipBit', at: -1 });
    await page.reload();
    await holdfast.unlock(team.passphrase);
    await holdfast.go('Customers');
    await holdfast.customers.search(last.email);
    await holdfast.customers.row(last.name).click();
    await expect(page.getByText('This customer can’t be shown')).toBeVisible();
    await expectNamed(holdfast, /Customer details.*altered or damaged/);
    await holdfast.customers.search('First of the journal');
    await holdfast.customers.openCustomer('First of the journal');
    await holdfast.lock();
    for (const name of tables) await touchRaw(page, name, { type: 'putBack' });
  });

  await test.step('put back whole, nothing is missing', async () => {
    await page.reload();
    await holdfast.unlock(team.passphrase);
    await holdfast.go('Customers');
    await holdfast.customers.expectCount(customers.length + 3);
  });
  expect(complaints).toEqual([]);
});

test('a journal put back to an earlier hour is noticed', async ({ holdfast }) => {
  const { page } = holdfast;
  await holdfast.create(team);
  await holdfast.go('Customers');
  await holdfast.customers.add({ Name: 'Before' });
  await touchRaw(page, 'journal', { type: 'keep' });
  await holdfast.go('Customers');
  await holdfast.customers.add({ Name: 'After' });
  await holdfast.lock();
  await touchRaw(page, 'journal', { type: 'putBack' });
  await page.reload();
  await holdfast.unlock(team.passphrase);
  await expectNamed(holdfast, /Recent changes.*missing/);
  await holdfast.go('Customers');
  await expect(holdfast.customers.row('Before')).toBeVisible();
});

test('a full disk refuses the edit in words, and later takes it @deep-only', async ({
  endpoint,
}) => {
  const profile = mkdtempSync(join(tmpdir(), 'holdfast-quota-'));
  const browser = await startBrowser(profile);
  try {
    const first = new Holdfast(browser.page, `${endpoint.address}/`);
    await first.create(team);
    await first.go('Customers');
    await first.customers.add({ Name: 'Adela Corvin' });
    // The browser remembers how much was free until the database has been closed for some seconds.
    const page = await browser.context.newPage();
    await browser.page.close();
    await page.waitForTimeout(8000);
    const session = await browser.context.newCDPSession(page);
    const origin = endpoint.address;
    const { usage } = await session.send('Storage.getUsageAndQuota', { origin });
    await session.send('Storage.overrideQuotaForOrigin', { origin, quotaSize: usage + 1 });
    const holdfast = new Holdfast(page, `${endpoint.address}/`);
    const { customers: list, customer } = holdfast;
    await holdfast.open();
    await holdfast.unlock(team.passphrase);
    await holdfast.go('Customers');
    await list.openCustomer('Adela Corvin');
    await customer.startEdit();
    await customer.field('Job title').fill('Pilot');
    await customer.save.click();
    await expect(page.getByText('no space left')).toBeVisible();
    await expect(customer.field('Job title')).toHaveValue('Pilot');

    await session.send('Storage.overrideQuotaForOrigin', { origin });
    await customer.save.click();
    await expect(customer.save).toBeHidden();
    await expect(page.getByText('Pilot').first()).toBeVisible();
    await holdfast.lock();
    await holdfast.unlock(team.passphrase);
    await holdfast.go('Customers');
    await list.expectCount(1);
    await list.openCustomer('Adela Corvin');
    await expect(page.getByText('Pilot').first()).toBeVisible();
  } finally {
    await browser.close();
    rmSync(profile, { recursive: true, force: true, maxRetries: 5 });
  }
});

async function expectNamed(holdfast: Holdfast, names: RegExp): Promise<void> {
  const { page } = holdfast;
  await expect(page.getByText(/data on this device can’t be read/).first()).toBeVisible();
  await page.getByText('What is hit').first().click();
  await expect(page.getByText(names).first()).toBeVisible();
}
