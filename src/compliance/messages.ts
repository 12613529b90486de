/** What this room is asked and what it answers. The worker's surface passes these shapes on as they are. */

import type { DeviceId, RecordId } from '#base/ids.ts';
import type { DataClass, Kind, Label } from '#domain/catalogue.ts';
import type { FieldName } from '#domain/change.ts';
import type { Role } from '#domain/roles.ts';
import type { Act, Outcome, Way } from './audit/event.ts';
import type { CheckOutcome, EvidenceRow } from './checks/check.ts';
import type { PackChange } from './packs/difference.ts';
import type { ControlKind, ControlStatus, Severity } from './packs/pack.ts';
import type { ReadError } from './packs/reading.ts';
import type { Due, Register } from './registers/registers.ts';
import type { RetentionPreview } from './retention/overdue.ts';
import type { OutcomeCounts } from './runs/run.ts';
import type { RecordView } from '#vault/views.ts';
import type { ChainProblem } from './audit/verification.ts';

export type { Act, Outcome, Way } from './audit/event.ts';
export type { ChainProblem, ChainReport } from './audit/verification.ts';
export type { LogQuery } from './audit/log.ts';
export type { CheckOutcome } from './checks/check.ts';
export type { PackChange } from './packs/difference.ts';
export type { Due, Register } from './registers/registers.ts';
export type { EraseError, EraseOrder } from './erasure/erasing.ts';
export type { ErasurePlan } from './erasure/plan.ts';
export type { Suppressed } from './erasure/suppression.ts';
export type { ReceiptWords } from './consent/receipt.ts';
export type { RetentionRun } from './retention/running.ts';
export type { SubjectWords } from './subject-file/page.ts';
export type { OutcomeCounts } from './runs/run.ts';
export type { RunWords } from './runs/report.ts';

// ---- Step-up --------------------------------------------------------------------------------------------------------

/** The passphrase must be confirmed first: exports, erasures, roles, policies (45 CFR 164.312(d)). */
export type StepUpNeeded = { readonly type: 'StepUpNeeded' };

// ---- Checks ---------------------------------------------------------------------------------------------------------

export interface EvidenceView extends EvidenceRow {
  /** What the id is called, where it is called something: a customer, a member's device. */
  readonly name?: string;
  /** Where it leads to. */
  readonly customer?: RecordId;
}

export interface AttestationView {
  readonly holds: boolean;
  readonly statement: string;
  readonly memberName: string;
  /** ms since 1970. */
  readonly at: number;
  /** ISO date. */
  readonly reviewBy: string;
}

export interface ControlView {
  readonly id: string;
  readonly title: Label;
  /** Our own paraphrase. */
  readonly statement: Label;
  readonly citation: string;
  readonly sources: readonly string[];
  /** Where this app has no check for it, `attestation`. */
  readonly kind: ControlKind;
  readonly severity: Severity;
  /** `proposed`: shown, and not counted. */
  readonly status: ControlStatus;
  /** ISO date, or null. */
  readonly effective: string | null;
  /** It is law, and applies from a later day: shown, and not counted. */
  readonly isUpcoming: boolean;
  /** ISO date by which its sources are to be read again. */
  readonly reviewBy: string;
  readonly isOverdue: boolean;
  /** The place where it is mended, as the pack names it. */
  readonly fix: string | null;
  /** Null: no run yet. */
  readonly outcome: CheckOutcome | null;
  /** How it was in the run that is compared with, where that was otherwise. */
  readonly before: CheckOutcome | null;
  /** Sources of facts that nobody could tell. */
  readonly missing: readonly string[];
  readonly evidence: readonly EvidenceView[];
  /** How many rows there are, of which the evidence shows some. */
  readonly counted: number;
  readonly attestation: AttestationView | null;
}

export interface RegulationView {
  readonly key: string;
  readonly title: Label;
  readonly version: string;
  readonly counts: OutcomeCounts;
  /** In the order of the pack. */
  readonly controls: readonly ControlView[];
}

/** A pack that is asked, and whose file can't be read: a run says nothing of what it asks. */
export interface UnreadPack {
  readonly key: string;
  /** The version that came with the app and is asked instead; null: none. */
  readonly standsIn: string | null;
  readonly error: PackError | { readonly type: 'UnreadAcceptance'; readonly version: string };
}

export interface RunSummary {
  readonly id: RecordId;
  /** ms since 1970. */
  readonly at: number;
  readonly memberName: string;
}

/** Everything that the checks show: the newest run, held against the one before or a chosen one. */
export interface ComplianceView {
  readonly role: Role;
  readonly regulations: readonly RegulationView[];
  readonly unread: readonly UnreadPack[];
  /** Null: none yet. */
  readonly run: RunSummary | null;
  readonly comparedWith: RecordId | null;
  /** Newest first, at most 30. */
  readonly runs: readonly RunSummary[];
}

export interface Attest {
  readonly control: string;
  readonly holds: boolean;
  readonly statement: string;
  /** ISO date. */
  readonly reviewBy: string;
}

export type RunFormat = 'oscal' | 'html' | 'csv';

// ---- Policy packs ---------------------------------------------------------------------------------------------------

export interface PackView {
  readonly key: string;
  readonly title: Label;
  readonly version: string;
  /** ISO date. */
  readonly published: string;
  readonly isAsked: boolean;
  /** Null: it came with the app, and nobody has accepted it yet. */
  readonly accepted: { readonly memberName: string; readonly at: number } | null;
  /** Since when it is asked as it came with the app, ms since 1970; null: since no run, or somebody accepted it. */
  readonly adoptedAt: number | null;
  /** Fingerprint; null: it came with the app. */
  readonly publisher: string | null;
  /** A newer version that this app brings. */
  readonly offered: string | null;
}

/** One parameter as it holds: the strictest of the packs that are asked. */
export interface ParameterView {
  readonly id: string;
  readonly value: number;
  readonly from: readonly string[];
}

/** One control to look at after a pack changed. */
export interface PolicyTaskView {
  readonly id: RecordId;
  readonly control: string;
  readonly title: Label;
  readonly type: 'added' | 'changed' | 'withdrawn';
  /** ISO date, or null. */
  readonly effective: string | null;
}

export interface PoliciesView {
  readonly role: Role;
  readonly packs: readonly PackView[];
  readonly unread: readonly UnreadPack[];
  readonly publishers: readonly string[];
  readonly parameters: readonly ParameterView[];
  readonly tasks: readonly PolicyTaskView[];
}

/** What a pack that was chosen, or that the app brings, changes against the one in use. */
export interface PackOffer {
  readonly key: string;
  readonly title: Label;
  readonly version: string;
  /** Of the one in use; null: there is none. */
  readonly before: string | null;
  /** Null: it came with the app. */
  readonly publisher: string | null;
  readonly isTrusted: boolean;
  readonly changes: readonly PackChange[];
}

export type PackError =
  | ReadError
  | { readonly type: 'Unsigned' }
  | { readonly type: 'BadSignature' }
  | { readonly type: 'NotPinned' }
  | { readonly type: 'Unreachable' }
  | { readonly type: 'UnknownPublisher' }
  | { readonly type: 'OlderVersion'; readonly have: string; readonly got: string };

// ---- Registers ------------------------------------------------------------------------------------------------------

export interface RegisterEntry extends RecordView {
  /** Who wrote it down. */
  readonly memberName: string;
  /** By when it is to be settled; null: no clock runs. */
  readonly due: Due | null;
}

export interface RegistersView {
  readonly role: Role;
  /** Newest first; those with a clock that runs before all others. */
  readonly entries: Readonly<Record<Register, readonly RegisterEntry[]>>;
}

// ---- Policies -------------------------------------------------------------------------------------------------------

export interface PolicyView {
  /** Keys of the packs that are asked. */
  readonly packs: readonly string[];
  /** Fingerprints of publishers whose packs are taken, as `ssh-keygen -l` prints them. */
  readonly publishers: readonly string[];
  readonly maskedForMember: readonly DataClass[];
  readonly maskedForViewer: readonly DataClass[];
  readonly breakGlassMinutes: number;
  readonly auditMonths: number;
  /** An admin's device carries out the rules of retention once a day, unasked. */
  readonly retentionDaily: boolean;
  /** So long a backup should be kept at most. */
  readonly backupDays: number;
}

// ---- Retention ------------------------------------------------------------------------------------------------------

export interface RetentionView {
  readonly role: Role;
  readonly isDaily: boolean;
  readonly backupDays: number;
  /** Those that are off too. */
  readonly rules: readonly RecordView[];
  readonly preview: Omit<RetentionPreview, 'toReview'> & {
    readonly toReview: readonly { readonly id: RecordId; readonly name: string }[];
  };
  /** Customers whose data somebody has to keep, the first to end first. */
  readonly held: readonly {
    readonly id: RecordId;
    readonly name: string;
    /** ISO date. */
    readonly until: string;
  }[];
}

// ---- Audit log ------------------------------------------------------------------------------------------------------

export interface LogEntryView {
  readonly device: DeviceId;
  readonly deviceName: string;
  readonly memberName: string;
  readonly n: number;
  /** By the device's clock, ms. */
  readonly at: number;
  readonly act: Act;
  readonly outcome: Outcome;
  readonly kind: Kind | null;
  readonly record: RecordId | null;
  readonly customer: RecordId | null;
  /** Of the customer that it is about, as they are called now; '' where they are gone or it is about none. */
  readonly customerName: string;
  readonly count: number | null;
  readonly how: Way | null;
  /** The device that it was done to; '' for none. */
  readonly towards: string;
}

export interface LogPage {
  readonly entries: readonly LogEntryView[];
  /** Whether there are more behind them. */
  readonly hasMore: boolean;
}

/** Column titles and words for the acts, for a table that people read. */
export interface LogWords {
  readonly columns: readonly string[];
  readonly acts: Readonly<Record<Act, string>>;
  readonly outcomes: Readonly<Record<Outcome, string>>;
}

export interface LogVerification {
  readonly at: number;
  readonly events: number;
  readonly devices: readonly {
    readonly device: DeviceId;
    readonly deviceName: string;
    /** Of the key that it signs with, as `ssh-keygen -l` prints it; null: the membership log does not name it. */
    readonly fingerprint: string | null;
    readonly from: number;
    readonly to: number;
    readonly checkpoints: number;
    readonly lastCheckpointAt: number | null;
    readonly problems: readonly { readonly n: number; readonly problem: ChainProblem }[];
    readonly problemCount: number;
  }[];
}

// ---- Access ---------------------------------------------------------------------------------------------------------

export interface FieldClassView {
  /** Null: built in, and fixed. */
  readonly record: RecordId | null;
  readonly kind: Kind;
  readonly name: FieldName;
  readonly label: Label;
  readonly dataClass: DataClass;
  /** Nobody has said it yet: it passes for personal. */
  readonly isUnclassified: boolean;
}

/** One use of emergency access. */
export interface GlassView {
  readonly id: RecordId;
  readonly memberName: string;
  readonly reason: string;
  /** ms since 1970. */
  readonly from: number;
  readonly until: number;
  /** ms since 1970; null: no admin has looked at it yet. */
  readonly reviewedAt: number | null;
}

export interface AccessView {
  readonly role: Role;
  readonly policy: PolicyView;
  /** Of the log so many months are kept, whatever anybody chooses. */
  readonly leastAuditMonths: number;
  readonly fields: readonly FieldClassView[];
  /** Newest first. */
  readonly glass: readonly GlassView[];
  /** Until when this device sees what is masked; null: it doesn't. */
  readonly glassUntil: number | null;
}

// ---- Card numbers ---------------------------------------------------------------------------------------------------

export interface CardScan {
  /** ms since 1970. */
  readonly at: number;
  /** Columns of text that were looked at. */
  readonly columns: number;
  readonly records: number;
  readonly hits: number;
  readonly mended: number;
}

export interface CardFinding {
  readonly id: RecordId;
  readonly customer: RecordId | null;
  readonly customerName: string;
  readonly field: string;
  readonly source: 'sync' | 'scan' | 'restore';
  readonly at: number;
  readonly closedAt: number | null;
}

export interface CardsView {
  readonly lastScan: CardScan | null;
  readonly findings: readonly CardFinding[];
}

// ---- Erasures ---------------------------------------------------------------------------------------------------------

export interface ErasureView {
  readonly id: RecordId;
  readonly reason: 'request' | 'retention' | 'other';
  readonly records: number;
  /** ms since 1970. */
  readonly erasedAt: number;
  /** When nothing of it was left on any device or in the store; null: not so far. */
  readonly completeAt: number | null;
  readonly memberName: string;
}

/** Somebody who was erased would come back: an admin may let them, with a reason. */
export type ErasedBefore = { readonly type: 'ErasedBefore'; readonly erasedAt: number };
