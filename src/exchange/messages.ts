/** What this room is asked and what it answers. The worker's surface passes these shapes on as they are. */

import type { RecordId } from '#base/ids.ts';
import type { ListQuery } from '#vault/roster.ts';
import type { UndoToken } from '#vault/vault.ts';

export type { Cancelled } from '#vault/vault.ts';

export interface Progress {
  /** Of `total`, in the same unit; `total` 0: not known yet. */
  readonly done: number;
  readonly total: number;
  /** A key of the texts that names the step. */
  readonly step: string;
}

/** How long work is told to end, and tells how far it is. */
export interface Work {
  readonly signal: AbortSignal;
  readonly onProgress: (progress: Progress) => void;
}

// ---- Import ---------------------------------------------------------------------------------------------------------

export type Encoding = 'utf-8' | 'utf-16le' | 'utf-16be' | 'windows-1252' | 'gb18030';
export type Delimiter = ',' | ';' | '\t';

/** Where a column goes: a field or a part of one, named by `columnPlaces` of #domain/columns.ts; a new custom field; or nowhere. */
export type ColumnTarget =
  | { readonly type: 'field'; readonly field: string }
  | { readonly type: 'custom'; readonly label: string }
  | { readonly type: 'leaveOut' };

export interface ImportOptions {
  readonly encoding?: Encoding;
  readonly delimiter?: Delimiter;
  /** Absent: as guessed from the headers. One a column. */
  readonly columns?: readonly ColumnTarget[];
  /** Cells that mean "empty". */
  readonly emptyWords: readonly string[];
  /** Field by which a row updates an existing customer instead of making a new one; absent: every row is new. */
  readonly matchBy?: 'email' | 'phone' | 'name' | 'company';
  /** The people did not give it themselves: from whom it came ('' where nobody says). Absent: from the people. */
  readonly thirdParty?: string;
  /** ISO 3166-1 alpha-2, for phone numbers without a country code. */
  readonly defaultCountry?: string;
}

/** What the file looks like and what importing it so would do. Nothing has been written. */
export interface ImportPreview {
  readonly fileName: string;
  readonly encoding: Encoding;
  readonly delimiter: Delimiter;
  readonly headers: readonly string[];
  readonly columns: readonly ColumnTarget[];
  /** The first rows as they stand. */
  readonly sample: readonly (readonly string[])[];
  /** Words found that probably mean "empty" (NULL, N/A, \N). */
  readonly emptyWordsFound: readonly { readonly word: string; readonly rows: number }[];
  readonly rows: number;
  readonly willCreate: number;
  readonly willUpdate: number;
  readonly willSkip: number;
  readonly skipped: readonly SkippedRow[];
}

/** A row that is left out; with a column, only that cell of it did not fit its field. */
export interface SkippedRow {
  /** 1 is the header's line. */
  readonly line: number;
  /** Key of the texts. */
  readonly reason: string;
  readonly column?: string;
}

export type ImportFileError =
  | { readonly type: 'NotCsv' }
  | { readonly type: 'NoRows' }
  | { readonly type: 'UnbalancedQuote'; readonly line: number }
  | { readonly type: 'NulByte'; readonly line: number }
  | { readonly type: 'TooManyColumns'; readonly columns: number; readonly limit: number }
  | {
      readonly type: 'CellTooLong';
      readonly line: number;
      readonly column: string;
      readonly limit: number;
    }
  | { readonly type: 'FileTooLarge'; readonly bytes: number; readonly limit: number }
  | { readonly type: 'TooManyRows'; readonly limit: number }
  | { readonly type: 'NotInEncoding'; readonly encoding: Encoding; readonly line: number }
  | { readonly type: 'NothingMapped' }
  | { readonly type: 'Unreadable' };

export interface ImportReport {
  readonly created: number;
  readonly updated: number;
  readonly skipped: readonly SkippedRow[];
  readonly undo: UndoToken;
  /** In so many fields a card number gave way to its last four digits. */
  readonly replacedCards: number;
}

// ---- Export ---------------------------------------------------------------------------------------------------------

export interface ExportRequest {
  /** What it is for: whom it leaves out depends on that. Absent: a use of one's own. */
  readonly purpose?: RecordId;
  readonly format: 'csv' | 'jsonl';
  /** Absent: all customers. */
  readonly query?: ListQuery;
  /** One customer only. */
  readonly customer?: RecordId;
}

export interface FileResult {
  readonly name: string;
  readonly blob: Blob;
}

export interface ExportResult extends FileResult {
  /** In so many records something was masked that should not have been there: 0, but for damage done elsewhere. */
  readonly replacedCards: number;
  /** So many customers said no to it, or were not asked. */
  readonly leftOut: number;
  /** So many are in it. */
  readonly customers: number;
}
