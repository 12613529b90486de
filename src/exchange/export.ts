/** Customers to a file: CSV for spreadsheets, JSON Lines with all that belongs to each customer. */

import { systemClock } from '#base/clock.ts';
import type { RecordId } from '#base/ids.ts';
import { err, ok, type Result } from '#base/result.ts';
import type { FieldDefinition, Kind } from '#domain/catalogue.ts';
import type { FieldName, Json } from '#domain/change.ts';
import type { Dossier, RecordState } from '#domain/record-state.ts';
import { isAlive, valuesOf } from '#domain/values.ts';
import type { Damaged } from '#vault/damage.ts';
import type { ListQuery } from '#vault/roster.ts';
import type { Cancelled, NotFound } from '#vault/vault.ts';
import { breathe } from './breathing.ts';
import { csvLine } from './csv-lines.ts';
import { TableShape } from './customer-table.ts';
import type { ExportRequest, ExportResult, Work } from './messages.ts';

/** What exporting needs of the vault. */
export interface ExportSource {
  /** With the workspace's own fields. */
  fieldsOf(kind: Kind): readonly FieldDefinition[];
  /** The living customers that a query finds, in its order. */
  select(query: ListQuery): readonly RecordId[];
  openDossier(id: RecordId): Promise<Result<Dossier, NotFound | Damaged>>;
  /** Every dossier, the trash and the workspace's own records too. Ends early once the signal is aborted. */
  dossiers(signal: AbortSignal): AsyncIterable<Result<readonly RecordState[], Damaged>>;
}

type Values = Readonly<Record<FieldName, Json>>;

/** What may leave of a record's values, and under which of its fields. */
export interface ExportLimits {
  isHidden(kind: Kind, field: FieldName): boolean;
  screen(kind: Kind, values: Values): Values;
  /** Whether the customer may be among those who leave. */
  letsOut(chosen: ChosenCustomer): boolean;
}

const NO_LIMITS: ExportLimits = {
  isHidden: () => false,
  screen: (_, values) => values,
  letsOut: () => true,
};

type ExportError = NotFound | Damaged | Cancelled;

/**
 * A file that leaves someone out without a word would be taken for the whole: where a chosen customer can't be read, there is no file but an
 * error that says what is damaged.
 */
export async function exportCustomers(
  request: ExportRequest,
  source: ExportSource,
  work: Work,
  limits = NO_LIMITS,
): Promise<Result<ExportResult, ExportError>> {
  const ids = chosenIds(request, source);
  const file = new FileParts();
  let replacedCards = 0;
  const decided = new Map<RecordId, boolean>();
  const counting: ExportLimits = {
    isHidden: (kind, field) => limits.isHidden(kind, field),
    screen(kind, values) {
      const kept = limits.screen(kind, values);
      if (kept !== values) replacedCards += 1;
      return kept;
    },
    // Asked once of each: a table is read through twice, and what it says must not change in between.
    letsOut(chosen) {
      const { id } = chosen.customer;
      const may = decided.get(id) ?? limits.letsOut(chosen);
      decided.set(id, may);
      return may;
    },
  };
  const written =
    request.format === 'csv'
      ? await writeTable(file, ids, source, work, counting)
      : await writeLines(file, ids, source, work, counting);
  if (!written.ok) return written;
  const subject = request.customer === undefined ? 'customers' : 'customer';
  const customers = [...decided.values()].filter((may) => may).length;
  return ok({
    name: `${subject}-${localDay()}.${request.format}`,
    blob: file.toBlob(request.format === 'csv' ? 'text/csv;charset=utf-8' : 'application/jsonl'),
    replacedCards,
    leftOut: decided.size - customers,
    customers,
  });
}

async function writeTable(
  file: FileParts,
  ids: readonly RecordId[],
  source: ExportSource,
  work: Work,
  limits: ExportLimits,
): Promise<Result<void, ExportError>> {
  const shown = source
    .fieldsOf('customer')
    .filter(({ name }) => !limits.isHidden('customer', name));
  const shape = new TableShape(shown);
  const from: From = { ids, source, limits };
  const seen = await eachCustomer(from, work, 'reading', ({ customer }) => {
    shape.see(valuesOf(customer));
  });
  if (!seen.ok) return seen;
  // Excel takes a CSV file for UTF-8 only where it begins with a byte order mark.
  file.add('\ufeff');
  file.add(csvLine(shape.headers()));
  return eachCustomer(from, work, 'exporting', ({ customer }) => {
    file.add(csvLine(shape.row(limits.screen('customer', valuesOf(customer)))));
  });
}

function writeLines(
  file: FileParts,
  ids: readonly RecordId[],
  source: ExportSource,
  work: Work,
  limits: ExportLimits,
): Promise<Result<void, ExportError>> {
  return eachCustomer({ ids, source, limits }, work, 'exporting', ({ customer, belongings }) => {
    const line = {
      ...plainRecord(customer, source, limits),
      belongings: belongings.map((belonging) => plainRecord(belonging, source, limits)),
    };
    file.add(`${JSON.stringify(line)}\n`);
  });
}

/** Values under the catalogue's names; those of custom fields under what people call them. */
function plainRecord(
  state: RecordState,
  source: ExportSource,
  limits: ExportLimits,
): Record<string, unknown> {
  const values: Record<FieldName, Json> = {};
  const custom: Record<string, Json> = {};
  const fields = new Map(source.fieldsOf(state.kind).map((field) => [field.name, field]));
  for (const [name, value] of Object.entries(limits.screen(state.kind, valuesOf(state)))) {
    if (limits.isHidden(state.kind, name)) continue;
    const field = fields.get(name);
    if (field?.custom !== true) values[name] = value;
    else if (Object.hasOwn(custom, field.label.en)) custom[`${field.label.en} (${name})`] = value;
    else custom[field.label.en] = value;
  }
  return {
    id: state.id,
    kind: state.kind,
    createdAt: new Date(state.created.at).toISOString(),
    changedAt: new Date(state.changed.at).toISOString(),
    values,
    ...(Object.keys(custom).length === 0 ? {} : { custom }),
  };
}

// ---- Reading the chosen customers -----------------------------------------------------------------------------------

export interface ChosenCustomer {
  readonly customer: RecordState;
  /** What lives of what belongs to the customer, oldest first. */
  readonly belongings: readonly RecordState[];
}

/** Up to so many customers are opened one by one, in the order of the list; of more, all dossiers are read through. */
const OPENED_SINGLY = 500;

function chosenIds({ customer, query }: ExportRequest, source: ExportSource): readonly RecordId[] {
  if (customer !== undefined) return [customer];
  return source.select(query ?? { text: '', sort: 'name' });
}

/** Whom an export is about, and who of them may leave. */
interface From {
  readonly ids: readonly RecordId[];
  readonly source: ExportSource;
  readonly limits: ExportLimits;
}

async function eachCustomer(
  { ids, source, limits }: From,
  { signal, onProgress }: Work,
  step: string,
  visit: (chosen: ChosenCustomer) => void,
): Promise<Result<void, ExportError>> {
  let done = 0;
  for await (const states of dossiersOf(ids, source, signal)) {
    if (signal.aborted) break;
    if (!states.ok) return states;
    const chosen = chosenCustomer(states.value);
    if (chosen === undefined) continue;
    if (limits.letsOut(chosen)) visit(chosen);
    done += 1;
    if (done % 100 === 0) {
      onProgress({ done, total: ids.length, step });
      await breathe();
    }
  }
  if (signal.aborted) return err({ type: 'Cancelled' });
  onProgress({ done, total: ids.length, step });
  return ok();
}

async function* dossiersOf(
  ids: readonly RecordId[],
  source: ExportSource,
  signal: AbortSignal,
): AsyncGenerator<Result<readonly RecordState[], NotFound | Damaged>, void, undefined> {
  if (ids.length <= OPENED_SINGLY) {
    for (const id of ids) {
      const dossier = await source.openDossier(id);
      yield dossier.ok ? ok([...dossier.value.values()]) : dossier;
    }
    return;
  }
  const wanted = new Set(ids);
  let damaged: Result<never, Damaged> | undefined;
  for await (const states of source.dossiers(signal)) {
    if (!states.ok) damaged ??= states;
    else if (states.value.some(({ id }) => wanted.delete(id))) yield states;
  }
  // Damage elsewhere is no reason to hold back those who were asked for.
  if (wanted.size > 0 && damaged !== undefined) yield damaged;
}

function chosenCustomer(states: readonly RecordState[]): ChosenCustomer | undefined {
  const customer = states.find(({ kind }) => kind === 'customer');
  if (customer === undefined || !isAlive(customer)) return undefined;
  const belongings = states
    .filter((state) => state !== customer && isAlive(state))
    .sort((a, b) => (a.created.stamp < b.created.stamp ? -1 : 1));
  return { customer, belongings };
}

// ---- The file -------------------------------------------------------------------------------------------------------

const PART_CHARACTERS = 1024 * 1024;

/** Text gathered into blobs, which the browser may keep on its disk instead of in memory. */
class FileParts {
  readonly #parts: Blob[] = [];
  #lines: string[] = [];
  #characters = 0;

  add(line: string): void {
    this.#lines.push(line);
    this.#characters += line.length;
    if (this.#characters >= PART_CHARACTERS) this.#close();
  }

  toBlob(type: string): Blob {
    this.#close();
    return new Blob(this.#parts, { type });
  }

  #close(): void {
    this.#parts.push(new Blob(this.#lines));
    this.#lines = [];
    this.#characters = 0;
  }
}

/** YYYY-MM-DD where the person is. */
function localDay(): string {
  const now = new Date(systemClock.now());
  const offset = now.getTimezoneOffset() * 60_000;
  return new Date(now.getTime() - offset).toISOString().slice(0, 10);
}
