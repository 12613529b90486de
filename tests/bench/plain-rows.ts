/** What Holdfast is measured against: the same customers as plain, unencrypted rows of one Dexie table, as strict about the disk. */

import { Dexie, type Table } from 'dexie';
import type { GeneratedCustomer } from '../customers.ts';

export interface PlainRow extends GeneratedCustomer {
  readonly id: number;
}

class PlainDatabase extends Dexie {
  declare readonly customers: Table<PlainRow, number>;

  constructor() {
    super('bench-plain', { chromeTransactionDurability: 'strict' });
    this.version(1).stores({ customers: 'id, name, email' });
  }
}

let database = new PlainDatabase();

export async function emptyPlainRows(): Promise<void> {
  await database.delete();
  database = new PlainDatabase();
  await database.open();
}

export async function writePlainRows(rows: readonly PlainRow[]): Promise<void> {
  await database.customers.bulkPut(rows);
}

/** As after a start of the browser: nothing is at hand. */
export async function readPlainRows(): Promise<readonly PlainRow[]> {
  database.close();
  database = new PlainDatabase();
  return database.customers.toArray();
}

export async function savePlainRow(row: PlainRow): Promise<void> {
  await database.customers.put(row);
}
