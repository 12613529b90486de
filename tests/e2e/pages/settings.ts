import { expect, type Locator, type Page } from '@playwright/test';
import { FirstRun, type Kit } from './first-run.ts';

export class SettingsScreen {
  readonly #page: Page;
  readonly lockAfter: Locator;
  readonly language: Locator;
  readonly theme: Locator;
  readonly passkeys: Locator;

  constructor(page: Page) {
    this.#page = page;
    this.lockAfter = page.getByLabel('Lock after', { exact: true });
    this.language = page.getByLabel('Language', { exact: true });
    this.theme = page.getByLabel('Theme', { exact: true });
    this.passkeys = page.getByRole('list', { name: 'Passkeys' });
  }

  async changePassphrase(current: string, next: string): Promise<void> {
    await this.#page.getByRole('button', { name: 'Change passphrase' }).click();
    const dialog = this.#page.getByRole('dialog', { name: 'Change passphrase' });
    await dialog.getByLabel('Current passphrase').fill(current);
    await dialog.getByLabel('New passphrase').fill(next);
    await dialog.getByLabel('Repeat passphrase').fill(next);
    await dialog.getByRole('button', { name: 'Save' }).click();
    await expect(dialog).toBeHidden();
  }

  async changePassphraseByPasskey(next: string): Promise<void> {
    await this.#page.getByRole('button', { name: 'Change passphrase' }).click();
    const dialog = this.#page.getByRole('dialog', { name: 'Change passphrase' });
    await dialog.getByLabel('New passphrase').fill(next);
    await dialog.getByLabel('Repeat passphrase').fill(next);
    await dialog.getByRole('button', { name: 'Use a passkey' }).click();
    await expect(dialog).toBeHidden();
  }

  /** With `refusal`, it is not added, for that reason. */
  async addPasskey(name: string, refusal?: string): Promise<void> {
    await this.#page.getByRole('button', { name: 'Add a passkey' }).click();
    const dialog = this.#page.getByRole('dialog', { name: 'Add a passkey' });
    await dialog.getByLabel('Name of the passkey').fill(name);
    await dialog.getByRole('button', { name: 'Make the passkey' }).click();
    if (refusal !== undefined) {
      await expect(dialog.getByRole('alert')).toContainText(refusal);
      await dialog.getByRole('button', { name: 'Cancel' }).click();
    }
    await expect(dialog).toBeHidden();
  }

  async removePasskey(name: string, passphrase: string): Promise<void> {
    await this.passkeys.getByRole('button', { name: `Remove passkey ${name}` }).click();
    const dialog = this.#page.getByRole('dialog', { name: `Remove passkey ${name}` });
    await dialog.getByLabel('Passphrase', { exact: true }).fill(passphrase);
    await dialog.getByRole('button', { name: 'Remove', exact: true }).click();
    await expect(dialog).toBeHidden();
  }

  async newRecoveryKit(passphrase: string): Promise<Kit> {
    await this.#page.getByRole('button', { name: 'New recovery kit' }).click();
    const dialog = this.#page.getByRole('dialog', { name: 'New recovery kit' });
    await dialog.getByLabel('Passphrase', { exact: true }).fill(passphrase);
    await dialog.getByRole('button', { name: 'Make the kit' }).click();
    return new FirstRun(this.#page).storeKit();
  }
}
