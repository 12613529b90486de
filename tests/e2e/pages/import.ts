import { expect, type Locator, type Page } from '@playwright/test';
import { choose, type ChosenFile } from './files.ts';
import { inEnglish } from './customers.ts';

export class ImportDialog {
  readonly #page: Page;
  readonly dialog: Locator;
  readonly alert: Locator;

  constructor(page: Page) {
    this.#page = page;
    this.dialog = page.getByRole('dialog', { name: 'Import' });
    this.alert = this.dialog.getByRole('alert');
  }

  /** From the customers' screen to the step "Match columns", or to the message that the file is refused. */
  async choose(file: ChosenFile): Promise<void> {
    if (!(await this.dialog.isVisible())) {
      await this.#page.getByRole('button', { name: 'Import', exact: true }).click();
    }
    const button = this.dialog.getByRole('button', { name: /^Choose (file|another file)$/ });
    await choose(this.#page, button, file);
  }

  async expectMatchColumns(): Promise<void> {
    await expect(this.dialog.getByRole('heading', { name: 'Match columns' })).toBeVisible({
      timeout: 60_000,
    });
  }

  /** What the file is read by, or where a column goes. */
  choice(label: string): Locator {
    return this.dialog.getByLabel(label, { exact: true });
  }

  /** A column's header with its first cells. */
  column(header: string): Locator {
    return this.dialog
      .getByRole('list', { name: 'Columns' })
      .getByRole('listitem')
      .filter({ has: this.#page.getByLabel(`${header} goes to`, { exact: true }) });
  }

  /** What the dry run counts under this name. */
  count(name: 'New' | 'Updated' | 'Left out'): Locator {
    const term = this.#page.getByRole('term').filter({ hasText: name });
    return this.dialog.locator('dl > div').filter({ has: term }).getByRole('definition');
  }

  /** Some of the rows are on their way into the vault, and some are not. */
  async untilHalfway(): Promise<void> {
    await expect(this.dialog.getByRole('progressbar', { name: /^Importing/ })).toBeVisible();
    await expect(this.dialog.getByText(/^[1-9]\d? %$/)).toBeVisible();
  }

  async start(count: number): Promise<void> {
    await this.dialog.getByRole('button', { name: `Import ${inEnglish(count)} customers` }).click();
  }

  async expectDone(count: number): Promise<void> {
    await expect(this.#page.getByText(`Imported ${inEnglish(count)} customers`)).toBeVisible({
      timeout: 60_000,
    });
  }

  async run(file: ChosenFile, count: number): Promise<void> {
    await this.choose(file);
    await this.expectMatchColumns();
    await this.start(count);
    await this.expectDone(count);
  }

  async undo(): Promise<void> {
    await this.#page.getByRole('button', { name: 'Undo import' }).click();
  }

  async close(): Promise<void> {
    await this.dialog.getByRole('button', { name: 'Done' }).click();
    await expect(this.dialog).toBeHidden();
  }
}
