import { expect, type Locator, type Page } from '@playwright/test';
import { digitsIn } from './devices.ts';

export class JoinScreen {
  readonly #page: Page;
  readonly link: Locator;
  readonly deviceName: Locator;
  readonly alert: Locator;

  constructor(page: Page) {
    this.#page = page;
    this.link = page.getByLabel('Invite link', { exact: true });
    this.deviceName = page.getByLabel('Device name', { exact: true });
    this.alert = page.getByRole('alert');
  }

  /** From the first screen, or from the locked one. */
  async choose(): Promise<void> {
    await this.#page.getByRole('button', { name: 'Join a workspace', exact: true }).click();
    await expect(this.link).toBeVisible();
  }

  /** Opens the app by an invite's link, as a tablet's camera does. The secret leaves the address at once. */
  async open(link: string): Promise<void> {
    await this.#page.goto(link);
    await expect(this.link).toHaveValue(link);
    await expect(this.#page).toHaveURL(/#\/join$/);
  }

  async paste(link: string): Promise<void> {
    await this.link.fill(link);
  }

  /** Asks to join with the link that is there; what becomes of it is for the caller to expect. */
  async ask(deviceName: string, passphrase: string): Promise<void> {
    await this.deviceName.fill(deviceName);
    await this.#page.getByLabel('Passphrase', { exact: true }).fill(passphrase);
    await this.#page.getByLabel('Repeat passphrase').fill(passphrase);
    await this.#page.getByRole('button', { name: 'Join', exact: true }).click();
  }

  async expectWaiting(): Promise<void> {
    await expect(this.#page.getByRole('heading', { name: 'Waiting for approval' })).toBeVisible({
      timeout: 30_000,
    });
  }

  /** The digits to compare with the admin's. */
  async checkCode(): Promise<string> {
    await this.expectWaiting();
    return digitsIn(this.#page.getByRole('main'));
  }

  async cancel(): Promise<void> {
    await this.#page.getByRole('button', { name: 'Cancel', exact: true }).click();
  }

  /** The app stands, with or without its older history. */
  async expectInside(): Promise<void> {
    await expect(this.#page.getByRole('navigation', { name: 'Main' })).toBeVisible({
      timeout: 60_000,
    });
  }

  async expectRemoved(): Promise<void> {
    await expect(this.#page.getByRole('heading', { name: 'This device was removed' })).toBeVisible({
      timeout: 60_000,
    });
  }

  async toFirstScreen(): Promise<void> {
    await this.#page.getByRole('button', { name: 'To the first screen' }).click();
  }
}
