/** What the audit log hears of the page's verbs: of each that no change tells, one line. */

import type { AuditEvent } from '#compliance/audit/event.ts';
import type { VaultApi } from './vault-api.ts';

type Told = Omit<AuditEvent, 'outcome'>;

type Ended =
  { readonly ok: true; readonly value: unknown } | { readonly ok: false; readonly error: unknown };

type Teller<Verb extends keyof VaultApi> = (
  value: unknown,
  ...parameters: Parameters<VaultApi[Verb]>
) => Told;

/** Verbs that answer with a `Result`, and what is told of them. `value`: what they gave, where they did. */
const TELLERS: { readonly [Verb in keyof VaultApi]?: Teller<Verb> } = {
  exportCustomers: (_, { format, customer, purpose }) => ({
    act: 'exported',
    ...(purpose !== undefined && { kind: 'purpose' as const, record: purpose }),
    how: format,
    ...(customer !== undefined && { customer }),
  }),
  backUp: (value) => ({ act: 'backedUp', ...countIn(value) }),
  verifyBackup: (_, __, recoveryKey) => ({
    act: 'backupVerified',
    how: recoveryKey === null ? 'device' : 'kit',
  }),
  changePassphrase: () => ({ act: 'passphraseChanged' }),
  newRecoveryKit: () => ({ act: 'recoveryKitMade' }),
  addPasskey: () => ({ act: 'passkeyAdded' }),
  removePasskey: () => ({ act: 'passkeyRemoved' }),
  changeSettings: () => ({ act: 'settingsChanged' }),
  stepUp: (_, { by }) => ({ act: 'stepUp', how: by }),
  connectStore: () => ({ act: 'storeConnected' }),
  disconnectStore: () => ({ act: 'storeDisconnected' }),
  replaceCredentials: () => ({ act: 'storeKeysReplaced' }),
  fillStoreAgain: () => ({ act: 'storeRefilled' }),
  invite: (_, { role }) => ({ act: 'memberInvited', how: role }),
  withdrawInvite: () => ({ act: 'inviteWithdrawn' }),
  approve: (_, { device }) => ({ act: 'memberApproved', device }),
  reject: (_, { device }) => ({ act: 'memberRejected', device }),
  revoke: (_, device) => ({ act: 'deviceRevoked', device }),
  changeRole: (_, device, role) => ({ act: 'roleChanged', device, how: role }),
  settleHeldBack: (_, __, choice) => ({ act: 'heldBackSettled', how: choice }),
  verifyLog: () => ({ act: 'logVerified' }),
  exportLog: (_, format) => ({ act: 'logExported', how: format }),
  exportRegister: (_, register) => ({ act: 'exported', how: register }),
  subjectFile: (_, customer) => ({ act: 'subjectFileMade', kind: 'customer', customer }),
  consentReceipt: (_, customer, record, format) => ({
    act: 'receiptMade',
    kind: 'consent',
    record,
    customer,
    how: format,
  }),
  exportRun: (_, __, format) => ({ act: 'runExported', how: format }),
};

/** The same verbs; each tells how it ended, once it has. What the page cancelled, or must confirm first, is told of nobody. */
export function telling(api: VaultApi, note: (event: AuditEvent) => Promise<void>): VaultApi {
  const told: Record<string, unknown> = { ...api };
  for (const [name, teller] of Object.entries(TELLERS)) {
    const verbs = api as unknown as Record<string, (...parameters: unknown[]) => Promise<Ended>>;
    const verb = verbs[name];
    if (verb === undefined) continue;
    const tell = teller as (value: unknown, ...parameters: unknown[]) => Told;
    told[name] = async (...parameters: unknown[]) => {
      const ended = await verb(...parameters);
      const outcome = outcomeOf(ended);
      if (outcome !== null) {
        await note({ ...tell(ended.ok ? ended.value : null, ...parameters), outcome });
      }
      return ended;
    };
  }
  return told as unknown as VaultApi;
}

function outcomeOf(ended: Ended): AuditEvent['outcome'] | null {
  if (ended.ok) return 'done';
  switch ((ended.error as { readonly type?: unknown }).type) {
    case 'Cancelled':
    case 'StepUpNeeded':
      return null;
    case 'NotPermitted':
    case 'NotAdmin':
    case 'WrongPassphrase':
    case 'WrongPasskey':
    case 'WrongRecoveryKey':
    case 'TooManyAttempts':
      return 'refused';
    default:
      return 'failed';
  }
}

function countIn(value: unknown): { readonly count: number } | object {
  const { record } = (value ?? {}) as { readonly record?: { readonly customers?: unknown } };
  return typeof record?.customers === 'number' ? { count: record.customers } : {};
}
