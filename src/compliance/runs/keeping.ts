/** Keeping runs: each in a dossier of its own, those of the last month all, of earlier months the first (45 CFR 164.308(a)(8)). */

import { createRunId, RUN_PREFIX, type DeviceId, type RecordId } from '#base/ids.ts';
import { ok, type Result } from '#base/result.ts';
import { deviceOf } from '#domain/stamp.ts';
import { valueOf } from '#domain/values.ts';
import type { EditError, Vault } from '#vault/vault.ts';
import { CLOCK_TOLERANCE } from '../checks/check.ts';
import { decodeRun, encodeRun } from './encoding.ts';
import type { Run } from './run.ts';

const MONTH = 31 * 24 * 60 * 60 * 1000;

export interface KeptRun {
  readonly id: RecordId;
  readonly device: DeviceId;
  readonly run: Run;
}

export async function saveRun(vault: Vault, run: Run): Promise<Result<RecordId, EditError>> {
  const record = createRunId(run.at);
  const values = { outcomes: await encodeRun(run) };
  const saved = await vault.add([{ record, kind: 'run', values }]);
  return saved.ok ? ok(record) : saved;
}

/** Newest first. */
export function runIds(vault: Vault): readonly RecordId[] {
  return vault.dossierIds(RUN_PREFIX).toReversed();
}

/** The newest that can be read. What a device with a wrong clock calls a run of a later time stands in nobody's way. */
export async function newestRun(vault: Vault, now: number): Promise<KeptRun | null> {
  for (const id of runIds(vault)) {
    const kept = await readRun(vault, id);
    if (kept !== null && kept.run.at <= now + CLOCK_TOLERANCE) return kept;
  }
  return null;
}

/** Null where it is gone, or can't be read. */
export async function readRun(vault: Vault, id: RecordId): Promise<KeptRun | null> {
  const dossier = await vault.openDossier(id);
  const state = dossier.ok ? dossier.value.get(id) : undefined;
  const outcomes = state === undefined ? undefined : valueOf(state, 'outcomes');
  const run = typeof outcomes === 'string' ? await decodeRun(outcomes) : null;
  if (state === undefined || run === null) return null;
  return { id, device: deviceOf(state.created.stamp), run };
}

/** Erases what is not kept any longer. Only an admin's erasure counts. */
export async function pruneRuns(vault: Vault, now: number): Promise<Result<number, EditError>> {
  const ids: RecordId[] = [];
  const months = new Set<string>();
  for (const id of vault.dossierIds(RUN_PREFIX)) {
    const kept = await readRun(vault, id);
    if (kept === null || kept.run.at > now - MONTH) continue;
    const month = new Date(kept.run.at).toISOString().slice(0, 7);
    if (months.has(month)) ids.push(id);
    months.add(month);
  }
  if (ids.length === 0) return ok(0);
  const erased = await vault.erase([{ type: 'person', ids }]);
  return erased.ok ? ok(ids.length) : erased;
}
