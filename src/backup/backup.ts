/** A backup that was opened again: written, then read back with this device's own key before anyone calls it done. */

import { type Result, err, ok } from '#base/result.ts';
import type { AgreementPrivateKey } from '#crypto/byte-types.ts';
import { type BackupFileError, type BackupReport, readBackup } from './verify.ts';
import {
  type BackupSource,
  type WriteError,
  type WriteOptions,
  type WrittenBackup,
  writeBackup,
} from './write.ts';

export interface VerifiedBackup extends WrittenBackup {
  readonly report: BackupReport;
}

export type BackupError<Damage> =
  | WriteError<Damage>
  /** What was written does not read back. It was thrown away. */
  | { readonly type: 'VerificationFailed'; readonly error: BackupFileError };

export async function backUp<Damage>(
  source: BackupSource<Damage>,
  agreement: AgreementPrivateKey,
  options: WriteOptions,
): Promise<Result<VerifiedBackup, BackupError<Damage>>> {
  const written = await writeBackup(source, options);
  if (!written.ok) return written;
  const { blob, manifestHash, discard } = written.value;
  const { signal, onProgress } = options;
  const report = await readBackup(blob, {
    keys: [agreement],
    knownMembership: source.membership,
    signal,
    ...(onProgress && { onProgress }),
  });
  if (report.ok && report.value.manifestHash === manifestHash) {
    return ok({ ...written.value, report: report.value });
  }
  await discard();
  if (report.ok) return failed({ type: 'WrongHash', entry: 'manifest.json' });
  return report.error.type === 'Cancelled' ? err(report.error) : failed(report.error);
}

function failed(error: BackupFileError): Result<never, BackupError<never>> {
  return err({ type: 'VerificationFailed', error });
}
