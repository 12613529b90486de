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
import { parseDossier, WORKSPACE_DOSSIER } from './dossiers.ts';
import { bodyAt, type BodyLeaf } from './leaf.ts';

/** A dossier at rest, and what lay over it when the scan began. */
interface ScannedRow {
  readonly id: RecordId;
  /** `undefined`: it is in no leaf. */
  readonly leaf: number | undefined;
  /** Its id and its records, a line each. */
  readonly text: string;
  readonly over: readonly Change[] | undefined;
}

export async function* scanDossiers(
  book: Book,
  signal: AbortSignal,
): AsyncGenerator<Result<readonly RecordState[], Damaged>, void, void> {
  yield ok([...book.workspace.values()]);
  for await (const row of scanRows(book, signal)) {
    const states = row.ok ? statesOf(book, row.value) : row;
    if (!states.ok || states.value.length > 0) yield states;
  }
}

/** The same for whoever writes them down: a record over which nothing lies comes as its text, as `encodeRecord` gives it. */
export async function* scanLines(
  book: Book,
  signal: AbortSignal,
): AsyncGenerator<Result<readonly (RecordState | string)[], Damaged>, void, void> {
  yield ok([...book.workspace.values()]);
  for await (const row of scanRows(book, signal)) {
    const records = !row.ok
      ? row
      : isAtRest(book, row.value)
        ? ok(row.value.text.split('\n').slice(1))
        : statesOf(book, row.value);
    if (!records.ok || records.value.length > 0) yield records;
  }
}

async function* scanRows(
  book: Book,
  signal: AbortSignal,
): AsyncGenerator<Result<ScannedRow, Damaged>, void, void> {
  const begun = book.pendingChanges();
  const given = new Set<RecordId>([WORKSPACE_DOSSIER]);
  for await (const [leaf, body] of scanBodies(book, signal)) {
    if (!body.ok) {
      yield body;
      continue;
    }
    for (let row = 0; row < body.value.count; row++) {
      const text = bodyAt(body.value, row);
      const id = text.slice(0, WORKSPACE_DOSSIER.length) as RecordId;
      if (given.has(id)) continue;
      given.add(id);
      yield ok({ id, leaf, text, over: begun.get(id) });
    }
  }
  if (signal.aborted) return;
  for (const id of new Set([...begun.keys(), ...book.pending.keys()])) {
    if (!given.has(id)) yield ok({ id, leaf: undefined, text: id, over: begun.get(id) });
  }
}

/** The next body is read while this one is worked on. */
async function* scanBodies(
  book: Book,
  signal: AbortSignal,
): AsyncGenerator<[leaf: number, Result<BodyLeaf, Damaged>], void, void> {
  const scanned = new Set<number>();
  const next = (): [leaf: number, body: Promise<Result<BodyLeaf, Damaged>>] | undefined => {
    const ref = book.shelf.checkpoint.leaves.find(({ leaf }) => !scanned.has(leaf));
    if (ref === undefined) return undefined;
    scanned.add(ref.leaf);
    const body = book.leafBody(ref.leaf);
    // Whoever waits for it is told; where the scan is given up, nobody does.
    body.catch(() => undefined);
    return [ref.leaf, body];
  };
  for (let reading = next(); reading !== undefined && !signal.aborted;) {
    const [leaf, body] = reading;
    const read = await body;
    reading = next();
    yield [leaf, read];
    reading ??= next();
  }
}

function isAtRest(book: Book, { id, leaf, over }: ScannedRow): boolean {
  return leaf !== undefined && over === undefined && !book.pending.has(id) && !book.hasErasures;
}

function statesOf(
  book: Book,
  { id, leaf, text, over = [] }: ScannedRow,
): Result<RecordState[], Damaged> {
  const parsed = parseDossier(text);
  if (parsed === null) return err(book.shelf.unreadable(leaf ?? 0));
  return ok([...book.withPending(id, parsed.dossier, over).values()]);
}
