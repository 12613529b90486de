/** Finds the programs that tests drive, and installs them where the machine lets us. */

import { spawnSync } from 'node:child_process';
import { accessSync, constants, existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';

/** The program's path, or `null` where it is not installed. */
export function findProgram(...names: readonly string[]): string | null {
  const folders = (process.env['PATH'] ?? '').split(delimiter);
  for (const name of names) {
    const found = name.includes('/')
      ? [name].find(isExecutable)
      : folders.map((folder) => join(folder, name)).find(isExecutable);
    if (found) return found;
  }
  return null;
}

/**
 * For the tests that hold a file of ours against another's program: its path, or `null` for a test
 * that is then skipped. In CI nothing is skipped: there a missing program fails the test.
 */
export function findOrSkip(name: 'age' | 'age-keygen' | 'ssh-keygen'): string | null {
  const found = findProgram(name);
  if (!found && process.env['CI']) {
    throw new Error(`${name} is missing, and CI skips nothing: ${howToInstall(name)}`);
  }
  return found;
}

/** Sees to it that the programs are there. Answers with a sentence for each that is not. */
export function ensurePrograms(names: readonly string[]): string[] {
  const missing = names.filter((name) => !findProgram(name));
  if (missing.length > 0) aptInstall([...new Set(missing.map(packageOf))]);
  return names.filter((name) => !findProgram(name)).map(howToInstall);
}

/** `true` where the packages could be installed: as root, on Debian or its like, with a network. */
export function aptInstall(packages: readonly string[]): boolean {
  if (process.getuid?.() !== 0 || !findProgram('apt-get')) return false;
  const environment = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  const apt = (...parameters: string[]) =>
    spawnSync('apt-get', ['-qq', ...parameters], { stdio: 'inherit', env: environment }).status;
  process.stdout.write(`Installing ${packages.join(', ')}\n`);
  return apt('update') === 0 && apt('install', '-y', '--no-install-recommends', ...packages) === 0;
}

export function isExecutable(path: string): boolean {
  if (!existsSync(path)) return false;
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

const packagesByProgram: Readonly<Record<string, string>> = {
  'age-keygen': 'age',
  ceph: 'ceph-common',
  'radosgw-admin': 'ceph-common',
  'ssh-keygen': 'openssh-client',
  firefox: 'firefox-esr',
  'firefox-esr': 'firefox-esr',
  WebKitWebDriver: 'webkit2gtk-driver',
  Xvfb: 'xvfb',
};

function packageOf(name: string): string {
  return packagesByProgram[name] ?? name;
}

function howToInstall(name: string): string {
  return `Install ${name} (on Debian: apt-get install ${packageOf(name)}).`;
}
