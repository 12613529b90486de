/**
 * Events of the audit log: who did what to which record, when, on which device, with which outcome. Fixed words, ids and counts, never a
 * value, free text, file name or search word, so that an erasure leaves the log whole (45 CFR 164.312(b); PCI DSS 10.2.1, 10.2.2). Who and
 * when stand in the change's stamp: a device is one person's.
 */

import { isId, type RecordId } from '#base/ids.ts';
import { isKind, type Kind } from '#domain/catalogue.ts';
import type { Json } from '#domain/change.ts';
import type { Occasion } from '#vault/environment.ts';

export const ACTS = [
  'unlocked',
  'unlockFailed',
  'locked',
  'stepUp',
  'viewed',
  'created',
  'changed',
  'deleted',
  'undone',
  'erased',
  'imported',
  'exported',
  'subjectFileMade',
  'receiptMade',
  'retentionRun',
  'backedUp',
  'backupVerified',
  'restored',
  'passphraseChanged',
  'passkeyAdded',
  'passkeyRemoved',
  'recoveryKitMade',
  'settingsChanged',
  'storeConnected',
  'storeDisconnected',
  'storeKeysReplaced',
  'storeRefilled',
  'memberInvited',
  'inviteWithdrawn',
  'memberApproved',
  'memberRejected',
  'deviceRevoked',
  'roleChanged',
  'heldBackSettled',
  'policyChanged',
  'packAccepted',
  'attested',
  'checksRun',
  'runExported',
  'accessReviewed',
  'glassBroken',
  'glassReviewed',
  'cardReplaced',
  'cardsScanned',
  'logRead',
  'logExported',
  'logVerified',
  'logReviewed',
  'logPruned',
  'checkpoint',
] as const;

export type Act = (typeof ACTS)[number];

/** `failed`: what was tried did not come about; `refused`: it was not allowed. */
export const OUTCOMES = ['done', 'failed', 'refused'] as const;

export type Outcome = (typeof OUTCOMES)[number];

export interface AuditEvent {
  readonly act: Act;
  readonly outcome: Outcome;
  readonly kind?: Kind;
  readonly record?: RecordId;
  readonly customer?: RecordId;
  readonly count?: number;
  /** How: one word of the code's own, such as the slot that opened or the format of a file. */
  readonly how?: string;
  /** The device that it was done to. */
  readonly device?: string;
  readonly checkpoint?: Checkpoint;
}

/** Where the device's chain stood, signed by it. */
export interface Checkpoint {
  readonly n: number;
  /** Of that event, hex. */
  readonly hash: string;
  /** Armored. */
  readonly signature: string;
}

export function isAct(value: unknown): value is Act {
  return ACTS.some((act) => act === value);
}

/** As it stands in the log; null: it is no event. Words that are not ours are passed over, so that none can carry a value. */
export function readEvent(value: Json): AuditEvent | null {
  if (value === null || typeof value !== 'object' || Array.isArray(value)) return null;
  const { act, outcome, kind, record, customer, count, how, device, ...rest } = value as Readonly<
    Record<string, Json>
  >;
  const ended = OUTCOMES.find((each) => each === outcome);
  if (!isAct(act) || ended === undefined) return null;
  return {
    act,
    outcome: ended,
    ...(isKind(kind) && { kind }),
    ...(isRecord(record) && { record }),
    ...(isRecord(customer) && { customer }),
    ...(typeof count === 'number' && Number.isSafeInteger(count) && count >= 0 && { count }),
    ...(typeof how === 'string' && /^[A-Za-z0-9.-]{1,24}$/.test(how) && { how }),
    ...(typeof device === 'string' && isId(device) && { device }),
    ...(isCheckpoint(rest['checkpoint']) && { checkpoint: rest['checkpoint'] }),
  };
}

function isCheckpoint(value: unknown): value is Checkpoint {
  if (typeof value !== 'object' || value === null) return false;
  const { n, hash, signature } = value as Readonly<Record<string, unknown>>;
  return (
    Number.isSafeInteger(n) &&
    typeof hash === 'string' &&
    /^[0-9a-f]{64}$/.test(hash) &&
    typeof signature === 'string' &&
    /^-----BEGIN SSH SIGNATURE-----[A-Za-z0-9+/=\n]{1,1024}-----END SSH SIGNATURE-----\n$/.test(
      signature,
    )
  );
}

function isRecord(value: Json | undefined): value is RecordId {
  return typeof value === 'string' && isId(value);
}

/** For the vault, which takes what happened as plain data. */
export function occasionOf({ checkpoint, ...event }: AuditEvent): Occasion {
  return { ...event, ...(checkpoint !== undefined && { checkpoint: { ...checkpoint } }) };
}
