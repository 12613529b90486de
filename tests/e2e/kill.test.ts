/** The browser dies at any moment: every edit that it acknowledged is there afterwards, and the workspace opens. */

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { createRandom, customersToCsv, generateCustomers } from '../customers.ts';
import { startBrowser, type RunningBrowser } from '../running-browser.ts';
import { expect, test } from './fixtures.ts';
import { csvFile } from './pages/files.ts';
import { Holdfast } from './pages/holdfast.ts';
import { team } from './teams.ts';

const kills = 30;
const listSize = 4000;
const list = csvFile('list.csv', customersToCsv(generateCustomers(listSize, 11)));

test(`a browser killed ${kills} times while it writes loses no acknowledged edit @deep-only`, async ({
  endpoint,
}) => {
  test.setTimeout(1_200_000);
  const profile = mkdtempSync(join(tmpdir(), 'holdfast-kill-'));
  const random = createRandom(20261123);
  const open = async (): Promise<[RunningBrowser, Holdfast]> => {
    const browser = await startBrowser(profile);
    const holdfast = new Holdfast(browser.page, `${endpoint.address}/`);
    await holdfast.open();
    return [browser, holdfast];
  };

  let [browser, holdfast] = await open();
  try {
    await holdfast.firstRun.create(team);
    await holdfast.firstRun.storeKit();
    await holdfast.go('Customers');
    await holdfast.customers.add({ Name: 'The edited one' });
    let acknowledged = 0;
    let total = 1;

    for (let kill = 1; kill <= kills; kill += 1) {
      const isImport = kill % 3 === 0;
      if (isImport) {
        await holdfast.go('Customers');
        await holdfast.importing.choose(list);
        await holdfast.importing.expectMatchColumns();
        await holdfast.importing.start(listSize);
        await sleep(random.number(900));
      } else {
        await browser.context.exposeBinding(
          'acknowledge',
          (_source, edit: number) => void (acknowledged = Math.max(acknowledged, edit)),
        );
        void browser.page.evaluate(editOnAndOn, acknowledged + 1).catch(() => undefined);
        // Some before the first edit is through, some after dozens.
        await sleep(50 + random.number(1500));
      }
      await browser.kill();
      const known = acknowledged;

      [browser, holdfast] = await open();
      await holdfast.unlock(team.passphrase);
      await expect(holdfast.page.getByText(/can’t be read/)).toHaveCount(0);
      await holdfast.go('Customers');
      await holdfast.customers.search('The edited one');
      await holdfast.customers.openCustomer('The edited one');
      const found = await editFound(holdfast);
      expect(found, `kill ${kill}: edits acknowledged and found`).toBeGreaterThanOrEqual(known);
      // The one under way may be there or not, whole.
      expect(found).toBeLessThanOrEqual(known + 1);
      acknowledged = found;

      await holdfast.customers.search('');
      const count = await holdfast.customers.count();
      if (isImport) expect([total, total + listSize], `kill ${kill}`).toContain(count);
      else expect(count, `kill ${kill}`).toBe(total);
      total = count;
    }
    expect(acknowledged).toBeGreaterThan(0);
  } finally {
    await browser.kill();
    rmSync(profile, { recursive: true, force: true, maxRetries: 5 });
  }
});

async function editFound(holdfast: Holdfast): Promise<number> {
  await holdfast.customer.startEdit();
  const title = await holdfast.customer.field('Job title').inputValue();
  await holdfast.page.getByRole('button', { name: 'Cancel' }).click();
  return title === '' ? 0 : Number(title.replace('Edit ', ''));
}

/** Runs in the page: edits the open customer's job title again and again, and says so each time it was saved. */
async function editOnAndOn(first: number): Promise<void> {
  const acknowledge = Reflect.get(window, 'acknowledge') as (edit: number) => Promise<void>;
  const button = (name: string) =>
    [...document.querySelectorAll<HTMLElement>('button, a')].find(
      (one) => one.textContent.trim() === name && one.getClientRects().length > 0,
    );
  const until = async <T>(look: () => T | undefined): Promise<T> => {
    for (;;) {
      const found = look();
      if (found !== undefined) return found;
      await new Promise((resolve) => setTimeout(resolve, 2));
    }
  };
  for (let edit = first; ; edit += 1) {
    (await until(() => button('Edit'))).click();
    const field = await until(() => {
      const label = [...document.querySelectorAll('label')].find(
        (one) => one.textContent.trim() === 'Job title',
      );
      return label?.control instanceof HTMLInputElement ? label.control : undefined;
    });
    field.value = `Edit ${edit}`;
    field.dispatchEvent(new Event('input', { bubbles: true }));
    await new Promise((resolve) => setTimeout(resolve, 0));
    (await until(() => button('Save'))).click();
    await until(() => button('Edit'));
    await acknowledge(edit);
  }
}
