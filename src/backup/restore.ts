/**
 * Restoring: what a rehearsal has read is read and checked once more, and flows on into a new workspace. The file may have
 * changed in between, so the rehearsal's word counts only for the same manifest.
 */

import { type Result, err, ok } from '#base/result.ts';
import type { Cancelled } from './progress.ts';
import { type BackupNames, type DossierRecords, namesIn } from './records.ts';
import {
  type BackupFileError,
  type BackupReport,
  type ReadOptions,
  completeReport,
  openBackup,
  readRecords,
} from './verify.ts';

/** Where the records go: the vault, through the worker's entry. */
export interface RestoreSink<Restored, SinkError> {
  /** Takes effect only once the dossiers ended without an error, since hash and counts are known at the end; else nothing is left. */
  createWorkspaceFrom(
    dossiers: AsyncIterable<Result<DossierRecords, BackupFileError | Cancelled>>,
  ): Promise<Result<Restored, SinkError>>;
}

export interface RestoreOptions extends ReadOptions {
  /** Of the rehearsal's report. */
  readonly manifestHash: string;
  /** A person compared the fingerprint. Needed where nothing else vouches for the signer. */
  readonly trustSigner: boolean;
}

export type RestoreError =
  | BackupFileError
  | { readonly type: 'UntrustedSigner' }
  /** It is not the file that was rehearsed. */
  | { readonly type: 'NothingChecked' }
  | Cancelled;

export async function restoreBackup<Restored, SinkError>(
  file: Blob,
  { manifestHash, trustSigner, onProgress, ...options }: RestoreOptions,
  sink: RestoreSink<Restored, SinkError>,
): Promise<Result<{ restored: Restored; report: BackupReport }, RestoreError | SinkError>> {
  const opened = await openBackup(file, options);
  if (!opened.ok) return opened;
  const backup = opened.value;
  const { report } = backup;
  if (report.manifestHash !== manifestHash) return err({ type: 'NothingChecked' });
  if (report.vouchedBy === 'nothing' && !trustSigner) return err({ type: 'UntrustedSigner' });

  const readOptions: ReadOptions = {
    ...options,
    ...(onProgress && {
      onProgress: (progress) => onProgress({ ...progress, step: 'restoring' }),
    }),
  };
  let names: BackupNames | undefined;
  async function* dossiers(): AsyncGenerator<Result<DossierRecords, BackupFileError | Cancelled>> {
    for await (const batch of readRecords(backup, readOptions)) {
      if (!batch.ok) {
        yield batch;
        return;
      }
      names ??= namesIn(batch.value[0] ?? [], report.signer.device);
      for (const dossier of batch.value) yield ok(dossier);
    }
  }
  const restored = await sink.createWorkspaceFrom(dossiers());
  if (!restored.ok) return restored;
  return ok({ restored: restored.value, report: completeReport(report, names) });
}
