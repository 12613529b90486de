/** Chance that can be had again: everything that a history leaves to it is drawn from its seed. */

import { createRecordId } from '#base/ids.ts';

/** Mulberry32: 32 bits of state are plenty for what a history draws. */
export class Random {
  #state: number;

  constructor(seed: number) {
    this.#state = seed >>> 0;
  }

  /** At least 0, less than 1. */
  next(): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(this.#state ^ (this.#state >>> 15), this.#state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  }

  below(limit: number): number {
    return Math.floor(this.next() * limit);
  }

  between(from: number, to: number): number {
    return from + this.below(to - from + 1);
  }

  chance(probability: number): boolean {
    return this.next() < probability;
  }

  pick<T>(items: readonly T[]): T | undefined {
    return items[this.below(items.length)];
  }

  /** By weight: `{common: 9, rare: 1}`. */
  weighted<T extends string>(weights: Readonly<Record<T, number>>): T {
    const entries = Object.entries(weights) as [T, number][];
    let left = this.next() * entries.reduce((sum, [, weight]) => sum + weight, 0);
    for (const [item, weight] of entries) {
      left -= weight;
      if (left < 0) return item;
    }
    return entries[0]![0];
  }

  seed(): number {
    return this.below(2 ** 31);
  }
}

/** FNV-1a. */
export function hashText(text: string): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < text.length; index++) {
    hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
  }
  return hash >>> 0;
}

/** What src/base/ids.ts draws at a time. */
const ID_POOL_BYTES = 16 * 1024;

/** From here on ids come from the seed. Keys and nonces stay random: nothing that happens depends on them. */
export function seedIds(seed: number): void {
  const random = new Random(seed);
  let draws = 0;
  crypto.getRandomValues = <T extends ArrayBufferView>(array: T): T => {
    if (array.byteLength !== ID_POOL_BYTES) {
      return Crypto.prototype.getRandomValues.call(crypto, array as never) as unknown as T;
    }
    const bytes = new Uint8Array(array.buffer, array.byteOffset, array.byteLength);
    for (let index = 0; index < bytes.length; index++) bytes[index] = random.below(256);
    draws += 1;
    return array;
  };
  // What is left of the pool before goes first.
  const before = draws;
  while (draws === before) createRecordId();
}
