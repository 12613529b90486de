/** What this room is asked and what it answers. The worker's surface passes these shapes on as they are. */

import type { DeviceId, RecordId } from '#base/ids.ts';
import type { DataClass, Kind, Label } from '#domain/catalogue.ts';
import type { FieldName, Json } from '#domain/change.ts';
import type { Role } from '#domain/roles.ts';
import type { Act, Outcome } from './audit/event.ts';
import type { ChainProblem } from './audit/verification.ts';

export type { Act, Outcome } from './audit/event.ts';
export type { ChainProblem, ChainReport } from './audit/verification.ts';
export type { LogQuery } from './audit/log.ts';

// ---- Step-up --------------------------------------------------------------------------------------------------------

/** The passphrase must be confirmed first: exports, erasures, roles, policies (45 CFR 164.312(d)). */
export type StepUpNeeded = { readonly type: 'StepUpNeeded' };

// ---- Checks ---------------------------------------------------------------------------------------------------------

export type ControlKind = 'automatic' | 'configuration' | 'attestation';
export type ControlStatus = 'in-force' | 'proposed' | 'withdrawn';
export type Severity = 'high' | 'medium' | 'low';
export type CheckOutcome = 'pass' | 'fail' | 'notRun';

/** One thing that a check looked at: free of language, and of values of people. */
export interface EvidenceView {
  /** What it is about: `customer`, `device`, `field`, `setting`, `backup`, … */
  readonly about: string;
  readonly id: string;
  /** A name to show for the id, where there is one: of a member's device, a field, a pack. */
  readonly name?: string;
  readonly found?: Json;
  readonly wanted?: Json;
  /** ms since 1970. */
  readonly at?: number;
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
  readonly source: string | null;
  readonly kind: ControlKind;
  readonly severity: Severity;
  /** `proposed`: shown, and not counted. */
  readonly status: ControlStatus;
  /** ISO date, or null. */
  readonly effective: string | null;
  /** The act that mends it, as the pack names it. */
  readonly fix: string | null;
  /** `null`: no run yet. */
  readonly outcome: CheckOutcome | null;
  /** How it was in the run before, where that was otherwise. */
  readonly before: CheckOutcome | null;
  /** Sources of facts that nobody could tell. */
  readonly missing: readonly string[];
  readonly evidence: readonly EvidenceView[];
  /** How many things of the kind there are, of which the evidence shows some. */
  readonly counted: number;
  readonly attestation: AttestationView | null;
}

export interface OutcomeCounts {
  readonly pass: number;
  readonly fail: number;
  readonly notRun: number;
  /** Proposed rules that would fail. */
  readonly shadow: number;
}

export interface RegulationView {
  /** `gdpr`, `hipaa`, `pci-dss`, `pipl`, `ccpa`, or of a pack from elsewhere. */
  readonly key: string;
  readonly title: Label;
  readonly version: string;
  readonly isEnabled: boolean;
  readonly counts: OutcomeCounts;
  /** In the order of the pack. */
  readonly controls: readonly ControlView[];
  /** Sources whose review is overdue. */
  readonly overdueSources: readonly { readonly control: string; readonly reviewBy: string }[];
}

export interface RunSummary {
  readonly id: RecordId;
  /** ms since 1970. */
  readonly at: number;
  readonly memberName: string;
  readonly counts: OutcomeCounts;
}

/** Everything that the screen "Compliance" shows of the checks. */
export interface ComplianceView {
  readonly role: Role;
  readonly regulations: readonly RegulationView[];
  /** The newest run; null: none yet. */
  readonly run: RunSummary | null;
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

// ---- Policies -------------------------------------------------------------------------------------------------------

export interface PolicyView {
  /** Keys of the packs that are asked. */
  readonly packs: readonly string[];
  /** Fingerprints of publishers whose packs are taken. */
  readonly publishers: readonly string[];
  readonly maskedForMember: readonly DataClass[];
  readonly maskedForViewer: readonly DataClass[];
  readonly lockAfterMinutes: number;
  readonly breakGlassMinutes: number;
  readonly auditMonths: number;
}

/** One parameter of the packs, as it holds for this workspace: the strictest of those that are asked. */
export interface ParameterView {
  readonly id: string;
  readonly title: Label;
  readonly value: number | string;
  /** The keys of the packs that ask for it so. */
  readonly from: readonly string[];
}

/** What a pack that was chosen, or that the app brings, changes against the one in use. */
export interface PackOffer {
  readonly key: string;
  readonly title: Label;
  readonly version: string;
  /** Of the one in use; null: there is none. */
  readonly before: string | null;
  /** As `ssh-keygen -l` prints it; null: it came with the app. */
  readonly publisher: string | null;
  readonly changes: readonly PackChange[];
}

export interface PackChange {
  readonly type: 'added' | 'changed' | 'withdrawn' | 'parameter';
  /** Of the control or parameter. */
  readonly id: string;
  readonly title: Label;
  /** Which of its parts: `statement`, `status`, `effective`, `severity`, `parameter`, … */
  readonly parts: readonly string[];
  readonly effective: string | null;
  readonly before?: string;
  readonly after?: string;
}

export type PackError =
  | { readonly type: 'NotAPack' }
  | { readonly type: 'MalformedPack'; readonly reason: string }
  | { readonly type: 'NewerFormat' }
  | { readonly type: 'NotPinned' }
  | { readonly type: 'Unsigned' }
  | { readonly type: 'BadSignature' }
  | { readonly type: 'UnknownPublisher'; readonly fingerprint: string }
  | { readonly type: 'OlderVersion'; readonly have: string; readonly got: string }
  | { readonly type: 'TooLarge' };

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
  readonly how: string | null;
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
  readonly kind: Kind | null;
  readonly field: string;
  readonly source: 'sync' | 'scan' | 'restore';
  readonly at: number;
  readonly closedAt: number | null;
}

export interface CardsView {
  readonly lastScan: CardScan | null;
  readonly findings: readonly CardFinding[];
}
