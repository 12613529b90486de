import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from './fixtures.ts';
import { csvFile } from './pages/files.ts';
import { team } from './teams.ts';

const CARD = '4111 1111 1111 1111';
const MASKED = 'Visa •••• 1111';

test('the audit log tells what was done, is whole, and is checked by a shell', async ({
  page,
  holdfast,
}) => {
  await holdfast.create(team);
  await holdfast.lock();
  await holdfast.locked.unlock('these are not the right words');
  await expect(page.getByRole('alert')).toBeVisible();
  await holdfast.unlock(team.passphrase);
  await holdfast.customers.add({ Name: 'Bea Lund' });
  await holdfast.customer.logInteraction({ notes: 'Talked about moorings' });

  await holdfast.go('Compliance');
  const { compliance } = holdfast;
  for (const act of ['Wrong passphrase at the unlock', 'Locked', 'Viewed', 'Read the log']) {
    await expect(compliance.event(act).first()).toBeVisible();
  }
  await expect(compliance.event('Created').filter({ hasText: 'Bea Lund' })).toHaveCount(2);
  await compliance.filterBy('Locked');
  await expect(compliance.events).toHaveCount(1);
  await compliance.filterBy('Any');
  expect(await compliance.verify()).toMatch(/^The log is whole: \d+ events of 1 device\.$/);

  const chain = await compliance.export('Chain for checking');
  expect(chain.name).toBe('audit-chain.tsv');
  expect(chain.bytes.toString()).not.toContain('Bea');
  expect(checkInShell(chain.bytes)).toBe('');
  const altered = chain.bytes.toString().replace('"act":"viewed"', '"act":"locked"');
  expect(checkInShell(Buffer.from(altered))).toContain('broken');

  const table = await compliance.export('CSV');
  expect(table.bytes.toString()).toContain('Wrong passphrase at the unlock');
  await expect(compliance.event('Exported the log').first()).toBeHidden();
});

test('card numbers give way to their last digits on every way in, and codes are refused', async ({
  page,
  holdfast,
}) => {
  await holdfast.create(team);
  await holdfast.customers.add({ Name: 'Cleo Marsh', Notes: `Pays by ${CARD}` });
  await expect(page.getByText('Card number replaced by its last four digits.')).toBeVisible();
  await expect(page.getByText(`Pays by ${MASKED}`)).toBeVisible();
  await expect(page.getByText(CARD)).toHaveCount(0);

  await holdfast.customer.startEdit();
  await holdfast.customer.field('Notes').fill('CVV 123');
  await holdfast.customer.save.click();
  await expect(page.getByText('may never be kept')).toBeVisible();
  await holdfast.customer.field('Notes').fill('Pays in cash');
  await holdfast.customer.save.click();
  await expect(holdfast.customer.save).toBeHidden();

  await holdfast.go('Customers');
  const list = `Name,Notes\nDov Reed,Card ${CARD}\nEli Sand,cvc 123\nFay Tide,nothing\n`;
  await holdfast.importing.choose(csvFile('cards.csv', list));
  await holdfast.importing.start(3);
  await holdfast.importing.expectDone(3);
  const { dialog } = holdfast.importing;
  await expect(dialog.getByText('Card number replaced by its last four digits.')).toBeVisible();
  await page.getByRole('button', { name: 'Done', exact: true }).click();

  const file = await holdfast.customers.exportAs('csv');
  expect(file.bytes.toString()).toContain(MASKED);
  expect(file.bytes.toString()).not.toContain('4111');

  await holdfast.go('Compliance');
  await holdfast.compliance.tab('Card numbers');
  await page.getByRole('button', { name: 'Scan now' }).click();
  await expect(page.getByText('No card number found').first()).toBeVisible();
});

/** The command of compliance/FORMAT.md. */
function checkInShell(chain: Buffer): string {
  const format = readFileSync(join(import.meta.dirname, '../../src/compliance/FORMAT.md'), 'utf8');
  const command = /```sh\n([^`]+)```/.exec(format)?.[1] ?? 'echo broken';
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-log-'));
  try {
    writeFileSync(join(folder, 'audit-chain.tsv'), chain);
    return execFileSync('sh', ['-c', command], { cwd: folder, encoding: 'utf8' });
  } finally {
    rmSync(folder, { recursive: true });
  }
}
