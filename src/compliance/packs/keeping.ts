/**
 * The packs that a workspace keeps: every one that an admin accepted, with its file, so that what was asked when can be shown for as long as the
 * workspace lives (45 CFR 164.316(b)(2)(i)). In use is the newest of each key.
 */

import { base64ToBytes, bytesToBase64, readUtf8, utf8Bytes } from '#base/bytes.ts';
import { gunzip, gzip } from '#base/gzip.ts';
import { createRecordId, type DeviceId, type RecordId } from '#base/ids.ts';
import { LIMITS } from '#domain/validation.ts';
import type { Dossier, RecordState } from '#domain/record-state.ts';
import { deviceOf } from '#domain/stamp.ts';
import { isAlive, valuesOf } from '#domain/values.ts';
import type { NewRecord } from '#vault/vault.ts';
import type { PackChange } from './difference.ts';
import { hashOf, isNewer, type OpenedPack } from './opening.ts';
import type { Pack } from './pack.ts';
import { MOST_TEXT, readPack } from './reading.ts';

export interface AcceptedPack {
  readonly key: string;
  readonly version: string;
  readonly hash: string;
  /** Fingerprint; null: it came with the app. */
  readonly publisher: string | null;
  /** It came with the app and was asked at a first run of the checks: nobody looked at it, and what a later one changes is held against it. */
  readonly isAdopted: boolean;
  readonly device: DeviceId;
  /** ms since 1970. */
  readonly at: number;
}

/** Of each key the newest version, and among equals the first that somebody accepted. */
export function acceptedPacks(workspace: Dossier): ReadonlyMap<string, AcceptedPack> {
  const accepted = new Map<string, AcceptedPack>();
  for (const each of packHistory(workspace)) {
    const other = accepted.get(each.key);
    const isBetter =
      other === undefined ||
      isNewer(each.version, other.version) ||
      (other.isAdopted && !each.isAdopted && !isNewer(other.version, each.version));
    if (isBetter) accepted.set(each.key, each);
  }
  return accepted;
}

/** Everything that was ever accepted, the oldest first. */
export function packHistory(workspace: Dossier): readonly AcceptedPack[] {
  return packStates(workspace)
    .map((state) => {
      const { key, version, hash, publisher, adopted } = valuesOf(state);
      return {
        key: textOf(key),
        version: textOf(version),
        hash: textOf(hash),
        publisher: typeof publisher === 'string' ? publisher : null,
        isAdopted: adopted === true,
        device: deviceOf(state.created.stamp),
        at: state.created.at,
      };
    })
    .sort((a, b) => a.at - b.at);
}

function packStates(workspace: Dossier): readonly RecordState[] {
  return [...workspace.values()].filter((state) => state.kind === 'pack' && isAlive(state));
}

/** Null where its file can't be read any more, or is not the one that the acceptance names. */
export async function readAccepted(workspace: Dossier, hash: string): Promise<Pack | null> {
  const state = packStates(workspace).find((each) => valuesOf(each)['hash'] === hash);
  const file = state === undefined ? undefined : valuesOf(state)['file'];
  const packed = typeof file === 'string' ? base64ToBytes(file) : null;
  const unpacked = packed === null ? null : await gunzip(packed, 4 * MOST_TEXT);
  const text = unpacked?.ok ? readUtf8(unpacked.value) : null;
  const pack = text === null || (await hashOf(text)) !== hash ? null : readPack(text);
  return pack?.ok ? pack.value : null;
}

/** The record of an acceptance; null where its file is too long to be kept. */
export async function acceptance(
  { pack, text, hash, publisher }: OpenedPack,
  { isAdopted }: Pick<AcceptedPack, 'isAdopted'> = { isAdopted: false },
): Promise<NewRecord | null> {
  const file = bytesToBase64(await gzip(utf8Bytes(text)));
  if (file.length > LIMITS.longText) return null;
  const { key, version } = pack;
  const values = {
    key,
    version,
    hash,
    file,
    ...(publisher !== null && { publisher }),
    ...(isAdopted && { adopted: true }),
  };
  return { record: createRecordId(), kind: 'pack', values };
}

// ---- Tasks ----------------------------------------------------------------------------------------------------------

export interface PolicyTask {
  readonly id: RecordId;
  readonly pack: string;
  readonly control: string;
  readonly change: 'added' | 'changed' | 'withdrawn';
  /** ISO date. */
  readonly effective: string | null;
}

/** One for each control that changed, so that somebody looks at it. What is only proposed asks nothing of anybody yet. */
export function tasksOf(pack: Pack, changes: readonly PackChange[]): readonly NewRecord[] {
  return changes.flatMap((change) => {
    if (change.type === 'parameter' || !change.isLaw) return [];
    const { type, control, effective } = change;
    const values = {
      pack: pack.key,
      control,
      change: type,
      ...(effective !== null && { effective }),
    };
    return [{ record: createRecordId(), kind: 'policyTask', values } as const];
  });
}

/** Those that nobody has done yet, the first effective first. */
export function openTasks(workspace: Dossier): readonly PolicyTask[] {
  return [...workspace.values()]
    .filter((state) => state.kind === 'policyTask' && isAlive(state))
    .flatMap((state): PolicyTask[] => {
      const { pack, control, change, effective, done } = valuesOf(state);
      const known = (['added', 'changed', 'withdrawn'] as const).find((each) => each === change);
      if (done !== undefined || known === undefined) return [];
      const date = typeof effective === 'string' ? effective : null;
      return [
        {
          id: state.id,
          pack: textOf(pack),
          control: textOf(control),
          change: known,
          effective: date,
        },
      ];
    })
    .sort((a, b) => (a.effective ?? '9').localeCompare(b.effective ?? '9'));
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}
