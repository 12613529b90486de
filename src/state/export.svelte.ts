/** Customers as a file: all of them, those that the list shows, or one. */

import type { RecordId } from '#base/ids.ts';
import type { Result } from '#base/result.ts';
import type {
  Cancelled,
  EditError,
  ExportRequest,
  ExportResult,
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

  /** `of`: one customer, or those that a query finds; absent: all. `purpose`: '' is a use of one's own. */
  write(
    format: ExportFormat,
    of: RecordId | ListQuery | undefined,
    purpose: string,
  ): Promise<Result<ExportResult, OpenError | EditError | Cancelled | StepUpNeeded>> {
    const chosen: ExportRequest =
      of === undefined
        ? { format }
        : typeof of === 'string'
          ? { format, customer: of }
          : { format, query: of };
    const request = { ...chosen, ...(purpose !== '' && { purpose: purpose as RecordId }) };
    return stepUp.guard(() => this.job.run((work) => vault.exportCustomers(request, work)));
  }
}
