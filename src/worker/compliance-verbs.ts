/** The page's verbs on compliance, each passed on to the open workspace's. */

import { err } from '#base/result.ts';
import type { Compliance } from './compliance.ts';
import type { JobId, OnProgress, VaultApi } from './vault-api.ts';

type ComplianceVerbs = Pick<
  VaultApi,
  | 'changePolicy'
  | 'readLog'
  | 'verifyLog'
  | 'reviewLog'
  | 'exportLog'
  | 'access'
  | 'classifyField'
  | 'breakGlass'
  | 'endGlass'
  | 'reviewGlass'
  | 'cards'
  | 'scanCards'
  | 'closeCardFinding'
>;

interface Parts {
  readonly open: () => Promise<Compliance>;
  readonly asJob: <T>(
    job: JobId,
    onProgress: OnProgress,
    work: (options: { signal: AbortSignal; onProgress: OnProgress }) => Promise<T>,
  ) => Promise<T>;
  readonly isSteppedUp: () => boolean;
}

const STEP_UP = { type: 'StepUpNeeded' } as const;

/** Policies, attestations and what leaves the log are for whoever confirmed the passphrase lately. */
export function complianceVerbs({ open, asJob, isSteppedUp }: Parts): ComplianceVerbs {
  return {
    changePolicy: async (change) =>
      isSteppedUp() ? (await open()).changePolicy(change) : err(STEP_UP),
    readLog: async (query, from, to) => (await open()).readLog(query, from, to),
    verifyLog: (onProgress, job) =>
      asJob(job, onProgress, async (work) => (await open()).verifyLog(work)),
    reviewLog: async () => (await open()).note({ act: 'logReviewed', outcome: 'done' }),
    exportLog: async (format, words) =>
      isSteppedUp() ? (await open()).exportLog(format, words) : err(STEP_UP),
    access: async () => (await open()).access(),
    classifyField: async (record, dataClass) =>
      isSteppedUp() ? (await open()).classifyField(record, dataClass) : err(STEP_UP),
    breakGlass: async (reason) => (await open()).breakGlass(reason),
    endGlass: async () => (await open()).endGlass(),
    reviewGlass: async (id) => (await open()).reviewGlass(id),
    cards: async () => (await open()).cards(),
    scanCards: (onProgress, job) =>
      asJob(job, onProgress, async (work) => (await open()).scanCards(work)),
    closeCardFinding: async (id) => (await open()).closeCardFinding(id),
  };
}
