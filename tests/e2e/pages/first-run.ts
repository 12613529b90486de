import { expect, type Page } from '@playwright/test';
import { downloaded } from './files.ts';

export interface Team {
  readonly workspace: string;
  readonly member: string;
  readonly passphrase: string;
}

export interface Kit {
  readonly text: string;
  readonly recoveryKey: string;
}

export class FirstRun {
  readonly #page: Page;

  constructor(page: Page) {
    this.#page = page;
  }

  async expectShown(): Promise<void> {
    await expect(this.#page.getByRole('heading', { name: 'Welcome to Holdfast' })).toBeVisible();
  }

  async create(team: Team): Promise<void> {
    await this.expectShown();
    await this.#page.getByRole('button', { name: 'Create workspace' }).click();
    await this.#page.getByLabel('Workspace name').fill(team.workspace);
    await this.#page.getByLabel('Your name').fill(team.member);
    await this.#page.getByLabel('Passphrase', { exact: true }).fill(team.passphrase);
    await this.#page.getByLabel('Repeat passphrase').fill(team.passphrase);
    await this.#page.getByRole('button', { name: 'Create workspace' }).click();
  }

  /** Downloads the kit, says that it is stored and goes on. */
  async storeKit(): Promise<Kit> {
    await expect(
      this.#page.getByRole('heading', { name: 'Recovery kit', exact: true }),
    ).toBeVisible();
    const kit = await downloaded(this.#page, () =>
      this.#page.getByRole('button', { name: 'Download recovery kit' }).click(),
    );
    await this.#page.getByRole('checkbox', { name: 'I have stored the recovery kit' }).check();
    await this.#page.getByRole('button', { name: 'Continue' }).click();
    const text = kit.bytes.toString('utf8');
    return { text, recoveryKey: recoveryKeyIn(text) };
  }

  async restoreFromBackup(): Promise<void> {
    await this.#page.getByRole('button', { name: 'Restore from backup' }).click();
  }
}

function recoveryKeyIn(kit: string): string {
  const key = /AGE-SECRET-KEY-1[0-9A-Z]+/.exec(kit)?.[0];
  if (!key) throw new Error('The recovery kit holds no recovery key.');
  return key;
}
