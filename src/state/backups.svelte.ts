/** Backing up and verifying: goes on when its screen is left. */

import type {
  BackupContents,
  BackupError,
  BackupFileError,
  BackupRecord,
  FileResult,
} from '#worker/vault-api.ts';
import { download } from './download.ts';
import { Job } from './jobs.svelte.ts';
import { onLeave } from './leave.ts';
import { session } from './session.svelte.ts';
import { vault } from './vault.ts';

type Written = FileResult & { readonly record: BackupRecord };

class BackupsState {
  readonly writing = new Job();
  readonly verifying = new Job();
  #written = $state.raw<Written | null>(null);
  #writeError = $state.raw<BackupError | null>(null);
  #file = $state.raw<File | null>(null);
  #contents = $state.raw<BackupContents | null>(null);
  #verifyError = $state.raw<BackupFileError | null>(null);

  /** The backup that was written last, in this session. */
  get written(): Written | null {
    return this.#written;
  }

  get writeError(): BackupError | null {
    return this.#writeError;
  }

  /** The file that was verified last. */
  get file(): File | null {
    return this.#file;
  }

  get contents(): BackupContents | null {
    return this.#contents;
  }

  get verifyError(): BackupFileError | null {
    return this.#verifyError;
  }

  async backUp(): Promise<void> {
    this.#written = null;
    this.#writeError = null;
    const written = await this.writing.run((work) => vault.backUp(work));
    if (written.ok) {
      this.#written = written.value;
      this.downloadAgain();
      await session.refresh();
    } else if (written.error.type !== 'Cancelled') {
      this.#writeError = written.error;
    }
  }

  downloadAgain(): void {
    if (this.#written) download(this.#written.name, this.#written.blob);
  }

  /** With this workspace's own keys, or with a recovery key. */
  async verify(file: File, recoveryKey: string | null): Promise<void> {
    this.#file = file;
    this.#contents = null;
    this.#verifyError = null;
    const contents = await this.verifying.run((work) =>
      vault.verifyBackup(file, recoveryKey, work),
    );
    if (contents.ok) this.#contents = contents.value;
    else if (contents.error.type !== 'Cancelled') this.#verifyError = contents.error;
    else this.#file = null;
  }

  clear(): void {
    this.#written = null;
    this.#writeError = null;
    this.#file = null;
    this.#contents = null;
    this.#verifyError = null;
  }
}

export const backups = new BackupsState();
onLeave(() => backups.clear());
