/** What the database can refuse, as plain data. */

import { Dexie } from 'dexie';
import { err, ok, type Result } from '#base/result.ts';

export type StorageError =
  /** The disk or the browser's quota is full. Nothing was written. */
  | { readonly type: 'StorageFull' }
  /** The browser closed or refused the database. Nothing was written. */
  | { readonly type: 'StorageUnavailable'; readonly reason: string };

/** Runs one piece of database work; what IndexedDB refuses becomes a `StorageError`, what is a bug stays thrown. */
export async function attempt<T>(work: () => Promise<T>): Promise<Result<T, StorageError>> {
  try {
    return ok(await work());
  } catch (error) {
    return err(storageErrorOf(error));
  }
}

const UNAVAILABLE = new Set([
  'AbortError',
  'DatabaseClosedError',
  'DataError',
  'InvalidStateError',
  'MissingAPIError',
  'NotFoundError',
  'NotReadableError',
  'OpenFailedError',
  'SecurityError',
  'TimeoutError',
  'TransactionInactiveError',
  'UnknownError',
  'VersionError',
]);

function storageErrorOf(error: unknown): StorageError {
  const names = namesOf(error);
  if (names.includes('QuotaExceededError')) return { type: 'StorageFull' };
  if (names.some((name) => UNAVAILABLE.has(name))) {
    return { type: 'StorageUnavailable', reason: names.join(': ') };
  }
  throw error;
}

/** Dexie wraps what IndexedDB threw; the cause is what matters. */
function namesOf(error: unknown): readonly string[] {
  const names: string[] = [];
  for (let current = error; typeof current === 'object' && current !== null;) {
    const { name, inner } = current as { name?: unknown; inner?: unknown };
    if (typeof name === 'string') names.push(name);
    if (inner === current) break;
    current = inner;
  }
  return names;
}

export function isConstraintError(error: unknown): boolean {
  return error instanceof Dexie.DexieError && namesOf(error).includes('ConstraintError');
}
