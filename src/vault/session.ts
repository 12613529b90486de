/** A session: one workspace while it is unlocked. Holds its keys, which no method gives away, and overwrites them when it ends. */

import type { DeviceId, WorkspaceId } from '#base/ids.ts';
import { err, ok, type Result } from '#base/result.ts';
import type { VaultKeyBytes } from '#crypto/byte-types.ts';
import { agreementPublicKeyBytes } from '#crypto/byte-types.ts';
import { rewrapDeviceKeys, unwrapDeviceKeys, type DeviceKeys } from '#crypto/device-keys.ts';
import { sealVaultKeyTo } from '#crypto/handover.ts';
import { createVaultKey, deriveLocalKeys, wipe, type LocalKeys } from '#crypto/keys.ts';
import type { MembershipState } from '#crypto/membership.ts';
import { checkPassphrase, type TooCommon, type TooShort } from '#crypto/passphrase.ts';
import { createRecoveryKey, type RecoveryKey } from '#crypto/recovery.ts';
import { createPassphraseSlot, createRecoverySlot, openPassphraseSlot } from '#crypto/slots.ts';
import type { Json } from '#domain/change.ts';
import { valuesOf } from '#domain/values.ts';
import type { StorageError } from '#storage/failure.ts';
import type { MetaRow } from '#storage/workspace-database.ts';
import type { WorkspaceStore } from '#storage/workspace-store.ts';
import type { Damaged } from './damage.ts';
import type { Environment, Exclusive } from './environment.ts';
import type { DeviceRow, Header, Slots } from './meta.ts';
import { SealedRows } from './sealed-rows.ts';
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
}

/** What belongs to this device alone; sealed in one row. */
interface Local {
  readonly settings: Settings;
  readonly lastBackup?: BackupRecord;
}

/** Shown once, then gone: what the recovery kit's file and printable page say. */
export interface KitFile {
  readonly fileName: string;
  readonly text: string;
  readonly recoveryKey: string;
}

/** An unfinished form, sealed on this device: survives lock, reload, crash and update. */
export interface Draft {
  /** Which form: `customer/new`, `customer/ID`, `interaction/new/CUSTOMER`, … */
  readonly form: string;
  readonly values: Json;
  readonly savedAt: number;
}

export type SessionEvent =
  | Exclude<VaultEvent, { readonly type: 'lockedElsewhere' }>
  | { readonly type: 'locked' }
  | { readonly type: 'settings'; readonly settings: Settings };

export type SlotError =
  | { readonly type: 'WrongPassphrase'; readonly waitMs: number }
  | { readonly type: 'TamperedSlot' }
  | { readonly type: 'WeakParameters' }
  | { readonly type: 'NewerFormat' };

export const DEFAULT_SETTINGS: Settings = { lockAfterMinutes: 15, lockWhenHidden: false };

export interface SessionParts {
  readonly environment: Environment;
  readonly store: WorkspaceStore;
  readonly header: Header;
  readonly vaultKey: VaultKeyBytes;
}

export class Session {
  readonly #environment: Environment;
  readonly #store: WorkspaceStore;
  readonly #header: Header;
  readonly #vaultKey: VaultKeyBytes;
  readonly #tabs: Tabs;
  readonly #device: DeviceId;
  readonly #deviceKeys: DeviceKeys | null;
  #keys: LocalKeys;
  #rows: SealedRows;
  #vault: Vault;
  #local: Local = { settings: DEFAULT_SETTINGS };
  #listener: (event: SessionEvent) => void = () => undefined;

  private constructor(
    { environment, store, header, vaultKey }: SessionParts,
    opened: {
      readonly tabs: Tabs;
      readonly device: DeviceId;
      readonly deviceKeys: DeviceKeys | null;
      readonly keys: LocalKeys;
      readonly rows: SealedRows;
      readonly vault: Vault;
    },
  ) {
    this.#environment = environment;
    this.#store = store;
    this.#header = header;
    this.#vaultKey = vaultKey;
    this.#tabs = opened.tabs;
    this.#device = opened.device;
    this.#deviceKeys = opened.deviceKeys;
    this.#keys = opened.keys;
    this.#rows = opened.rows;
    this.#vault = opened.vault;
    this.#attend();
  }

  static async open(parts: SessionParts): Promise<Session> {
    const { environment, store, header, vaultKey } = parts;
    const keys = await deriveLocalKeys(vaultKey, header.workspace);
    const rows = new SealedRows(keys);
    const { device, wrapped } = (await store.readMeta('device')) as DeviceRow;
    const deviceKeys = await unwrapDeviceKeys(wrapped, keys.secret, header.workspace, device);
    const tabs = new Tabs(header.workspace);
    const vault = await openVault(environment, header.workspace, { store, rows, device, tabs });
    const session = new Session(parts, {
      tabs,
      device,
      deviceKeys: deviceKeys.ok ? deviceKeys.value : null,
      keys,
      rows,
      vault,
    });
    if (!deviceKeys.ok) {
      vault.noteDamage({ table: 'meta', row: 'device', reason: 'notAuthentic', customers: 0 });
    }
    await session.#readLocal();
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
    return this.#local.settings;
  }

  get lastBackup(): BackupRecord | undefined {
    return this.#local.lastBackup;
  }

  /** The signed log, a line each. */
  async membershipLines(): Promise<readonly string[]> {
    return (await this.#store.readMeta('membership')) as readonly string[];
  }

  async membership(): Promise<MembershipState | null> {
    const { verifyMembership } = await loadMembership();
    const verified = await verifyMembership({ lines: await this.membershipLines() });
    return verified.ok ? verified.value : null;
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
    const changed = await this.#writeLocal({
      ...this.#local,
      settings: { ...settings, lockAfterMinutes },
    });
    if (changed.ok) this.#listener({ type: 'settings', settings: this.#local.settings });
    return changed;
  }

  noteBackup(lastBackup: BackupRecord): Promise<Result<void, StorageError>> {
    return this.#writeLocal({ ...this.#local, lastBackup });
  }

  async saveDraft({ form, values, savedAt }: Draft): Promise<Result<void, StorageError>> {
    return this.#store.writeDraft(await this.#rows.sealDraft(form, { values, savedAt }));
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

  async #readLocal(): Promise<void> {
    const opened = await this.#rows.openLocal(await this.#store.readMeta('local'));
    if (opened.ok) this.#local = opened.value as Local;
    else
      this.#vault.noteDamage({ table: 'meta', row: 'local', reason: opened.error, customers: 0 });
  }

  async #writeLocal(local: Local): Promise<Result<void, StorageError>> {
    const value = await this.#rows.sealLocal(local);
    const written = await this.#store.writeMeta([{ key: 'local', value }]);
    if (written.ok) this.#local = local;
    return written;
  }

  // ---- Slots --------------------------------------------------------------------------------------------------------

  /** Rewraps the vault key at once. An existing slot is asked for again, by whoever holds the tablet now. */
  async changePassphrase(
    current: string,
    next: string,
  ): Promise<Result<void, SlotError | TooShort | TooCommon | StorageError>> {
    const good = checkPassphrase(next);
    if (!good.ok) return good;
    const asked = await this.#demandPassphrase(current);
    if (!asked.ok) return asked;
    const slots = (await this.#store.readMeta('slots')) as Slots;
    const passphrase = await createPassphraseSlot({
      workspace: this.workspace,
      passphrase: next,
      vaultKey: this.#vaultKey,
      derive: this.#environment.derive,
    });
    return this.#store.writeMeta([{ key: 'slots', value: { ...slots, passphrase } }]);
  }

  /**
   * A new recovery key, and a new vault key with everything sealed anew: what the old kit could open is gone from this device. Other
   * tabs lock.
   */
  async newRecoveryKit(
    passphrase: string,
  ): Promise<Result<KitFile, SlotError | StorageError | EditError>> {
    const asked = await this.#demandPassphrase(passphrase);
    if (!asked.ok) return asked;
    const { workspace } = this.#header;
    const recoveryKey = await createRecoveryKey();
    const lines = await this.membershipLines();
    if (this.#deviceKeys === null) return err(damagedMeta('device'));
    const { appendRecoveryRecord } = await loadMembership();
    const membership = await appendRecoveryRecord({
      lines,
      device: this.#device,
      deviceKeys: this.#deviceKeys,
      recoveryRecipient: recoveryKey.recipient,
      recoverySigner: recoveryKey.signerPublicKey,
    });
    if (!membership.ok) return err(damagedMeta('membership'));

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
    const slots: Slots = {
      passphrase: await createPassphraseSlot({
        workspace,
        passphrase,
        vaultKey,
        derive: this.#environment.derive,
      }),
      recovery: await createRecoverySlot({ workspace, recipient: recoveryKey.recipient, vaultKey }),
    };
    const meta: readonly MetaRow[] = [
      { key: 'slots', value: slots },
      { key: 'membership', value: membership.value },
      { key: 'device', value: { device, wrapped: rewrapped.value } satisfies DeviceRow },
      { key: 'local', value: await rows.sealLocal(this.#local) },
    ];
    const resealed = await this.#vault.reseal(rows, meta);
    if (!resealed.ok) return resealed;
    // The other tabs' key opens nothing any more: they ask anew.
    this.#tabs.tell({ type: 'locked' });
    await this.#vault.close();
    this.#vaultKey.set(vaultKey);
    wipe(vaultKey);
    this.#keys = keys;
    this.#rows = rows;
    this.#vault = await openVault(this.#environment, workspace, {
      store: this.#store,
      rows,
      device,
      tabs: this.#tabs,
    });
    this.#attend();
    return ok(await this.kitFor(recoveryKey));
  }

  async kitFor(recoveryKey: RecoveryKey): Promise<KitFile> {
    const { workspace, name } = this.#header;
    const { allowedSigners, verifyMembership } = await loadMembership();
    const { writeRecoveryKit } = await loadRecoveryKit();
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
      }),
      recoveryKey: recoveryKey.revealIdentity(),
    };
  }

  async #demandPassphrase(passphrase: string): Promise<Result<void, SlotError>> {
    const slots = (await this.#store.readMeta('slots')) as Slots;
    const opened = await openPassphraseSlot({
      workspace: this.workspace,
      slot: slots.passphrase,
      passphrase,
      derive: this.#environment.derive,
    });
    if (opened.ok) {
      wipe(opened.value);
      return ok();
    }
    return opened.error.type === 'WrongPassphrase'
      ? err({ type: 'WrongPassphrase', waitMs: 0 })
      : err(opened.error);
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
  parts: Pick<VaultParts, 'store' | 'rows' | 'device' | 'tabs'>,
): Promise<Vault> {
  const { clock, guard, witness } = environment;
  // The tabs of one workspace keep out of one another's way, not those of another.
  const exclusive: Exclusive = (name, work) => environment.exclusive(`${workspace}-${name}`, work);
  const lockNumber = await parts.store.lockNumber();
  return Vault.open({ ...parts, clock, exclusive, lockNumber, guard, witness });
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
