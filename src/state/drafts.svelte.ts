/** Unfinished forms, sealed on this device while they are typed: they survive lock, reload, crash and update. */

import type { Json } from '#domain/change.ts';
import type { Draft } from '#worker/vault-api.ts';
import { onLeave } from './leave.ts';
import { vault } from './vault.ts';

const PAUSE_MS = 400;

class Drafts {
  /** Typed, and not sealed yet. */
  readonly #unsaved = new Map<string, Json>();
  #timer: ReturnType<typeof setTimeout> | undefined;
  /** One after the other, so that a draft that was dropped stays dropped. */
  #writing: Promise<unknown> = Promise.resolve();

  /** What was typed into `form` before; null: nothing. The form checks its shape. */
  async read(form: string): Promise<Draft | null> {
    await this.flush();
    return vault.readDraft(form);
  }

  /** Call on every input. `form` names it: `customer/new`, `customer/ID`, `interaction/new/CUSTOMER`, `interaction/ID/CUSTOMER`. */
  keep(form: string, values: Json): void {
    this.#unsaved.set(form, values);
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.flush(), PAUSE_MS);
  }

  /** The form was saved or given up. */
  drop(form: string): void {
    this.#unsaved.delete(form);
    this.#then(() => vault.dropDraft(form));
  }

  /** Seals at once: before a lock, an update, or when the page leaves the screen. */
  async flush(): Promise<void> {
    clearTimeout(this.#timer);
    for (const [form, values] of this.#unsaved) {
      const draft = { form, values, savedAt: Date.now() };
      this.#then(() => vault.saveDraft(draft));
    }
    this.#unsaved.clear();
    await this.#writing;
  }

  /** The worker has ended, and with it what it had not answered. */
  clear(): void {
    clearTimeout(this.#timer);
    this.#unsaved.clear();
    this.#writing = Promise.resolve();
  }

  #then(write: () => Promise<unknown>): void {
    // A locked worker writes nothing more; the draft before it stands.
    this.#writing = this.#writing.then(write).catch(() => undefined);
  }
}

export const drafts = new Drafts();
onLeave(() => drafts.clear());
