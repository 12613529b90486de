/**
 * Events of the audit log: who did what to which record, when, on which device, with which outcome. Fixed words, ids and counts, never a
 * value, free text, file name or search word, so that an erasure leaves the log whole (45 CFR 164.312(b); PCI DSS 10.2.1, 10.2.2). Who and
 * when stand in the change's stamp: a device is one person's.
 */

import { isId, type DeviceId, type RecordId, type WorkspaceId } from '#base/ids.ts';
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
  'erasureOrdered',
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
  'alarmDismissed',
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

/** How something was done. What is none of these words gets into no event, so that none can carry a name or what somebody typed. */
export const WAYS = [
  // What opened.
  'passphrase',
  'passkey',
  'recoveryKey',
  'otherTab',
  'created',
  'restored',
  'joined',
  // The format of a file.
  'csv',
  'jsonl',
  'jsonld',
  'html',
  'oscal',
  'chain',
  // The register that it is of.
  'request',
  'incident',
  'purpose',
  'processor',
  'disclosure',
  'disposal',
  // The role that was given.
  'admin',
  'member',
  'viewer',
  // What an erasure names.
  'person',
  'field',
  'value',
  // What a backup was checked with, or whose it was.
  'device',
  'kit',
  'other',
  // What was decided.
  'apply',
  'discard',
  // Whether retention was carried out.
  'run',
  'look',
  // What tries the log's own form.
  'probe',
] as const;

export type Way = (typeof WAYS)[number];

export interface AuditEvent {
  readonly act: Act;
  readonly outcome: Outcome;
  readonly kind?: Kind;
  readonly record?: RecordId;
  readonly customer?: RecordId;
  readonly count?: number;
  readonly how?: Way;
  /** The device that it was done to. */
  readonly device?: DeviceId;
  readonly checkpoint?: Checkpoint;
  /** Of a restore: with what that device signed in the workspace that the backup is of. */
  readonly signer?: Signer;
}

/** Where the device's chain stood, signed by it. */
export interface Checkpoint {
  readonly n: number;
  /** Of that event, hex. */
  readonly hash: string;
  /** Armored. */
  readonly signature: string;
}

/** Whom the checkpoints of a device speak for. */
export interface Signer {
  readonly workspace: WorkspaceId;
  /** As `ssh-keygen -l` prints it. */
  readonly fingerprint: string;
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
    ...(isWay(how) && { how }),
    ...(typeof device === 'string' && isId(device) && { device: device as DeviceId }),
    ...(isCheckpoint(rest['checkpoint']) && { checkpoint: rest['checkpoint'] }),
    ...(isSigner(rest['signer']) && { signer: rest['signer'] }),
  };
}

function isCheckpoint(value: unknown): value is Checkpoint {
  if (typeof value !== 'object' || value === null) return false;
  const { n, hash, signature, ...others } = value as Readonly<Record<string, unknown>>;
  return (
    Object.keys(others).length === 0 &&
    Number.isSafeInteger(n) &&
    typeof hash === 'string' &&
    /^[0-9a-f]{64}$/.test(hash) &&
    typeof signature === 'string' &&
    /^-----BEGIN SSH SIGNATURE-----[A-Za-z0-9+/=\n]{1,1024}-----END SSH SIGNATURE-----\n$/.test(
      signature,
    )
  );
}

function isSigner(value: unknown): value is Signer {
  if (typeof value !== 'object' || value === null) return false;
  const { workspace, fingerprint, ...others } = value as Readonly<Record<string, unknown>>;
  return (
    Object.keys(others).length === 0 &&
    typeof workspace === 'string' &&
    isId(workspace) &&
    typeof fingerprint === 'string' &&
    /^SHA256:[A-Za-z0-9+/]{43}$/.test(fingerprint)
  );
}

function isWay(value: unknown): value is Way {
  return WAYS.some((way) => way === value);
}

function isRecord(value: Json | undefined): value is RecordId {
  return typeof value === 'string' && isId(value);
}

/** For the vault, which takes what happened as plain data. */
export function occasionOf({ checkpoint, signer, ...event }: AuditEvent): Occasion {
  return {
    ...event,
    ...(checkpoint !== undefined && { checkpoint: { ...checkpoint } }),
    ...(signer !== undefined && { signer: { ...signer } }),
  };
}
