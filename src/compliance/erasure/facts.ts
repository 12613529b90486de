/** What the erasures tell the checks: that nobody of them is here, and that the last copy went in time. None tells nothing. */

import type { RecordId } from '#base/ids.ts';
import type { RecordState } from '#domain/record-state.ts';
import { valueOf } from '#domain/values.ts';
import type { Session } from '#vault/session.ts';
import type { Vault } from '#vault/vault.ts';
import type { EvidenceRow } from '../checks/check.ts';
import type { Facts } from '../checks/facts.ts';
import { erasuresIn } from './erasing.ts';

/** A device that was silent for so long is waited for no longer (SYNC: 30 days), and the others have had their time. */
const COMPLETE_WITHIN = 60 * 24 * 60 * 60 * 1000;
const ROWS_KEPT = 20;

export function erasureFacts(
  { vault, backups }: Pick<Session, 'vault' | 'backups'>,
  now: number,
): Pick<Facts, 'erasures' | 'oldBackups'> {
  const erasures = erasuresIn(vault.workspace);
  if (erasures.length === 0) return {};
  // A backup whose time is up is taken for deleted.
  const kept = backups.filter(({ expiresAt = Infinity }) => expiresAt > now);
  const bad = erasures.flatMap((state) => {
    const wanted = lackOf(state, vault, now);
    return wanted === null ? [] : [{ about: 'record', id: state.id, wanted } satisfies EvidenceRow];
  });
  return {
    erasures: { looked: erasures.length, bad: bad.slice(0, ROWS_KEPT), badCount: bad.length },
    ...(kept.length > 0 && {
      oldBackups: kept.map(({ at, manifestHash, expiresAt = null }) => ({
        id: manifestHash.slice(0, 12),
        expiresAt,
        erased: erasures.filter(({ created }) => created.at > at).length,
      })),
    }),
  };
}

function lackOf(state: RecordState, vault: Vault, now: number): string | null {
  const ids = (state.erases ?? []).flatMap((erasure) =>
    erasure.type === 'person' ? erasure.ids : [],
  );
  if (ids.some((id) => isThere(vault, id))) return 'erasedWhole';
  const isOpen = valueOf(state, 'complete') === null;
  return isOpen && now - state.created.at > COMPLETE_WITHIN ? 'erasedEverywhere' : null;
}

/** What is not folded away yet may leave an empty row, in no list. */
function isThere(vault: Vault, id: RecordId): boolean {
  const summary = vault.summary(id);
  return summary !== undefined && summary.deleted !== true;
}
