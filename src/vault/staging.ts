/**
 * Staging: leaves written beside the current ones. No checkpoint names them yet, so nobody sees them; dropped, they leave no trace.
 *
 * A staged leaf's version is the coming checkpoint's, times 2^20, plus 20 random bits: a tab that was frozen in the middle and wakes when
 * another has taken over can't overwrite what that one staged.
 */

import { assert, err, ok, type Result } from '#base/result.ts';
import type { StorageError } from '#storage/failure.ts';
import type { LeafRow } from '#storage/workspace-database.ts';
import type { WorkspaceStore } from '#storage/workspace-store.ts';
import {
  entriesOf,
  LeafBuilder,
  parseBodyLeaf,
  parseSummaryLeaf,
  type LeafBytes,
  type LeafEntry,
  type SummaryLeaf,
} from './leaf.ts';
import { tagText, type LeafRef, type SealedRows } from './sealed-rows.ts';

/** Sealed bytes that are written in one transaction. */
const BATCH_BYTES = 4 * 1024 * 1024;
/** Bytes that are being sealed or are on their way to the disk while the next leaves are filled; no more, so that memory stays bounded. */
const UNDER_WAY_BYTES = 24 * 1024 * 1024;

interface Batch {
  readonly summaries: LeafRow[];
  readonly bodies: LeafRow[];
  bytes: number;
}

interface Write {
  readonly bytes: number;
  readonly done: Promise<Result<void, StorageError>>;
}

export class Staging {
  readonly #store: WorkspaceStore;
  readonly #rows: SealedRows;
  readonly #version: number;
  #nextLeaf: number;
  readonly #builder = new LeafBuilder();
  readonly #refs = new Map<number, LeafRef>();
  readonly #summaryLeaves = new Map<number, SummaryLeaf>();
  /** Leaves being sealed, one behind the other into the batch. */
  #sealing: Promise<unknown> = Promise.resolve();
  #batch: Batch = { summaries: [], bodies: [], bytes: 0 };
  #writes: Write[] = [];
  #underWay = 0;

  constructor(
    store: WorkspaceStore,
    rows: SealedRows,
    checkpointVersion: number,
    nextLeaf: number,
  ) {
    this.#store = store;
    this.#rows = rows;
    this.#version = checkpointVersion * 2 ** 20 + Math.floor(randomFraction() * 2 ** 20);
    this.#nextLeaf = nextLeaf;
  }

  get nextLeaf(): number {
    return this.#nextLeaf;
  }

  /** The leaves staged so far, by number. */
  get refs(): ReadonlyMap<number, LeafRef> {
    return this.#refs;
  }

  /** Their summary halves, so that whoever makes them current need not read them back. */
  get summaries(): ReadonlyMap<number, SummaryLeaf> {
    return this.#summaryLeaves;
  }

  /** Adds a customer to the leaves that are being filled. `null`: nothing to wait for, which it is nearly always. */
  add(entry: LeafEntry): Promise<Result<void, StorageError>> | null {
    if (this.#builder.isFull(entry)) this.#seal(this.#nextLeaf++, this.#builder.finish());
    this.#builder.add(entry);
    return this.#underWay > UNDER_WAY_BYTES ? this.#makeRoom() : null;
  }

  /**
   * Writes one leaf anew under its own number. A roll splits what has outgrown the bounds; an import leaves it whole, so that every
   * customer stays where the roster says.
   */
  async rewrite(
    leaf: number,
    entries: readonly LeafEntry[],
    { split }: { readonly split: boolean },
  ): Promise<Result<void, StorageError>> {
    const builder = new LeafBuilder();
    let number = leaf;
    for (const entry of entries) {
      if (split && builder.isFull(entry)) {
        this.#seal(number, builder.finish());
        number = this.#nextLeaf++;
      }
      builder.add(entry);
    }
    this.#seal(number, builder.finish());
    return this.#makeRoom();
  }

  /** A leaf as it is staged; undefined where it is not. */
  async read(leaf: number): Promise<Result<LeafEntry[], StorageError> | undefined> {
    await this.#sealing;
    const ref = this.#refs.get(leaf);
    if (ref === undefined) return undefined;
    const written = await this.#written();
    if (!written.ok) return written;
    const [summary, body] = await Promise.all([
      this.#store.readLeaf('summaries', leaf, ref.version),
      this.#store.readLeaf('bodies', leaf, ref.version),
    ]);
    const [openedSummary, openedBody] = await Promise.all([
      this.#rows.openLeaf('summaries', ref, summary),
      this.#rows.openLeaf('bodies', ref, body),
    ]);
    const summaries = openedSummary.ok ? parseSummaryLeaf(openedSummary.value) : null;
    const bodies = openedBody.ok ? parseBodyLeaf(openedBody.value) : null;
    if (summaries === null || bodies === null) {
      return err({ type: 'StorageUnavailable', reason: 'a leaf just written is not there' });
    }
    return ok(entriesOf(summaries, bodies));
  }

  /** Writes all that waits. */
  finish(): Promise<Result<void, StorageError>> {
    if (this.#builder.count > 0) this.#seal(this.#nextLeaf++, this.#builder.finish());
    return this.#written();
  }

  /** Takes back everything. What can't be deleted now is swept at the next unlock. */
  async drop(): Promise<void> {
    await this.#written();
    await this.#store.dropLeaves(
      [...this.#refs.values()].map(({ leaf, version }) => [leaf, version]),
    );
  }

  /** Starts sealing: another thread does it, while this one fills the next leaf. */
  #seal(leaf: number, { customers, summary, body }: LeafBytes): void {
    const version = this.#version;
    this.#underWay += summary.length + body.length;
    const parsed = parseSummaryLeaf(summary);
    assert(parsed, 'a leaf is read as it is written');
    this.#summaryLeaves.set(leaf, parsed);
    const sealed = Promise.all([
      this.#rows.sealLeaf('summaries', leaf, version, summary),
      this.#rows.sealLeaf('bodies', leaf, version, body),
    ]);
    const before = this.#sealing;
    this.#sealing = sealed.then(async ([summaryRow, bodyRow]) => {
      await before;
      this.#refs.set(leaf, {
        leaf,
        version,
        customers,
        summaryTag: tagText(summaryRow.sealed),
        bodyTag: tagText(bodyRow.sealed),
      });
      this.#batch.summaries.push(summaryRow);
      this.#batch.bodies.push(bodyRow);
      this.#batch.bytes += summary.length + body.length;
      if (this.#batch.bytes >= BATCH_BYTES) this.#write();
    });
  }

  #write(): void {
    const { summaries, bodies, bytes } = this.#batch;
    this.#batch = { summaries: [], bodies: [], bytes: 0 };
    const done = this.#store.stageLeaves(summaries, bodies);
    // Whoever waits for it is told; until then nobody may be waiting.
    done.catch(() => undefined);
    this.#writes.push({ bytes, done });
  }

  /** Waits until little enough is under way. */
  async #makeRoom(): Promise<Result<void, StorageError>> {
    while (this.#underWay > UNDER_WAY_BYTES) {
      if (this.#writes.length === 0) await this.#sealing;
      const write = this.#writes.shift();
      if (write === undefined) break;
      const written = await write.done;
      this.#underWay -= write.bytes;
      if (!written.ok) return written;
    }
    return ok();
  }

  /** Waits for everything; the first that failed is told. */
  async #written(): Promise<Result<void, StorageError>> {
    await this.#sealing;
    if (this.#batch.bytes > 0) this.#write();
    const written = await Promise.all(this.#writes.map(({ done }) => done));
    this.#writes = [];
    this.#underWay = 0;
    return written.find((each) => !each.ok) ?? ok();
  }
}

function randomFraction(): number {
  return (crypto.getRandomValues(new Uint32Array(1))[0] ?? 0) / 2 ** 32;
}
