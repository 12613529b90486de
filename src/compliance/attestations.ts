/** Attestations: what persons in charge said of controls that no data can judge, with the day by which they look again. */

import { createRecordId, type DeviceId } from '#base/ids.ts';
import type { Dossier } from '#domain/record-state.ts';
import { deviceOf, type Stamp } from '#domain/stamp.ts';
import { isAlive, valuesOf } from '#domain/values.ts';
import type { NewRecord } from '#vault/vault.ts';
import type { Attest } from './messages.ts';

export interface Attestation extends Attest {
  readonly device: DeviceId;
  /** ms since 1970. */
  readonly at: number;
}

const DAY = 24 * 60 * 60 * 1000;

/** By control, the newest of each, by what their authors had seen: a clock that runs ahead has not the last word. Without a day there is none. */
export function attestationsIn(workspace: Dossier): ReadonlyMap<string, Attestation> {
  const newest = new Map<string, Attestation>();
  const stamps = new Map<string, Stamp>();
  for (const state of workspace.values()) {
    if (state.kind !== 'attestation' || !isAlive(state)) continue;
    const { control, holds, statement, reviewBy } = valuesOf(state);
    if (typeof control !== 'string' || typeof reviewBy !== 'string') continue;
    const { stamp, at } = state.created;
    if (Number.isNaN(endOfDay(reviewBy)) || stamp <= (stamps.get(control) ?? '')) continue;
    stamps.set(control, stamp);
    newest.set(control, {
      control,
      holds: holds === true,
      statement: typeof statement === 'string' ? statement : '',
      reviewBy,
      device: deviceOf(stamp),
      at,
    });
  }
  return newest;
}

export function attestationOf({ control, holds, statement, reviewBy }: Attest): NewRecord {
  return {
    record: createRecordId(),
    kind: 'attestation',
    values: { control, holds, statement, reviewBy },
  };
}

/** ms since 1970 at which the day is over, UTC. */
export function endOfDay(isoDate: string): number {
  return Date.parse(`${isoDate}T00:00:00Z`) + DAY;
}
