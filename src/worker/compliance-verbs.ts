/** The page's verbs on compliance, each passed on to the open workspace's. */

import { err, ok } from '#base/result.ts';
import type { Checks } from './checks.ts';
import type { Compliance } from './compliance.ts';
import type { Erasing } from './erasing.ts';
import type { Retaining } from './retaining.ts';
import type { Rights } from './rights.ts';
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
  | 'checks'
  | 'runChecks'
  | 'exportRun'
  | 'attest'
  | 'policies'
  | 'offerShipped'
  | 'offerPack'
  | 'acceptPack'
  | 'finishPolicyTask'
  | 'registers'
  | 'exportRegister'
  | 'reviewAccess'
  | 'planErasure'
  | 'erase'
  | 'erasures'
  | 'erasureCertificate'
  | 'erasureList'
  | 'consentReceipt'
  | 'subjectFile'
  | 'retention'
  | 'runRetention'
>;

interface Parts {
  readonly open: () => Promise<Compliance>;
  readonly checking: () => Promise<Checks>;
  readonly erasing: () => Promise<Erasing>;
  readonly rights: () => Promise<Rights>;
  readonly retaining: () => Promise<Retaining>;
  readonly asJob: <T>(
    job: JobId,
    onProgress: OnProgress,
    work: (options: { signal: AbortSignal; onProgress: OnProgress }) => Promise<T>,
  ) => Promise<T>;
  readonly isSteppedUp: () => boolean;
}

const STEP_UP = { type: 'StepUpNeeded' } as const;

/** Policies, attestations and what leaves the log are for whoever confirmed the passphrase lately. */
export function complianceVerbs({
  open,
  checking,
  erasing,
  rights,
  retaining,
  asJob,
  isSteppedUp,
}: Parts): ComplianceVerbs {
  return {
    changePolicy: async (change) =>
      isSteppedUp() ? (await open()).changePolicy(change) : err(STEP_UP),
    readLog: async (query, from, to) => (await open()).readLog(query, from, to),
    verifyLog: (onProgress, job) =>
      asJob(job, onProgress, async (work) => (await open()).verifyLog(work)),
    reviewLog: async () => (await open()).noteReview('logReviewed'),
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
    checks: async (compareWith) => (await checking()).view(compareWith),
    runChecks: (onProgress, job) =>
      asJob(job, onProgress, async (work) => (await checking()).run(work)),
    exportRun: async (run, format, words) => {
      if (!isSteppedUp()) return err(STEP_UP);
      const file = await (await checking()).export(run, format, words);
      return file === null ? err({ type: 'NotFound' }) : ok(file);
    },
    attest: async (said) => (isSteppedUp() ? (await checking()).attest(said) : err(STEP_UP)),
    policies: async () => (await checking()).policies(),
    offerShipped: async (key) => (await checking()).offerShipped(key),
    offerPack: async (file) => (await checking()).offerFile(file),
    acceptPack: (trusts, onProgress, job) =>
      asJob(job, onProgress, async (work) =>
        isSteppedUp() ? (await checking()).accept(trusts, work) : err(STEP_UP),
      ),
    finishPolicyTask: async (id) => (await checking()).finishTask(id),
    registers: async () => (await checking()).registers(),
    exportRegister: async (register, language) =>
      isSteppedUp() ? ok((await checking()).exportRegister(register, language)) : err(STEP_UP),
    reviewAccess: async () => (await open()).noteReview('accessReviewed'),
    planErasure: async (customer) => (await erasing()).plan(customer),
    erase: async (order) => (isSteppedUp() ? (await erasing()).erase(order) : err(STEP_UP)),
    erasures: async () => (await erasing()).view(),
    erasureCertificate: async (id) => (await erasing()).certificate(id),
    erasureList: async () => (await erasing()).list(),
    consentReceipt: async (customer, consent, format, words) =>
      (await rights()).receipt(customer, consent, format, words),
    subjectFile: (customer, request, onProgress, job) =>
      asJob(job, onProgress, async (work) =>
        isSteppedUp() ? (await rights()).subjectFile(customer, request, work) : err(STEP_UP),
      ),
    retention: async () => (await retaining()).view(),
    runRetention: (onProgress, job) =>
      asJob(job, onProgress, async (work) =>
        isSteppedUp() ? (await retaining()).run(work) : err(STEP_UP),
      ),
  };
}
