import { expect, test } from './fixtures.ts';
import { Authenticator } from './pages/authenticator.ts';
import { Holdfast } from './pages/holdfast.ts';
import { anotherPassphrase, team } from './teams.ts';

test('a passkey opens the workspace, confirms who asks, and is removed', async ({ holdfast }) => {
  const { page, settings, locked, customers } = holdfast;
  const authenticator = await Authenticator.plugIn(page);
  await holdfast.create(team);
  await holdfast.go('Customers');
  await customers.add({ Name: 'Adela Corvin' });
  await holdfast.go('Settings');
  await settings.addPasskey('Tablet of the ward');
  await expect(settings.passkeys.getByText('Tablet of the ward')).toBeVisible();
  expect(await authenticator.count()).toBe(1);
  // The same authenticator once more would be another row for the same finger.
  await settings.addPasskey('Again', 'opens this workspace already');

  await holdfast.lock();
  await locked.usePasskey();
  await expect(holdfast.rail).toBeVisible();
  await holdfast.go('Customers');
  await expect(customers.row('Adela Corvin')).toBeVisible();

  await test.step('after a reload, offline', async () => {
    await page.context().setOffline(true);
    await page.reload();
    await locked.usePasskey();
    await expect(holdfast.rail).toBeVisible();
    await page.context().setOffline(false);
  });

  await test.step('a forgotten passphrase is replaced by it', async () => {
    await holdfast.go('Settings');
    await settings.changePassphraseByPasskey(anotherPassphrase);
    await holdfast.lock();
    await holdfast.unlock(anotherPassphrase);
  });

  await test.step('whom the authenticator does not know stays outside', async () => {
    await holdfast.lock();
    await authenticator.recognises(false);
    await locked.usePasskey();
    await locked.expectShown();
    await expect(holdfast.rail).toHaveCount(0);
    await holdfast.unlock(anotherPassphrase);
  });

  await test.step('removed, it opens nothing, and everything is still there', async () => {
    await holdfast.go('Settings');
    await settings.removePasskey('Tablet of the ward', anotherPassphrase);
    await expect(settings.passkeys).toHaveCount(0);
    await holdfast.lock();
    await expect(page.getByRole('button', { name: 'Use a passkey' })).toHaveCount(0);
    await holdfast.unlock(anotherPassphrase);
    await holdfast.go('Customers');
    await expect(customers.row('Adela Corvin')).toBeVisible();
  });
});

test('a tab that got its keys from another one asks who is there, and a passkey answers', async ({
  holdfast,
  context,
}) => {
  await holdfast.create(team);
  const page = await context.newPage();
  await Authenticator.plugIn(page);
  await page.goto('./');
  const second = new Holdfast(page);
  await expect(second.rail).toBeVisible();

  const confirming = page.getByRole('dialog', { name: 'Confirm that it is you' });
  await second.go('Settings');
  await page.getByRole('button', { name: 'Add a passkey' }).click();
  await page.getByRole('button', { name: 'Make the passkey' }).click();
  await confirming.getByLabel('Passphrase', { exact: true }).fill('these are not the right words');
  await confirming.getByRole('button', { name: 'Confirm' }).click();
  await expect(confirming.getByRole('alert')).toContainText('not the passphrase');
  await confirming.getByLabel('Passphrase', { exact: true }).fill(team.passphrase);
  await confirming.getByRole('button', { name: 'Confirm' }).click();
  await expect(second.settings.passkeys).toBeVisible();

  await second.lock();
  await holdfast.locked.expectShown();
  await holdfast.unlock(team.passphrase);
  await page.reload();
  await expect(second.rail).toBeVisible();
  await second.go('Compliance');
  const { compliance } = second;
  await compliance.tab('Audit log');
  const exported = compliance.export('CSV');
  await confirming.getByRole('button', { name: 'Use a passkey' }).click();
  expect((await exported).name).toMatch(/\.csv$/);
  await expect(compliance.event('Confirmed who asks').first()).toBeVisible();
  await expect(compliance.event('Added a passkey')).toHaveCount(1);

  await compliance.tab('Checks');
  await compliance.runChecks();
  await expect(compliance.control('P11')).toContainText('Holds');
});

test('an authenticator that can’t derive keys is told apart, and nothing is added', async ({
  holdfast,
}) => {
  const { page, settings } = holdfast;
  await Authenticator.plugIn(page, { hasPrf: false });
  await holdfast.create(team);
  await holdfast.go('Settings');
  await settings.addPasskey('Old key', 'can’t derive keys');
  await expect(settings.passkeys).toHaveCount(0);
});
