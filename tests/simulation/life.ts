/**
 * A life: one process of a device, which may end at any await of its storage or its store. What it then still waits for is never
 * answered, as in a process that is gone; a new life begins with what lies in the database.
 */

import 'fake-indexeddb/auto';
import { WorkspaceStore } from '#storage/workspace-store.ts';

export class Life {
  #left: number | null = null;
  #isOver = false;
  #underWay = 0;
  #end: () => void = () => undefined;
  #idle: () => void = () => undefined;
  readonly ended: Promise<void>;

  constructor() {
    this.ended = new Promise((resolve) => {
      this.#end = resolve;
    });
  }

  get isOver(): boolean {
    return this.#isOver;
  }

  /** It ends after so many awaits; `null`: not by itself. */
  endAfter(awaits: number | null): void {
    this.#left = awaits;
  }

  end(): void {
    this.#isOver = true;
    this.#end();
  }

  /** Counts an await. Where it was the last, nothing ever comes back. */
  step(): Promise<never> | undefined {
    if (!this.#isOver && this.#left !== null && this.#left-- <= 0) this.end();
    return this.#isOver ? NEVER : undefined;
  }

  /** Work of the storage that has begun is done whole, even where nobody hears of it. */
  async during<T>(work: () => Promise<T>): Promise<T> {
    const before = this.step();
    if (before !== undefined) return before;
    this.#underWay += 1;
    try {
      return await work();
    } finally {
      this.#underWay -= 1;
      if (this.#underWay === 0) this.#idle();
    }
  }

  /** Nothing of it alters the database any more. */
  async isStill(): Promise<void> {
    while (this.#underWay > 0) {
      await new Promise<void>((resolve) => {
        this.#idle = resolve;
      });
    }
  }
}

const NEVER = new Promise<never>(() => undefined);

type Method = (...parameters: unknown[]) => Promise<unknown>;

/** Which life a storage that is being opened belongs to. */
let living: () => Life | null = () => null;
const lives = new WeakMap<WorkspaceStore, Life>();

const METHODS = [
  ...['readMeta', 'writeMeta', 'raiseLockNumber', 'lockNumber', 'createWorkspace', 'commit'],
  ...[
    'adopt',
    'roll',
    'reseal',
    'readJournal',
    'readEntries',
    'readMark',
    'readLeaf',
    'readLeaves',
  ],
  ...['leafKeys', 'stageLeaves', 'dropLeaves', 'takeLead', 'step', 'leaveStore', 'readObject'],
  ...['outgoingObjects', 'objectNames'],
];

/** From here on each life counts the awaits of the storages that it opens. */
export function watchLives(current: () => Life | null): void {
  const isWatched = living() !== null || watched;
  living = current;
  if (isWatched) return;
  watched = true;
  const open = WorkspaceStore.open.bind(WorkspaceStore);
  WorkspaceStore.open = async (workspace) => {
    const life = living();
    const opened = await open(workspace);
    if (opened.ok && life !== null) lives.set(opened.value, life);
    const after = life?.step();
    return after ?? opened;
  };
  for (const name of METHODS) {
    const original = Reflect.get(WorkspaceStore.prototype, name) as Method | undefined;
    if (original === undefined) throw new Error(`The storage has no ${name}`);
    Object.assign(WorkspaceStore.prototype, {
      async [name](this: WorkspaceStore, ...parameters: unknown[]) {
        const life = lives.get(this);
        if (life === undefined) return original.apply(this, parameters);
        const answer = await life.during(() => original.apply(this, parameters));
        const after = life.step();
        return after ?? answer;
      },
    });
  }
}

let watched = false;
