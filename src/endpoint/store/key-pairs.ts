/** The two key pairs of a store: made once, and kept in its folder where its owner alone may read. */

import { randomUUID } from 'node:crypto';
import { link, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { bytesToBase32, randomBytes } from '#base/bytes.ts';
import { err, ok, type Result } from '#base/result.ts';

export interface KeyPair {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
}

export interface KeyPairs {
  /** May do everything. */
  readonly full: KeyPair;
  /** May add and read objects, but neither remove nor replace one. */
  readonly appendOnly: KeyPair;
}

export interface KeyPairsError {
  readonly type: 'KeyPairsError';
  readonly message: string;
}

export function keyPairsFile(folder: string): string {
  return join(folder, 'keys.json');
}

/** Reads the pairs of a folder, after making them where there are none. */
export async function loadKeyPairs(folder: string): Promise<Result<KeyPairs, KeyPairsError>> {
  const file = keyPairsFile(folder);
  let text: string;
  try {
    text = (await readIfThere(file)) ?? (await makeKeyPairs(folder));
  } catch (error) {
    return refused(`${file} can be neither read nor made: ${(error as Error).message}.`);
  }
  const keyPairs = parseKeyPairs(text);
  if (keyPairs) return ok(keyPairs);
  return refused(
    `${file} does not hold the store's two key pairs: mend it, or remove it to have new ones made.`,
  );
}

function refused(message: string): Result<never, KeyPairsError> {
  return err({ type: 'KeyPairsError', message });
}

/** Of two servers that start at once, the first to link its file makes the pairs for both. */
async function makeKeyPairs(folder: string): Promise<string> {
  const file = keyPairsFile(folder);
  const aside = `${file}.${randomUUID()}`;
  const keyPairs: KeyPairs = { full: makeKeyPair(), appendOnly: makeKeyPair() };
  const text = `${JSON.stringify(keyPairs, null, 2)}\n`;
  await writeFile(aside, text, { mode: 0o600, flush: true });
  try {
    await link(aside, file);
    return text;
  } catch (error) {
    const made = await readIfThere(file);
    if (made === null) throw error;
    return made;
  } finally {
    await rm(aside, { force: true });
  }
}

/** As long as those of AWS, which some clients insist on: 20 and 40 characters, 100 and 200 bits. */
function makeKeyPair(): KeyPair {
  return {
    accessKeyId: bytesToBase32(randomBytes(13)).slice(0, 20).toUpperCase(),
    secretAccessKey: bytesToBase32(randomBytes(25)),
  };
}

function parseKeyPairs(text: string): KeyPairs | null {
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    return null;
  }
  const { full, appendOnly } = (parsed ?? {}) as Partial<Record<keyof KeyPairs, unknown>>;
  if (!isKeyPair(full) || !isKeyPair(appendOnly)) return null;
  if (full.accessKeyId === appendOnly.accessKeyId) return null;
  return { full, appendOnly };
}

function isKeyPair(value: unknown): value is KeyPair {
  const { accessKeyId, secretAccessKey } = (value ?? {}) as Partial<Record<keyof KeyPair, unknown>>;
  return (
    typeof accessKeyId === 'string' &&
    /^[\w.-]{3,128}$/.test(accessKeyId) &&
    typeof secretAccessKey === 'string' &&
    secretAccessKey.length >= 8
  );
}

async function readIfThere(file: string): Promise<string | null> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
}
