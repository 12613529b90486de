/** The shelf: the leaves that the checkpoint names. Reads them, checks them, and keeps the last bodies at hand. */

import { err, ok, type Result } from '#base/result.ts';
import type { LeafRow } from '#storage/workspace-database.ts';
import type { LeafTable, WorkspaceStore } from '#storage/workspace-store.ts';
import type { Damaged, DamageList } from './damage.ts';
import { parseDossier, type NamedDossier } from './dossiers.ts';
import {
  bodyAt,
  entryOf,
  LeafBuilder,
  parseBodyLeaf,
  parseSummaryLeaf,
  type BodyLeaf,
  type SummaryLeaf,
} from './leaf.ts';
import type { Roster } from './roster.ts';
import {
  NO_HASH,
  type Checkpoint,
  type LeafRef,
  type SealedRows,
  type Unusable,
} from './sealed-rows.ts';
import { Staging } from './staging.ts';
import { EMPTY_VECTOR } from './vector.ts';

/** Leaves read in one request at unlock. */
const READ_RUN = 64;
/** Opened bodies kept at hand: 64 × 60 KiB at most, but for customers that are larger. */
const BODIES_KEPT = 64;

export const EMPTY_CHECKPOINT: Checkpoint = {
  version: 0,
  journalStart: 1,
  journalHash: NO_HASH,
  nextLeaf: 0,
  newest: '',
  leaves: [],
  vector: EMPTY_VECTOR,
  conflicts: [],
  unsent: [],
};

/** Another tab has rolled since the checkpoint that this one knows. */
export interface Stale {
  readonly type: 'Stale';
}

export class Shelf {
  readonly #store: WorkspaceStore;
  readonly #rows: SealedRows;
  readonly #roster: Roster;
  readonly #damages: DamageList;
  #checkpoint = EMPTY_CHECKPOINT;
  #refs = new Map<number, LeafRef>();
  /** In the order of their last use. */
  readonly #bodies = new Map<number, BodyLeaf>();

  constructor(store: WorkspaceStore, rows: SealedRows, roster: Roster, damages: DamageList) {
    this.#store = store;
    this.#rows = rows;
    this.#roster = roster;
    this.#damages = damages;
  }

  get checkpoint(): Checkpoint {
    return this.#checkpoint;
  }

  get refs(): ReadonlyMap<number, LeafRef> {
    return this.#refs;
  }

  /** Reads the checkpoint; where it can't be used, takes the newest leaves that authenticate as they are. */
  async readCheckpoint(): Promise<Checkpoint> {
    const row = await this.#store.readMark('checkpoint');
    const opened = await this.#rows.openCheckpoint(row);
    if (opened.ok) return opened.value;
    this.#damages.note({ table: 'marks', row: 'checkpoint', reason: opened.error, customers: 0 });
    return this.#salvage(row?.version ?? 0);
  }

  /**
   * Makes a checkpoint the current one: reads the leaves that are new in it, lets go of those that are no more. False where another tab
   * has moved on meanwhile, so that leaves were gone: nothing has changed then, read the checkpoint again. `staged`: leaves that this tab
   * has written itself and has at hand.
   */
  async take(next: Checkpoint, staged?: Staging): Promise<boolean> {
    const refs = new Map(next.leaves.map((ref) => [ref.leaf, ref]));
    const isNew = (ref: LeafRef) => this.#refs.get(ref.leaf)?.version !== ref.version;
    const added = new Map<number, SummaryLeaf>(staged?.summaries);
    const wanted = next.leaves.filter((ref) => isNew(ref) && !added.has(ref.leaf));
    const removed = [...this.#refs.values()].filter(
      (ref) => refs.get(ref.leaf)?.version !== ref.version,
    );
    const runs = Array.from({ length: Math.ceil(wanted.length / READ_RUN) }, (_, index) =>
      wanted.slice(index * READ_RUN, (index + 1) * READ_RUN),
    );
    // The next run is read while this one is opened.
    let reading = this.#readRun(runs[0]);
    for (const [place, run] of runs.entries()) {
      const rows = await reading;
      reading = this.#readRun(runs[place + 1]);
      if (rows.includes(undefined) && (await this.isStale(next.version))) return false;
      const leaves = await Promise.all(
        run.map(async (ref, index) => {
          const opened = await this.#rows.openLeaf('summaries', ref, rows[index]);
          const parsed = opened.ok ? parseSummaryLeaf(opened.value) : null;
          return parsed ?? this.#rebuildSummary(ref, opened.ok ? 'unreadable' : opened.error);
        }),
      );
      leaves.forEach((leaf, index) => {
        const ref = run[index];
        if (leaf !== null && ref !== undefined) added.set(ref.leaf, leaf);
      });
    }
    for (const { leaf } of removed) this.#bodies.delete(leaf);
    this.#refs = refs;
    this.#checkpoint = next;
    this.#roster.update(
      added,
      removed.map(({ leaf }) => leaf),
    );
    return true;
  }

  /** Whether this tab or another has rolled since the checkpoint of a version. */
  async isStale(version: number): Promise<boolean> {
    const mark = await this.#store.readMark('checkpoint');
    return mark !== undefined && mark.version > version;
  }

  /** One leaf's bodies; `Stale` where another tab has rolled and the leaf with it. */
  async body(leaf: number): Promise<Result<BodyLeaf, Damaged | Stale>> {
    const kept = this.#bodies.get(leaf);
    if (kept !== undefined) {
      this.#bodies.delete(leaf);
      this.#bodies.set(leaf, kept);
      return ok(kept);
    }
    const ref = this.#refs.get(leaf);
    const opened = await this.scanBody(leaf);
    if (!opened.ok) return opened;
    // Rolled while it was read: its rows are no longer where the roster says.
    if (this.#refs.get(leaf) !== ref) return err({ type: 'Stale' });
    this.#bodies.set(leaf, opened.value);
    const [oldest] = this.#bodies.keys();
    if (this.#bodies.size > BODIES_KEPT && oldest !== undefined) this.#bodies.delete(oldest);
    return opened;
  }

  /** The same without keeping it. */
  async scanBody(leaf: number): Promise<Result<BodyLeaf, Damaged | Stale>> {
    const [body] = await this.scanBodies([leaf]);
    return body ?? err({ type: 'Stale' });
  }

  /** Several in one request, for scans of everything. */
  async scanBodies(leaves: readonly number[]): Promise<Result<BodyLeaf, Damaged | Stale>[]> {
    // Of the moment at which the leaves are named: a roll of this very tab may end while they are read.
    const { version } = this.#checkpoint;
    const refs = leaves.map((leaf) => this.#refs.get(leaf));
    const present = refs.filter((ref) => ref !== undefined);
    const rows = await this.#store.readLeaves('bodies', present.map(keyOf));
    const rowByLeaf = new Map(present.map(({ leaf }, index) => [leaf, rows[index]]));
    return Promise.all(
      refs.map(async (ref) => {
        if (ref === undefined) return err({ type: 'Stale' });
        const opened = await this.#openBody(ref, rowByLeaf.get(ref.leaf));
        if (opened.ok) return opened;
        if (opened.error === 'missing' && (await this.isStale(version))) {
          return err({ type: 'Stale' });
        }
        return err(this.#hit('bodies', ref.leaf, opened.error, ref.customers));
      }),
    );
  }

  dossier(leaf: number, body: BodyLeaf, row: number): Result<NamedDossier, Damaged> {
    const parsed = parseDossier(bodyAt(body, row));
    return parsed === null ? err(this.unreadable(leaf)) : ok(parsed);
  }

  /** One customer's row in a leaf that authenticated is not what a leaf holds. */
  unreadable(leaf: number): Damaged {
    return this.#hit('bodies', leaf, 'unreadable', 1);
  }

  // ---- Leaves beside the current ones -------------------------------------------------------------------------------

  /** To seal leaves for the next checkpoint, under these keys or others. */
  stage(rows: SealedRows = this.#rows): Staging {
    const { version, nextLeaf } = this.#checkpoint;
    return new Staging(this.#store, rows, version + 1, nextLeaf);
  }

  /** The checkpoint that makes staged leaves current. */
  checkpointWith(
    staging: Staging,
    journal: Omit<Checkpoint, 'version' | 'nextLeaf' | 'leaves'>,
  ): Checkpoint {
    const leaves = new Map([...this.#refs, ...staging.refs]);
    return {
      ...journal,
      version: this.#checkpoint.version + 1,
      nextLeaf: staging.nextLeaf,
      leaves: [...leaves.values()].sort((a, b) => a.leaf - b.leaf),
    };
  }

  /** Number and version of the leaves that the staged ones take the place of. */
  replacedBy(staging: Staging): readonly (readonly [leaf: number, version: number])[] {
    return [...staging.refs.keys()].flatMap((leaf) => {
      const ref = this.#refs.get(leaf);
      return ref === undefined ? [] : [keyOf(ref)];
    });
  }

  // ---- Steps --------------------------------------------------------------------------------------------------------

  #readRun(run: readonly LeafRef[] | undefined): Promise<(LeafRow | undefined)[]> {
    if (run === undefined) return Promise.resolve([]);
    const rows = this.#store.readLeaves('summaries', run.map(keyOf));
    // Whoever waits for it is told; where the run before is stale, nobody does.
    rows.catch(() => undefined);
    return rows;
  }

  async #openBody(ref: LeafRef, row: LeafRow | undefined): Promise<Result<BodyLeaf, Unusable>> {
    const opened = await this.#rows.openLeaf('bodies', ref, row);
    if (!opened.ok) return opened;
    const parsed = parseBodyLeaf(opened.value);
    return parsed === null ? err('unreadable') : ok(parsed);
  }

  /** Everything that a summary says stands in the body too: a damaged summary costs nothing but the damage report. */
  async #rebuildSummary(ref: LeafRef, reason: Unusable): Promise<SummaryLeaf | null> {
    const row = await this.#store.readLeaf('bodies', ref.leaf, ref.version);
    const body = await this.#openBody(ref, row);
    if (!body.ok) {
      this.#hit('summaries', ref.leaf, reason, ref.customers);
      return null;
    }
    const builder = new LeafBuilder();
    for (let row = 0; row < body.value.count; row++) {
      const parsed = parseDossier(bodyAt(body.value, row));
      if (parsed === null) {
        this.#hit('summaries', ref.leaf, reason, ref.customers);
        return null;
      }
      builder.add(entryOf(parsed.id, parsed.dossier));
    }
    this.#hit('summaries', ref.leaf, reason, 0);
    const bytes = builder.finish();
    return parseSummaryLeaf(bytes.summary);
  }

  #hit(table: LeafTable, leaf: number, reason: Unusable, customers: number): Damaged {
    const damage = this.#damages.note({ table, row: String(leaf), reason, customers });
    return { type: 'Damaged', damage };
  }

  /** Without a checkpoint nothing says what is current. Every leaf still binds its number and version: the newest of each is taken. */
  async #salvage(version: number): Promise<Checkpoint> {
    const newest = new Map<number, number>();
    for (const [leaf, leafVersion] of await this.#store.leafKeys('bodies')) {
      newest.set(leaf, Math.max(leafVersion, newest.get(leaf) ?? 0));
    }
    const { rows } = await this.#store.readJournal(0);
    return {
      ...EMPTY_CHECKPOINT,
      version: Math.max(version, ...[...newest.values()].map((each) => Math.floor(each / 2 ** 20))),
      journalStart: rows[0]?.n ?? 1,
      journalHash: rows[0]?.previous ?? NO_HASH,
      nextLeaf: Math.max(-1, ...newest.keys()) + 1,
      leaves: [...newest].map(([leaf, leafVersion]) => ({
        leaf,
        version: leafVersion,
        customers: 0,
        summaryTag: '',
        bodyTag: '',
      })),
    };
  }
}

function keyOf(ref: LeafRef): readonly [number, number] {
  return [ref.leaf, ref.version];
}
