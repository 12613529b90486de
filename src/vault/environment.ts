/** What the vault asks of the place that it runs in: given by the worker's entry, and by tests with hands on it. */

import type { Clock } from '#base/clock.ts';
import type { DeriveKey } from '#crypto/key-derivation.ts';
import type { DeviceId, RecordId } from '#base/ids.ts';
import type { FieldDefinition, Kind } from '#domain/catalogue.ts';
import type { Change, FieldName, Json } from '#domain/change.ts';
import type { RecordState } from '#domain/record-state.ts';
import type { Stamp } from '#domain/stamp.ts';
import type { Limit } from '#domain/summary.ts';
import type { FieldProblem } from '#domain/validation.ts';

export interface Environment {
  readonly clock: Clock;
  /** Argon2id, where its memory is given back afterwards. */
  readonly derive: DeriveKey;
  readonly exclusive: Exclusive;
  /** `null`: everything is written as it is. */
  readonly guard: Guard | null;
  /** `null`: nothing is logged. */
  readonly witness: Witness | null;
}

/** Runs work while no other tab does work of the same name. */
export type Exclusive = <T>(name: string, work: () => Promise<T>) => Promise<T>;

/** Sees what is to be written before it is sealed: replaces card numbers, refuses what may not be kept at all, or not be touched. */
export interface Guard {
  /** Gives the same values back where nothing was found. */
  screen(fields: readonly FieldDefinition[], values: Readonly<Record<FieldName, Json>>): Screened;
  /** Text that is in no record: names on the lock screen, cells of a report. */
  screenText(text: string): string;
  /** A draft of a form of such fields, as it is typed. */
  screenDraft(draft: Json, fields: readonly FieldDefinition[]): Json;
  /** Values at rest that hold what may not be kept. */
  find(state: RecordState, fields: readonly FieldDefinition[]): readonly Found[];
  /** Whether a record of that kind may not be written of a customer with such limits. */
  isRestricted(kind: Kind, limits: readonly Limit[]): boolean;
}

export interface Screened {
  /** Without anything that may not be kept, of the refused fields too. */
  readonly values: Readonly<Record<FieldName, Json>>;
  /** Fields in which something was replaced. */
  readonly replaced: readonly FieldName[];
  readonly refused: readonly FieldProblem[];
}

/** One value at rest, by its stamp. */
export interface Found {
  readonly field: FieldName;
  readonly stamp: Stamp;
  /** It stands now; else it is a past value, which just goes. */
  readonly isPresent: boolean;
}

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
  /** Nothing that is written there is kept. */
  readonly isErased: (page: RecordId) => boolean;
  /** Those whose ids begin so, ascending. Looks at every id there is. */
  readonly pages: (prefix: string) => readonly RecordId[];
  /** `undefined`: it can't be read. */
  readonly page: (page: RecordId) => Promise<RecordState | undefined>;
}
