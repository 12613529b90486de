import { afterEach, describe, expect, it } from 'vitest';
import type { RecordId } from '#base/ids.ts';
import type { Session } from '#vault/session.ts';
import type { ListQuery } from '#vault/roster.ts';
import { valuesOf } from '#domain/values.ts';
import {
  batches,
  createEnvironment,
  createSession,
  must,
  NEVER,
  BY_PASSPHRASE,
  PASSPHRASE,
  simpleCustomer,
} from './fixture.ts';

const ALL: ListQuery = { text: '', sort: 'name' };
const open: Session[] = [];

async function start(environment = createEnvironment()) {
  const started = await createSession(environment);
  open.push(started.session);
  return started;
}

async function reopened({
  workspaces,
  session,
}: Awaited<ReturnType<typeof start>>): Promise<Session> {
  await session.end({ everywhere: false });
  const again = must(await workspaces.unlock(session.workspace, BY_PASSPHRASE));
  open.push(again);
  return again;
}

function names(session: Session, query: Partial<ListQuery> = {}): string[] {
  const page = session.vault.list({ ...ALL, ...query }, 0, 1_000_000);
  expect(page.rows).toHaveLength(page.matched);
  return page.rows.map((row) => row.name);
}

async function addCustomer(session: Session, name: string): Promise<RecordId> {
  const saved = must(await session.vault.save([{ kind: 'customer', values: { name } }]));
  const [id] = saved.records;
  if (id === undefined) throw new Error('a save names its record');
  return id;
}

async function valuesAt(session: Session, id: RecordId) {
  const state = must(await session.vault.openDossier(id)).get(id);
  if (state === undefined) throw new Error('the customer is in its dossier');
  return valuesOf(state);
}

afterEach(async () => {
  for (const session of open.splice(0)) await session.end({ everywhere: false });
});

describe('a vault', () => {
  it('keeps what was saved over lock and unlock', async () => {
    const started = await start();
    const id = await addCustomer(started.session, 'Ada');
    must(
      await started.session.vault.save([
        { kind: 'customer', record: id, values: { company: 'Analytical Engines', tags: ['vip'] } },
        {
          kind: 'interaction',
          customer: id,
          values: { type: 'visit', when: '2026-11-22T10:00:00Z', notes: 'Tea.' },
        },
      ]),
    );
    const again = await reopened(started);
    expect(again.memberName).toBe('Maren');
    expect(names(again)).toEqual(['Ada']);
    expect(await valuesAt(again, id)).toMatchObject({
      name: 'Ada',
      company: 'Analytical Engines',
      tags: ['vip'],
    });
    expect(must(await again.vault.openDossier(id)).size).toBe(2);
    expect(again.vault.damage).toEqual([]);
  });

  it('keeps everything over a roll, and goes on from there', async () => {
    const started = await start();
    const id = await addCustomer(started.session, 'Ada');
    await addCustomer(started.session, 'Grace');
    must(await started.session.vault.roll());
    must(
      await started.session.vault.save([
        { kind: 'customer', record: id, values: { name: 'Ada L.' } },
      ]),
    );
    expect(names(started.session)).toEqual(['Ada L.', 'Grace']);
    const again = await reopened(started);
    expect(names(again)).toEqual(['Ada L.', 'Grace']);
    must(await again.vault.roll());
    expect(names(again)).toEqual(['Ada L.', 'Grace']);
    expect(await valuesAt(again, id)).toMatchObject({ name: 'Ada L.' });
    expect(again.vault.damage).toEqual([]);
  });

  it('imports many as one step, and takes the step back', async () => {
    const started = await start();
    await addCustomer(started.session, 'Ada');
    const done = must(await started.session.vault.bulk(batches(2500), { signal: NEVER }));
    expect(done.created).toBe(2500);
    expect(started.session.vault.living).toBe(2501);
    const again = await reopened(started);
    expect(names(again)).toHaveLength(2501);
    expect(again.vault.damage).toEqual([]);
    const edited = again.vault.select({ ...ALL, text: '000777' })[0];
    if (edited === undefined) throw new Error('an imported customer is found');
    await again.vault.save([{ kind: 'customer', record: edited, values: { name: 'Kept' } }]);
    must(await again.vault.undo(done.undo, { signal: NEVER }));
    expect(names(again).toSorted()).toEqual(['Ada', 'Kept']);
    const last = await reopened({ ...started, session: again });
    expect(names(last).toSorted()).toEqual(['Ada', 'Kept']);
    expect(last.vault.damage).toEqual([]);
  });

  it('updates by import, adding to lists, and takes that back too', async () => {
    const started = await start();
    must(await started.session.vault.bulk(batches(700), { signal: NEVER }));
    const ids = started.session.vault.select({ ...ALL, text: 'tag3' });
    expect(ids).toHaveLength(140);
    async function* updates() {
      yield ids.map((record) => ({
        record,
        kind: 'customer' as const,
        values: { tags: ['new', 'tag3'], source: 'fair' },
      }));
      await Promise.resolve();
    }
    const done = must(await started.session.vault.bulk(updates(), { signal: NEVER }));
    expect(done.updated).toBe(140);
    const [first] = ids;
    if (first === undefined) throw new Error('there are some');
    expect((await valuesAt(started.session, first))['tags']).toEqual(['tag3', 'new']);
    expect(names(started.session, { tag: 'new' })).toHaveLength(140);
    must(await started.session.vault.undo(done.undo, { signal: NEVER }));
    expect(names(started.session, { tag: 'new' })).toHaveLength(0);
    expect((await valuesAt(started.session, first))['source']).toBeUndefined();
    expect(names(started.session)).toHaveLength(700);
  });

  it('cancels an import without a trace', async () => {
    const started = await start();
    const controller = new AbortController();
    async function* some() {
      yield* batches(2000);
      controller.abort();
      yield* batches(500);
    }
    const done = await started.session.vault.bulk(some(), { signal: controller.signal });
    expect(done).toEqual({ ok: false, error: { type: 'Cancelled' } });
    expect(started.session.vault.living).toBe(0);
    const again = await reopened(started);
    expect(names(again)).toEqual([]);
  });

  it('undoes an edit, a new record and a deletion', async () => {
    const { session } = await start();
    const id = await addCustomer(session, 'Ada');
    const edited = must(
      await session.vault.save([{ kind: 'customer', record: id, values: { name: 'Bea' } }]),
    );
    must(await session.vault.undo(edited.undo, { signal: NEVER }));
    expect(names(session)).toEqual(['Ada']);
    const removed = must(await session.vault.remove([{ record: id, customer: id }]));
    expect(names(session)).toEqual([]);
    must(await session.vault.undo(removed.undo, { signal: NEVER }));
    expect(names(session)).toEqual(['Ada']);
    const made = must(await session.vault.save([{ kind: 'customer', values: { name: 'Cleo' } }]));
    must(await session.vault.undo(made.undo, { signal: NEVER }));
    expect(names(session)).toEqual(['Ada']);
  });

  it('refuses an edit that the catalogue forbids and loses nothing', async () => {
    const { session } = await start();
    const refused = await session.vault.save([{ kind: 'customer', values: { notes: 'no name' } }]);
    expect(refused).toMatchObject({ ok: false, error: { type: 'Invalid' } });
    expect(session.vault.living).toBe(0);
  });

  it('finds by words, accents, phones and facets, in any order', async () => {
    const { session } = await start();
    must(
      await session.vault.save([
        {
          kind: 'customer',
          values: {
            name: 'Frédérique Citeaux',
            company: 'Blondesddsl père et fils',
            stage: 'active',
            tags: ['north'],
            phones: [{ id: 'p', label: '', value: '+33 88.60.15.31' }],
          },
        },
        { kind: 'customer', values: { name: '王伟', company: '海鲜批发', stage: 'lead' } },
        { kind: 'customer', values: { name: 'Zed', owner: 'Maren', stage: 'lead' } },
      ]),
    );
    for (let rolled = 0; rolled < 2; rolled++) {
      expect(names(session, { text: 'pere FREDER' })).toEqual(['Frédérique Citeaux']);
      expect(names(session, { text: '601531' })).toEqual(['Frédérique Citeaux']);
      expect(names(session, { text: '海鲜' })).toEqual(['王伟']);
      expect(names(session, { stage: 'lead' })).toEqual(['Zed', '王伟']);
      expect(names(session, { stage: 'lead', owner: 'Maren' })).toEqual(['Zed']);
      expect(names(session, { tag: 'north', text: 'nobody' })).toEqual([]);
      expect(names(session)).toEqual(['Frédérique Citeaux', 'Zed', '王伟']);
      must(await session.vault.roll());
    }
    expect(session.vault.facets().stages).toEqual([
      { value: 'lead', count: 2 },
      { value: 'active', count: 1 },
    ]);
  });

  it('lists what is due', async () => {
    const { session } = await start();
    const id = await addCustomer(session, 'Ada');
    must(
      await session.vault.save([
        { kind: 'task', customer: id, values: { title: 'Call', due: '2026-11-20' } },
        { kind: 'task', customer: id, values: { title: 'Write', due: '2026-11-23' } },
        { kind: 'task', customer: id, values: { title: 'Later', due: '2026-12-24' } },
      ]),
    );
    for (let rolled = 0; rolled < 2; rolled++) {
      const today = session.vault.today('2026-11-23');
      expect(today.overdue.map(({ title }) => title)).toEqual(['Call']);
      expect(today.dueToday.map(({ title }) => title)).toEqual(['Write']);
      must(await session.vault.roll());
    }
  });

  it('seals everything anew for a new recovery kit', async () => {
    const started = await start();
    must(await started.session.vault.bulk(batches(600, 500, simpleCustomer), { signal: NEVER }));
    const id = await addCustomer(started.session, 'Ada');
    must(
      await started.session.saveDraft({ form: 'customer/new', values: { name: 'x' }, savedAt: 1 }),
    );
    const kit = must(await started.session.newRecoveryKit(PASSPHRASE));
    expect(kit.recoveryKey).not.toBe(started.recoveryKey);
    expect(names(started.session)).toHaveLength(601);
    expect(await started.session.readDraft('customer/new')).toMatchObject({
      values: { name: 'x' },
    });
    const { workspace } = started.session;
    const again = await reopened(started);
    expect(await valuesAt(again, id)).toMatchObject({ name: 'Ada' });
    await again.end({ everywhere: false });
    const old = await started.workspaces.unlock(workspace, {
      by: 'recoveryKey',
      text: started.recoveryKey,
    });
    expect(old).toMatchObject({ ok: false, error: { type: 'WrongRecoveryKey' } });
    const byKit = must(
      await started.workspaces.unlock(workspace, { by: 'recoveryKey', text: kit.recoveryKey }),
    );
    open.push(byKit);
    expect(byKit.vault.living).toBe(601);
  });

  it('reads the right customers while it rolls, and takes nothing for damage', async () => {
    const { session } = await start();
    const { vault } = session;
    must(await vault.bulk(batches(1500), { signal: NEVER }));
    const ids = vault.select(ALL);
    for (let round = 0; round < 4; round++) {
      for (const record of ids.filter((_, index) => index % 97 === round)) {
        must(await vault.save([{ kind: 'customer', record, values: { source: `fair ${round}` } }]));
      }
      const rolling = vault.roll();
      const reading = ids.map(async (id, index) => {
        await new Promise((resolve) => setTimeout(resolve, index % 20));
        expect([...must(await vault.openDossier(id)).keys()]).toEqual([id]);
      });
      const lines = [];
      for await (const dossier of vault.dossierLines(NEVER)) lines.push(...must(dossier));
      expect(lines.length).toBeGreaterThanOrEqual(1500);
      must(await rolling);
      await Promise.all(reading);
    }
    expect(vault.damage).toEqual([]);
  });
});
