import { beforeAll, describe, expect, test } from 'vitest';
import { type RestoreOptions, type RestoreSink, restoreBackup } from '#backup/restore.ts';
import { readBackup } from '#backup/verify.ts';
import { err, ok } from '#base/result.ts';
import type { RecordState } from '#domain/record-state.ts';
import {
  type SampleWorkspace,
  byKit,
  bytesOf,
  createSampleWorkspace,
  errorOf,
  never,
  sampleDossiers,
  valueOf,
  written,
} from './samples.ts';

let workspace: SampleWorkspace;
let dossiers: RecordState[][];
let blob: Blob;
let rehearsed: RestoreOptions;

beforeAll(async () => {
  workspace = await createSampleWorkspace();
  dossiers = sampleDossiers(workspace, 400);
  ({ blob } = await written(workspace, dossiers));
  const { manifestHash } = valueOf(await readBackup(blob, byKit(workspace)));
  rehearsed = { ...byKit(workspace), manifestHash, trustSigner: false };
});

/** A vault that takes effect at the end or not at all. */
function createVault() {
  const vault = { dossiers: null as (readonly RecordState[])[] | null, received: 0 };
  const sink: RestoreSink<string, { readonly type: 'StorageFull' }> = {
    async createWorkspaceFrom(stream) {
      const staged: (readonly RecordState[])[] = [];
      for await (const dossier of stream) {
        if (!dossier.ok) return dossier as never;
        staged.push(dossier.value);
        vault.received++;
      }
      vault.dossiers = staged;
      return ok('new workspace');
    },
  };
  return { vault, sink };
}

describe('Restoring', () => {
  test('gives the vault every dossier as it was', async () => {
    const { vault, sink } = createVault();
    const steps = new Set<string>();
    const onProgress = ({ step }: { step: string }) => steps.add(step);
    const { restored, report } = valueOf(
      await restoreBackup(blob, { ...rehearsed, onProgress }, sink),
    );
    expect(restored).toBe('new workspace');
    expect(report).toMatchObject({ workspaceName: 'Kelp & Sons', customers: 400 });
    expect(vault.dossiers).toEqual(dossiers);
    expect([...steps]).toEqual(['restoring']);
  });

  test('takes only the very backup that was rehearsed', async () => {
    const { vault, sink } = createVault();
    const other = await written(workspace, dossiers, { previous: rehearsed.manifestHash });
    const error = errorOf(await restoreBackup(other.blob, rehearsed, sink));
    expect(error).toEqual({ type: 'NothingChecked' });
    expect(vault.received).toBe(0);
  });

  test('asks for trust where nothing vouches for the signer', async () => {
    const { vault, sink } = createVault();
    const { rootHash: _, ...alone } = rehearsed;
    expect(errorOf(await restoreBackup(blob, alone, sink))).toEqual({ type: 'UntrustedSigner' });
    expect(vault.received).toBe(0);
    valueOf(await restoreBackup(blob, { ...alone, trustSigner: true }, sink));
    expect(vault.dossiers).toEqual(dossiers);
  });

  test('takes no effect where the end of the file turns out wrong', async () => {
    const { vault, sink } = createVault();
    const bytes = await bytesOf(blob);
    // In the padding's neighbour: the last chunk of the ciphertext, long after the first dossiers were handed on.
    const end = bytes.findLastIndex((byte) => byte !== 0);
    bytes[end]! ^= 1;
    const error = errorOf(await restoreBackup(new Blob([bytes]), rehearsed, sink));
    expect(error).toEqual({ type: 'WrongHash', entry: 'records.jsonl.gz.age' });
    expect(vault.dossiers).toBeNull();
  });

  test('is cancelled in the middle without effect', async () => {
    const { vault, sink } = createVault();
    const controller = new AbortController();
    const options = {
      ...rehearsed,
      signal: controller.signal,
      onProgress: () => {
        controller.abort();
      },
    };
    expect(errorOf(await restoreBackup(blob, options, sink))).toEqual({ type: 'Cancelled' });
    expect(vault.dossiers).toBeNull();
  });

  test('hands on the vault’s own error', async () => {
    const sink: RestoreSink<string, { readonly type: 'StorageFull' }> = {
      createWorkspaceFrom: () => Promise.resolve(err({ type: 'StorageFull' })),
    };
    const options = { ...rehearsed, signal: never };
    expect(errorOf(await restoreBackup(blob, options, sink))).toEqual({ type: 'StorageFull' });
  });
});
