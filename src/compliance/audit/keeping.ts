/** Keeping the log: a signed checkpoint a day, and what is older than the policy says, pruned by whole pages behind a checkpoint. */

import { AUDIT_PREFIX, type DeviceId, type RecordId, type WorkspaceId } from '#base/ids.ts';
import { ok, type Result } from '#base/result.ts';
import type { SigningKeys } from '#crypto/key-pairs.ts';
import { prefixOf } from '#domain/audit-page.ts';
import type { EditError, Vault } from '#vault/vault.ts';
import { monthsAfter } from '../calendar.ts';
import { readPage, type Head, type Link } from './chain.ts';
import { signCheckpoint } from './checkpoint.ts';
import { pagesByOwner } from './verification.ts';

const DAY = 24 * 60 * 60 * 1000;

export interface Signer {
  readonly workspace: WorkspaceId;
  readonly device: DeviceId;
  readonly signing: SigningKeys;
}

/** Signs where this device's chain stands, where the last signature is a day old. Says whether it did. */
export async function checkpointDaily(
  vault: Vault,
  { workspace, device, signing }: Signer,
  now: number,
): Promise<Result<boolean, EditError>> {
  let head: Head | undefined;
  for (const id of vault.dossierIds(prefixOf(device)).toReversed()) {
    const links = await linksOf(vault, id);
    const last = links.at(-1);
    head ??= last === undefined ? undefined : { n: last.n, hash: last.hash };
    const signed = links.findLast(({ event }) => event.checkpoint !== undefined);
    if (signed === undefined && links.every(({ at }) => at > now - DAY)) continue;
    if (signed !== undefined && signed.at > now - DAY) return ok(false);
    break;
  }
  if (head === undefined) return ok(false);
  const signature = await signCheckpoint(signing, { workspace, device, ...head });
  const checkpoint = { n: head.n, hash: head.hash, signature };
  const noted = await vault.note([{ act: 'checkpoint', outcome: 'done', checkpoint }]);
  return noted.ok ? ok(true) : noted;
}

/** Less is kept by nobody, whatever the policy says (PCI DSS 10.5.1). */
const LEAST_MONTHS = 12;

/** Drops pages of every device of which all is older than `months`, as far as a later checkpoint vouches for them. Says how many. */
export async function pruneLog(
  vault: Vault,
  months: number,
  now: number,
): Promise<Result<number, EditError>> {
  const limit = monthsAfter(now, -Math.max(months, LEAST_MONTHS));
  const pruned: RecordId[] = [];
  for (const ids of pagesByOwner(vault.dossierIds(AUDIT_PREFIX)).values()) {
    pruned.push(...(await prunable(vault, ids, limit)));
  }
  if (pruned.length === 0) return ok(0);
  const erased = await vault.erase([{ type: 'person', ids: pruned }]);
  return erased.ok ? ok(pruned.length) : erased;
}

/** Ascending; the newest page always stays. */
async function prunable(
  vault: Vault,
  ids: readonly RecordId[],
  limit: number,
): Promise<readonly RecordId[]> {
  const old: { readonly id: RecordId; readonly last: number }[] = [];
  for (const id of ids.slice(0, -1)) {
    const links = await linksOf(vault, id);
    const last = links.at(-1);
    if (last === undefined || links.some(({ at }) => at >= limit)) break;
    old.push({ id, last: last.n });
  }
  if (old.length === 0) return [];
  let vouched = 0;
  for (const id of ids.slice(old.length)) {
    for (const { event } of await linksOf(vault, id)) {
      vouched = Math.max(vouched, event.checkpoint?.n ?? 0);
    }
    if (vouched >= (old.at(-1)?.last ?? 0)) break;
  }
  return old.filter(({ last }) => last <= vouched).map(({ id }) => id);
}

async function linksOf(vault: Vault, id: RecordId): Promise<readonly Link[]> {
  const dossier = await vault.openDossier(id);
  const state = dossier.ok ? dossier.value.get(id) : undefined;
  return state === undefined ? [] : readPage(state).links;
}
