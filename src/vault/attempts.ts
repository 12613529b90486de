/** Attempts at the passphrase, counted across reloads: what they cost, and how many the log has yet to hear of. */

import { err, type Result } from '#base/result.ts';
import type { VaultKeyBytes } from '#crypto/byte-types.ts';
import { openPassphraseSlot } from '#crypto/slots.ts';
import type { WorkspaceId } from '#base/ids.ts';
import type { WorkspaceStore } from '#storage/workspace-store.ts';
import type { Environment } from './environment.ts';
import { waitAfter, type Attempts } from './meta.ts';
import type { SlotError } from './slots.ts';

export type TooManyAttempts = { readonly type: 'TooManyAttempts'; readonly waitMs: number };

const NO_ATTEMPTS: Attempts = { failed: 0, at: 0, untold: 0 };

export async function readAttempts(store: WorkspaceStore): Promise<Attempts> {
  return {
    ...NO_ATTEMPTS,
    ...((await store.readMeta('attempts')) as Partial<Attempts> | undefined),
  };
}

/** On a full disk nothing is counted: a right passphrase still opens, so that people can read, back up and make room. */
async function write(store: WorkspaceStore, value: Attempts): Promise<void> {
  await store.writeMeta([{ key: 'attempts', value }]);
}

/** Failed attempts are counted before the slot is tried, so that a reload in the middle wins nothing. */
export async function tryPassphrase(
  store: WorkspaceStore,
  { clock, derive }: Pick<Environment, 'clock' | 'derive'>,
  { workspace, slot }: { readonly workspace: WorkspaceId; readonly slot: Uint8Array },
  passphrase: string,
): Promise<Result<VaultKeyBytes, SlotError | TooManyAttempts>> {
  const attempts = await readAttempts(store);
  const waitMs = waitAfter(attempts, clock.now());
  if (waitMs > 0) return err({ type: 'TooManyAttempts', waitMs });
  const failed = attempts.failed + 1;
  const untold = attempts.untold + 1;
  await write(store, { failed, at: clock.now(), untold });
  const opened = await openPassphraseSlot({ workspace, slot, passphrase, derive });
  if (opened.ok) {
    await write(store, { ...NO_ATTEMPTS, untold: attempts.untold });
    return opened;
  }
  if (opened.error.type !== 'WrongPassphrase') {
    await write(store, attempts);
    return err(opened.error);
  }
  // The pause begins with the answer, however long the derivation took.
  const failure = { failed, at: clock.now(), untold };
  await write(store, failure);
  return err({ type: 'WrongPassphrase', waitMs: waitAfter(failure, failure.at) });
}

/** Something else than a passphrase did not open: it costs nothing, and the log hears of it. */
export async function countFailure(store: WorkspaceStore): Promise<void> {
  const attempts = await readAttempts(store);
  await write(store, { ...attempts, untold: attempts.untold + 1 });
}

/** Another slot opened: the pause is over. */
export async function forgiveAttempts(store: WorkspaceStore): Promise<void> {
  const { untold } = await readAttempts(store);
  await write(store, { ...NO_ATTEMPTS, untold });
}

/** The log has heard of them. */
export async function toldAttempts(store: WorkspaceStore, told: number): Promise<void> {
  const attempts = await readAttempts(store);
  await write(store, { ...attempts, untold: Math.max(0, attempts.untold - told) });
}
