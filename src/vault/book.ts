/**
 * The book: what a vault holds in memory of its workspace, and how that follows what lies on the disk. The summaries (roster), the
 * checkpoint's leaves (shelf), the journal's position and its changes over the leaves, the dossiers opened last.
 *
 * [Note: Changes over leaves] The leaves hold what was folded in at the last roll; the journal's newer changes lie over them, by customer.
 * A customer's dossier is its leaf's row with those changes applied. Applying a change twice alters nothing, so it does no harm where a
 * leaf holds some of them already.
 */

import type { Clock } from '#base/clock.ts';
import { isReserved, type DeviceId, type RecordId } from '#base/ids.ts';
import { err, ok, type Result } from '#base/result.ts';
import { createErasures, purge, type ErasureIndex } from '#domain/apply.ts';
import { isAuditPage } from '#domain/audit-page.ts';
import { customField, fieldsOf, type FieldDefinition, type Kind } from '#domain/catalogue.ts';
import type { Change, Erasure } from '#domain/change.ts';
import type { Dossier, RecordState } from '#domain/record-state.ts';
import type { Role } from '#domain/roles.ts';
import { StampClock } from '#domain/stamp.ts';
import { isAlive, valuesOf } from '#domain/values.ts';
import type { StorageError } from '#storage/failure.ts';
import type { JournalRow, MarkRow } from '#storage/workspace-database.ts';
import type { CommitRefusal, WorkspaceStore } from '#storage/workspace-store.ts';
import { DamageList, type Damage, type Damaged } from './damage.ts';
import { applyTo, dossierOf, WORKSPACE_DOSSIER } from './dossiers.ts';
import type { ConflictRef, Locked } from './edits.ts';
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
  type UnsentEntry,
} from './sealed-rows.ts';
import { Shelf } from './shelf.ts';
import type { Staging } from './staging.ts';
import type { Tabs } from './tabs.ts';
import { EMPTY_VECTOR, laterOf, vectorOf, type Vector } from './vector.ts';

export interface VaultParts {
  readonly store: WorkspaceStore;
  readonly rows: SealedRows;
  readonly device: DeviceId;
  readonly clock: Clock;
  readonly exclusive: Exclusive;
  readonly tabs: Tabs;
  readonly lockNumber: number;
  /** This device's, now. */
  readonly role: () => Role;
  readonly guard: Guard | null;
  readonly witness: Witness | null;
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
/** Leaves read in one request where many customers are asked for at once. */
const READ_RUN = 32;
/** Conflicts remembered; of older ones the values stay in the history. */
const CONFLICTS_KEPT = 200;

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
  /** Of single fields and values, by the record that they are about. */
  #erasuresByRecord = new Map<RecordId, Erasure[]>();
  #vector: Vector = EMPTY_VECTOR;
  /** By their text, the newest last. */
  #conflicts = new Map<string, ConflictRef>();
  /** How many changes of this device each entry stands for: of those that no segment has, and of those that the leaves do not hold. */
  #own = new Map<number, number>();
  #unsentFrom: number | undefined;
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

  /** Others' segments that have taken effect here. */
  get vector(): Vector {
    return this.#vector;
  }

  get conflicts(): readonly ConflictRef[] {
    return [...this.#conflicts.values()];
  }

  /** Those that are known to be settled go, unless they came up again meanwhile. */
  forgetConflicts(settled: ReadonlySet<ConflictRef>): void {
    for (const [key, conflict] of this.#conflicts) {
      if (settled.has(conflict)) this.#conflicts.delete(key);
    }
  }

  /** Changes of this device that no segment has; 0 where there is no store. */
  get unsentChanges(): number {
    return this.#unsent(Infinity).reduce((sum, [, count]) => sum + count, 0);
  }

  /** The first entry with changes of this device that no segment has, or the next one; `undefined`: there is no store. */
  get ownFrom(): number | undefined {
    return this.ownAfter((this.#unsentFrom ?? 1) - 1, this.#unsentFrom !== undefined);
  }

  /** The same where segments have everything up to an entry. */
  ownAfter(entry: number, hasStore = true): number | undefined {
    if (!hasStore) return undefined;
    let first = Math.max(this.#end.n, entry) + 1;
    for (const n of this.#own.keys()) if (n > entry && n < first) first = n;
    return first;
  }

  /** No segment lacks anything before an entry; `undefined`: there is no store any more. */
  sentBefore(unsentFrom: number | undefined): void {
    this.#unsentFrom = unsentFrom;
    if (unsentFrom !== undefined) this.#forgetOwn(unsentFrom);
  }

  #forgetOwn(before: number): void {
    for (const n of [...this.#own.keys()]) if (n < before) this.#own.delete(n);
  }

  /** What a checkpoint carries on of the entries before its start. */
  carriedBefore(journalStart: number): Pick<Checkpoint, 'vector' | 'conflicts' | 'unsent'> {
    return {
      vector: this.#vector,
      conflicts: this.conflicts,
      unsent: this.#unsent(journalStart),
    };
  }

  #unsent(before: number): readonly UnsentEntry[] {
    const from = this.#unsentFrom;
    return from === undefined ? [] : [...this.#own].filter(([n]) => n >= from && n < before);
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
    const { rows, tail, checkpoint, unsentFrom } = await this.#store.readJournal(this.#end.n + 1);
    if (checkpoint !== undefined && checkpoint > this.shelf.checkpoint.version) {
      await this.#reload();
      this.tell({ type: 'changed', customers: 'any' });
      return;
    }
    this.sentBefore(unsentFrom);
    if (rows.length === 0 && tail?.version === this.#end.n) return;
    const touched = await this.#read(rows);
    await this.#checkTail(tail);
    if (touched.has(WORKSPACE_DOSSIER)) await this.readWorkspace();
    const customers = [...touched].filter((id) => !isReserved(id));
    if (customers.length > 0) this.tell({ type: 'changed', customers });
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
    if (this.#unsentFrom === undefined) this.#forgetOwn(to + 1);
  }

  async readWorkspace(): Promise<void> {
    const dossier = await this.dossier(WORKSPACE_DOSSIER);
    // Damage is in the list; members and custom fields are then not known by name.
    this.#workspace = dossier.ok ? dossier.value : new Map<RecordId, RecordState>();
    const states = [...this.#workspace.values()];
    const erasures = states.flatMap((state) => state.erases ?? []);
    this.#erasures = createErasures(erasures);
    this.#hasErasures = erasures.length > 0;
    this.#erasuresByRecord = byRecord(erasures);
    // The erasures just read may be of the workspace's own records.
    this.purge(this.#workspace);
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
      await this.#readAnew(checkpoint, journal);
      return;
    }
  }

  async #readAnew(
    checkpoint: Checkpoint,
    { rows, tail, unsentFrom }: Awaited<ReturnType<WorkspaceStore['readJournal']>>,
  ): Promise<void> {
    const laid = [...this.#pending.keys()];
    this.#pending = new Map();
    this.#pendingCharacters = 0;
    this.#dossiers.clear();
    this.roster.lift(laid);
    this.#end = { n: checkpoint.journalStart - 1, hash: checkpoint.journalHash };
    this.#vector = checkpoint.vector;
    this.#conflicts = new Map();
    this.#noteConflicts(checkpoint.conflicts);
    this.#own = new Map(checkpoint.unsent);
    this.sentBefore(unsentFrom);
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
    this.unreadableEntry(n, reason);
  }

  unreadableEntry(n: number, reason: Damage['reason']): Damaged {
    const damage = { table: 'journal', row: String(n), reason, customers: 0 } as const;
    return { type: 'Damaged', damage: this.damages.note(damage) };
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
    if (entry.received === undefined) {
      const { changes, run } = entry;
      // What the log tells is sent with the rest, and counted with nothing.
      const said = changes.filter(({ record }) => !isAuditPage(record)).length;
      const count = Math.max(said, run?.records ?? 0);
      if (changes.length > 0 || count > 0) this.#own.set(n, count);
    } else {
      this.#vector = laterOf(this.#vector, vectorOf(entry.received));
      this.#noteConflicts(entry.conflicts ?? []);
    }
    return touched;
  }

  #noteConflicts(conflicts: readonly ConflictRef[]): void {
    for (const conflict of conflicts) {
      const key = conflictText(conflict);
      this.#conflicts.delete(key);
      this.#conflicts.set(key, conflict);
    }
    for (const key of [...this.#conflicts.keys()].slice(0, -CONFLICTS_KEPT)) {
      this.#conflicts.delete(key);
    }
  }

  // ---- Dossiers -----------------------------------------------------------------------------------------------------

  async stateOf(
    record: RecordId,
    owner: RecordId,
  ): Promise<Result<RecordState | undefined, Damaged>> {
    const dossier = await this.dossier(owner);
    return dossier.ok ? ok(dossier.value.get(record)) : dossier;
  }

  has(dossier: RecordId): boolean {
    return this.#pending.has(dossier) || this.roster.place(dossier) !== undefined;
  }

  idsFrom(prefix: string): readonly RecordId[] {
    const ids = new Set(this.roster.idsFrom(prefix));
    for (const id of this.#pending.keys()) if (id.startsWith(prefix)) ids.add(id);
    return [...ids].filter((id) => !this.#erasures.coversRecord(id, undefined)).sort();
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

  /**
   * Many at once, in turn: the bodies of their leaves are read in few requests, and of each only these dossiers are parsed. Not to be
   * altered.
   */
  async dossiers(
    ids: Iterable<RecordId>,
  ): Promise<ReadonlyMap<RecordId, Result<Dossier, Damaged>>> {
    const wanted = new Set(ids);
    for (;;) {
      const found = await this.#findDossiers(wanted);
      if (found !== 'stale') return found;
      // Another tab has rolled: places, and what lies over the leaves, have moved.
      await this.#reload();
    }
  }

  async #findDossiers(
    wanted: ReadonlySet<RecordId>,
  ): Promise<Map<RecordId, Result<Dossier, Damaged>> | 'stale'> {
    const found = new Map<RecordId, Result<Dossier, Damaged>>();
    const rows = new Map<number, { readonly id: RecordId; readonly row: number }[]>();
    for (const id of wanted) {
      const kept = this.#dossiers.get(id);
      const place = this.roster.place(id);
      if (kept !== undefined) found.set(id, ok(kept));
      else if (place === undefined) found.set(id, ok(this.withPending(id, new Map())));
      else {
        const others = rows.get(place.leaf);
        if (others === undefined) rows.set(place.leaf, [{ id, row: place.row }]);
        else others.push({ id, row: place.row });
      }
    }
    const leaves = [...rows.keys()].sort((a, b) => a - b);
    const read = (from: number) => {
      const bodies = this.shelf.scanBodies(leaves.slice(from, from + READ_RUN));
      // Whoever waits for them is told; where an earlier run is stale, nobody does.
      bodies.catch(() => undefined);
      return bodies;
    };
    let reading = read(0);
    for (let from = 0; from < leaves.length; from += READ_RUN) {
      const bodies = await reading;
      reading = read(from + READ_RUN);
      for (const [index, body] of bodies.entries()) {
        const leaf = leaves[from + index] ?? 0;
        if (!body.ok && body.error.type === 'Stale') return 'stale';
        for (const { id, row } of rows.get(leaf) ?? []) {
          const parsed = body.ok ? this.shelf.dossier(leaf, body.value, row) : err(body.error);
          if (parsed.ok) found.set(id, ok(this.withPending(id, parsed.value.dossier)));
          else if (parsed.error.type === 'Damaged') found.set(id, err(parsed.error));
        }
      }
    }
    return found;
  }

  isAtHand(id: RecordId): boolean {
    return this.#dossiers.has(id);
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
    this.purge(dossier);
    return dossier;
  }

  /** Leaves may hold what was erased since they were written. */
  purge(dossier: Dossier): void {
    if (!this.#hasErasures) return;
    for (const [record, { customer }] of dossier) {
      if (this.#erasures.coversRecord(record, customer)) dossier.delete(record);
      for (const erasure of this.#erasuresByRecord.get(record) ?? []) purge(dossier, erasure);
    }
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

function byRecord(erasures: readonly Erasure[]): Map<RecordId, Erasure[]> {
  const found = new Map<RecordId, Erasure[]>();
  for (const erasure of erasures) {
    if (erasure.type === 'person') continue;
    const others = found.get(erasure.record);
    if (others === undefined) found.set(erasure.record, [erasure]);
    else others.push(erasure);
  }
  return found;
}

function conflictText({ customer, record, field, element }: ConflictRef): string {
  return JSON.stringify([customer, record, field, element]);
}

/** After an entry that could not be used: the next one may be chained to anything. */
const UNKNOWN_HASH = new Uint8Array(0);
