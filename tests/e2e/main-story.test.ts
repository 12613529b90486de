/** The main job from end to end: create, import, find, edit, follow up, lock, work offline, back up, verify, restore elsewhere. */

import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { readCustomerRecords } from '../backup-lines.ts';
import { customersToCsv, generateCustomers } from '../customers.ts';
import { expect, test } from './fixtures.ts';
import { backupFile, csvFile, type ChosenFile } from './pages/files.ts';

const team = {
  workspace: 'Kelp & Sons',
  member: 'Ines Marrow',
  passphrase: 'nine gulls over the harbour wall',
};

interface Story {
  readonly title: string;
  readonly file: ChosenFile;
  readonly customers: number;
  /** One of them, and words that find only this one. */
  readonly name: string;
  readonly words: string;
}

const generated = generateCustomers(500);
const stories: Story[] = [
  {
    title: 'generated customers',
    file: csvFile('customers.csv', customersToCsv(generated)),
    customers: generated.length,
    name: generated[41]!.name,
    words: generated[41]!.email,
  },
];

const northwind = join(import.meta.dirname, '../../../shared/data/northwind/customers.csv');
if (existsSync(northwind)) {
  stories.push({
    title: "Northwind's customers @deep-only",
    file: northwind,
    customers: 91,
    name: 'Christina Berglund',
    words: 'berglunds snabbkop',
  });
} else {
  test.skip("the main story on Northwind's customers @deep-only: ../shared/data is not here", () =>
    undefined);
}

for (const story of stories) {
  test(`the main story on ${story.title}`, async ({ holdfast, anotherDevice, context }) => {
    const { page, customers, customer, importing, today, backups } = holdfast;
    const kit = await holdfast.create(team);
    expect(kit.text).toContain(team.workspace);

    await holdfast.go('Customers');
    await importing.run(story.file, story.customers);
    await importing.close();
    await customers.expectCount(story.customers);

    await customers.search(story.words);
    await customers.expectMatches(1, story.customers);
    await customers.openCustomer(story.name);
    await customer.edit({ 'Job title': 'Harbour master' });
    await expect(page.getByText('Harbour master').first()).toBeVisible();
    await holdfast.undo();
    await expect(page.getByText('Harbour master')).toHaveCount(0);

    await customer.logInteraction({ notes: 'Walked the cold store.', followUpOn: isoToday() });
    await holdfast.go('Today');
    await expect(today.dueToday.getByRole('listitem')).toHaveCount(1);
    await expect(today.dueToday).toContainText(story.name);

    await holdfast.untilOffline();
    await holdfast.lock();
    await expect(page.getByText(story.name)).toHaveCount(0);
    await context.setOffline(true);
    await page.reload();
    await holdfast.locked.expectShown();
    await holdfast.unlock(team.passphrase);

    await holdfast.go('Customers');
    await customers.search(story.words);
    await customers.openCustomer(story.name);
    await expect(page.getByText('Walked the cold store.')).toBeVisible();
    await customer.edit({ 'Job title': 'Lighthouse keeper' });

    await holdfast.go('Backups');
    const backup = await backups.backUp();
    expect(backup.name).toMatch(/\.holdfast\.tar$/);
    await backups.verify(backupFile(backup));
    await backups.expectGood(story.customers);
    await context.setOffline(false);

    const other = await anotherDevice();
    await other.open();
    await other.firstRun.restoreFromBackup();
    await other.restoring.check(backupFile(backup), kit.text);
    await other.restoring.expectCustomers(story.customers);
    await other.restoring.restore('Tomás Peel', 'quite another harbour wall');
    const otherKit = await other.firstRun.storeKit();

    await other.go('Customers');
    await other.customers.expectCount(story.customers);
    await other.customers.search(story.words);
    await other.customers.openCustomer(story.name);
    await expect(other.page.getByText('Lighthouse keeper').first()).toBeVisible();
    await other.go('Backups');
    const second = await other.backups.backUp();
    const before = await readCustomerRecords(backup.bytes, kit.recoveryKey);
    const after = await readCustomerRecords(second.bytes, otherKit.recoveryKey);
    expect(before.size).toBeGreaterThan(story.customers);
    expect(after).toEqual(before);
  });
}

/** The person's own date, as the browser of this machine has it. */
function isoToday(): string {
  const now = new Date();
  return [
    now.getFullYear(),
    String(now.getMonth() + 1).padStart(2, '0'),
    String(now.getDate()).padStart(2, '0'),
  ].join('-');
}
