/**
 * The self-test of encryption at rest (Art. 32(1)(a) GDPR; 45 CFR 164.312(a)(2)(iv)): a marked text is written as a draft is, then looked for, with
 * the name of a customer, in whatever this app has written to the device.
 */

import { createRecordId, type WorkspaceId } from '#base/ids.ts';
import type { Session } from '#vault/session.ts';
import { rowsOnDisk } from '#storage/on-disk.ts';
import type { Facts } from './facts.ts';

/** Rows that are looked through of each table: the newest. */
const ROWS_EACH = 64;
/** A shorter name could stand anywhere by chance. */
const SHORTEST_NAME = 8;
const FORM = 'selfTest';
/** The table of drafts. */
const WRITTEN_TO = 'drafts';

export async function tryCanary(session: Session, now: number): Promise<Facts['canary']> {
  const canary = createRecordId();
  const saved = await session.saveDraft({ form: FORM, values: { text: canary }, savedAt: now });
  if (!saved.ok) return undefined;
  try {
    const written = [canary, ...nameOfSomebody(session)];
    const places: Record<string, number> = {};
    const hits: string[] = [];
    for await (const { place, bytes } of everything(session.workspace)) {
      places[place] = (places[place] ?? 0) + 1;
      // The app's own files name the customers of its examples.
      if (holdsAny(bytes, place === 'caches' ? [canary] : written))
        hits.push(`${place} ${places[place]}`);
    }
    // Whoever did not come by the place where it was written has looked nowhere.
    return places[WRITTEN_TO] === undefined ? undefined : { at: now, places, hits };
  } finally {
    await session.dropDraft(FORM);
  }
}

function nameOfSomebody({ vault }: Session): readonly string[] {
  for (const batch of vault.summaries()) {
    const found = batch.find(({ name }) => name.length >= SHORTEST_NAME);
    if (found !== undefined) return [found.name];
  }
  return [];
}

interface Piece {
  readonly place: string;
  readonly bytes: string;
}

/** Bytes as text, one character each, since text is searched fastest. */
async function* everything(workspace: WorkspaceId): AsyncIterable<Piece> {
  for await (const { table, rows } of rowsOnDisk(workspace, ROWS_EACH)) {
    for (const row of rows) yield { place: table, bytes: textOf(row) };
  }
  for (const name of 'caches' in globalThis ? await caches.keys() : []) {
    const cache = await caches.open(name);
    const files = await Promise.all(
      (await cache.keys()).map(async (request) => {
        const body = await (await cache.match(request))?.arrayBuffer();
        return `${request.url}\n${asText(new Uint8Array(body ?? new ArrayBuffer(0)))}`;
      }),
    );
    for (const bytes of files) yield { place: 'caches', bytes };
  }
  yield* filesOf(await privateFiles());
}

async function privateFiles(): Promise<FileSystemDirectoryHandle | null> {
  try {
    return await navigator.storage.getDirectory();
  } catch {
    // A private window has none, nor has an older browser.
    return null;
  }
}

async function* filesOf(folder: FileSystemDirectoryHandle | null): AsyncIterable<Piece> {
  if (folder === null) return;
  for await (const handle of folder.values()) {
    if (handle.kind === 'directory') yield* filesOf(handle);
    else {
      const file = await handle.getFile();
      const start = await file.slice(0, 1024 * 1024).arrayBuffer();
      yield { place: 'files', bytes: asText(new Uint8Array(start)) };
    }
  }
}

function textOf(value: unknown): string {
  if (typeof value === 'string') return value;
  if (value instanceof Uint8Array) return asText(value);
  if (typeof value !== 'object' || value === null) return '';
  return Object.values(value).map(textOf).join('\n');
}

const latin = new TextDecoder('latin1');

function asText(bytes: Uint8Array): string {
  return latin.decode(bytes);
}

/** In UTF-8, and as two bytes a character, as browsers write strings. */
function holdsAny(bytes: string, texts: readonly string[]): boolean {
  return texts.some((text) => formsOf(text).some((form) => bytes.includes(form)));
}

function formsOf(text: string): readonly string[] {
  let wide = '';
  for (let at = 0; at < text.length; at++) {
    const unit = text.charCodeAt(at);
    wide += String.fromCharCode(unit & 0xff, unit >> 8);
  }
  return [text, asText(new TextEncoder().encode(text)), wide];
}
