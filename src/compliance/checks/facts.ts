/**
 * Facts: all that the checks read, gathered beforehand by whoever knows. A source that nobody could tell is absent, and what needs it is then
 * not run, never passed. Times are ms since 1970. Facts hold ids, counts and settings, never a value of a person.
 */

import type { DeviceId } from '#base/ids.ts';
import type { Role } from '#domain/roles.ts';
import type { EvidenceRow } from './check.ts';

/** A look through many things: how many, and those that are not as they should be. */
export interface Looked {
  readonly looked: number;
  /** The first of them. */
  readonly bad: readonly EvidenceRow[];
  readonly badCount: number;
}

export interface DeviceFact {
  readonly device: DeviceId;
  readonly member: string;
  readonly role: Role;
  /** Two devices with one key are one device that was cloned. */
  readonly key: string;
  /** At the earliest when it was let in; null: nobody knows. */
  readonly lastSeenAt: number | null;
  readonly removedAt: number | null;
  /** After it was removed: when the workspace's keys changed; null: they did not. */
  readonly keysChangedAt: number | null;
  /** It confirmed that it erased itself. */
  readonly isWiped: boolean;
}

/** An event of the log that a check wants to hear of. */
export interface EventFact {
  readonly device: DeviceId;
  readonly n: number;
  readonly at: number;
}

export interface ChainFact {
  readonly device: DeviceId;
  readonly events: number;
  readonly problems: number;
  readonly oldestAt: number | null;
  readonly lastCheckpointAt: number | null;
}

export interface AuditFact {
  readonly chains: readonly ChainFact[];
  /** When each act was last told of. */
  readonly seen: Readonly<Record<string, number>>;
  /** Acts that came through the log's own form whole, when they were tried just now. */
  readonly probed: readonly string[];
  readonly reviewedAt: number | null;
  readonly failedUnlocks: number;
  /** What could do harm, and how much of it had no confirmed passphrase before it. */
  readonly privileged: number;
  readonly unconfirmed: readonly EventFact[];
}

export interface RequestFact {
  readonly id: string;
  readonly kind: 'access' | 'correction' | 'erasure' | 'portability' | 'restriction' | 'objection';
  readonly receivedAt: number;
  readonly confirmedAt: number | null;
  readonly extendedAt: number | null;
  readonly hasExtensionReason: boolean;
  readonly closedAt: number | null;
  readonly isIdentityProven: boolean;
  /** Recipients who are still to be told. */
  readonly untold: number;
}

export interface IncidentFact {
  readonly id: string;
  readonly awareAt: number;
  readonly notifiedAt: number | null;
  readonly hasDelayReason: boolean;
  /** Null: nobody has rated it. */
  readonly rating: 'none' | 'some' | 'high' | null;
}

export interface PurposeFact {
  readonly id: string;
  readonly hasBasis: boolean;
  readonly needsAssessment: boolean;
  readonly assessedAt: number | null;
}

export interface Facts {
  readonly lock?: { readonly idleMinutes: number; readonly whenHidden: boolean };
  /** How guessing is slowed down, as tried just now. */
  readonly guessing?: { readonly tries: number; readonly pauseMinutes: number };
  readonly passphrase?: { readonly minimum: number; readonly refusesCommon: boolean };
  readonly derivation?: { readonly memoryMib: number; readonly passes: number };
  /** A marked text was written and then looked for in everything that lies on this device. */
  readonly canary?: {
    readonly at: number;
    readonly places: Readonly<Record<string, number>>;
    readonly hits: readonly string[];
  };
  readonly cipher?: string;
  readonly damage?: number;
  /** Ways to unlock, of each device that is known of. */
  readonly factors?: readonly {
    readonly device: DeviceId;
    readonly role: Role;
    readonly count: number;
  }[];
  readonly devices?: readonly DeviceFact[];
  readonly recoveryKit?: { readonly madeAt: number | null; readonly testedAt: number | null };
  readonly backups?: {
    readonly last: { readonly at: number; readonly customers: number } | null;
    /** A backup that was opened again, and whether every record came out as it was written. */
    readonly drill: { readonly at: number; readonly isExact: boolean } | null;
  };
  readonly store?: {
    readonly endpoint: string;
    readonly refused: number;
  };
  /** Where the store and the backups lie. */
  readonly places?: readonly {
    readonly id: string;
    readonly country: string | null;
    readonly hasBasis: boolean;
  }[];
  /** The Content-Security-Policy that came with the page; by directive. */
  readonly hosting?: Readonly<Record<string, readonly string[]>>;
  readonly audit?: AuditFact;
  readonly cards?: {
    readonly scan: {
      readonly at: number;
      readonly columns: number;
      readonly records: number;
      readonly hits: number;
      readonly mended: number;
    } | null;
    readonly columns: number;
    readonly open: readonly { readonly id: string; readonly at: number }[];
    readonly closed: number;
    /** Samples that the guard was given just now: which of them it took out or refused. */
    readonly guard: {
      readonly masks: boolean;
      readonly refuses: boolean;
      readonly masksExports: boolean;
    };
  };
  readonly fields?: { readonly classified: number; readonly unclassified: readonly string[] };
  readonly packs?: readonly {
    readonly key: string;
    readonly version: string;
    readonly acceptedAt: number | null;
    readonly by: string | null;
  }[];
  /** Changes of policies, and how many of them nobody signed. */
  readonly policyChanges?: { readonly count: number; readonly anonymous: number };
  readonly access?: {
    readonly auditMonths: number;
    readonly maskedForViewer: readonly string[];
    readonly reviewedAt: number | null;
    readonly glass: readonly {
      readonly id: string;
      readonly at: number;
      readonly hasReason: boolean;
      readonly reviewedAt: number | null;
    }[];
  };
  readonly runs?: { readonly lastAt: number | null };
  /** How far this device's clock is from the store's. */
  readonly clock?: { readonly offsetMs: number };
  readonly customers?: {
    readonly total: number;
    readonly badEmails: number;
    readonly badPhones: number;
    readonly bad: readonly EvidenceRow[];
  };
  readonly attestations?: ReadonlyMap<
    string,
    { readonly holds: boolean; readonly at: number; readonly reviewBy: number }
  >;

  // What later rooms will tell.
  readonly duplicates?: readonly { readonly id: string; readonly foundAt: number }[];
  readonly purposes?: readonly PurposeFact[];
  readonly peopleOfPurposes?: Looked;
  readonly specialConditions?: Looked;
  readonly guardians?: (age: number) => Looked;
  readonly consentBeforeUse?: Looked;
  readonly useAfterWithdrawal?: Looked;
  readonly consentVersions?: Looked;
  readonly separateConsents?: Looked;
  /** People from other sources without a notice, by when they came. */
  readonly notices?: readonly {
    readonly id: string;
    readonly importedAt: number;
    readonly toldAt: number | null;
  }[];
  readonly retention?: {
    readonly lastRunAt: number | null;
    readonly overdue: Looked;
    readonly holds: readonly { readonly id: string; readonly isWhole: boolean }[];
  };
  readonly requests?: readonly RequestFact[];
  readonly subjectFile?: { readonly fields: number; readonly missing: readonly string[] };
  readonly portableExport?: {
    readonly at: number;
    readonly isValid: boolean;
    readonly isRoundTrip: boolean;
  };
  readonly corrections?: readonly {
    readonly id: string;
    readonly at: number;
    readonly waiting: number;
  }[];
  readonly erasures?: Looked;
  readonly oldBackups?: readonly {
    readonly id: string;
    readonly expiresAt: number | null;
    readonly erased: number;
  }[];
  readonly restrictedUses?: Looked;
  readonly objectorScores?: Looked;
  readonly optOuts?: Looked;
  readonly scoreMarks?: Looked;
  readonly processing?: {
    readonly activities: number;
    readonly incomplete: readonly string[];
    readonly isCurrent: boolean;
  };
  readonly incidents?: readonly IncidentFact[];
  readonly lostDevices?: readonly {
    readonly id: string;
    readonly isClosed: boolean;
    readonly keysChanged: boolean;
  }[];
  readonly disposals?: Looked;
  readonly disclosures?: Looked;
  readonly residentsAbroad?: Looked;
  readonly requestLog?: { readonly oldestAt: number | null; readonly gaps: number };
}
