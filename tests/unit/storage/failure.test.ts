import { Dexie } from 'dexie';
import { describe, expect, it } from 'vitest';
import { attempt, isConstraintError } from '#storage/failure.ts';

function failing(error: Error): () => Promise<never> {
  return () => Promise.reject(error);
}

describe('what the database refuses', () => {
  it('is the value where nothing is refused', async () => {
    expect(await attempt(() => Promise.resolve(3))).toEqual({ ok: true, value: 3 });
  });

  it.each([
    ['thrown by the browser', new DOMException('', 'QuotaExceededError')],
    ['wrapped by Dexie', new Dexie.QuotaExceededError('')],
    [
      'behind an aborted transaction',
      new Dexie.AbortError('aborted', new Dexie.QuotaExceededError('full')),
    ],
  ])('is a full disk: %s', async (_, error) => {
    expect(await attempt(failing(error))).toEqual({ ok: false, error: { type: 'StorageFull' } });
  });

  it.each([
    'DatabaseClosedError',
    'InvalidStateError',
    'UnknownError',
    'VersionError',
    'AbortError',
  ])('is a database that is not to be had: %s', async (name) => {
    expect(await attempt(failing(new DOMException('', name)))).toEqual({
      ok: false,
      error: { type: 'StorageUnavailable', reason: name },
    });
  });

  it('stays thrown where it is a bug', async () => {
    await expect(attempt(failing(new TypeError('no such method')))).rejects.toThrow(TypeError);
    await expect(attempt(failing(new DOMException('', 'DataCloneError')))).rejects.toThrow();
  });

  it('is a number that is taken only where Dexie says so', () => {
    expect(isConstraintError(new Dexie.ConstraintError(''))).toBe(true);
    expect(isConstraintError(new Dexie.DataError(''))).toBe(false);
    expect(isConstraintError(new Error('ConstraintError'))).toBe(false);
  });
});
