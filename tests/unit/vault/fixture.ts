/** A vault in Node: fake IndexedDB, a quick stand-in for Argon2id, a clock with hands, locks within this process. */

import 'fake-indexeddb/auto';
import type { Result } from '#base/result.ts';
import { sha256 } from '#crypto/hash.ts';
import type { DeriveKey } from '#crypto/key-derivation.ts';
import type { Environment, Exclusive } from '#vault/environment.ts';
import type { Session } from '#vault/session.ts';
import type { BulkEdit } from '#vault/vault.ts';
import { Workspaces } from '#vault/workspaces.ts';

export const PASSPHRASE = 'seven kelp forests sway';
export const BY_PASSPHRASE = { by: 'passphrase', passphrase: PASSPHRASE } as const;

/** Not Argon2id: a hash, so that tests of everything else are quick. */
const quickDerive: DeriveKey = async ({ passphrase, salt }) =>
  sha256(new Uint8Array([...new TextEncoder().encode(passphrase), ...salt]));

export class HandClock {
  milliseconds = Date.UTC(2026, 10, 23, 9);

  now(): number {
    return this.milliseconds++;
  }
}

export function createEnvironment(parts: Partial<Environment> = {}): Environment {
  return {
    clock: new HandClock(),
    derive: quickDerive,
    exclusive: createExclusive(),
    guard: null,
    witness: null,
    ...parts,
  };
}

export function createExclusive(): Exclusive {
  const turns = new Map<string, Promise<unknown>>();
  return (name, work) => {
    const done = (turns.get(name) ?? Promise.resolve()).then(work);
    turns.set(
      name,
      done.catch(() => undefined),
    );
    return done;
  };
}

export async function createSession(environment = createEnvironment()): Promise<{
  workspaces: Workspaces;
  session: Session;
  recoveryKey: string;
}> {
  const workspaces = new Workspaces(environment);
  const made = must(
    await workspaces.create({ name: 'Kelp & Co', memberName: 'Maren', passphrase: PASSPHRASE }),
  );
  return { workspaces, session: made.session, recoveryKey: made.kit.recoveryKey };
}

export function must<T>(result: Result<T, unknown>): T {
  if (!result.ok) throw new Error(`Not ok: ${JSON.stringify(result.error)}`);
  return result.value;
}

export const NEVER = new AbortController().signal;

export async function* batches(
  count: number,
  batch = 500,
  customer: (index: number) => BulkEdit['values'] = simpleCustomer,
): AsyncIterable<readonly BulkEdit[]> {
  for (let start = 0; start < count; start += batch) {
    yield Array.from({ length: Math.min(batch, count - start) }, (_, index) => ({
      kind: 'customer' as const,
      values: customer(start + index),
    }));
    await Promise.resolve();
  }
}

export function simpleCustomer(index: number): BulkEdit['values'] {
  return {
    name: `Customer ${String(index).padStart(6, '0')}`,
    company: `Company ${String(index % 97)}`,
    emails: [{ id: 'e1', label: '', value: `customer${String(index)}@example.org` }],
    stage: index % 3 === 0 ? 'lead' : 'active',
    tags: [`tag${String(index % 5)}`],
    notes: 'Wants deliveries before five in the morning.',
  };
}
