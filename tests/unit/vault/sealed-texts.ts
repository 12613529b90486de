/**
 * Everything that was ever sealed, by whatever key: what a search with every key that a workspace ever had would find. A value is known again
 * on disk by its authentication tag.
 */

import { gunzipSync } from 'node:zlib';

const TAG_LENGTH = 16;

interface Sealed {
  readonly tag: Buffer;
  readonly text: string;
}

export class SealedTexts {
  readonly #sealed: Sealed[] = [];
  readonly #encrypt = crypto.subtle.encrypt.bind(crypto.subtle);

  /** From here on, what is sealed is remembered. */
  start(): void {
    crypto.subtle.encrypt = async (algorithm, key, data) => {
      const bytes = await this.#encrypt(algorithm, key, data);
      const tag = Buffer.from(bytes.slice(bytes.byteLength - TAG_LENGTH));
      this.#sealed.push({ tag, text: textOf(bytesOf(data)) });
      return bytes;
    };
  }

  stop(): void {
    crypto.subtle.encrypt = this.#encrypt;
  }

  /** How many values have been sealed that hold the text. */
  holding(text: string): number {
    return this.#sealed.filter((each) => each.text.includes(text)).length;
  }

  /** Where the text can be read among some bytes: as it is, or by a key. */
  findIn(pieces: Iterable<readonly [place: string, bytes: Uint8Array]>, text: string): string[] {
    const sealed = this.#sealed.filter((each) => each.text.includes(text));
    const found: string[] = [];
    for (const [place, bytes] of pieces) {
      const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
      const isOpen = buffer.includes(text) || buffer.includes(text, 0, 'utf16le');
      if (isOpen || sealed.some(({ tag }) => buffer.includes(tag))) found.push(place);
    }
    return found;
  }
}

/** Of every row of every table of the databases, each run of bytes and each text. */
export async function bytesOnDisk(
  databases: IDBFactory,
): Promise<readonly (readonly [place: string, bytes: Uint8Array])[]> {
  const pieces: (readonly [string, Uint8Array])[] = [];
  for (const { name = '' } of await databases.databases()) {
    const database = await asked(databases.open(name));
    for (const table of database.objectStoreNames) {
      const store = database.transaction(table).objectStore(table);
      const rows = await asked(store.getAll());
      for (const row of rows) pieces.push(...bytesIn(row, `${name} ${table}`));
      for (const key of await asked(store.getAllKeys())) pieces.push(...bytesIn(key, table));
    }
    database.close();
  }
  return pieces;
}

function* bytesIn(value: unknown, place: string): Generator<readonly [string, Uint8Array]> {
  if (typeof value === 'string') yield [place, new TextEncoder().encode(value)];
  else if (value instanceof Uint8Array) yield [place, value];
  else if (typeof value === 'object' && value !== null) {
    for (const each of Object.values(value)) yield* bytesIn(each, place);
  }
}

function asked<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => {
      resolve(request.result);
    };
    request.onerror = () => {
      reject(request.error ?? new Error('The request failed'));
    };
  });
}

function bytesOf(data: BufferSource): Buffer {
  return ArrayBuffer.isView(data)
    ? Buffer.from(data.buffer, data.byteOffset, data.byteLength)
    : Buffer.from(data);
}

/** What goes to a store is packed before it is sealed, with its length in front; what pads it behind is passed over. */
function textOf(bytes: Buffer): string {
  const isPacked = bytes[LENGTH_PREFIX] === 0x1f && bytes[LENGTH_PREFIX + 1] === 0x8b;
  return (isPacked ? gunzipSync(bytes.subarray(LENGTH_PREFIX)) : bytes).toString('utf8');
}

const LENGTH_PREFIX = 4;
