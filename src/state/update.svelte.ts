/** The offline copy and its updates: a new version waits, the person is asked, it takes over, the page reloads. */

import { activateUpdate, beforeReload, onUpdateWaiting, register } from '#sw/sw-client.ts';
import { drafts } from './drafts.svelte.ts';
import { jobs } from './jobs.svelte.ts';

class UpdateState {
  #offered = $state(false);
  #installing = $state(false);

  /** A new version waits, and the person has not said "later". */
  get offered(): boolean {
    return this.#offered;
  }

  get installing(): boolean {
    return this.#installing;
  }

  /** Call once, when the page starts. */
  start(): void {
    onUpdateWaiting(() => (this.#offered = true));
    beforeReload(async () => {
      await longWorkEnded();
      await drafts.flush();
    });
    void register();
  }

  async install(): Promise<void> {
    this.#installing = true;
    await longWorkEnded();
    await drafts.flush();
    activateUpdate();
  }

  later(): void {
    this.#offered = false;
  }
}

async function longWorkEnded(): Promise<void> {
  while (jobs.running) {
    await new Promise<void>((resolve) => {
      const stop = jobs.onEnd(() => {
        stop();
        resolve();
      });
    });
  }
}

export const update = new UpdateState();
