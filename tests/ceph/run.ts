/**
 * `npm run test:ceph`: what only a real distributed store can show, on a Ceph cluster of this machine. A program of its own, as the
 * stories in other engines are: its tests share one cluster, and the later ones kill parts of it.
 */

import { findProgram } from '../programs.ts';
import { tellStoryInBrowsers } from './browser-story.ts';
import { cephPrograms, startCeph, type Ceph } from './cluster.ts';
import { soakStore } from './soak.ts';
import { storeTests } from './store.ts';

/** In this order, each with the cluster as the one before left it. */
const tests: Readonly<Record<string, (ceph: Ceph) => Promise<void>>> = {
  ...storeTests,
  'a team of two devices, and a third, in browsers': tellStoryInBrowsers,
  'a soak of four devices, while an OSD is killed and comes back': soakStore,
};

/** In CI the cluster must be there. */
export async function runCeph(): Promise<{ passed: number; failed: number; skipped: number }> {
  const counts = { passed: 0, failed: 0, skipped: 0 };
  const names = Object.keys(tests);
  const missing = cephPrograms.filter((program) => !findProgram(program));
  if (missing.length > 0) {
    process.stdout.write(`Skipped: ${missing.join(', ')} is missing\n`);
    counts[process.env['CI'] === undefined ? 'skipped' : 'failed'] = names.length;
    return counts;
  }
  const started = Date.now();
  let ceph: Ceph;
  try {
    ceph = await startCeph();
  } catch (error) {
    process.stdout.write(`The cluster did not start\n${inWords(error)}\n`);
    return { ...counts, failed: names.length };
  }
  process.stdout.write(`The cluster is up, ${Date.now() - started} ms\n`);
  try {
    for (const [name, test] of Object.entries(tests)) {
      const before = Date.now();
      try {
        await test(ceph);
        counts.passed += 1;
        process.stdout.write(`  ${name}: passed, ${Date.now() - before} ms\n`);
      } catch (error) {
        counts.failed += 1;
        process.stdout.write(`  ${name}: failed, ${Date.now() - before} ms\n${inWords(error)}\n`);
      }
    }
  } finally {
    await ceph.stop();
  }
  return counts;
}

function inWords(error: unknown): string {
  return error instanceof Error ? String(error.stack) : String(error);
}
