/** How much room the browser gives, and whether it promises to keep the data. */

class StorageState {
  #used = $state(0);
  #available = $state(0);
  #persisted = $state<boolean | null>(null);

  get used(): number {
    return this.#used;
  }

  get available(): number {
    return this.#available;
  }

  /** Null until the browser has answered. */
  get persisted(): boolean | null {
    return this.#persisted;
  }

  async refresh(): Promise<void> {
    const { usage = 0, quota = 0 } = await navigator.storage.estimate();
    this.#used = usage;
    this.#available = Math.max(0, quota - usage);
    this.#persisted = await navigator.storage.persisted();
  }

  /** Some browsers ask the person, some decide by themselves. */
  async persist(): Promise<boolean> {
    this.#persisted = await navigator.storage.persist();
    return this.#persisted;
  }
}

export const storage = new StorageState();
