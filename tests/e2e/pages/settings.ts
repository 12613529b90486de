import { expect, type Locator, type Page } from '@playwright/test';
import { FirstRun, type Kit } from './first-run.ts';

export class SettingsScreen {
  readonly #page: Page;
  readonly lockAfter: Locator;
  readonly language: Locator;
  readonly theme: Locator;

  constructor(page: Page) {
    this.#page = page;
    this.lockAfter = page.getByLabel('Lock after', { exact: true });
    this.language = page.getByLabel('Language', { exact: true });
    this.theme = page.getByLabel('Theme', { exact: true });
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

  async newRecoveryKit(passphrase: string): Promise<Kit> {
    await this.#page.getByRole('button', { name: 'New recovery kit' }).click();
    const dialog = this.#page.getByRole('dialog', { name: 'New recovery kit' });
    await dialog.getByLabel('Passphrase', { exact: true }).fill(passphrase);
    await dialog.getByRole('button', { name: 'Make the kit' }).click();
    return new FirstRun(this.#page).storeKit();
  }
}
