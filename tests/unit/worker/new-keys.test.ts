import 'fake-indexeddb/auto';
import { describe, expect, it } from 'vitest';
import type { VaultApi } from '#worker/vault-api.ts';
import { must, PASSPHRASE } from '../vault/fixture.ts';
import { createService } from './service.ts';

const quiet = () => undefined;
const OPTIONS = { emptyWords: [] };
const list = (name: string) => new File([`Name\n${name}\n`], 'list.csv', { type: 'text/csv' });
const salt = new Uint8Array(32).fill(7);
const answer = {
  credential: new Uint8Array(16).fill(7),
  output: new Uint8Array(32).fill(7),
};

async function importOne(api: VaultApi, name: string): Promise<void> {
  must(await api.previewImport(list(name), OPTIONS, quiet, 1));
  must(await api.runImport(list(name), OPTIONS, quiet, 2));
}

describe('a workspace whose keys changed while it was open', () => {
  it('goes on as before: lists, imports, checks, log and unlocks', async () => {
    const { api } = await createService();
    await importOne(api, 'Ada');
    must(await api.addPasskey({ name: 'Tablet', salt, ...answer }));
    must(await api.newRecoveryKit(PASSPHRASE));
    await importOne(api, 'Bea');
    const { passkeys, workspace } = (await api.session())!;
    must(await api.removePasskey(passkeys[0]!.id, PASSPHRASE));
    await importOne(api, 'Cleo');
    must(await api.runChecks(quiet, 3));
    expect((await api.checks(null)).run).not.toBeNull();
    const acts = (await api.readLog({}, 0, 100)).entries.map(({ act }) => act);
    expect(acts).toEqual(
      expect.arrayContaining(['passkeyAdded', 'recoveryKitMade', 'passkeyRemoved', 'checksRun']),
    );
    expect(must(await api.verifyLog(quiet, 4)).devices[0]?.problemCount).toBe(0);
    await api.lock();
    const again = must(await api.unlock(workspace, { by: 'passphrase', passphrase: PASSPHRASE }));
    expect(again.customers).toBe(3);
    expect(again.damage).toEqual([]);
  });
});
