/** A customer's subject file: everything that is kept of them, as a file for them. */

import type { RecordId } from '#base/ids.ts';
import type { Result } from '#base/result.ts';
import type {
  Cancelled,
  EditError,
  FileResult,
  OpenError,
  StepUpNeeded,
} from '#worker/vault-api.ts';
import { Job } from './jobs.svelte.ts';
import { stepUp } from './step-up.svelte.ts';
import { language } from './texts.svelte.ts';
import { vault } from './vault.ts';

export class SubjectFile {
  readonly job = new Job();

  /** `passphrase`: '' leaves the file readable by whoever has it. */
  make(
    customer: RecordId,
    passphrase: string,
  ): Promise<Result<FileResult, OpenError | EditError | Cancelled | StepUpNeeded>> {
    const request = {
      passphrase: passphrase === '' ? null : passphrase,
      words: { ...language.texts.subjectFile.page, language: language.current },
    };
    return stepUp.guard(() => this.job.run((work) => vault.subjectFile(customer, request, work)));
  }
}
