/** Long work: how far it is, and the way to stop it. While any runs, the page covers itself instead of locking. */

import type { Progress } from '#worker/vault-api.ts';
import { onLeave } from './leave.ts';

export interface LongWork {
  readonly signal: AbortSignal;
  readonly onProgress: (progress: Progress) => void;
}

let running = $state(0);
/** Counts the locks: the worker has ended what ran before the last one, without an answer. */
let locks = $state(0);
let endListeners: readonly (() => void)[] = [];

export const jobs = {
  /** Whether any long work is under way. */
  get running(): boolean {
    return running > 0;
  },
  /** Calls `listener` whenever the last long work has ended; returns the way to stop listening. */
  onEnd(listener: () => void): () => void {
    endListeners = [...endListeners, listener];
    return () => {
      endListeners = endListeners.filter((other) => other !== listener);
    };
  },
};

/** One long work at a time, as a screen shows it: `<ProgressPanel {job} label=… />`. */
export class Job {
  #running = $state(false);
  #startedAtLock = $state(0);
  #progress = $state.raw<Progress | null>(null);
  #controller: AbortController | undefined;

  get running(): boolean {
    return this.#running && this.#startedAtLock === locks;
  }

  /** Null until the work has told. */
  get progress(): Progress | null {
    return this.#progress;
  }

  /** `await job.run((work) => vault.backUp(work))` */
  async run<T>(start: (work: LongWork) => Promise<T>): Promise<T> {
    const startedAtLock = locks;
    this.#controller = new AbortController();
    this.#progress = null;
    this.#running = true;
    this.#startedAtLock = startedAtLock;
    running += 1;
    try {
      return await start({
        signal: this.#controller.signal,
        onProgress: (progress) => (this.#progress = progress),
      });
    } finally {
      this.#running = false;
      this.#progress = null;
      if (startedAtLock === locks) oneEnded();
    }
  }

  cancel(): void {
    this.#controller?.abort();
  }
}

function oneEnded(): void {
  running -= 1;
  // After the caller has taken the result.
  if (running === 0) setTimeout(() => endListeners.forEach((listener) => listener()));
}

onLeave(() => {
  locks += 1;
  running = 0;
});
