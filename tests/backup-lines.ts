/** Reads a backup as an administrator would: tar, then age with the recovery key, then gunzip. No line of the app's own code. */

import { gunzipSync } from 'node:zlib';
import { Decrypter } from 'age-encryption';
import { unpackTar } from 'modern-tar';

/** The lines of `records.jsonl`, one record each. */
export async function readBackupLines(backup: Uint8Array, recoveryKey: string): Promise<string[]> {
  const entries = await unpackTar(backup);
  const records = entries.find((entry) => entry.header.name === 'records.jsonl.gz.age')?.data;
  if (!records) throw new Error('The backup holds no records.');
  const age = new Decrypter();
  age.addIdentity(recoveryKey);
  const lines = gunzipSync(await age.decrypt(records))
    .toString('utf8')
    .split('\n');
  if (lines.pop() !== '') throw new Error('The last line has no end.');
  return lines;
}

interface RecordLine {
  readonly id: string;
  readonly kind: string;
  readonly customer?: string;
}

/** Customers and what belongs to them, by record: the workspace's own records (members, the log) differ after a restore. */
export async function readCustomerRecords(
  backup: Uint8Array,
  recoveryKey: string,
): Promise<ReadonlyMap<string, unknown>> {
  const records = new Map<string, unknown>();
  for (const line of await readBackupLines(backup, recoveryKey)) {
    const record = JSON.parse(line) as RecordLine;
    if (record.kind !== 'customer' && record.customer === undefined) continue;
    if (records.has(record.id)) throw new Error(`The record ${record.id} is there twice.`);
    records.set(record.id, record);
  }
  return records;
}
