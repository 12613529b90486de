/**
 * Stamps order changes: a hybrid logical clock (Kulkarni et al. 2014) and the device.
 *
 * A stamp is text that sorts as the clock does: 12 hexadecimal digits of milliseconds since 1970 (48 bits), 4 of a
 * counter (16 bits), `-`, the device id. 43 characters. The author's wall-clock time is kept apart (`Change.at`), for people.
 *
 * Time ends in the year 10889. A clock that was brought there stays at the last stamp, and merging orders equal stamps: nothing is
 * refused and nothing diverges, only "the newest wins" is gone. Whoever takes stamps from others bounds how far ahead they may be.
 */

import type { Clock } from '#base/clock.ts';
import type { DeviceId } from '#base/ids.ts';

declare const brand: unique symbol;

export type Stamp = string & { readonly [brand]: 'Stamp' };

export const STAMP_LENGTH = 43;

export function isStamp(text: unknown): text is Stamp {
  return typeof text === 'string' && /^[0-9a-f]{16}-[a-z2-7]{26}$/.test(text);
}

export function deviceOf(stamp: Stamp): DeviceId {
  return stamp.slice(17) as DeviceId;
}

/** Of the clock that gave it, ms since 1970. */
export function timeOf(stamp: Stamp): number {
  return Number.parseInt(stamp.slice(0, 12), 16);
}

const LAST_MILLISECOND = 2 ** 48 - 1;
const LAST_COUNT = 0xffff;

/** A device's clock. It moves past every stamp it sees, however far ahead, so no local write is ever refused. */
export class StampClock {
  readonly #device: DeviceId;
  readonly #clock: Clock;
  #milliseconds = 0;
  #counter = 0;

  constructor(device: DeviceId, clock: Clock) {
    this.#device = device;
    this.#clock = clock;
  }

  /** Moves past `stamp`, so that whoever saw a value and changes it wins. */
  see(stamp: Stamp): void {
    const milliseconds = timeOf(stamp);
    const counter = Number.parseInt(stamp.slice(12, 16), 16);
    if (milliseconds > this.#milliseconds) {
      this.#milliseconds = milliseconds;
      this.#counter = counter;
    } else if (milliseconds === this.#milliseconds && counter > this.#counter) {
      this.#counter = counter;
    }
  }

  /** The newest stamp that this clock gave or saw, as one of its own device. */
  get latest(): Stamp {
    const time = this.#milliseconds.toString(16).padStart(12, '0');
    const counter = this.#counter.toString(16).padStart(4, '0');
    return `${time}${counter}-${this.#device}` as Stamp;
  }

  next(): Stamp {
    const now = Math.min(Math.floor(this.#clock.now()), LAST_MILLISECOND);
    if (now > this.#milliseconds) {
      this.#milliseconds = now;
      this.#counter = 0;
    } else if (this.#counter < LAST_COUNT) {
      this.#counter += 1;
    } else if (this.#milliseconds < LAST_MILLISECOND) {
      this.#milliseconds += 1;
      this.#counter = 0;
    }
    return this.latest;
  }
}
