/** The audit log as its screen shows it: the newest events, found by act, member, record and day. */

import type { Result } from '#base/result.ts';
import type { DeviceId, RecordId } from '#base/ids.ts';
import type {
  Act,
  Cancelled,
  EditError,
  FileResult,
  LogEntryView,
  LogQuery,
  LogVerification,
  LogWords,
  StepUpNeeded,
} from '#worker/vault-api.ts';
import { dayEnd, dayStart } from './calendar.ts';
import { Job } from './jobs.svelte.ts';
import { stepUp } from './step-up.svelte.ts';
import { language } from './texts.svelte.ts';
import { vault } from './vault.ts';

export type { LogEntryView, LogVerification };
export type { Act, ChainProblem, Outcome } from '#worker/vault-api.ts';

export interface LogFilter {
  /** '' : any. */
  readonly act: Act | '';
  readonly device: DeviceId | '';
  /** A record, or a customer with all that belongs to it. */
  readonly record: RecordId | '';
  /** ISO dates; '' : open. */
  readonly from: string;
  readonly to: string;
}

const ANY: LogFilter = { act: '', device: '', record: '', from: '', to: '' };
const PAGE = 50;

export class AuditLog {
  readonly verifying = new Job();
  #filter = $state.raw(ANY);
  #entries = $state.raw<readonly LogEntryView[]>();
  #hasMore = $state(false);
  #asked = 0;

  get filter(): LogFilter {
    return this.#filter;
  }

  get isFiltered(): boolean {
    return Object.values(this.#filter).some((wanted) => wanted !== '');
  }

  /** Newest first; undefined until they have been read. */
  get entries(): readonly LogEntryView[] | undefined {
    return this.#entries;
  }

  get hasMore(): boolean {
    return this.#hasMore;
  }

  async read(filter: Partial<LogFilter> = {}): Promise<void> {
    this.#filter = { ...this.#filter, ...filter };
    await this.#take(0);
  }

  clear(): Promise<void> {
    return this.read(ANY);
  }

  more(): Promise<void> {
    return this.#take(this.#entries?.length ?? 0);
  }

  verify(): Promise<Result<LogVerification, Cancelled>> {
    return this.verifying.run((work) => vault.verifyLog(work));
  }

  async markReviewed(): Promise<Result<void, EditError>> {
    const reviewed = await vault.reviewLog();
    if (reviewed.ok) await this.#take(0);
    return reviewed;
  }

  write(format: 'chain' | 'csv'): Promise<Result<FileResult, EditError | StepUpNeeded>> {
    const { columns, acts, outcomes } = language.texts.auditLog;
    const words: LogWords = { columns, acts, outcomes };
    return stepUp.guard(() => vault.exportLog(format, words));
  }

  async #take(from: number): Promise<void> {
    const asked = ++this.#asked;
    const page = await vault.readLog(queryOf(this.#filter), from, from + PAGE);
    if (asked !== this.#asked) return;
    this.#entries = from === 0 ? page.entries : joined(this.#entries ?? [], page.entries);
    this.#hasMore = page.hasMore;
  }
}

/** What was logged meanwhile has pushed the rest down: what is listed already comes again. */
function joined(
  listed: readonly LogEntryView[],
  next: readonly LogEntryView[],
): readonly LogEntryView[] {
  const known = new Set(listed.map(eventKey));
  return [...listed, ...next.filter((entry) => !known.has(eventKey(entry)))];
}

/** A device numbers its events. */
export function eventKey({ device, n }: LogEntryView): string {
  return `${device} ${n}`;
}

function queryOf({ act, device, record, from, to }: LogFilter): LogQuery {
  return {
    ...(act !== '' && { act }),
    ...(device !== '' && { device }),
    ...(record !== '' && { record }),
    ...(from !== '' && { from: dayStart(from) }),
    ...(to !== '' && { to: dayEnd(to) }),
  };
}
