/** The line between one device and the store: what chance does to its requests. */

import { err, ok, type Result } from '#base/result.ts';
import type { ObjectList, StoreError } from '#sync/object-store.ts';
import type { OpenedStore } from '#sync/sync.ts';
import type { Life } from './life.ts';
import { hashText, Random } from './random.ts';
import type { VirtualStore } from './virtual-store.ts';

/** How likely each mishap is, for one request. */
export interface Weather {
  /** The request never arrives. */
  readonly lost: number;
  /** It is done, and the answer never arrives. */
  readonly unheard: number;
  /** It arrives after its sender has given it up. */
  readonly late: number;
  /** It is done twice, now and later. */
  readonly twice: number;
  /** 409, 412 without a name being taken, 500, 503, or an answer that breaks off. */
  readonly busy: number;
  /** A list is older than what it lists. */
  readonly stale: number;
}

export const CLEAR: Weather = { lost: 0, unheard: 0, late: 0, twice: 0, busy: 0, stale: 0 };
export const FAIR: Weather = {
  lost: 0.01,
  unheard: 0.01,
  late: 0.005,
  twice: 0.01,
  busy: 0.01,
  stale: 0.1,
};
export const ROUGH: Weather = {
  lost: 0.05,
  unheard: 0.05,
  late: 0.03,
  twice: 0.03,
  busy: 0.06,
  stale: 0.3,
};
export const CUT_OFF: Weather = { ...CLEAR, lost: 1 };

/** As old as a list may be. */
const STALE_MS = 5 * 60_000;
const BUSY = [409, 412, 429, 500, 503, 200] as const;

export interface LineParts {
  readonly store: VirtualStore;
  readonly life: Life;
  readonly takeTurn: () => Promise<void>;
  readonly weather: () => Weather;
  /** Of the step that is under way: equal requests of equal steps fare alike. */
  readonly seed: () => number;
  readonly mayRemove: () => boolean;
  readonly onRequest: () => void;
}

type Mishap = Exclude<keyof Weather, 'stale'>;

export class StoreLine implements OpenedStore {
  readonly clockOffsetMs = 0;
  readonly #parts: LineParts;
  #seed = 0;
  /** How often each request was made in this step. */
  #times = new Map<string, number>();

  constructor(parts: LineParts) {
    this.#parts = parts;
  }

  put(
    name: string,
    bytes: Uint8Array<ArrayBuffer>,
  ): Promise<Result<'created' | 'taken', StoreError>> {
    const { store } = this.#parts;
    return this.#request('put', name, {
      serve: () => store.put(name, bytes),
      later: () => store.arriveLater({ verb: 'put', name, bytes: bytes.slice() }),
    });
  }

  get(name: string): Promise<Result<Uint8Array<ArrayBuffer> | null, StoreError>> {
    return this.#request('get', name, { serve: () => this.#parts.store.get(name) });
  }

  list(prefix: string, after = ''): Promise<Result<ObjectList, StoreError>> {
    return this.#request('list', `${prefix} ${after}`, {
      serve: (random) => {
        const isStale = random.chance(this.#parts.weather().stale);
        return this.#parts.store.list(prefix, after, isStale ? random.below(STALE_MS) : 0);
      },
    });
  }

  async remove(name: string): Promise<Result<void, StoreError>> {
    const { store } = this.#parts;
    return this.#request('remove', name, {
      serve: () => store.remove(name),
      later: () => store.arriveLater({ verb: 'remove', name }),
      isDenied: !this.#parts.mayRemove(),
    });
  }

  async #request<T>(
    verb: string,
    name: string,
    {
      serve,
      later,
      isDenied = false,
    }: {
      readonly serve: (random: Random) => T;
      readonly later?: () => void;
      readonly isDenied?: boolean;
    },
  ): Promise<Result<T, StoreError>> {
    const { life, takeTurn, onRequest } = this.#parts;
    await life.step();
    await takeTurn();
    if (life.isOver) await life.step();
    onRequest();
    const random = this.#chanceFor(`${verb} ${name}`);
    const mishap = this.#mishap(random);
    if (mishap === 'late') later?.();
    if (mishap === 'lost' || mishap === 'late') return err({ type: 'Unreachable' });
    if (mishap === 'busy') {
      return err({ type: 'Busy', status: random.pick(BUSY) ?? 503 });
    }
    if (isDenied) return err({ type: 'Denied' });
    const answer = serve(random);
    if (mishap === 'twice') later?.();
    await life.step();
    return mishap === 'unheard' ? err({ type: 'Unreachable' }) : ok(answer);
  }

  #chanceFor(request: string): Random {
    const seed = this.#parts.seed();
    if (seed !== this.#seed) {
      this.#seed = seed;
      this.#times = new Map();
    }
    // Hashes are never the same again; what they stand for is.
    const plain = request.replaceAll(/[0-9a-f]{16,}/g, '');
    const times = this.#times.get(plain) ?? 0;
    this.#times.set(plain, times + 1);
    return new Random(hashText(`${seed} ${times} ${plain}`));
  }

  #mishap(random: Random): Mishap | null {
    const weather = this.#parts.weather();
    let left = random.next();
    for (const mishap of ['lost', 'unheard', 'late', 'twice', 'busy'] as const) {
      left -= weather[mishap];
      if (left < 0) return mishap;
    }
    return null;
  }
}
