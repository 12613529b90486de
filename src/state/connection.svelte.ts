/** Whether the network is there. */

import { createSubscriber } from 'svelte/reactivity';

class Connection {
  readonly #watch = createSubscriber((changed) => {
    addEventListener('online', changed);
    addEventListener('offline', changed);
    return () => {
      removeEventListener('online', changed);
      removeEventListener('offline', changed);
    };
  });

  get offline(): boolean {
    this.#watch();
    return !navigator.onLine;
  }
}

export const connection = new Connection();
