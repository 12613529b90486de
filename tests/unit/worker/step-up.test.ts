import { StepUp } from '#worker/step-up.ts';
import type { DeviceId, RecordId } from '#base/ids.ts';
import type { DeviceView, JoinRequestView, VaultApi } from '#worker/vault-api.ts';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { BY_PASSPHRASE, must } from '../vault/fixture.ts';
import { createService } from './service.ts';

const MINUTE = 60_000;
const NEEDED = { ok: false, error: { type: 'StepUpNeeded' } };

afterEach(() => {
  vi.restoreAllMocks();
});

describe('a step-up', () => {
  it('lasts five minutes by the clock on the wall, and a clock that is set back does not lengthen it', () => {
    const clock = { now: () => time };
    let time = 10 * MINUTE;
    const stepUp = new StepUp(clock);
    expect(stepUp.isFresh).toBe(false);
    stepUp.confirm();
    time += 5 * MINUTE - 1;
    expect(stepUp.isFresh).toBe(true);
    time += 1;
    expect(stepUp.isFresh).toBe(false);
    stepUp.confirm();
    time -= MINUTE;
    expect(stepUp.isFresh).toBe(false);
    stepUp.confirm();
    stepUp.forget();
    expect(stepUp.isFresh).toBe(false);
  });

  it('lasts five minutes by the steady clock too, wherever that on the wall stands', () => {
    let steady = 0;
    vi.spyOn(performance, 'now').mockImplementation(() => steady);
    const stepUp = new StepUp({ now: () => 0 });
    stepUp.confirm();
    steady = 5 * MINUTE - 1;
    expect(stepUp.isFresh).toBe(true);
    steady += 1;
    expect(stepUp.isFresh).toBe(false);
  });
});

const id = 'b'.repeat(26) as RecordId;
const device = 'd'.repeat(26) as DeviceId;
const quiet = () => undefined;
const nothing = {} as never;

/** What exports, erases, changes roles, policies or keys, or goes around a verb that does. */
const VERBS: Readonly<Record<string, (api: VaultApi) => Promise<unknown>>> = {
  exportCustomers: (api) =>
    api.exportCustomers({ format: 'csv', language: 'en' } as never, quiet, 1),
  exportRun: (api) => api.exportRun(null, 'csv', nothing),
  exportLog: (api) => api.exportLog('csv', nothing),
  exportRegister: (api) => api.exportRegister('request', 'en'),
  subjectFile: (api) => api.subjectFile(id, nothing, quiet, 2),
  erase: (api) => api.erase(nothing),
  runRetention: (api) => api.runRetention(quiet, 3),
  changePolicy: (api) => api.changePolicy({ auditMonths: 84 }),
  classifyField: (api) => api.classifyField(id, 'health'),
  attest: (api) => api.attest(nothing),
  acceptPack: (api) => api.acceptPack(true, quiet, 4),
  addPasskey: (api) => api.addPasskey(nothing),
  invite: (api) => api.invite(nothing),
  approve: (api) => api.approve({ device } as JoinRequestView),
  revoke: (api) => api.revoke(device),
  changeRole: (api) => api.changeRole(device, 'viewer'),
  replaceCredentials: (api) => api.replaceCredentials({ accessKey: 'a', secretKey: 'b' }),
  settleHeldBack: (api) => api.settleHeldBack('role x', 'apply'),
  settleConflict: (api) => api.settleConflict({ customer: null, record: id } as never, 'other'),
  saveRetentionRule: (api) => api.save([{ kind: 'retentionRule', values: {} }]),
};

describe('the worker', () => {
  it('does nothing of the kind without a step-up, whatever the page asks, and each again after its five minutes', async () => {
    const { api, clock } = await createService();
    for (const [name, verb] of Object.entries(VERBS)) {
      clock.milliseconds += 5 * MINUTE;
      expect(await verb(api), name).toMatchObject(NEEDED);
    }
    expect((await api.stepUp({ by: 'passphrase', passphrase: 'not these words' })).ok).toBe(false);
    expect(await api.steppedUp()).toMatchObject(NEEDED);
    must(await api.stepUp(BY_PASSPHRASE));
    must(await api.changePolicy({ auditMonths: 84 }));
    clock.milliseconds += 5 * MINUTE;
    expect(await api.changePolicy({ auditMonths: 96 })).toMatchObject(NEEDED);
    await api.lock();
  });

  it('lets no verb for any record reach what has verbs of its own', async () => {
    const { api, clock } = await createService();
    must(await api.changePolicy({ auditMonths: 84 }));
    const { policy } = await api.access();
    expect(policy.auditMonths).toBe(84);
    const record = 'policyaaaaaaaaaaaaaaaaaaaa' as RecordId;
    const refused = { ok: false, error: { type: 'NotPermitted' } };
    const reason = 'Just so';
    const until = '2099-01-01T00:00:00.000Z';
    for (const edit of [
      { record, kind: 'policy', values: { auditMonths: 12 } },
      { record, kind: 'incident', values: { title: reason } },
      { kind: 'glass', values: { reason, until } },
      { kind: 'attestation', values: { control: 'H18', holds: true, statement: reason } },
      { kind: 'erasure', values: { reason: 'other' } },
    ] as const) {
      expect(await api.save([edit]), edit.kind).toEqual(refused);
    }
    expect(await api.remove([{ record }])).toEqual(refused);
    // Whoever guesses the stamps of the change does not take it back either.
    clock.milliseconds += 5 * MINUTE;
    const { device: own } = (await api.readLog({}, 0, 1)).entries[0] as unknown as DeviceView;
    const undo = (customers?: readonly RecordId[]) =>
      api.undo(
        {
          from: `${'0'.repeat(16)}-${own}` as never,
          to: `${'f'.repeat(16)}-${own}` as never,
          ...(customers && { customers }),
        },
        quiet,
        9,
      );
    expect(await undo(['workspace' as RecordId])).toMatchObject(NEEDED);
    expect(await undo()).toMatchObject(NEEDED);
    expect((await api.access()).policy.auditMonths).toBe(84);
    await api.lock();
  });

  it('lets everything else be saved, removed and undone as before', async () => {
    const { api, clock } = await createService();
    clock.milliseconds += 5 * MINUTE;
    const made = must(await api.save([{ kind: 'customer', values: { name: 'Bea Lund' } }]));
    const incident = { kind: 'incident', values: { title: 'Lost key', aware: '2026-11-01T09:00' } };
    const entry = must(await api.save([incident as never]));
    must(await api.undo(entry.undo, quiet, 1));
    must(await api.remove([{ record: made.records[0]! }]));
    await api.lock();
  });
});
