/** The main story, told once for every engine: about ten verbs over what a person can do (driver.ts). */

import { readFileSync } from 'node:fs';
import {
  button,
  checkbox,
  heading,
  link,
  text,
  ticked,
  type Driver,
  type Target,
} from './driver.ts';

export interface Team {
  readonly workspace: string;
  readonly member: string;
  readonly passphrase: string;
}

export class Story {
  readonly #driver: Driver;
  readonly #address: string;

  constructor(driver: Driver, address: string) {
    this.#driver = driver;
    this.#address = address;
  }

  async open(): Promise<void> {
    await this.#driver.open(this.#address);
    await this.#driver.see(heading('Welcome to Holdfast'));
  }

  /** Answers with what the recovery kit's file says. */
  async create(team: Team): Promise<string> {
    await this.#clickThrough(button('Create workspace'), heading('Create workspace'));
    await this.#driver.type('Workspace name', team.workspace);
    await this.#driver.type('Your name', team.member);
    await this.#driver.type('Passphrase', team.passphrase);
    await this.#driver.type('Repeat passphrase', team.passphrase);
    await this.#driver.click(button('Create workspace'));
    return this.#storeKit();
  }

  async import(path: string, customers: number): Promise<void> {
    await this.#driver.click(link('Customers', 'Main'));
    await this.#clickThrough(button('Import'), heading('Import'));
    await this.#driver.choose('Choose file', path);
    await this.#driver.see(heading('Match columns'));
    await this.#driver.click(button(`Import ${customers} customers`));
    await this.#driver.see(text(`Imported ${customers} customers`));
    await this.#driver.click(button('Done'));
    await this.#driver.see(text(`${customers} customers`));
  }

  async find(words: string, name: string): Promise<void> {
    await this.#driver.click(link('Customers', 'Main'));
    await this.#driver.type('Search customers', words);
    await this.#driver.click(link(name, 'Customers'));
    await this.#driver.see(heading(name));
  }

  async edit(label: string, value: string): Promise<void> {
    await this.#clickThrough(button('Edit'), button('Save'));
    await this.#driver.type(label, value);
    await this.#driver.click(button('Save'));
    await this.#driver.see(button('Edit'));
    await this.#driver.see(text(value));
  }

  async lock(): Promise<void> {
    await this.#driver.click(button('Lock'));
    await this.#driver.see(heading('Unlock'));
  }

  untilOffline(): Promise<void> {
    return this.#driver.untilOffline();
  }

  async reload(): Promise<void> {
    await this.#driver.reload();
    await this.#driver.see(heading('Unlock'));
  }

  async unlock(team: Team): Promise<void> {
    await this.#driver.type('Passphrase', team.passphrase);
    await this.#driver.click(button('Unlock'));
    await this.#driver.see(link('Customers', 'Main'));
  }

  /** Answers with the path of the file. */
  async backUp(): Promise<string> {
    await this.#driver.click(link('Backups', 'Main'));
    const file = await this.#driver.download('Back up now');
    await this.#driver.see(text('Backup verified'));
    return file;
  }

  async verify(file: string, customers: number): Promise<void> {
    await this.#driver.choose('Verify a backup', file);
    await this.#driver.see(text(`${customers} customers`));
  }

  /** From the first screen. Answers with what the new recovery kit's file says. */
  async restore(file: string, kit: string, customers: number, team: Team): Promise<string> {
    await this.#clickThrough(button('Restore from backup'), heading('Restore from backup'));
    await this.#driver.choose('Choose file', file);
    await this.#driver.type('Recovery key', kit);
    await this.#driver.click(button('Check backup'));
    await this.#driver.see(text(`${customers} customers`));
    await this.#tick('I trust this signer');
    await this.#driver.type('Your name', team.member);
    await this.#driver.type('Passphrase', team.passphrase);
    await this.#driver.type('Repeat passphrase', team.passphrase);
    await this.#driver.click(button('Restore'));
    return this.#storeKit();
  }

  /** As a person does who sees that nothing came of it: clicks again. The engines lose a click while a screen is being built. */
  async #clickThrough(target: Target, outcome: Target): Promise<void> {
    for (let tries = 0; tries < 5; tries += 1) {
      await this.#driver.click(target);
      try {
        await this.#driver.see(outcome, 3000);
        return;
      } catch {
        // Once more.
      }
    }
    await this.#driver.see(outcome);
  }

  #tick(name: string): Promise<void> {
    return this.#clickThrough(checkbox(name), ticked(name));
  }

  async #storeKit(): Promise<string> {
    await this.#driver.see(heading('Recovery kit'));
    const file = await this.#driver.download('Download recovery kit');
    await this.#tick('I have stored the recovery kit');
    await this.#clickThrough(button('Continue'), link('Customers', 'Main'));
    return readFileSync(file, 'utf8');
  }
}

/** The line of the kit's file that a person would type or paste. */
export function recoveryKeyIn(kit: string): string {
  const key = /AGE-SECRET-KEY-1[0-9A-Z]+/.exec(kit)?.[0];
  if (!key) throw new Error('The recovery kit holds no recovery key.');
  return key;
}
