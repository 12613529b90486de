/** Time as the rest of the program asks for it, so that tests can hold the hands of the clock. */

export interface Clock {
  /** Milliseconds since 1970-01-01T00:00Z by this device's wall clock, which may be wrong. */
  now(): number;
}

export const systemClock: Clock = { now: () => Date.now() };
