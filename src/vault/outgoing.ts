/**
 * Outgoing: this device's own changes, entry by entry of the journal, as segments are made of them. An import's are not in its entry: they
 * are taken out of the leaves by the run of their stamps.
 */

import { err, ok, type Result } from '#base/result.ts';
import type { Change } from '#domain/change.ts';
import type { Run } from '#domain/edits.ts';
import { changesOf } from '#domain/partition.ts';
import type { Stamp } from '#domain/stamp.ts';
import type { WorkspaceStore } from '#storage/workspace-store.ts';
import type { Book } from './book.ts';
import type { Damaged } from './damage.ts';
import type { Outgoing } from './edits.ts';
import { scanMentioning } from './scan.ts';
import type { SealedRows } from './sealed-rows.ts';

/** Entries read in one request. */
const READ_RUN = 64;
/** Changes of an import that come at once. */
const BATCH = 1000;

/** What can't be read is told, and the entries behind it come all the same. */
export async function* outgoing(
  { store, rows }: { readonly store: WorkspaceStore; readonly rows: SealedRows },
  book: Book,
  after: number,
): AsyncGenerator<Result<Outgoing, Damaged>, void, void> {
  let next = after + 1;
  for (;;) {
    const entries = await store.readEntries(next, READ_RUN);
    for (const row of entries) {
      next = row.n + 1;
      const opened = await rows.openEntry(row);
      if (!opened.ok) {
        yield err(book.unreadableEntry(row.n, opened.error));
        continue;
      }
      const { changes, run, received } = opened.value.entry;
      if (received !== undefined) continue;
      if (run !== undefined && run.records > 0) yield* ofRun(book, row.n, changes, run);
      else if (changes.length > 0) yield ok({ entry: row.n, changes, last: true });
    }
    if (entries.length < READ_RUN) return;
  }
}

/** In batches. Empty where all that the run wrote has been erased since. */
async function* ofRun(
  book: Book,
  entry: number,
  changes: readonly Change[],
  run: Run,
): AsyncGenerator<Result<Outgoing, Damaged>, void, void> {
  const given = new Set(changes.map(({ record }) => record));
  let held: Change[] | undefined;
  let batch = [...changes];
  for await (const states of scanMentioning(book, `"${commonStart(run.from, run.to)}`)) {
    if (!states.ok) {
      yield states;
      continue;
    }
    for (const state of states.value) {
      if (!given.has(state.id)) batch.push(...changesOf(state, run));
    }
    if (batch.length < BATCH) continue;
    if (held !== undefined) yield ok({ entry, changes: held, last: false });
    held = batch;
    batch = [];
  }
  if (held !== undefined && batch.length > 0) yield ok({ entry, changes: held, last: false });
  yield ok({ entry, changes: batch.length > 0 ? batch : (held ?? []), last: true });
}

/** With what every stamp of a run begins. */
function commonStart(from: Stamp, to: Stamp): string {
  let length = 0;
  while (length < from.length && from[length] === to[length]) length += 1;
  return from.slice(0, length);
}
