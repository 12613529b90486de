/** The lines of `records.jsonl`: one record's whole state each, a customer's together. FORMAT.md section 4. */

import type { DeviceId, RecordId } from '#base/ids.ts';
import { type Result, assert, err, ok } from '#base/result.ts';
import { belongsTo } from '#domain/catalogue.ts';
import { decodeRecord, encodeRecord } from '#domain/encoding.ts';
import type { RecordState } from '#domain/record-state.ts';
import { isAlive, valueOf } from '#domain/values.ts';

/** All records of one customer, or those of the workspace itself. */
export type DossierRecords = readonly RecordState[];

/**
 * A dossier on its way into a backup. A record may come as its line, without the end: leaves hold the very same text, and
 * decoding it only to encode it again would take longer than to compress it.
 */
export type DossierToWrite = readonly (RecordState | string)[];

/** What the manifest says of the records. */
export interface Counts {
  /** Living records by kind. */
  readonly counts: Readonly<Record<string, number>>;
  /** In the trash. */
  readonly deleted: number;
  readonly erasures: number;
  readonly lines: number;
}

/** Longest line, and longest lines of one customer, in UTF-16 code units. */
const LONGEST_LINE = 64 * 1024 * 1024;
const LONGEST_DOSSIER = 256 * 1024 * 1024;

export class Tally implements Counts {
  readonly counts: Record<string, number> = {};
  deleted = 0;
  erasures = 0;
  lines = 0;

  add(state: RecordState): void {
    this.#count(state.kind, isAlive(state));
  }

  /** Most lines tell what they count as without being parsed: the kind stands at their head, and a record that ends with one change lives. */
  addLine(line: string): void {
    const kind = LINE_HEAD.exec(line)?.[1];
    if (kind !== undefined && isAliveByItsText(line)) {
      this.#count(kind, true);
      return;
    }
    const state = parseLine(line);
    assert(state, 'a line to back up is a record');
    this.add(state);
  }

  #count(kind: string, isLiving: boolean): void {
    this.lines++;
    if (kind === 'erasure') this.erasures++;
    else if (isLiving) this.counts[kind] = (this.counts[kind] ?? 0) + 1;
    else this.deleted++;
  }
}

/** One change and nothing behind it: nobody has deleted the record. Any other line is looked through. */
function isAliveByItsText(line: string): boolean {
  if (line.endsWith(',"newest":[0]}')) return true;
  return !line.includes('"covered":[') && !line.includes('"newest":[]');
}

const LINE_HEAD = /^\{"id":"[a-z2-7]{26}","kind":"([A-Za-z]{1,32})",/;

/** The name of the first count in which two differ, or `null`. */
export function differenceOf(a: Counts, b: Counts): string | null {
  for (const count of ['lines', 'deleted', 'erasures'] as const) {
    if (a[count] !== b[count]) return count;
  }
  const kinds = [...Object.keys(a.counts), ...Object.keys(b.counts)];
  return kinds.find((kind) => (a.counts[kind] ?? 0) !== (b.counts[kind] ?? 0)) ?? null;
}

export function recordLine(state: RecordState): string {
  return `${JSON.stringify(encodeRecord(state))}\n`;
}

/** What a record stands with: a customer, or itself; `null`: it belongs to the workspace itself. */
export function dossierOf(state: RecordState): RecordId | null {
  return state.customer ?? (belongsTo(state.kind) === 'itself' ? state.id : null);
}

/** Names stand in the encrypted part only. Empty where the backup knows none. */
export interface BackupNames {
  readonly workspaceName: string;
  /** The member whom the signing device belongs to. */
  readonly signerName: string;
}

export function namesIn(workspaceRecords: DossierRecords, device: DeviceId): BackupNames {
  const nameOf = (records: DossierRecords) => {
    const newest = records
      .filter(isAlive)
      .reduce<RecordState | undefined>(
        (a, b) => (a !== undefined && a.changed.stamp > b.changed.stamp ? a : b),
        undefined,
      );
    const name = newest && valueOf(newest, 'name');
    return typeof name === 'string' ? name : '';
  };
  return {
    workspaceName: nameOf(workspaceRecords.filter(({ kind }) => kind === 'workspace')),
    signerName: nameOf(
      workspaceRecords.filter(
        (state) => state.kind === 'member' && valueOf(state, 'device') === device,
      ),
    ),
  };
}

export interface BadRecord {
  readonly type: 'BadRecord';
  /** From 1. */
  readonly line: number;
}

/** Takes the text in pieces as they come and gives dossiers as they are complete. */
export class DossierReader {
  readonly tally = new Tally();
  #rest = '';
  #dossier: RecordState[] = [];
  #owner: RecordId | null = null;
  #length = 0;
  readonly #ids = new Set<RecordId>();
  readonly #owners = new Set<RecordId | null>();

  push(text: string): Result<DossierRecords[], BadRecord> {
    const complete: DossierRecords[] = [];
    let start = 0;
    for (;;) {
      const end = text.indexOf('\n', start);
      const piece = text.slice(start, end === -1 ? undefined : end);
      if (this.#rest.length + piece.length > LONGEST_LINE) return err(this.bad());
      const line = this.#rest + piece;
      this.#rest = end === -1 ? line : '';
      if (end === -1) return ok(complete);
      if (!this.#take(line, complete)) return err(this.bad());
      start = end + 1;
    }
  }

  /** The last dossier, once everything was pushed. */
  finish(): Result<DossierRecords[], BadRecord> {
    if (this.#rest !== '') return err(this.bad());
    return ok(this.#dossier.length > 0 ? [this.#dossier] : []);
  }

  /** What is wrong is wrong with the line after those that were taken. */
  bad(): BadRecord {
    return { type: 'BadRecord', line: this.tally.lines + 1 };
  }

  #take(line: string, complete: DossierRecords[]): boolean {
    const state = parseLine(line);
    if (state === null) return false;
    const owner = dossierOf(state);
    if (owner !== this.#owner) {
      if (owner === null || this.#owners.has(owner)) return false;
      this.#owners.add(owner);
      if (this.#dossier.length > 0) complete.push(this.#dossier);
      this.#dossier = [];
      this.#owner = owner;
      this.#length = 0;
      this.#ids.clear();
    }
    this.#length += line.length;
    if (this.#length > LONGEST_DOSSIER || this.#ids.has(state.id)) return false;
    this.#ids.add(state.id);
    this.#dossier.push(state);
    this.tally.add(state);
    return true;
  }
}

function parseLine(line: string): RecordState | null {
  let json: unknown;
  try {
    json = JSON.parse(line);
  } catch {
    return null;
  }
  return decodeRecord(json);
}
