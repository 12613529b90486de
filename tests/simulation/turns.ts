/**
 * Turns: only one device does anything at a time, so that a history happens the same way again. Where several are at work, the turn
 * passes between them at requests to the store, as chance has it.
 */

import type { Random } from './random.ts';

interface Task<D> {
  readonly device: D;
  readonly work: () => Promise<void>;
  isBegun: boolean;
  isDone: boolean;
  waiting: (() => void)[];
}

const PASSES_ON = 0.35;

export class Turns<D> {
  readonly #onTurn: (device: D) => void;
  #holder: D | null = null;
  #tasks: Task<D>[] = [];
  #random: Random | null = null;
  #done: (error?: Error) => void = () => undefined;

  constructor(onTurn: (device: D) => void) {
    this.#onTurn = onTurn;
  }

  get holder(): D | null {
    return this.#holder;
  }

  /** Waits until all have done their work. */
  async run(
    works: readonly { readonly device: D; readonly work: () => Promise<void> }[],
    random: Random,
  ): Promise<void> {
    this.#tasks = works.map((each) => ({ ...each, isBegun: false, isDone: false, waiting: [] }));
    this.#random = random;
    const all = new Promise<void>((resolve, reject) => {
      this.#done = (error) => {
        if (error === undefined) resolve();
        else reject(error);
      };
    });
    this.#passOn();
    await all;
    this.#holder = null;
  }

  /** Called before a request is answered. */
  async take(device: D): Promise<void> {
    const task = this.#tasks.find((each) => each.device === device);
    if (task === undefined) return;
    if (this.#holder === device && this.#tasks.length > 1 && this.#random?.chance(PASSES_ON)) {
      this.#passOn();
    }
    while (this.#holder !== device) {
      await new Promise<void>((resolve) => {
        task.waiting.push(resolve);
      });
    }
  }

  #passOn(): void {
    const left = this.#tasks.filter(({ isDone }) => !isDone);
    const next = this.#random?.pick(left);
    if (next === undefined) {
      this.#done();
      return;
    }
    this.#holder = next.device;
    this.#onTurn(next.device);
    if (!next.isBegun) {
      next.isBegun = true;
      next.work().then(
        () => {
          next.isDone = true;
          if (this.#holder === next.device) this.#passOn();
        },
        (error: unknown) => {
          this.#done(error instanceof Error ? error : new Error(String(error)));
        },
      );
      return;
    }
    const { waiting } = next;
    next.waiting = [];
    for (const go of waiting) go();
  }
}
