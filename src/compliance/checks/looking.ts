/** A look through many people: how many, how many are not as they should be, and the first of those. */

import type { EvidenceRow } from './check.ts';
import type { Looked } from './facts.ts';

const ROWS_KEPT = 20;

export class Looking {
  readonly #bad: EvidenceRow[] = [];
  #looked = 0;
  #badCount = 0;

  /** `id`: a customer's. */
  add(id: string, isGood: boolean): void {
    this.#looked += 1;
    if (isGood) return;
    this.#badCount += 1;
    if (this.#bad.length < ROWS_KEPT) this.#bad.push({ about: 'customer', id });
  }

  get looked(): Looked {
    return { looked: this.#looked, bad: this.#bad, badCount: this.#badCount };
  }
}
