/** How each row at rest is sealed and opened: which key, what it binds, what its plaintext is. FORMAT.md sections 2 to 7. */

import { base64ToBytes, bytesToBase64, bytesToUtf8, equalBytes, utf8Bytes } from '#base/bytes.ts';
import { err, ok, type Result } from '#base/result.ts';
import type { SealingKey } from '#crypto/byte-types.ts';
import { sha256 } from '#crypto/hash.ts';
import type { LocalKeys } from '#crypto/keys.ts';
import { associatedData, open, seal, tagOf } from '#crypto/sealing.ts';
import type { Change, Json } from '#domain/change.ts';
import type { Run } from '#domain/edits.ts';
import type { Stamp } from '#domain/stamp.ts';
import type { Summary } from '#domain/summary.ts';
import type { DraftRow, JournalRow, LeafRow, MarkRow } from '#storage/workspace-database.ts';
import type { LeafTable } from '#storage/workspace-store.ts';
import type { ConflictRef } from './edits.ts';
import { storedVector, vectorOf, type StoredVector, type Vector } from './vector.ts';

/** A row that can't be used. */
export type Unusable = 'missing' | 'notAuthentic' | 'wrongVersion' | 'unreadable';

/** One leaf as the checkpoint names it. Tags are the last 16 bytes of what is sealed, in Base64. */
export interface LeafRef {
  readonly leaf: number;
  readonly version: number;
  readonly customers: number;
  readonly summaryTag: string;
  readonly bodyTag: string;
}

/** FORMAT.md section 5. */
export interface Checkpoint {
  readonly version: number;
  /** The first journal entry that the leaves do not hold, and the hash of the one before it. */
  readonly journalStart: number;
  readonly journalHash: Uint8Array;
  readonly nextLeaf: number;
  /** The newest stamp in the leaves. */
  readonly newest: Stamp | '';
  readonly leaves: readonly LeafRef[];
  /** Others' segments that have taken effect. */
  readonly vector: Vector;
  readonly conflicts: readonly ConflictRef[];
  /** Of entries before `journalStart` that no segment had: how many changes of this device each stands for. */
  readonly unsent: readonly UnsentEntry[];
}

export type UnsentEntry = readonly [n: number, count: number];

/** FORMAT.md section 4. */
export interface JournalEntry {
  readonly changes: readonly Change[];
  /** Of every customer that the changes touch, as they are after it: unlocking opens no bodies. */
  readonly summaries: readonly Summary[];
  /** An import took effect with this entry: the version of the checkpoint that holds it. */
  readonly adopts?: number;
  /** Changes of this device that the leaves hold instead of `changes`. */
  readonly run?: Run & { readonly records: number };
  /** The changes are others': the positions that take effect with them. */
  readonly received?: StoredVector;
  readonly conflicts?: readonly ConflictRef[];
}

export interface SealedEntry {
  readonly row: JournalRow;
  readonly tail: MarkRow;
  readonly hash: Uint8Array;
}

export const NO_HASH = new Uint8Array(32);

export class SealedRows {
  readonly #keys: LocalKeys;

  constructor(keys: LocalKeys) {
    this.#keys = keys;
  }

  // ---- Leaves -------------------------------------------------------------------------------------------------------

  async sealLeaf(
    table: LeafTable,
    leaf: number,
    version: number,
    plaintext: Uint8Array,
  ): Promise<LeafRow> {
    const sealed = await seal(this.#leafKey(table), plaintext, leafData(table, leaf, version));
    return { leaf, version, sealed };
  }

  async openLeaf(
    table: LeafTable,
    ref: LeafRef,
    row: LeafRow | undefined,
  ): Promise<Result<Uint8Array<ArrayBuffer>, Unusable>> {
    if (!isBytes(row?.sealed)) return err('missing');
    const tag = table === 'summaries' ? ref.summaryTag : ref.bodyTag;
    const opened = await openWith(
      this.#leafKey(table),
      row.sealed,
      leafData(table, ref.leaf, ref.version),
    );
    if (opened.ok && tag !== '' && tagText(row.sealed) !== tag) return err('wrongVersion');
    return opened;
  }

  #leafKey(table: LeafTable): SealingKey {
    return table === 'summaries' ? this.#keys.summary : this.#keys.body;
  }

  // ---- Journal ------------------------------------------------------------------------------------------------------

  async sealEntry(n: number, previous: Uint8Array, entry: JournalEntry): Promise<SealedEntry> {
    const plaintext = utf8Bytes(JSON.stringify(entry));
    const sealed = await seal(this.#keys.journal, plaintext, entryData(n, previous));
    const hash = await sha256(sealed);
    return { row: { n, previous, sealed }, tail: await this.sealTail(n, hash), hash };
  }

  async openEntry(
    row: JournalRow,
  ): Promise<Result<{ entry: JournalEntry; hash: Uint8Array }, Unusable>> {
    if (!isBytes(row.sealed) || !isBytes(row.previous)) return err('unreadable');
    const opened = await openWith(this.#keys.journal, row.sealed, entryData(row.n, row.previous));
    if (!opened.ok) return opened;
    return ok({
      entry: JSON.parse(bytesToUtf8(opened.value)) as JournalEntry,
      hash: await sha256(row.sealed),
    });
  }

  // ---- Marks --------------------------------------------------------------------------------------------------------

  /** The tail names the newest entry, so that a deleted one is missed. */
  async sealTail(n: number, hash: Uint8Array): Promise<MarkRow> {
    const sealed = await seal(this.#keys.checkpoint, hash, markData('tail', n));
    return { name: 'tail', version: n, sealed };
  }

  async openTail(
    row: MarkRow | undefined,
  ): Promise<Result<{ n: number; hash: Uint8Array }, Unusable>> {
    const opened = await this.#openMark(row, 'tail');
    return opened.ok ? ok({ n: row?.version ?? 0, hash: opened.value }) : opened;
  }

  async sealCheckpoint(checkpoint: Checkpoint): Promise<MarkRow> {
    const plaintext = utf8Bytes(
      JSON.stringify({
        journalStart: checkpoint.journalStart,
        journalHash: bytesToBase64(checkpoint.journalHash),
        nextLeaf: checkpoint.nextLeaf,
        newest: checkpoint.newest,
        leaves: checkpoint.leaves.map((ref) => [
          ref.leaf,
          ref.version,
          ref.customers,
          ref.summaryTag,
          ref.bodyTag,
        ]),
        vector: storedVector(checkpoint.vector),
        conflicts: checkpoint.conflicts,
        unsent: checkpoint.unsent,
      } satisfies StoredCheckpoint),
    );
    const data = markData('checkpoint', checkpoint.version);
    return {
      name: 'checkpoint',
      version: checkpoint.version,
      sealed: await seal(this.#keys.checkpoint, plaintext, data),
    };
  }

  async openCheckpoint(row: MarkRow | undefined): Promise<Result<Checkpoint, Unusable>> {
    const opened = await this.#openMark(row, 'checkpoint');
    if (!opened.ok) return opened;
    const stored = JSON.parse(bytesToUtf8(opened.value)) as StoredCheckpoint;
    return ok({
      version: row?.version ?? 0,
      journalStart: stored.journalStart,
      journalHash: base64ToBytes(stored.journalHash) ?? NO_HASH,
      nextLeaf: stored.nextLeaf,
      newest: stored.newest,
      leaves: stored.leaves.map(([leaf, version, customers, summaryTag, bodyTag]) => ({
        leaf,
        version,
        customers,
        summaryTag,
        bodyTag,
      })),
      vector: vectorOf(stored.vector),
      conflicts: stored.conflicts ?? [],
      unsent: stored.unsent ?? [],
    });
  }

  /** What sync keeps of its own. */
  async sealSync(
    version: number,
    state: object | string | number | boolean | null,
  ): Promise<MarkRow> {
    const plaintext = utf8Bytes(JSON.stringify(state));
    const sealed = await seal(this.#keys.checkpoint, plaintext, markData('sync', version));
    return { name: 'sync', version, sealed };
  }

  async openSync(row: MarkRow | undefined): Promise<Result<Json, Unusable>> {
    const opened = await this.#openMark(row, 'sync');
    return opened.ok ? ok(JSON.parse(bytesToUtf8(opened.value)) as Json) : opened;
  }

  async #openMark(
    row: MarkRow | undefined,
    name: MarkRow['name'],
  ): Promise<Result<Uint8Array<ArrayBuffer>, Unusable>> {
    if (!isBytes(row?.sealed)) return err('missing');
    if (!Number.isSafeInteger(row.version) || row.version < 0) return err('unreadable');
    return openWith(this.#keys.checkpoint, row.sealed, markData(name, row.version));
  }

  // ---- Drafts and what belongs to this device alone -----------------------------------------------------------------

  async sealDraft(form: string, value: Json): Promise<DraftRow> {
    const data = associatedData({ table: 'drafts', id: form, version: 1 });
    return { form, sealed: await seal(this.#keys.draft, utf8Bytes(JSON.stringify(value)), data) };
  }

  async openDraft(row: DraftRow): Promise<Json | null> {
    const data = associatedData({ table: 'drafts', id: row.form, version: 1 });
    const opened = await openWith(this.#keys.draft, row.sealed, data);
    return opened.ok ? (JSON.parse(bytesToUtf8(opened.value)) as Json) : null;
  }

  sealLocal(value: object): Promise<Uint8Array> {
    return seal(this.#keys.secret, utf8Bytes(JSON.stringify(value)), LOCAL_DATA);
  }

  async openLocal(sealed: unknown): Promise<Result<unknown, Unusable>> {
    if (!isBytes(sealed)) return err('missing');
    const opened = await openWith(this.#keys.secret, sealed, LOCAL_DATA);
    return opened.ok ? ok(JSON.parse(bytesToUtf8(opened.value)) as unknown) : opened;
  }
}

interface StoredCheckpoint {
  readonly journalStart: number;
  readonly journalHash: string;
  readonly nextLeaf: number;
  readonly newest: Stamp | '';
  readonly leaves: readonly (readonly [number, number, number, string, string])[];
  readonly vector?: StoredVector;
  readonly conflicts?: readonly ConflictRef[];
  readonly unsent?: readonly UnsentEntry[];
}

const LOCAL_DATA = associatedData({ table: 'meta', id: 'local', version: 1 });

function leafData(table: LeafTable, leaf: number, version: number) {
  return associatedData({ table, id: String(leaf), version });
}

function entryData(n: number, previous: Uint8Array) {
  return associatedData({ table: 'journal', id: String(n), version: 1, previous });
}

function markData(name: MarkRow['name'], version: number) {
  return associatedData({ table: 'marks', id: name, version });
}

export function tagText(sealed: Uint8Array): string {
  return bytesToBase64(tagOf(sealed));
}

async function openWith(
  key: SealingKey,
  sealed: Uint8Array,
  data: Parameters<typeof open>[2],
): Promise<Result<Uint8Array<ArrayBuffer>, Unusable>> {
  const opened = await open(key, sealed, data);
  if (opened.ok) return opened;
  return err(opened.error.type === 'NewerFormat' ? 'unreadable' : 'notAuthentic');
}

/** What lies in the database may have been put there by anybody. */
function isBytes(value: unknown): value is Uint8Array {
  return value instanceof Uint8Array;
}

export function sameHash(a: Uint8Array, b: Uint8Array): boolean {
  return equalBytes(a, b);
}
