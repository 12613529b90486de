import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import { LISTED_ENTRIES } from '#backup/manifest.ts';
import { recordLine } from '#backup/records.ts';
import { type BackupFileError, readBackup, readKitKeys } from '#backup/verify.ts';
import { createDeviceId } from '#base/ids.ts';
import { encryptAgeBytes } from '#crypto/age.ts';
import { createDeviceKeys } from '#crypto/device-keys.ts';
import { createRecoveryKey } from '#crypto/recovery.ts';
import { appendRecoveryRecord } from '#crypto/membership.ts';
import type { RecordState } from '#domain/record-state.ts';
import {
  type SampleWorkspace,
  byKit,
  bytesOf,
  createSampleWorkspace,
  entriesOf,
  errorOf,
  forged,
  never,
  recordsIn,
  repacked,
  replacing,
  sampleDossiers,
  sealedLines,
  valueOf,
  written,
} from './samples.ts';

const ENTRIES = [
  'README.txt',
  'manifest.json',
  'manifest.json.sig',
  'allowed_signers',
  'membership.jsonl',
  'records.jsonl.gz.age',
];
const numRuns = process.env['SLOW'] ? 2000 : 60;

let workspace: SampleWorkspace;
let stranger: SampleWorkspace;
let dossiers: RecordState[][];
let blob: Blob;
let bytes: Uint8Array<ArrayBuffer>;

beforeAll(async () => {
  workspace = await createSampleWorkspace();
  stranger = await createSampleWorkspace();
  dossiers = sampleDossiers(workspace);
  blob = (await written(workspace, dossiers)).blob;
  bytes = await bytesOf(blob);
});

async function errorIn(file: Blob, options = byKit(workspace)): Promise<BackupFileError> {
  return errorOf(await readBackup(file, options)) as BackupFileError;
}

describe('A backup that is whole', () => {
  test('is read record by record, with what it says of itself', async () => {
    expect(await recordsIn(blob, byKit(workspace))).toEqual(dossiers.flat());
    const report = valueOf(await readBackup(blob, byKit(workspace)));
    expect(report).toMatchObject({
      workspace: workspace.workspace,
      rootHash: workspace.rootHash,
      workspaceName: 'Kelp & Sons',
      signerName: 'Anna Quist',
      createdAt: Date.parse('2026-11-23T09:41:00.000Z'),
      customers: 3,
      counts: { workspace: 1, member: 1, customer: 3, interaction: 3 },
      deleted: 0,
      erasures: 0,
      lines: 8,
      previous: null,
      vouchedBy: 'kit',
    });
    expect(report.signer).toEqual({
      device: workspace.device,
      fingerprint: expect.stringMatching(/^SHA256:[\w+/]{43}$/) as string,
    });
  });

  test('opens with the key of the device that wrote it, and that device’s own log vouches', async () => {
    const keys = [workspace.keys.agreement.privateKey];
    const options = { keys, knownMembership: workspace.lines, signal: never };
    expect(valueOf(await readBackup(blob, options)).vouchedBy).toBe('workspace');
  });

  test('is vouched for by nothing where only the key is given', async () => {
    const options = { keys: [workspace.recoveryKey], signal: never };
    expect(valueOf(await readBackup(blob, options)).vouchedBy).toBe('nothing');
    const elsewhere = { ...options, knownMembership: stranger.lines };
    expect(valueOf(await readBackup(blob, elsewhere)).vouchedBy).toBe('nothing');
  });

  test('tells how far it was read', async () => {
    const seen: number[] = [];
    const onProgress = ({ done, total }: { done: number; total: number }) =>
      seen.push(done / total);
    valueOf(await readBackup(blob, byKit(workspace, { onProgress })));
    expect(seen.at(-1)).toBe(1);
  });

  test('names no person and no workspace in the clear', () => {
    const clear = new TextDecoder('latin1').decode(bytes);
    expect(clear).not.toMatch(/Kelp|Quist|Customer/);
  });

  test('may be filled up to 10 KiB of zeros, as GNU tar does', async () => {
    const filled = new Blob([blob, new Uint8Array(10_240 - (blob.size % 10_240))]);
    expect(valueOf(await readBackup(filled, byKit(workspace))).customers).toBe(3);
  });
});

describe('A kit', () => {
  test('gives the key and the root hash, its key alone no root hash', async () => {
    const whole = valueOf(await readKitKeys(workspace.kit));
    expect(whole).toMatchObject({ rootHash: workspace.rootHash });
    const identity = workspace.recoveryKey.revealIdentity();
    const alone = valueOf(await readKitKeys(`> ${identity.toLowerCase()}\n`));
    expect(alone.rootHash).toBeUndefined();
    expect(alone.recoveryKey.recipient).toBe(workspace.recoveryKey.recipient);
    expect(errorOf(await readKitKeys('AGE-SECRET-KEY-1'))).toEqual({ type: 'NotARecoveryKey' });
  });
});

describe('Damage', () => {
  test('a flipped bit anywhere is found', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 0, max: bytes.length - 1 }),
        fc.integer({ min: 0, max: 7 }),
        async (at, bit) => {
          const flipped = bytes.slice();
          flipped[at] = (flipped[at] ?? 0) ^ (1 << bit);
          const read = await readBackup(new Blob([flipped]), byKit(workspace));
          expect(read.ok).toBe(false);
        },
      ),
      { numRuns },
    );
  });

  test.each(ENTRIES)('a flipped bit in %s is called by its name', async (name) => {
    const entries = await entriesOf(blob);
    const body = await bytesOf(entries.find((entry) => entry.name === name)!.body);
    const error =
      name === 'manifest.json' || name === 'manifest.json.sig'
        ? { type: 'BadSignature' }
        : { type: 'WrongHash', entry: name };
    for (const at of [0, Math.floor(body.length / 2), body.length - 1]) {
      const flipped = body.slice();
      flipped[at]! ^= 1;
      expect(await errorIn(await repacked(blob, replacing(name, flipped)))).toEqual(error);
    }
  });

  test('a file cut short anywhere is found, and the entry is named', async () => {
    const named = new Set<string>();
    for (let end = 0; end < bytes.length; end += 97) {
      const error = await errorIn(new Blob([bytes.subarray(0, end)]));
      if (end < 11) expect(error).toEqual({ type: 'NotABackup' });
      else expect(error.type).toBe('Truncated');
      if (error.type === 'Truncated') named.add(error.entry);
    }
    expect([...named]).toEqual(ENTRIES);
    for (const end of [1, 512, 1023, 1024]) {
      const error = await errorIn(blob.slice(0, blob.size - end));
      expect(error).toEqual({ type: 'Truncated', entry: 'records.jsonl.gz.age' });
    }
  });

  test('an entry that is cut short within a whole container is found', async () => {
    for (const { name, body } of await entriesOf(blob)) {
      const cut = await repacked(blob, replacing(name, body.slice(0, body.size - 1)));
      const { type } = await errorIn(cut);
      expect(type).toBe(name.startsWith('manifest') ? 'BadSignature' : 'WrongHash');
    }
  });

  test('a file that can’t be read any more is said to be that', async () => {
    const gone = () => Promise.reject(new DOMException('gone', 'NotReadableError'));
    const part = { size: 1, arrayBuffer: gone } as unknown as Blob;
    const file = { size: blob.size, slice: () => part } as unknown as Blob;
    expect(await errorIn(file)).toEqual({ type: 'Unreadable' });
  });
});

describe('Something else', () => {
  test.each([
    ['nothing', ''],
    ['text', 'Dear all,\n'.repeat(200)],
    ['a picture', new Uint8Array(5000).fill(0xff)],
    ['zeros', new Uint8Array(5000)],
  ])('%s is no backup', async (_, contents) => {
    expect(await errorIn(new Blob([contents]))).toEqual({ type: 'NotABackup' });
  });

  test('another tar with a README is no backup', async () => {
    const other = await repacked(blob, ([readme]) => [readme!, { ...readme!, name: 'main.c' }]);
    expect(await errorIn(other)).toEqual({ type: 'NotABackup' });
  });

  test('a signed manifest of another kind is no backup', async () => {
    const edit = (manifest: Record<string, unknown>) => ({ ...manifest, type: 'invoice' });
    const other = await forged(blob, workspace.keys.signing, { edit });
    expect(await errorIn(other)).toEqual({ type: 'NotABackup' });
  });

  test('a newer format is said to be that, whatever follows the manifest', async () => {
    const edit = () => ({ type: 'holdfast-backup', format: 7, shape: 'unknown', entries: [] });
    const newer = await forged(blob, workspace.keys.signing, { edit });
    const error = { type: 'NewerFormat', format: 7 };
    expect(await errorIn(newer)).toEqual(error);
    const more = await repacked(newer, (entries) => [
      ...entries,
      { name: 'more', body: new Blob() },
    ]);
    expect(await errorIn(more)).toEqual(error);
  });
});

describe('The container', () => {
  test.each(LISTED_ENTRIES)('a second %s is refused', async (name) => {
    const twice = await repacked(blob, (entries) =>
      entries.flatMap((entry) => (entry.name === name ? [entry, entry] : [entry])),
    );
    const error =
      name === 'README.txt' ? { type: 'NotABackup' } : { type: 'WrongHash', entry: name };
    expect(await errorIn(twice)).toEqual(error);
  });

  test.each(ENTRIES)('a missing %s is refused', async (name) => {
    const without = await repacked(blob, (entries) =>
      entries.filter((entry) => entry.name !== name),
    );
    expect((await errorIn(without)).type).toMatch(/^(NotABackup|WrongHash|Truncated)$/);
  });

  test('entries in another order are refused', async () => {
    const swapped = await repacked(blob, ([a, b, c, d, e, f]) => [a!, b!, c!, e!, d!, f!]);
    expect(await errorIn(swapped)).toEqual({ type: 'WrongHash', entry: 'membership.jsonl' });
  });

  test('entries with each other’s names are refused', async () => {
    const swapped = await repacked(blob, ([a, b, c, d, e, f]) => [
      a!,
      b!,
      c!,
      { name: d!.name, body: e!.body },
      { name: e!.name, body: d!.body },
      f!,
    ]);
    expect(await errorIn(swapped)).toEqual({ type: 'WrongHash', entry: 'allowed_signers' });
  });

  test('an entry more is refused', async () => {
    const more = await repacked(blob, (entries) => [
      ...entries,
      { name: 'attachments/1.age', body: new Blob(['x']) },
    ]);
    expect(await errorIn(more)).toEqual({ type: 'WrongHash', entry: 'attachments/1.age' });
  });

  test('an entry larger than its kind may be is refused before it is read', async () => {
    const huge = await repacked(blob, replacing('README.txt', 'x'.repeat(64 * 1024 + 1)));
    expect(await errorIn(huge)).toEqual({ type: 'WrongHash', entry: 'README.txt' });
  });

  test('anything but zeros after the end is refused', async () => {
    const error = { type: 'WrongHash', entry: 'records.jsonl.gz.age' };
    expect(await errorIn(new Blob([blob, 'x']))).toEqual(error);
    expect(await errorIn(new Blob([blob, new Uint8Array(64 * 1024)]))).toEqual(error);
  });
});

describe('Signer and log', () => {
  const unknown = { type: 'BadMembership', reason: 'UnknownSigner' };

  test('a backup signed by a stranger is refused, with a kit and without', async () => {
    const file = await forged(blob, stranger.keys.signing, {});
    expect(await errorIn(file)).toEqual({ type: 'BadSignature' });
    const fingerprint = valueOf(await readBackup((await written(stranger)).blob, byKit(stranger)))
      .signer.fingerprint;
    const owned = await forged(blob, stranger.keys.signing, {
      edit: (manifest) => ({ ...manifest, signer: { device: workspace.device, fingerprint } }),
    });
    expect(await errorIn(owned)).toEqual(unknown);
    expect(await errorIn(owned, { keys: [workspace.recoveryKey], signal: never })).toEqual(unknown);
  });

  test('a device that the log does not know is refused', async () => {
    const edit = (manifest: Record<string, unknown>) => {
      const signer = manifest['signer'] as object;
      return { ...manifest, signer: { ...signer, device: createDeviceId() } };
    };
    expect(await errorIn(await forged(blob, workspace.keys.signing, { edit }))).toEqual(unknown);
  });

  test('a stranger’s backup, encrypted to this kit, is another workspace’s', async () => {
    const { recipient } = workspace.recoveryKey;
    const theirs = await written(stranger, undefined, { extraRecipients: [recipient] });
    const error = { type: 'BadMembership', reason: 'OtherWorkspace' };
    expect(await errorIn(theirs.blob)).toEqual(error);
    // With the key alone nothing tells them apart but the fingerprint, which a person is asked about.
    const { vouchedBy } = valueOf(
      await readBackup(theirs.blob, { keys: [workspace.recoveryKey], signal: never }),
    );
    expect(vouchedBy).toBe('nothing');
  });

  test('a replaced log is refused', async () => {
    const log = stranger.lines.map((line) => `${line}\n`).join('');
    const unsigned = await repacked(blob, replacing('membership.jsonl', log));
    expect(await errorIn(unsigned)).toEqual({ type: 'WrongHash', entry: 'membership.jsonl' });
    const signed = await forged(blob, workspace.keys.signing, {
      entries: { 'membership.jsonl': log },
    });
    expect(await errorIn(signed)).toEqual({ type: 'BadMembership', reason: 'BadRoot' });
  });

  test('replaced allowed signers are refused', async () => {
    const [theirs] = (await entriesOf((await written(stranger)).blob)).filter(
      ({ name }) => name === 'allowed_signers',
    );
    const file = await repacked(blob, replacing('allowed_signers', theirs!.body));
    expect(await errorIn(file)).toEqual({ type: 'WrongHash', entry: 'allowed_signers' });
  });

  test.each([
    ['a line changed', (text: string) => text.replace('genesis', 'genesys')],
    ['the last line gone', (text: string) => text.split('\n').slice(0, 1).join('\n') + '\n'],
    ['no line end', (text: string) => text.trimEnd()],
    ['a line more', (text: string) => `${text}{}\n`],
    ['nothing', () => ''],
  ])('a log with %s is refused, though it is signed for', async (_, change) => {
    const text = workspace.lines.map((line) => `${line}\n`).join('');
    const entries = { 'membership.jsonl': change(text) };
    const error = await errorIn(await forged(blob, workspace.keys.signing, { entries }));
    expect(error.type).toBe('BadMembership');
  });

  test('a log that goes on after this device’s own, or stops before it, is of the same workspace', async () => {
    const recovery = await createRecoveryKey();
    const longer = valueOf(
      await appendRecoveryRecord({
        lines: workspace.lines,
        device: workspace.device,
        deviceKeys: workspace.keys,
        recoveryRecipient: recovery.recipient,
        recoverySigner: recovery.signerPublicKey,
      }),
    );
    const keys = [workspace.keys.agreement.privateKey];
    const earlier = { keys, knownMembership: longer, signal: never };
    expect(valueOf(await readBackup(blob, earlier)).vouchedBy).toBe('workspace');

    const { blob: later } = await written({ ...workspace, lines: longer });
    const behind = { keys, knownMembership: workspace.lines, signal: never };
    expect(valueOf(await readBackup(later, behind)).vouchedBy).toBe('workspace');
    expect(valueOf(await readBackup(later, byKit(workspace, { keys: [recovery] }))).vouchedBy).toBe(
      'kit',
    );
    // The old kit's key is no recipient any more.
    expect(await errorIn(later)).toEqual({ type: 'WrongKey' });

    const another = await createRecoveryKey();
    const forked = valueOf(
      await appendRecoveryRecord({
        lines: workspace.lines,
        device: workspace.device,
        deviceKeys: workspace.keys,
        recoveryRecipient: another.recipient,
        recoverySigner: another.signerPublicKey,
      }),
    );
    const contradicting = { keys, knownMembership: forked, signal: never };
    const error = { type: 'BadMembership', reason: 'Forked' };
    expect(await errorIn(later, contradicting)).toEqual(error);
  });
});

describe('The manifest', () => {
  test.each([
    ['a count that is no number', { deleted: '0' }],
    ['a negative count', { deleted: -1 }],
    ['a sum that is wrong', { lines: 9 }],
    ['another entry', { entries: [] }],
    ['a workspace that is no id', { workspace: '../..' }],
    ['a day for a time', { createdAt: '2026-11-23' }],
    ['no previous', { previous: undefined }],
  ])('with %s is refused', async (_, fields) => {
    const edit = (manifest: Record<string, unknown>) => ({ ...manifest, ...fields });
    expect(await errorIn(await forged(blob, workspace.keys.signing, { edit }))).toEqual({
      type: 'NotABackup',
    });
  });

  test('may have fields that this version does not know', async () => {
    const edit = (manifest: Record<string, unknown>) => ({ ...manifest, weather: 'fog' });
    const file = await forged(blob, workspace.keys.signing, { edit });
    expect(valueOf(await readBackup(file, byKit(workspace))).customers).toBe(3);
  });
});

describe('Keys', () => {
  test('another workspace’s key is a wrong key', async () => {
    const keys = [stranger.recoveryKey];
    expect(await errorIn(blob, byKit(workspace, { keys }))).toEqual({ type: 'WrongKey' });
    const { agreement } = await createDeviceKeys();
    const device = byKit(workspace, { keys: [agreement.privateKey] });
    expect(await errorIn(blob, device)).toEqual({ type: 'WrongKey' });
  });
});

describe('Records that an admin device signed for', () => {
  const lines = () => dossiers.flat().map(recordLine);

  async function errorOfLines(
    text: string | Uint8Array<ArrayBuffer>,
    fields: object = {},
  ): Promise<BackupFileError> {
    const recordBytes = new Blob([text]).size;
    const records = await sealedLines(workspace, text);
    const file = await forged(blob, workspace.keys.signing, {
      entries: { 'records.jsonl.gz.age': records },
      edit: (manifest) => ({ ...manifest, recordBytes, ...fields }),
    });
    return errorIn(file);
  }

  test.each([
    ['an empty line', (all: string[]) => [...all.slice(0, 4), '\n', ...all.slice(4)], 5],
    ['a line that is not JSON', (all: string[]) => ['nonsense\n', ...all], 1],
    ['a line that is no record', (all: string[]) => ['{}\n', ...all], 1],
    ['a field more', (all: string[]) => [all[0]!.replace('{', '{"x":1,'), ...all.slice(1)], 1],
    ['no last line end', (all: string[]) => [...all.slice(0, 7), all[7]!.trimEnd()], 8],
    [
      'a customer that comes back',
      (all: string[]) => [0, 1, 2, 4, 3, 5, 6, 7].map((n) => all[n]!),
      5,
    ],
    ['the workspace’s records last', (all: string[]) => [...all.slice(2), ...all.slice(0, 2)], 7],
    ['a record twice', (all: string[]) => [...all.slice(0, 3), all[2]!, ...all.slice(3)], 4],
  ])('%s is refused, naming the line', async (_, change, line) => {
    expect(await errorOfLines(change(lines()).join(''))).toEqual({ type: 'BadRecord', line });
  });

  test('bytes that are not UTF-8 are refused', async () => {
    const text = new TextEncoder().encode(lines().join(''));
    text[text.indexOf(0xe6)] = 0xff;
    expect((await errorOfLines(text)).type).toBe('BadRecord');
  });

  test('a record too few, too many, or of another kind is a wrong count', async () => {
    const all = lines();
    const fewer = await errorOfLines(all.slice(0, 7).join(''));
    expect(fewer).toEqual({ type: 'WrongCount', kind: 'lines' });
    const other = { counts: { workspace: 1, member: 1, customer: 2, interaction: 4 } };
    expect(await errorOfLines(all.join(''), other)).toEqual({
      type: 'WrongCount',
      kind: 'customer',
    });
    const bytes = new Blob(all).size;
    const count = { type: 'WrongCount', kind: 'recordBytes' };
    expect(await errorOfLines(all.join(''), { recordBytes: bytes - 1 })).toEqual(count);
    expect(await errorOfLines(all.join(''), { recordBytes: bytes + 1 })).toEqual(count);
  });

  test('a bomb ends where the manifest says that the records end', async () => {
    const bomb = new Uint8Array(8 * 1024 * 1024).fill(0x20);
    const error = await errorOfLines(bomb, { recordBytes: 5000 });
    expect(error).toEqual({ type: 'WrongCount', kind: 'recordBytes' });
  });

  test.each([
    ['what is not age', () => Promise.resolve(new Blob(['not age at all']))],
    ['an age file of what is not gzip', async () => sealedRaw(workspace, 'plain')],
    [
      'an age file whose last chunk was cut off',
      async () => (await sealedLines(workspace, 'x'.repeat(9))).slice(0, -20),
    ],
  ])('%s is refused', async (_, make) => {
    const file = await forged(blob, workspace.keys.signing, {
      entries: { 'records.jsonl.gz.age': await make() },
    });
    expect((await errorIn(file)).type).toMatch(/^(WrongHash|BadRecord)$/);
  });
});

describe('Cancelling', () => {
  test('ends reading between two pieces', async () => {
    const controller = new AbortController();
    const large = await written(workspace, sampleDossiers(workspace, 3000));
    const read = await readBackup(
      large.blob,
      byKit(workspace, { signal: controller.signal, onProgress: () => controller.abort() }),
    );
    expect(errorOf(read)).toEqual({ type: 'Cancelled' });
  });
});

async function sealedRaw({ recoveryKey }: SampleWorkspace, text: string): Promise<Blob> {
  const sealed = await encryptAgeBytes([recoveryKey.recipient], new TextEncoder().encode(text));
  return new Blob([sealed as Uint8Array<ArrayBuffer>]);
}
