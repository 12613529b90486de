/** `npm run policies:sign -- KEYFILE FILE…`: signs policy packs with an SSH key, so that workspaces whose admins accept its fingerprint take them. */

import { spawnSync } from 'node:child_process';
import { readFileSync, statSync, writeFileSync } from 'node:fs';

const NAMESPACE = 'holdfast-policy';
const FORMAT = 'holdfast-policy/1';

const [keyFile, ...files] = process.argv.slice(3);
const problem = problemWith(keyFile, files);
if (problem === null) {
  for (const file of files) writeSigned(keyFile ?? '', file);
} else {
  process.stderr.write(`${problem}\n`);
  process.exitCode = 1;
}

function problemWith(key: string | undefined, packs: readonly string[]): string | null {
  if (key === undefined || packs.length === 0) {
    return 'Name a key and the files to sign: npm run policies:sign -- KEYFILE FILE…';
  }
  for (const file of [key, ...packs]) {
    if (!statSync(file, { throwIfNoEntry: false })?.isFile()) return `There is no file ${file}.`;
  }
  return problemWithKey(key);
}

/** OpenSSH signs with other keys too, but no workspace could check what they sign. */
function problemWithKey(key: string): string | null {
  const listing = spawnSync('ssh-keygen', ['-l', '-f', key], { encoding: 'utf8' });
  if (listing.error) return 'ssh-keygen is missing: install OpenSSH’s client.';
  if (listing.status !== 0) return `${key} can’t sign: ${listing.stderr.trim()}`;
  return listing.stdout.trimEnd().endsWith('(ED25519)')
    ? null
    : `${key} is no Ed25519 key: make one with ssh-keygen -t ed25519.`;
}

/** Beside the file, as `NAME.signed.json`. */
function writeSigned(key: string, file: string): void {
  const payload = readFileSync(file, 'utf8');
  const pack = readObject(payload);
  if (pack['format'] !== FORMAT) return fail(`${file} is no policy pack.`);
  if ('payload' in pack) return fail(`${file} is signed already: sign the plain file.`);
  if (!('catalog' in pack && 'profile' in pack)) {
    return fail(`${file} has no catalog and profile.`);
  }
  const signing = spawnSync('ssh-keygen', ['-Y', 'sign', '-q', '-n', NAMESPACE, '-f', key], {
    input: payload,
    encoding: 'utf8',
  });
  if (signing.status !== 0) return fail(`${key} can’t sign: ${signing.stderr.trim()}`);
  const signed = file.replace(/(\.json)?$/, '.signed.json');
  const envelope = { format: FORMAT, payload, signature: signing.stdout };
  writeFileSync(signed, `${JSON.stringify(envelope, null, 2)}\n`);
  process.stdout.write(`Signed ${signed}\n`);
}

/** Empty where it is none. */
function readObject(text: string): Readonly<Record<string, unknown>> {
  try {
    const parsed: unknown = JSON.parse(text);
    return typeof parsed === 'object' && parsed !== null
      ? (parsed as Readonly<Record<string, unknown>>)
      : {};
  } catch {
    return {};
  }
}

function fail(sentence: string): void {
  process.stderr.write(`${sentence}\n`);
  process.exitCode = 1;
}
