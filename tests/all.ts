/**
 * The stages of `npm test`, `npm run test:deep`, `npm run test:engines`, `npm run test:ceph` and `npm run types`:
 * each runs as a program of its own and writes what it has to say; the last line sums them up.
 */

import { spawn } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { findBrowser } from './browser.ts';
import { cephPrograms } from './ceph/cluster.ts';
import { runCeph } from './ceph/run.ts';
import { runEngines } from './engines/run.ts';
import { ensurePrograms } from './programs.ts';

interface Counts {
  passed: number;
  failed: number;
  skipped: number;
}

type Stage = () => Promise<Counts>;

const root = join(import.meta.dirname, '..');
const reports = join(root, '.cache/reports');

const typesOfTheTests = check('Types of the tests', 'tsc', ['--project', 'tests']);

const typesOfTheApp: readonly Stage[] = [
  check('Types of the page', 'svelte-check', [
    ...['--tsconfig', 'src/ui/tsconfig.json', '--output', 'human', '--fail-on-warnings'],
  ]),
  check('Types of the worker', 'tsc', ['--project', 'src/worker']),
  check('Types of the service worker', 'tsc', ['--project', 'src/sw']),
  check('Types of the host', 'tsc', ['--project', 'src/endpoint']),
];

/** Read by the suites that repeat: many runs of each property, many killed browsers. */
const inNumber = { SLOW: '1', HOLDFAST_DEEP: '1' };

const build = check('Build', 'vite', ['build', '--logLevel', 'warn']);

const stagesByCommand: Readonly<Record<string, readonly Stage[]>> = {
  test: [
    together(
      [
        check('Lint', 'eslint', ['--max-warnings', '0', '.'], { HOLDFAST_LINT: 'quick' }),
        check('Format', 'prettier', ['--check', '--log-level', 'warn', '.']),
        check('Unused code', 'knip', []),
        typesOfTheTests,
      ],
      [
        ...typesOfTheApp,
        vitest('Unit tests', ['--project', 'unit*']),
        vitest('Histories of devices', ['--project', 'simulation']),
      ],
    ),
    build,
    // What takes minutes is told in number only.
    playwright('Browser tests', ['--grep-invert', '@deep-only']),
  ],
  deep: [
    check('Lint of the screens by their types', 'eslint', ['--max-warnings', '0', 'src/ui']),
    vitest('Properties and faults in number', ['--project', 'unit*'], inNumber),
    vitest('Histories of devices in number', ['--project', 'simulation'], inNumber),
    build,
    playwright(
      'Kills and histories in number',
      ['--grep', '@deep', '--pass-with-no-tests'],
      inNumber,
    ),
  ],
  engines: [build, engines],
  ceph: [build, ceph],
  types: [...typesOfTheApp, typesOfTheTests],
};

const programsByCommand: Readonly<Record<string, readonly string[]>> = {
  test: ['age', 'age-keygen', 'ssh-keygen'],
  deep: ['age', 'age-keygen', 'ssh-keygen'],
  engines: ['firefox-esr', 'WebKitWebDriver', 'Xvfb'],
  ceph: cephPrograms,
};

const command = process.argv[3] ?? 'test';
const stages = stagesByCommand[command];
if (!stages)
  throw new Error(`There is no "${command}": ${Object.keys(stagesByCommand).join(', ')}.`);

for (const sentence of ensurePrograms(programsByCommand[command] ?? [])) {
  process.stdout.write(`${sentence} Until then the tests that need it are skipped.\n`);
}
const total: Counts = { passed: 0, failed: 0, skipped: 0 };
for (const stage of stages) {
  add(total, await stage());
}
process.exitCode = total.failed === 0 ? 0 : 1;
process.stdout.write(
  `\n${total.passed} passed, ${total.failed} failed, ${total.skipped} skipped\n`,
);

function add(total: Counts, { passed, failed, skipped }: Counts): void {
  total.passed += passed;
  total.failed += failed;
  total.skipped += skipped;
}

async function engines(): Promise<Counts> {
  process.stdout.write('\nThe main story in other engines\n');
  return runEngines();
}

async function ceph(): Promise<Counts> {
  process.stdout.write('\nThe store on a real cluster\n');
  return runCeph();
}

/** Rows of stages at once, since most keep one core busy. */
function together(...rows: readonly (readonly Stage[])[]): Stage {
  return async () => {
    const total: Counts = { passed: 0, failed: 0, skipped: 0 };
    await Promise.all(
      rows.map(async (row) => {
        for (const stage of row) add(total, await stage());
      }),
    );
    return total;
  };
}

/** A stage that counts as one, and speaks at its end. */
function check(
  title: string,
  program: string,
  parameters: readonly string[],
  environment: Readonly<Record<string, string>> = {},
): Stage {
  return async () => {
    const code = await run(title, program, parameters, environment, 'atTheEnd');
    return code === 0 ? { passed: 1, failed: 0, skipped: 0 } : { passed: 0, failed: 1, skipped: 0 };
  };
}

function vitest(
  title: string,
  parameters: readonly string[],
  environment: Readonly<Record<string, string>> = {},
): Stage {
  return async () => {
    const report = newReport('vitest.json');
    const code = await run(
      title,
      'vitest',
      [
        ...['run', '--maxWorkers', '2'],
        ...parameters,
        ...['--reporter', 'default', '--reporter', 'json', '--outputFile.json', report],
      ],
      environment,
    );
    const { numPassedTests, numFailedTests, numPendingTests, numTodoTests } = readReport(report);
    return settle(code, {
      passed: numPassedTests,
      failed: numFailedTests,
      skipped: Number(numPendingTests) + Number(numTodoTests),
    });
  };
}

function playwright(
  title: string,
  parameters: readonly string[],
  environment: Readonly<Record<string, string>> = {},
): Stage {
  return async () => {
    try {
      findBrowser();
    } catch (error) {
      process.stdout.write(`\n${title}\n${error instanceof Error ? error.message : ''}\n`);
      return { passed: 0, failed: 1, skipped: 0 };
    }
    const report = newReport('playwright.json');
    const code = await run(
      title,
      'playwright',
      [
        ...['test', '--config', 'tests/e2e/playwright.config.ts', '--reporter', 'list,json'],
        ...parameters,
      ],
      { ...environment, PLAYWRIGHT_JSON_OUTPUT_FILE: report },
    );
    const stats = readReport(report)['stats'] as Record<string, unknown> | undefined;
    return settle(code, {
      passed: stats?.['expected'],
      failed: Number(stats?.['unexpected'] ?? 0) + Number(stats?.['flaky'] ?? 0),
      skipped: stats?.['skipped'],
    });
  };
}

/** A program that ended badly without a failed test to show for it counts as one failure. */
function settle(code: number, counts: Readonly<Record<keyof Counts, unknown>>): Counts {
  const [passed, failed, skipped] = [counts.passed, counts.failed, counts.skipped].map(
    (count) => Number(count) || 0,
  ) as [number, number, number];
  return { passed, failed: code === 0 ? failed : Math.max(failed, 1), skipped };
}

function newReport(name: string): string {
  mkdirSync(reports, { recursive: true });
  const report = join(reports, name);
  rmSync(report, { force: true });
  return report;
}

function readReport(report: string): Record<string, unknown> {
  try {
    return JSON.parse(readFileSync(report, 'utf8')) as Record<string, unknown>;
  } catch {
    return {};
  }
}

function run(
  title: string,
  program: string,
  parameters: readonly string[],
  environment: Readonly<Record<string, string>> = {},
  speaks: 'meanwhile' | 'atTheEnd' = 'meanwhile',
): Promise<number> {
  const started = Date.now();
  let said = `\n${title}\n`;
  if (speaks === 'meanwhile') process.stdout.write(said);
  const output = speaks === 'meanwhile' ? 'inherit' : 'pipe';
  const child = spawn(join(root, 'node_modules/.bin', program), parameters, {
    cwd: root,
    stdio: ['ignore', output, output],
    env: { ...process.env, ...environment },
    shell: process.platform === 'win32',
  });
  for (const stream of [child.stdout, child.stderr]) {
    stream?.on('data', (chunk: Buffer) => (said += chunk.toString()));
  }
  return new Promise((resolve) => {
    child.once('error', (error) => {
      process.stdout.write(`${error.message}\n`);
      resolve(1);
    });
    child.once('close', (code) => {
      const seconds = ((Date.now() - started) / 1000).toFixed(1);
      if (speaks === 'atTheEnd') process.stdout.write(said);
      process.stdout.write(`${title}: ${code === 0 ? 'passed' : 'failed'}, ${seconds} s\n`);
      resolve(code ?? 1);
    });
  });
}
