/** A session: one workspace while it is unlocked. Holds its keys, which no method gives away, and overwrites them when it ends. */

import type { DeviceId, RecordId, WorkspaceId } from '#base/ids.ts';
import { err, ok, type Result } from '#base/result.ts';
import type { VaultKeyBytes } from '#crypto/byte-types.ts';
import { agreementPublicKeyBytes } from '#crypto/byte-types.ts';
import { rewrapDeviceKeys, unwrapDeviceKeys, type DeviceKeys } from '#crypto/device-keys.ts';
import { sealVaultKeyTo } from '#crypto/handover.ts';
import { cipherOf, createVaultKey, deriveLocalKeys, wipe, type LocalKeys } from '#crypto/keys.ts';
import type { MembershipState, NewRecovery } from '#crypto/membership.ts';
import { checkPassphrase, type TooCommon, type TooShort } from '#crypto/passphrase.ts';
import type { KitStore } from '#crypto/recovery-kit.ts';
import { createRecoveryKey, type RecoveryKey } from '#crypto/recovery.ts';
import type { Argon2idParameters } from '#crypto/key-derivation.ts';
import type { PasskeyAnswer } from '#crypto/passkey-slot.ts';
import { createPassphraseSlot, createRecoverySlot, decodeParameters } from '#crypto/slots.ts';
import { KINDS } from '#domain/catalogue.ts';
import type { Json } from '#domain/change.ts';
import type { Role } from '#domain/roles.ts';
import { valuesOf } from '#domain/values.ts';
import type { Directory } from '#storage/directory.ts';
import type { StorageError } from '#storage/failure.ts';
import type { MetaRow } from '#storage/workspace-database.ts';
import type { WorkspaceStore } from '#storage/workspace-store.ts';
import { readAttempts, toldAttempts } from './attempts.ts';
import type { Damaged } from './damage.ts';
import type { LeadLost, Locked } from './edits.ts';
import type { Environment, Exclusive } from './environment.ts';
import type { DeviceRow, Header, Slots } from './meta.ts';
import { SealedRows } from './sealed-rows.ts';
import {
  createSlots,
  isFailedAttempt,
  openSlot,
  otherPasskeys,
  withPasskey,
  type Proof,
  type ProofError,
} from './slots.ts';
import { Tabs } from './tabs.ts';
import { Vault, type EditError, type VaultEvent, type VaultParts } from './vault.ts';

/** The signed log and the kit are needed rarely, and an unlock does not wait for them. */
const loadMembership = () => import('#crypto/membership.ts');
const loadRecoveryKit = () => import('#crypto/recovery-kit.ts');

export interface Settings {
  /** 1–60. */
  readonly lockAfterMinutes: number;
  readonly lockWhenHidden: boolean;
}

/** One backup that this device has made. */
export interface BackupRecord {
  readonly at: number;
  readonly fileName: string;
  readonly bytes: number;
  readonly customers: number;
  readonly records: number;
  readonly manifestHash: string;
  /** From when on the file should no longer be kept, ms since 1970; absent: it does not say. */
  readonly expiresAt?: number;
}

const BACKUPS_LISTED = 400;

/** A passkey that opens the workspace on this device. */
export interface Passkey {
  /** Of its slot. */
  readonly id: string;
  /** As its owner calls it. */
  readonly name: string;
  /** Ms since 1970. */
  readonly addedAt: number;
}

/** What belongs to this device alone; sealed in one row. */
export interface Local {
  readonly settings: Settings;
  readonly lastBackup?: BackupRecord;
  /** Those that were made here and may still lie somewhere, the oldest first. */
  readonly backups?: readonly BackupRecord[];
  readonly passkeys?: readonly Passkey[];
  /** Absent: admin, as whoever makes a workspace is. */
  readonly role?: Role;
  readonly store?: object;
  readonly joining?: Json;
  /** Of the last look through everything for card numbers. */
  readonly cardScan?: Json;
  /** When the rules of retention were last looked at here, ms since 1970. */
  readonly retentionAt?: number;
}

/** Shown once, then gone: what the recovery kit's file and printable page say. */
export interface KitFile {
  readonly fileName: string;
  readonly text: string;
  readonly recoveryKey: string;
}

/** An unfinished form, sealed on this device: survives lock, reload, crash and update. */
export interface Draft {
  /** Which form: `customer/new`, `customer/ID`, `interaction/new/CUSTOMER`, `interaction/ID/CUSTOMER`. */
  readonly form: string;
  readonly values: Json;
  readonly savedAt: number;
}

/** An object of the store, as it lies there. */
export interface StoredObject {
  readonly name: string;
  readonly bytes: Uint8Array<ArrayBuffer>;
}

/** One transaction of sync's. */
export interface SyncRows {
  readonly lead: number;
  readonly state: Json | object;
  readonly put?: readonly (StoredObject & { readonly outgoing: boolean })[];
  readonly remove?: readonly string[];
  /** Outgoing objects that the store has now. */
  readonly sent?: readonly string[];
  /** Journal entries up to this one are in segments. */
  readonly cutThrough?: number;
  /** Replaces the signed log. */
  readonly membership?: readonly string[];
}

export type SessionEvent =
  | Exclude<VaultEvent, { readonly type: 'lockedElsewhere' }>
  | { readonly type: 'locked' }
  | { readonly type: 'settings'; readonly settings: Settings };

export const DEFAULT_SETTINGS: Settings = { lockAfterMinutes: 15, lockWhenHidden: false };

/** The public halves of a recovery key. */
export type Recovery = Pick<NewRecovery, 'recoveryRecipient' | 'recoverySigner'>;

/** Appends the record of a new recovery key to the membership log, and gives the log with it. */
export type AppendRecovery<E> = (recovery: Recovery) => Promise<Result<readonly string[], E>>;

/** What opens a new vault key, and what is written with it. */
interface NewKey {
  readonly passphrase: string;
  /** `age1…`, of the recovery key. */
  readonly recipient: string;
  readonly membership: readonly string[];
  readonly passkeys: readonly Uint8Array[];
  readonly local?: (local: Local) => Local;
}

export interface SessionParts {
  readonly environment: Environment;
  readonly directory: Directory;
  readonly store: WorkspaceStore;
  readonly header: Header;
  readonly vaultKey: VaultKeyBytes;
}

export class Session {
  readonly #environment: Environment;
  readonly #store: WorkspaceStore;
  readonly #directory: Directory;
  #header: Header;
  readonly #vaultKey: VaultKeyBytes;
  readonly #tabs: Tabs;
  #device: DeviceId;
  #deviceKeys: DeviceKeys | null;
  #keys: LocalKeys;
  #rows: SealedRows;
  #vault: Vault;
  /** The vault asks it for the role. */
  readonly #own: { local: Local };
  #listener: (event: SessionEvent) => void = () => undefined;

  private constructor(
    { environment, directory, store, header, vaultKey }: SessionParts,
    opened: {
      readonly tabs: Tabs;
      readonly device: DeviceId;
      readonly deviceKeys: DeviceKeys | null;
      readonly keys: LocalKeys;
      readonly rows: SealedRows;
      readonly vault: Vault;
      readonly own: { local: Local };
    },
  ) {
    this.#environment = environment;
    this.#directory = directory;
    this.#store = store;
    this.#header = header;
    this.#vaultKey = vaultKey;
    this.#tabs = opened.tabs;
    this.#device = opened.device;
    this.#deviceKeys = opened.deviceKeys;
    this.#keys = opened.keys;
    this.#rows = opened.rows;
    this.#vault = opened.vault;
    this.#own = opened.own;
    this.#attend();
  }

  static async open(parts: SessionParts): Promise<Session> {
    const { environment, store, header, vaultKey } = parts;
    const keys = await deriveLocalKeys(vaultKey, header.workspace);
    const rows = new SealedRows(keys);
    const { device, wrapped } = (await store.readMeta('device')) as DeviceRow;
    const deviceKeys = await unwrapDeviceKeys(wrapped, keys.secret, header.workspace, device);
    const tabs = new Tabs(header.workspace);
    const local = await rows.openLocal(await store.readMeta('local'));
    const own = { local: local.ok ? (local.value as Local) : { settings: DEFAULT_SETTINGS } };
    const role = () => own.local.role ?? 'admin';
    const vault = await openVault(environment, header.workspace, {
      store,
      rows,
      device,
      tabs,
      role,
    });
    const session = new Session(parts, {
      tabs,
      device,
      deviceKeys: deviceKeys.ok ? deviceKeys.value : null,
      keys,
      rows,
      vault,
      own,
    });
    if (!deviceKeys.ok) {
      vault.noteDamage({ table: 'meta', row: 'device', reason: 'notAuthentic', customers: 0 });
    }
    if (!local.ok) {
      vault.noteDamage({ table: 'meta', row: 'local', reason: local.error, customers: 0 });
    }
    return session;
  }

  listen(listener: (event: SessionEvent) => void): void {
    this.#listener = listener;
  }

  get vault(): Vault {
    return this.#vault;
  }

  get workspace(): WorkspaceId {
    return this.#header.workspace;
  }

  get workspaceName(): string {
    return this.#header.name;
  }

  get device(): DeviceId {
    return this.#device;
  }

  /** Null where the row was damaged: backups can't be signed then. */
  get deviceKeys(): DeviceKeys | null {
    return this.#deviceKeys;
  }

  /** The member whom this device belongs to. */
  get memberName(): string {
    return this.nameOf(this.#device);
  }

  nameOf(device: DeviceId): string {
    for (const state of this.#vault.workspace.values()) {
      const values = valuesOf(state);
      const { name } = values;
      if (state.kind === 'member' && values['device'] === device)
        return typeof name === 'string' ? name : '';
    }
    return '';
  }

  get settings(): Settings {
    return this.#own.local.settings;
  }

  get lastBackup(): BackupRecord | undefined {
    return this.#own.local.lastBackup;
  }

  /** What seals what rests here, as its keys say of themselves. */
  get cipher(): string {
    return [...new Set(Object.values(this.#keys).map(cipherOf))].join(', ');
  }

  /** What guessing the passphrase of this device costs. */
  async derivation(): Promise<Argon2idParameters> {
    const { passphrase } = await this.#slots();
    return decodeParameters(passphrase);
  }

  /** The signed log, a line each. */
  async membershipLines(): Promise<readonly string[]> {
    return (await this.#store.readMeta('membership')) as readonly string[];
  }

  async membership(): Promise<MembershipState | null> {
    return this.#verified(await this.membershipLines());
  }

  /** Overwrites the keys. With `everywhere`, every other tab of the workspace locks too. */
  async end({ everywhere }: { readonly everywhere: boolean }): Promise<void> {
    await this.#vault.close();
    if (everywhere) {
      // Where the disk is full the number stays, and the tabs have only the message.
      await this.#store.raiseLockNumber();
      this.#tabs.tell({ type: 'locked' });
    }
    wipe(this.#vaultKey);
    this.#tabs.close();
    this.#store.close();
  }

  // ---- Settings and drafts ------------------------------------------------------------------------------------------

  async changeSettings(settings: Settings): Promise<Result<void, StorageError>> {
    const lockAfterMinutes = Math.min(60, Math.max(1, Math.round(settings.lockAfterMinutes)));
    const changed = await this.#changeLocal((local) => ({
      ...local,
      settings: { ...settings, lockAfterMinutes },
    }));
    if (changed.ok) this.#listener({ type: 'settings', settings: this.settings });
    return changed;
  }

  get backups(): readonly BackupRecord[] {
    return this.#own.local.backups ?? [];
  }

  /** Whose time is up is taken for deleted, and listed no longer. */
  noteBackup(lastBackup: BackupRecord): Promise<Result<void, StorageError>> {
    return this.#changeLocal((local) => {
      const kept = [...(local.backups ?? []), lastBackup].filter(
        ({ expiresAt = Infinity }) => expiresAt > lastBackup.at,
      );
      return { ...local, lastBackup, backups: kept.slice(-BACKUPS_LISTED) };
    });
  }

  get cardScan(): Json | null {
    return this.#own.local.cardScan ?? null;
  }

  noteCardScan(cardScan: Json): Promise<Result<void, StorageError>> {
    return this.#changeLocal((local) => ({ ...local, cardScan }));
  }

  get retentionAt(): number | null {
    return this.#own.local.retentionAt ?? null;
  }

  noteRetention(retentionAt: number): Promise<Result<void, StorageError>> {
    return this.#changeLocal((local) => ({ ...local, retentionAt }));
  }

  async saveDraft({ form, values, savedAt }: Draft): Promise<Result<void, StorageError>> {
    const kind = KINDS.find((each) => each === form.split('/')[0]);
    const fields = kind === undefined ? [] : this.vault.fieldsOf(kind);
    const kept = this.#environment.guard?.screenDraft(values, fields) ?? values;
    return this.#store.writeDraft(await this.#rows.sealDraft(form, { values: kept, savedAt }));
  }

  async readDraft(form: string): Promise<Draft | null> {
    const row = await this.#store.readDraft(form);
    const opened = row === undefined ? null : await this.#rows.openDraft(row);
    if (opened === null) return null;
    const { values, savedAt } = opened as { values: Json; savedAt: number };
    return { form, values, savedAt };
  }

  dropDraft(form: string): Promise<void> {
    return this.#store.dropDraft(form);
  }

  /** Unfinished forms of whom somebody erased meanwhile go too. */
  async sweepDrafts(): Promise<void> {
    for (const form of await this.#store.draftForms()) {
      const isErased = form.split('/').some((part) => this.vault.isErased(part as RecordId));
      if (isErased) await this.#store.dropDraft(form);
    }
  }

  /** What belongs to this device alone is read, altered and written by one tab at a time. */
  #ownTurn<T>(work: () => Promise<T>): Promise<T> {
    return this.exclusive('local', work);
  }

  /** As it lies on the disk: another tab may have changed it. */
  async #currentLocal(): Promise<Local> {
    const opened = await this.#rows.openLocal(await this.#store.readMeta('local'));
    return opened.ok ? (opened.value as Local) : this.#own.local;
  }

  async #hearLocal(): Promise<void> {
    // A session that ends meanwhile needs it no longer.
    const local = await this.#currentLocal().catch(() => null);
    if (local !== null) this.#own.local = local;
  }

  #changeLocal(change: (local: Local) => Local): Promise<Result<void, StorageError>> {
    return this.#ownTurn(async () => {
      const local = change(await this.#currentLocal());
      const value = await this.#rows.sealLocal(local);
      const written = await this.#store.writeMeta([{ key: 'local', value }]);
      if (written.ok) this.#takeLocal(local);
      return written;
    });
  }

  #takeLocal(local: Local): void {
    this.#own.local = local;
    this.#tabs.tell({ type: 'local' });
  }

  // ---- Sync ---------------------------------------------------------------------------------------------------------

  /** This device's, by the membership log that was written last. */
  get role(): Role {
    return this.#own.local.role ?? 'admin';
  }

  /** What sync keeps of its own; null: nothing yet. */
  async readSync(): Promise<Json | null> {
    const mark = await this.#store.readMark('sync');
    if (mark === undefined) return null;
    const opened = await this.#rows.openSync(mark);
    if (opened.ok) return opened.value;
    this.#vault.noteDamage({ table: 'marks', row: 'sync', reason: opened.error, customers: 0 });
    return null;
  }

  /** One transaction, refused where another tab has taken the lead. */
  writeSync(rows: SyncRows): Promise<Result<void, StorageError | LeadLost | Locked>> {
    const { membership, cutThrough } = rows;
    if (membership === undefined) return this.#step(rows, cutThrough, []);
    return this.#ownTurn(async () => {
      const before = await this.#verified(await this.membershipLines());
      const after = await this.#verified(membership);
      const local = { ...(await this.#currentLocal()), role: this.#roleIn(after) };
      const written = await this.#step(rows, cutThrough, [
        { key: 'membership', value: membership },
        { key: 'local', value: await this.#rows.sealLocal(local) },
        ...(await this.#recoverySlot(before, after)),
      ]);
      if (written.ok) this.#takeLocal(local);
      return written;
    });
  }

  async keptObject(name: string): Promise<Uint8Array<ArrayBuffer> | undefined> {
    return (await this.#store.readObject(name))?.bytes;
  }

  /** Those that the store does not have yet, ascending by name. */
  async outgoingObjects(): Promise<readonly StoredObject[]> {
    const rows = await this.#store.outgoingObjects();
    return rows.map(({ name, bytes }) => ({ name, bytes }));
  }

  /** Ascending. */
  keptNames(prefix: string): Promise<readonly string[]> {
    return this.#store.objectNames(prefix);
  }

  /** Whoever had it before writes nothing of sync any more. 0 where it can't be had: what is written under it is refused. */
  async takeLead(): Promise<number> {
    const taken = await this.#store.takeLead();
    return taken.ok ? taken.value : 0;
  }

  /** Runs work while no other tab of this workspace does work of the same name. */
  get exclusive(): Exclusive {
    return exclusiveIn(this.#environment, this.workspace);
  }

  /** Where the store is, as whoever speaks to it wrote it down; null: there is none. */
  async readStore(): Promise<object | null> {
    return (await this.#currentLocal()).store ?? null;
  }

  /** With null the journal waits for segments no longer. */
  writeStore(settings: object | null): Promise<Result<void, StorageError>> {
    if (settings !== null) return this.#changeLocal((local) => ({ ...local, store: settings }));
    return this.#ownTurn(async () => {
      const { store: _, ...local } = await this.#currentLocal();
      const value = await this.#rows.sealLocal(local);
      return this.#vault.inTurn(async (book) => {
        const left = await this.#store.leaveStore([{ key: 'local', value }]);
        if (!left.ok) return left;
        book.sentBefore(undefined);
        this.#takeLocal(local);
        return left;
      });
    });
  }

  /** What a device that waits to be approved must remember; null: it belongs to the workspace. */
  get joining(): Json | null {
    return this.#own.local.joining ?? null;
  }

  /** The device belongs to the workspace from now on, or the workspace is called otherwise. */
  finishJoin(called: { readonly name: string }): Promise<Result<void, StorageError>> {
    const name = this.#environment.guard?.screenText(called.name) ?? called.name;
    return this.#ownTurn(async () => {
      const { joining: _, ...local } = await this.#currentLocal();
      const { joining: __, ...header } = { ...this.#header, name };
      const written = await this.#store.writeMeta([
        { key: 'header', value: header satisfies Header },
        { key: 'local', value: await this.#rows.sealLocal(local) },
      ]);
      if (!written.ok) return written;
      this.#header = header;
      this.#takeLocal(local);
      return this.#directory.note({
        id: header.workspace,
        name,
        openedAt: this.#environment.clock.now(),
      });
    });
  }

  async #step(
    { lead, state, put = [], remove = [], sent = [] }: SyncRows,
    cutThrough: number | undefined,
    meta: readonly MetaRow[],
  ): Promise<Result<void, StorageError | LeadLost | Locked>> {
    const done = await this.#vault.inTurn(async (book) => {
      for (;;) {
        const mark = await this.#store.readMark('sync');
        const unsentFrom = cutThrough === undefined ? undefined : book.ownAfter(cutThrough);
        const written = await this.#store.step({
          lead,
          lockNumber: this.#vault.lockNumber,
          sync: await this.#rows.sealSync((mark?.version ?? 0) + 1, state),
          put: put.map(({ name, bytes, outgoing }) => ({
            name,
            bytes,
            outgoing: outgoing ? 1 : 0,
          })),
          remove,
          sent,
          unsentFrom,
          meta,
        });
        if (written.ok && written.value?.type === 'NumberTaken') continue;
        if (written.ok && written.value === null && unsentFrom !== undefined) {
          book.sentBefore(unsentFrom);
        }
        return written;
      }
    });
    if (!done.ok) return done;
    switch (done.value?.type) {
      case undefined:
        if (cutThrough !== undefined) this.#tabs.tell({ type: 'written' });
        return ok();
      case 'LeadLost':
        return err({ type: 'LeadLost' });
      default:
        this.#listener({ type: 'locked' });
        return err({ type: 'Locked' });
    }
  }

  /** A device that the log does not name yet, or no longer, may author nothing. */
  async #verified(lines: readonly string[]): Promise<MembershipState | null> {
    const { verifyMembership } = await loadMembership();
    const verified = await verifyMembership({ lines });
    return verified.ok ? verified.value : null;
  }

  #roleIn(membership: MembershipState | null): Role {
    if (membership === null) return this.role;
    const member = membership.devices.get(this.#device);
    return member === undefined || member.removedAt !== undefined ? 'viewer' : member.role;
  }

  /** A new recovery key of the workspace opens this device too, and the old one no longer does. */
  async #recoverySlot(
    before: MembershipState | null,
    after: MembershipState | null,
  ): Promise<readonly MetaRow[]> {
    const recipient = after?.recoveryRecipient;
    if (recipient === undefined || recipient === before?.recoveryRecipient) return [];
    const slots = await this.#slots();
    const { workspace } = this;
    const recovery = await createRecoverySlot({ workspace, recipient, vaultKey: this.#vaultKey });
    return [{ key: 'slots', value: { ...slots, recovery } }];
  }

  // ---- Slots --------------------------------------------------------------------------------------------------------

  get passkeys(): readonly Passkey[] {
    return this.#own.local.passkeys ?? [];
  }

  /** Rewraps the vault key at once. An existing slot is asked for again, by whoever holds the tablet now. */
  async changePassphrase(
    proof: Proof,
    next: string,
  ): Promise<Result<void, ProofError | TooShort | TooCommon | StorageError>> {
    const good = checkPassphrase(next);
    if (!good.ok) return good;
    const confirmed = await this.confirm(proof);
    if (!confirmed.ok) return confirmed;
    const passphrase = await createPassphraseSlot({
      workspace: this.workspace,
      passphrase: next,
      vaultKey: this.#vaultKey,
      derive: this.#environment.derive,
    });
    return this.#ownTurn(async () => {
      const value: Slots = { ...(await this.#slots()), passphrase };
      return this.#store.writeMeta([{ key: 'slots', value }]);
    });
  }

  /** What the passkey answers to `salt` opens this device from now on. */
  addPasskey(
    called: string,
    salt: Uint8Array,
    answer: PasskeyAnswer,
  ): Promise<Result<void, StorageError>> {
    const name = this.#environment.guard?.screenText(called) ?? called;
    return this.#ownTurn(async () => {
      const { workspace } = this;
      const vaultKey = this.#vaultKey;
      const { slots, id, replaced } = await withPasskey(await this.#slots(), {
        workspace,
        salt,
        answer,
        vaultKey,
      });
      const local = await this.#currentLocal();
      const others = (local.passkeys ?? []).filter((passkey) => !replaced.has(passkey.id));
      const passkeys = [...others, { id, name, addedAt: this.#environment.clock.now() }];
      return this.#writeSlots(slots, { ...local, passkeys });
    });
  }

  /** With a new vault key and everything sealed anew: who copied the slot and has the passkey has nothing. Other tabs lock. */
  async removePasskey(
    id: string,
    passphrase: string,
  ): Promise<Result<void, ProofError | StorageError | EditError>> {
    const confirmed = await this.confirm({ by: 'passphrase', passphrase });
    if (!confirmed.ok) return confirmed;
    const membership = await this.membership();
    if (membership === null) return err(damagedMeta('membership'));
    // A round of sync under the old keys would be refused, and take that for a lock.
    return this.exclusive('sync', async () =>
      this.#reseal({
        passphrase,
        recipient: membership.recoveryRecipient,
        membership: await this.membershipLines(),
        passkeys: await otherPasskeys(await this.#slots(), id),
        local: (local) => ({
          ...local,
          passkeys: (local.passkeys ?? []).filter((passkey) => passkey.id !== id),
        }),
      }),
    );
  }

  /**
   * A new recovery key, and a new vault key with everything sealed anew: what the old kit could open is gone from this device. Other
   * tabs lock.
   */
  async newRecoveryKit<E = never>(
    passphrase: string,
    append: AppendRecovery<E | Damaged> = (recovery) => this.#appendRecovery(recovery),
  ): Promise<Result<KitFile, ProofError | StorageError | EditError | E>> {
    const confirmed = await this.confirm({ by: 'passphrase', passphrase });
    if (!confirmed.ok) return confirmed;
    const recoveryKey = await createRecoveryKey();
    const membership = await append({
      recoveryRecipient: recoveryKey.recipient,
      recoverySigner: recoveryKey.signerPublicKey,
    });
    if (!membership.ok) return membership;
    // A round of sync under the old keys would be refused, and take that for a lock.
    const resealed = await this.exclusive('sync', async () =>
      this.#reseal({
        passphrase,
        recipient: recoveryKey.recipient,
        membership: membership.value,
        passkeys: (await this.#slots()).passkeys ?? [],
      }),
    );
    return resealed.ok ? ok(await this.kitFor(recoveryKey)) : resealed;
  }

  /** Where there is no store the log is this device's alone. */
  async #appendRecovery(recovery: Recovery): Promise<Result<readonly string[], Damaged>> {
    const { appendRecoveryRecord } = await loadMembership();
    if (this.#deviceKeys === null) return err(damagedMeta('device'));
    const membership = await appendRecoveryRecord({
      ...recovery,
      lines: await this.membershipLines(),
      device: this.#device,
      deviceKeys: this.#deviceKeys,
    });
    return membership.ok ? membership : err(damagedMeta('membership'));
  }

  /** Under a new vault key, which the slots named open and no other. */
  async #reseal({
    passphrase,
    recipient,
    membership,
    passkeys,
    local = (current) => current,
  }: NewKey): Promise<Result<void, StorageError | EditError>> {
    const { workspace } = this.#header;
    const vaultKey = createVaultKey();
    const keys = await deriveLocalKeys(vaultKey, workspace);
    const rows = new SealedRows(keys);
    const { device, wrapped } = (await this.#store.readMeta('device')) as DeviceRow;
    const rewrapped = await rewrapDeviceKeys({
      wrapped,
      from: this.#keys.secret,
      to: keys.secret,
      workspace,
      device,
    });
    if (!rewrapped.ok) return err(damagedMeta('device'));
    const { derive } = this.#environment;
    const slots = await createSlots({
      workspace,
      passphrase,
      recipient,
      vaultKey,
      derive,
      passkeys,
    });
    const own = local(await this.#currentLocal());
    const meta: readonly MetaRow[] = [
      { key: 'slots', value: slots },
      { key: 'membership', value: membership },
      { key: 'device', value: { device, wrapped: rewrapped.value } satisfies DeviceRow },
      { key: 'local', value: await rows.sealLocal(own) },
    ];
    const resealed = await this.#vault.reseal(rows, meta);
    if (!resealed.ok) return resealed;
    // What was under way here is refused as in another tab, and is no reason to lock this one.
    this.#vault.listen(() => undefined);
    // The other tabs' key opens nothing any more: they ask anew.
    this.#tabs.tell({ type: 'locked' });
    await this.#vault.close();
    this.#vaultKey.set(vaultKey);
    wipe(vaultKey);
    this.#keys = keys;
    this.#rows = rows;
    this.#own.local = own;
    await this.#reopenVault();
    return ok();
  }

  async #reopenVault(): Promise<void> {
    this.#vault = await openVault(this.#environment, this.workspace, {
      store: this.#store,
      rows: this.#rows,
      device: this.#device,
      tabs: this.#tabs,
      role: () => this.role,
    });
    this.#attend();
  }

  async kitFor(recoveryKey: RecoveryKey): Promise<KitFile> {
    const { workspace, name } = this.#header;
    const { allowedSigners, verifyMembership } = await loadMembership();
    const { writeRecoveryKit } = await loadRecoveryKit();
    const store = (await this.readStore()) as KitStore | null;
    const lines = await this.membershipLines();
    const membership = await verifyMembership({ lines });
    if (!membership.ok) throw new Error('A kit is written for a log that was just made');
    return {
      fileName: `${fileNameOf(name)}-recovery-kit.txt`,
      text: writeRecoveryKit({
        workspaceName: name,
        workspace,
        rootHash: membership.value.rootHash,
        recoveryKey,
        allowedSigners: allowedSigners(membership.value, workspace),
        createdAt: new Date(this.#environment.clock.now()).toISOString(),
        ...(store !== null && { store }),
      }),
      recoveryKey: recoveryKey.revealIdentity(),
    };
  }

  /** Asks again, before what must not be done by whoever found the tablet open. Wrong passphrases count as at the unlock. */
  async confirm(proof: Proof): Promise<Result<void, ProofError>> {
    const opened = await openSlot(this.#store, this.#environment, this.workspace, proof);
    if (!opened.ok) {
      // Whoever asked for it tells the log at once.
      if (isFailedAttempt(opened.error)) await this.toldAttempts(1);
      return opened;
    }
    wipe(opened.value);
    return ok();
  }

  /** Failed attempts since the log last told of them. */
  async untoldAttempts(): Promise<number> {
    return (await readAttempts(this.#store)).untold;
  }

  toldAttempts(count: number): Promise<void> {
    return toldAttempts(this.#store, count);
  }

  async #slots(): Promise<Slots> {
    return (await this.#store.readMeta('slots')) as Slots;
  }

  async #writeSlots(slots: Slots, local: Local): Promise<Result<void, StorageError>> {
    const written = await this.#store.writeMeta([
      { key: 'slots', value: slots },
      { key: 'local', value: await this.#rows.sealLocal(local) },
    ]);
    if (written.ok) this.#takeLocal(local);
    return written;
  }

  // ---- Other tabs ---------------------------------------------------------------------------------------------------

  #attend(): void {
    this.#store.onClosed(() => {
      this.#listener({ type: 'locked' });
    });
    this.#vault.listen((event) => {
      this.#listener(event.type === 'lockedElsewhere' ? { type: 'locked' } : event);
    });
    this.#tabs.listen((message) => {
      switch (message.type) {
        case 'written':
          void this.#vault.catchUp();
          break;
        case 'local':
          void this.#hearLocal();
          break;
        case 'locked':
          this.#listener({ type: 'locked' });
          break;
        case 'askForKey':
          void this.#answer(message.publicKey);
          break;
        case 'key':
          break;
      }
    });
  }

  /** No key is posted bare: the locked tab's worker made this key for its one question. */
  async #answer(publicKey: Uint8Array): Promise<void> {
    if (publicKey.length !== 32) return;
    const recipient = agreementPublicKeyBytes(publicKey);
    const sealed = await sealVaultKeyTo(recipient, this.#vaultKey, this.workspace);
    this.#tabs.tell({ type: 'key', publicKey, sealed });
  }
}

async function openVault(
  environment: Environment,
  workspace: WorkspaceId,
  parts: Pick<VaultParts, 'store' | 'rows' | 'device' | 'tabs' | 'role'>,
): Promise<Vault> {
  const { clock, guard, witness } = environment;
  const exclusive = exclusiveIn(environment, workspace);
  const lockNumber = await parts.store.lockNumber();
  return Vault.open({ ...parts, clock, exclusive, lockNumber, guard, witness });
}

/** The tabs of one workspace keep out of one another's way, not those of another. */
function exclusiveIn(environment: Environment, workspace: WorkspaceId): Exclusive {
  return (name, work) => environment.exclusive(`${workspace}-${name}`, work);
}

function damagedMeta(row: string): Damaged {
  return {
    type: 'Damaged',
    damage: { table: 'meta', row, reason: 'notAuthentic', customers: 0 },
  };
}

/** A workspace's name as part of a file's. */
export function fileNameOf(name: string): string {
  const plain = name
    .normalize('NFC')
    .replace(/[^\p{L}\p{N}._-]+/gu, '-')
    .replace(/^[-.]+|[-.]+$/g, '');
  return plain === '' ? 'workspace' : plain.slice(0, 60);
}
