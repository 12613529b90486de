import { expect, test } from './fixtures.ts';
import { anotherPassphrase, team } from './teams.ts';

test('every way to unlock, and what a wrong one costs', async ({ holdfast }) => {
  const { page, locked, settings, customers } = holdfast;
  const kit = await holdfast.create(team);
  await holdfast.go('Customers');
  await customers.add({ Name: 'Adela Corvin' });
  await holdfast.lock();
  await expect(page.getByText('Adela Corvin')).toHaveCount(0);
  await expect(page).not.toHaveTitle(/Adela|Kelp/);

  for (let tries = 0; tries < 3; tries += 1) {
    await locked.unlock('these are not the right words');
    await expect(locked.alert).toContainText('not the passphrase');
  }
  // The fourth costs a second, the fifth two, the sixth four, and a reload forgets none of it.
  for (const wait of [/Wait 1 second/, /Wait [12] seconds?/]) {
    await locked.unlock('these are not the right words');
    await page.getByText(wait).waitFor();
    await page.getByText(/Wait \d/).waitFor({ state: 'hidden' });
  }
  await locked.unlock('these are not the right words');
  await page.getByText(/Wait [34] seconds/).waitFor();
  await page.reload();
  await page.getByText(/Wait \d seconds?/).waitFor();

  await locked.unlockWithRecoveryKey('AGE-SECRET-KEY-1NOTONE');
  await expect(locked.alert).toContainText('not a recovery key');
  await locked.unlockWithRecoveryKey(kit.recoveryKey);
  await expect(holdfast.rail).toBeVisible();

  await holdfast.go('Settings');
  await settings.changePassphrase(team.passphrase, anotherPassphrase);
  const newKit = await settings.newRecoveryKit(anotherPassphrase);
  expect(newKit.recoveryKey).not.toBe(kit.recoveryKey);
  await holdfast.lock();
  await locked.unlock(team.passphrase);
  await expect(locked.alert).toContainText('not the passphrase');
  await holdfast.unlock(anotherPassphrase);
  await holdfast.lock();
  await locked.unlockWithRecoveryKey(kit.recoveryKey);
  await expect(locked.alert).toContainText('another workspace');
  await locked.unlockWithRecoveryKey(newKit.recoveryKey);
  await expect(holdfast.rail).toBeVisible();
  await holdfast.go('Customers');
  await expect(customers.row('Adela Corvin')).toBeVisible();
});

test('a weak passphrase is refused with the reason', async ({ holdfast }) => {
  const { page, firstRun } = holdfast;
  await holdfast.open();
  await firstRun.create({ ...team, passphrase: 'too short' });
  await expect(page.getByRole('alert').first()).toContainText('at least 15 characters');
});

test('a workspace left alone locks itself, in every tab', async ({ holdfast, context }) => {
  const { page, settings } = holdfast;
  await page.clock.install();
  await holdfast.create(team);
  await holdfast.go('Settings');
  await expect(settings.lockAfter).toHaveValue('15');
  await settings.lockAfter.selectOption('5');
  const other = await context.newPage();
  await other.goto('./');
  await expect(other.getByRole('navigation', { name: 'Main' })).toBeVisible();

  await page.clock.runFor('04:00');
  await expect(holdfast.rail).toBeVisible();
  await page.clock.runFor('01:30');
  await holdfast.locked.expectShown();
  await expect(other.getByRole('heading', { name: 'Unlock' })).toBeVisible();
});
