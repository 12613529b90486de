/** A store in memory that forgets nothing: it can show an older list, and be put back to an earlier day. */

export interface Stored {
  readonly name: string;
  readonly bytes: Uint8Array<ArrayBuffer>;
}

/** A request that is still on its way when its sender has given it up. */
type Late =
  ({ readonly verb: 'put' } & Stored) | { readonly verb: 'remove'; readonly name: string };

const PAGE = 1000;

export class VirtualStore {
  readonly #now: () => number;
  #objects = new Map<string, Uint8Array<ArrayBuffer>>();
  /** What stood under a name before each alteration; the newest last. */
  #past: {
    readonly at: number;
    readonly name: string;
    readonly before: Uint8Array<ArrayBuffer> | null;
  }[] = [];
  #late: Late[] = [];
  /** Every object that ever stood here. */
  readonly ever = new Map<string, Uint8Array<ArrayBuffer>>();

  constructor(now: () => number) {
    this.#now = now;
  }

  get names(): readonly string[] {
    return [...this.#objects.keys()].sort();
  }

  put(name: string, bytes: Uint8Array<ArrayBuffer>): 'created' | 'taken' {
    if (this.#objects.has(name)) return 'taken';
    this.#set(name, bytes.slice());
    return 'created';
  }

  get(name: string): Uint8Array<ArrayBuffer> | null {
    return this.#objects.get(name)?.slice() ?? null;
  }

  remove(name: string): void {
    if (this.#objects.has(name)) this.#set(name, null);
  }

  /** `age`: as it was so many ms ago. */
  list(
    prefix: string,
    after: string,
    age: number,
  ): { readonly names: readonly string[]; readonly more: boolean } {
    const names = [...this.#asOf(this.#now() - age).keys()]
      .filter((name) => name.startsWith(prefix) && name > after)
      .sort();
    return { names: names.slice(0, PAGE), more: names.length > PAGE };
  }

  /** An operator has put yesterday's disk in. */
  restore(at: number): void {
    this.#objects = this.#asOf(at);
    this.#past = this.#past.filter((each) => each.at <= at);
    this.#late = [];
  }

  arriveLater(request: Late): void {
    this.#late.push(request);
  }

  /** What was on its way arrives, in any order. */
  arrive(pick: (count: number) => number): number {
    const count = this.#late.length;
    while (this.#late.length > 0) {
      const [request] = this.#late.splice(pick(this.#late.length), 1);
      if (request?.verb === 'put') this.put(request.name, request.bytes);
      else if (request !== undefined) this.remove(request.name);
    }
    return count;
  }

  #set(name: string, bytes: Uint8Array<ArrayBuffer> | null): void {
    this.#past.push({ at: this.#now(), name, before: this.#objects.get(name) ?? null });
    if (bytes === null) this.#objects.delete(name);
    else {
      this.#objects.set(name, bytes);
      this.ever.set(name, bytes);
    }
  }

  #asOf(at: number): Map<string, Uint8Array<ArrayBuffer>> {
    const last = this.#past.at(-1);
    if (last === undefined || last.at <= at) return this.#objects;
    const objects = new Map(this.#objects);
    for (let index = this.#past.length - 1; index >= 0; index--) {
      const { at: then, name, before } = this.#past[index]!;
      if (then <= at) break;
      if (before === null) objects.delete(name);
      else objects.set(name, before);
    }
    return objects;
  }
}
