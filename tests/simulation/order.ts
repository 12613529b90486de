/**
 * Order: what a history does depends on nothing but its seed. WebCrypto answers from other threads, whenever they are done; here its
 * answers come in the order in which they were asked for, and the database goes on only when all of them have come.
 */

import { gunzipSync, gzipSync } from 'node:zlib';

let isKept = false;

/** From here on, for good: other things in this process may take a little longer. */
export function keepOrder(): void {
  if (isKept) return;
  isKept = true;
  const immediates = new Immediates();
  const subtle = Object.getPrototypeOf(crypto.subtle) as Record<string, unknown>;
  let last: Promise<unknown> = Promise.resolve();
  for (const name of METHODS) {
    const original = subtle[name] as Method;
    subtle[name] = function (this: SubtleCrypto, ...parameters: unknown[]) {
      const answer = original.apply(this, parameters);
      const inOrder = last.then(() => answer);
      last = inOrder.catch(() => undefined);
      immediates.holdUntil(last);
      return inOrder;
    };
  }
  // What fake-indexeddb runs its tasks by.
  globalThis.setImmediate = ((task: () => void) => {
    immediates.add(task);
  }) as typeof setImmediate;
  globalThis.CompressionStream = streamOf((bytes) => gzipSync(bytes));
  globalThis.DecompressionStream = streamOf((bytes) => gunzipSync(bytes));
}

type Method = (...parameters: unknown[]) => Promise<unknown>;

const METHODS = [
  ...['encrypt', 'decrypt', 'sign', 'verify', 'digest', 'generateKey', 'deriveKey', 'deriveBits'],
  ...['importKey', 'exportKey'],
];

const runImmediately = globalThis.setImmediate;

/** Tasks that run one at a time, while nothing else is awaited. */
class Immediates {
  readonly #tasks: (() => void)[] = [];
  #held = 0;
  #isDue = false;

  add(task: () => void): void {
    this.#tasks.push(task);
    this.#schedule();
  }

  holdUntil(done: Promise<unknown>): void {
    this.#held += 1;
    void done.then(() => {
      this.#held -= 1;
      this.#schedule();
    });
  }

  #schedule(): void {
    if (this.#isDue || this.#held > 0 || this.#tasks.length === 0) return;
    this.#isDue = true;
    runImmediately(() => {
      this.#isDue = false;
      if (this.#held === 0) this.#tasks.shift()?.();
      this.#schedule();
    });
  }
}

/** One that works at once, on all that it was given. */
function streamOf(convert: (bytes: Uint8Array) => Uint8Array) {
  return class extends TransformStream<Uint8Array, Uint8Array> {
    constructor() {
      const chunks: Uint8Array[] = [];
      super({
        transform(chunk) {
          chunks.push(chunk.slice());
        },
        flush(controller) {
          controller.enqueue(new Uint8Array(convert(Buffer.concat(chunks))));
        },
      });
    }
  } as unknown as typeof CompressionStream;
}
