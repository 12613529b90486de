import type { RecordId } from '#base/ids.ts';
import { RetentionSurvey } from '#compliance/retention/facts.ts';
import { runRetention } from '#compliance/retention/running.ts';
import { rulesIn } from '#compliance/retention/rules.ts';
import { ANONYMOUS_NAME } from '#domain/summary.ts';
import { valuesOf } from '#domain/values.ts';
import { describe, expect, it } from 'vitest';
import { stampOf } from '../../domain/arbitraries.ts';
import { createSession, HandClock, createEnvironment, must, NEVER } from '../../vault/fixture.ts';

const TODAY = '2026-11-23';

async function workspace() {
  const clock = new HandClock();
  const { session } = await createSession(createEnvironment({ clock }));
  const { vault } = session;
  const rule = (values: Record<string, string | number | boolean>) =>
    vault.save([
      { kind: 'retentionRule', values: { trigger: 'lastActivity', action: 'erase', ...values } },
    ]);
  const customer = async (name: string) =>
    must(await vault.save([{ kind: 'customer', values: { name, stage: 'lead' } }])).records[0]!;
  const bought = async (of: RecordId, date: string) =>
    must(
      await vault.save([
        {
          kind: 'transaction',
          customer: of,
          values: { date, amount: '12.00', currency: 'EUR', description: `For ${date}` },
        },
      ]),
    ).records[0]!;
  const run = (today = TODAY, signal = NEVER) =>
    runRetention(vault, { today, signal, onProgress: () => undefined });
  return { session, vault, rule, customer, bought, run };
}

const NOTHING = { erased: 0, anonymised: 0, entries: 0 };

describe('rules', () => {
  it('are the newest of each kind, and none where that is off', async () => {
    const { vault, rule } = await workspace();
    must(await rule({ covers: 'need', months: 12 }));
    must(await rule({ covers: 'need', months: 24 }));
    must(await rule({ covers: 'task', months: 6 }));
    must(await rule({ covers: 'task', months: 6, off: true }));
    const rules = rulesIn(vault.workspace);
    expect([...rules.keys()]).toEqual(['need']);
    expect(rules.get('need')?.months).toBe(24);
  });
});

describe('a run', () => {
  it('erases old entries and leaves newer ones, and a second run finds nothing', async () => {
    const { vault, rule, customer, bought, run } = await workspace();
    must(await rule({ covers: 'transaction', months: 72 }));
    const one = await customer('Bea Lund');
    const old = await bought(one, '2019-03-31');
    const fresh = await bought(one, '2025-03-31');
    expect(must(await run())).toEqual({ ...NOTHING, entries: 1 });
    const dossier = must(await vault.openDossier(one));
    expect(dossier.has(old)).toBe(false);
    expect(dossier.has(fresh)).toBe(true);
    expect(vault.summary(one)?.oldest).toEqual({ transaction: '2025-03-31' });
    expect(must(await run())).toEqual(NOTHING);
  });

  it('erases whoever is past their time, but nobody who is held', async () => {
    const { vault, rule, customer, run } = await workspace();
    must(await rule({ covers: 'customer', months: 12, trigger: 'created' }));
    const gone = await customer('Bea Lund');
    const held = await customer('Ruth Okafor');
    const hold = { basis: 'Tax law', until: '2099-12-31' };
    const [id] = must(await vault.save([{ kind: 'hold', customer: held, values: hold }])).records;
    const LATER = '2029-01-01';
    expect(must(await run(LATER))).toEqual({ ...NOTHING, erased: 1 });
    expect(vault.isErased(gone)).toBe(true);
    expect(vault.summary(held)?.name).toBe('Ruth Okafor');
    const lifted = { lifted: '2028-12-31' };
    must(await vault.save([{ record: id!, kind: 'hold', customer: held, values: lifted }]));
    expect(must(await run(LATER))).toEqual({ ...NOTHING, erased: 1 });
    expect(vault.living).toBe(0);
  });

  it('anonymises: somebody new without a name keeps what is for counting', async () => {
    const { vault, rule, customer, bought, run } = await workspace();
    must(await rule({ covers: 'customer', months: 12, trigger: 'created', action: 'anonymise' }));
    const one = await customer('Bea Lund');
    await bought(one, '2026-01-31');
    expect(must(await run('2029-01-01'))).toEqual({ ...NOTHING, anonymised: 1 });
    expect(vault.isErased(one)).toBe(true);
    const [left] = vault.list({ text: '', sort: 'name' }, 0, 10).rows;
    expect(left).toMatchObject({ name: ANONYMOUS_NAME, stage: 'lead' });
    expect(left!.id).not.toBe(one);
    const states = [...must(await vault.openDossier(left!.id)).values()];
    const sale = states.find(({ kind }) => kind === 'transaction')!;
    expect(valuesOf(sale)).toEqual({ date: '2026-01-31', amount: '12.00', currency: 'EUR' });
    expect(must(await run('2029-01-01'))).toEqual(NOTHING);
    expect(must(await run('2039-01-01'))).toEqual(NOTHING);
  });

  it('takes what lies in the trash too', async () => {
    const { vault, rule, customer, bought, run } = await workspace();
    must(await rule({ covers: 'customer', months: 12, action: 'review' }));
    must(await rule({ covers: 'transaction', months: 12 }));
    const gone = await customer('Bea Lund');
    const stays = await customer('Ruth Okafor');
    const sale = await bought(stays, '2020-01-31');
    must(await vault.remove([{ record: gone }]));
    must(await vault.remove([{ record: sale, customer: stays }]));
    expect(must(await run(TODAY))).toEqual({ ...NOTHING, entries: 1 });
    expect(must(await vault.openDossier(stays)).has(sale)).toBe(false);
    expect(must(await run('2029-01-01'))).toEqual({ ...NOTHING, erased: 1 });
    expect(vault.isErased(gone)).toBe(true);
  });

  it('touches nobody whom an admin is to decide on', async () => {
    const { vault, rule, customer, run } = await workspace();
    must(await rule({ covers: 'customer', months: 12, action: 'review' }));
    await customer('Bea Lund');
    expect(must(await run('2029-01-01'))).toEqual(NOTHING);
    expect(vault.living).toBe(1);
  });

  it('that is cancelled goes on with the next one, and ends the same', async () => {
    const { vault, rule, customer, run } = await workspace();
    must(await rule({ covers: 'customer', months: 12 }));
    for (let index = 0; index < 150; index += 1) await customer(`Customer ${index}`);
    const stop = new AbortController();
    const cancelled = await runRetention(vault, {
      today: '2029-01-01',
      signal: stop.signal,
      onProgress: () => {
        stop.abort();
      },
    });
    expect(cancelled).toEqual({ ok: false, error: { type: 'Cancelled' } });
    expect(vault.living).toBe(50);
    expect(must(await run('2029-01-01'))).toEqual({ ...NOTHING, erased: 50 });
    expect(vault.living).toBe(0);
  });
});

it('the checks hear of what is past its time and of holds, once there are rules', async () => {
  const { vault, rule, customer } = await workspace();
  const one = await customer('Bea Lund');
  const facts = (now: number) => {
    const survey = new RetentionSurvey(vault, now);
    for (const batch of vault.summaries()) for (const summary of batch) survey.add(summary);
    return survey.facts(null);
  };
  const NOW = Date.UTC(2029, 0, 1);
  expect(await facts(NOW)).toEqual({});
  must(await rule({ covers: 'customer', months: 12 }));
  expect((await facts(NOW)).retention).toMatchObject({
    lastRunAt: null,
    overdue: { looked: 1, bad: [{ id: one }], badCount: 1 },
    holds: [],
  });
  // What others wrote without a reason is found out.
  const values = { basis: 'Tax law', until: '2099-12-31' };
  const [id] = must(await vault.save([{ kind: 'hold', customer: one, values }])).records;
  expect((await facts(NOW)).retention).toMatchObject({
    overdue: { badCount: 0 },
    holds: [{ id, isWhole: true }],
  });
  const bare = 'h'.repeat(26) as RecordId;
  const until = { value: '2099-12-31' };
  const change = {
    record: bare,
    kind: 'hold',
    customer: one,
    stamp: stampOf(NOW),
    at: NOW,
  } as const;
  must(await vault.apply([{ ...change, set: { until } }]));
  expect((await facts(NOW)).retention?.holds).toContainEqual({ id: bare, isWhole: false });
});
