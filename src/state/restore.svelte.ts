/** A restore: the rehearsal, which reads everything and writes nothing, then the new workspace. */

import type {
  BackupContents,
  BackupFileError,
  ErasureListError,
  ErasureListView,
  RestoreError,
  RestoreRequest,
} from '#worker/vault-api.ts';
import { Job } from './jobs.svelte.ts';
import { router } from './router.svelte.ts';
import { session } from './session.svelte.ts';
import { vault } from './vault.ts';

export type { BackupContents };

export class Restore {
  readonly checking = new Job();
  readonly restoring = new Job();
  #file = $state.raw<File | null>(null);
  #contents = $state.raw<BackupContents | null>(null);
  #checkError = $state.raw<BackupFileError | null>(null);
  #error = $state.raw<RestoreError | null>(null);
  #list = $state.raw<ErasureListView | null>(null);
  #listError = $state.raw<ErasureListError | null>(null);

  get file(): File | null {
    return this.#file;
  }

  /** What the check found; null before it, or after another file was chosen. */
  get contents(): BackupContents | null {
    return this.#contents;
  }

  get checkError(): BackupFileError | null {
    return this.#checkError;
  }

  get error(): RestoreError | null {
    return this.#error;
  }

  /** The list of erasures that the restore will follow; null: none was chosen. */
  get list(): ErasureListView | null {
    return this.#list;
  }

  get listError(): ErasureListError | null {
    return this.#listError;
  }

  choose(file: File): void {
    this.#file = file;
    this.reset();
  }

  /** The file or the key is another one: what was found no longer counts. */
  reset(): void {
    this.#contents = null;
    this.#checkError = null;
    this.#error = null;
    this.#list = null;
    this.#listError = null;
  }

  async takeList(file: File): Promise<void> {
    this.#list = null;
    const read = await vault.checkErasureList(file);
    this.#listError = read.ok ? null : read.error;
    if (read.ok) this.#list = read.value;
  }

  async check(kit: string): Promise<void> {
    const file = this.#file;
    if (!file) return;
    this.reset();
    const contents = await this.checking.run((work) => vault.checkRestore(file, kit, work));
    if (contents.ok) this.#contents = contents.value;
    else if (contents.error.type !== 'Cancelled') this.#checkError = contents.error;
  }

  /** On success the new workspace is open and its recovery kit is shown. */
  async restore(request: Omit<RestoreRequest, 'replaysErasures'>): Promise<boolean> {
    this.#error = null;
    const replaysErasures = this.#list !== null;
    const kit = await this.restoring.run((work) =>
      vault.restore({ ...request, replaysErasures }, work),
    );
    if (kit.ok) {
      router.replace('/customers');
      await session.enter(kit.value);
      return true;
    }
    if (kit.error.type !== 'Cancelled') this.#error = kit.error;
    return false;
  }
}
