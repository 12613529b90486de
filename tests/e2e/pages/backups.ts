import { expect, type Locator, type Page } from '@playwright/test';
import { inEnglish } from './customers.ts';
import { choose, downloaded, type ChosenFile, type DownloadedFile } from './files.ts';

export class BackupsScreen {
  readonly #page: Page;
  readonly button: Locator;

  constructor(page: Page) {
    this.#page = page;
    this.button = page.getByRole('button', { name: 'Back up now' });
  }

  async backUp(): Promise<DownloadedFile> {
    const file = await downloaded(this.#page, () => this.button.click());
    await expect(this.#page.getByText('Backup verified', { exact: true })).toBeVisible();
    return file;
  }

  async verify(file: ChosenFile): Promise<void> {
    await choose(this.#page, this.#page.getByRole('button', { name: 'Verify a backup' }), file);
  }

  async expectGood(customers: number): Promise<void> {
    await expect(this.#page.getByText('This backup is good')).toBeVisible({ timeout: 30_000 });
    await expect(
      this.#page.getByText(`${inEnglish(customers)} customers`, { exact: true }),
    ).toBeVisible();
  }

  async restore(): Promise<void> {
    await this.#page.getByRole('button', { name: 'Restore', exact: true }).click();
  }
}
