import { readFileSync, readdirSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { recordLine } from '#backup/records.ts';
import { readBackup, readKitKeys } from '#backup/verify.ts';
import { createRecoveryKey } from '#crypto/recovery.ts';
import { byKit, bytesOf, errorOf, never, recordsIn, valueOf } from './samples.ts';

/** Backups of every format there has been, each with its throw-away kit and its lines. They open for ever. */
const folder = 'tests/vectors/backup';
const names = readdirSync(folder)
  .filter((file) => file.endsWith('.holdfast.tar'))
  .map((file) => file.replace('.holdfast.tar', ''));

test('there are backups of earlier days', () => {
  expect(names).toContain('format-1');
});

describe.each(names)('The backup %s', (name) => {
  const bytes = new Uint8Array(readFileSync(`${folder}/${name}.holdfast.tar`));
  const file = new Blob([bytes]);
  const lines = readFileSync(`${folder}/${name}.jsonl`, 'utf8');
  const kit = async () => {
    const { recoveryKey, rootHash } = valueOf(
      await readKitKeys(readFileSync(`${folder}/${name}.kit.txt`, 'utf8')),
    );
    return byKit({ recoveryKey, rootHash: rootHash! });
  };

  test('opens with its kit, and its records are the same as ever', async () => {
    const records = await recordsIn(file, await kit());
    expect(records.map(recordLine).join('')).toBe(lines);
    const report = valueOf(await readBackup(file, await kit()));
    expect(report).toMatchObject({ vouchedBy: 'kit', workspaceName: 'Kelp & Sons' });
    expect(report.lines).toBe(lines.split('\n').length - 1);
  });

  test('cut short anywhere does not open', async () => {
    const options = await kit();
    for (let end = 0; end < bytes.length; end += 509) {
      const read = await readBackup(new Blob([bytes.subarray(0, end)]), options);
      expect(errorOf(read).type).toMatch(/^(Truncated|NotABackup)$/);
    }
  });

  test('with a flipped bit does not open', async () => {
    const options = await kit();
    const flipped = await bytesOf(file);
    for (let at = 0; at < bytes.length; at += 251) {
      flipped[at]! ^= 1 << (at % 8);
      expect((await readBackup(new Blob([flipped]), options)).ok).toBe(false);
      flipped[at] = bytes[at]!;
    }
  });

  test('does not open with another key', async () => {
    const keys = [await createRecoveryKey()];
    expect(errorOf(await readBackup(file, { keys, signal: never }))).toEqual({ type: 'WrongKey' });
  });
});
