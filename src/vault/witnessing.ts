/** Witnessing: lets the witness tell of a step, with the log as it stands at the moment of the commit. */

import { isReserved, type RecordId } from '#base/ids.ts';
import type { Change } from '#domain/change.ts';
import type { Book, VaultParts } from './book.ts';
import type { WitnessedStep } from './environment.ts';

export class Witnessing {
  readonly #book: Book;
  readonly #parts: Pick<VaultParts, 'clock' | 'device' | 'witness'>;

  constructor(book: Book, parts: Pick<VaultParts, 'clock' | 'device' | 'witness'>) {
    this.#book = book;
    this.#parts = parts;
  }

  get isThere(): boolean {
    return this.#parts.witness !== null;
  }

  /** In turn, and again with every try of a commit: another tab may have written to the log meanwhile. */
  async tell(step: WitnessedStep): Promise<readonly Change[]> {
    const { witness, device, clock } = this.#parts;
    if (witness === null) return [];
    const book = this.#book;
    return witness.tell(step, {
      device,
      now: clock.now(),
      stamp: () => book.stamps.next(),
      has: (page) => book.has(page),
      isErased: (page) => book.erasures.coversRecord(page, undefined),
      pages: (prefix) => book.idsFrom(prefix),
      page: async (page) => {
        const dossier = await book.dossier(page);
        return dossier.ok ? dossier.value.get(page) : undefined;
      },
    });
  }
}

/** Those that lists and open customers show. */
export function customersAmong(ids: Iterable<RecordId>): readonly RecordId[] {
  return [...ids].filter((id) => !isReserved(id));
}
