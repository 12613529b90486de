import { expect, test } from './fixtures.ts';
import { Holdfast } from './pages/holdfast.ts';
import { team } from './teams.ts';

test('two tabs share one workspace: keys, edits and the lock', async ({ holdfast, context }) => {
  await holdfast.create(team);
  await holdfast.go('Customers');
  await holdfast.customers.add({ Name: 'Adela Corvin' });

  // The second tab is handed the key by the first: nobody types a passphrase.
  const second = new Holdfast(await context.newPage());
  await second.open();
  await expect(second.rail).toBeVisible();
  await second.go('Customers');
  await second.customers.openCustomer('Adela Corvin');
  await second.customer.edit({ 'Job title': 'Pilot' });

  await expect(holdfast.page.getByText('Pilot').first()).toBeVisible();
  await holdfast.customer.edit({ Company: 'Corvin Pilotage' });
  await expect(second.page.getByText('Corvin Pilotage').first()).toBeVisible();

  // Both write at once: nothing is lost.
  await Promise.all([
    holdfast.customers.add({ Name: 'Written here' }),
    second.customers.add({ Name: 'Written there' }),
  ]);
  for (const tab of [holdfast, second]) {
    await tab.go('Customers');
    await tab.customers.expectCount(3);
    await expect(tab.customers.row('Written here')).toBeVisible();
    await expect(tab.customers.row('Written there')).toBeVisible();
  }

  await holdfast.lock();
  await second.locked.expectShown();
  await expect(second.page.getByText('Corvin')).toHaveCount(0);
  await second.unlock(team.passphrase);
  await second.go('Customers');
  await second.customers.expectCount(3);
});
