/**
 * Leaves: the current records of many customers, in two halves that are sealed apart. FORMAT.md section 3.
 *
 * The summary half holds columns, so that unlocking copies nothing and parses nothing: rows stay bytes until a list shows them, and the
 * folded search text is two strings.
 */

import { bytesToUtf8, concatBytes, utf8Bytes } from '#base/bytes.ts';
import type { RecordId } from '#base/ids.ts';
import { assert } from '#base/result.ts';
import { encodeRecord } from '#domain/encoding.ts';
import type { NewRecord } from '#domain/new-record.ts';
import type { Dossier } from '#domain/record-state.ts';
import {
  FIELD_SEPARATOR,
  searchText,
  summarise,
  type OpenTask,
  NO_BELONGINGS,
  type Limit,
  type Summary,
} from '#domain/summary.ts';

/**
 * Bound of either half in bytes before sealing. A customer larger than that has a leaf of its own. Chromium keeps values below 64 KiB in
 * the database itself and writes larger ones to a file each: with 256 KiB, saving an edit of a customer that was not at hand took about
 * twice as long (p95), and opening and importing were no quicker. The figures: FORMAT.md section 3.
 */
export const HALF_LIMIT = 60 * 1024;

const SUMMARY_FORMAT = 3;
const BODY_FORMAT = 1;
const ID_LENGTH = 26;
const SUMMARY_HEADER_LENGTH = 24;
/** Of a row in the columns of a summary half: two times, due date, offset, id. */
const COLUMNS_LENGTH = 8 + 8 + 4 + 4 + ID_LENGTH;

/** In the `due` column: the customer is in the trash, or the row holds the workspace's own records. */
export const HIDDEN = 0xffffffff;

/** One customer as both halves hold it. */
export interface LeafEntry {
  readonly id: RecordId;
  /** Author's clocks, ms. */
  readonly changed: number;
  readonly created: number;
  /** The earliest due date of an open task as the number YYYYMMDD; 0: none; `HIDDEN`. */
  readonly due: number;
  /** What the summary says beyond the columns, as a JSON array. */
  readonly row: string;
  readonly text: string;
  readonly facets: string;
  /** The dossier: its id, then its encoded records as JSON, each with LF behind it, which JSON never holds bare. */
  readonly body: string;
}

export function entryOf(id: RecordId, dossier: Dossier): LeafEntry {
  const summary = summarise(dossier, id);
  return { ...summaryEntryOf(summary), body: encodeDossier(id, dossier) };
}

/** Of a customer that was just made (domain/new-record.ts). */
export function newEntryOf({ id, text, summary }: NewRecord): LeafEntry {
  return { ...summaryEntryOf(summary), body: `${id}\n${text}\n` };
}

/** The workspace's own records lie in a leaf too, under a name that no customer has, and in no list. */
export function workspaceEntry(id: RecordId, dossier: Dossier): LeafEntry {
  return {
    id,
    changed: 0,
    created: 0,
    due: HIDDEN,
    row: '[]',
    text: '',
    facets: '',
    body: encodeDossier(id, dossier),
  };
}

export function summaryEntryOf(summary: Summary): Omit<LeafEntry, 'body'> {
  const hidden = summary.deleted === true;
  return {
    id: summary.id,
    changed: summary.changedAt,
    created: summary.createdAt,
    due: hidden ? HIDDEN : earliestDue(summary),
    row: encodeRow(summary),
    text: hidden ? '' : searchText(summary),
    facets: hidden ? '' : facetsOf(summary),
  };
}

function encodeRow(summary: Summary): string {
  const { name, company, title, emails, phones, place, stage, owner, tags, source } = summary;
  const row = [name, company, title, emails, phones, place, stage, owner, tags, source];
  const { tasks, lastContact, limits, heldUntil, lastActivity, oldest } = summary;
  const { consents, toldOn, bornOn, isFromOthers } = summary;
  const isPlain = consents.length === 0 && toldOn + bornOn === '' && !isFromOthers;
  const isBare =
    isPlain &&
    tasks.length + limits.length + Object.keys(oldest).length === 0 &&
    lastContact + heldUntil + lastActivity === '';
  if (isBare) return JSON.stringify(row);
  const more = isPlain ? [] : [consents, toldOn, bornOn, isFromOthers];
  return JSON.stringify([
    ...row,
    ...[tasks, lastContact, limits, heldUntil, lastActivity, oldest],
    ...more,
  ]);
}

type Row = readonly [
  name: string,
  company: string,
  title: string,
  emails: readonly string[],
  phones: readonly string[],
  place: string,
  stage: string,
  owner: string,
  tags: readonly string[],
  source: string,
  tasks?: readonly OpenTask[],
  lastContact?: string,
  limits?: readonly Limit[],
  heldUntil?: string,
  lastActivity?: string,
  oldest?: Summary['oldest'],
  consents?: Summary['consents'],
  toldOn?: string,
  bornOn?: string,
  isFromOthers?: boolean,
];

function facetsOf({ stage, owner, tags }: Summary): string {
  let facets = facetText(stage) + FIELD_SEPARATOR + facetText(owner);
  for (const tag of tags) facets += FIELD_SEPARATOR + facetText(tag);
  return facets;
}

/** A stage, an owner or a tag as filters compare it: one line, without the separator. */
export function facetText(value: string): string {
  return value.includes('\n') || value.includes(FIELD_SEPARATOR)
    ? value.replaceAll('\n', ' ').replaceAll(FIELD_SEPARATOR, ' ')
    : value;
}

function earliestDue(summary: Summary): number {
  let earliest = 0;
  for (const task of summary.tasks) {
    const due = dateNumber(task.due);
    if (due !== 0 && (earliest === 0 || due < earliest)) earliest = due;
  }
  return earliest;
}

/** YYYY-MM-DD as the number YYYYMMDD; 0 where it is no date. */
export function dateNumber(date: string): number {
  return /^\d{4}-\d{2}-\d{2}/.test(date)
    ? Number(date.slice(0, 4) + date.slice(5, 7) + date.slice(8, 10))
    : 0;
}

function encodeDossier(id: RecordId, dossier: Dossier): string {
  let body = `${id}\n`;
  for (const state of dossier.values()) body += `${JSON.stringify(encodeRecord(state))}\n`;
  return body;
}

// ---- Writing --------------------------------------------------------------------------------------------------------

export interface LeafBytes {
  readonly customers: number;
  readonly summary: Uint8Array<ArrayBuffer>;
  readonly body: Uint8Array<ArrayBuffer>;
}

/** Gathers entries until a leaf is full. `finish` empties it for the next one. */
export class LeafBuilder {
  readonly #rows = new Packing();
  readonly #bodies = new Packing();
  #ids: string[] = [];
  #changed: number[] = [];
  #created: number[] = [];
  #due: number[] = [];
  #facets: string[] = [];
  #plain: string[] = [];
  #wide: string[] = [];
  /** At most so many bytes are search texts and facets so far. */
  #linesLength = 0;

  get count(): number {
    return this.#ids.length;
  }

  /** Whether one more entry would pass a bound. An empty leaf takes anything. */
  isFull({ row, text, facets, body }: LeafEntry): boolean {
    const { count } = this;
    if (count === 0) return false;
    const lines = this.#linesLength + text.length + facets.length;
    const summary = this.#rows.length + row.length + lines + (count + 1) * COLUMNS_LENGTH;
    return summary > HALF_LIMIT || this.#bodies.length + body.length + count * 4 > HALF_LIMIT;
  }

  add(entry: LeafEntry): void {
    const { id, text, facets } = entry;
    assert(id.length === ID_LENGTH, 'an id has 26 characters');
    const isPlain = !BEYOND_LATIN.test(text);
    this.#rows.add(entry.row);
    this.#bodies.add(entry.body);
    this.#ids.push(id);
    this.#changed.push(entry.changed);
    this.#created.push(entry.created);
    this.#due.push(entry.due);
    this.#facets.push(facets);
    this.#plain.push(isPlain ? text : '');
    this.#wide.push(isPlain ? '' : text);
    this.#linesLength += (isPlain ? text.length : text.length * 3) + facets.length + 3;
  }

  finish(): LeafBytes {
    const { count } = this;
    const facets = utf8Bytes(this.#facets.join('\n'));
    const plain = utf8Bytes(this.#plain.join('\n'));
    const wide = utf8Bytes(this.#wide.join('\n'));
    const header = [
      SUMMARY_FORMAT,
      count,
      this.#rows.length,
      facets.length,
      plain.length,
      wide.length,
    ];
    const leaf = {
      customers: this.#due.reduce((sum, due) => sum + (due === HIDDEN ? 0 : 1), 0),
      summary: concatBytes(
        bytesOf(Uint32Array.from(header)),
        bytesOf(Float64Array.from(this.#changed)),
        bytesOf(Float64Array.from(this.#created)),
        bytesOf(Uint32Array.from(this.#due)),
        bytesOf(this.#rows.offsets),
        utf8Bytes(this.#ids.join('')),
        this.#rows.bytes,
        facets,
        plain,
        wide,
      ),
      body: concatBytes(
        bytesOf(Uint32Array.of(BODY_FORMAT, count)),
        bytesOf(this.#bodies.offsets),
        this.#bodies.bytes,
      ),
    };
    this.#rows.clear();
    this.#bodies.clear();
    this.#ids = [];
    this.#changed = [];
    this.#created = [];
    this.#due = [];
    this.#facets = [];
    this.#plain = [];
    this.#wide = [];
    this.#linesLength = 0;
    return leaf;
  }
}

/** What a browser does not keep in one byte a character. */
// eslint-disable-next-line no-control-regex -- Latin-1 begins with the control characters.
const BEYOND_LATIN = /[^\u0000-\u00ff]/;

const encoder = new TextEncoder();

/** Texts behind one another as UTF-8, with the offset of each and of the end. */
class Packing {
  #bytes = new Uint8Array(HALF_LIMIT + 16 * 1024);
  #offsets: number[] = [0];
  length = 0;

  add(text: string): void {
    const most = this.length + text.length * 3;
    if (most > this.#bytes.length) {
      const grown = new Uint8Array(most * 2);
      grown.set(this.bytes);
      this.#bytes = grown;
    }
    this.length += encoder.encodeInto(text, this.#bytes.subarray(this.length)).written;
    this.#offsets.push(this.length);
  }

  /** Valid until the next `add`. */
  get bytes(): Uint8Array {
    return this.#bytes.subarray(0, this.length);
  }

  get offsets(): Uint32Array {
    return Uint32Array.from(this.#offsets);
  }

  clear(): void {
    this.#offsets = [0];
    this.length = 0;
  }
}

/** The formats are little-endian, as every processor that runs a browser today is. */
function bytesOf(array: Uint32Array | Float64Array): Uint8Array {
  return new Uint8Array(array.buffer, array.byteOffset, array.byteLength);
}

// ---- Reading --------------------------------------------------------------------------------------------------------

/** The opened summary half. Columns are views into the bytes that were unsealed. */
export interface SummaryLeaf {
  readonly count: number;
  readonly changed: Float64Array;
  readonly created: Float64Array;
  readonly due: Uint32Array;
  readonly offsets: Uint32Array;
  readonly ids: Uint8Array;
  readonly rows: Uint8Array;
  readonly facets: Uint8Array;
  /** Folded search text, a line a row: those of one byte a character, and the others. A row's line is empty in one of both. */
  readonly plain: string;
  readonly wide: string;
}

/** `null` where the bytes are not a summary half: they authenticated, so a newer Holdfast wrote them. */
export function parseSummaryLeaf(bytes: Uint8Array<ArrayBuffer>): SummaryLeaf | null {
  if (bytes.length < SUMMARY_HEADER_LENGTH) return null;
  const header = new Uint32Array(bytes.buffer, bytes.byteOffset, 6);
  const [format = 0, count = 0, rowsLength = 0, facetsLength = 0, plainLength = 0, wideLength = 0] =
    header;
  const columnsLength = count * COLUMNS_LENGTH + 4;
  const textStart = SUMMARY_HEADER_LENGTH + columnsLength + rowsLength + facetsLength;
  if (format !== SUMMARY_FORMAT || bytes.length !== textStart + plainLength + wideLength)
    return null;

  const wideStart = textStart + plainLength;
  // The text lives on as strings; keeping its bytes as well would cost memory for nothing.
  const { buffer } = bytes.slice(0, textStart);
  let offset = SUMMARY_HEADER_LENGTH;
  const take = (size: number): number => {
    offset += size;
    return offset - size;
  };
  return {
    count,
    changed: new Float64Array(buffer, take(count * 8), count),
    created: new Float64Array(buffer, take(count * 8), count),
    due: new Uint32Array(buffer, take(count * 4), count),
    offsets: new Uint32Array(buffer, take((count + 1) * 4), count + 1),
    ids: new Uint8Array(buffer, take(count * ID_LENGTH), count * ID_LENGTH),
    rows: new Uint8Array(buffer, take(rowsLength), rowsLength),
    facets: new Uint8Array(buffer, take(facetsLength), facetsLength),
    plain: bytesToUtf8(bytes.subarray(textStart, wideStart)),
    wide: bytesToUtf8(bytes.subarray(wideStart)),
  };
}

export function idAt(leaf: SummaryLeaf, row: number): RecordId {
  return bytesToUtf8(leaf.ids.subarray(row * ID_LENGTH, (row + 1) * ID_LENGTH)) as RecordId;
}

export function summaryAt(leaf: SummaryLeaf, at: number): Summary {
  return summaryOf(leaf, at, idAt(leaf, at), JSON.parse(rowAt(leaf, at)) as Row);
}

/** Of every row, as `summaryAt` gives them: one decoding for them all. */
export function summariesOf(leaf: SummaryLeaf): Summary[] {
  const ids = bytesToUtf8(leaf.ids);
  const rows = JSON.parse(bytesToUtf8(rowList(leaf))) as Row[];
  return rows.map((row, at) =>
    summaryOf(leaf, at, ids.slice(at * ID_LENGTH, (at + 1) * ID_LENGTH) as RecordId, row),
  );
}

/** The rows as one JSON array. */
function rowList({ rows, offsets, count }: SummaryLeaf): Uint8Array {
  const list = new Uint8Array(rows.length + Math.max(count, 1) + 1);
  let end = 0;
  for (let row = 0; row < count; row++) {
    list[end] = row === 0 ? 0x5b : 0x2c;
    const bytes = rows.subarray(offsets[row], offsets[row + 1]);
    list.set(bytes, end + 1);
    end += bytes.length + 1;
  }
  if (count === 0) list[0] = 0x5b;
  list[list.length - 1] = 0x5d;
  return list;
}

function summaryOf(leaf: SummaryLeaf, at: number, id: RecordId, row: Row): Summary {
  const [
    name,
    company,
    title,
    emails,
    phones,
    place,
    stage,
    owner,
    tags,
    source,
    tasks = NO_BELONGINGS.tasks,
    lastContact = '',
    limits = NO_BELONGINGS.limits,
    heldUntil = '',
    lastActivity = '',
    oldest = NO_BELONGINGS.oldest,
    consents = NO_BELONGINGS.consents,
    toldOn = '',
    bornOn = '',
    isFromOthers = false,
  ] = row;
  const summary: Summary = {
    id,
    name,
    company,
    title,
    emails,
    phones,
    place,
    stage,
    owner,
    tags,
    source,
    tasks,
    lastContact,
    limits,
    heldUntil,
    lastActivity,
    oldest,
    consents,
    toldOn,
    bornOn,
    isFromOthers,
    createdAt: leaf.created[at] ?? 0,
    changedAt: leaf.changed[at] ?? 0,
  };
  return leaf.due[at] === HIDDEN ? { ...summary, deleted: true } : summary;
}

function rowAt(leaf: SummaryLeaf, row: number): string {
  return bytesToUtf8(leaf.rows.subarray(leaf.offsets[row], leaf.offsets[row + 1]));
}

export interface BodyLeaf {
  readonly count: number;
  readonly offsets: Uint32Array;
  readonly rows: Uint8Array;
}

export function parseBodyLeaf(bytes: Uint8Array<ArrayBuffer>): BodyLeaf | null {
  if (bytes.length < 8) return null;
  const [format = 0, count = 0] = new Uint32Array(bytes.buffer, bytes.byteOffset, 2);
  const rowsStart = 8 + (count + 1) * 4;
  if (format !== BODY_FORMAT || bytes.length < rowsStart) return null;
  const offsets = new Uint32Array(bytes.buffer, bytes.byteOffset + 8, count + 1);
  if (offsets[count] !== bytes.length - rowsStart) return null;
  return { count, offsets, rows: bytes.subarray(rowsStart) };
}

export function bodyAt(leaf: BodyLeaf, row: number): string {
  return bytesToUtf8(leaf.rows.subarray(leaf.offsets[row], leaf.offsets[row + 1]));
}

/** All lines of a leaf: of each row its id, then its records, which begin with `{`. One decoding for them all. */
export function bodyLines(leaf: BodyLeaf): string[] {
  const lines = bytesToUtf8(leaf.rows).split('\n');
  lines.pop();
  return lines;
}

/** Both halves of a leaf as entries, to write it anew with some of them changed. */
export function entriesOf(summaries: SummaryLeaf, bodies: BodyLeaf): LeafEntry[] {
  const plain = summaries.plain.split('\n');
  const wide = summaries.wide.split('\n');
  const facets = bytesToUtf8(summaries.facets).split('\n');
  return Array.from({ length: summaries.count }, (_, row) => ({
    id: idAt(summaries, row),
    changed: summaries.changed[row] ?? 0,
    created: summaries.created[row] ?? 0,
    due: summaries.due[row] ?? 0,
    row: rowAt(summaries, row),
    text: plain[row] === '' ? (wide[row] ?? '') : (plain[row] ?? ''),
    facets: facets[row] ?? '',
    body: bodyAt(bodies, row),
  }));
}
