/** Builds the page of the bench as the app is built: for production, from the same rooms. */

import { join } from 'node:path';
import { build } from 'vite';

const root = join(import.meta.dirname, '../..');

export async function buildBenchPage(): Promise<string> {
  const outDir = join(root, '.cache/bench/page');
  await build({
    configFile: false,
    root: join(import.meta.dirname, 'page'),
    base: './',
    mode: 'production',
    logLevel: 'warn',
    worker: { format: 'es' },
    build: { outDir, emptyOutDir: true, target: 'chrome111', modulePreload: { polyfill: false } },
  });
  return outDir;
}
