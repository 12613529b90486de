/**
 * The whole surface between page and worker, types only. What can fail returns a `Result`; everything is structured-clonable,
 * but for progress callbacks and cancel handles, which the client wraps.
 *
 * [Note: Why the key never leaves the worker] The page hands over a passphrase or a recovery key while it is being entered and keeps
 * nothing. It receives only the records that it shows. Script that got into the page could ask for records, but not carry the keys away.
 */

import type { DeviceId, RecordId, WorkspaceId } from '#base/ids.ts';
import type { Result } from '#base/result.ts';
import type {
  AccessView,
  Attest,
  CardScan,
  CardsView,
  ComplianceView,
  ErasedBefore,
  EraseError,
  EraseOrder,
  ErasurePlan,
  ErasureView,
  LogPage,
  LogQuery,
  LogVerification,
  LogWords,
  PackError,
  PackOffer,
  PoliciesView,
  PolicyView,
  ReceiptWords,
  Register,
  RegistersView,
  RetentionRun,
  RetentionView,
  RunFormat,
  RunWords,
  StepUpNeeded,
  SubjectWords,
} from '#compliance/messages.ts';
import type { DataClass, FieldDefinition } from '#domain/catalogue.ts';
import type { FieldName } from '#domain/change.ts';
import type {
  ExportRequest,
  ExportResult,
  FileResult,
  ImportFileError,
  ImportOptions,
  ImportPreview,
  ImportReport,
  Progress,
} from '#exchange/messages.ts';
import type { ReportWords } from '#exchange/skipped-rows.ts';
import type { StorageError } from '#storage/failure.ts';
import type {
  ConflictView,
  DeviceView,
  HeldBackView,
  InviteRequest,
  InviteView,
  JoinError,
  JoinRequest,
  JoinRequestView,
  MembershipRefusal,
  NewInvite,
  Role,
  StoreProblem,
  StoreSettings,
  SyncStatus,
} from '#sync/messages.ts';
import type { Damage, Damaged } from '#vault/damage.ts';
import type { Facets, ListPage, ListQuery, TodayView } from '#vault/roster.ts';
import type { BackupRecord, Draft, KitFile, Passkey, Settings } from '#vault/session.ts';
import type { Proof, ProofError, SlotError } from '#vault/slots.ts';
import type { Cancelled, Committed, Edit, EditError, NotFound, UndoToken } from '#vault/vault.ts';
import type { CustomerView, PastValue } from '#vault/views.ts';
import type {
  CreateError,
  NewWorkspace,
  PassphraseError,
  UnlockError,
  WorkspaceEntry,
} from '#vault/workspaces.ts';

export type { ErasedBefore, EraseError, EraseOrder, ErasurePlan, ErasureView };
export type { ReceiptWords, RetentionRun, RetentionView, SubjectWords };
export type { FieldProblem } from '#domain/validation.ts';
export type { Seen } from '#domain/values.ts';
export type {
  BackupRecord,
  Cancelled,
  Committed,
  CreateError,
  CustomerView,
  Damage,
  Draft,
  Edit,
  EditError,
  Facets,
  ListPage,
  ListQuery,
  NewWorkspace,
  NotFound,
  Passkey,
  PassphraseError,
  PastValue,
  Proof,
  ProofError,
  Settings,
  SlotError,
  StorageError,
  TodayView,
  UndoToken,
  UnlockError,
  WorkspaceEntry,
};
export type { SortOrder, TaskRow } from '#vault/roster.ts';
export type { RecordView } from '#vault/views.ts';

/** Shown once, then gone from the page. */
export type RecoveryKit = KitFile;

/** The open workspace, as the page knows it. */
export interface Session {
  readonly workspace: WorkspaceId;
  readonly workspaceName: string;
  readonly memberName: string;
  readonly customers: number;
  readonly damage: readonly Damage[];
  readonly settings: Settings;
  /** The workspace's custom fields, by kind: they stand beside the built-in catalogue. */
  readonly customFields: readonly FieldDefinition[];
  /** It waits to be approved, and has nothing to show yet. */
  readonly isJoining: boolean;
  /** The passkeys that open it on this device, the oldest first. */
  readonly passkeys: readonly Passkey[];
  readonly lastBackup?: BackupRecord;
}

/** What an authenticator gave when it was asked with `salt`. */
export interface NewPasskey {
  readonly name: string;
  readonly salt: Uint8Array;
  readonly credential: Uint8Array;
  readonly output: Uint8Array;
}

/** Kept outside every workspace, in plain: they are needed before anything is unlocked. */
export interface Preferences {
  readonly language: 'system' | 'en' | 'zh-CN';
  readonly theme: 'system' | 'light' | 'dark';
}

export type OpenError = NotFound | Damaged;

// ---- Long work ------------------------------------------------------------------------------------------------------

export type { Progress };

export type OnProgress = (progress: Progress) => void;

/** Numbers one piece of long work, so that `cancel` can name it. */
export type JobId = number;

// ---- Import and export ----------------------------------------------------------------------------------------------

export type {
  ColumnTarget,
  Delimiter,
  Encoding,
  ExportRequest,
  ExportResult,
  FileResult,
  ImportFileError,
  ImportOptions,
  ImportPreview,
  ImportReport,
  SkippedRow,
} from '#exchange/messages.ts';
export type { ReportWords } from '#exchange/skipped-rows.ts';

// ---- Compliance -----------------------------------------------------------------------------------------------------

export type {
  AccessView,
  Act,
  Attest,
  CardFinding,
  CardScan,
  CardsView,
  ChainProblem,
  CheckOutcome,
  ComplianceView,
  ControlView,
  EvidenceView,
  FieldClassView,
  GlassView,
  LogEntryView,
  LogPage,
  LogQuery,
  LogVerification,
  LogWords,
  Outcome,
  OutcomeCounts,
  PackChange,
  PackError,
  PackOffer,
  PackView,
  PoliciesView,
  PolicyView,
  Register,
  RegisterEntry,
  RegistersView,
  RegulationView,
  RunFormat,
  RunWords,
  StepUpNeeded,
  UnreadPack,
} from '#compliance/messages.ts';
export type { TooManyAttempts } from '#vault/attempts.ts';
export type { DataClass } from '#domain/catalogue.ts';

/** A page to print, or JSON-LD that this device signs. */
export type ReceiptFormat = 'html' | 'jsonld';

export interface SubjectFileRequest {
  /** Null: the file can be read by whoever has it. */
  readonly passphrase: string | null;
  readonly words: SubjectWords;
}

// ---- Sync -----------------------------------------------------------------------------------------------------------

export type {
  Alarm,
  AlarmType,
  ConflictSide,
  ConflictView,
  DeviceView,
  HeldBackView,
  InviteRequest,
  InviteView,
  JoinError,
  JoinRequest,
  JoinRequestView,
  MembershipRefusal,
  NewInvite,
  Role,
  StoreProblem,
  StoreSettings,
  SyncPhase,
  SyncStatus,
} from '#sync/messages.ts';

/** What can go wrong with a step that changes who belongs to the workspace: it needs the store. */
export type MembershipError = MembershipRefusal | StoreProblem | StorageError;

// ---- Backup ---------------------------------------------------------------------------------------------------------

export type BackupError =
  /** Something at rest can't be read: the backup would be incomplete. */
  | { readonly type: 'Damaged'; readonly damage: readonly Damage[] }
  | { readonly type: 'VerificationFailed'; readonly error: BackupFileError }
  | StorageError
  | Cancelled;

/** What can be wrong with a file that claims to be a backup. */
export type BackupFileError =
  | { readonly type: 'NotABackup' }
  /** The browser can't read the file any more: moved, changed since it was chosen, or its disk taken away. */
  | { readonly type: 'Unreadable' }
  | { readonly type: 'Truncated'; readonly entry: string }
  | { readonly type: 'NewerFormat'; readonly format: number }
  | { readonly type: 'BadSignature' }
  | { readonly type: 'WrongHash'; readonly entry: string }
  | { readonly type: 'BadMembership'; readonly reason: string }
  | { readonly type: 'NotARecoveryKey' }
  | { readonly type: 'WrongKey' }
  | { readonly type: 'BadRecord'; readonly line: number }
  | { readonly type: 'WrongCount'; readonly kind: string }
  | { readonly type: 'RemovedSigner'; readonly fingerprint: string };

/** What is in a backup, found by reading and decrypting all of it. */
export interface BackupContents {
  readonly workspaceName: string;
  readonly createdAt: number;
  readonly signerFingerprint: string;
  readonly signerName: string;
  /** By the kit's root hash, by this workspace's own log, or by nothing: then the person must compare the fingerprint. */
  readonly vouchedBy: 'kit' | 'workspace' | 'nothing';
  readonly customers: number;
  /** Living records by kind. */
  readonly counts: Readonly<Record<string, number>>;
  /** Records in the trash, and erasures carried. */
  readonly deleted: number;
  readonly erasures: number;
  /** A workspace of the same id is already on this device. */
  readonly alreadyHere: boolean;
  readonly isOfOpenWorkspace: boolean;
}

/** A list of erasures that was kept with the kit, held against the backup that was checked. */
export interface ErasureListView {
  readonly erasures: number;
  /** ms since 1970. */
  readonly through: number;
  readonly signerFingerprint: string;
  /** It is the backup's own signer. */
  readonly isSameSigner: boolean;
}

export type ErasureListError =
  | { readonly type: 'NotAnErasureList' }
  /** It is of another workspace than the backup. */
  | { readonly type: 'OtherErasures' }
  | { readonly type: 'NothingChecked' };

export interface RestoreRequest {
  readonly memberName: string;
  readonly passphrase: string;
  readonly trustSigner: boolean;
  /** Erases at once whom the list names that was read last. */
  readonly replaysErasures: boolean;
}

export type RestoreError =
  | PassphraseError
  | BackupFileError
  | EditError
  | Cancelled
  | { readonly type: 'UntrustedSigner' }
  | { readonly type: 'NothingChecked' };

// ---- Events ---------------------------------------------------------------------------------------------------------

export type VaultEvent =
  /** Something that lists or open customers show may have changed, here or in another tab. */
  | { readonly type: 'changed'; readonly customers: readonly RecordId[] | 'any' }
  /** Another tab locked the workspace, and this worker's keys are gone. */
  | { readonly type: 'locked'; readonly reason: 'manual' | 'otherTab' | 'idle' }
  | { readonly type: 'damage'; readonly damage: Damage }
  | { readonly type: 'settings'; readonly settings: Settings }
  | { readonly type: 'sync'; readonly status: SyncStatus };

// ---- The surface ----------------------------------------------------------------------------------------------------

/** What was written, and in how many fields a card number gave way before it was. */
export interface Replaced {
  readonly replaced: number;
}

export interface VaultApi {
  listWorkspaces(): Promise<readonly WorkspaceEntry[]>;
  readPreferences(): Promise<Preferences>;
  writePreferences(preferences: Preferences): Promise<void>;

  /** Makes a workspace and unlocks it. The kit is returned once. */
  createWorkspace(request: NewWorkspace): Promise<Result<RecoveryKit, CreateError>>;
  checkPassphrase(passphrase: string): Promise<Result<void, PassphraseError>>;
  unlock(workspace: WorkspaceId, proof: Proof): Promise<Result<Session, UnlockError>>;
  /** Asks the other tabs for the key; null where none is unlocked. */
  unlockFromOtherTab(workspace: WorkspaceId): Promise<Session | null>;
  /** The open session as it is now; null while locked. */
  session(): Promise<Session | null>;
  /** Drops every key, here and in every tab. The client ends the worker after it. */
  lock(): Promise<void>;
  changePassphrase(
    proof: Proof,
    next: string,
  ): Promise<Result<void, ProofError | PassphraseError | StorageError>>;
  addPasskey(passkey: NewPasskey): Promise<Result<void, StepUpNeeded | StorageError>>;
  /** Everything is sealed anew, and other tabs lock. */
  removePasskey(id: string, passphrase: string): Promise<Result<void, ProofError | EditError>>;
  /** Where there is a store its record goes there first. */
  newRecoveryKit(
    passphrase: string,
  ): Promise<Result<RecoveryKit, ProofError | EditError | MembershipError>>;
  changeSettings(settings: Settings): Promise<Result<void, StorageError>>;
  /** Forgets a workspace whose data the browser emptied, or removes one for good. */
  removeWorkspace(workspace: WorkspaceId): Promise<Result<void, StorageError>>;

  list(query: ListQuery, from: number, to: number): Promise<ListPage>;
  facets(): Promise<Facets>;
  openCustomer(id: RecordId): Promise<Result<CustomerView, OpenError>>;
  history(
    customer: RecordId,
    record: RecordId,
    field: FieldName,
  ): Promise<Result<readonly PastValue[], OpenError>>;
  /** `today` is the person's own date, YYYY-MM-DD. */
  today(today: string): Promise<TodayView>;

  /** One commit, durable when it returns. `overruling`: why an admin lets somebody in again who was erased. */
  save(
    edits: readonly Edit[],
    overruling?: string,
  ): Promise<Result<Committed, EditError | ErasedBefore | StepUpNeeded>>;
  /** Deletes records (a customer with all that belongs to it). Undoable. */
  remove(
    /** Without a customer: a customer, or a record of the workspace's own. */
    records: readonly { readonly record: RecordId; readonly customer?: RecordId }[],
  ): Promise<Result<Committed, EditError | StepUpNeeded>>;
  undo(
    token: UndoToken,
    onProgress: OnProgress,
    job: JobId,
  ): Promise<Result<Committed, EditError | Cancelled | StepUpNeeded>>;
  addExampleCustomers(language: 'en' | 'zh-CN'): Promise<Result<Committed, EditError>>;

  saveDraft(draft: Draft): Promise<Result<void, StorageError>>;
  readDraft(form: string): Promise<Draft | null>;
  dropDraft(form: string): Promise<void>;

  /** Reads the whole file once; says what an import would do. Kept open for `runImport` until the next preview. */
  previewImport(
    file: File,
    options: ImportOptions,
    onProgress: OnProgress,
    job: JobId,
  ): Promise<Result<ImportPreview, ImportFileError | Cancelled>>;
  runImport(
    file: File,
    options: ImportOptions,
    onProgress: OnProgress,
    job: JobId,
  ): Promise<Result<ImportReport, ImportFileError | EditError | Cancelled>>;
  /** What the last preview or import left out, row by row with its cells, as CSV; null where that was nothing. */
  skippedReport(words: ReportWords): Promise<FileResult | null>;
  exportCustomers(
    request: ExportRequest,
    onProgress: OnProgress,
    job: JobId,
  ): Promise<Result<ExportResult, OpenError | EditError | Cancelled | StepUpNeeded>>;

  backUp(
    onProgress: OnProgress,
    job: JobId,
  ): Promise<Result<FileResult & { readonly record: BackupRecord }, BackupError>>;
  /** With the keys of the unlocked workspace, or with a recovery key. */
  verifyBackup(
    file: File,
    recoveryKey: string | null,
    onProgress: OnProgress,
    job: JobId,
  ): Promise<Result<BackupContents, BackupFileError | Cancelled>>;
  /** The rehearsal: reads everything, writes nothing. `kit` is a recovery key or a whole kit's text. */
  checkRestore(
    file: File,
    kit: string,
    onProgress: OnProgress,
    job: JobId,
  ): Promise<Result<BackupContents, BackupFileError | Cancelled>>;
  /** For the restore of the file that `checkRestore` read last. */
  checkErasureList(file: Blob): Promise<Result<ErasureListView, ErasureListError>>;
  /** Makes a new workspace of the file that `checkRestore` read last, and unlocks it. */
  restore(
    request: RestoreRequest,
    onProgress: OnProgress,
    job: JobId,
  ): Promise<Result<RecoveryKit, RestoreError>>;

  /** Null while locked. Every change of it is told as an event. */
  syncStatus(): Promise<SyncStatus | null>;
  /** Probes the store, then begins to use it: the first device of a workspace writes a snapshot. */
  connectStore(store: StoreSettings): Promise<Result<void, MembershipError>>;
  /** Nothing is removed from the store; this device goes on alone. */
  disconnectStore(): Promise<Result<void, StorageError>>;
  /** One round now; answers when it has ended. */
  syncNow(): Promise<void>;
  /** Tells the engine when it is looked at, and when the network is back. */
  setVisible(visible: boolean): void;
  devices(): Promise<readonly DeviceView[]>;
  invite(request: InviteRequest): Promise<Result<NewInvite, MembershipError | StepUpNeeded>>;
  invites(): Promise<readonly InviteView[]>;
  withdrawInvite(invite: string): Promise<Result<void, MembershipError>>;
  joinRequests(): Promise<readonly JoinRequestView[]>;
  approve(request: JoinRequestView): Promise<Result<void, MembershipError | StepUpNeeded>>;
  reject(request: JoinRequestView): Promise<Result<void, MembershipError>>;
  /** Removes a device and starts the next key epoch. */
  revoke(device: DeviceId): Promise<Result<void, MembershipError | StepUpNeeded>>;
  changeRole(device: DeviceId, role: Role): Promise<Result<void, MembershipError | StepUpNeeded>>;
  /** Hands a new key pair for the store to every active device; the old one is then withdrawn at the provider. */
  replaceCredentials(
    keys: Pick<StoreSettings, 'accessKey' | 'secretKey'>,
  ): Promise<Result<void, MembershipError | StepUpNeeded>>;
  /** Makes a workspace on this device that waits to be approved, and unlocks it. */
  joinWorkspace(
    request: JoinRequest,
  ): Promise<Result<void, JoinError | PassphraseError | StoreProblem | StorageError>>;
  /** Without those of fields that this role does not see. */
  conflicts(): Promise<readonly ConflictView[]>;
  /** `keep`: what stands now; `other`: what lost. Undoable, as any edit. */
  settleConflict(
    conflict: ConflictView,
    choice: 'keep' | 'other',
  ): Promise<Result<Committed, EditError | StepUpNeeded>>;
  heldBack(): Promise<readonly HeldBackView[]>;
  /** `apply`: an admin says it again as changes of their own; `discard`: it is no longer listed. */
  settleHeldBack(
    id: string,
    choice: 'apply' | 'discard',
  ): Promise<Result<void, EditError | StepUpNeeded>>;
  dismissAlarm(id: string): Promise<void>;
  /** Puts back what the store has lost, from the sealed bytes that this device kept. */
  fillStoreAgain(): Promise<Result<{ readonly objects: number }, MembershipError>>;

  /** Asks for the passphrase or a passkey again; what needs it may be done for five minutes then. An unlock counts as one. */
  stepUp(proof: Proof): Promise<Result<void, ProofError>>;
  /** Whether that was done: for what begins on the page, before the verb that demands it. */
  steppedUp(): Promise<Result<void, StepUpNeeded>>;
  changePolicy(change: Partial<PolicyView>): Promise<Result<void, EditError | StepUpNeeded>>;
  /** Reading the log is logged. */
  /** The newest run, held against the chosen one; null: against the one before it. */
  checks(compareWith: RecordId | null): Promise<ComplianceView>;
  runChecks(onProgress: OnProgress, job: JobId): Promise<Result<void, EditError | Cancelled>>;
  /** `run`: null is the newest. */
  exportRun(
    run: RecordId | null,
    format: RunFormat,
    words: RunWords,
  ): Promise<Result<FileResult, NotFound | StepUpNeeded>>;
  attest(said: Attest): Promise<Result<Replaced, EditError | StepUpNeeded>>;
  policies(): Promise<PoliciesView>;
  /** What the pack that this app brings would change. */
  offerShipped(key: string): Promise<Result<PackOffer, PackError>>;
  offerPack(file: Blob): Promise<Result<PackOffer, PackError>>;
  /** Accepts what was offered last, and runs the checks anew. `trusts`: its publisher too, from now on. */
  acceptPack(
    trusts: boolean,
    onProgress: OnProgress,
    job: JobId,
  ): Promise<Result<void, PackError | EditError | Cancelled | StepUpNeeded>>;
  finishPolicyTask(id: RecordId): Promise<Result<void, EditError>>;
  registers(): Promise<RegistersView>;
  /** The dry run: what would go, and what stands against it. */
  planErasure(customer: RecordId): Promise<Result<ErasurePlan, OpenError>>;
  /** For good. Gives the erasure's id. */
  erase(order: EraseOrder): Promise<Result<RecordId, EraseError | StepUpNeeded>>;
  /** The newest first. */
  erasures(): Promise<readonly ErasureView[]>;
  erasureCertificate(id: RecordId): Promise<Result<FileResult, NotFound>>;
  /** To be kept with the recovery kit. */
  erasureList(): Promise<Result<FileResult, NotFound>>;
  consentReceipt(
    customer: RecordId,
    consent: RecordId,
    format: ReceiptFormat,
    words: ReceiptWords,
  ): Promise<Result<FileResult, OpenError>>;
  /** Everything that is kept of one customer, for them. */
  subjectFile(
    customer: RecordId,
    request: SubjectFileRequest,
    onProgress: OnProgress,
    job: JobId,
  ): Promise<Result<FileResult, OpenError | EditError | Cancelled | StepUpNeeded>>;
  retention(): Promise<RetentionView>;
  /** Erases and anonymises what is past its time. For good. */
  runRetention(
    onProgress: OnProgress,
    job: JobId,
  ): Promise<Result<RetentionRun, EditError | Cancelled | StepUpNeeded>>;
  exportRegister(
    register: Register,
    language: 'en' | 'zh-CN',
  ): Promise<Result<FileResult, StepUpNeeded>>;

  readLog(query: LogQuery, from: number, to: number): Promise<LogPage>;
  verifyLog(onProgress: OnProgress, job: JobId): Promise<Result<LogVerification, Cancelled>>;
  /** Says that a person has looked through the log. */
  reviewLog(): Promise<Result<void, EditError>>;
  /** `chain`: for the command of FORMAT.md; `csv`: for people. */
  exportLog(
    format: 'chain' | 'csv',
    words: LogWords,
  ): Promise<Result<FileResult, EditError | StepUpNeeded>>;
  access(): Promise<AccessView>;
  /** Says that a person has looked through who has access to what. */
  reviewAccess(): Promise<Result<void, EditError>>;
  classifyField(
    record: RecordId,
    dataClass: DataClass,
  ): Promise<Result<void, EditError | StepUpNeeded>>;
  /** Shows this device for a while what its role does not see. Loudly logged. */
  breakGlass(reason: string): Promise<Result<{ readonly until: number } & Replaced, EditError>>;
  endGlass(): Promise<Result<void, EditError>>;
  reviewGlass(id: RecordId): Promise<Result<void, EditError>>;
  cards(): Promise<CardsView>;
  scanCards(onProgress: OnProgress, job: JobId): Promise<Result<CardScan, EditError | Cancelled>>;
  closeCardFinding(id: RecordId): Promise<Result<void, EditError>>;

  cancel(job: JobId): void;
  /** Called for every event until the worker ends. */
  listen(listener: (event: VaultEvent) => void): void;
}
