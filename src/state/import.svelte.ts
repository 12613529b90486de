/** One import from the choice of a file to its undoing. The rows stay in the worker; the page holds what it previews. */

import type {
  EditError,
  ImportFileError,
  ImportOptions,
  ImportPreview,
  ImportReport,
  StepUpNeeded,
  StorageError,
} from '#worker/vault-api.ts';
import { Job, type LongWork } from './jobs.svelte.ts';
import { onLeave } from './leave.ts';
import { session } from './session.svelte.ts';
import { stepUp } from './step-up.svelte.ts';
import { vault } from './vault.ts';

export type {
  ColumnTarget,
  Delimiter,
  Encoding,
  ImportOptions,
  ImportPreview,
} from '#worker/vault-api.ts';

export type ImportProblem = ImportFileError | StorageError | EditError | StepUpNeeded;

export type ImportStep =
  | { readonly type: 'choose' }
  | { readonly type: 'reading' }
  | { readonly type: 'match' }
  | { readonly type: 'writing' }
  | { readonly type: 'done'; readonly report: ImportReport }
  | { readonly type: 'undoing'; readonly report: ImportReport }
  | { readonly type: 'undone' };

/** Words that lists written by programs carry where a cell has no value. */
const EMPTY_WORDS = ['NULL', 'N/A', '\\N'];

export class CustomerImport {
  readonly #firstOptions: ImportOptions;
  #step = $state.raw<ImportStep>({ type: 'choose' });
  #preview = $state.raw<ImportPreview>();
  #options = $state.raw<ImportOptions>({ emptyWords: [] });
  #job = $state.raw(new Job());
  #problem = $state.raw<ImportProblem>();
  #counting = $state(false);
  #file: File | undefined;

  constructor(country: string | undefined) {
    this.#firstOptions = {
      emptyWords: EMPTY_WORDS,
      ...(country === undefined ? {} : { defaultCountry: country }),
    };
  }

  get step(): ImportStep {
    return this.#step;
  }

  get preview(): ImportPreview | undefined {
    return this.#preview;
  }

  get options(): ImportOptions {
    return this.#options;
  }

  /** What is under way: reading, writing or undoing. */
  get job(): Job {
    return this.#job;
  }

  /** Why the file, a choice made for it, the writing or the undoing was refused. */
  get problem(): ImportProblem | undefined {
    return this.#problem;
  }

  /** Whether the counts are being worked out anew after a changed choice. */
  get counting(): boolean {
    return this.#counting;
  }

  get fileName(): string {
    return this.#file?.name ?? '';
  }

  async choose(file: File): Promise<void> {
    this.startAgain();
    this.#file = file;
    this.#options = this.#firstOptions;
    this.#step = { type: 'reading' };
    const read = await this.#work((work) => vault.previewImport(file, this.#options, work));
    if (!read) return;
    if (read.ok) {
      this.#preview = read.value;
      this.#step = { type: 'match' };
    } else {
      if (read.error.type !== 'Cancelled') this.#problem = read.error;
      this.#step = { type: 'choose' };
    }
  }

  /** Takes changed choices and works the counts out again. */
  async change(options: ImportOptions): Promise<void> {
    const file = this.#file;
    if (!file) return;
    this.#options = options;
    this.#problem = undefined;
    this.#counting = true;
    const read = await this.#work((work) => vault.previewImport(file, options, work));
    if (!read) return;
    this.#counting = false;
    if (read.ok) this.#preview = read.value;
    else if (read.error.type !== 'Cancelled') this.#problem = read.error;
  }

  /** From whom the data came; undefined: from the people themselves. Changes no count. */
  setThirdParty(thirdParty: string | undefined): void {
    const { thirdParty: _, ...options } = this.#options;
    this.#options = thirdParty === undefined ? options : { ...options, thirdParty };
  }

  async run(): Promise<void> {
    const file = this.#file;
    if (!file) return;
    this.#problem = undefined;
    this.#step = { type: 'writing' };
    const imported = await this.#work((work) => vault.runImport(file, this.#options, work));
    if (!imported) return;
    if (imported.ok) {
      // It may have brought fields of its own.
      await session.refresh();
      this.#step = { type: 'done', report: imported.value };
      return;
    }
    if (imported.error.type !== 'Cancelled') this.#problem = imported.error;
    this.#step = { type: 'match' };
  }

  async undo(report: ImportReport): Promise<void> {
    this.#problem = undefined;
    this.#step = { type: 'undoing', report };
    const undone = await this.#work((work) => stepUp.guard(() => vault.undo(report.undo, work)));
    if (!undone) return;
    if (undone.ok) {
      await session.refresh();
      this.#step = { type: 'undone' };
      return;
    }
    if (undone.error.type !== 'Cancelled') this.#problem = undone.error;
    this.#step = { type: 'done', report };
  }

  cancel(): void {
    this.#job.cancel();
  }

  startAgain(): void {
    this.#job.cancel();
    this.#job = new Job();
    this.#file = undefined;
    this.#preview = undefined;
    this.#problem = undefined;
    this.#counting = false;
    this.#step = { type: 'choose' };
  }

  /** Undefined where something newer has taken its place meanwhile. */
  async #work<T>(start: (work: LongWork) => Promise<T>): Promise<T | undefined> {
    this.#job.cancel();
    const job = new Job();
    this.#job = job;
    const outcome = await job.run(start);
    return job === this.#job ? outcome : undefined;
  }
}

class ImportPlace {
  #shown = $state(false);

  /** Whether the dialog "Import" stands above the list. */
  get shown(): boolean {
    return this.#shown;
  }

  open(): void {
    this.#shown = true;
  }

  close(): void {
    this.#shown = false;
  }
}

export const importing = new ImportPlace();
onLeave(() => importing.close());
