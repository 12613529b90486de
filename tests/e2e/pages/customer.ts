import { expect, type Locator, type Page } from '@playwright/test';

export interface Interaction {
  readonly type?: string;
  readonly notes: string;
  /** YYYY-MM-DD. */
  readonly followUpOn?: string;
}

export class CustomerScreen {
  readonly #page: Page;
  readonly save: Locator;

  constructor(page: Page) {
    this.#page = page;
    this.save = page.getByRole('button', { name: 'Save', exact: true });
  }

  heading(name: string): Locator {
    return this.#page.getByRole('heading', { name, exact: true });
  }

  field(label: string): Locator {
    return this.#page.getByLabel(label, { exact: true });
  }

  async startEdit(): Promise<void> {
    await this.#page
      .getByRole('button', { name: 'Edit', exact: true })
      .or(this.#page.getByRole('link', { name: 'Edit', exact: true }))
      .click();
  }

  async edit(values: Readonly<Record<string, string>>): Promise<void> {
    await this.startEdit();
    for (const [label, value] of Object.entries(values)) await this.field(label).fill(value);
    await this.save.click();
    await expect(this.save).toBeHidden();
  }

  async logInteraction(interaction: Interaction): Promise<void> {
    await this.#page.getByRole('button', { name: 'Log interaction' }).click();
    if (interaction.type) await this.field('Type').selectOption({ label: interaction.type });
    await this.field('Notes').fill(interaction.notes);
    if (interaction.followUpOn) await this.field('Follow up on').fill(interaction.followUpOn);
    await this.save.click();
    await expect(this.#page.getByText(interaction.notes)).toBeVisible();
  }

  async addTask(title: string, due: string): Promise<void> {
    await this.#page.getByRole('button', { name: 'Add task' }).click();
    await this.field('Title').fill(title);
    await this.field('Due').fill(due);
    await this.save.click();
    await expect(this.#page.getByText(title).first()).toBeVisible();
  }

  async delete(): Promise<void> {
    await this.#page.getByRole('button', { name: 'More', exact: true }).click();
    await this.#page.getByRole('menuitem', { name: 'Delete' }).click();
  }
}
