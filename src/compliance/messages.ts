/** What this room is asked and what it answers. The worker's surface passes these shapes on as they are. */

import type { DeviceId, RecordId } from '#base/ids.ts';
import type { DataClass, Kind, Label } from '#domain/catalogue.ts';
import type { FieldName } from '#domain/change.ts';
import type { Role } from '#domain/roles.ts';
import type { Act, Outcome } from './audit/event.ts';
import type { ChainProblem } from './audit/verification.ts';

export type { Act, Outcome } from './audit/event.ts';
export type { ChainProblem, ChainReport } from './audit/verification.ts';
export type { LogQuery } from './audit/log.ts';

// ---- Step-up --------------------------------------------------------------------------------------------------------

/** The passphrase must be confirmed first: exports, erasures, roles, policies (45 CFR 164.312(d)). */
export type StepUpNeeded = { readonly type: 'StepUpNeeded' };

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
  readonly field: string;
  readonly source: 'sync' | 'scan' | 'restore';
  readonly at: number;
  readonly closedAt: number | null;
}

export interface CardsView {
  readonly lastScan: CardScan | null;
  readonly findings: readonly CardFinding[];
}
