import { expect, type Page } from '@playwright/test';
import { inEnglish } from './customers.ts';
import { choose, type ChosenFile } from './files.ts';

export class RestoreScreen {
  readonly #page: Page;

  constructor(page: Page) {
    this.#page = page;
  }

  /** The rehearsal. */
  async check(file: ChosenFile, recoveryKey: string): Promise<void> {
    await choose(this.#page, this.#page.getByRole('button', { name: 'Choose file' }), file);
    await this.#page.getByLabel('Recovery key').fill(recoveryKey);
    await this.#page.getByRole('button', { name: 'Check backup' }).click();
  }

  async expectCustomers(count: number): Promise<void> {
    await expect(
      this.#page.getByText(`${inEnglish(count)} customers`, { exact: true }),
    ).toBeVisible({
      timeout: 30_000,
    });
  }

  /** The list of erasures that was kept with the kit. */
  async takeErasures(file: ChosenFile): Promise<void> {
    const button = this.#page.getByRole('button', { name: 'Choose list of erasures' });
    await choose(this.#page, button, file);
  }

  async trustSigner(): Promise<void> {
    await this.#page.getByRole('checkbox', { name: 'I trust this signer' }).check();
  }

  async restore(member: string, passphrase: string): Promise<void> {
    await this.#page.getByLabel('Your name').fill(member);
    await this.#page.getByLabel('Passphrase', { exact: true }).fill(passphrase);
    await this.#page.getByLabel('Repeat passphrase').fill(passphrase);
    await this.#page.getByRole('button', { name: 'Restore', exact: true }).click();
  }
}
