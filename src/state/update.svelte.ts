/** The offline copy and its updates: a new version waits, the person is asked, it takes over, the page reloads. */

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

  /** Call once, when the first screen stands: what it loads is not needed before. */
  async start(): Promise<void> {
    const { beforeReload, onUpdateWaiting, register } = await loadClient();
    onUpdateWaiting(() => (this.#offered = true));
    beforeReload(async () => {
      await longWorkEnded();
      await drafts.flush();
    });
    await register();
  }

  async install(): Promise<void> {
    this.#installing = true;
    await longWorkEnded();
    await drafts.flush();
    const { activateUpdate } = await loadClient();
    activateUpdate();
  }

  later(): void {
    this.#offered = false;
  }
}

function loadClient() {
  return import('#sw/sw-client.ts');
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
