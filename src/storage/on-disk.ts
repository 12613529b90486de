/** What lies on the disk of a workspace and of the directory, row by row, as anybody who copies it would find it. For the self-test that nothing of it can be read. */

import { Dexie } from 'dexie';
import type { WorkspaceId } from '#base/ids.ts';
import { DATABASE_PREFIX } from './workspace-database.ts';

export interface RowsOnDisk {
  /** Name of the table. */
  readonly table: string;
  readonly rows: readonly unknown[];
}

/** Of tables with more rows than `most`, the newest. */
export async function* rowsOnDisk(workspace: WorkspaceId, most: number): AsyncIterable<RowsOnDisk> {
  for (const name of [DATABASE_PREFIX + workspace, 'holdfast']) {
    const database = new Dexie(name);
    await database.open();
    try {
      for (const table of database.tables) {
        // Going backwards takes a cursor, which reads a row at a time: keys are quicker, and rows come by them all at once.
        const newest = await table.toCollection().reverse().limit(most).primaryKeys();
        yield { table: table.name, rows: await table.bulkGet(newest) };
      }
    } finally {
      database.close();
    }
  }
}
