/**
 * A team of two devices on the store that comes with the app: connect, invite, compare the digits, approve; both offline, both editing, back
 * online and of one mind; revoked, held back, erased; and a third device that joins then.
 */

import { customersToCsv, generateCustomers } from '../customers.ts';
import type { EndpointStore } from '../endpoint.ts';
import { expect, test } from './fixtures.ts';
import { givenStore } from './given-store.ts';
import type { StoreFields } from './pages/devices.ts';
import { csvFile } from './pages/files.ts';
import type { Holdfast } from './pages/holdfast.ts';
import { anotherPassphrase, team } from './teams.ts';

const people = generateCustomers(60);
const list = csvFile('customers.csv', customersToCsv(people));
const [first, second, third, fourth] = people.slice(20).map(({ name }) => name) as [
  string,
  string,
  string,
  string,
];

test.describe.configure({ timeout: 300_000 });

test('a team of two devices, and a third', async ({
  holdfast,
  anotherDevice,
  endpoint,
  context,
}) => {
  await holdfast.create(team);
  await holdfast.go('Customers');
  await holdfast.importing.run(list, people.length);
  await holdfast.importing.close();
  await holdfast.go('Devices');
  await holdfast.devices.connectStore(givenStore ?? fieldsOf(endpoint.store));
  await expect(holdfast.syncStatus).toContainText('All changes synced');

  const tablet = await anotherDevice();
  await letIn(holdfast, tablet, "Ben's tablet");
  await tablet.go('Customers');
  await tablet.customers.expectCount(people.length);

  await tablet.page.context().setOffline(true);
  await context.setOffline(true);
  await edit(holdfast, first, { 'Job title': 'Harbour master' });
  await edit(tablet, first, { 'Job title': 'Lighthouse keeper', Website: 'https://light.example' });
  await edit(holdfast, second, { Notes: 'Asked for the long berth.' });
  await edit(tablet, third, { Notes: 'Moved to the north quay.' });
  await tablet.customer.logInteraction({ notes: 'Counted the buoys.' });
  await open(holdfast, fourth);
  await holdfast.customer.delete();
  await expect(tablet.syncStatus).toContainText('not yet synced');

  await tablet.page.context().setOffline(false);
  await context.setOffline(false);
  await bothInSync(holdfast, tablet);

  for (const device of [holdfast, tablet]) {
    await device.go('Customers');
    await device.customers.search('');
    await device.customers.expectCount(people.length - 1);
    await open(device, first);
    await expect(device.page.getByText('https://light.example').first()).toBeVisible();
    await open(device, third);
    await expect(device.page.getByText('Counted the buoys.')).toBeVisible();
    await device.go('Devices');
    await expect(device.devices.conflict(first, 'Job title')).toBeVisible();
  }
  const shown = await holdfast.devices.conflict(first, 'Job title').innerText();
  expect(shown).toContain('Harbour master');
  expect(shown).toContain('Lighthouse keeper');
  await holdfast.devices.useOther(first, 'Job title');
  await bothInSync(holdfast, tablet);
  await expect(tablet.devices.conflict(first, 'Job title')).toBeHidden();

  // What the tablet writes before it knows that it was removed is held back.
  await tablet.page.context().setOffline(true);
  await edit(tablet, second, { 'Job title': 'Keeper of the lost keys' });
  await holdfast.go('Devices');
  await holdfast.devices.revoke("Ben's tablet");
  await holdfast.devices.syncNow();
  await tablet.page.context().setOffline(false);
  await tablet.joining.expectRemoved();
  await tablet.joining.toFirstScreen();
  await expect(tablet.page.getByRole('heading', { name: 'Welcome to Holdfast' })).toBeVisible();
  await holdfast.devices.syncNow();
  await expect(holdfast.devices.device("Ben's tablet").getByText('Erased')).toBeVisible();

  const phone = await anotherDevice();
  await letIn(holdfast, phone, "Cleo's phone");
  await phone.go('Customers');
  await phone.customers.expectCount(people.length - 1);
  await open(phone, second);
  await expect(phone.page.getByText('Asked for the long berth.')).toBeVisible();
  await expect(phone.page.getByText('Keeper of the lost keys')).toHaveCount(0);

  await maskAmounts(holdfast, phone);
  await loseDevice(holdfast, "Cleo's phone");
});

/** Revoked, its keys changed, and the register says why nobody can read it. */
async function loseDevice(admin: Holdfast, name: string): Promise<void> {
  await admin.go('Devices');
  await admin.devices.device(name).getByRole('button', { name: 'Lost…' }).click();
  const dialog = admin.page.getByRole('dialog', { name: `“${name}” is lost` });
  await dialog.getByLabel('What happened').fill('Left in the ferry’s saloon');
  await dialog.getByLabel('When it got lost').selectOption({ label: 'It was locked' });
  await dialog.getByRole('button', { name: 'Revoke and write down' }).click();
  await expect(dialog).toBeHidden();
  await expect(admin.devices.device(name).getByText('Removed', { exact: true })).toBeVisible();
  await admin.go('Compliance');
  await admin.compliance.tab('Registers');
  await admin.page.getByLabel('Register', { exact: true }).selectOption({ label: 'Incidents' });
  await expect(admin.page.getByText(`Lost device: ${name}`)).toBeVisible();
  await admin.compliance.tab('Checks');
  await admin.compliance.runChecks();
  await expect(admin.compliance.control('G24')).toContainText('Holds');
}

/** What a member does not see, emergency access to it, and the admin who looks at that. */
async function maskAmounts(admin: Holdfast, member: Holdfast): Promise<void> {
  await open(admin, second);
  await admin.page.getByRole('button', { name: 'Add transaction' }).click();
  await admin.customer.field('Amount').fill('7654');
  await admin.customer.save.click();
  await expect(admin.customer.save).toBeHidden();
  await admin.go('Compliance');
  await admin.compliance.tab('Access');
  await admin.compliance.mask('Members', 'Financial').check();
  await expect(admin.page.getByText('The policy is changed')).toBeVisible();
  await bothInSync(admin, member);

  await open(member, second);
  await member.page.getByRole('tab', { name: 'Transactions' }).click();
  await expect(member.page.getByText('Your role does not see these fields: Amount')).toBeVisible();
  await expect(member.page.getByText('7,654')).toHaveCount(0);
  await member.page.getByRole('button', { name: 'Emergency access' }).click();
  await member.page.getByRole('button', { name: 'Show the values' }).click();
  await expect(member.page.getByText('Say why you need it.')).toBeVisible();
  await member.page.getByLabel('Reason', { exact: true }).fill('The quay is flooding');
  await member.page.getByRole('button', { name: 'Show the values' }).click();
  await expect(member.page.getByText(/^Emergency access until/)).toBeVisible();
  await expect(member.page.getByText('7,654').first()).toBeVisible();
  await member.page.getByRole('button', { name: 'End now' }).click();
  await expect(member.page.getByText('7,654')).toHaveCount(0);

  await bothInSync(member, admin);
  await admin.go('Compliance');
  await admin.compliance.tab('Access');
  await expect(admin.page.getByText('The quay is flooding')).toBeVisible();
  await admin.page.getByRole('button', { name: 'Mark as reviewed' }).click();
  await expect(admin.page.getByText('Reviewed', { exact: true })).toBeVisible();
  await admin.compliance.tab('Audit log');
  await expect(admin.compliance.event('Took emergency access')).toBeVisible();
  expect(await admin.compliance.verify()).toMatch(/^The log is/);
}

/** From the invite to the customers, as two people side by side do it. */
async function letIn(admin: Holdfast, joiner: Holdfast, deviceName: string): Promise<void> {
  await admin.go('Devices');
  const link = await admin.devices.invite('Member');
  await joiner.joining.open(link);
  await joiner.joining.ask(deviceName, anotherPassphrase);
  const digits = await joiner.joining.checkCode();
  expect(digits).toMatch(/^\d{20}$/);
  await expect(admin.devices.request(deviceName)).toBeVisible({ timeout: 30_000 });
  expect(await admin.devices.checkCode(deviceName)).toBe(digits);
  await admin.devices.approve(deviceName);
  await joiner.joining.expectInside();
}

async function open(device: Holdfast, name: string): Promise<void> {
  await device.go('Customers');
  await device.customers.search(name);
  await device.customers.openCustomer(name);
}

async function edit(
  device: Holdfast,
  name: string,
  values: Readonly<Record<string, string>>,
): Promise<void> {
  await open(device, name);
  await device.customer.edit(values);
}

/** Twice each: what the second sends, the first has yet to read. */
async function bothInSync(...devices: readonly Holdfast[]): Promise<void> {
  for (const device of [...devices, ...devices]) {
    await device.go('Devices');
    await device.devices.syncNow();
    await expect(device.syncStatus).toContainText('All changes synced', { timeout: 30_000 });
  }
}

function fieldsOf(store: EndpointStore): StoreFields {
  return {
    endpoint: store.endpoint,
    bucket: store.bucket,
    accessKey: store.full.accessKeyId,
    secretKey: store.full.secretAccessKey,
  };
}
