/** What the vault asks of the place that it runs in: given by the worker's entry, and by tests with hands on it. */

import type { Clock } from '#base/clock.ts';
import type { DeriveKey } from '#crypto/key-derivation.ts';
import type { Change } from '#domain/change.ts';
import type { Stamp } from '#domain/stamp.ts';
import type { FieldProblem } from '#domain/validation.ts';

export interface Environment {
  readonly clock: Clock;
  /** Argon2id, where its memory is given back afterwards. */
  readonly derive: DeriveKey;
  readonly exclusive: Exclusive;
  /** `null`: nobody wants to see them, which spares an import the making of changes. */
  readonly guard: Guard | null;
  readonly witness: Witness;
}

/** Runs work while no other tab does work of the same name. */
export type Exclusive = <T>(name: string, work: () => Promise<T>) => Promise<T>;

/** Sees changes before they are sealed and may refuse them: card numbers, restrictions. */
export type Guard = (changes: readonly Change[]) => readonly FieldProblem[];

/** Adds changes that tell of the others, in the same commit: the audit log. */
export type Witness = (changes: readonly Change[], stamp: () => Stamp) => readonly Change[];
