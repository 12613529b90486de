/**
 * Scans: every dossier of a book with all that is in it, the trash too; first the workspace's own.
 *
 * Each comes once, at least as it stood when the scan began, whatever is rolled or imported meanwhile: a roll may split a leaf behind the
 * scan, and takes the changes that it folded away from over a body that was read before. So the scan keeps the changes that lay over the
 * leaves when it began, and goes on until it has seen every leaf that there is then.
 */

import type { RecordId } from '#base/ids.ts';
import { err, ok, type Result } from '#base/result.ts';
import type { Change } from '#domain/change.ts';
import type { RecordState } from '#domain/record-state.ts';
import type { Book } from './book.ts';
import type { Damaged } from './damage.ts';
import { parseRecords, WORKSPACE_DOSSIER } from './dossiers.ts';
import { bodyLines, type BodyLeaf } from './leaf.ts';

/** A dossier at rest, and what lay over it when the scan began. */
interface ScannedRow {
  readonly id: RecordId;
  /** `undefined`: it is in no leaf. */
  readonly leaf: number | undefined;
  /** Its records, a line each. */
  readonly lines: readonly string[];
  readonly over: readonly Change[] | undefined;
}

/** Bodies read in one request, and requests under way at a time. */
const READ_RUN = 16;
const RUNS_AHEAD = 2;

interface BodyRun {
  readonly leaves: readonly number[];
  readonly bodies: Promise<readonly Result<BodyLeaf, Damaged>[]>;
}

export async function* scanDossiers(
  book: Book,
  signal: AbortSignal,
): AsyncGenerator<Result<readonly RecordState[], Damaged>, void, void> {
  yield ok([...book.workspace.values()]);
  for await (const rows of scanRows(book, signal)) {
    for (const row of rows) {
      const states = row.ok ? statesOf(book, row.value) : row;
      if (!states.ok || states.value.length > 0) yield states;
    }
  }
}

/** The same for whoever writes them down: a record over which nothing lies comes as its text, as `encodeRecord` gives it. */
export async function* scanLines(
  book: Book,
  signal: AbortSignal,
): AsyncGenerator<Result<readonly (RecordState | string)[], Damaged>, void, void> {
  yield ok([...book.workspace.values()]);
  for await (const rows of scanRows(book, signal)) {
    for (const row of rows) {
      const records = row.ok ? linesOf(book, row.value) : row;
      if (!records.ok || records.value.length > 0) yield records;
    }
  }
}

/** Of every leaf, the records of customers in whose text at rest something is mentioned, or over which something lies. */
export async function* scanMentioning(
  book: Book,
  text: string,
): AsyncGenerator<Result<readonly RecordState[], Damaged>, void, void> {
  for await (const rows of scanRows(book, new AbortController().signal)) {
    const found: RecordState[] = [];
    for (const row of rows) {
      const isAtRest = row.ok && row.value.over === undefined && !book.pending.has(row.value.id);
      if (isAtRest && !row.value.lines.some((line) => line.includes(text))) continue;
      const states = row.ok ? statesOf(book, row.value) : row;
      if (states.ok) found.push(...states.value);
      else yield states;
    }
    if (found.length > 0) yield ok(found);
  }
}

async function* scanRows(
  book: Book,
  signal: AbortSignal,
): AsyncGenerator<readonly Result<ScannedRow, Damaged>[], void, void> {
  const begun = book.pendingChanges();
  const given = new Set<RecordId>([WORKSPACE_DOSSIER]);
  for await (const [leaf, body] of scanBodies(book, signal)) {
    if (!body.ok) {
      yield [body];
      continue;
    }
    const rows = rowsOf(body.value).filter(({ id }) => !given.has(id));
    for (const { id } of rows) given.add(id);
    yield rows.map(({ id, lines }) => ok({ id, leaf, lines, over: begun.get(id) }));
  }
  if (signal.aborted) return;
  const unplaced = [...begun.keys(), ...book.pending.keys()].filter((id) => !given.has(id));
  yield [...new Set(unplaced)].map((id) =>
    ok({ id, leaf: undefined, lines: [], over: begun.get(id) }),
  );
}

function rowsOf(body: BodyLeaf): { readonly id: RecordId; readonly lines: readonly string[] }[] {
  const rows: { id: RecordId; lines: string[] }[] = [];
  for (const line of bodyLines(body)) {
    if (line.startsWith('{')) rows.at(-1)?.lines.push(line);
    else rows.push({ id: line as RecordId, lines: [] });
  }
  return rows;
}

/** While these bodies are worked on, the next ones are being unsealed and those behind them read. */
async function* scanBodies(
  book: Book,
  signal: AbortSignal,
): AsyncGenerator<[leaf: number, Result<BodyLeaf, Damaged>], void, void> {
  const isCancelled = () => signal.aborted;
  const scanned = new Set<number>();
  const ahead: BodyRun[] = [];
  const readAhead = () => {
    while (ahead.length < RUNS_AHEAD) {
      const leaves = book.shelf.checkpoint.leaves
        .map(({ leaf }) => leaf)
        .filter((leaf) => !scanned.has(leaf))
        .slice(0, READ_RUN);
      if (leaves.length === 0) return;
      for (const leaf of leaves) scanned.add(leaf);
      const bodies = book.leafBodies(leaves);
      // Whoever waits for them is told; where the scan is given up, nobody does.
      bodies.catch(() => undefined);
      ahead.push({ leaves, bodies });
    }
  };
  readAhead();
  for (let run = ahead.shift(); run !== undefined && !isCancelled(); run = ahead.shift()) {
    const read = await run.bodies;
    readAhead();
    for (const [index, leaf] of run.leaves.entries()) {
      const body = read[index];
      if (body !== undefined) yield [leaf, body];
      if (isCancelled()) return;
    }
    // While these were worked on a roll may have made leaves that nobody had seen.
    readAhead();
  }
}

function linesOf(book: Book, row: ScannedRow): Result<readonly (RecordState | string)[], Damaged> {
  const { id, leaf, over, lines } = row;
  const isAtRest =
    leaf !== undefined && over === undefined && !book.pending.has(id) && !book.hasErasures;
  return isAtRest ? ok(lines) : statesOf(book, row);
}

function statesOf(
  book: Book,
  { id, leaf, lines, over = [] }: ScannedRow,
): Result<RecordState[], Damaged> {
  const parsed = parseRecords(id, lines);
  if (parsed === null) return err(book.shelf.unreadable(leaf ?? 0));
  return ok([...book.withPending(id, parsed.dossier, over).values()]);
}
