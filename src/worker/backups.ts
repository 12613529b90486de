/** The worker's verbs on backups: writing and checking one, reading what is in one, making a workspace of one. */

import { err, ok, type Result } from '#base/result.ts';
import { backUp as writeVerified } from '#backup/backup.ts';
import { restoreBackup } from '#backup/restore.ts';
import { readBackup, type BackupReport, type KitKeys } from '#backup/verify.ts';
import { backupFileName } from '#backup/write.ts';
import type { Environment } from '#vault/environment.ts';
import type { Session as OpenSession } from '#vault/session.ts';
import type { Workspaces } from '#vault/workspaces.ts';
import type {
  BackupContents,
  BackupError,
  BackupFileError,
  BackupRecord,
  Cancelled,
  FileResult,
  OnProgress,
  RecoveryKit,
  RestoreError,
  RestoreRequest,
} from './vault-api.ts';

export { readKitKeys } from '#backup/verify.ts';

/** The rehearsal that a restore goes on from. */
export interface Rehearsal {
  readonly file: File;
  readonly kit: KitKeys;
  readonly report: BackupReport;
}

interface Work {
  readonly signal: AbortSignal;
  readonly onProgress: OnProgress;
}

type MadeBackup = FileResult & {
  readonly record: BackupRecord;
  readonly discard: () => Promise<void>;
};

/** Writes, then opens what was written and reads all of it again. Only then is it a backup. */
export async function backUp(
  open: OpenSession,
  environment: Environment,
  work: Work,
): Promise<Result<MadeBackup, BackupError>> {
  const { vault, deviceKeys } = open;
  if (deviceKeys === null) return err({ type: 'Damaged', damage: vault.damage });
  const written = await writeVerified(
    {
      membership: await open.membershipLines(),
      device: open.device,
      signing: deviceKeys.signing,
      previous: open.lastBackup?.manifestHash ?? null,
      records: recordsOf(open, work.signal),
      expectedRecords: vault.living,
      clock: environment.clock,
    },
    deviceKeys.agreement.privateKey,
    work,
  );
  if (!written.ok) return written;
  const { blob, manifestHash, createdAt, lines, discard, report } = written.value;
  const name = backupFileName(open.workspaceName, createdAt);
  const record: BackupRecord = {
    at: createdAt,
    fileName: name,
    bytes: blob.size,
    customers: report.customers,
    records: lines,
    manifestHash,
  };
  return ok({ name, blob, record, discard });
}

async function* recordsOf(open: OpenSession, signal: AbortSignal) {
  for await (const dossier of open.vault.dossierLines(signal)) {
    yield dossier.ok ? dossier : err(dossier.error.damage);
  }
}

export async function readContents(
  file: Blob,
  workspaces: Workspaces,
  options: Parameters<typeof readBackup>[1],
): Promise<
  Result<{ report: BackupReport; contents: BackupContents }, BackupFileError | Cancelled>
> {
  const read = await readBackup(file, options);
  if (!read.ok) return read;
  const report = read.value;
  const here = await workspaces.list();
  const { workspaceName, createdAt, signer, signerName, vouchedBy, customers } = report;
  return ok({
    report,
    contents: {
      workspaceName,
      createdAt,
      signerFingerprint: signer.fingerprint,
      signerName,
      vouchedBy,
      customers,
      counts: report.counts,
      deleted: report.deleted,
      erasures: report.erasures,
      alreadyHere: here.some(({ id }) => id === report.workspace),
    },
  });
}

export async function restore(
  workspaces: Workspaces,
  { file, kit, report: { manifestHash, workspaceName } }: Rehearsal,
  { memberName, passphrase, trustSigner }: RestoreRequest,
  work: Work,
): Promise<Result<{ session: OpenSession; kit: RecoveryKit }, RestoreError>> {
  const { recoveryKey, rootHash } = kit;
  const options = {
    keys: [recoveryKey],
    ...(rootHash === undefined ? {} : { rootHash }),
    manifestHash,
    trustSigner,
    ...work,
  };
  const made = await restoreBackup(file, options, {
    createWorkspaceFrom: (dossiers) =>
      workspaces.create({ name: workspaceName, memberName, passphrase }, (vault) =>
        vault.adopt(dossiers, { signal: work.signal }),
      ),
  });
  return made.ok ? ok(made.value.restored) : made;
}
