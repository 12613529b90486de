/**
 * Where a backup's ciphertext waits until the file is finished: a file of the browser's private file system (OPFS) where
 * there is one, else parts of a Blob. Only sealed bytes pass here.
 */

import { createRecordId } from '#base/ids.ts';

export interface Spool {
  /** Rejects with a `QuotaExceededError` where the disk or the browser's quota is full. */
  write(bytes: Uint8Array<ArrayBuffer>): Promise<void>;
  /** Nothing can be written any more. The Blob stays readable until `discard`, or until a later backup clears old files away. */
  finish(): Promise<Blob>;
  /** Frees what was written; harmless at any time. */
  discard(): Promise<void>;
}

const FOLDER = 'holdfast-spool';

/** By then a finished backup has been saved or given up. */
const KEPT_MS = 24 * 60 * 60 * 1000;

/** Parts are handed to the browser in pieces of this size, which it may keep on disk. */
const PART_BYTES = 4 * 1024 * 1024;

export async function openSpool(): Promise<Spool> {
  return (await openFileSpool()) ?? createBlobSpool();
}

/** Part of the file API that only workers have, and the only one that all three engines can write by. */
interface SyncAccessHandle {
  write(bytes: Uint8Array<ArrayBuffer>): number;
  flush(): void;
  close(): void;
}
interface WorkerFileHandle {
  createSyncAccessHandle(): Promise<SyncAccessHandle>;
  getFile(): Promise<File>;
}

/** `null` where there is no private file system: in a private window, outside a worker, in an old browser. */
async function openFileSpool(): Promise<Spool | null> {
  let folder: FileSystemDirectoryHandle;
  let file: WorkerFileHandle;
  let access: SyncAccessHandle;
  const fileName = createRecordId();
  try {
    const root = await navigator.storage.getDirectory();
    folder = await root.getDirectoryHandle(FOLDER, { create: true });
    await clearOldFiles(folder);
    const handle: FileSystemHandle = await folder.getFileHandle(fileName, { create: true });
    file = handle as unknown as WorkerFileHandle;
    access = await file.createSyncAccessHandle();
  } catch {
    return null;
  }
  return {
    write(bytes) {
      let written = 0;
      while (written < bytes.length) {
        const count = access.write(bytes.subarray(written));
        // Firefox and WebKit report a full disk by writing less.
        if (count <= 0) return Promise.reject(new DOMException('', 'QuotaExceededError'));
        written += count;
      }
      return Promise.resolve();
    },
    async finish() {
      access.flush();
      access.close();
      return file.getFile();
    },
    async discard() {
      access.close();
      await folder.removeEntry(fileName).catch(ignore);
    },
  };
}

export function createBlobSpool(): Spool {
  let parts: Blob[] = [];
  let chunks: Uint8Array<ArrayBuffer>[] = [];
  let size = 0;
  const gather = () => {
    parts.push(new Blob(chunks));
    chunks = [];
    size = 0;
  };
  return {
    write(bytes) {
      chunks.push(bytes);
      size += bytes.length;
      if (size >= PART_BYTES) gather();
      return Promise.resolve();
    },
    finish() {
      gather();
      return Promise.resolve(new Blob(parts));
    },
    discard() {
      parts = [];
      chunks = [];
      return Promise.resolve();
    },
  };
}

/** What a tab that was closed, or a backup that was saved, left behind. A file that is being written refuses to go. */
async function clearOldFiles(folder: FileSystemDirectoryHandle): Promise<void> {
  for await (const handle of (
    folder as unknown as { values(): AsyncIterable<FileSystemHandle> }
  ).values()) {
    if (handle.kind !== 'file') continue;
    const { lastModified } = await (handle as FileSystemFileHandle).getFile();
    if (Date.now() - lastModified > KEPT_MS) await folder.removeEntry(handle.name).catch(ignore);
  }
}

function ignore(): void {
  // The next backup tries again.
}
