/** The dry run: all of the file read and nothing written. Says what an import would do, and learns what only the whole file can tell. */

import { createRecordId } from '#base/ids.ts';
import { err, ok, type Result } from '#base/result.ts';
import type { FieldDefinition } from '#domain/catalogue.ts';
import type { FieldName, Json } from '#domain/change.ts';
import { LIMITS } from '#domain/validation.ts';
import { breathe } from './breathing.ts';
import { guessColumns, planColumns, type ColumnPlan } from './columns.ts';
import { readRows, type CsvFile } from './csv-file.ts';
import type { Row } from './csv-rows.ts';
import { editOf, noteOutcome, type RowOutcome } from './customer-edits.ts';
import { DateEvidence, type DateOrder } from './dates.ts';
import type { MatchIndex } from './match-index.ts';
import type {
  Cancelled,
  ColumnTarget,
  ImportFileError,
  ImportOptions,
  ImportPreview,
  Work,
} from './messages.ts';
import { loadPhoneFormat } from './phone-numbers.ts';
import type { IsErased, RowMapping } from './rows-to-customers.ts';
import { SkippedRows } from './skipped-rows.ts';

export interface Survey {
  readonly csv: CsvFile;
  readonly columns: readonly ColumnTarget[];
  /** By which the import reads the rows. */
  readonly mapping: RowMapping;
  /** Values of the `field` records to make. */
  readonly newFields: readonly Readonly<Record<FieldName, Json>>[];
  readonly emptyWords: ReadonlyMap<string, number>;
  readonly counts: Pick<ImportPreview, 'rows' | 'willCreate' | 'willUpdate' | 'willSkip'>;
  readonly skipped: SkippedRows;
}

/** Words that programs write where there is no value. */
const EMPTY_WORDS: ReadonlySet<string> = new Set(['NULL', 'null', 'N/A', 'n/a', '#N/A', '\\N']);

export async function surveyRows(
  csv: CsvFile,
  options: ImportOptions,
  fields: readonly FieldDefinition[],
  { index, isErased }: { readonly index: MatchIndex | undefined; readonly isErased?: IsErased },
  { signal, onProgress }: Work,
): Promise<Result<Survey, ImportFileError | Cancelled>> {
  const { headers, file } = csv;
  const columns = targetsOf(headers, options, fields);
  const plan = planColumns(headers, columns, fields);
  const formatPhone =
    plan.phones.length > 0 ? await loadPhoneFormat(options.defaultCountry) : undefined;
  const mapping: RowMapping = {
    plan,
    newFieldNames: plan.newFields.map(() => `x-${createRecordId()}`),
    fields,
    emptyWords: new Set(options.emptyWords),
    dateOrders: new Map(),
    // Counting needs no phone in its final form, but to compare it.
    ...(options.matchBy === 'phone' && formatPhone !== undefined ? { formatPhone } : {}),
    ...(isErased !== undefined && { isErased }),
  };
  const dates = dateColumns(plan, headers);
  const longColumns = new Set<number>();
  const emptyWords = new Map<string, number>();
  const skipped = new SkippedRows(headers);
  const counts = { rows: 0, willCreate: 0, willUpdate: 0, willSkip: 0 };

  for await (const batch of readRows(csv, signal)) {
    if (!batch.ok) return batch;
    for (const row of batch.value.rows) {
      counts.rows += 1;
      countEmptyWords(row.cells, emptyWords);
      const outcome = editOf(row, csv, mapping, index);
      if (outcome.type === 'created') counts.willCreate += 1;
      else if (outcome.type === 'updated') counts.willUpdate += 1;
      else counts.willSkip += 1;
      const settled = learn(outcome, row, dates, plan, longColumns);
      noteOutcome(skipped, row, settled, headers);
    }
    onProgress({ done: batch.value.bytes, total: file.size, step: 'reading' });
    await breathe();
  }
  if (counts.rows === 0) return err({ type: 'NoRows' });

  const dateOrders = new Map<number, DateOrder>();
  for (const { column, evidence, ambiguous } of dates) {
    if (evidence.order === undefined) skipped.addAll(ambiguous);
    else dateOrders.set(column, evidence.order);
  }
  return ok({
    csv,
    columns,
    mapping: { ...mapping, dateOrders, ...(formatPhone === undefined ? {} : { formatPhone }) },
    newFields: plan.newFields.map(({ column, label }, position) => ({
      kind: 'customer',
      name: mapping.newFieldNames[position] ?? '',
      type: longColumns.has(column) ? 'longText' : 'text',
      label,
    })),
    emptyWords,
    counts,
    skipped,
  });
}

function targetsOf(
  headers: readonly string[],
  { columns }: ImportOptions,
  fields: readonly FieldDefinition[],
): readonly ColumnTarget[] {
  if (columns === undefined) return guessColumns(headers, fields);
  return headers.map((_, column) => columns[column] ?? { type: 'leaveOut' });
}

/** What is known of a column of dates before its end, where its ambiguous cells are reported or can be read after all. */
interface DateColumn {
  readonly column: number;
  readonly header: string;
  readonly evidence: DateEvidence;
  readonly ambiguous: SkippedRows;
}

function dateColumns({ fields }: ColumnPlan, headers: readonly string[]): readonly DateColumn[] {
  return fields
    .filter(({ field }) => field.type === 'date')
    .flatMap(({ columns }) => columns)
    .map((column) => ({
      column,
      header: headers[column] ?? '',
      evidence: new DateEvidence(),
      ambiguous: new SkippedRows(headers),
    }));
}

/** Takes from a row what only the whole file can tell. Answers the outcome without what can't be said before the end. */
function learn(
  outcome: RowOutcome,
  row: Row,
  dates: readonly DateColumn[],
  { newFields }: ColumnPlan,
  longColumns: Set<number>,
): RowOutcome {
  if (outcome.type === 'skipped') return outcome;
  const { cells } = outcome;
  for (const { column } of newFields) {
    const cell = cells[column] ?? '';
    if (cell.length > LIMITS.text || cell.includes('\n')) longColumns.add(column);
  }
  if (dates.length === 0) return outcome;
  for (const { column, evidence } of dates) evidence.see((cells[column] ?? '').trim());
  const notices = outcome.notices.filter(({ column, reason }) => {
    if (reason !== 'skips.ambiguousDate') return true;
    const date = dates.find((each) => each.column === column);
    date?.ambiguous.add(row, reason, date.header);
    return false;
  });
  return { ...outcome, notices };
}

/** Counts rows, not cells. */
function countEmptyWords(cells: readonly string[], found: Map<string, number>): void {
  let seen: Set<string> | undefined;
  for (const cell of cells) {
    // Most cells are told apart by their length.
    if (cell.length < 2 || cell.length > 6) continue;
    const word = cell.trim();
    if (!EMPTY_WORDS.has(word) || seen?.has(word) === true) continue;
    seen ??= new Set();
    seen.add(word);
    found.set(word, (found.get(word) ?? 0) + 1);
  }
}
