/**
 * The database of one workspace. WARNING: names and versions here are what lies on people's devices. Never change a version that has
 * been released; add the next one with its upgrade, and a test that opens the old one.
 */

import { Dexie, type Table } from 'dexie';
import type { WorkspaceId } from '#base/ids.ts';

export const DATABASE_PREFIX = 'holdfast-';

/** A sealed half of a leaf. `leaf` and `version` are bound as associated data. */
export interface LeafRow {
  readonly leaf: number;
  readonly version: number;
  readonly sealed: Uint8Array;
}

/** One commit. `previous` is the SHA-256 of the entry before, bound as associated data. */
export interface JournalRow {
  readonly n: number;
  readonly previous: Uint8Array;
  readonly sealed: Uint8Array;
}

/** `checkpoint`: what is current; `tail`: the number and hash of the newest journal entry; `sync`: what sync knows of the store. */
export interface MarkRow {
  readonly name: 'checkpoint' | 'tail' | 'sync';
  readonly version: number;
  readonly sealed: Uint8Array;
}

export interface DraftRow {
  readonly form: string;
  readonly sealed: Uint8Array;
}

/** An object of the store that this device keeps, sealed as it lies there. */
export interface ObjectRow {
  readonly name: string;
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** 1: the store does not have it yet. A number, since IndexedDB finds nothing by a boolean. */
  readonly outgoing: 0 | 1;
}

/** What must be read before anything can be opened, and the counters. In plain, or sealed by whoever writes it. */
export interface MetaRow {
  readonly key: MetaKey;
  readonly value: unknown;
}

export type MetaKey =
  | 'header'
  | 'slots'
  | 'membership'
  | 'device'
  | 'local'
  | 'attempts'
  | 'lockNumber'
  /** The first journal entry that no segment has. Absent: there is no store. */
  | 'unsentFrom'
  /** Fencing number of sync. */
  | 'lead';

export class WorkspaceDatabase extends Dexie {
  declare readonly meta: Table<MetaRow, MetaKey>;
  declare readonly journal: Table<JournalRow, number>;
  declare readonly summaries: Table<LeafRow, [number, number]>;
  declare readonly bodies: Table<LeafRow, [number, number]>;
  declare readonly marks: Table<MarkRow, MarkRow['name']>;
  declare readonly drafts: Table<DraftRow, string>;
  declare readonly objects: Table<ObjectRow, string>;

  constructor(workspace: WorkspaceId) {
    // Strict: a commit is acknowledged only when the bytes are on the disk.
    super(DATABASE_PREFIX + workspace, {
      autoOpen: false,
      chromeTransactionDurability: 'strict',
    });
    this.version(1).stores({
      meta: 'key',
      journal: 'n',
      summaries: '[leaf+version]',
      bodies: '[leaf+version]',
      marks: 'name',
      drafts: 'form',
    });
    this.version(2).stores({ objects: 'name, outgoing' });
  }
}
