import { expect, type Locator, type Page } from '@playwright/test';
import { downloaded, type DownloadedFile } from './files.ts';

export class ComplianceScreen {
  readonly #page: Page;
  readonly events: Locator;

  constructor(page: Page) {
    this.#page = page;
    this.events = page.getByRole('list', { name: 'Events' }).getByRole('listitem');
  }

  async tab(name: 'Audit log' | 'Access' | 'Card numbers'): Promise<void> {
    await this.#page.getByRole('tab', { name, exact: true }).click();
  }

  /** An event whose act is called so. */
  event(act: string): Locator {
    return this.events.filter({ has: this.#page.getByText(act, { exact: true }) });
  }

  async filterBy(act: string): Promise<void> {
    await this.#page.getByLabel('Act', { exact: true }).selectOption({ label: act });
  }

  /** Answers with what the report says. */
  async verify(): Promise<string> {
    await this.#page.getByRole('button', { name: 'Verify log' }).click();
    const said = this.#page.getByRole('alert').filter({ hasText: 'The log is' });
    await expect(said).toBeVisible();
    return said.innerText();
  }

  export(format: 'Chain for checking' | 'CSV'): Promise<DownloadedFile> {
    return downloaded(this.#page, async () => {
      await this.#page.getByRole('button', { name: 'Export', exact: true }).click();
      await this.#page.getByRole('menuitem', { name: format }).click();
    });
  }

  mask(role: 'Members' | 'Viewers', dataClass: string): Locator {
    return this.#page
      .getByRole('group', { name: role })
      .getByRole('checkbox', { name: dataClass, exact: true });
  }
}
