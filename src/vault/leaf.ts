/**
 * Leaves: the current records of many customers, in two halves that are sealed apart. FORMAT.md section 3.
 *
 * The summary half holds columns, so that unlocking copies nothing and parses nothing: rows stay bytes until a list shows them, and the
 * folded search text is one string.
 */

import { bytesToUtf8, concatBytes, utf8Bytes } from '#base/bytes.ts';
import type { RecordId } from '#base/ids.ts';
import { assert } from '#base/result.ts';
import { encodeRecord, type EncodedRecord } from '#domain/encoding.ts';
import { summariseNewRecord } from '#domain/new-record.ts';
import type { Dossier } from '#domain/record-state.ts';
import {
  FIELD_SEPARATOR,
  searchText,
  summarise,
  type OpenTask,
  type Summary,
} from '#domain/summary.ts';

/**
 * Bound of either half in bytes before sealing. A customer larger than that has a leaf of its own. Chromium keeps values below 64 KiB in
 * the database itself and writes larger ones to a file each: with 256 KiB, saving an edit of a customer that was not at hand took twice
 * as long (p95), and opening and importing were no quicker.
 */
export const HALF_LIMIT = 60 * 1024;

const FORMAT = 1;
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
  /** The dossier: its id, then its encoded records as JSON, separated by LF, which JSON never holds bare. */
  readonly body: string;
}

export function entryOf(id: RecordId, dossier: Dossier): LeafEntry {
  const summary = summarise(dossier, id);
  return { ...summaryEntryOf(summary), body: encodeDossier(id, dossier) };
}

/** Of a customer that was just made (domain/new-record.ts). */
export function newEntryOf(record: EncodedRecord): LeafEntry {
  const entry = summaryEntryOf(summariseNewRecord(record));
  return { ...entry, body: `${record.id}\n${JSON.stringify(record)}` };
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
  const { tasks, lastContact } = summary;
  return JSON.stringify(
    tasks.length === 0 && lastContact === ''
      ? [name, company, title, emails, phones, place, stage, owner, tags, source]
      : [
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
        ],
  );
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
];

function facetsOf({ stage, owner, tags }: Summary): string {
  let facets = facetText(stage) + FIELD_SEPARATOR + facetText(owner);
  for (const tag of tags) facets += FIELD_SEPARATOR + facetText(tag);
  return facets;
}

/** A stage, an owner or a tag as filters compare it: one line, without the separator. */
export function facetText(value: string): string {
  return /[\n\u001f]/.test(value) ? value.replace(/[\n\u001f]/g, ' ') : value;
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
  let body: string = id;
  for (const state of dossier.values()) body += `\n${JSON.stringify(encodeRecord(state))}`;
  return body;
}

// ---- Writing --------------------------------------------------------------------------------------------------------

export interface LeafBytes {
  readonly customers: number;
  readonly summary: Uint8Array<ArrayBuffer>;
  readonly body: Uint8Array<ArrayBuffer>;
}

/** Gathers entries until a leaf is full. */
export class LeafBuilder {
  readonly #entries: LeafEntry[] = [];
  readonly #rows = new Packing();
  readonly #bodies = new Packing();
  /** Bytes of search texts and facets so far. */
  #linesLength = 0;

  get count(): number {
    return this.#entries.length;
  }

  /** Whether one more entry would pass a bound. An empty leaf takes anything. */
  isFull(entry: LeafEntry): boolean {
    if (this.count === 0) return false;
    const summary =
      this.#rows.length + this.#linesLength + this.count * COLUMNS_LENGTH + lengthIn(entry);
    return (
      summary > HALF_LIMIT || this.#bodies.length + this.count * 4 + entry.body.length > HALF_LIMIT
    );
  }

  add(entry: LeafEntry): void {
    assert(entry.id.length === ID_LENGTH, 'an id has 26 characters');
    this.#rows.add(entry.row);
    this.#bodies.add(entry.body);
    this.#linesLength += utf8Length(entry.text) + utf8Length(entry.facets) + 3;
    this.#entries.push(entry);
  }

  finish(): LeafBytes {
    const entries = this.#entries;
    const rows = this.#rows.finish();
    const bodies = this.#bodies.finish();
    const facets = utf8Bytes(entries.map((entry) => entry.facets).join('\n'));
    const plain = utf8Bytes(entries.map(({ text }) => (isLatin(text) ? text : '')).join('\n'));
    const wide = utf8Bytes(entries.map(({ text }) => (isLatin(text) ? '' : text)).join('\n'));
    const header = [
      FORMAT,
      this.count,
      rows.bytes.length,
      facets.length,
      plain.length,
      wide.length,
    ];
    return {
      customers: entries.reduce((sum, entry) => sum + (entry.due === HIDDEN ? 0 : 1), 0),
      summary: concatBytes(
        bytesOf(Uint32Array.from(header)),
        bytesOf(Float64Array.from(entries, (entry) => entry.changed)),
        bytesOf(Float64Array.from(entries, (entry) => entry.created)),
        bytesOf(Uint32Array.from(entries, (entry) => entry.due)),
        bytesOf(rows.offsets),
        utf8Bytes(entries.map((entry) => entry.id).join('')),
        rows.bytes,
        facets,
        plain,
        wide,
      ),
      body: concatBytes(
        bytesOf(Uint32Array.of(FORMAT, this.count)),
        bytesOf(bodies.offsets),
        bodies.bytes,
      ),
    };
  }
}

function lengthIn({ row, text, facets }: LeafEntry): number {
  return row.length + text.length + facets.length + COLUMNS_LENGTH;
}

/** Whether a browser keeps it in one byte a character. */
function isLatin(text: string): boolean {
  return !BEYOND_LATIN.test(text);
}

const BEYOND_LATIN = /[^\u0000-\u00ff]/;

/** Texts behind one another as UTF-8, with the offset of each and of the end. Encoded in one call: calls cost more than bytes. */
class Packing {
  readonly #texts: string[] = [];
  readonly #offsets: number[] = [0];
  /** Bytes so far. */
  length = 0;

  add(text: string): void {
    this.length += utf8Length(text);
    this.#texts.push(text);
    this.#offsets.push(this.length);
  }

  finish(): { bytes: Uint8Array; offsets: Uint32Array } {
    return { bytes: utf8Bytes(this.#texts.join('')), offsets: Uint32Array.from(this.#offsets) };
  }
}

/** Of JSON, in which a lone surrogate is written as an escape. */
function utf8Length(text: string): number {
  if (!BEYOND_ASCII.test(text)) return text.length;
  let length = text.length;
  for (let index = 0; index < text.length; index++) {
    const unit = text.charCodeAt(index);
    // A surrogate is one of two units for four bytes; every other unit from U+0800 on takes three.
    if (unit > 0x7f) length += unit > 0x7ff && (unit < 0xd800 || unit > 0xdfff) ? 2 : 1;
  }
  return length;
}

// eslint-disable-next-line no-control-regex -- ASCII begins with the control characters.
const BEYOND_ASCII = /[^\u0000-\u007f]/;

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
  if (format !== FORMAT || bytes.length !== textStart + plainLength + wideLength) return null;

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
    tasks,
    lastContact,
  ] = JSON.parse(rowAt(leaf, at)) as Row;
  const summary: Summary = {
    id: idAt(leaf, at),
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
    tasks: tasks ?? [],
    lastContact: lastContact ?? '',
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
  if (format !== FORMAT || bytes.length < rowsStart) return null;
  const offsets = new Uint32Array(bytes.buffer, bytes.byteOffset + 8, count + 1);
  if (offsets[count] !== bytes.length - rowsStart) return null;
  return { count, offsets, rows: bytes.subarray(rowsStart) };
}

export function bodyAt(leaf: BodyLeaf, row: number): string {
  return bytesToUtf8(leaf.rows.subarray(leaf.offsets[row], leaf.offsets[row + 1]));
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
