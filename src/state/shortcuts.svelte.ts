/** What keys do: screens offer actions while they are shown, and the keyboard runs them. */

import { onLeave } from './leave.ts';

export type ScreenAction = 'search' | 'edit' | 'log';

class Shortcuts {
  readonly #actions = new Map<ScreenAction, () => void>();
  #helpShown = $state(false);

  get helpShown(): boolean {
    return this.#helpShown;
  }

  showHelp(): void {
    this.#helpShown = true;
  }

  hideHelp(): void {
    this.#helpShown = false;
  }

  /** Until the returned function is called. */
  offer(action: ScreenAction, run: () => void): () => void {
    this.#actions.set(action, run);
    return () => {
      if (this.#actions.get(action) === run) this.#actions.delete(action);
    };
  }

  offers(action: ScreenAction): boolean {
    return this.#actions.has(action);
  }

  run(action: ScreenAction): void {
    this.#actions.get(action)?.();
  }
}

export const shortcuts = new Shortcuts();
onLeave(() => shortcuts.hideHelp());
