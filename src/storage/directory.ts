/** The directory: which workspaces this browser profile holds, and the preferences that are needed before one is unlocked. In plain. */

import { Dexie, type Table } from 'dexie';
import type { WorkspaceId } from '#base/ids.ts';
import type { Result } from '#base/result.ts';
import { attempt, type StorageError } from './failure.ts';

export interface DirectoryRow {
  readonly id: WorkspaceId;
  readonly name: string;
  /** Ms since 1970. */
  readonly openedAt: number;
}

interface PreferenceRow {
  readonly key: 'preferences';
  readonly value: unknown;
}

/** WARNING: as in workspace-database.ts, released versions never change. */
class DirectoryDatabase extends Dexie {
  declare readonly workspaces: Table<DirectoryRow, WorkspaceId>;
  declare readonly preferences: Table<PreferenceRow, PreferenceRow['key']>;

  constructor() {
    super('holdfast', { chromeTransactionDurability: 'strict' });
    this.version(1).stores({ workspaces: 'id', preferences: 'key' });
  }
}

export class Directory {
  readonly #database = new DirectoryDatabase();

  async workspaces(): Promise<readonly DirectoryRow[]> {
    const rows = await this.#database.workspaces.toArray();
    return rows.sort((a, b) => b.openedAt - a.openedAt);
  }

  note(row: DirectoryRow): Promise<Result<void, StorageError>> {
    return attempt(async () => {
      await this.#database.workspaces.put(row);
    });
  }

  forget(id: WorkspaceId): Promise<Result<void, StorageError>> {
    return attempt(() => this.#database.workspaces.delete(id));
  }

  async readPreferences(): Promise<unknown> {
    return (await this.#database.preferences.get('preferences'))?.value;
  }

  async writePreferences(value: unknown): Promise<void> {
    await this.#database.preferences.put({ key: 'preferences', value });
  }

  close(): void {
    this.#database.close();
  }
}
