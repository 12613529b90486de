/** The time that must pass before the next try, by the wall clock, second by second. */

export class Countdown {
  #until = 0;
  #leftMs = $state(0);
  #timer: ReturnType<typeof setInterval> | undefined;

  get leftMs(): number {
    return this.#leftMs;
  }

  /** Returns the way to stop. */
  start(ms: number): () => void {
    this.#stop();
    this.#until = Date.now() + ms;
    this.#leftMs = ms;
    if (ms > 0) this.#timer = setInterval(() => this.#tick(), 250);
    return () => this.#stop();
  }

  #tick(): void {
    const left = Math.max(0, this.#until - Date.now());
    // A step a second, so that it is not announced more often.
    this.#leftMs = Math.ceil(left / 1000) * 1000;
    if (left === 0) this.#stop();
  }

  #stop(): void {
    clearInterval(this.#timer);
  }
}
