/**
 * Receiving: what other devices wrote takes effect here, with the positions that it came from, in one commit. Few changes go through the
 * journal; many, and erasures, through leaves that are written anew, so that at rest too nothing is left of what was erased. No
 * witness sees them, their authors' did; the guard looks at them afterwards (mending.ts).
 */

import type { RecordId } from '#base/ids.ts';
import { err, ok, type Result } from '#base/result.ts';
import type { ErasureIndex } from '#domain/apply.ts';
import type { Change, Erasure } from '#domain/change.ts';
import { conflictsOf, type Conflict } from '#domain/conflicts.ts';
import { changesOf } from '#domain/partition.ts';
import type { Dossier, RecordState } from '#domain/record-state.ts';
import { withChange, type Summary } from '#domain/summary.ts';
import { isAlive } from '#domain/values.ts';
import type { StorageError } from '#storage/failure.ts';
import type { Book } from './book.ts';
import type { Commits, Fence, Step } from './commits.ts';
import type { Damaged } from './damage.ts';
import { applyTo, dossierOf, WORKSPACE_DOSSIER } from './dossiers.ts';
import type {
  Cancelled,
  ConflictRef,
  EditError,
  LeadLost,
  Received,
  ReceiveOptions,
} from './edits.ts';
import type { WitnessedStep } from './environment.ts';
import { bodyLines, entryOf, workspaceEntry } from './leaf.ts';
import { newestOf, UPDATES_KEPT, type Restaging, type Work } from './restaging.ts';
import type { JournalEntry } from './sealed-rows.ts';
import { storedVector } from './vector.ts';

/** So many changes go into one journal entry; an entry of more would take longer to fold than leaves to write anew. */
const JOURNAL_MOST = 4096;
/** Of so few customers the leaves are kept at hand: somebody works on them now. */
const FEW_DOSSIERS = 16;
/** Bodies read in one request of a scan. */
const READ_RUN = 16;

const NEVER = new AbortController().signal;
const NONE: ReadonlyMap<RecordId, Summary> = new Map();

export class Receiving {
  readonly #book: Book;
  readonly #commits: Commits;
  readonly #restaging: Restaging;

  constructor(book: Book, commits: Commits, restaging: Restaging) {
    this.#book = book;
    this.#commits = commits;
    this.#restaging = restaging;
  }

  receive(received: Received): Promise<Result<{ conflicts: number }, EditError | LeadLost>> {
    const { changes } = received;
    const isMuch =
      changes.length > JOURNAL_MOST || changes.some(({ erases }) => erases !== undefined);
    return isMuch ? this.#throughLeaves(received) : this.#throughJournal(received);
  }

  // ---- Through the journal ------------------------------------------------------------------------------------------

  async #throughJournal({
    changes,
    positions,
    lead,
    isInformed = false,
  }: Received): Promise<Result<{ conflicts: number }, EditError | LeadLost>> {
    const byDossier = inDossiers(changes);
    const author = async (): Promise<Result<Step & { conflicts: number }, never>> => {
      const arrivals = new Arrivals();
      const dossiers = new Map<RecordId, Dossier>();
      const unread = isInformed ? this.#withoutReading(changes, byDossier) : NONE;
      const wanted = [...byDossier.keys()].filter((id) => !unread.has(id));
      for (const [id, read] of await this.#dossiersOf(wanted)) {
        // What can't be read is in the list of damage. The changes lie over it, for when it is there again.
        if (!read.ok) continue;
        const dossier = new Map(read.value);
        arrivals.apply(dossier, byDossier.get(id) ?? [], this.#book.erasures, { keep: true });
        dossiers.set(id, dossier);
      }
      const { conflicts } = arrivals;
      const from = saysOf(positions, conflicts);
      const summaries = [...unread.values()];
      return ok({ changes, dossiers, summaries, from, conflicts: conflicts.length });
    };
    const step = await this.#commits.append(author, fenceOf(lead));
    return step.ok ? ok({ conflicts: step.value.conflicts }) : step;
  }

  /**
   * [Note: Nothing to read] Changes that are newer than every stamp of this vault win wherever they arrive, and where their author knew all
   * that is here, they conflict with nothing. Of a customer whose own plain fields they set, the list then says what they say, and the leaf
   * is not read. An author who lies about that deceives in the list for as long as nobody opens the customer and nothing is folded.
   */
  #withoutReading(
    changes: readonly Change[],
    byDossier: ReadonlyMap<RecordId, readonly Change[]>,
  ): ReadonlyMap<RecordId, Summary> {
    const { stamps, roster, erasures, unsentChanges } = this.#book;
    let { latest } = stamps;
    for (const { stamp } of changes) {
      if (stamp <= latest) return NONE;
      latest = stamp;
    }
    if (unsentChanges > 0) return NONE;
    const unread = new Map<RecordId, Summary>();
    for (const [id, arrived] of byDossier) {
      if (this.#book.isAtHand(id) || erasures.coversRecord(id, undefined)) continue;
      let summary: Summary | null = roster.summary(id) ?? null;
      for (const change of arrived) {
        const isErased = Object.keys(change.set ?? {}).some((field) =>
          erasures.coversField(id, field),
        );
        summary = summary === null || isErased ? null : withChange(summary, change);
      }
      if (summary !== null) unread.set(id, summary);
    }
    return unread;
  }

  async #dossiersOf(
    wanted: readonly RecordId[],
  ): Promise<Iterable<readonly [RecordId, Result<Dossier, Damaged>]>> {
    if (wanted.length > FEW_DOSSIERS) return this.#book.dossiers(wanted);
    const found: [RecordId, Result<Dossier, Damaged>][] = [];
    for (const id of wanted) found.push([id, await this.#book.dossier(id)]);
    return found;
  }

  // ---- Through leaves -----------------------------------------------------------------------------------------------

  async #throughLeaves({
    changes,
    positions,
    lead,
  }: Received): Promise<Result<{ conflicts: number }, EditError | LeadLost>> {
    const done = await this.#restaging.restage<{ conflicts: number }, LeadLost>(
      { signal: NEVER },
      async (work) => {
        const byDossier = inDossiers(changes);
        const arrivals = new Arrivals();
        const into = (id: RecordId, dossier: Dossier): boolean => {
          const arrived = byDossier.get(id) ?? [];
          arrivals.apply(dossier, arrived, work.erasures, { keep: false });
          return arrived.length > 0;
        };
        work.erase(erasuresIn(changes));
        const merged = await this.#merge(work, new Set(byDossier.keys()), into, async (id) => {
          const arrived = byDossier.get(id) ?? [];
          const dossier = await this.#book.dossier(id);
          if (dossier.ok) {
            arrivals.apply(new Map(dossier.value), arrived, work.erasures, { keep: true });
          }
          return arrived;
        });
        if (!merged.ok) return merged;
        const { conflicts } = arrivals;
        work.says = saysOf(positions, conflicts);
        return ok({ conflicts: conflicts.length });
      },
      fenceOf(lead),
    );
    if (done.ok) return done;
    // Nothing cancels it.
    return err(done.error.type === 'Cancelled' ? { type: 'Locked' } : done.error);
  }

  /** This device's own erasures take the same way, so that nothing is left in the leaves. */
  async erase(changes: readonly Change[], told: WitnessedStep): Promise<Result<void, EditError>> {
    const done = await this.#restaging.restage({ signal: NEVER }, async (work) => {
      work.erase(erasuresIn(changes));
      work.told = told;
      const nothing = () => false;
      return this.#merge(work, new Set([WORKSPACE_DOSSIER]), nothing, () =>
        Promise.resolve(changes),
      );
    });
    if (done.ok) return done;
    // Nothing cancels it.
    return err(done.error.type === 'Cancelled' ? { type: 'Locked' } : done.error);
  }

  receiveStates<E>(
    dossiers: AsyncIterable<Result<readonly RecordState[], E>>,
    { positions, lead, signal, onProgress }: ReceiveOptions,
  ): Promise<Result<{ readonly records: number }, EditError | Cancelled | LeadLost | E>> {
    const book = this.#book;
    return this.#restaging.restage<{ records: number }, Cancelled | LeadLost | E>(
      { signal },
      async (work) => {
        const arrivals = new Arrivals();
        const added = new Set<RecordId>();
        let gathered = new Map<RecordId, RecordState[]>();
        let records = 0;
        const merge = async () => {
          const states = gathered;
          gathered = new Map();
          // What was added to a leaf that is still being filled is found once that is written.
          const written = [...states.keys()].some((id) => added.has(id))
            ? await work.staging.finish()
            : ok();
          if (!written.ok) return written;
          return this.#merge(
            work,
            new Set(states.keys()),
            (id, dossier) => {
              const arrived = states.get(id) ?? [];
              arrivals.join(dossier, arrived, work.erasures);
              return arrived.length > 0;
            },
            (id) => Promise.resolve((states.get(id) ?? []).flatMap((state) => changesOf(state))),
          );
        };
        for await (const read of dossiers) {
          if (signal.aborted) return err({ type: 'Cancelled' });
          if (!read.ok) return read;
          const [first] = read.value;
          if (first === undefined) continue;
          const id = dossierOf({ ...first, record: first.id });
          for (const state of read.value) book.stamps.see(newestOf(state));
          work.erase(read.value.flatMap(({ erases }) => erases ?? []));
          const isThere =
            book.roster.place(id) !== undefined || book.pending.has(id) || added.has(id);
          if (isThere) gathered.set(id, [...(gathered.get(id) ?? []), ...read.value]);
          else {
            const staged = await this.#add(work, id, statesIn(read.value));
            if (!staged.ok) return staged;
            added.add(id);
          }
          records += read.value.length;
          const merged = gathered.size >= UPDATES_KEPT ? await merge() : ok();
          if (!merged.ok) return merged;
          onProgress?.(records);
        }
        const merged = await merge();
        if (!merged.ok) return merged;
        work.says = saysOf(positions, arrivals.conflicts);
        return ok({ records });
      },
      fenceOf(lead),
    );
  }

  /**
   * Brings into the leaves what arrived of some dossiers, and out of them what was erased. Of what is in no leaf, but in the journal, and of
   * what is damaged, `changesOf` says what goes into the journal's entry.
   */
  async #merge(
    work: Work,
    arrived: ReadonlySet<RecordId>,
    into: (id: RecordId, dossier: Dossier) => boolean,
    changesFor: (id: RecordId) => Promise<readonly Change[]>,
  ): Promise<Result<void, Damaged | StorageError>> {
    const book = this.#book;
    const idsByLeaf = new Map<number, RecordId[]>();
    for (const leaf of await this.#leavesOf(work.erasing)) idsByLeaf.set(leaf, []);
    for (const id of arrived) {
      const leaf = id === WORKSPACE_DOSSIER ? undefined : work.leafOf(id);
      if (leaf !== undefined) {
        const others = idsByLeaf.get(leaf);
        if (others === undefined) idsByLeaf.set(leaf, [id]);
        else others.push(id);
      } else if (id === WORKSPACE_DOSSIER || book.pending.has(id)) {
        work.changes.push(...(await changesFor(id)));
      } else {
        const dossier: Dossier = new Map();
        into(id, dossier);
        const staged = await this.#add(work, id, dossier);
        if (!staged.ok) return staged;
      }
    }
    const revise = (id: RecordId, dossier: Dossier): boolean => {
      if (id === WORKSPACE_DOSSIER) return false;
      const isArrived = into(id, dossier);
      return work.purge(dossier) || isArrived;
    };
    for (const leaf of [...idsByLeaf.keys()].sort((a, b) => a - b)) {
      const rewritten = await this.#restaging.rewriteLeaf(work, leaf, revise, { split: true });
      if (rewritten.ok) continue;
      if (rewritten.error.type !== 'Damaged') return rewritten;
      for (const id of idsByLeaf.get(leaf) ?? []) work.changes.push(...(await changesFor(id)));
    }
    return ok();
  }

  async #add(work: Work, id: RecordId, dossier: Dossier): Promise<Result<void, StorageError>> {
    work.purge(dossier);
    if (dossier.size === 0) return ok();
    const entry = id === WORKSPACE_DOSSIER ? workspaceEntry(id, dossier) : entryOf(id, dossier);
    return (await work.staging.add(entry)) ?? ok();
  }

  /** The leaves that hold something of what is erased. A record that is no customer is looked for in all of them. */
  async #leavesOf(erasures: readonly Erasure[]): Promise<ReadonlySet<number>> {
    const book = this.#book;
    const leaves = new Set<number>();
    const sought = new Set<string>();
    for (const erasure of erasures) {
      for (const id of erasure.type === 'person' ? erasure.ids : [erasure.record]) {
        const place = book.roster.place(id);
        if (place !== undefined) leaves.add(place.leaf);
        else if (!book.workspace.has(id)) sought.add(id);
      }
    }
    if (sought.size === 0) return leaves;
    const all = book.shelf.checkpoint.leaves.map(({ leaf }) => leaf);
    for (let from = 0; from < all.length; from += READ_RUN) {
      const run = all.slice(from, from + READ_RUN);
      const bodies = await book.shelf.scanBodies(run);
      for (const [index, body] of bodies.entries()) {
        if (body.ok && bodyLines(body.value).some((line) => sought.has(idOfLine(line)))) {
          leaves.add(run[index] ?? 0);
        }
      }
    }
    return leaves;
  }
}

/** What arrives at records, and where it conflicts with what stood there. */
class Arrivals {
  /** Of records that something arrived at: the conflicts that they had before. */
  readonly #known = new Map<RecordId, ReadonlySet<string>>();
  readonly #found = new Map<RecordId, readonly ConflictRef[]>();

  get conflicts(): readonly ConflictRef[] {
    return [...this.#found.values()].flat();
  }

  /** `keep`: the states in the dossier are somebody else's too. */
  apply(
    dossier: Dossier,
    changes: readonly Change[],
    erasures: ErasureIndex,
    options: { readonly keep: boolean },
  ): void {
    const records = new Set(changes.map(({ record }) => record));
    for (const record of records) this.#before(dossier.get(record), record);
    for (const change of changes) applyTo(dossier, change, erasures, options);
    for (const record of records) this.#after(dossier.get(record), record);
  }

  /** Whole states: taken over where there is nothing of the record yet, else taken apart. */
  join(dossier: Dossier, states: readonly RecordState[], erasures: ErasureIndex): void {
    for (const state of states) {
      if (dossier.has(state.id)) this.apply(dossier, changesOf(state), erasures, { keep: false });
      else if (!erasures.coversRecord(state.id, state.customer)) dossier.set(state.id, state);
    }
  }

  #before(state: RecordState | undefined, record: RecordId): void {
    if (this.#known.has(record)) return;
    const conflicts = state === undefined ? [] : conflictsOf(state);
    this.#known.set(record, new Set(conflicts.map(textOfConflict)));
  }

  #after(state: RecordState | undefined, record: RecordId): void {
    const known = this.#known.get(record);
    if (state === undefined || !isAlive(state)) return;
    const found = conflictsOf(state).filter(
      (conflict) => conflict.differs && known?.has(textOfConflict(conflict)) !== true,
    );
    const owner = dossierOf({ ...state, record });
    const customer = owner === WORKSPACE_DOSSIER ? null : owner;
    this.#found.set(
      record,
      found.map(({ field, element }) =>
        element === undefined ? { customer, record, field } : { customer, record, field, element },
      ),
    );
  }
}

function textOfConflict({ field, element, current, lost }: Conflict): string {
  return JSON.stringify([field, element, current.stamp, lost.map(({ stamp }) => stamp)]);
}

function saysOf(
  positions: Received['positions'],
  conflicts: readonly ConflictRef[],
): Pick<JournalEntry, 'received' | 'conflicts'> {
  const received = storedVector(positions);
  return conflicts.length === 0 ? { received } : { received, conflicts };
}

function fenceOf(lead: number): Fence<LeadLost> {
  return { lead, lost: { type: 'LeadLost' } };
}

function inDossiers(changes: readonly Change[]): Map<RecordId, Change[]> {
  const byDossier = new Map<RecordId, Change[]>();
  for (const change of changes) {
    const id = dossierOf(change);
    const others = byDossier.get(id);
    if (others === undefined) byDossier.set(id, [change]);
    else others.push(change);
  }
  return byDossier;
}

function statesIn(states: readonly RecordState[]): Dossier {
  return new Map(states.map((state) => [state.id, state]));
}

function erasuresIn(changes: readonly Change[]): readonly Erasure[] {
  return changes.flatMap(({ erases }) => erases ?? []);
}

const ID_START = '{"id":"'.length;

/** The record's id that an encoded record begins with. */
function idOfLine(line: string): string {
  return line.slice(ID_START, ID_START + 26);
}
