/** What the audit log hears of the page's verbs: of each that no change tells, one line. */

import type { RecordId } from '#base/ids.ts';
import type { AuditEvent } from '#compliance/audit/event.ts';
import type { Kind } from '#domain/catalogue.ts';
import type { LogVerification, VaultApi } from './vault-api.ts';

type Told = Omit<AuditEvent, 'outcome'>;

type Ended =
  { readonly ok: true; readonly value: unknown } | { readonly ok: false; readonly error: unknown };

type Teller<Verb extends keyof VaultApi> = (
  value: unknown,
  ...parameters: Parameters<VaultApi[Verb]>
) => Told;

/** Verbs that answer with a `Result`, and what is told of them. `value`: what they gave, where they did. */
const TELLERS: { readonly [Verb in keyof VaultApi]?: Teller<Verb> } = {
  exportCustomers: (value, { format, customer, purpose }) => ({
    act: 'exported',
    ...countIn(value),
    ...(purpose !== undefined && { kind: 'purpose' as const, record: purpose }),
    how: format,
    ...(customer !== undefined && { customer }),
  }),
  backUp: (value) => ({ act: 'backedUp', ...countIn(recordIn(value)) }),
  verifyBackup: (value, _, recoveryKey) => ({
    act: 'backupVerified',
    how: isOfOther(value) ? 'other' : recoveryKey === null ? 'device' : 'kit',
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
  dismissAlarm: () => ({ act: 'alarmDismissed' }),
  settleHeldBack: (_, __, choice) => ({ act: 'heldBackSettled', how: choice }),
  verifyLog: (value) => ({ act: 'logVerified', ...problemsIn(value) }),
  exportLog: (_, format) => ({ act: 'logExported', how: format }),
  exportRegister: (_, register) => ({ act: 'exported', how: register }),
  erase: (_, { customer }) => ({ act: 'erasureOrdered', kind: 'customer', customer }),
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

/** Verbs of which changes, or what they do themselves, tell where they come about; that they were refused, nothing else tells. */
const REFUSALS: { readonly [Verb in keyof VaultApi]?: Teller<Verb> } = {
  save: (_, edits) => {
    const [first] = edits;
    return {
      act: first?.record === undefined ? 'created' : 'changed',
      ...(first !== undefined && placeOf(first)),
      count: edits.length,
    };
  },
  remove: (_, records) => {
    const [first] = records;
    return { act: 'deleted', ...(first !== undefined && placeOf(first)), count: records.length };
  },
  undo: () => ({ act: 'undone' }),
  addExampleCustomers: () => ({ act: 'created', kind: 'customer' }),
  runImport: () => ({ act: 'imported' }),
  settleConflict: (_, { record }) => ({ act: 'changed', record }),
  changePolicy: () => ({ act: 'policyChanged', kind: 'policy' }),
  classifyField: (_, record) => ({ act: 'changed', kind: 'field', record }),
  attest: () => ({ act: 'attested' }),
  acceptPack: () => ({ act: 'packAccepted' }),
  finishPolicyTask: (_, record) => ({ act: 'changed', kind: 'policyTask', record }),
  runChecks: () => ({ act: 'checksRun' }),
  runRetention: () => ({ act: 'retentionRun', how: 'run' }),
  breakGlass: () => ({ act: 'glassBroken' }),
  endGlass: () => ({ act: 'changed', kind: 'glass' }),
  reviewGlass: (_, record) => ({ act: 'glassReviewed', kind: 'glass', record }),
  reviewAccess: () => ({ act: 'accessReviewed' }),
  reviewLog: () => ({ act: 'logReviewed' }),
  closeCardFinding: (_, record) => ({ act: 'changed', kind: 'cardFinding', record }),
};

/** The same verbs; each tells how it ended, once it has. What the page cancelled, or must confirm first, is told of nobody. */
export function telling(api: VaultApi, note: (event: AuditEvent) => Promise<void>): VaultApi {
  type Verb = (...parameters: unknown[]) => Promise<Ended | undefined>;
  const verbs = api as unknown as Readonly<Record<string, Verb>>;
  const told: Record<string, unknown> = { ...api };
  const tellOf = (tellers: object, isTold: (outcome: AuditEvent['outcome']) => boolean): void => {
    for (const [name, teller] of Object.entries(tellers)) {
      const verb = verbs[name];
      if (verb === undefined) continue;
      const tell = teller as (value: unknown, ...parameters: unknown[]) => Told;
      told[name] = async (...parameters: unknown[]) => {
        const ended = await verb(...parameters);
        const outcome = outcomeOf(ended ?? DONE);
        if (outcome !== null && isTold(outcome)) {
          await note({ ...tell(ended?.ok ? ended.value : null, ...parameters), outcome });
        }
        return ended;
      };
    }
  };
  tellOf(TELLERS, () => true);
  tellOf(REFUSALS, (outcome) => outcome === 'refused');
  return told as unknown as VaultApi;
}

/** What can't fail answers with nothing. */
const DONE: Ended = { ok: true, value: null };

function outcomeOf(ended: Ended): AuditEvent['outcome'] | null {
  if (ended.ok) return 'done';
  switch ((ended.error as { readonly type?: unknown }).type) {
    case 'Cancelled':
    case 'StepUpNeeded':
      return null;
    case 'NotPermitted':
    case 'NotAdmin':
    case 'Restricted':
    case 'Held':
    case 'IdentityNotProven':
    case 'WrongPassphrase':
    case 'WrongPasskey':
    case 'WrongRecoveryKey':
    case 'NotARecoveryKey':
    case 'TooManyAttempts':
      return 'refused';
    default:
      return 'failed';
  }
}

/** A backup of another workspace proves nothing of this one's. */
function isOfOther(value: unknown): boolean {
  const { isOfOpenWorkspace } = (value ?? {}) as { readonly isOfOpenWorkspace?: unknown };
  return isOfOpenWorkspace === false;
}

/** How many customers. */
function countIn(value: unknown): { readonly count: number } | object {
  const { customers } = (value ?? {}) as { readonly customers?: unknown };
  return typeof customers === 'number' ? { count: customers } : {};
}

function recordIn(value: unknown): unknown {
  return ((value ?? {}) as { readonly record?: unknown }).record;
}

/** A log that is not whole was verified too: with how many flaws. */
function problemsIn(value: unknown): { readonly count: number } | object {
  if (value === null) return {};
  const { devices } = value as LogVerification;
  return { count: devices.reduce((sum, { problemCount }) => sum + problemCount, 0) };
}

function placeOf({
  kind,
  record,
  customer,
}: {
  readonly kind?: Kind;
  readonly record?: RecordId;
  readonly customer?: RecordId;
}): Pick<Told, 'kind' | 'record' | 'customer'> {
  return {
    ...(kind !== undefined && { kind }),
    ...(record !== undefined && { record }),
    ...(customer !== undefined && { customer }),
  };
}
