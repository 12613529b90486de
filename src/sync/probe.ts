/**
 * Whether sync can rely on a store, found out with the very requests that sync makes, on names of its own under `v1/probe/`.
 * PROTOCOL.md section 1. What it leaves behind where the key can't remove is two small objects.
 */

import { bytesToBase32, equalBytes, randomBytes } from '#base/bytes.ts';
import { err, ok, type Result } from '#base/result.ts';
import type { StoreProblem, StoreSettings } from './messages.ts';
import type { StoreError } from './object-store.ts';
import { findRefusal, thisSelf, type Self } from './refusals.ts';
import { createS3Store, networkFetch, type S3Store, type S3StoreOptions } from './s3-store.ts';
import { checkAddress, objectUrl } from './store-address.ts';

export interface ProbeOptions extends S3StoreOptions {
  /** The script that asks; tests give one of their own. */
  readonly self?: Self;
}

export interface StoreAbilities {
  /** `false` is what the key of an ordinary device should be: it can't destroy anything. */
  readonly canRemove: boolean;
  /** How far this device's clock is ahead of the store's, ms. */
  readonly clockOffsetMs: number;
}

const RACERS = 8;
const PROBE_BYTES = 4096;

export async function probeStore(
  settings: StoreSettings,
  options: ProbeOptions = {},
): Promise<Result<StoreAbilities, StoreProblem>> {
  const self = options.self ?? thisSelf();
  const address = checkAddress(settings, self.location?.origin);
  if (!address.ok) return address;
  const store = createS3Store(settings, options);
  const folder = `v1/probe/${bytesToBase32(randomBytes(16))}/`;

  const readable = await probeReading(store, folder);
  const written = readable.ok ? await probeCreating(store, folder) : readable;
  if (!written.ok) return err(await explain(written.error));
  const canRemove = await probeRemoving(store, folder);
  if (!canRemove.ok) return canRemove;
  return ok({ canRemove: canRemove.value, clockOffsetMs: store.clockOffsetMs });

  /** A request that nobody was seen to answer, or that was refused without a reason, may have failed here in the browser. */
  async function explain(problem: ProbeFailure): Promise<StoreProblem> {
    const { during, ...plain } = problem;
    const isUnexplained = plain.type === 'Unreachable' || plain.type === 'Denied';
    if (!during || !isUnexplained || !address.ok) return plain;
    const url = objectUrl(address.value, `${settings.prefix}${folder}unsigned`);
    const refusal = await findRefusal(url, during, {
      fetch: options.fetch ?? networkFetch,
      self,
      ...(options.signal ? { signal: options.signal } : {}),
    });
    if (refusal === 'policy') return { type: 'PolicyRefuses', origin: url.origin };
    // Where the store was seen to answer something, only its rules keep the rest from getting through.
    if (refusal === 'cors' || (refusal === 'unknown' && plain.type === 'Denied')) {
      return { type: 'CorsRefuses', origin: self.location?.origin ?? '*' };
    }
    return during === 'PUT' && plain.type === 'Denied' ? { type: 'ReadOnly' } : plain;
  }
}

/** With the method of the request that failed, where it was the store's client that says so. */
type ProbeFailure = StoreProblem & { readonly during?: 'GET' | 'PUT' };

async function probeReading(store: S3Store, folder: string): Promise<Result<void, ProbeFailure>> {
  const listed = await store.list(folder);
  if (!listed.ok) return err({ ...listed.error, during: 'GET' });
  return listed.value.names.length === 0 ? ok() : err({ type: 'Unfaithful' });
}

async function probeCreating(store: S3Store, folder: string): Promise<Result<void, ProbeFailure>> {
  const [first, raced] = namesIn(folder);
  const bytes = randomBytes(PROBE_BYTES);
  const created = await store.put(first, bytes);
  if (!created.ok) return err(creationProblem(created.error));
  if (created.value !== 'created') return err({ type: 'Unfaithful' });
  const kept = await probeKept(store, folder, first, bytes);
  if (!kept.ok) return kept;

  const again = await store.put(first, randomBytes(PROBE_BYTES));
  if (!again.ok) return err(creationProblem(again.error));
  if (again.value !== 'taken') return err({ type: 'NoCreateOnly', reason: 'overwrites' });
  const untouched = await probeKept(store, folder, first, bytes);
  return untouched.ok ? probeRace(store, raced) : untouched;
}

/** It can be read back byte for byte, and stands in the list alone. */
async function probeKept(
  store: S3Store,
  folder: string,
  name: string,
  bytes: Uint8Array,
): Promise<Result<void, ProbeFailure>> {
  const read = await store.get(name);
  if (!read.ok) return err({ ...read.error, during: 'GET' });
  if (!read.value || !equalBytes(read.value, bytes)) return err({ type: 'Unfaithful' });
  const listed = await store.list(folder);
  if (!listed.ok) return err({ ...listed.error, during: 'GET' });
  const { names, more } = listed.value;
  if (names.length !== 1 || names[0] !== name || more) return err({ type: 'Unfaithful' });
  const behind = await store.list(folder, name);
  if (!behind.ok) return err({ ...behind.error, during: 'GET' });
  return behind.value.names.length === 0 ? ok() : err({ type: 'Unfaithful' });
}

/** Stores that look before they write pass every other test. */
async function probeRace(store: S3Store, name: string): Promise<Result<void, ProbeFailure>> {
  const contents = Array.from({ length: RACERS }, () => randomBytes(PROBE_BYTES));
  const outcomes = await Promise.all(contents.map((bytes) => store.put(name, bytes)));
  const winners = contents.filter((_, index) => isCreated(outcomes[index]));
  if (winners.length > 1) return err({ type: 'NoCreateOnly', reason: 'racesWon' });
  const failures = outcomes.flatMap((outcome) => (outcome.ok ? [] : [outcome.error]));
  const failure = failures.find((error) => error.type !== 'Busy');
  if (failure) return err(creationProblem(failure));
  const [winner] = winners;
  // Some may have been too busy to answer, as long as one name was made.
  if (!winner) return err(failures[0] ?? { type: 'Unfaithful' });
  const read = await store.get(name);
  if (!read.ok) return err({ ...read.error, during: 'GET' });
  return read.value && equalBytes(read.value, winner) ? ok() : err({ type: 'Unfaithful' });
}

function isCreated(outcome: Awaited<ReturnType<S3Store['put']>> | undefined): boolean {
  return outcome?.ok === true && outcome.value === 'created';
}

/** 501 is how services say that they don't know the header; others mistake it (400), or take it for a question of caching (304). */
function creationProblem(error: StoreError): ProbeFailure {
  const isUnknown = error.type === 'NotAStore' && [304, 400, 501].includes(error.status);
  return isUnknown
    ? { type: 'NoCreateOnly', reason: 'notImplemented' }
    : { ...error, during: 'PUT' };
}

async function probeRemoving(
  store: S3Store,
  folder: string,
): Promise<Result<boolean, StoreProblem>> {
  for (const name of namesIn(folder)) {
    const removed = await store.remove(name);
    if (!removed.ok) return removed.error.type === 'Denied' ? ok(false) : removed;
    const read = await store.get(name);
    if (!read.ok) return read;
    if (read.value) return err({ type: 'Unfaithful' });
  }
  return ok(true);
}

function namesIn(folder: string): [first: string, raced: string] {
  return [`${folder}1`, `${folder}2`];
}
