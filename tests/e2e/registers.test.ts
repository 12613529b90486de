import { expect, test } from './fixtures.ts';
import { downloaded } from './pages/files.ts';
import { team } from './teams.ts';

test('requests and incidents run against their clocks, and the checks tell of them', async ({
  page,
  holdfast,
}) => {
  await holdfast.create(team);
  await holdfast.go('Compliance');
  const { compliance } = holdfast;
  await compliance.tab('Registers');
  await expect(page.getByText('No requests yet')).toBeVisible();
  const dialog = page.getByRole('dialog');
  const field = (name: string) => dialog.getByLabel(name, { exact: true });
  const save = dialog.getByRole('button', { name: 'Save', exact: true });

  await page.getByRole('button', { name: 'Add request' }).click();
  await field('Request').selectOption('access');
  await field('Person').fill('Bea Lund');
  await field('Received').fill('2026-01-31');
  await field('Answered').fill('2026-02-10');
  await save.click();
  await expect(dialog.getByText('Prove the person’s identity before you answer.')).toBeVisible();
  await field('Answered').fill('');
  await save.click();
  await expect(dialog).toBeHidden();
  const entry = page.getByRole('listitem').filter({ hasText: 'Access: Bea Lund' });
  await expect(entry.getByText('Late')).toBeVisible();
  await expect(entry.getByText('Due by 20 Feb 2026')).toBeVisible();

  await entry.getByRole('button', { name: 'Letter' }).click();
  await expect(dialog.getByText('Dear Bea Lund,')).toBeVisible();
  await dialog.getByLabel('Which letter').selectOption({ label: 'Extension' });
  await expect(dialog.getByText('You may complain to a supervisory authority.')).toBeVisible();
  await page.keyboard.press('Escape');

  await compliance.tab('Checks');
  await compliance.runChecks();
  await expect(compliance.control('G10')).toContainText('Fails');
  const overdue = await compliance.unfold('G10');
  await overdue.getByRole('link', { name: 'Go to registers' }).click();

  await entry.getByRole('button', { name: 'Open' }).click();
  await field('Answered').fill('2026-02-10');
  await field('Identity proven').check();
  await field('Answer').fill('Everything that we keep');
  await save.click();
  await expect(dialog).toBeHidden();
  await expect(entry.getByText('Late')).toBeHidden();
  await compliance.tab('Checks');
  await compliance.runChecks();
  await expect(compliance.control('G10')).toContainText('Holds');

  await compliance.tab('Registers');
  const table = await downloaded(page, () =>
    page.getByRole('button', { name: 'Export', exact: true }).click(),
  );
  expect(table.name).toBe('request.csv');
  expect(table.bytes.toString()).toContain('Access,Bea Lund,2026-01-31');

  await page.getByLabel('Register', { exact: true }).selectOption({ label: 'Incidents' });
  await page.getByRole('button', { name: 'Add incident' }).click();
  await field('Title').fill('Lost tablet');
  await field('Risk to people').selectOption({ label: 'None' });
  await save.click();
  await expect(dialog).toBeHidden();
  const lost = page.getByRole('listitem').filter({ hasText: 'Lost tablet' });
  await lost.getByRole('button', { name: 'Open' }).click();
  await dialog.getByRole('button', { name: 'Delete' }).click();
  await expect(lost).toBeHidden();
  await holdfast.undo();
  await expect(lost).toBeVisible();
});
