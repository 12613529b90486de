import 'fake-indexeddb/auto';
import type { DeviceId, RecordId } from '#base/ids.ts';
import { ACTS } from '#compliance/audit/event.ts';
import { createRecoveryKey } from '#crypto/recovery.ts';
import { auditPageId } from '#domain/audit-page.ts';
import type { LogEntryView, LogWords, VaultApi } from '#worker/vault-api.ts';
import { describe, expect, it } from 'vitest';
import { must, PASSPHRASE } from '../vault/fixture.ts';
import { createService } from './service.ts';

const quiet = () => undefined;
const MINUTE = 60 * 1000;
const BY_PASSPHRASE = { by: 'passphrase', passphrase: PASSPHRASE } as const;
/** In no language. */
const WORDS = {
  columns: [],
  acts: Object.fromEntries(ACTS.map((act) => [act, act])),
  outcomes: { done: 'done', failed: 'failed', refused: 'refused' },
} as unknown as LogWords;

/** Until the unlock has been told of. */
const settled = () => new Promise((resolve) => setTimeout(resolve, 1200));

async function entriesOf(api: VaultApi): Promise<readonly LogEntryView[]> {
  return (await api.readLog({}, 0, 1000)).entries.toReversed();
}

const actsIn = (entries: readonly LogEntryView[]) => entries.map(({ act }) => act);

async function openWorkspace(api: VaultApi) {
  return (await api.session())!.workspace;
}

describe('the log of an open workspace', () => {
  it('tells of an unlock that was locked at once, and of every failure before it', async () => {
    const { api } = await createService();
    const workspace = await openWorkspace(api);
    await api.lock();
    const key = (await createRecoveryKey()).revealIdentity();
    await api.unlock(workspace, { by: 'passphrase', passphrase: 'not these words at all' });
    await api.unlock(workspace, { by: 'recoveryKey', text: key });
    must(await api.unlock(workspace, BY_PASSPHRASE));
    await api.lock();
    must(await api.unlock(workspace, BY_PASSPHRASE));
    await settled();
    const told = (await entriesOf(api)).filter(({ act }) => /unlock|locked/.test(act));
    expect(told.map(({ act, how, count }) => [act, how, count])).toEqual([
      ['unlocked', 'created', null],
      ['locked', null, null],
      ['unlocked', 'passphrase', null],
      ['locked', null, null],
      ['unlockFailed', null, 2],
      ['unlocked', 'passphrase', null],
    ]);
    await api.lock();
  });

  it('tells of a refused confirmation once', async () => {
    const { api } = await createService();
    const workspace = await openWorkspace(api);
    await settled();
    await api.stepUp({ by: 'passphrase', passphrase: 'not these words at all' });
    await api.lock();
    must(await api.unlock(workspace, BY_PASSPHRASE));
    await settled();
    const entries = await entriesOf(api);
    const refused = entries.filter(({ outcome }) => outcome !== 'done');
    expect(refused.map(({ act, outcome }) => [act, outcome])).toEqual([['stepUp', 'refused']]);
    expect(actsIn(entries)).not.toContain('unlockFailed');
    await api.lock();
  });

  it('tells of a customer that was looked at once in ten minutes, be it only at a past value', async () => {
    const { api, clock } = await createService();
    const made = must(await api.save([{ kind: 'customer', values: { name: 'Bea Lund' } }]));
    const [id] = made.records as [RecordId];
    must(await api.history(id, id, 'name'));
    must(await api.openCustomer(id));
    clock.milliseconds += 9 * MINUTE;
    must(await api.openCustomer(id));
    clock.milliseconds += 2 * MINUTE;
    must(await api.openCustomer(id));
    const viewed = (await entriesOf(api)).filter(({ act }) => act === 'viewed');
    expect(viewed.map(({ customer }) => customer)).toEqual([id, id]);
    const { entries } = await api.readLog({ record: id }, 0, 100);
    expect(actsIn(entries)).toEqual(['viewed', 'viewed', 'created']);
    await api.lock();
  });

  it('is read and verified under new keys as before, and after a restore', async () => {
    const { api } = await createService();
    must(await api.save([{ kind: 'customer', values: { name: 'Bea Lund' } }]));
    await settled();
    const kit = must(await api.newRecoveryKit(PASSPHRASE));
    const acts = actsIn(await entriesOf(api));
    expect(acts).toEqual(expect.arrayContaining(['unlocked', 'checkpoint', 'recoveryKitMade']));
    const whole = must(await api.verifyLog(quiet, 1));
    expect(whole.devices).toHaveLength(1);
    expect(whole.devices[0]).toMatchObject({ checkpoints: 1, problems: [] });
    expect(whole.events).toBeGreaterThan(3);

    const { blob, name } = must(await api.backUp(quiet, 2));
    const file = new File([await blob.arrayBuffer()], name);
    must(await api.checkRestore(file, kit.text, quiet, 3));
    const request = { memberName: 'Maren', passphrase: PASSPHRASE };
    const decisions = { trustSigner: true, replaysErasures: false };
    must(await api.restore({ ...request, ...decisions }, quiet, 4));
    await settled();
    const restored = must(await api.verifyLog(quiet, 5));
    expect(restored.devices).toHaveLength(2);
    for (const { problems, checkpoints } of restored.devices) {
      expect(problems).toEqual([]);
      expect(checkpoints).toBe(1);
    }
    await api.lock();
  });

  it('can’t be erased by an order', async () => {
    const { api } = await createService();
    await settled();
    const device = (await entriesOf(api))[0]!.device;
    const customer = auditPageId(device, 0);
    const refused = await api.erase({ customer, reason: 'other' });
    expect(refused).toMatchObject({ ok: false, error: { type: 'NotFound' } });
    expect((await entriesOf(api)).length).toBeGreaterThan(2);
    await api.lock();
  });

  it('holds no value, file name, reason or search word, whatever is done, and an erasure leaves it whole', async () => {
    const { api } = await createService();
    await settled();
    const secret = 'Zyxwv';
    const values = { name: secret, notes: `${secret} moors at noon`, tags: [secret] };
    const made = must(await api.save([{ kind: 'customer', values } as never]));
    const [customer] = made.records as [RecordId];
    must(await api.openCustomer(customer));
    await api.list({ text: secret, sort: 'name' }, 0, 10);
    await api.save([{ kind: secret, customer: secret, record: secret } as never]).catch(quiet);
    await api.remove([{ record: secret as RecordId }]);
    const csv = new File([`name\n${secret} Two\n`], `${secret}.csv`);
    must(await api.runImport(csv, {} as never, quiet, 1));
    must(await api.breakGlass(secret));
    must(
      await api.attest({ control: 'H18', holds: true, statement: secret, reviewBy: '2099-01-01' }),
    );
    must(
      await api.exportCustomers(
        { format: 'csv', language: 'en', query: { text: secret, sort: 'name' } } as never,
        quiet,
        2,
      ),
    );
    await api.exportCustomers(
      { format: secret, language: 'en', customer: secret } as never,
      quiet,
      3,
    );
    await api.changeRole(secret as DeviceId, secret as never).catch(quiet);
    must(await api.erase({ customer, reason: 'request' }));
    const chain = await must(await api.exportLog('chain', WORDS)).blob.text();
    expect(chain).toContain('"act":"exported"');
    expect(chain).toContain('"act":"erased"');
    expect(chain).not.toContain(secret);
    const report = must(await api.verifyLog(quiet, 4));
    expect(report.devices.flatMap(({ problems }) => problems)).toEqual([]);
    const { entries } = await api.readLog({ record: customer }, 0, 100);
    expect(actsIn(entries)).toEqual(expect.arrayContaining(['created', 'viewed', 'erased']));
    const exported = (await entriesOf(api)).find(({ act }) => act === 'exported');
    expect(exported).toMatchObject({ count: 2, how: 'csv' });
    await api.lock();
  });
});
