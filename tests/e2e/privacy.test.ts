import { Decrypter } from 'age-encryption';
import { unzipSync } from 'fflate';
import { expect, test } from './fixtures.ts';
import { csvFile } from './pages/files.ts';
import { team } from './teams.ts';

const utf8 = (bytes: Uint8Array | undefined) => Buffer.from(bytes ?? []).toString();

test('a consent is given, proven and withdrawn, and an export for its purpose keeps to it', async ({
  page,
  holdfast,
}) => {
  const { privacy } = holdfast;
  await holdfast.create(team);
  await holdfast.go('Compliance');
  await holdfast.compliance.tab('Registers');
  await page
    .getByLabel('Register', { exact: true })
    .selectOption({ label: 'Processing activities' });
  await page.getByRole('button', { name: 'Add activity' }).click();
  await privacy.field('Name').fill('News of the harbour');
  await privacy.field('What for').fill('A letter a month');
  await privacy.field('Legal basis').selectOption('consent');
  await privacy.save();

  await holdfast.go('Customers');
  await holdfast.customers.add({ Name: 'Bea Lund', Email: 'bea@lund.example' });
  await privacy.open();
  await expect(page.getByText('No consent as things are now: News of the harbour')).toBeVisible();
  await privacy.startAdding('Add consent');
  await privacy.field('Purpose').selectOption({ label: 'News of the harbour' });
  await privacy.field('Channel').selectOption('email');
  await privacy.field('Evidence').fill('Signed at the counter');
  await privacy.save();
  const consent = privacy.entry('Consents', 'News of the harbour');
  await expect(consent.getByText('In force')).toBeVisible();

  const signed = await privacy.receipt('News of the harbour', 'Signed file (JSON-LD)');
  const receipt = JSON.parse(signed.bytes.toString()) as Record<string, unknown>;
  expect(receipt['@type']).toBe('dpv:ConsentRecord');
  expect(receipt['proof']).toMatchObject({ namespace: 'holdfast-receipt' });
  const printed = await privacy.receipt('News of the harbour', 'Page to print');
  expect(printed.bytes.toString()).toContain('A letter a month');

  const exported = () => holdfast.customers.exportAs('csv', 'News of the harbour');
  expect((await exported()).bytes.toString()).toContain('bea@lund.example');

  // As simple as giving it, without a network too.
  await page.context().setOffline(true);
  await consent.getByRole('button', { name: 'Withdraw' }).click();
  await expect(page.getByText('Consent withdrawn')).toBeVisible();
  await expect(consent.getByText('Withdrawn', { exact: true })).toBeVisible();
  expect((await exported()).bytes.toString()).not.toContain('bea@lund.example');
  await expect(page.getByText('1 customer left out.')).toBeVisible();
});

test('a restriction keeps the data and stops all else, until it is lifted', async ({
  page,
  holdfast,
}) => {
  const { privacy } = holdfast;
  await holdfast.create(team);
  await holdfast.go('Customers');
  await holdfast.customers.add({ Name: 'Ruth Okafor' });
  await holdfast.customers.add({ Name: 'Bea Lund', Email: 'bea@lund.example' });
  await privacy.open();
  await privacy.startAdding('Add restriction or objection');
  await privacy.field('Reason').fill('They say that the address is wrong');
  await privacy.save();

  await expect(page.getByText('Processing is restricted')).toBeVisible();
  await expect(page.getByRole('link', { name: 'Edit', exact: true })).toBeHidden();
  await expect(page.getByRole('button', { name: 'Log interaction' })).toBeHidden();
  await expect(holdfast.customers.row('Bea Lund').getByText('Restricted')).toBeVisible();
  const list = (await holdfast.customers.exportAs('jsonl')).bytes.toString();
  expect(list).toContain('Ruth Okafor');
  expect(list).not.toContain('Bea Lund');
  await expect(page.getByText('1 customer left out.')).toBeVisible();

  // A list that would change them is taken, but for them.
  await holdfast.importing.choose(
    csvFile('list.csv', 'Name,Email,Job title\nBea Lund,bea@lund.example,Owner\n'),
  );
  await holdfast.importing.expectMatchColumns();
  await holdfast.importing.choice('Update those with the same').selectOption('email');
  await expect(holdfast.importing.count('Left out')).toHaveText('1');
  await page.keyboard.press('Escape');

  // Somebody who goes to the form by its address is told why nothing is saved.
  await page.evaluate(() => (location.hash += '/edit'));
  await page.getByLabel('Job title', { exact: true }).fill('Owner');
  await page.getByRole('button', { name: 'Save', exact: true }).click();
  await expect(page.getByText('Processing of this customer’s data is restricted')).toBeVisible();
  await page.getByRole('button', { name: 'Cancel' }).click();

  await privacy.open();
  await privacy
    .entry('Restrictions and objections', 'In force')
    .getByRole('button', { name: 'Lift' })
    .click();
  await expect(page.getByText('Processing is restricted')).toBeHidden();
  expect((await holdfast.customers.exportAs('jsonl')).bytes.toString()).toContain('Bea Lund');
});

test('a subject file holds everything, and can be sealed with a passphrase', async ({
  page,
  holdfast,
}) => {
  const { privacy } = holdfast;
  await holdfast.create(team);
  await holdfast.go('Customers');
  await holdfast.importing.choose(csvFile('list.csv', 'Name,Email\nBea Lund,bea@lund.example\n'));
  await holdfast.importing.expectMatchColumns();
  await holdfast.importing.choice('These people did not give us their data themselves').check();
  await holdfast.importing.choice('From whom it came').fill('A fair in June');
  await page.getByRole('button', { name: 'Import 1 customer' }).click();
  await holdfast.importing.close();
  await holdfast.customers.openCustomer('Bea Lund');
  await page.getByRole('button', { name: 'Add need' }).click();
  await privacy.field('Title').fill('A mooring for the winter');
  await privacy.save();

  await privacy.open();
  const open = await privacy.subjectFile('');
  expect(open.name).toMatch(/^subject-file-.*\.zip$/);
  const files = unzipSync(open.bytes);
  expect(utf8(files['subject-file.html'])).toContain('A mooring for the winter');
  expect(utf8(files['subject-file.json'])).toContain('"source": "A fair in June"');
  expect(utf8(files['contact.vcf'])).toContain('EMAIL:bea@lund.example');
  expect(utf8(files['tables/need.csv'])).toContain('A mooring for the winter');

  const sealed = await privacy.subjectFile('four unrelated words here');
  expect(sealed.bytes.toString('latin1').slice(0, 21)).toBe('age-encryption.org/v1');
  expect(sealed.bytes.includes('subject-file')).toBe(false);
  const decrypter = new Decrypter();
  decrypter.addPassphrase('four unrelated words here');
  const opened = unzipSync(await decrypter.decrypt(sealed.bytes));
  expect(Object.keys(opened)).toEqual(Object.keys(files));

  // Nobody has told them yet where their data came from.
  await holdfast.go('Compliance');
  await holdfast.compliance.tab('Checks');
  await holdfast.compliance.runChecks();
  await expect(holdfast.compliance.control('G11')).toContainText('Holds');
  await expect(holdfast.compliance.control('G12')).toContainText('Holds');
  await expect(holdfast.compliance.control('G18')).toContainText('Holds');
});
