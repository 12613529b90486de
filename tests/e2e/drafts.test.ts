import { expect, test } from './fixtures.ts';
import { team } from './teams.ts';

test('an unfinished form outlives a reload, the lock, and is dropped once saved', async ({
  holdfast,
}) => {
  const { page, customers, customer } = holdfast;
  await holdfast.create(team);
  await holdfast.go('Customers');
  await customers.startNew();
  await customer.field('Name').fill('Adela Corvin');
  await customer.field('Notes').fill('Half a thought');
  await page.waitForTimeout(1500);

  await page.reload();
  await holdfast.unlock(team.passphrase);
  await holdfast.go('Customers');
  await customers.startNew();
  await expect(customer.field('Name')).toHaveValue('Adela Corvin');
  await expect(customer.field('Notes')).toHaveValue('Half a thought');

  await holdfast.lock();
  await expect(page.locator('body')).not.toContainText('Half a thought');
  await holdfast.unlock(team.passphrase);
  await holdfast.go('Customers');
  await customers.startNew();
  await expect(customer.field('Name')).toHaveValue('Adela Corvin');
  await customer.save.click();
  await expect(customer.heading('Adela Corvin')).toBeVisible();

  await page.getByRole('button', { name: 'Log interaction' }).click();
  await customer.field('Notes').fill('Rang twice, no answer');
  await page.waitForTimeout(1500);
  await page.reload();
  await holdfast.unlock(team.passphrase);
  await holdfast.go('Customers');
  await customers.openCustomer('Adela Corvin');
  await page.getByRole('button', { name: 'Log interaction' }).click();
  await expect(customer.field('Notes')).toHaveValue('Rang twice, no answer');
  await customer.save.click();
  await expect(page.getByText('Rang twice, no answer')).toBeVisible();

  await holdfast.go('Customers');
  await customers.startNew();
  await expect(customer.field('Name')).toHaveValue('');
});
