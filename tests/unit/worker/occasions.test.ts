import type { AuditEvent } from '#compliance/audit/event.ts';
import { telling } from '#worker/occasions.ts';
import type { VaultApi } from '#worker/vault-api.ts';
import { describe, expect, it } from 'vitest';

/**
 * How the log hears of each verb that the page has: a new one does not compile until somebody has decided.
 *
 * * `told`: by `occasions.ts`, however it ends
 * * `changes`: by the changes that it commits, and by `occasions.ts` where it was refused
 * * `itself`: by what carries it out
 * * `none`: it shows no record whole, alters nothing of the workspace, and lets nothing out
 */
const HEARD: Readonly<Record<keyof VaultApi, 'told' | 'changes' | 'itself' | 'none'>> = {
  listWorkspaces: 'none',
  readPreferences: 'none',
  writePreferences: 'none',
  // An unlock of the new workspace.
  createWorkspace: 'itself',
  joinWorkspace: 'itself',
  restore: 'itself',
  unlock: 'itself',
  unlockFromOtherTab: 'itself',
  lock: 'itself',
  // Its log goes with it.
  removeWorkspace: 'none',
  checkPassphrase: 'none',
  session: 'none',
  changePassphrase: 'told',
  addPasskey: 'told',
  removePasskey: 'told',
  newRecoveryKit: 'told',
  changeSettings: 'told',
  list: 'none',
  facets: 'none',
  today: 'none',
  openCustomer: 'itself',
  history: 'itself',
  save: 'changes',
  remove: 'changes',
  undo: 'changes',
  addExampleCustomers: 'changes',
  saveDraft: 'none',
  readDraft: 'none',
  dropDraft: 'none',
  previewImport: 'none',
  runImport: 'changes',
  skippedReport: 'none',
  exportCustomers: 'told',
  backUp: 'told',
  verifyBackup: 'told',
  checkRestore: 'none',
  checkErasureList: 'none',
  syncStatus: 'none',
  connectStore: 'told',
  disconnectStore: 'told',
  syncNow: 'none',
  setVisible: 'none',
  devices: 'none',
  invite: 'told',
  invites: 'none',
  withdrawInvite: 'told',
  joinRequests: 'none',
  approve: 'told',
  reject: 'told',
  revoke: 'told',
  changeRole: 'told',
  replaceCredentials: 'told',
  conflicts: 'none',
  settleConflict: 'changes',
  heldBack: 'none',
  settleHeldBack: 'told',
  dismissAlarm: 'told',
  fillStoreAgain: 'told',
  stepUp: 'told',
  steppedUp: 'none',
  changePolicy: 'changes',
  checks: 'none',
  runChecks: 'changes',
  exportRun: 'told',
  attest: 'changes',
  policies: 'none',
  offerShipped: 'none',
  offerPack: 'none',
  acceptPack: 'changes',
  finishPolicyTask: 'changes',
  registers: 'none',
  exportRegister: 'told',
  planErasure: 'none',
  erase: 'told',
  erasures: 'none',
  erasureCertificate: 'none',
  erasureList: 'none',
  consentReceipt: 'told',
  subjectFile: 'told',
  retention: 'none',
  runRetention: 'changes',
  readLog: 'itself',
  verifyLog: 'told',
  reviewLog: 'changes',
  exportLog: 'told',
  access: 'none',
  reviewAccess: 'changes',
  classifyField: 'changes',
  breakGlass: 'changes',
  endGlass: 'changes',
  reviewGlass: 'changes',
  cards: 'none',
  scanCards: 'itself',
  closeCardFinding: 'changes',
  cancel: 'none',
  listen: 'none',
};

const SECRET = 'Ada Lovelace 4111';

/** Whatever a verb is asked, each word of it is one that the log may not hold. */
const asked = new Proxy(
  {},
  {
    get: (_, name) => (name === Symbol.iterator ? [][Symbol.iterator].bind([]) : SECRET),
  },
);

async function eventsOf(name: keyof VaultApi, answer: unknown): Promise<readonly AuditEvent[]> {
  const events: AuditEvent[] = [];
  const api = { [name]: () => Promise.resolve(answer) } as unknown as VaultApi;
  const told = telling(api, (event) => {
    events.push(event);
    return Promise.resolve();
  });
  const verbs = told as unknown as Readonly<
    Record<string, (...parameters: unknown[]) => Promise<unknown>>
  >;
  expect(await verbs[name]?.(asked, asked, asked, asked)).toBe(answer);
  return events;
}

const DONE = { ok: true, value: null };
const refusedWith = (type: string) => ({ ok: false, error: { type } });

describe('the log', () => {
  it('hears of every verb that is due, once, as it ended', async () => {
    for (const [verb, heard] of Object.entries(HEARD) as [keyof VaultApi, string][]) {
      const done = await eventsOf(verb, DONE);
      const outcomes = done.map(({ outcome }) => outcome);
      expect(outcomes, verb).toEqual(heard === 'told' ? ['done'] : []);
      const refused = await eventsOf(verb, refusedWith('NotPermitted'));
      const isHeard = heard === 'told' || heard === 'changes';
      expect(
        refused.map(({ outcome }) => outcome),
        verb,
      ).toEqual(isHeard ? ['refused'] : []);
      const failed = await eventsOf(verb, refusedWith('QuotaExceeded'));
      expect(
        failed.map(({ outcome }) => outcome),
        verb,
      ).toEqual(heard === 'told' ? ['failed'] : []);
      for (const type of ['Cancelled', 'StepUpNeeded']) {
        expect(await eventsOf(verb, refusedWith(type)), verb).toEqual([]);
      }
    }
  });

  it('hears of what answers with nothing', async () => {
    const events = await eventsOf('dismissAlarm', undefined);
    expect(events).toEqual([{ act: 'alarmDismissed', outcome: 'done' }]);
  });

  it('hears with how many flaws a log was verified', async () => {
    const devices = [{ problemCount: 0 }, { problemCount: 3 }];
    const events = await eventsOf('verifyLog', { ok: true, value: { devices } });
    expect(events).toEqual([{ act: 'logVerified', outcome: 'done', count: 3 }]);
  });
});
