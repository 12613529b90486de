/** The recovery kit: the one plain file with a secret in it, made to be printed or kept away from the device. FORMAT.md section 9. */

import { isId, type WorkspaceId } from '#base/ids.ts';
import { err, ok, type Result } from '#base/result.ts';
import type { RootHash } from './membership.ts';
import { parseRecoveryKey, type RecoveryKey } from './recovery.ts';
import type { NewerFormat } from './sealing.ts';

export interface RecoveryKit {
  readonly workspaceName: string;
  readonly workspace: WorkspaceId;
  readonly rootHash: RootHash;
  readonly recoveryKey: RecoveryKey;
  /** Lines for ssh-keygen, each without its line end. */
  readonly allowedSigners: readonly string[];
  /** ISO 8601. */
  readonly createdAt: string;
  /** Where the team's store is; never what opens it. */
  readonly store?: KitStore;
}

export interface KitStore {
  readonly endpoint: string;
  readonly bucket: string;
}

export interface NewRecoveryKit extends RecoveryKit {
  /** What the kit is, in the user's language; one line each. English where absent. */
  readonly introduction?: readonly string[];
}

export type NotAKit = { readonly type: 'NotAKit' };

const FORMAT = 1;
const LABELS = {
  format: 'holdfast-recovery-kit',
  workspaceName: 'workspace-name',
  workspace: 'workspace',
  rootHash: 'root-hash',
  createdAt: 'created',
  endpoint: 'store-endpoint',
  bucket: 'store-bucket',
  signer: 'signer',
} as const;

/** Kits are a page long; what a person chooses by mistake may be a disk image. */
const MAX_LENGTH = 64 * 1024;

export function writeRecoveryKit(kit: NewRecoveryKit): string {
  const fields: (readonly [string, string])[] = [
    [LABELS.format, String(FORMAT)],
    [LABELS.workspaceName, kit.workspaceName],
    [LABELS.workspace, kit.workspace],
    [LABELS.rootHash, kit.rootHash],
    [LABELS.createdAt, kit.createdAt],
  ];
  if (kit.store) {
    fields.push([LABELS.endpoint, kit.store.endpoint], [LABELS.bucket, kit.store.bucket]);
  }
  for (const line of kit.allowedSigners) fields.push([LABELS.signer, line]);
  return [
    '# HOLDFAST RECOVERY KIT',
    '#',
    ...(kit.introduction ?? INTRODUCTION).map((line) => `# ${oneLine(line)}`.trimEnd()),
    '#',
    ...fields.map(([label, value]) => `# ${label}: ${oneLine(value)}`),
    kit.recoveryKey.revealIdentity(),
    '',
  ].join('\n');
}

export async function readRecoveryKit(
  text: string,
): Promise<Result<RecoveryKit, NotAKit | NewerFormat>> {
  if (text.length > MAX_LENGTH) return err({ type: 'NotAKit' });
  const lines = text.split(/\r?\n/);
  const format = valueOf(lines, LABELS.format);
  if (format === undefined || !/^[1-9]\d{0,8}$/.test(format)) return err({ type: 'NotAKit' });
  if (Number(format) > FORMAT) return err({ type: 'NewerFormat' });

  const recoveryKey = await parseRecoveryKey(text);
  const workspace = valueOf(lines, LABELS.workspace) ?? '';
  const rootHash = valueOf(lines, LABELS.rootHash) ?? '';
  const createdAt = valueOf(lines, LABELS.createdAt) ?? '';
  if (!recoveryKey.ok || !isId(workspace) || !/^[0-9a-f]{64}$/.test(rootHash) || createdAt === '') {
    return err({ type: 'NotAKit' });
  }
  const endpoint = valueOf(lines, LABELS.endpoint);
  const bucket = valueOf(lines, LABELS.bucket);
  return ok({
    workspaceName: valueOf(lines, LABELS.workspaceName) ?? '',
    workspace: workspace as WorkspaceId,
    rootHash: rootHash as RootHash,
    recoveryKey: recoveryKey.value,
    allowedSigners: valuesOf(lines, LABELS.signer),
    createdAt,
    ...(endpoint !== undefined && bucket !== undefined && { store: { endpoint, bucket } }),
  });
}

const INTRODUCTION = [
  'This file opens the workspace named below, and every backup of it, when all',
  'passphrases are lost. Whoever holds it can read everything: treat it like the',
  'key to the building.',
  '',
  'It must not stay on this device. Print it, or move it to a USB stick or a',
  'password manager, keep it in a safe place, then delete this file and empty',
  'the trash.',
  '',
  'To use it: start Holdfast, choose "Use recovery key" or "Restore from backup",',
  'and paste the last line, which begins with AGE-SECRET-KEY-1. The same line',
  'opens the .age files in a backup with the program age:',
  '  age -d -i THIS-FILE records.jsonl.gz.age | gunzip',
  'The lines marked "signer" let ssh-keygen check who signed a backup.',
];

/** A name can't bring a line of its own into the kit. */
function oneLine(text: string): string {
  return text.replace(/[\p{Cc}\u2028\u2029]+/gu, ' ');
}

function valueOf(lines: readonly string[], label: string): string | undefined {
  return valuesOf(lines, label)[0];
}

function valuesOf(lines: readonly string[], label: string): string[] {
  const start = `# ${label}:`;
  return lines
    .map((line) => line.trim())
    .filter((line) => line.startsWith(start))
    .map((line) => line.slice(start.length).trim());
}
