/** `npm run bench`: all figures in one run on this machine. `-- --quick` is 10,000 customers only, `-- --json FILE` also writes them as JSON. */

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { startBrowser } from '../running-browser.ts';
import { measureApp, measureFirstVisit } from './app.ts';
import { buildBenchPage } from './build.ts';
import { measureEngine } from './engine.ts';
import { Figures, tableHead } from './figures.ts';
import { startSite } from './site.ts';
import { measureSync } from './sync.ts';

const { values: flags } = parseArgs({
  args: process.argv.slice(3),
  options: { quick: { type: 'boolean', default: false }, json: { type: 'string' } },
});
const sizes = flags.quick ? [10_000] : [1_000, 10_000, 100_000];
const folder = mkdtempSync(join(tmpdir(), 'holdfast-bench-'));
// The targets are for many customers: of a few, the fixed costs would be judged.
const figures = new Figures(Math.max(...sizes));

try {
  const pageFolder = await buildBenchPage();
  process.stdout.write(`${tableHead}\n`);
  await measureFirstVisit(folder, figures);
  for (const at of sizes) {
    const site = await startSite(pageFolder, folder);
    const browser = await startBrowser(join(folder, `engine-${at}`));
    let summaryBytes: number;
    try {
      await browser.page.goto(`${site.address}/index.html`);
      await measureEngine(browser.page, folder, at, figures);
      summaryBytes = await browser.page.evaluate(() => window.bench.summaryBytes());
    } finally {
      await browser.close();
      await site.stop();
    }
    await measureApp(folder, at, summaryBytes, figures);
    await measureSync(pageFolder, folder, at, figures);
  }
  judgeGrowth();
} finally {
  rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
}
if (flags.json) writeFileSync(flags.json, `${JSON.stringify(figures.all, null, 2)}\n`);
const missed = figures.all.filter(({ holds }) => holds === false);
process.stdout.write(
  `${missed.length === 0 ? 'Every target holds.' : `${missed.length} targets missed.`}\n`,
);

/** What a tenfold workspace may cost. */
function judgeGrowth(): void {
  const growth = (what: string, target: number) => {
    const small = figures.valueOf(what, 10_000);
    const large = figures.valueOf(what, 100_000);
    if (small === undefined || large === undefined) return;
    figures.judge(`growth from 10,000: ${what}`, 100_000, large / small, '×', target);
  };
  growth('import, parsed rows to sealed and durable', 11);
  growth('unlock after derivation to first rows', 11);
  growth('save one edit, durable, p95', 1.5);
}
