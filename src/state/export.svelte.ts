/** Customers as a file: all of them, those that the list shows, or one. */

import type { RecordId } from '#base/ids.ts';
import type { Result } from '#base/result.ts';
import type {
  Cancelled,
  ExportRequest,
  FileResult,
  ListQuery,
  OpenError,
  StepUpNeeded,
} from '#worker/vault-api.ts';
import { Job } from './jobs.svelte.ts';
import { stepUp } from './step-up.svelte.ts';
import { vault } from './vault.ts';

export type ExportFormat = ExportRequest['format'];

export class CustomerExport {
  readonly job = new Job();

  /** `of`: one customer, or those that a query finds; absent: all. */
  write(
    format: ExportFormat,
    of: RecordId | ListQuery | undefined,
  ): Promise<Result<FileResult, OpenError | Cancelled | StepUpNeeded>> {
    const request: ExportRequest =
      of === undefined
        ? { format }
        : typeof of === 'string'
          ? { format, customer: of }
          : { format, query: of };
    return stepUp.guard(() => this.job.run((work) => vault.exportCustomers(request, work)));
  }
}
