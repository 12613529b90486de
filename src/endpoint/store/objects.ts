/**
 * The objects of the store, in one folder on disk. An object is written aside, flushed, and only then
 * given its name, so whoever reads or lists sees all of it or nothing, whenever the power goes; what was
 * answered is on the disk. Several servers may share the folder: who creates a key first is decided
 * by the file system, in link(2).
 */

import { createHash, randomUUID } from 'node:crypto';
import type { BigIntStats } from 'node:fs';
import { link, mkdir, open, readdir, rename, rm, stat, type FileHandle } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { err, ok, type Result } from '#base/result.ts';
import type { ByteText } from './byte-text.ts';
import { folderOfPrefix, nameToPiece, objectPath } from './object-path.ts';
import type { S3Error } from './s3-error.ts';

/** Far above what a client needs to make, far below what a server's disk can't take. */
export const MAX_OBJECT_BYTES = 16 * 1024 * 1024;

export interface ObjectFacts {
  readonly size: number;
  readonly modifiedAt: Date;
  /** Differs whenever the object was written again. Its hyphen tells clients that it is no MD5. */
  readonly etag: string;
}

export interface PutOptions {
  /** Refuse where the key is taken; without it, an object is replaced. */
  readonly createOnly: boolean;
  /** SHA-256 that the body must have, in hex. */
  readonly bodyHash: string | null;
}

export interface OpenObject {
  readonly facts: ObjectFacts;
  /** The caller closes it. It reads one version to its end, even while that is replaced or removed. */
  readonly file: FileHandle;
}

export interface ListedObject {
  readonly key: ByteText;
  readonly facts: ObjectFacts;
}

export interface ListOptions {
  readonly prefix: ByteText;
  /** Only keys above this one; all keys are above the empty one. */
  readonly after: ByteText;
  readonly limit: number;
}

export interface ObjectPage {
  readonly objects: readonly ListedObject[];
  /** The last key of the page, where more follow. */
  readonly next: ByteText | null;
}

export interface ObjectsError {
  readonly type: 'ObjectsError';
  readonly message: string;
}

/** Makes the folder where it is missing, sees that it can hold objects, and sweeps what never got a name. */
export async function openObjects(folder: string): Promise<Result<Objects, ObjectsError>> {
  const aside = join(folder, 'writing');
  try {
    await mkdir(folder, { recursive: true, mode: 0o700 });
    await mkdir(join(folder, 'objects'), { recursive: true });
    await mkdir(aside, { recursive: true });
    await flushFolder(folder);
    await sweep(aside);
    await tryLink(aside);
  } catch (error) {
    const message = `The folder ${folder} cannot hold the store: ${(error as Error).message}.`;
    return err({ type: 'ObjectsError', message });
  }
  return ok(new Objects(join(folder, 'objects'), aside));
}

export class Objects {
  readonly #named: string;
  readonly #aside: string;
  /** Folders whose own names are known to be on the disk, those above them too. */
  readonly #lasting = new Set<string>();

  constructor(named: string, aside: string) {
    this.#named = named;
    this.#aside = aside;
  }

  async put(
    key: ByteText,
    body: AsyncIterable<Buffer>,
    { createOnly, bodyHash }: PutOptions,
  ): Promise<Result<ObjectFacts, S3Error>> {
    const path = join(this.#named, objectPath(key));
    const folder = dirname(path);
    if (createOnly && (await statIfThere(path))) return taken(folder);

    const aside = join(this.#aside, randomUUID());
    try {
      const written = await writeFlushed(aside, body, bodyHash);
      if (!written.ok) return written;
      await this.#makeFolder(folder);
      if (!createOnly) await rename(aside, path);
      else if (!(await linkUnlessTaken(aside, path))) return await taken(folder);
      await flushFolder(folder);
      return written;
    } finally {
      await rm(aside, { force: true });
    }
  }

  /** `null` where there is no such object. */
  async open(key: ByteText): Promise<OpenObject | null> {
    const file = await ifThere(open(join(this.#named, objectPath(key)), 'r'));
    return file && { facts: factsOf(await file.stat({ bigint: true })), file };
  }

  async facts(key: ByteText): Promise<ObjectFacts | null> {
    const stats = await statIfThere(join(this.#named, objectPath(key)));
    return stats && factsOf(stats);
  }

  async remove(key: ByteText): Promise<void> {
    const path = join(this.#named, objectPath(key));
    await rm(path, { force: true });
    await ifThere(flushFolder(dirname(path)));
  }

  /** In the order of their keys. */
  async list({ prefix, after, limit }: ListOptions): Promise<ObjectPage> {
    const keys: ByteText[] = [];
    const { path, start } = folderOfPrefix(prefix);
    for await (const key of walk(join(this.#named, path), start, prefix, after)) {
      keys.push(key);
      if (keys.length > limit) break;
    }
    const page = keys.slice(0, limit);
    const objects = await Promise.all(
      page.map(async (key) => {
        const facts = await this.facts(key);
        // Removed since its folder was read.
        return facts ? [{ key, facts }] : [];
      }),
    );
    return { objects: objects.flat(), next: (keys.length > limit && page.at(-1)) || null };
  }

  /** A name lasts when the folder that holds it is flushed; another request may have made it just now. */
  async #makeFolder(folder: string): Promise<void> {
    await mkdir(folder, { recursive: true });
    if (this.#lasting.has(folder)) return;
    for (let made = folder; made.length > this.#named.length; made = dirname(made)) {
      await flushFolder(dirname(made));
    }
    this.#lasting.add(folder);
  }
}

/** Enters only folders in which a key of that prefix, above `after`, can lie. */
async function* walk(
  folder: string,
  start: ByteText,
  prefix: ByteText,
  after: ByteText,
): AsyncGenerator<ByteText, void, void> {
  const names = (await ifThere(readdir(folder))) ?? [];
  const entries = names
    .flatMap((name) => {
      const named = nameToPiece(name);
      return named ? [{ ...named, name, key: (start + named.piece) as ByteText }] : [];
    })
    .filter(({ key, isObject }) =>
      isObject
        ? key.startsWith(prefix) && key > after
        : (key.startsWith(prefix) || prefix.startsWith(key)) &&
          (key > after || after.startsWith(key)),
    )
    // A folder and an object may have the same piece: the key that ends there comes first.
    .sort((a, b) => (a.key === b.key ? (a.isObject ? -1 : 1) : a.key < b.key ? -1 : 1));
  for (const { name, key, isObject } of entries) {
    if (isObject) yield key;
    else yield* walk(join(folder, name), key, prefix, after);
  }
}

async function writeFlushed(
  path: string,
  body: AsyncIterable<Buffer>,
  bodyHash: string | null,
): Promise<Result<ObjectFacts, S3Error>> {
  const hash = createHash('sha256');
  let size = 0;
  const file = await open(path, 'wx');
  try {
    for await (const chunk of body) {
      size += chunk.length;
      if (size > MAX_OBJECT_BYTES) return err({ type: 'EntityTooLarge' });
      hash.update(chunk);
      await file.writeFile(chunk);
    }
    if (bodyHash !== null && hash.digest('hex') !== bodyHash) {
      return err({ type: 'XAmzContentSHA256Mismatch' });
    }
    await file.sync();
    return ok(factsOf(await file.stat({ bigint: true })));
  } catch (error) {
    // The client went away.
    if (hasCode(error, 'ECONNRESET')) return err({ type: 'IncompleteBody' });
    throw error;
  } finally {
    await file.close();
  }
}

/** Whoever is told that a key is taken may rely on it, so the name must outlast a power cut first. */
async function taken(folder: string): Promise<Result<never, S3Error>> {
  await flushFolder(folder);
  return err({ type: 'PreconditionFailed' });
}

async function linkUnlessTaken(from: string, to: string): Promise<boolean> {
  try {
    await link(from, to);
    return true;
  } catch (error) {
    if (hasCode(error, 'EEXIST')) return false;
    throw error;
  }
}

/** Windows flushes names by itself, and lets no folder be opened. */
async function flushFolder(folder: string): Promise<void> {
  if (process.platform === 'win32') return;
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** Longer than any request takes: Node ends one after five minutes. */
const ABANDONED_MS = 10 * 60 * 1000;

/** Another server on the same folder may be writing: what is young stays. */
async function sweep(aside: string): Promise<void> {
  for (const name of await readdir(aside)) {
    const stats = await statIfThere(join(aside, name));
    if (!stats || Date.now() - Number(stats.mtimeMs) < ABANDONED_MS) continue;
    await rm(join(aside, name), { force: true });
  }
}

/** Some file systems (FAT, a few network shares) have no links, and without them create-only is a mere wish. */
async function tryLink(aside: string): Promise<void> {
  const [first, second] = [join(aside, randomUUID()), join(aside, randomUUID())];
  try {
    await (await open(first, 'wx')).close();
    await link(first, second);
  } finally {
    await rm(first, { force: true });
    await rm(second, { force: true });
  }
}

function factsOf({ size, mtimeNs }: BigIntStats): ObjectFacts {
  return {
    size: Number(size),
    modifiedAt: new Date(Number(mtimeNs / 1_000_000n)),
    etag: `"${mtimeNs.toString(16)}-${size.toString(16)}"`,
  };
}

function statIfThere(path: string): Promise<BigIntStats | null> {
  return ifThere(stat(path, { bigint: true }));
}

async function ifThere<T>(found: Promise<T>): Promise<T | null> {
  try {
    return await found;
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return null;
    throw error;
  }
}

function hasCode(error: unknown, code: string): boolean {
  return (error as NodeJS.ErrnoException).code === code;
}
