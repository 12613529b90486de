/** A workspace with keys made on the spot: what the app does between unlocking and locking, without a page and without Argon2id. */

import { createDeviceId, createWorkspaceId } from '#base/ids.ts';
import { systemClock } from '#base/clock.ts';
import { readBackup } from '#backup/verify.ts';
import { writeBackup, type WrittenBackup } from '#backup/write.ts';
import { createWitness } from '#compliance/audit/witness.ts';
import { createDeviceKeys } from '#crypto/device-keys.ts';
import { createVaultKey, deriveLocalKeys } from '#crypto/keys.ts';
import { createWorkspaceRoot } from '#crypto/membership.ts';
import { createRecoveryKey } from '#crypto/recovery.ts';
import type { Json } from '#domain/change.ts';
import { WorkspaceStore } from '#storage/workspace-store.ts';
import type { Guard, Witness } from '#vault/environment.ts';
import { NO_HASH, SealedRows } from '#vault/sealed-rows.ts';
import { EMPTY_CHECKPOINT } from '#vault/shelf.ts';
import { Tabs } from '#vault/tabs.ts';
import { Vault, type BulkEdit, type VaultParts } from '#vault/vault.ts';
import type { GeneratedCustomer } from '../customers.ts';

/** An importer parses and hands over so many rows at a time. */
const BATCH = 500;

export class SealedBook {
  readonly #parts: VaultParts;
  readonly #root: Awaited<ReturnType<typeof createRoot>>;
  readonly #witness = createWitness();
  #vault: Vault;
  #isWitnessed = false;

  private constructor(
    parts: VaultParts,
    root: Awaited<ReturnType<typeof createRoot>>,
    vault: Vault,
  ) {
    this.#parts = parts;
    this.#root = root;
    this.#vault = vault;
  }

  static async create(guard: Guard | null = null): Promise<SealedBook> {
    const workspace = createWorkspaceId();
    const device = createDeviceId();
    const opened = await WorkspaceStore.open(workspace);
    if (!opened.ok) throw new Error(opened.error.type);
    const store = opened.value;
    const rows = new SealedRows(await deriveLocalKeys(createVaultKey(), workspace));
    const created = await store.createWorkspace({
      meta: [{ key: 'lockNumber', value: 0 }],
      marks: [await rows.sealCheckpoint(EMPTY_CHECKPOINT), await rows.sealTail(0, NO_HASH)],
    });
    if (!created.ok) throw new Error(created.error.type);
    const parts: VaultParts = {
      store,
      rows,
      device,
      clock: systemClock,
      exclusive: (name, work) => navigator.locks.request(`${workspace}-${name}`, work),
      tabs: new Tabs(workspace),
      lockNumber: 0,
      role: () => 'admin',
      guard,
      witness: { tell: (step, log) => book.tell(step, log) },
    };
    const root = await createRoot(workspace, device);
    const book = new SealedBook(parts, root, await Vault.open(parts));
    return book;
  }

  /** Tells the audit log of what follows, or nobody. */
  setWitnessed(on: boolean): void {
    this.#isWitnessed = on;
  }

  private tell: Witness['tell'] = (step, log) =>
    this.#isWitnessed ? this.#witness.tell(step, log) : Promise.resolve([]);

  get vault(): Vault {
    return this.#vault;
  }

  /** For `age -d`, so that the same lines can be packed by gzip and age. */
  get recoveryIdentity(): string {
    return this.#root.recovery.revealIdentity();
  }

  get recipient(): string {
    return this.#root.recovery.recipient;
  }

  async import(edits: readonly BulkEdit[]): Promise<void> {
    async function* batches(): AsyncGenerator<readonly BulkEdit[]> {
      for (let start = 0; start < edits.length; start += BATCH) {
        yield edits.slice(start, start + BATCH);
      }
    }
    const imported = await this.#vault.bulk(batches(), { signal: new AbortController().signal });
    if (!imported.ok) throw new Error(imported.error.type);
  }

  /** Everything that follows the derivation of the key, up to the first rows of the list. */
  async reopen(): Promise<number> {
    await this.#vault.close();
    const start = performance.now();
    this.#vault = await Vault.open(this.#parts);
    const { rows } = this.#vault.list({ text: '', sort: 'changed' }, 0, 30);
    const took = performance.now() - start;
    if (rows.length === 0) throw new Error('There are no rows.');
    return took;
  }

  async backUp(): Promise<WrittenBackup> {
    const { vault } = this;
    const { signal } = new AbortController();
    const written = await writeBackup(
      {
        membership: this.#root.lines,
        device: this.#parts.device,
        signing: this.#root.deviceKeys.signing,
        previous: null,
        records: vault.dossierLines(signal),
        expectedRecords: vault.living,
        clock: systemClock,
      },
      { signal },
    );
    if (!written.ok) throw new Error(written.error.type);
    return written.value;
  }

  async verify(file: Blob): Promise<void> {
    const read = await readBackup(file, {
      keys: [this.#root.deviceKeys.agreement.privateKey],
      knownMembership: this.#root.lines,
      signal: new AbortController().signal,
    });
    if (!read.ok) throw new Error(read.error.type);
  }

  async discard(): Promise<void> {
    await this.#vault.close();
    this.#parts.tabs.close();
    this.#parts.store.close();
    await WorkspaceStore.delete(this.#root.workspace);
  }
}

async function createRoot(
  workspace: ReturnType<typeof createWorkspaceId>,
  device: ReturnType<typeof createDeviceId>,
) {
  const deviceKeys = await createDeviceKeys();
  const recovery = await createRecoveryKey();
  const { lines } = await createWorkspaceRoot({
    workspace,
    device,
    deviceKeys,
    recoveryRecipient: recovery.recipient,
    recoverySigner: recovery.signerPublicKey,
    createdAt: new Date(systemClock.now()).toISOString(),
  });
  return { workspace, lines, deviceKeys, recovery };
}

/** A parsed row as an importer hands it to the vault: twelve fields. */
export function editOf(customer: GeneratedCustomer): BulkEdit {
  const { name, company, title, website, stage, owner, tags, source, notes } = customer;
  const { street, city, postalCode, country } = customer;
  const element = (value: Json): Json => [{ id: '', label: '', value }];
  return {
    kind: 'customer',
    values: {
      name,
      company,
      title,
      emails: element(customer.email),
      phones: element(customer.phone),
      addresses: element({ street, city, postalCode, country }),
      website,
      stage,
      owner,
      tags,
      source,
      notes,
    },
  };
}
