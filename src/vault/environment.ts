/** What the vault asks of the place that it runs in: given by the worker's entry, and by tests with hands on it. */

import type { Clock } from '#base/clock.ts';
import type { DeriveKey } from '#crypto/key-derivation.ts';
import type { DeviceId, RecordId } from '#base/ids.ts';
import type { Change, Json } from '#domain/change.ts';
import type { RecordState } from '#domain/record-state.ts';
import type { Stamp } from '#domain/stamp.ts';
import type { FieldProblem } from '#domain/validation.ts';

export interface Environment {
  readonly clock: Clock;
  /** Argon2id, where its memory is given back afterwards. */
  readonly derive: DeriveKey;
  readonly exclusive: Exclusive;
  /** `null`: nobody wants to see them, which spares an import the making of changes. */
  readonly guard: Guard | null;
  /** `null`: nothing is logged. */
  readonly witness: Witness | null;
}

/** Runs work while no other tab does work of the same name. */
export type Exclusive = <T>(name: string, work: () => Promise<T>) => Promise<T>;

/** Sees changes before they are sealed and may refuse them: card numbers, restrictions. */
export type Guard = (changes: readonly Change[]) => readonly FieldProblem[];

/** Tells what was done, as changes in the same commit: the audit log. */
export interface Witness {
  tell(step: WitnessedStep, log: LogAccess): Promise<readonly Change[]>;
}

/** What happened that no change tells: seen, exported, backed up. Its words are the witness's. */
export type Occasion = Readonly<Record<string, Json>>;

export interface WitnessedStep {
  readonly way: 'edit' | 'deletion' | 'undo' | 'import' | 'restore' | 'occasion';
  readonly changes: readonly Change[];
  /** Records that are not there before the step. */
  readonly created: ReadonlySet<RecordId>;
  /** How many records, where the changes are too many to be told one by one. */
  readonly count?: number;
  readonly occasions: readonly Occasion[];
}

/** The log as it stands at the moment of a commit. */
export interface LogAccess {
  readonly device: DeviceId;
  /** The author's clock, ms. */
  readonly now: number;
  readonly stamp: () => Stamp;
  readonly has: (page: RecordId) => boolean;
  /** Those whose ids begin so, ascending. Looks at every id there is. */
  readonly pages: (prefix: string) => readonly RecordId[];
  /** `undefined`: it can't be read. */
  readonly page: (page: RecordId) => Promise<RecordState | undefined>;
}
