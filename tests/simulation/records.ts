/** All records of a device, to be held against those of another. */

import { createHash } from 'node:crypto';
import type { RecordId } from '#base/ids.ts';
import { createErasures, type ErasureIndex } from '#domain/apply.ts';
import { encodeRecord } from '#domain/encoding.ts';
import type { RecordState } from '#domain/record-state.ts';
import { must, NEVER } from '../unit/vault/fixture.ts';
import type { Device } from './device.ts';

/** The records of a device as text, one a line, in order. */
export async function linesOf(device: Device): Promise<readonly string[]> {
  const lines: string[] = [];
  for await (const dossier of device.session.vault.dossierLines(NEVER)) {
    for (const record of must(dossier)) {
      lines.push(typeof record === 'string' ? record : JSON.stringify(encodeRecord(record)));
    }
  }
  return lines.sort();
}

export function digestOf(lines: readonly string[]): string {
  return createHash('sha256').update(lines.join('\n')).digest('hex');
}

/** Every record of a device, deleted ones too. */
export async function statesOf(device: Device): Promise<Map<RecordId, RecordState>> {
  const states = new Map<RecordId, RecordState>();
  for await (const dossier of device.session.vault.dossiers(NEVER)) {
    for (const state of must(dossier)) states.set(state.id, state);
  }
  return states;
}

export function erasuresIn(states: ReadonlyMap<RecordId, RecordState>): ErasureIndex {
  return createErasures([...states.values()].flatMap(({ erases }) => erases ?? []));
}
