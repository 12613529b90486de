/**
 * Rooms that keep something of people, each under one small interface, by which the subject file and the erasure come to all of it. A table
 * of the database that none of them answers for, and that is not listed as nobody's, fails a test; so does a kind that belongs to a customer.
 */

import { ok, type Result } from '#base/result.ts';
import { belongsTo, KINDS, type Kind } from '#domain/catalogue.ts';
import type { Dossier, RecordState } from '#domain/record-state.ts';
import { isAlive } from '#domain/values.ts';
import type { StorageError } from '#storage/failure.ts';
import type { Session } from '#vault/session.ts';
import type { Locked } from '#vault/edits.ts';

export interface PersonalRoom {
  /** Kinds of records that it gives to the subject file. */
  readonly kinds: readonly Kind[];
  /** Tables of the database from which it takes what is erased. */
  readonly tables: readonly string[];
  /** What it keeps of the person, as the subject file lists it. */
  collect(dossier: Dossier): readonly RecordState[];
  /** Takes away what an erasure left with it. Done twice it changes nothing. */
  sweep(): Promise<Result<void, StorageError | Locked>>;
}

/** Tables in which nothing of a customer can lie: the device's keys and settings; what it saw of its own newest state. */
export const NOBODYS_TABLES: readonly string[] = ['meta', 'marks'];

/** The customer and all that belongs to it: leaves and the journal, and forms that nobody finished. */
export function recordRoom(session: Pick<Session, 'vault' | 'sweepDrafts'>): PersonalRoom {
  return {
    kinds: KINDS.filter((kind) => belongsTo(kind) !== 'workspace'),
    tables: ['summaries', 'bodies', 'journal', 'drafts'],
    collect: (dossier) =>
      [...dossier.values()]
        .filter(isAlive)
        .sort((a, b) => (a.created.stamp < b.created.stamp ? -1 : 1)),
    async sweep() {
      const rolled = await session.vault.roll();
      if (rolled.ok) await session.sweepDrafts();
      return rolled;
    },
  };
}

/** Sealed copies of what went to the store and came from it. A round of sync drops what a newer snapshot covers. */
export function storeRoom(round: () => Promise<void>): PersonalRoom {
  return {
    kinds: [],
    tables: ['objects'],
    collect: () => [],
    async sweep() {
      await round();
      return ok();
    },
  };
}
