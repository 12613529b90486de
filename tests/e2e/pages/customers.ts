import { expect, type Locator, type Page } from '@playwright/test';
import { downloaded, type DownloadedFile } from './files.ts';

export class CustomersScreen {
  readonly #page: Page;
  readonly searchbox: Locator;
  readonly list: Locator;

  constructor(page: Page) {
    this.#page = page;
    this.searchbox = page.getByRole('searchbox', { name: 'Search customers' });
    this.list = page.getByRole('list', { name: 'Customers' });
  }

  async expectCount(count: number): Promise<void> {
    const words = count === 1 ? '1 customer' : `${inEnglish(count)} customers`;
    await expect(this.#page.getByText(words, { exact: true })).toBeVisible();
  }

  async expectMatches(matched: number, total: number): Promise<void> {
    const words = `${inEnglish(matched)} of ${inEnglish(total)} customers`;
    await expect(this.#page.getByText(words, { exact: true })).toBeVisible();
  }

  /** How many the screen says there are, once it says so. */
  async count(): Promise<number> {
    const words = this.#page.getByText(/^[\d,]+ customers?$/);
    return Number((await words.innerText()).replace(/\D/g, ''));
  }

  async search(text: string): Promise<void> {
    await this.searchbox.fill(text);
  }

  row(name: string): Locator {
    return this.list.getByRole('link', { name });
  }

  async openCustomer(name: string): Promise<void> {
    await this.row(name).first().click();
    await expect(this.#page.getByRole('heading', { name, exact: true })).toBeVisible();
  }

  async startNew(): Promise<void> {
    await this.#page
      .getByRole('button', { name: 'New customer' })
      .or(this.#page.getByRole('link', { name: 'New customer' }))
      .click();
  }

  async add(values: Readonly<Record<string, string>>): Promise<void> {
    await this.startNew();
    for (const [label, value] of Object.entries(values)) {
      await this.#page.getByLabel(label, { exact: true }).fill(value);
    }
    await this.#page.getByRole('button', { name: 'Save', exact: true }).click();
    await expect(
      this.#page.getByRole('heading', { name: values['Name'] ?? values['Company'] ?? '' }),
    ).toBeVisible();
  }

  async exportAs(format: 'csv' | 'jsonl', purpose?: string): Promise<DownloadedFile> {
    await this.#page.getByRole('button', { name: 'Export list' }).click();
    const dialog = this.#page.getByRole('dialog', { name: 'Export customers' });
    await dialog.getByLabel('Format').selectOption(format);
    if (purpose !== undefined) {
      await dialog.getByLabel('What is it for?').selectOption({ label: purpose });
    }
    const file = await downloaded(this.#page, () =>
      dialog.getByRole('button', { name: 'Save file' }).click(),
    );
    await expect(dialog).toBeHidden();
    return file;
  }
}

export function inEnglish(count: number): string {
  return count.toLocaleString('en-GB');
}
