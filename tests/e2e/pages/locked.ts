import { expect, type Locator, type Page } from '@playwright/test';

export class LockedScreen {
  readonly #page: Page;
  readonly passphrase: Locator;
  readonly button: Locator;
  readonly alert: Locator;

  constructor(page: Page) {
    this.#page = page;
    this.passphrase = page.getByLabel('Passphrase', { exact: true });
    this.button = page.getByRole('button', { name: 'Unlock', exact: true });
    this.alert = page.getByRole('alert');
  }

  async expectShown(): Promise<void> {
    await expect(this.#page.getByRole('heading', { name: 'Unlock' })).toBeVisible();
  }

  async unlock(passphrase: string): Promise<void> {
    await this.passphrase.fill(passphrase);
    await this.button.click();
  }

  async usePasskey(): Promise<void> {
    await this.#page.getByRole('button', { name: 'Use a passkey' }).click();
  }

  async unlockWithRecoveryKey(recoveryKey: string): Promise<void> {
    const field = this.#page.getByLabel('Recovery key');
    if (!(await field.isVisible())) {
      await this.#page.getByRole('button', { name: 'Use recovery key' }).click();
    }
    await field.fill(recoveryKey);
    await this.button.click();
  }
}
