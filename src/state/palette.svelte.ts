/** The command palette: whether it is open, and the customers that fit what is typed into it. */

import type { Summary } from '#domain/summary.ts';
import { onLeave } from './leave.ts';
import { vault } from './vault.ts';

const SHOWN = 8;
const RECENT = 4;

class Palette {
  #shown = $state(false);
  #text = $state('');
  #customers = $state.raw<readonly Summary[]>([]);

  get shown(): boolean {
    return this.#shown;
  }

  get text(): string {
    return this.#text;
  }

  /** The best few. */
  get customers(): readonly Summary[] {
    return this.#customers;
  }

  open(): void {
    this.#shown = true;
    void this.search('');
  }

  close(): void {
    this.#shown = false;
    this.#text = '';
    this.#customers = [];
  }

  async search(text: string): Promise<void> {
    this.#text = text;
    const page =
      text.trim() === ''
        ? await vault.list({ text: '', sort: 'changed' }, 0, RECENT)
        : await vault.list({ text, sort: 'name' }, 0, SHOWN);
    if (this.#shown && text === this.#text) this.#customers = page.rows;
  }
}

export const palette = new Palette();
onLeave(() => palette.close());
