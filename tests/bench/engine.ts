/** The figures of the engine, measured in a worker of a real browser, each beside its plain counterpart. */

import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import type { Page } from '@playwright/test';
import { findProgram } from '../programs.ts';
import { median, p95, type Figures } from './figures.ts';

export const runs = 3;

export async function measureEngine(
  page: Page,
  files: string,
  at: number,
  figures: Figures,
): Promise<void> {
  await page.evaluate((count) => window.bench.prepare(count), at);

  const imports = await inTurns(page, 'plainImport', 'sealedImport');
  figures.note('import by plain bulkPut', at, median(imports.beside), 'ms');
  figures.note('import, parsed rows to sealed and durable', at, median(imports.sealed), 'ms');
  figures.judge('import', at, median(imports.sealed) / median(imports.beside), '× bulkPut', 0.25);

  const guards = await inTurns(page, 'guardedImport', 'sealedImport');
  const guarded = median(guards.beside.map((took, run) => took / (guards.sealed[run] ?? NaN)));
  figures.judge('the card guard on an import', at, guarded, '× without', 1.05);

  const opens = await inTurns(page, 'plainRead', 'sealedOpen');
  figures.note('plain toArray', at, median(opens.beside), 'ms');
  figures.note('unlock after derivation to first rows', at, median(opens.sealed), 'ms');
  figures.judge('unlock', at, median(opens.sealed) / median(opens.beside), '× toArray', 0.35);

  const saves = await repeat(() => page.evaluate(() => window.bench.saves(100)));
  const plainSave = median(saves.map(({ plain }) => p95(plain)));
  const sealedSave = median(saves.map(({ sealed }) => p95(sealed)));
  figures.note('plain put, p95', at, plainSave, 'ms');
  figures.note('save one edit, durable, p95', at, sealedSave, 'ms');
  figures.judge('save', at, sealedSave / plainSave, '× put', 2);
  const openedSave = median(saves.map(({ opened }) => p95(opened)));
  figures.note('save of a customer that is open, p95', at, openedSave / plainSave, '× put');
  const witnessed = median(saves.map((each) => median(each.witnessed) / median(each.opened)));
  figures.judge('the audit log on a save', at, witnessed, '× without', 1.1);

  const searches = await repeat(() => page.evaluate(() => window.bench.searches(60)));
  figures.judge('search in the worker, p95', at, median(searches.map(p95)), 'ms', 16);

  const rights = await repeat(() => page.evaluate(() => window.bench.rights(1000)));
  const judge = (name: string, took: readonly number[], most: number) =>
    figures.judge(name, at, median(took), 'ms', most);
  judge(
    'subject file of 1,000 entries',
    rights.map(({ subjectFile }) => subjectFile),
    1000,
  );
  judge(
    'retention preview',
    rights.map(({ preview }) => preview),
    1000,
  );
  judge(
    'erasure of one',
    rights.map(({ erasure }) => erasure),
    2000,
  );

  await measureBackup(page, files, at, figures);
}

async function measureBackup(
  page: Page,
  files: string,
  at: number,
  figures: Figures,
): Promise<void> {
  const written = await repeat(() =>
    page.evaluate(async () => {
      const { file, ...rest } = await window.bench.backUp();
      await fetch('/backup.tar', { method: 'POST', body: file });
      return { ...rest, bytes: file.size };
    }),
  );
  const last = written.at(-1)!;
  const backUp = median(written.map((one) => one.backUp));
  const verify = median(written.map((one) => one.verify));
  figures.note('back up', at, backUp, 'ms');
  figures.note('verify a backup', at, verify, 'ms');
  figures.note('backup', at, last.bytes / 1e6, 'MB');
  if (!findProgram('age') || !findProgram('gzip')) {
    process.stdout.write('Without age and gzip there is nothing to hold the backup against.\n');
    return;
  }
  const identity = join(files, 'identity');
  const lines = join(files, 'records.jsonl');
  shell(`umask 077; printf '%s\\n' "$1" > "$2"`, last.identity, identity);
  shell(
    `tar xOf "$1" records.jsonl.gz.age | age -d -i "$2" | gunzip > "$3"`,
    join(files, 'backup.tar'),
    identity,
    lines,
  );
  const packed: number[] = [];
  for (let run = 0; run < runs; run += 1) {
    packed.push(
      shell(
        `gzip < "$1" | age -r "$2" > "$3"; sync "$3"`,
        lines,
        last.recipient,
        `${lines}.gz.age`,
      ),
    );
  }
  figures.note('gzip | age of the same lines', at, median(packed), 'ms');
  figures.judge('back up', at, backUp / median(packed), '× gzip|age', 2);
  figures.judge('verify', at, verify / median(packed), '× gzip|age', 2);
}

/** Answers with the milliseconds that it took. */
function shell(command: string, ...parameters: string[]): number {
  const start = performance.now();
  const { status, stderr } = spawnSync('bash', [
    '-o',
    'pipefail',
    '-c',
    command,
    'bench',
    ...parameters,
  ]);
  if (status !== 0) throw new Error(`${command}: ${stderr.toString()}`);
  return performance.now() - start;
}

/** Whatever else the machine does falls on both. */
async function inTurns(
  page: Page,
  beside: Verb,
  sealed: Verb,
): Promise<Record<'beside' | 'sealed', number[]>> {
  const took: Record<'beside' | 'sealed', number[]> = { beside: [], sealed: [] };
  for (let run = 0; run < runs; run += 1) {
    took.beside.push(await page.evaluate((name) => window.bench[name](), beside));
    took.sealed.push(await page.evaluate((name) => window.bench[name](), sealed));
  }
  return took;
}

type Verb = 'plainImport' | 'sealedImport' | 'guardedImport' | 'plainRead' | 'sealedOpen';

async function repeat<T>(measure: () => Promise<T>): Promise<T[]> {
  const measured: T[] = [];
  for (let run = 0; run < runs; run += 1) measured.push(await measure());
  return measured;
}
