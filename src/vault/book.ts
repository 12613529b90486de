/**
 * The book: what a vault holds in memory of its workspace, and how that follows what lies on the disk. The summaries (roster), the
 * checkpoint's leaves (shelf), the journal's position and its changes over the leaves, the dossiers opened last.
 *
 * [Note: Changes over leaves] The leaves hold what was folded in at the last roll; the journal's newer changes lie over them, by customer.
 * A customer's dossier is its leaf's row with those changes applied. Applying a change twice alters nothing, so it does no harm where a
 * leaf holds some of them already.
 */

import type { Clock } from '#base/clock.ts';
import type { DeviceId, RecordId } from '#base/ids.ts';
import { err, ok, type Result } from '#base/result.ts';
import { createErasures, type ErasureIndex } from '#domain/apply.ts';
import { customField, fieldsOf, type FieldDefinition, type Kind } from '#domain/catalogue.ts';
import type { Change } from '#domain/change.ts';
import type { Dossier, RecordState } from '#domain/record-state.ts';
import { StampClock } from '#domain/stamp.ts';
import { isAlive, valuesOf } from '#domain/values.ts';
import type { StorageError } from '#storage/failure.ts';
import type { JournalRow, MarkRow } from '#storage/workspace-database.ts';
import type { CommitRefusal, WorkspaceStore } from '#storage/workspace-store.ts';
import { DamageList, type Damage, type Damaged } from './damage.ts';
import { applyTo, dossierOf, WORKSPACE_DOSSIER } from './dossiers.ts';
import type { Locked } from './edits.ts';
import type { Exclusive, Guard, Witness } from './environment.ts';
import { entriesOf, type BodyLeaf, type LeafEntry } from './leaf.ts';
import { Roster } from './roster.ts';
import {
  NO_HASH,
  sameHash,
  type Checkpoint,
  type JournalEntry,
  type SealedEntry,
  type SealedRows,
} from './sealed-rows.ts';
import { Shelf } from './shelf.ts';
import type { Staging } from './staging.ts';
import type { Tabs } from './tabs.ts';

export interface VaultParts {
  readonly store: WorkspaceStore;
  readonly rows: SealedRows;
  readonly device: DeviceId;
  readonly clock: Clock;
  readonly exclusive: Exclusive;
  readonly tabs: Tabs;
  readonly lockNumber: number;
  readonly guard: Guard | null;
  readonly witness: Witness;
}

export type VaultEvent =
  /** Something that lists or open customers show may have changed, here or in another tab. */
  | { readonly type: 'changed'; readonly customers: readonly RecordId[] | 'any' }
  | { readonly type: 'damage'; readonly damage: Damage }
  /** Another tab locked the workspace: this one must too. */
  | { readonly type: 'lockedElsewhere' };

/** Where the journal ends: its newest entry's number and hash. */
export interface JournalEnd {
  readonly n: number;
  readonly hash: Uint8Array;
}

/** Opened customers kept at hand. */
const DOSSIERS_KEPT = 64;

interface PendingChange {
  readonly n: number;
  readonly change: Change;
}

export class Book {
  readonly roster = new Roster();
  readonly damages: DamageList;
  readonly shelf: Shelf;
  readonly stamps: StampClock;
  readonly #store: WorkspaceStore;
  readonly #rows: SealedRows;
  #end: JournalEnd = { n: 0, hash: NO_HASH };
  /** See: [Note: Changes over leaves]. */
  #pending = new Map<RecordId, PendingChange[]>();
  #pendingCharacters = 0;
  /** In the order of their last use. */
  readonly #dossiers = new Map<RecordId, Dossier>();
  #workspace: Dossier = new Map();
  #customFields: readonly FieldDefinition[] = [];
  readonly #fields = new Map<Kind, readonly FieldDefinition[]>();
  #erasures: ErasureIndex = createErasures();
  #hasErasures = false;
  #turn: Promise<unknown> = Promise.resolve();
  #closed = false;
  #listener: (event: VaultEvent) => void = () => undefined;

  private constructor({ store, rows, device, clock }: VaultParts) {
    this.#store = store;
    this.#rows = rows;
    this.damages = new DamageList((damage) => {
      this.tell({ type: 'damage', damage });
    });
    this.shelf = new Shelf(store, rows, this.roster, this.damages);
    this.stamps = new StampClock(device, clock);
  }

  /** Reads the summaries and the journal. Never fails on damage: what can't be read is listed, the rest is there. */
  static async open(parts: VaultParts): Promise<Book> {
    const book = new Book(parts);
    await book.#reload();
    return book;
  }

  listen(listener: (event: VaultEvent) => void): void {
    this.#listener = listener;
  }

  tell(event: VaultEvent): void {
    this.#listener(event);
  }

  /** Waits for what is under way; nothing is written any more afterwards. */
  async close(): Promise<void> {
    this.#closed = true;
    await this.#turn;
    this.#dossiers.clear();
    this.#pending.clear();
  }

  get isClosed(): boolean {
    return this.#closed;
  }

  get end(): JournalEnd {
    return this.#end;
  }

  /** What a roll would fold: entries of the journal, and characters of what they seal. */
  get unfolded(): { readonly entries: number; readonly characters: number } {
    const entries = this.#end.n - this.shelf.checkpoint.journalStart + 1;
    return { entries, characters: this.#pendingCharacters };
  }

  /** The workspace's own records: members, custom fields, erasures. */
  get workspace(): Dossier {
    return this.#workspace;
  }

  get erasures(): ErasureIndex {
    return this.#erasures;
  }

  get hasErasures(): boolean {
    return this.#hasErasures;
  }

  get customFields(): readonly FieldDefinition[] {
    return this.#customFields;
  }

  fieldsOf(kind: Kind): readonly FieldDefinition[] {
    let fields = this.#fields.get(kind);
    if (fields === undefined) {
      fields = fieldsOf(kind, this.#customFields);
      this.#fields.set(kind, fields);
    }
    return fields;
  }

  /** One thing at a time: commits, and whatever moves the journal's end. */
  inTurn<T>(work: () => Promise<T>): Promise<T> {
    const done = this.#turn.then(work);
    this.#turn = done.catch(() => undefined);
    return done;
  }

  // ---- Following ----------------------------------------------------------------------------------------------------

  /** Reads what other tabs have written since. In turn. */
  async refresh(): Promise<void> {
    const { rows, tail, checkpoint } = await this.#store.readJournal(this.#end.n + 1);
    if (checkpoint !== undefined && checkpoint > this.shelf.checkpoint.version) {
      await this.#reload();
      this.tell({ type: 'changed', customers: 'any' });
      return;
    }
    if (rows.length === 0 && tail?.version === this.#end.n) return;
    const touched = await this.#read(rows);
    await this.#checkTail(tail);
    if (touched.has(WORKSPACE_DOSSIER)) await this.readWorkspace();
    if (touched.size > 0) this.tell({ type: 'changed', customers: [...touched] });
  }

  /** This vault's own commit is durable: memory follows. */
  committed({ row, hash }: SealedEntry, entry: JournalEntry): void {
    this.#end = { n: row.n, hash };
    this.#learn(row.n, entry, row.sealed.length);
  }

  /** A checkpoint of this vault's own took effect. */
  async take(checkpoint: Checkpoint, staged: Staging): Promise<void> {
    if (!(await this.shelf.take(checkpoint, staged))) await this.#reload();
  }

  /** The leaves hold the journal up to this entry now. */
  folded(to: number): void {
    const folded: RecordId[] = [];
    for (const [id, pending] of this.#pending) {
      const left = pending.filter(({ n }) => n > to);
      if (left.length > 0) this.#pending.set(id, left);
      else {
        this.#pending.delete(id);
        folded.push(id);
      }
    }
    this.#pendingCharacters = 0;
    this.roster.lift(folded);
  }

  async readWorkspace(): Promise<void> {
    const dossier = await this.dossier(WORKSPACE_DOSSIER);
    // Damage is in the list; members and custom fields are then not known by name.
    this.#workspace = dossier.ok ? dossier.value : new Map<RecordId, RecordState>();
    const states = [...this.#workspace.values()];
    const erasures = states.flatMap((state) => state.erases ?? []);
    this.#erasures = createErasures(erasures);
    this.#hasErasures = erasures.length > 0;
    this.#customFields = states
      .filter((state) => state.kind === 'field' && isAlive(state))
      .flatMap((state) => customField(valuesOf(state)) ?? []);
    this.#fields.clear();
  }

  /** Why the storage did not commit. Where it was a lock, this tab must lock too. */
  refusal(refusal: CommitRefusal | null): Locked | StorageError {
    if (refusal?.type !== 'LockedMeanwhile') {
      return { type: 'StorageUnavailable', reason: refusal?.type ?? '' };
    }
    this.tell({ type: 'lockedElsewhere' });
    return { type: 'Locked' };
  }

  /** Everything anew from the checkpoint on: at unlock, and when another tab has rolled. */
  async #reload(): Promise<void> {
    for (;;) {
      const checkpoint = await this.shelf.readCheckpoint();
      if (!(await this.shelf.take(checkpoint))) continue;
      const journal = await this.#store.readJournal(checkpoint.journalStart);
      // Another tab rolled between the two reads, and the journal is trimmed further than this checkpoint says.
      if ((journal.checkpoint ?? 0) > checkpoint.version) continue;
      await this.#readAnew(checkpoint, journal.rows, journal.tail);
      return;
    }
  }

  async #readAnew(
    checkpoint: Checkpoint,
    rows: readonly JournalRow[],
    tail: MarkRow | undefined,
  ): Promise<void> {
    const laid = [...this.#pending.keys()];
    this.#pending = new Map();
    this.#pendingCharacters = 0;
    this.#dossiers.clear();
    this.roster.lift(laid);
    this.#end = { n: checkpoint.journalStart - 1, hash: checkpoint.journalHash };
    if (checkpoint.newest !== '') this.stamps.see(checkpoint.newest);
    await this.#read(rows);
    await this.#checkTail(tail);
    await this.readWorkspace();
  }

  /** Follows the chain. An entry that can't be used is listed; the ones behind it still tell what they know. */
  async #read(rows: readonly JournalRow[]): Promise<Set<RecordId>> {
    const touched = new Set<RecordId>();
    const opened = await Promise.all(rows.map((row) => this.#rows.openEntry(row)));
    for (const [index, row] of rows.entries()) {
      const { n, hash } = this.#end;
      for (let missing = n + 1; missing < row.n; missing++) this.#hitJournal(missing, 'missing');
      const result = opened[index];
      const isNext = row.n === n + 1;
      if (!result?.ok) {
        this.#end = { n: row.n, hash: UNKNOWN_HASH };
        this.#hitJournal(row.n, result?.error ?? 'unreadable');
        continue;
      }
      if (isNext && hash !== UNKNOWN_HASH && !sameHash(row.previous, hash)) {
        this.#hitJournal(row.n - 1, 'wrongVersion');
      }
      this.#end = { n: row.n, hash: result.value.hash };
      for (const id of this.#learn(row.n, result.value.entry, row.sealed.length)) {
        touched.add(id);
        this.#dossiers.delete(id);
      }
    }
    return touched;
  }

  /** The tail says which entry is the newest: a deleted one is missed, and new ones are chained to it. */
  async #checkTail(row: MarkRow | undefined): Promise<void> {
    const tail = await this.#rows.openTail(row);
    if (!tail.ok) {
      this.damages.note({ table: 'marks', row: 'tail', reason: tail.error, customers: 0 });
      return;
    }
    const { n, hash } = tail.value;
    const read = this.#end;
    if (n < read.n) {
      this.damages.note({ table: 'marks', row: 'tail', reason: 'wrongVersion', customers: 0 });
      return;
    }
    for (let missing = read.n + 1; missing <= n; missing++) this.#hitJournal(missing, 'missing');
    if (n === read.n && read.hash !== UNKNOWN_HASH && !sameHash(hash, read.hash)) {
      this.#hitJournal(n, 'wrongVersion');
    }
    this.#end = { n, hash };
  }

  #hitJournal(n: number, reason: Damage['reason']): void {
    this.damages.note({ table: 'journal', row: String(n), reason, customers: 0 });
  }

  /** What an entry says, into memory. Tells which dossiers it touches. */
  #learn(n: number, entry: JournalEntry, characters: number): Set<RecordId> {
    const touched = new Set<RecordId>();
    for (const change of entry.changes) {
      const id = dossierOf(change);
      touched.add(id);
      const pending = this.#pending.get(id);
      if (pending === undefined) this.#pending.set(id, [{ n, change }]);
      else pending.push({ n, change });
      this.stamps.see(change.stamp);
    }
    for (const summary of entry.summaries) {
      touched.add(summary.id);
      this.roster.lay(summary);
    }
    this.#pendingCharacters += characters;
    return touched;
  }

  // ---- Dossiers -----------------------------------------------------------------------------------------------------

  async stateOf(
    record: RecordId,
    owner: RecordId,
  ): Promise<Result<RecordState | undefined, Damaged>> {
    const dossier = await this.dossier(owner);
    return dossier.ok ? ok(dossier.value.get(record)) : dossier;
  }

  /** Empty where there is none. Not to be altered. */
  async dossier(id: RecordId): Promise<Result<Dossier, Damaged>> {
    const kept = this.#dossiers.get(id);
    if (kept !== undefined) {
      this.keep(id, kept);
      return ok(kept);
    }
    const place = this.roster.place(id);
    if (place === undefined) return ok(this.withPending(id, new Map()));
    const body = await this.shelf.body(place.leaf);
    if (!body.ok) {
      if (body.error.type === 'Damaged') return err(body.error);
      // Where this tab itself has rolled, memory has moved on already.
      if (await this.shelf.isStale(this.shelf.checkpoint.version)) await this.#reload();
      return this.dossier(id);
    }
    const parsed = this.shelf.dossier(place.leaf, body.value, place.row);
    if (!parsed.ok) return parsed;
    const dossier = this.withPending(id, parsed.value.dossier);
    this.keep(id, dossier);
    return ok(dossier);
  }

  /** Keeps a dossier at hand, as it is from now on. */
  keep(id: RecordId, dossier: Dossier): void {
    this.#dossiers.delete(id);
    this.#dossiers.set(id, dossier);
    const [oldest] = this.#dossiers.keys();
    if (this.#dossiers.size > DOSSIERS_KEPT && oldest !== undefined) this.#dossiers.delete(oldest);
  }

  forgetDossiers(): void {
    this.#dossiers.clear();
  }

  /** The dossiers over which changes lie. */
  get pending(): Pick<ReadonlyMap<RecordId, unknown>, 'has' | 'keys' | 'size'> {
    return this.#pending;
  }

  /** The changes that lie over the leaves now, by dossier. */
  pendingChanges(): ReadonlyMap<RecordId, readonly Change[]> {
    return new Map(
      [...this.#pending].map(([id, pending]) => [id, pending.map(({ change }) => change)]),
    );
  }

  /** Alters the given dossier, which nobody else holds. `before`: changes that may have been folded since, or not. */
  withPending(id: RecordId, dossier: Dossier, before: readonly Change[] = []): Dossier {
    for (const change of before) applyTo(dossier, change, this.#erasures, { keep: false });
    for (const { change } of this.#pending.get(id) ?? []) {
      applyTo(dossier, change, this.#erasures, { keep: false });
    }
    for (const [record, { customer }] of dossier) {
      if (this.#erasures.coversRecord(record, customer)) dossier.delete(record);
    }
    return dossier;
  }

  /** Bodies of several leaves for a scan of all: not kept at hand. */
  async leafBodies(leaves: readonly number[]): Promise<readonly Result<BodyLeaf, Damaged>[]> {
    const bodies = await this.shelf.scanBodies(leaves);
    const read: Result<BodyLeaf, Damaged>[] = [];
    for (const [index, leaf] of leaves.entries()) {
      let body = bodies[index] ?? err({ type: 'Stale' as const });
      while (!body.ok && body.error.type === 'Stale') {
        await this.inTurn(() => this.refresh());
        body = await this.shelf.scanBody(leaf);
      }
      if (body.ok) read.push(body);
      else if (body.error.type === 'Damaged') read.push(err(body.error));
    }
    return read;
  }

  /** Both halves of a leaf, as it is staged where it is, else as it is current. */
  async entriesOfLeaf(
    leaf: number,
    staging?: Staging,
  ): Promise<Result<LeafEntry[], Damaged | StorageError>> {
    const staged = await staging?.read(leaf);
    if (staged !== undefined) return staged;
    const summaries = this.roster.leaf(leaf);
    const body = await this.shelf.scanBody(leaf);
    if (!body.ok) {
      return body.error.type === 'Damaged'
        ? err(body.error)
        : err({ type: 'StorageUnavailable', reason: 'CheckpointMoved' });
    }
    return ok(summaries === undefined ? [] : entriesOf(summaries, body.value));
  }
}

/** After an entry that could not be used: the next one may be chained to anything. */
const UNKNOWN_HASH = new Uint8Array(0);
