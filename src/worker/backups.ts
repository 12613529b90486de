/** The worker's verbs on backups: writing and checking one, reading what is in one, making a workspace of one. */

import type { WorkspaceId } from '#base/ids.ts';
import { err, ok, type Result } from '#base/result.ts';
import { backUp as writeVerified } from '#backup/backup.ts';
import { restoreBackup } from '#backup/restore.ts';
import { readBackup, type BackupReport, type KitKeys } from '#backup/verify.ts';
import { backupFileName } from '#backup/write.ts';
import { occasionOf } from '#compliance/audit/event.ts';
import { readErasureList } from '#compliance/erasure/certificate.ts';
import type { Erasure } from '#domain/change.ts';
import type { Environment, Occasion } from '#vault/environment.ts';
import type { Session as OpenSession } from '#vault/session.ts';
import type { Workspaces } from '#vault/workspaces.ts';
import type {
  BackupContents,
  BackupError,
  BackupFileError,
  BackupRecord,
  Cancelled,
  ErasureListError,
  ErasureListView,
  FileResult,
  RecoveryKit,
  RestoreError,
  RestoreRequest,
} from './vault-api.ts';
import type { Work } from './work.ts';

export { readKitKeys } from '#backup/verify.ts';

/** The rehearsal that a restore goes on from. */
export interface Rehearsal {
  readonly file: File;
  readonly kit: KitKeys;
  readonly report: BackupReport;
  readonly erasures: readonly Erasure[];
}

const DAY = 24 * 60 * 60 * 1000;

type MadeBackup = FileResult & {
  readonly record: BackupRecord;
  readonly discard: () => Promise<void>;
};

/** Writes, then opens what was written and reads all of it again. Only then is it a backup. */
export async function backUp(
  open: OpenSession,
  environment: Environment,
  keptDays: number,
  work: Work,
): Promise<Result<MadeBackup, BackupError>> {
  const { vault, deviceKeys } = open;
  if (deviceKeys === null) return err({ type: 'Damaged', damage: vault.damage });
  const expiresAt = environment.clock.now() + keptDays * DAY;
  const written = await writeVerified(
    {
      expiresAt,
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
    expiresAt,
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
  {
    workspace,
    ...options
  }: Parameters<typeof readBackup>[1] & { readonly workspace?: WorkspaceId },
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
      isOfOpenWorkspace: report.workspace === workspace,
    },
  });
}

/** Of the workspace of the backup that was checked; with it the restore goes on. */
export async function checkErasureList(
  file: Blob,
  rehearsal: Rehearsal,
): Promise<Result<{ view: ErasureListView; rehearsal: Rehearsal }, ErasureListError>> {
  const list = file.size > LIST_LIMIT ? null : await readErasureList(await file.text());
  if (list === null) return err({ type: 'NotAnErasureList' });
  const { report } = rehearsal;
  if (list.workspace !== report.workspace) return err({ type: 'OtherErasures' });
  const { erasures, through, signer } = list;
  return ok({
    view: {
      erasures: erasures.length,
      through,
      signerFingerprint: signer.fingerprint,
      isSameSigner: signer.fingerprint === report.signer.fingerprint,
    },
    rehearsal: { ...rehearsal, erasures },
  });
}

/** A hundred thousand erasures and more. */
const LIST_LIMIT = 16 * 1024 * 1024;

export async function restore(
  workspaces: Workspaces,
  { file, kit, report, erasures }: Rehearsal,
  { memberName, passphrase, trustSigner, replaysErasures }: RestoreRequest,
  work: Work,
): Promise<Result<{ session: OpenSession; kit: RecoveryKit }, RestoreError>> {
  const { recoveryKey, rootHash } = kit;
  const { manifestHash, workspaceName } = report;
  const options = {
    keys: [recoveryKey],
    ...(rootHash === undefined ? {} : { rootHash }),
    manifestHash,
    trustSigner,
    ...work,
  };
  const made = await restoreBackup(file, options, {
    createWorkspaceFrom: (dossiers) =>
      workspaces.create({ name: workspaceName, memberName, passphrase }, async (vault) => {
        const adopted = await vault.adopt(dossiers, { signal: work.signal });
        if (!adopted.ok) return adopted;
        const carried = await vault.note(signersOf(report));
        if (!carried.ok) return carried;
        if (!replaysErasures || erasures.length === 0) return adopted;
        const erased = await vault.erase(erasures);
        return erased.ok ? adopted : erased;
      }),
  });
  return made.ok ? ok(made.value.restored) : made;
}

/** The new workspace has members of its own: whom the checkpoints of the ones before speak for, its log says. */
function signersOf({ workspace, devices }: BackupReport): readonly Occasion[] {
  return [...devices].map(([device, fingerprint]) =>
    occasionOf({ act: 'restored', outcome: 'done', device, signer: { workspace, fingerprint } }),
  );
}
