/** The four verbs that sync asks of a store, and what can keep one from answering. PROTOCOL.md section 1. */

import type { Result } from '#base/result.ts';

export interface ObjectStore {
  /** Create-only. `taken`: an object of that name is there already, whatever is in it. */
  put(
    name: string,
    bytes: Uint8Array<ArrayBuffer>,
  ): Promise<Result<'created' | 'taken', StoreError>>;
  /** `null`: there is no such object, so far. */
  get(name: string): Promise<Result<Uint8Array<ArrayBuffer> | null, StoreError>>;
  /** Up to 1,000 names that begin with `prefix`, ascending, those above `after` only. */
  list(prefix: string, after?: string): Promise<Result<ObjectList, StoreError>>;
  /** Succeeds too where there was nothing. */
  remove(name: string): Promise<Result<void, StoreError>>;
}

export interface ObjectList {
  readonly names: readonly string[];
  /** There are more behind the last one. */
  readonly more: boolean;
}

export type StoreError =
  /** No network, or nobody answers at that address. */
  | { readonly type: 'Unreachable' }
  /** The store answers that it can't now (500, 503, 409, 429), or its answer broke off. */
  | { readonly type: 'Busy'; readonly status: number }
  /** Signature, key or permission (401, 403). */
  | { readonly type: 'Denied' }
  /** The device's clock is off by so many ms (positive: fast), and signing by the store's clock did not help. */
  | { readonly type: 'WrongClock'; readonly offsetMs: number }
  | { readonly type: 'NoSuchBucket' }
  /** An answer that no S3-compatible store gives. */
  | { readonly type: 'NotAStore'; readonly status: number };

/** Every name under a prefix, in as many requests as it takes. */
export async function listAll(
  store: ObjectStore,
  prefix: string,
  after?: string,
): Promise<Result<readonly string[], StoreError>> {
  const names: string[] = [];
  let from = after;
  for (;;) {
    const listed = await store.list(prefix, from);
    if (!listed.ok) return listed;
    names.push(...listed.value.names);
    const last = listed.value.names.at(-1);
    if (!listed.value.more || last === undefined) return { ok: true, value: names };
    from = last;
  }
}
