/**
 * The vault: one unlocked workspace, as the other rooms see it. Joins domain (what changes mean), crypto (sealed rows) and storage (where
 * they lie). Everything that alters the workspace arrives here as changes and leaves as one commit.
 */

import type { RecordId } from '#base/ids.ts';
import { assert, err, ok, type Result } from '#base/result.ts';
import type { FieldDefinition, Kind } from '#domain/catalogue.ts';
import type { Change, Erasure, FieldName, Json } from '#domain/change.ts';
import { conflictsOf, settlementOf } from '#domain/conflicts.ts';
import { deletionOf } from '#domain/edits.ts';
import type { Dossier, RecordState } from '#domain/record-state.ts';
import { newRecordId } from '#domain/roles.ts';
import type { Summary } from '#domain/summary.ts';
import { isAlive } from '#domain/values.ts';
import type { StorageError } from '#storage/failure.ts';
import type { MetaRow } from '#storage/workspace-database.ts';
import { Authoring } from './authoring.ts';
import { Book, type VaultEvent, type VaultParts } from './book.ts';
import { Commits, type Step } from './commits.ts';
import { openConflicts } from './conflicts.ts';
import type { Damage, Damaged } from './damage.ts';
import { applyTo, dossierOf, WORKSPACE_DOSSIER } from './dossiers.ts';
import type { Occasion, WitnessedStep } from './environment.ts';
import type {
  Bulk,
  BulkEdit,
  BulkOptions,
  Cancelled,
  Committed,
  ConflictRef,
  Edit,
  EditError,
  LeadLost,
  Locked,
  NamedEdit,
  NewRecord,
  NotFound,
  OpenConflict,
  Outgoing,
  Received,
  ReceiveOptions,
  UndoToken,
  WorkOptions,
} from './edits.ts';
import { mendingOf, suspects, watched, type MendSource } from './mending.ts';
import { outgoing } from './outgoing.ts';
import { Receiving } from './receiving.ts';
import { Restaging } from './restaging.ts';
import { Witnessing } from './witnessing.ts';
import { Rolls } from './rolls.ts';
import type { Facets, ListPage, ListQuery, TodayView } from './roster.ts';
import { scanDossiers, scanLines } from './scan.ts';
import type { SealedRows } from './sealed-rows.ts';
import type { Vector } from './vector.ts';

export type { VaultEvent, VaultParts } from './book.ts';
export type * from './edits.ts';
export type { Position, Vector } from './vector.ts';

/** So many dossiers are mended in one commit. */
const MENDED_AT_ONCE = 100;

export class Vault {
  readonly #parts: VaultParts;
  readonly #book: Book;
  readonly #authoring: Authoring;
  readonly #rolls: Rolls;
  readonly #commits: Commits;
  readonly #restaging: Restaging;
  readonly #receiving: Receiving;
  readonly #witnessing: Witnessing;

  private constructor(parts: VaultParts, book: Book) {
    this.#parts = parts;
    this.#book = book;
    this.#authoring = new Authoring(book, parts);
    this.#rolls = new Rolls(parts, book);
    this.#commits = new Commits(parts, book, this.#rolls);
    this.#witnessing = new Witnessing(book, parts);
    this.#restaging = new Restaging(parts, book, this.#authoring, this.#witnessing);
    this.#receiving = new Receiving(book, this.#commits, this.#restaging);
  }

  /** Never fails on damage: what can't be read is listed, the rest is there. */
  static async open(parts: VaultParts): Promise<Vault> {
    const vault = new Vault(parts, await Book.open(parts));
    vault.#rolls.schedule();
    return vault;
  }

  listen(listener: (event: VaultEvent) => void): void {
    this.#book.listen(listener);
  }

  /** Waits for a commit under way, then answers nothing more. */
  close(): Promise<void> {
    this.#rolls.stop();
    return this.#book.close();
  }

  get damage(): readonly Damage[] {
    return this.#book.damages.all;
  }

  noteDamage(damage: Damage): void {
    this.#book.damages.note(damage);
  }

  // ---- Reading ------------------------------------------------------------------------------------------------------

  get living(): number {
    return this.#book.roster.living;
  }

  list(query: ListQuery, from: number, to: number): ListPage {
    return this.#book.roster.list(query, from, to);
  }

  select(query: ListQuery): readonly RecordId[] {
    return this.#book.roster.select(query);
  }

  facets(): Facets {
    return this.#book.roster.facets();
  }

  today(today: string): TodayView {
    return this.#book.roster.today(today);
  }

  summaries(): Iterable<readonly Summary[]> {
    return this.#book.roster.summaries();
  }

  /** Customers that were deleted, and that nobody has erased yet. */
  trash(): Iterable<Summary> {
    return this.#book.roster.trash();
  }

  get customFields(): readonly FieldDefinition[] {
    return this.#book.customFields;
  }

  fieldsOf(kind: Kind): readonly FieldDefinition[] {
    return this.#book.fieldsOf(kind);
  }

  /** Of anything: of people, of card numbers, of pages of the log. */
  get hasErasures(): boolean {
    return this.#book.hasErasures;
  }

  /** Whether an erasure names the record: nothing of it comes back. */
  isErased(id: RecordId): boolean {
    return this.#book.erasures.coversRecord(id, undefined);
  }

  /** Undefined where no customer of this id was ever here. */
  summary(id: RecordId): Summary | undefined {
    return this.#book.roster.summary(id);
  }

  /** The workspace's own records: members, custom fields, erasures. */
  get workspace(): Dossier {
    return this.#book.workspace;
  }

  async openDossier(id: RecordId): Promise<Result<Dossier, NotFound | Damaged>> {
    const dossier = await this.#book.dossier(id);
    if (!dossier.ok) return dossier;
    return dossier.value.size === 0 ? err({ type: 'NotFound' }) : ok(dossier.value);
  }

  /** Every dossier with all that is in it, the trash too; first the workspace's own. */
  dossiers(signal: AbortSignal): AsyncIterable<Result<readonly RecordState[], Damaged>> {
    return scanDossiers(this.#book, signal);
  }

  /** The same for a backup: records come as their text where nothing lies over them. */
  dossierLines(
    signal: AbortSignal,
  ): AsyncIterable<Result<readonly (RecordState | string)[], Damaged>> {
    return scanLines(this.#book, signal);
  }

  // ---- Writing ------------------------------------------------------------------------------------------------------

  /** Durable when it returns. All edits are one step: one journal entry, one undo. */
  save(edits: readonly Edit[]): Promise<Result<Committed, EditError>> {
    const known = new Set(edits.flatMap(({ record }) => record ?? []));
    return this.#write(
      edits.map((edit) => ({ ...edit, record: edit.record ?? newRecordId(edit.kind) })),
      known,
    );
  }

  /** New records under ids that the caller made, so that they can name one another. */
  add(records: readonly NewRecord[]): Promise<Result<Committed, EditError>> {
    return this.#write(records, new Set());
  }

  /** Deletes records. A customer's goes with all that belongs to it, since nothing shows what belongs to a deleted one. */
  remove(
    records: readonly { readonly record: RecordId; readonly customer?: RecordId }[],
  ): Promise<Result<Committed, EditError>> {
    return this.#commit('deletion', async () => {
      const changes: Change[] = [];
      for (const { record, customer } of records) {
        const own = this.#book.workspace.has(record) ? WORKSPACE_DOSSIER : record;
        const state = await this.#book.stateOf(record, customer ?? own);
        if (!state.ok) return state;
        if (state.value === undefined || !isAlive(state.value)) return err({ type: 'NotFound' });
        const { kind } = state.value;
        const subject = { kind, record, ...(customer !== undefined && { customer }) };
        if (this.#authoring.isRestricted(subject)) return err({ type: 'Restricted' });
        changes.push(deletionOf(state.value, this.#book.stamps.next(), this.#authoring.now));
      }
      return ok(changes);
    });
  }

  /** Takes one step back. What somebody has changed since stays as they left it. */
  async undo(
    token: UndoToken,
    options: WorkOptions,
  ): Promise<Result<Committed, EditError | Cancelled>> {
    const { customers } = token;
    if (customers === undefined) {
      const undone = await this.#restaging.undo(token, options);
      return undone.ok ? ok({ undo: undone.value, records: [] }) : undone;
    }
    return this.#commit('undo', async () => {
      const changes: Change[] = [];
      for (const customer of customers) {
        const dossier = await this.#book.dossier(customer);
        if (!dossier.ok) return dossier;
        changes.push(...this.#authoring.inverses(dossier.value, token));
      }
      if (changes.some((change) => this.#authoring.isRestricted(change))) {
        return err({ type: 'Restricted' });
      }
      return ok(changes);
    });
  }

  /**
   * Erases for good: at once from all that is read, and from the leaves; from the journal with the next roll. The values are the erasure
   * records' own, of which none may tell of who was erased. Gives their ids.
   */
  async erase(
    erasures: readonly Erasure[],
    values: Readonly<Record<FieldName, Json>> = {},
  ): Promise<Result<readonly RecordId[], EditError>> {
    const changes: Change[] = [];
    for (const erases of erasures) {
      const change = this.#authoring.change(
        { record: newRecordId('erasure'), kind: 'erasure', values },
        undefined,
      );
      if (!change.ok) return change;
      const { set = {}, ...head } = change.value;
      changes.push({ ...head, erases, ...(Object.keys(set).length > 0 && { set }) });
    }
    const told = { way: 'edit', changes, created: new Set<RecordId>(), occasions: [] } as const;
    const erased = await this.#receiving.erase(changes, told);
    return erased.ok ? ok(changes.map(({ record }) => record)) : erased;
  }

  /** Takes changes as they are: what another part of Holdfast has authored and stamped. */
  async apply(changes: readonly Change[]): Promise<Result<Committed, EditError>> {
    const applied = await this.#commit('edit', () => Promise.resolve(ok(changes)));
    return this.#mended(applied, this.#suspects(changes), 'sync');
  }

  /** Has the log tell what no change tells: that somebody saw, exported, backed up. */
  async note(occasions: readonly Occasion[]): Promise<Result<void, EditError>> {
    if (!this.#witnessing.isThere || occasions.length === 0) return ok();
    const noted = await this.#commit('occasion', () => Promise.resolve(ok([])), occasions);
    return noted.ok ? ok() : noted;
  }

  /** The ids of dossiers that begin so: pages of the audit log, runs of the checks. Ascending. */
  dossierIds(prefix: string): readonly RecordId[] {
    return this.#book.idsFrom(prefix);
  }

  /** An import of any size, as one step. Cancelled, it leaves no trace. */
  bulk(
    edits: AsyncIterable<readonly BulkEdit[]>,
    options: BulkOptions,
  ): Promise<Result<Bulk, EditError | Cancelled>> {
    return this.#restaging.import(edits, options);
  }

  /** Takes over whole states, as a restore brings them: into a workspace that is new. */
  async adopt<E>(
    dossiers: AsyncIterable<Result<readonly RecordState[], E>>,
    options: WorkOptions,
  ): Promise<Result<{ readonly created: number }, EditError | Cancelled | E>> {
    const suspicious = new Set<RecordId>();
    const adopted = await this.#restaging.adopt(this.#watching(dossiers, suspicious), options);
    return this.#mended(adopted, suspicious, 'restore');
  }

  // ---- Syncing ------------------------------------------------------------------------------------------------------

  /** Others' segments that have taken effect here. */
  get vector(): Vector {
    return this.#book.vector;
  }

  get journalEnd(): number {
    return this.#book.end.n;
  }

  /** This device's own changes that no segment has; 0 where there is no store. */
  get unsentChanges(): number {
    return this.#book.unsentChanges;
  }

  /**
   * Others' changes: durable, with their positions, when it returns. Few go through the journal, many, and erasures, through leaves. What
   * is here already alters nothing.
   */
  async receive(
    received: Received,
  ): Promise<Result<{ readonly conflicts: number }, EditError | LeadLost>> {
    const taken = await this.#receiving.receive(received);
    return this.#mended(taken, this.#suspects(received.changes), 'sync');
  }

  /**
   * Whole states of a snapshot: taken over where there is nothing of them yet, merged where there is. All of it takes effect at once, with
   * the positions.
   */
  async receiveStates<E>(
    dossiers: AsyncIterable<Result<readonly RecordState[], E>>,
    options: ReceiveOptions,
  ): Promise<Result<{ readonly records: number }, EditError | Cancelled | LeadLost | E>> {
    const suspicious = new Set<RecordId>();
    const watching = this.#watching(dossiers, suspicious);
    const taken = await this.#receiving.receiveStates(watching, options);
    return this.#mended(taken, suspicious, 'sync');
  }

  /** This device's own changes of the entries after a number, in their order. Entries that hold none of them are left out. */
  outgoing(after: number): AsyncIterable<Result<Outgoing, Damaged>> {
    return outgoing(this.#parts, this.#book, after);
  }

  /** Where arriving changes made conflicts that nobody has settled since; the newest first. */
  conflicts(): Promise<readonly OpenConflict[]> {
    return openConflicts(this.#book);
  }

  /** Says of both sides that they were seen, and which of them stands. */
  settle(
    { customer, record, field, element }: ConflictRef,
    choice: 'keep' | 'other',
  ): Promise<Result<Committed, EditError>> {
    return this.#commit('edit', async () => {
      const owner = customer ?? WORKSPACE_DOSSIER;
      const state = await this.#book.stateOf(record, owner);
      if (!state.ok) return state;
      const conflict =
        state.value &&
        conflictsOf(state.value).find((each) => each.field === field && each.element === element);
      if (state.value === undefined || conflict === undefined) return err({ type: 'NotFound' });
      const moment = { stamp: this.#book.stamps.next(), at: this.#authoring.now };
      return ok([this.#authoring.screened(settlementOf(state.value, conflict, choice, moment))]);
    });
  }

  /** Under which this vault commits. */
  get lockNumber(): number {
    return this.#parts.lockNumber;
  }

  /** In turn with commits: sync writes what it knows of the journal, and memory follows. */
  inTurn<T>(work: (book: Pick<Book, 'ownAfter' | 'sentBefore'>) => Promise<T>): Promise<T> {
    return this.#book.inTurn(() => work(this.#book));
  }

  // ---- Mending ------------------------------------------------------------------------------------------------------

  /**
   * Takes out of dossiers what the guard would not have let in, a hundred in a commit. Says how many values it was: none where this device's
   * role does not allow it.
   */
  async mend(dossiers: Iterable<RecordId>, source: MendSource): Promise<Result<number, EditError>> {
    const { guard, role, clock } = this.#parts;
    if (guard === null || role() === 'viewer') return ok(0);
    const ids = [...dossiers];
    let mended = 0;
    for (let from = 0; from < ids.length; from += MENDED_AT_ONCE) {
      const some = ids.slice(from, from + MENDED_AT_ONCE);
      const mending = await mendingOf(this.#book, { guard, role, clock }, some, source);
      const { changes, created, values } = mending;
      if (values === 0) continue;
      const told = { way: 'edit', changes, created, occasions: [] } as const;
      const erased = await this.#receiving.erase(changes, told);
      if (!erased.ok) return erased;
      mended += values;
    }
    return ok(mended);
  }

  #suspects(changes: readonly Change[]): ReadonlySet<RecordId> {
    const { guard } = this.#parts;
    return guard === null ? new Set() : suspects(guard, changes, (kind) => this.fieldsOf(kind));
  }

  #watching<E>(
    dossiers: AsyncIterable<Result<readonly RecordState[], E>>,
    suspicious: Set<RecordId>,
  ): AsyncIterable<Result<readonly RecordState[], E>> {
    const { guard } = this.#parts;
    if (guard === null) return dossiers;
    return watched(dossiers, guard, (kind) => this.fieldsOf(kind), suspicious);
  }

  async #mended<T, E>(
    taken: Result<T, E>,
    suspicious: ReadonlySet<RecordId>,
    source: MendSource,
  ): Promise<Result<T, E | EditError>> {
    if (!taken.ok || suspicious.size === 0) return taken;
    const mended = await this.mend(suspicious, source);
    return mended.ok ? taken : mended;
  }

  // ---- Keeping ------------------------------------------------------------------------------------------------------

  /** Folds the journal into the leaves. */
  roll(): Promise<Result<void, StorageError | Locked>> {
    return this.#rolls.roll();
  }

  /** Seals everything anew, under other keys. This vault is of no use afterwards; open another with the new keys. */
  reseal(
    rows: SealedRows,
    meta: readonly MetaRow[],
  ): Promise<Result<void, StorageError | Locked | Damaged>> {
    return this.#rolls.reseal(rows, meta);
  }

  /** Deletes what a crash or a cancelled import left staged. */
  sweep(): Promise<void> {
    return this.#rolls.sweep();
  }

  /** Called when another tab has written. */
  catchUp(): Promise<void> {
    return this.#book.inTurn(() => this.#book.refresh());
  }

  // ---- Committing ---------------------------------------------------------------------------------------------------

  #write(
    edits: readonly NamedEdit[],
    mustBeThere: ReadonlySet<RecordId>,
  ): Promise<Result<Committed, EditError>> {
    return this.#commit('edit', async () => {
      const changes: Change[] = [];
      for (const edit of edits) {
        const state = await this.#book.stateOf(edit.record, dossierOf(edit));
        if (!state.ok) return state;
        if (state.value === undefined && mustBeThere.has(edit.record)) {
          return err({ type: 'NotFound' });
        }
        const change = this.#authoring.change(edit, state.value);
        if (!change.ok) return change;
        changes.push(change.value);
      }
      return ok(changes);
    });
  }

  async #commit(
    way: WitnessedStep['way'],
    author: () => Promise<Result<readonly Change[], EditError>>,
    occasions: readonly Occasion[] = [],
  ): Promise<Result<Committed, EditError>> {
    const committed = await this.#commits.append<WitnessedCommit, EditError>(async () => {
      this.#authoring.takeReplaced();
      const authored = await author();
      if (!authored.ok) return authored;
      const replaced = this.#authoring.takeReplaced();
      const said = authored.value;
      if (said.length === 0 && occasions.length === 0) return err({ type: 'NotFound' });
      if (!this.#authoring.mayAuthor(said)) return err({ type: 'NotPermitted' });
      const dossiers = new Map<RecordId, Dossier>();
      const created = new Set<RecordId>();
      const applied = await this.#apply(said, dossiers, created);
      if (!applied.ok) return applied;
      const customers = [...dossiers.keys()];
      const told = await this.#witnessing.tell({ way, changes: said, created, occasions });
      const logged = await this.#apply(told, dossiers, created);
      if (!logged.ok) return logged;
      return ok({ changes: [...said, ...told], said, customers, dossiers, replaced });
    });
    if (!committed.ok) return committed;
    const { changes, said, customers, replaced } = committed.value;
    const first = said[0] ?? changes[0];
    const last = said.at(-1) ?? first;
    assert(first !== undefined && last !== undefined, 'a commit has a change');
    return ok({
      ...(replaced > 0 && { replaced }),
      undo: { from: first.stamp, to: last.stamp, customers },
      records: said.map((change) => change.record),
    });
  }

  /** The dossiers that the changes touch, as they will be. The ones at hand stay untouched until the commit is durable. */
  async #apply(
    changes: readonly Change[],
    dossiers: Map<RecordId, Dossier>,
    created: Set<RecordId>,
  ): Promise<Result<void, Damaged>> {
    for (const change of changes) {
      const id = dossierOf(change);
      let dossier = dossiers.get(id);
      if (dossier === undefined) {
        const current = await this.#book.dossier(id);
        if (!current.ok) return current;
        dossier = new Map(current.value);
        dossiers.set(id, dossier);
      }
      if (!dossier.has(change.record)) created.add(change.record);
      applyTo(dossier, change, this.#book.erasures, { keep: true });
    }
    return ok();
  }
}

/** A commit, and what of it the log only tells of. */
interface WitnessedCommit extends Step {
  readonly said: readonly Change[];
  readonly customers: readonly RecordId[];
  readonly replaced: number;
}
