import { expect, type Locator, type Page } from '@playwright/test';
import { choose, downloaded, type ChosenFile, type DownloadedFile } from './files.ts';

type Tab =
  'Checks' | 'Registers' | 'Retention' | 'Policies' | 'Audit log' | 'Access' | 'Card numbers';
type Format = 'Chain for checking' | 'CSV' | 'OSCAL assessment results' | 'Report to print';

export class ComplianceScreen {
  readonly #page: Page;
  readonly events: Locator;

  constructor(page: Page) {
    this.#page = page;
    this.events = page.getByRole('list', { name: 'Events' }).getByRole('listitem');
  }

  async tab(name: Tab): Promise<void> {
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

  export(format: Format): Promise<DownloadedFile> {
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

  // ---- Checks and policies ------------------------------------------------------------------------------------------

  async runChecks(): Promise<void> {
    await this.#page.getByRole('button', { name: 'Run checks' }).click();
    await expect(this.#page.getByText(/^(\d+ checks? fails?|No check fails)\.$/)).toBeVisible();
  }

  /** The row of a control, folded or not. */
  control(id: string): Locator {
    return this.#page.getByRole('listitem').filter({
      has: this.#page.locator('summary').filter({ hasText: new RegExp(`^\\s*${id} `) }),
    });
  }

  async unfold(id: string): Promise<Locator> {
    const control = this.control(id);
    await control.locator('summary').click();
    return control;
  }

  async show(what: string): Promise<void> {
    await this.#page.getByLabel('Show', { exact: true }).selectOption({ label: what });
  }

  regulation(title: string): Locator {
    return this.#page.getByRole('checkbox', { name: `${title} applies` });
  }

  async choosePolicy(file: ChosenFile): Promise<void> {
    await choose(this.#page, this.#page.getByRole('button', { name: 'Choose policy file' }), file);
  }
}
