import { afterEach, describe, expect, test, vi } from 'vitest';
import { type Spool, createBlobSpool, openSpool } from '#backup/spool.ts';
import { bytesOf } from './samples.ts';

const DAY = 24 * 60 * 60 * 1000;
const chunks = [new Uint8Array(5).fill(1), new Uint8Array(0), new Uint8Array(5_000_000).fill(2)];

/** A private file system that gives what its handles ask for, `room` bytes at most. */
class FakeFolder {
  readonly files = new Map<
    string,
    { bytes: Uint8Array<ArrayBuffer>; age: number; open: boolean }
  >();
  room = Infinity;

  getDirectoryHandle() {
    return Promise.resolve(this);
  }

  getFileHandle(name: string) {
    const file = { bytes: new Uint8Array(0), age: 0, open: false };
    this.files.set(name, file);
    return Promise.resolve({
      createSyncAccessHandle: () => this.#access(name),
      getFile: () => this.#file(name),
    });
  }

  removeEntry(name: string) {
    if (this.files.get(name)?.open)
      return Promise.reject(new DOMException('', 'NoModificationAllowedError'));
    this.files.delete(name);
    return Promise.resolve();
  }

  async *values() {
    for (const name of this.files.keys()) {
      yield await Promise.resolve({ kind: 'file', name, getFile: () => this.#file(name) });
    }
  }

  #file(name: string) {
    const { bytes, age } = this.files.get(name)!;
    return Promise.resolve(new File([bytes], name, { lastModified: Date.now() - age }));
  }

  #access(name: string) {
    const file = this.files.get(name)!;
    file.open = true;
    return Promise.resolve({
      write: (bytes: Uint8Array) => {
        const taken = bytes.subarray(0, Math.min(bytes.length, this.room, 1_000_000));
        file.bytes = new Uint8Array([...file.bytes, ...taken]);
        this.room -= taken.length;
        return taken.length;
      },
      flush: () => undefined,
      close: () => {
        file.open = false;
      },
    });
  }
}

function withPrivateFiles(folder: FakeFolder | null): void {
  const getDirectory = () =>
    folder === null
      ? Promise.reject(new DOMException('', 'SecurityError'))
      : Promise.resolve(folder);
  vi.stubGlobal('navigator', { storage: { getDirectory } });
}

async function filled(spool: Spool): Promise<Uint8Array> {
  for (const chunk of chunks) await spool.write(chunk);
  return bytesOf(await spool.finish());
}

const expected = Buffer.concat(chunks);

afterEach(() => void vi.unstubAllGlobals());

describe('A spool', () => {
  test('in memory gives what was written', async () => {
    const bytes = await filled(createBlobSpool());
    expect(Buffer.compare(bytes, expected)).toBe(0);
  });

  test('in a private file gives what was written, in as many writes as the browser wants', async () => {
    const folder = new FakeFolder();
    withPrivateFiles(folder);
    const spool = await openSpool();
    expect(Buffer.compare(await filled(spool), expected)).toBe(0);
    expect(folder.files.size).toBe(1);
    await spool.discard();
    await spool.discard();
    expect(folder.files.size).toBe(0);
  });

  test('in a private window is in memory', async () => {
    withPrivateFiles(null);
    expect(Buffer.compare(await filled(await openSpool()), expected)).toBe(0);
  });

  test('on a full disk says so and frees what it took', async () => {
    const folder = new FakeFolder();
    folder.room = 100;
    withPrivateFiles(folder);
    const spool = await openSpool();
    await expect(filled(spool)).rejects.toMatchObject({ name: 'QuotaExceededError' });
    await spool.discard();
    expect(folder.files.size).toBe(0);
  });

  test('clears away what was left a day ago, nothing newer and nothing that is being written', async () => {
    const folder = new FakeFolder();
    const bytes = new Uint8Array(1);
    folder.files.set('old', { bytes, age: DAY + 1000, open: false });
    folder.files.set('new', { bytes, age: DAY - 60_000, open: false });
    folder.files.set('busy', { bytes, age: DAY + 1000, open: true });
    withPrivateFiles(folder);
    const spool = await openSpool();
    expect([...folder.files.keys()].slice(0, 2)).toEqual(['new', 'busy']);
    await spool.discard();
  });
});
