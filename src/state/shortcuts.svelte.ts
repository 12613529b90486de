/** What keys do: screens offer actions while they are shown, and the keyboard runs them. */

import { onLeave } from './leave.ts';

export type ScreenAction = 'search' | 'edit' | 'log';

class Shortcuts {
  readonly #actions = new Map<ScreenAction, () => void>();
  /** Wished for before the screen that offers it was there. */
  #wished: ScreenAction | undefined;
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

  /** At the lock. */
  forget(): void {
    this.#helpShown = false;
    this.#wished = undefined;
  }

  /** Until the returned function is called. */
  offer(action: ScreenAction, run: () => void): () => void {
    this.#actions.set(action, run);
    if (this.#wished === action) this.run(action);
    return () => {
      if (this.#actions.get(action) === run) this.#actions.delete(action);
    };
  }

  offers(action: ScreenAction): boolean {
    return this.#actions.has(action);
  }

  run(action: ScreenAction): void {
    this.#wished = undefined;
    this.#actions.get(action)?.();
  }

  /** Runs it as soon as a screen that is on its way offers it. */
  runWhenOffered(action: ScreenAction): void {
    if (this.offers(action)) this.run(action);
    else this.#wished = action;
  }
}

export const shortcuts = new Shortcuts();
onLeave(() => shortcuts.forget());
