import { expect, type Locator, type Page } from '@playwright/test';
import { downloaded, type DownloadedFile } from './files.ts';

/** The tab "Privacy" of the customer that is open. */
export class PrivacyTab {
  readonly #page: Page;
  readonly dialog: Locator;

  constructor(page: Page) {
    this.#page = page;
    this.dialog = page.getByRole('dialog');
  }

  async open(): Promise<void> {
    await this.#page.getByRole('tab', { name: 'Privacy' }).click();
    await expect(this.#page.getByRole('heading', { name: 'Consents' })).toBeVisible();
  }

  field(name: string): Locator {
    return this.dialog.getByLabel(name, { exact: true });
  }

  entry(list: string, text: string): Locator {
    return this.#page
      .getByRole('list', { name: list })
      .getByRole('listitem')
      .filter({ hasText: text });
  }

  async startAdding(button: string): Promise<void> {
    await this.#page.getByRole('button', { name: button, exact: true }).click();
  }

  async save(): Promise<void> {
    await this.dialog.getByRole('button', { name: 'Save', exact: true }).click();
    await expect(this.dialog).toBeHidden();
  }

  async receipt(consent: string, form: string): Promise<DownloadedFile> {
    await this.entry('Consents', consent).getByRole('button', { name: 'Receipt' }).click();
    return downloaded(this.#page, () => this.#page.getByRole('menuitem', { name: form }).click());
  }

  async subjectFile(passphrase: string): Promise<DownloadedFile> {
    await this.#page.getByRole('button', { name: 'Make subject file…' }).click();
    if (passphrase !== '') {
      await this.field('Passphrase (optional)').fill(passphrase);
      await this.field('Repeat passphrase').fill(passphrase);
    }
    const file = await downloaded(this.#page, () =>
      this.dialog.getByRole('button', { name: 'Make subject file' }).click(),
    );
    await expect(this.dialog).toBeHidden();
    return file;
  }
}
