/** What is found damaged at rest, as plain data that names what is hit. */

import type { Unusable } from './sealed-rows.ts';

/** One thing at rest that did not authenticate, is missing, or is older than the checkpoint says. The rest stays usable. */
export interface Damage {
  readonly table: 'summaries' | 'bodies' | 'journal' | 'marks' | 'meta';
  /** Leaf number, journal number or name. */
  readonly row: string;
  readonly reason: Unusable;
  /** How many customers can't be shown or opened because of it. */
  readonly customers: number;
}

/** What was asked for is damaged. */
export interface Damaged {
  readonly type: 'Damaged';
  readonly damage: Damage;
}

/** Each damage once, however often it is met. */
export class DamageList {
  readonly #found = new Map<string, Damage>();
  readonly #onFound: (damage: Damage) => void;

  constructor(onFound: (damage: Damage) => void) {
    this.#onFound = onFound;
  }

  note(damage: Damage): Damage {
    const key = `${damage.table} ${damage.row}`;
    const known = this.#found.get(key);
    if (known !== undefined) return known;
    this.#found.set(key, damage);
    this.#onFound(damage);
    return damage;
  }

  get all(): readonly Damage[] {
    return [...this.#found.values()];
  }
}
