/** Card numbers: when everything was looked through last, and what was found. */

import { createSubscriber } from 'svelte/reactivity';
import type { RecordId } from '#base/ids.ts';
import type { Result } from '#base/result.ts';
import type { Cancelled, CardScan, CardsView, EditError } from '#worker/vault-api.ts';
import { Job } from './jobs.svelte.ts';
import { vault } from './vault.ts';

export type { CardFinding } from '#worker/vault-api.ts';

export class Cards {
  readonly scanning = new Job();
  readonly #watch: () => void;
  #view = $state.raw<CardsView>();

  constructor() {
    this.#watch = createSubscriber(() => {
      void this.#read();
      return vault.listen((event) => {
        if (event.type === 'changed') void this.#read();
      });
    });
  }

  /** Undefined until it has been read. */
  get view(): CardsView | undefined {
    this.#watch();
    return this.#view;
  }

  async scan(): Promise<Result<CardScan, EditError | Cancelled>> {
    const scanned = await this.scanning.run((work) => vault.scanCards(work));
    await this.#read();
    return scanned;
  }

  async close(id: RecordId): Promise<Result<void, EditError>> {
    const closed = await vault.closeCardFinding(id);
    await this.#read();
    return closed;
  }

  async #read(): Promise<void> {
    this.#view = await vault.cards();
  }
}
