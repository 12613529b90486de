import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import { backUp } from '#backup/backup.ts';
import { MANIFEST } from '#backup/manifest.ts';
import { recordLine } from '#backup/records.ts';
import { type Spool, createBlobSpool } from '#backup/spool.ts';
import { readBackup } from '#backup/verify.ts';
import { backupFileName, writeBackup } from '#backup/write.ts';
import { err, ok } from '#base/result.ts';
import { createDeviceKeys } from '#crypto/device-keys.ts';
import { createRecoveryKey } from '#crypto/recovery.ts';
import type { RecordState } from '#domain/record-state.ts';
import {
  NOW,
  type SampleWorkspace,
  blobSpool,
  byKit,
  createSampleWorkspace,
  entriesOf,
  errorOf,
  never,
  recordsIn,
  sampleDossiers,
  sourceOf,
  valueOf,
  written,
} from './samples.ts';

let workspace: SampleWorkspace;
let dossiers: RecordState[][];

beforeAll(async () => {
  workspace = await createSampleWorkspace();
  dossiers = sampleDossiers(workspace);
});

/** Counts what is left behind. */
function watchedSpool(spoil: Partial<Spool> = {}) {
  let discarded = 0;
  const spool: Spool = {
    ...createBlobSpool(),
    ...spoil,
    discard: () => {
      discarded++;
      return Promise.resolve();
    },
  };
  return { open: () => Promise.resolve(spool), discarded: () => discarded };
}

describe('A backup', () => {
  test('reads back as any number of customers that were written', async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat(40), async (customers) => {
        const some = sampleDossiers(workspace, customers);
        const { blob, lines, counts } = await written(workspace, some);
        expect(await recordsIn(blob, byKit(workspace))).toEqual(some.flat());
        expect(lines).toBe(some.flat().length);
        expect(counts['customer'] ?? 0).toBe(customers);
      }),
      { numRuns: 5 },
    );
  });

  test('takes records and their lines alike', async () => {
    const mixed = dossiers.map((dossier, n) =>
      n % 2 === 0 ? dossier : dossier.map((state) => recordLine(state).trimEnd()),
    );
    const { blob } = await written(workspace, mixed);
    expect(await recordsIn(blob, byKit(workspace))).toEqual(dossiers.flat());
  });

  test('of nothing is a backup too', async () => {
    const { blob } = await written(workspace, []);
    const report = valueOf(await readBackup(blob, byKit(workspace)));
    expect(report).toMatchObject({ customers: 0, lines: 0, workspaceName: '', signerName: '' });
  });

  test('names the one before it and the day on which it should go', async () => {
    const first = await written(workspace);
    const expiresAt = NOW + 1000;
    const { blob } = await written(workspace, dossiers, {
      previous: first.manifestHash,
      expiresAt,
    });
    const report = valueOf(await readBackup(blob, byKit(workspace)));
    expect(report).toMatchObject({ previous: first.manifestHash, expiresAt });
  });

  test('opens for the kit, the admin’s device and extra recipients, and for nobody else', async () => {
    const extra = await createRecoveryKey();
    const nobody = await createRecoveryKey();
    const { blob } = await written(workspace, dossiers, { extraRecipients: [extra.recipient] });
    const opens = async (key: Parameters<typeof byKit>[1]) =>
      (await readBackup(blob, byKit(workspace, key))).ok;
    expect(await opens({ keys: [workspace.recoveryKey] })).toBe(true);
    expect(await opens({ keys: [workspace.keys.agreement.privateKey] })).toBe(true);
    expect(await opens({ keys: [extra] })).toBe(true);
    expect(await opens({ keys: [nobody] })).toBe(false);
  });

  test('has its entries in the format’s order', async () => {
    const { blob } = await written(workspace);
    expect((await entriesOf(blob)).map(({ name }) => name)).toEqual([
      'README.txt',
      'manifest.json',
      'manifest.json.sig',
      'allowed_signers',
      'membership.jsonl',
      'records.jsonl.gz.age',
    ]);
  });

  test('tells how far it has come, up to the end', async () => {
    const steps: string[] = [];
    const many = sampleDossiers(workspace, 1500);
    valueOf(
      await writeBackup(sourceOf(workspace, many), {
        signal: never,
        spool: blobSpool,
        onProgress: ({ done, total }) => steps.push(`${String(done)}/${String(total)}`),
      }),
    );
    expect(steps.length).toBeGreaterThan(3);
    expect(steps.at(-1)).toBe('3002/3002');
  });

  test('is signed by an active admin or not at all', async () => {
    const stranger = await createSampleWorkspace();
    const source = sourceOf({ ...workspace, device: stranger.device }, dossiers);
    await expect(writeBackup(source, { signal: never, spool: blobSpool })).rejects.toThrow(/admin/);
  });
});

describe('What can’t be backed up whole', () => {
  test('is not backed up: all the damage is listed, nothing is left', async () => {
    async function* damaged() {
      yield await Promise.resolve(ok(dossiers[0]!));
      yield err('leaf 3');
      yield ok(dossiers[1]!);
      yield err('leaf 7');
    }
    const spool = watchedSpool();
    const source = sourceOf(workspace, dossiers, { records: damaged() });
    const result = await writeBackup(source, { signal: never, spool: spool.open });
    expect(errorOf(result)).toEqual({ type: 'Damaged', damage: ['leaf 3', 'leaf 7'] });
    expect(spool.discarded()).toBe(1);
  });

  test.each([
    ['QuotaExceededError', { type: 'StorageFull' }],
    ['InvalidStateError', { type: 'StorageUnavailable', reason: 'InvalidStateError' }],
  ])('for a %s of the disk, is refused and leaves nothing', async (name, error) => {
    const full = () => Promise.reject(new DOMException('', name));
    for (const spoil of [{ write: full }, { finish: full }]) {
      const spool = watchedSpool(spoil);
      const options = { signal: never, spool: spool.open };
      expect(errorOf(await writeBackup(sourceOf(workspace, dossiers), options))).toEqual(error);
      expect(spool.discarded()).toBe(1);
    }
  });

  test('because the source fails, fails as it does', async () => {
    async function* broken() {
      yield await Promise.resolve(ok(dossiers[0]!));
      throw new Error('a bug');
    }
    const spool = watchedSpool();
    const source = sourceOf(workspace, dossiers, { records: broken() });
    const options = { signal: never, spool: spool.open };
    await expect(writeBackup(source, options)).rejects.toThrow('a bug');
    expect(spool.discarded()).toBe(1);
  });
});

describe('Cancelling', () => {
  test.each([0, 1, 2, 3])('at dossier %d ends the work and leaves nothing', async (at) => {
    const controller = new AbortController();
    let closed = false;
    async function* cancelling() {
      try {
        for (const [n, dossier] of dossiers.entries()) {
          if (n === at) controller.abort();
          yield await Promise.resolve(ok(dossier));
        }
      } finally {
        closed = true;
      }
    }
    const spool = watchedSpool();
    const source = sourceOf(workspace, dossiers, { records: cancelling() });
    const options = { signal: controller.signal, spool: spool.open };
    expect(errorOf(await writeBackup(source, options))).toEqual({ type: 'Cancelled' });
    expect(spool.discarded()).toBe(1);
    expect(closed).toBe(true);
  });

  test('a source that stops by itself when it is cancelled makes no backup of a part', async () => {
    const controller = new AbortController();
    async function* stopping() {
      yield await Promise.resolve(ok(dossiers[0]!));
      controller.abort();
    }
    const source = sourceOf(workspace, dossiers, { records: stopping() });
    const options = { signal: controller.signal, spool: blobSpool };
    expect(errorOf(await writeBackup(source, options))).toEqual({ type: 'Cancelled' });
  });
});

describe('A backup that is read back', () => {
  const device = () => workspace.keys.agreement.privateKey;

  test('is done', async () => {
    const options = { signal: never, spool: blobSpool };
    const done = valueOf(await backUp(sourceOf(workspace, dossiers), device(), options));
    expect(done.report).toMatchObject({ vouchedBy: 'workspace', customers: 3, lines: done.lines });
    expect(done.report.manifestHash).toBe(done.manifestHash);
  });

  test('and does not read, is thrown away', async () => {
    const spoiled = watchedSpool();
    const spool = async () => {
      const inner = await spoiled.open();
      const finish = async () => {
        const bytes = new Uint8Array(await (await inner.finish()).arrayBuffer());
        bytes[bytes.length - 1]! ^= 1;
        return new Blob([bytes]);
      };
      return { ...inner, finish };
    };
    const source = sourceOf(workspace, dossiers);
    const failed = errorOf(await backUp(source, device(), { signal: never, spool }));
    expect(failed).toEqual({
      type: 'VerificationFailed',
      error: { type: 'WrongHash', entry: 'records.jsonl.gz.age' },
    });
    expect(spoiled.discarded()).toBe(1);

    const { agreement } = await createDeviceKeys();
    const options = { signal: never, spool: blobSpool };
    const other = await backUp(sourceOf(workspace, dossiers), agreement.privateKey, options);
    expect(errorOf(other)).toEqual({ type: 'VerificationFailed', error: { type: 'WrongKey' } });
  });

  test('is cancelled while it is read', async () => {
    const controller = new AbortController();
    const spool = watchedSpool();
    const result = await backUp(sourceOf(workspace, dossiers), device(), {
      signal: controller.signal,
      spool: spool.open,
      onProgress: ({ step }) => {
        if (step === 'verifying') controller.abort();
      },
    });
    expect(errorOf(result)).toEqual({ type: 'Cancelled' });
    expect(spool.discarded()).toBe(1);
  });
});

describe('The file’s name', () => {
  test.each([
    ['Kelp & Sons', 'Kelp & Sons-2026-11-23.holdfast.tar'],
    ['海藻公司', '海藻公司-2026-11-23.holdfast.tar'],
    ['../../etc/passwd', 'etc passwd-2026-11-23.holdfast.tar'],
    ['a\u202egpj.exe\n"<b>"', 'a gpj.exe b-2026-11-23.holdfast.tar'],
    ['CON:', 'CON-2026-11-23.holdfast.tar'],
    ['  . ', 'workspace-2026-11-23.holdfast.tar'],
    ['', 'workspace-2026-11-23.holdfast.tar'],
  ])('of %j is %j', (name, fileName) => {
    expect(backupFileName(name, NOW)).toBe(fileName);
  });

  test('fits into any file system', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 300 }), (name) => {
        const fileName = backupFileName(name, NOW);
        expect(new TextEncoder().encode(fileName).length).toBeLessThanOrEqual(255);
        // eslint-disable-next-line no-control-regex -- They are what no name may hold.
        expect(fileName).not.toMatch(/[\u0000-\u001f/\\:*?"<>|]|^[.\s-]/u);
      }),
    );
  });
});

test('the manifest stands as FORMAT.md shows it, each entry on its own line', async () => {
  const entries = await entriesOf((await written(workspace)).blob);
  const text = await entries.find(({ name }) => name === MANIFEST)!.body.text();
  const format = readFileSync('src/backup/FORMAT.md', 'utf8');
  const shown = /^```json manifest\n([^]*?)^```/m.exec(format)?.[1] ?? '';
  const layout = (json: string) =>
    json.split('\n').map((line) => /^ *["{}\]]\w*"?/.exec(line)?.[0]);
  expect(layout(text)).toEqual(layout(shown));
  expect(
    text.match(/^ {4}\{"name":"[\w.]+","size":\d+,"sha256":"[0-9a-f]{64}"\},?$/gm),
  ).toHaveLength(4);
});
