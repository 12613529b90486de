/** Whether whoever is at the device has shown lately that they are its owner: what can do harm is done for nobody else. */

import type { Clock } from '#base/clock.ts';

const LASTS = 5 * 60 * 1000;

/** Five minutes by both clocks: the wall's can be set back, and the other may stand still while the device sleeps. */
export class StepUp {
  readonly #clock: Clock;
  #confirmed: { readonly wall: number; readonly steady: number } | null = null;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  confirm(): void {
    this.#confirmed = { wall: this.#clock.now(), steady: performance.now() };
  }

  forget(): void {
    this.#confirmed = null;
  }

  get isFresh(): boolean {
    if (this.#confirmed === null) return false;
    const { wall, steady } = this.#confirmed;
    const passed = this.#clock.now() - wall;
    return passed >= 0 && passed < LASTS && performance.now() - steady < LASTS;
  }
}
