/**
 * Importing customers from a CSV file: a dry run that reads all of it and writes nothing, then the same reading again, streamed into the
 * vault as one undoable step. The dry run comes first always, since some questions need the whole file (which order dates are in, how long
 * a new field's texts are), and since a file that turns out bad in its last line must not have begun to be written.
 */

import { err, ok, type Result } from '#base/result.ts';
import type { FieldDefinition, Kind } from '#domain/catalogue.ts';
import type { Summary } from '#domain/summary.ts';
import type { ProblemReason } from '#domain/validation.ts';
import type { Bulk, BulkEdit, BulkOptions, EditError } from '#vault/vault.ts';
import { breathe } from './breathing.ts';
import { isEmptyPlan } from './columns.ts';
import { openCsvFile, readRows } from './csv-file.ts';
import { editOf, noteOutcome } from './customer-edits.ts';
import { MatchIndex } from './match-index.ts';
import type {
  Cancelled,
  FileResult,
  ImportFileError,
  ImportOptions,
  ImportPreview,
  ImportReport,
  Work,
} from './messages.ts';
import { loadPhoneFormat } from './phone-numbers.ts';
import { columnOf, type IsErased } from './rows-to-customers.ts';
import { SkippedRows, type ReportWords } from './skipped-rows.ts';
import { surveyRows, type Survey } from './survey.ts';

/** What importing needs of the vault. */
export interface ImportTarget {
  /** With the workspace's own fields. */
  fieldsOf(kind: Kind): readonly FieldDefinition[];
  /** All living customers. */
  summaries(): Iterable<readonly Summary[]>;
  /**
   * One commit and one undoable step of all the edits. Nothing of it stays where it fails, or where the signal is aborted by the time the
   * edits end. Of a record that is there, fields that an edit does not name stay, and elements of sets are added to those that it has.
   */
  bulk(
    edits: AsyncIterable<readonly BulkEdit[]>,
    options: Pick<BulkOptions, 'signal' | 'onRefused'>,
  ): Promise<Result<Pick<Bulk, 'undo' | 'replaced'>, EditError | Cancelled>>;
}

export interface Doors {
  /** What may be shown of a cell of a column, and leave in a report; absent: all of it. */
  readonly screen?: (text: string, column: string) => string;
  /** Who was erased and shall not come back by a list; null: nobody. */
  readonly erased?: () => Promise<IsErased | null>;
}

const SAMPLE_ROWS = 20;

export class Importer {
  readonly #target: ImportTarget;
  readonly #doors: Doors;
  /** Of the file and the options that the key names. */
  #survey: (Survey & { readonly key: string }) | undefined;
  #skipped: SkippedRows | undefined;

  constructor(target: ImportTarget, doors: Doors = {}) {
    this.#target = target;
    this.#doors = doors;
  }

  /** The report of the last preview or import, with the cells of the rows that it left out. */
  skippedReport(words: ReportWords): FileResult | null {
    return this.#skipped?.toFile(words, this.#screen) ?? null;
  }

  get #screen(): NonNullable<Doors['screen']> {
    return this.#doors.screen ?? ((text) => text);
  }

  /** What the file looks like, and what importing it so would do. */
  async preview(
    file: File,
    options: ImportOptions,
    work: Work,
  ): Promise<Result<ImportPreview, ImportFileError | Cancelled>> {
    const survey = await this.#surveyFile(file, options, work);
    if (!survey.ok) return survey;
    const { csv, columns, emptyWords, counts, skipped } = survey.value;
    const screen = this.#screen;
    return ok({
      fileName: file.name,
      encoding: csv.encoding,
      delimiter: csv.delimiter,
      headers: csv.headers.map((header) => screen(header, '')),
      columns,
      sample: csv.sample
        .slice(0, SAMPLE_ROWS)
        .map(({ cells }) => cells.map((cell, at) => screen(cell, csv.headers[at] ?? ''))),
      emptyWordsFound: [...emptyWords].map(([word, rows]) => ({ word, rows })),
      ...counts,
      skipped: skipped.list(),
    });
  }

  /** Nothing is written unless all of it is. */
  async run(
    file: File,
    options: ImportOptions,
    work: Work,
  ): Promise<Result<ImportReport, ImportFileError | EditError | Cancelled>> {
    const key = surveyKey(file, options);
    let survey: Survey | undefined = this.#survey?.key === key ? this.#survey : undefined;
    if (survey === undefined) {
      const surveyed = await this.#surveyFile(file, options, work);
      if (!surveyed.ok) return surveyed;
      survey = surveyed.value;
    }
    const { csv, newFields } = survey;
    const { thirdParty } = options;
    const mapping = { ...survey.mapping, ...(thirdParty !== undefined && { thirdParty }) };
    if (isEmptyPlan(mapping.plan)) return err({ type: 'NothingMapped' });
    const index = await this.#matchIndex(options, work.signal);
    if (work.signal.aborted) return err({ type: 'Cancelled' });

    const skipped = new SkippedRows(csv.headers);
    const counts = { created: 0, updated: 0 };
    const lines = new WeakMap<BulkEdit, number>();
    // Aborted too where the file fails, so that the vault does not take what has come for all.
    const stop = new AbortController();
    const { signal } = stop;
    const relay = () => {
      stop.abort();
    };
    work.signal.addEventListener('abort', relay);
    let failure: ImportFileError | Cancelled | undefined;
    async function* edits(): AsyncGenerator<readonly BulkEdit[], void, undefined> {
      if (newFields.length > 0) yield newFields.map((values) => ({ kind: 'field', values }));
      for await (const batch of readRows(csv, signal)) {
        if (!batch.ok) {
          failure = batch.error;
          stop.abort();
          return;
        }
        const edits: BulkEdit[] = [];
        for (const row of batch.value.rows) {
          const outcome = editOf(row, csv, mapping, index);
          noteOutcome(skipped, row, outcome, csv.headers);
          if (outcome.type === 'skipped') continue;
          counts[outcome.type] += 1;
          // A customer who has it all already is left as they are.
          if (Object.keys(outcome.edit.values).length === 0) continue;
          lines.set(outcome.edit, row.line);
          edits.push(outcome.edit);
        }
        work.onProgress({ done: batch.value.bytes, total: file.size, step: 'importing' });
        if (edits.length > 0) yield edits;
        await breathe();
      }
    }

    const onRefused: BulkOptions['onRefused'] = (edit, problems) => {
      const line = lines.get(edit);
      if (line === undefined) return;
      for (const { field, reason } of problems) {
        const header = csv.headers[columnOf(field, mapping) ?? -1] ?? field;
        // Without its cells: they hold what may not be kept.
        skipped.add({ line, cells: [] }, refusalOf(reason), header);
      }
    };
    const written = await this.#target.bulk(edits(), { signal, onRefused });
    work.signal.removeEventListener('abort', relay);
    if (failure !== undefined) return err(failure);
    if (!written.ok) return written;
    this.#survey = undefined;
    this.#skipped = skipped;
    const { undo, replaced } = written.value;
    return ok({ ...counts, skipped: skipped.list(), undo, replacedCards: replaced });
  }

  async #surveyFile(
    file: File,
    options: ImportOptions,
    work: Work,
  ): Promise<Result<Survey, ImportFileError | Cancelled>> {
    this.#survey = undefined;
    this.#skipped = undefined;
    work.onProgress({ done: 0, total: file.size, step: 'reading' });
    const csv = await openCsvFile(file, options, work.signal);
    if (!csv.ok) return csv;
    const index = await this.#matchIndex(options, work.signal);
    const isErased = (await this.#doors.erased?.()) ?? null;
    const survey = await surveyRows(
      csv.value,
      options,
      this.#target.fieldsOf('customer'),
      { index, ...(isErased !== null && { isErased }) },
      work,
    );
    if (!survey.ok) return survey;
    this.#survey = { ...survey.value, key: surveyKey(file, options) };
    this.#skipped = survey.value.skipped;
    return ok(this.#survey);
  }

  async #matchIndex(options: ImportOptions, signal: AbortSignal): Promise<MatchIndex | undefined> {
    if (options.matchBy === undefined) return undefined;
    const index = new MatchIndex(options.matchBy, await loadPhoneFormat(options.defaultCountry));
    for (const batch of this.#target.summaries()) {
      for (const summary of batch) index.add(summary);
      await breathe();
      if (signal.aborted) break;
    }
    return index;
  }
}

/** The cell's text is not in the notes, where other cells go that do not fit. */
function refusalOf(reason: ProblemReason): string {
  return reason === 'problems.cardSecurity' ? reason : 'skips.cardNumber';
}

/** A file that is changed between preview and import is surveyed anew. */
/** From whom the data came changes nothing of what a look at the file finds. */
function surveyKey(file: File, { thirdParty: _, ...options }: ImportOptions): string {
  return JSON.stringify([file.name, file.size, file.lastModified, options]);
}
