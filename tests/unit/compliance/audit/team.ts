/** A workspace whose vault has a witness, and its log. */

import type { DeviceId } from '#base/ids.ts';
import { createWitness } from '#compliance/audit/witness.ts';
import { AuditLog, type LogEntry } from '#compliance/audit/log.ts';
import { fingerprint } from '#crypto/ssh-signature.ts';
import type { Session } from '#vault/session.ts';
import { createEnvironment, createSession, HandClock } from '../../vault/fixture.ts';

export const NEVER = new AbortController().signal;

export interface Logged {
  readonly session: Session;
  readonly log: AuditLog;
  readonly clock: HandClock;
  readonly fingerprints: ReadonlyMap<DeviceId, string>;
}

export async function createLogged(): Promise<Logged> {
  const clock = new HandClock();
  const { session } = await createSession(createEnvironment({ clock, witness: createWitness() }));
  const { deviceKeys, device } = session;
  if (deviceKeys === null) throw new Error('A new workspace has its keys');
  const fingerprints = new Map([[device, await fingerprint(deviceKeys.signing.publicKey)]]);
  return { session, log: new AuditLog(session.vault), clock, fingerprints };
}

/** Oldest first, without the pages that the workspace began with. */
export async function actsOf(log: AuditLog): Promise<readonly LogEntry[]> {
  return (await log.read({}, 0, 10_000)).toReversed();
}
