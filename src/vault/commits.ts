/**
 * Commits: what takes effect through the journal, one entry each.
 *
 * [Note: One commit] A commit is one journal entry: sealed first, then added under the next number. Where another tab has taken that number,
 * this one reads the tail, moves its clock past it, stamps and seals again. Nothing acknowledged is ever only in memory.
 */

import { isReserved, type RecordId } from '#base/ids.ts';
import { err, ok, type Result } from '#base/result.ts';
import type { Change } from '#domain/change.ts';
import type { Dossier } from '#domain/record-state.ts';
import { summarise, type Summary } from '#domain/summary.ts';
import type { StorageError } from '#storage/failure.ts';
import type { Book, VaultParts } from './book.ts';
import { WORKSPACE_DOSSIER } from './dossiers.ts';
import type { Locked } from './edits.ts';
import type { Rolls } from './rolls.ts';
import type { JournalEntry } from './sealed-rows.ts';
import { customersAmong } from './witnessing.ts';

/** What one entry says. */
export interface Step {
  readonly changes: readonly Change[];
  /** The dossiers that the changes touch, as they will be. */
  readonly dossiers: ReadonlyMap<RecordId, Dossier>;
  /** Of customers whose dossiers nobody has opened for it, as the changes make them. */
  readonly summaries?: readonly Summary[];
  /** Of changes that are others'. */
  readonly from?: Pick<JournalEntry, 'received' | 'conflicts'>;
}

/** A commit of sync's: its fencing number, and what to answer where another tab has raised it. */
export interface Fence<E> {
  readonly lead: number;
  readonly lost: E;
}

/** As many opened customers are kept at hand after a commit, even where nobody had opened them. */
const KEPT_AFTER = 16;

export class Commits {
  readonly #parts: VaultParts;
  readonly #book: Book;
  readonly #rolls: Rolls;

  constructor(parts: VaultParts, book: Book, rolls: Rolls) {
    this.#parts = parts;
    this.#book = book;
    this.#rolls = rolls;
  }

  /** See: [Note: One commit]. `author` is asked again, with fresh stamps, whenever another tab was quicker. */
  append<S extends Step, E>(
    author: () => Promise<Result<S, E>>,
    fence?: Fence<E>,
  ): Promise<Result<S, E | Locked | StorageError>> {
    const book = this.#book;
    const { store, rows, lockNumber } = this.#parts;
    return book.inTurn(async () => {
      for (;;) {
        if (book.isClosed) return err({ type: 'Locked' });
        const authored = await author();
        if (!authored.ok) return authored;
        const { changes, dossiers, summaries = [], from } = authored.value;
        const entry = { changes, summaries: [...summariesOf(dossiers), ...summaries], ...from };
        const sealed = await rows.sealEntry(book.end.n + 1, book.end.hash, entry);
        const written = await store.commit({
          entry: sealed.row,
          tail: sealed.tail,
          lockNumber,
          ...(fence !== undefined && { lead: fence.lead }),
        });
        if (!written.ok) return written;
        if (written.value?.type === 'NumberTaken') {
          await book.refresh();
          continue;
        }
        if (written.value?.type === 'LeadLost' && fence !== undefined) return err(fence.lost);
        if (written.value !== null) return err(book.refusal(written.value));
        await this.#follow(authored.value, () => {
          book.committed(sealed, entry);
        });
        return ok(authored.value);
      }
    });
  }

  /** The commit is durable: memory, the lists and the other tabs hear of it. */
  async #follow({ changes, dossiers, summaries = [] }: Step, learn: () => void): Promise<void> {
    const book = this.#book;
    for (const [id, dossier] of dossiers) {
      if (dossiers.size <= KEPT_AFTER || book.isAtHand(id)) book.keep(id, dossier);
    }
    learn();
    if (dossiers.has(WORKSPACE_DOSSIER)) await book.readWorkspace();
    if (changes.some(({ erases }) => erases !== undefined)) book.forgetDossiers();
    this.#parts.tabs.tell({ type: 'written' });
    const customers = [...customersAmong(dossiers.keys()), ...summaries.map(({ id }) => id)];
    if (customers.length > 0) book.tell({ type: 'changed', customers });
    this.#rolls.schedule();
  }
}

function summariesOf(dossiers: ReadonlyMap<RecordId, Dossier>): readonly Summary[] {
  return [...dossiers]
    .filter(([id]) => id !== WORKSPACE_DOSSIER && !isReserved(id))
    .map(([id, dossier]) => summarise(dossier, id));
}
