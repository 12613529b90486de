/** What can fail returns a `Result`; `throw` is for bugs. Errors are plain data, so they survive the worker boundary. */

export interface Ok<out T> {
  readonly ok: true;
  readonly value: T;
}

export interface Err<out E> {
  readonly ok: false;
  readonly error: E;
}

export type Result<T, E> = Ok<T> | Err<E>;

export function ok(): Ok<void>;
export function ok<T>(value: T): Ok<T>;
export function ok<T>(value?: T): Ok<T | undefined> {
  return { ok: true, value };
}

export function err<E>(error: E): Err<E> {
  return { ok: false, error };
}

/** States what the code relies on. A failure is a bug in Holdfast, never bad input. */
export function assert(condition: unknown, message: string): asserts condition {
  if (condition === false || condition === undefined || condition === null) {
    throw new Error(`Assertion failed: ${message}`);
  }
}

/** Ends an exhaustive `switch`; does not compile while a case is missing. */
export function assertNever(value: never): never {
  throw new Error(`Unexpected value: ${JSON.stringify(value)}`);
}
