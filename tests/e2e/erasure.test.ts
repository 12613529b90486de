import { expect, test } from './fixtures.ts';
import { backupFile, downloaded } from './pages/files.ts';
import { team } from './teams.ts';

test('a person is erased for good, on the record of somebody who asked and proved who they are', async ({
  page,
  holdfast,
}) => {
  await holdfast.create(team);
  await holdfast.go('Customers');
  await holdfast.customers.add({
    Name: 'Bea Lund',
    Email: 'bea@lund.example',
    Notes: 'Prefers the harbour entrance',
  });
  await expect(page.getByRole('heading', { name: 'Bea Lund' })).toBeVisible();

  // Who asks is not known yet.
  await holdfast.go('Compliance');
  await holdfast.compliance.tab('Registers');
  await page.getByRole('button', { name: 'Add request' }).click();
  const dialog = page.getByRole('dialog');
  const field = (name: string) => dialog.getByLabel(name, { exact: true });
  await field('Request').selectOption('erasure');
  await field('Person').fill('The lady of the harbour');
  await dialog.getByRole('button', { name: 'Save', exact: true }).click();
  await expect(dialog).toBeHidden();

  await holdfast.go('Customers');
  await holdfast.customers.openCustomer('Bea Lund');
  const startErasing = async () => {
    await page.getByRole('button', { name: 'More' }).click();
    await page.getByRole('menuitem', { name: 'Erase for good…' }).click();
    await expect(dialog.getByRole('heading', { name: 'Erase Bea Lund' })).toBeVisible();
  };
  await startErasing();
  await expect(dialog.getByText('Customer: 1')).toBeVisible();
  await field('Request').selectOption({ label: 'The lady of the harbour' });
  await expect(dialog.getByText('The identity is not proven yet')).toBeVisible();
  await expect(dialog.getByRole('button', { name: 'Erase' })).toBeHidden();
  await dialog.getByRole('button', { name: 'Cancel' }).click();

  await holdfast.go('Compliance');
  await holdfast.compliance.tab('Registers');
  await page.getByRole('button', { name: 'Open' }).click();
  await field('Identity proven').check();
  await dialog.getByRole('button', { name: 'Save', exact: true }).click();
  await expect(dialog).toBeHidden();

  await holdfast.go('Customers');
  await holdfast.customers.openCustomer('Bea Lund');
  await startErasing();
  await field('Request').selectOption({ label: 'The lady of the harbour' });
  await dialog.getByLabel('I understand that this can’t be undone').check();
  await dialog.getByRole('button', { name: 'Erase' }).click();
  await expect(dialog.getByRole('heading', { name: 'Bea Lund is erased' })).toBeVisible();
  const certificate = await downloaded(page, () =>
    dialog.getByRole('button', { name: 'Download certificate' }).click(),
  );
  expect(certificate.bytes.toString()).toContain('Reason: request');
  expect(certificate.bytes.toString()).toContain('BEGIN SSH SIGNATURE');
  expect(certificate.bytes.toString()).not.toContain('Lund');
  const list = await downloaded(page, () =>
    dialog.getByRole('button', { name: 'Download list of erasures' }).click(),
  );
  expect(list.bytes.toString()).toContain('"type":"person"');
  await dialog.getByRole('button', { name: 'Close' }).last().click();
  await expect(dialog).toBeHidden();
  await expect(page.getByText('No customers yet')).toBeVisible();

  await holdfast.go('Compliance');
  await holdfast.compliance.tab('Registers');
  const entry = page
    .getByRole('list', { name: 'Erasures' })
    .getByRole('listitem')
    .filter({ hasText: 'Asked for by the person' });
  await expect(entry).toContainText('Complete on all devices since');
  await holdfast.compliance.tab('Checks');
  await holdfast.compliance.runChecks();
  await expect(holdfast.compliance.control('G14')).toContainText('Holds');
});

test('somebody who was erased comes back only with a reason, and by no list', async ({
  page,
  holdfast,
}) => {
  await holdfast.create(team);
  await holdfast.go('Customers');
  const row = 'Name,Email\nBea Lund,bea@lund.example\nCleo Marsh,cleo@marsh.example\nDana Frost,\n';
  const file = { name: 'list.csv', mimeType: 'text/csv', buffer: Buffer.from(row) };
  await holdfast.importing.run(file, 3);
  await holdfast.importing.close();
  await holdfast.customers.openCustomer('Bea Lund');
  await page.getByRole('button', { name: 'More' }).click();
  await page.getByRole('menuitem', { name: 'Erase for good…' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel('I understand that this can’t be undone').check();
  await dialog.getByRole('button', { name: 'Erase' }).click();
  await dialog.getByRole('button', { name: 'Close' }).last().click();
  await holdfast.customers.expectCount(2);

  await holdfast.importing.choose(file);
  await holdfast.importing.expectMatchColumns();
  await expect(holdfast.importing.count('Left out')).toHaveText('1');
  await holdfast.importing.start(2);
  await holdfast.importing.expectDone(2);
  await holdfast.importing.close();
  await holdfast.customers.expectCount(4);

  await holdfast.customers.startNew();
  await page.getByLabel('Name', { exact: true }).fill('B. Lund');
  await page.getByLabel('Email', { exact: true }).fill('Bea@Lund.example');
  await page.getByRole('button', { name: 'Save', exact: true }).click();
  await expect(dialog.getByRole('heading', { name: 'This person was erased' })).toBeVisible();
  await dialog.getByLabel('Why they are added again').fill('Became a customer anew');
  await dialog.getByRole('button', { name: 'Add again' }).click();
  await expect(page.getByRole('heading', { name: 'B. Lund' })).toBeVisible();
});

test('a backup from before the erasure is restored without the person @deep-only', async ({
  page,
  holdfast,
  anotherDevice,
}) => {
  const kit = await holdfast.create(team);
  await holdfast.go('Customers');
  const rows = 'Name,Email\nBea Lund,bea@lund.example\nCleo Marsh,\nDana Frost,\n';
  const list = { name: 'list.csv', mimeType: 'text/csv', buffer: Buffer.from(rows) };
  await holdfast.importing.run(list, 3);
  await holdfast.importing.close();
  await holdfast.go('Backups');
  const backup = await holdfast.backups.backUp();

  await holdfast.go('Customers');
  await holdfast.customers.openCustomer('Bea Lund');
  await page.getByRole('button', { name: 'More' }).click();
  await page.getByRole('menuitem', { name: 'Erase for good…' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel('I understand that this can’t be undone').check();
  await dialog.getByRole('button', { name: 'Erase' }).click();
  const erasures = await downloaded(page, () =>
    dialog.getByRole('button', { name: 'Download list of erasures' }).click(),
  );

  const other = await anotherDevice();
  await other.open();
  await other.firstRun.restoreFromBackup();
  await other.restoring.check(backupFile(backup), kit.text);
  await other.restoring.expectCustomers(3);
  await other.restoring.takeErasures(backupFile({ ...erasures, bytes: Buffer.from('no list') }));
  await expect(other.page.getByText('This is not a list of erasures')).toBeVisible();
  await other.restoring.takeErasures(backupFile(erasures));
  await expect(other.page.getByText(/^1 erasure, up to /)).toBeVisible();
  await other.restoring.restore('Jon Frost', 'eleven boats in the morning fog');
  await other.firstRun.storeKit();
  await other.go('Customers');
  await other.customers.expectCount(2);
  await other.customers.search('Bea');
  await other.customers.expectMatches(0, 2);
});
