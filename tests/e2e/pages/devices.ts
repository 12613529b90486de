import { expect, type Locator, type Page } from '@playwright/test';

export interface StoreFields {
  readonly endpoint: string;
  readonly bucket: string;
  readonly accessKey: string;
  readonly secretKey: string;
}

export type RoleName = 'Admin' | 'Member' | 'Viewer';

export class DevicesScreen {
  readonly #page: Page;
  readonly heading: Locator;
  readonly list: Locator;
  readonly requests: Locator;
  readonly invites: Locator;
  readonly conflicts: Locator;
  readonly heldBack: Locator;
  readonly alarms: Locator;

  constructor(page: Page) {
    this.#page = page;
    this.heading = page.getByRole('heading', { name: 'Devices', exact: true });
    this.list = page.getByRole('list', { name: 'Devices', exact: true });
    this.requests = page.getByRole('list', { name: 'Requests to join' });
    this.invites = page.getByRole('list', { name: 'Open invites' });
    this.conflicts = page.getByRole('list', { name: 'Conflicts' });
    this.heldBack = page.getByRole('list', { name: 'Held back' });
    this.alarms = page.getByRole('list', { name: 'Alarms' });
  }

  /** What is wrong with the store, in the dialog that tested it. */
  get storeProblem(): Locator {
    return this.#page.getByRole('dialog', { name: 'Connect a store' }).getByRole('alert');
  }

  /** Fills in the form and tests; what becomes of it is for the caller to expect. */
  async testStore(store: StoreFields): Promise<void> {
    const dialog = this.#page.getByRole('dialog', { name: 'Connect a store' });
    if (!(await dialog.isVisible())) await this.#button('Connect a store').click();
    await dialog.getByLabel('Endpoint URL').fill(store.endpoint);
    await dialog.getByLabel('Bucket', { exact: true }).fill(store.bucket);
    await dialog.getByLabel('Access key').fill(store.accessKey);
    await dialog.getByLabel('Secret key').fill(store.secretKey);
    await dialog.getByRole('button', { name: 'Test and connect' }).click();
  }

  async connectStore(store: StoreFields): Promise<void> {
    await this.testStore(store);
    await expect(this.#button('Sync now')).toBeVisible({ timeout: 60_000 });
    await expect(this.#page.getByRole('dialog')).toBeHidden();
  }

  async syncNow(): Promise<void> {
    const button = this.#button('Sync now');
    await button.click();
    await expect(button).not.toHaveAttribute('aria-busy', 'true');
  }

  async disconnect(): Promise<void> {
    await this.#button('Disconnect').click();
    await this.#page.getByRole('dialog').getByRole('button', { name: 'Go on alone' }).click();
    await expect(this.#button('Connect a store')).toBeVisible();
  }

  async replaceKeys(accessKey: string, secretKey: string): Promise<void> {
    await this.#button('Replace store keys').click();
    const dialog = this.#page.getByRole('dialog', { name: 'Replace store keys' });
    await dialog.getByLabel('Access key').fill(accessKey);
    await dialog.getByLabel('Secret key').fill(secretKey);
    await dialog.getByRole('button', { name: 'Replace', exact: true }).click();
    await expect(dialog).toBeHidden();
  }

  /** Answers with the invite's link. */
  async invite(role: RoleName = 'Member', hours: 1 | 8 | 24 = 24): Promise<string> {
    await this.#button('Invite a device').click();
    const dialog = this.#page.getByRole('dialog', { name: 'Invite a device' });
    await dialog.getByLabel('Role').selectOption(role);
    await dialog.getByLabel('Valid for').selectOption(String(hours));
    await dialog.getByRole('button', { name: 'Make the invite' }).click();
    await expect(dialog.getByRole('img', { name: 'QR code of the invite link' })).toBeVisible();
    const link = await dialog
      .getByRole('group', { name: 'Invite link' })
      .locator('pre')
      .innerText();
    await dialog.getByRole('button', { name: 'Done' }).click();
    return link.replaceAll(/\s/g, '');
  }

  async withdrawInvite(role: RoleName): Promise<void> {
    const invite = this.invites.getByRole('listitem').filter({ hasText: role });
    await invite.getByRole('button', { name: 'Withdraw' }).click();
    await expect(invite).toBeHidden();
  }

  request(device: string): Locator {
    return this.requests.getByRole('listitem').filter({ hasText: device });
  }

  /** The digits that stand beside a request to join. */
  async checkCode(device: string): Promise<string> {
    return digitsIn(this.request(device));
  }

  async approve(device: string): Promise<void> {
    await this.request(device).getByRole('button', { name: 'Approve' }).click();
    await expect(this.request(device)).toBeHidden();
  }

  async reject(device: string): Promise<void> {
    await this.request(device).getByRole('button', { name: 'Reject' }).click();
    await expect(this.request(device)).toBeHidden();
  }

  device(name: string): Locator {
    return this.list.getByRole('listitem').filter({ hasText: name });
  }

  async changeRole(device: string, role: RoleName): Promise<void> {
    await this.device(device).getByLabel('Role').selectOption(role);
    await expect(this.#page.getByText(`${device}: ${role}`)).toBeVisible();
  }

  async revoke(device: string): Promise<void> {
    await this.device(device).getByRole('button', { name: 'Revoke' }).click();
    const dialog = this.#page.getByRole('dialog', { name: `Revoke “${device}”?` });
    await dialog.getByRole('button', { name: 'Revoke this device' }).click();
    await expect(dialog).toBeHidden();
    await expect(this.device(device).getByText('Removed', { exact: true })).toBeVisible();
  }

  /** Found by the customer's name and the field's label. */
  conflict(customer: string, field: string): Locator {
    return this.conflicts
      .getByRole('listitem')
      .filter({ has: this.#page.getByRole('link', { name: customer, exact: true }) })
      .filter({ hasText: field });
  }

  async keep(customer: string, field: string): Promise<void> {
    const conflict = this.conflict(customer, field);
    await conflict.getByRole('button', { name: 'Keep' }).click();
    await expect(conflict).toBeHidden();
  }

  async useOther(customer: string, field: string): Promise<void> {
    const conflict = this.conflict(customer, field);
    await conflict.getByRole('button', { name: 'Use the other' }).click();
    await expect(conflict).toBeHidden();
  }

  held(device: string): Locator {
    return this.heldBack.getByRole('listitem').filter({ hasText: device });
  }

  async applyHeldBack(device: string): Promise<void> {
    const held = this.held(device);
    await held.getByRole('button', { name: 'Apply' }).click();
    await expect(held).toBeHidden();
  }

  async discardHeldBack(device: string): Promise<void> {
    const held = this.held(device);
    await held.getByRole('button', { name: 'Discard' }).click();
    await this.#page.getByRole('dialog').getByRole('button', { name: 'Discard for good' }).click();
    await expect(held).toBeHidden();
  }

  /** Found by a part of what it says. */
  alarm(text: string): Locator {
    return this.alarms.getByRole('listitem').filter({ hasText: text });
  }

  async fillStoreAgain(alarm: string): Promise<void> {
    await this.alarm(alarm).getByRole('button', { name: 'Fill the store again' }).click();
    await expect(this.#page.getByText(/put back into the store|lacks nothing/)).toBeVisible();
  }

  async dismissAlarm(alarm: string): Promise<void> {
    await this.alarm(alarm).getByRole('button', { name: 'Dismiss' }).click();
    await expect(this.alarm(alarm)).toBeHidden();
  }

  #button(name: string): Locator {
    return this.#page.getByRole('button', { name, exact: true });
  }
}

/** The check code within `place`, without the gaps between its groups. */
export async function digitsIn(place: Locator): Promise<string> {
  const code = await place.getByRole('group', { name: 'Check code' }).innerText();
  return code.replaceAll(/\D/g, '');
}
