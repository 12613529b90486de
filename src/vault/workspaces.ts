/** The workspaces of this browser profile: which there are, making one, unlocking one, removing one. */

import { createDeviceId, createWorkspaceId, type DeviceId, type WorkspaceId } from '#base/ids.ts';
import { assert, err, ok, type Result } from '#base/result.ts';
import { createDeviceKeys, wrapDeviceKeys, type NewDeviceKeys } from '#crypto/device-keys.ts';
import { createHandoverKeys, openHandover } from '#crypto/handover.ts';
import { createVaultKey, deriveLocalKeys } from '#crypto/keys.ts';
import { checkPassphrase, type TooCommon, type TooShort } from '#crypto/passphrase.ts';
import type { VaultKeyBytes } from '#crypto/byte-types.ts';
import type { RootHash } from '#crypto/membership.ts';
import type { PasskeyQuestion } from '#crypto/passkey-slot.ts';
import { createRecoveryKey } from '#crypto/recovery.ts';
import type { Json } from '#domain/change.ts';
import { Directory } from '#storage/directory.ts';
import type { StorageError } from '#storage/failure.ts';
import { WorkspaceStore } from '#storage/workspace-store.ts';
import { readAttempts } from './attempts.ts';
import type { Environment } from './environment.ts';
import { STORE_FORMAT, waitAfter, type DeviceRow, type Header, type Slots } from './meta.ts';
import { NO_HASH, SealedRows } from './sealed-rows.ts';
import type { KitFile, Local, Session } from './session.ts';
import { createSlots, openSlot, passkeyQuestions, type Proof, type ProofError } from './slots.ts';
import { Tabs } from './tabs.ts';
import type { EditError, Vault } from './vault.ts';

export interface WorkspaceEntry {
  readonly id: WorkspaceId;
  readonly name: string;
  /** Ms since 1970. */
  readonly openedAt: number;
  /** `emptied`: the browser kept the name but not the data; restore is the way. `newer`: a newer Holdfast wrote it. */
  readonly condition: 'present' | 'emptied' | 'newer';
  /** Ms that unlocking by passphrase must still wait after failed attempts; counted across reloads. */
  readonly waitMs: number;
  /** What the passkeys that open it are asked. */
  readonly passkeys: readonly PasskeyQuestion[];
}

export interface NewWorkspace {
  readonly name: string;
  readonly memberName: string;
  readonly passphrase: string;
}

/** A workspace that this device has asked to join. */
export interface JoiningWorkspace {
  readonly workspace: WorkspaceId;
  /** Until the workspace itself says how it is called. */
  readonly name: string;
  readonly passphrase: string;
  /** The membership log, verified. */
  readonly lines: readonly string[];
  readonly rootHash: RootHash;
  readonly store: object;
  /** What the device must remember until it is approved. */
  readonly joining: Json;
  readonly device: DeviceId;
  readonly deviceKeys: NewDeviceKeys;
}

export type AlreadyHere = { readonly type: 'AlreadyHere' };

export type PassphraseError = TooShort | TooCommon;

export type CreateError<E = never> = PassphraseError | EditError | StorageError | E;

export type UnlockError =
  | ProofError
  /** The workspace's rows are not there, or its slots are gone. */
  | { readonly type: 'NoSuchSlot' }
  | StorageError;

/** Nothing of the engine is needed before there is a key: the unlock screen does not wait for it. It is asked for while the key is derived. */
function loadEngine() {
  const engine = Promise.all([import('./session.ts'), import('./shelf.ts')]).then(
    ([{ DEFAULT_SETTINGS, Session }, { EMPTY_CHECKPOINT }]) => ({
      DEFAULT_SETTINGS,
      EMPTY_CHECKPOINT,
      Session,
    }),
  );
  // Whoever waits for it is told; where there is no key, nobody does.
  engine.catch(() => undefined);
  return engine;
}

/** How long a locked tab waits for one that is unlocked. */
const HANDOVER_MS = 400;

export class Workspaces {
  readonly #environment: Environment;
  readonly directory = new Directory();

  constructor(environment: Environment) {
    this.#environment = environment;
  }

  /** A name as it may be kept: some stand in no record, one on the lock screen. */
  screenName(name: string): string {
    return this.#environment.guard?.screenText(name) ?? name;
  }

  async list(): Promise<readonly WorkspaceEntry[]> {
    const now = this.#environment.clock.now();
    const entries: WorkspaceEntry[] = [];
    for (const row of await this.directory.workspaces()) {
      const entry = {
        id: row.id,
        name: row.name,
        openedAt: row.openedAt,
        waitMs: 0,
        passkeys: [],
      };
      if (!(await WorkspaceStore.exists(row.id))) {
        entries.push({ ...entry, condition: 'emptied' });
        continue;
      }
      const opened = await WorkspaceStore.open(row.id);
      // A database that can't be opened is one that a newer Holdfast has upgraded.
      if (!opened.ok) {
        entries.push({ ...entry, condition: 'newer' });
        continue;
      }
      const store = opened.value;
      const header = (await store.readMeta('header')) as Header | undefined;
      const waitMs = waitAfter(await readAttempts(store), now);
      const slots = (await store.readMeta('slots')) as Slots | undefined;
      const passkeys = slots === undefined ? [] : await passkeyQuestions(slots);
      store.close();
      const condition =
        header === undefined ? 'emptied' : header.format > STORE_FORMAT ? 'newer' : 'present';
      entries.push({ ...entry, condition, waitMs, passkeys });
    }
    return entries;
  }

  /** Makes a workspace and unlocks it. `fill` brings records along (a restore); where it fails, nothing is left. */
  async create<E = never>(
    { name: given, memberName, passphrase }: NewWorkspace,
    fill?: (vault: Vault) => Promise<Result<unknown, E>>,
  ): Promise<Result<{ session: Session; kit: KitFile }, CreateError<E>>> {
    const good = checkPassphrase(passphrase);
    if (!good.ok) return good;
    const { clock, derive } = this.#environment;
    const name = this.screenName(given);
    const workspace = createWorkspaceId();
    const device = createDeviceId();
    const vaultKey = createVaultKey();
    const recoveryKey = await createRecoveryKey();
    const deviceKeys = await createDeviceKeys();
    const keys = await deriveLocalKeys(vaultKey, workspace);
    const header: Header = {
      format: STORE_FORMAT,
      workspace,
      name,
      createdAt: clock.now(),
      ready: false,
    };
    const { createWorkspaceRoot } = await import('#crypto/membership.ts');
    const root = await createWorkspaceRoot({
      workspace,
      device,
      deviceKeys,
      recoveryRecipient: recoveryKey.recipient,
      recoverySigner: recoveryKey.signerPublicKey,
      createdAt: new Date(clock.now()).toISOString(),
    });
    const made = await this.#make({
      header,
      slots: await createSlots({
        workspace,
        passphrase,
        vaultKey,
        recipient: recoveryKey.recipient,
        derive,
      }),
      membership: root.lines,
      device: {
        device,
        wrapped: await wrapDeviceKeys(deviceKeys, keys.secret, workspace, device),
      },
      local: {},
      rows: new SealedRows(keys),
    });
    if (!made.ok) return made;
    const store = made.value;
    const session = await this.#enter(store, { ...header, ready: true }, vaultKey);
    const filled = fill === undefined ? ok() : await fill(session.vault);
    const named = filled.ok
      ? await nameWorkspace(session, name, this.screenName(memberName))
      : filled;
    const noted = named.ok ? await this.#note(store, { ...header, ready: true }) : named;
    if (!noted.ok) {
      await session.end({ everywhere: false });
      await WorkspaceStore.delete(workspace);
      return noted;
    }
    return ok({ session, kit: await session.kitFor(recoveryKey) });
  }

  async unlock(workspace: WorkspaceId, proof: Proof): Promise<Result<Session, UnlockError>> {
    return this.#open(workspace, (store) => openSlot(store, this.#environment, workspace, proof));
  }

  /** Asks the other tabs for the key; null where none is unlocked. */
  async unlockFromOtherTab(workspace: WorkspaceId): Promise<Session | null> {
    const vaultKey = await this.#askTabs(workspace);
    if (vaultKey === null) return null;
    const opened = await this.#open(workspace, () => Promise.resolve(ok(vaultKey)));
    return opened.ok ? opened.value : null;
  }

  async remove(workspace: WorkspaceId): Promise<Result<void, StorageError>> {
    const deleted = await WorkspaceStore.delete(workspace);
    return deleted.ok ? this.directory.forget(workspace) : deleted;
  }

  /** Makes a workspace that waits to be approved, and unlocks it. It survives a reload as any other, and its session says so. */
  async join({
    workspace,
    name,
    passphrase,
    lines,
    rootHash,
    store: settings,
    joining,
    device,
    deviceKeys,
  }: JoiningWorkspace): Promise<Result<Session, PassphraseError | StorageError | AlreadyHere>> {
    const good = checkPassphrase(passphrase);
    if (!good.ok) return good;
    if (await WorkspaceStore.exists(workspace)) {
      const listed = await this.directory.workspaces();
      if (listed.some(({ id }) => id === workspace)) return err({ type: 'AlreadyHere' });
      // An earlier attempt ended in the middle: nobody ever saw it.
      const deleted = await WorkspaceStore.delete(workspace);
      if (!deleted.ok) return deleted;
    }
    const { verifyMembership } = await import('#crypto/membership.ts');
    const membership = await verifyMembership({ lines, rootHash });
    assert(membership.ok, 'the log was verified before anybody asked to join');
    const vaultKey = createVaultKey();
    const keys = await deriveLocalKeys(vaultKey, workspace);
    const header: Header = {
      format: STORE_FORMAT,
      workspace,
      name,
      createdAt: this.#environment.clock.now(),
      ready: true,
      joining: true,
    };
    const made = await this.#make({
      header,
      slots: await createSlots({
        workspace,
        passphrase,
        vaultKey,
        recipient: membership.value.recoveryRecipient,
        derive: this.#environment.derive,
      }),
      membership: lines,
      device: {
        device,
        wrapped: await wrapDeviceKeys(deviceKeys, keys.secret, workspace, device),
      },
      local: { role: 'viewer', store: settings, joining },
      rows: new SealedRows(keys),
    });
    if (!made.ok) return made;
    const store = made.value;
    const noted = await this.#note(store, header);
    if (!noted.ok) {
      store.close();
      await WorkspaceStore.delete(workspace);
      return noted;
    }
    return ok(await this.#enter(store, header, vaultKey));
  }

  /** Removes a workspace, and ends every tab that has it open: they lock, and what they hold goes with them. */
  async wipe(workspace: WorkspaceId): Promise<Result<void, StorageError>> {
    const opened = await WorkspaceStore.open(workspace);
    if (opened.ok) {
      // Where even that can't be written, the tabs have the message, and their database goes.
      await opened.value.raiseLockNumber();
      opened.value.close();
    }
    const tabs = new Tabs(workspace);
    tabs.tell({ type: 'locked' });
    tabs.close();
    return this.remove(workspace);
  }

  async #open(
    workspace: WorkspaceId,
    findKey: (store: WorkspaceStore) => Promise<Result<VaultKeyBytes, UnlockError>>,
  ): Promise<Result<Session, UnlockError>> {
    const opened = await WorkspaceStore.open(workspace);
    if (!opened.ok) return opened;
    const store = opened.value;
    const header = (await store.readMeta('header')) as Header | undefined;
    const slots = (await store.readMeta('slots')) as Slots | undefined;
    void loadEngine();
    const key = await unlockable(header, slots, () => findKey(store));
    if (!key.ok) {
      store.close();
      return key;
    }
    assert(header, 'the header was checked');
    const session = await this.#enter(store, header, key.value);
    // When it was opened is good to know and nothing more: no reason to keep anybody out.
    await this.#note(store, header);
    return ok(session);
  }

  async #enter(store: WorkspaceStore, header: Header, vaultKey: VaultKeyBytes): Promise<Session> {
    const { Session } = await loadEngine();
    const { directory } = this;
    const environment = this.#environment;
    return Session.open({ environment, directory, store, header, vaultKey });
  }

  /** The first rows of a workspace that holds nothing yet. */
  async #make({
    header,
    slots,
    membership,
    device,
    local,
    rows,
  }: FirstRows): Promise<Result<WorkspaceStore, StorageError>> {
    const { DEFAULT_SETTINGS, EMPTY_CHECKPOINT } = await loadEngine();
    const opened = await WorkspaceStore.open(header.workspace);
    if (!opened.ok) return opened;
    const store = opened.value;
    const written = await store.createWorkspace({
      meta: [
        { key: 'header', value: header },
        { key: 'slots', value: slots },
        { key: 'membership', value: membership },
        { key: 'device', value: device },
        { key: 'local', value: await rows.sealLocal({ settings: DEFAULT_SETTINGS, ...local }) },
        { key: 'lockNumber', value: 0 },
      ],
      marks: [
        await rows.sealCheckpoint({ ...EMPTY_CHECKPOINT, version: 1 }),
        await rows.sealTail(0, NO_HASH),
      ],
    });
    if (written.ok) return ok(store);
    store.close();
    await WorkspaceStore.delete(header.workspace);
    return written;
  }

  async #askTabs(workspace: WorkspaceId): Promise<VaultKeyBytes | null> {
    const keys = await createHandoverKeys();
    const tabs = new Tabs(workspace);
    const sealed = await new Promise<Uint8Array | null>((resolve) => {
      const timer = setTimeout(() => {
        resolve(null);
      }, HANDOVER_MS);
      tabs.listen((message) => {
        if (message.type !== 'key' || !isSameKey(message.publicKey, keys.publicKey)) return;
        clearTimeout(timer);
        resolve(message.sealed);
      });
      tabs.tell({ type: 'askForKey', publicKey: keys.publicKey });
    });
    tabs.close();
    if (sealed === null) return null;
    const opened = await openHandover(keys, sealed, workspace);
    return opened.ok ? opened.value : null;
  }

  /** The workspace is complete, and was opened now. */
  async #note(store: WorkspaceStore, header: Header): Promise<Result<void, StorageError>> {
    const ready = await store.writeMeta([{ key: 'header', value: header }]);
    if (!ready.ok) return ready;
    return this.directory.note({
      id: header.workspace,
      name: header.name,
      openedAt: this.#environment.clock.now(),
    });
  }
}

interface FirstRows {
  readonly header: Header;
  readonly slots: Slots;
  readonly membership: readonly string[];
  readonly device: DeviceRow;
  readonly local: Omit<Local, 'settings'>;
  readonly rows: SealedRows;
}

async function unlockable(
  header: Header | undefined,
  slots: Slots | undefined,
  findKey: () => Promise<Result<VaultKeyBytes, UnlockError>>,
): Promise<Result<VaultKeyBytes, UnlockError>> {
  if (header === undefined || slots === undefined) return err({ type: 'NoSuchSlot' });
  if (header.format > STORE_FORMAT) return err({ type: 'NewerFormat' });
  return findKey();
}

/** The first commit: who is here, and what the workspace is called. A restored one has its name already. */
async function nameWorkspace(
  { vault, device }: Session,
  name: string,
  memberName: string,
): Promise<Result<unknown, EditError>> {
  const isNamed = [...vault.workspace.values()].some(({ kind }) => kind === 'workspace');
  const member = { kind: 'member', values: { name: memberName, device } } as const;
  const workspace = { kind: 'workspace', values: { name } } as const;
  return vault.save(isNamed ? [member] : [workspace, member]);
}

function isSameKey(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, index) => byte === b[index]);
}
