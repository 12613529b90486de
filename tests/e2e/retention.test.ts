import { expect, test } from './fixtures.ts';
import { team } from './teams.ts';

test('what is past its time goes by the rules, and what is held stays', async ({
  page,
  holdfast,
}) => {
  const { privacy } = holdfast;
  await holdfast.create(team);
  await holdfast.go('Customers');
  await holdfast.customers.add({ Name: 'Ruth Okafor' });
  await holdfast.customers.add({ Name: 'Bea Lund' });
  for (const [name, amount] of [
    ['Bea Lund', '120'],
    ['Ruth Okafor', '80'],
  ] as const) {
    await holdfast.customers.openCustomer(name);
    await page.getByRole('button', { name: 'Add transaction' }).click();
    await privacy.field('Amount').fill(amount);
    await privacy.field('Date').fill('2019-03-31');
    await privacy.save();
  }
  await privacy.open();
  await privacy.startAdding('Add hold');
  await privacy.field('Legal basis').fill('Tax law');
  await privacy.field('Until').fill('2099-12-31');
  await privacy.save();
  await expect(privacy.entry('Holds', 'Tax law')).toContainText('Until 31 Dec 2099');

  await holdfast.go('Compliance');
  await holdfast.compliance.tab('Retention');
  await expect(page.getByText('No rules yet')).toBeVisible();
  await page.getByRole('button', { name: 'Add rule' }).click();
  await privacy.field('Of').selectOption('transaction');
  await privacy.field('Kept (months)').fill('72');
  await privacy.field('Then').selectOption('erase');
  await privacy.save();
  await expect(page.getByText('Transaction: of 1 customer')).toBeVisible();
  await expect(page.getByText('1 customer past their time and held or restricted')).toBeVisible();

  await page.getByRole('button', { name: 'Erase and anonymise now…' }).click();
  await privacy.dialog.getByLabel('I understand that this can’t be undone').check();
  await privacy.dialog.getByRole('button', { name: 'Erase and anonymise' }).click();
  await expect(page.getByText('Entries erased: 1.')).toBeVisible();
  await expect(page.getByText('Transaction: of 1 customer')).toBeHidden();

  await holdfast.go('Customers');
  await holdfast.customers.openCustomer('Bea Lund');
  await page.getByRole('tab', { name: 'Transactions' }).click();
  await expect(page.getByText('No transactions yet')).toBeVisible();
  await holdfast.customers.openCustomer('Ruth Okafor');
  await page.getByRole('tab', { name: 'Transactions' }).click();
  await expect(page.getByText('80.00')).toBeVisible();
});
