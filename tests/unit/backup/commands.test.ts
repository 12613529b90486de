import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { readmeText } from '#backup/readme.ts';
import { recordLine } from '#backup/records.ts';
import { findOrSkip } from '../../programs.ts';
import {
  type SampleWorkspace,
  bytesOf,
  createSampleWorkspace,
  forged,
  repacked,
  replacing,
  sampleDossiers,
  written,
} from './samples.ts';

const format = readFileSync('src/backup/FORMAT.md', 'utf8');
const missing = (['age', 'ssh-keygen'] as const).filter((name) => findOrSkip(name) === null);
const because = missing.length > 0 ? ` (${missing.join(', ')} not installed: skipped)` : '';

/** A block of FORMAT.md's section 1, as it stands there. */
function commandsOf(step: string): string {
  const block = new RegExp(`^\`\`\`sh ${step}\n([^]*?)^\`\`\``, 'm').exec(format)?.[1];
  if (block === undefined) throw new Error(`FORMAT.md has no commands for ${step}`);
  return block;
}

const readmeCommands = readmeText
  .split('\n')
  .filter((line) => line.startsWith('      '))
  .join('\n');

describe.skipIf(missing.length > 0)(`FORMAT.md's commands${because}`, () => {
  let workspace: SampleWorkspace;
  let blob: Blob;
  let folder: string;

  beforeAll(async () => {
    workspace = await createSampleWorkspace();
    ({ blob } = await written(workspace));
  });
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'holdfast-backup-'));
    writeFileSync(join(folder, 'KIT.txt'), workspace.kit, { mode: 0o600 });
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  async function put(file: Blob): Promise<void> {
    writeFileSync(join(folder, 'NAME.holdfast.tar'), await bytesOf(file));
  }

  function run(commands: string): string {
    return execFileSync('bash', ['-e', '-o', 'pipefail', '-c', commands], {
      cwd: folder,
      env: { ...process.env, BACKUP: 'NAME.holdfast.tar', KIT: 'KIT.txt', LC_ALL: 'C' },
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'pipe'],
    });
  }

  test('unpack, verify and open a backup', async () => {
    await put(blob);
    run(commandsOf('unpack'));
    expect(run(commandsOf('verify-by-kit'))).toMatch(/^Good "holdfast-backup" signature/);
    expect(run(commandsOf('verify-by-file'))).toMatch(/^Good .* key SHA256:/);
    expect(run(commandsOf('checksums')).split('\n')).toEqual([
      'README.txt: OK',
      'allowed_signers: OK',
      'membership.jsonl: OK',
      'records.jsonl.gz.age: OK',
      '',
    ]);
    run(commandsOf('records'));
    expect(run(commandsOf('count')).trim()).toBe('8');
    expect(readFileSync(join(folder, 'manifest.json'), 'utf8')).toContain('"lines": 8,');
  });

  test('give the very records that were backed up', async () => {
    const dossiers = sampleDossiers(workspace);
    await put((await written(workspace, dossiers)).blob);
    run(`${commandsOf('unpack')}\n${commandsOf('records')}`);
    const lines = readFileSync(join(folder, 'records.jsonl'), 'utf8');
    expect(lines).toBe(dossiers.flat().map(recordLine).join(''));
  });

  test('in the README are the same, and work as they stand there', async () => {
    await put(blob);
    const output = run(readmeCommands);
    expect(output).toMatch(/^Good "holdfast-backup" signature/);
    expect(output.match(/: OK$/gm)).toHaveLength(4);
    const lines = readFileSync(join(folder, 'records.jsonl'), 'utf8').split('\n');
    expect(lines).toHaveLength(9);
    expect(readFileSync(join(folder, 'README.txt'), 'utf8')).toBe(readmeText);
  });

  test('refuse a manifest that was changed', async () => {
    await put(await repacked(blob, replacing('manifest.json', '{}')));
    run(commandsOf('unpack'));
    expect(() => run(commandsOf('verify-by-kit'))).toThrow(/incorrect signature|Could not verify/);
    expect(() => run(commandsOf('checksums'))).toThrow(/no properly formatted/);
  });

  test('refuse a stranger’s signature by the kit, though the file itself vouches for it', async () => {
    const stranger = await createSampleWorkspace();
    const [key] = /ssh-ed25519 \S+/.exec(stranger.kit) ?? [''];
    const signers = `${workspace.workspace} namespaces="holdfast-*" ${key}\n`;
    const entries = { allowed_signers: signers };
    await put(await forged(blob, stranger.keys.signing, { entries }));
    run(commandsOf('unpack'));
    expect(() => run(commandsOf('verify-by-kit'))).toThrow();
    expect(run(commandsOf('verify-by-file'))).toMatch(/^Good/);
  });

  test('find an entry that was changed', async () => {
    await put(await repacked(blob, replacing('membership.jsonl', 'x')));
    run(commandsOf('unpack'));
    expect(() => run(commandsOf('checksums'))).toThrow(/membership.jsonl: FAILED|WARNING: 1/);
  });
});
