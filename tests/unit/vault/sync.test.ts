import 'fake-indexeddb/auto';
import fc from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';
import { createRecordId, type RecordId } from '#base/ids.ts';
import { ok } from '#base/result.ts';
import type { Change, Erasure } from '#domain/change.ts';
import { summarise } from '#domain/summary.ts';
import type { Stamp } from '#domain/stamp.ts';
import { valuesOf } from '#domain/values.ts';
import type { BulkEdit, UndoToken } from '#vault/vault.ts';
import { Device, exchangeAll, listOf, positionsOf, statesOf, textOf } from './exchange.ts';
import { batches, must, NEVER, simpleCustomer } from './fixture.ts';

const open: Device[] = [];

async function devices(count: number): Promise<Device[]> {
  const made: Device[] = [];
  for (let index = 0; index < count; index++) made.push(await Device.create());
  open.push(...made);
  return made;
}

afterEach(async () => {
  for (const device of open.splice(0)) await device.close();
});

async function addCustomer({ vault }: Device, name: string): Promise<RecordId> {
  const saved = must(await vault.save([{ kind: 'customer', values: { name } }]));
  return saved.records[0]!;
}

async function rename({ vault }: Device, record: RecordId, name: string): Promise<void> {
  must(await vault.save([{ kind: 'customer', record, values: { name } }]));
}

async function nameAt({ vault }: Device, id: RecordId): Promise<unknown> {
  const state = must(await vault.openDossier(id)).get(id);
  return state && valuesOf(state)['name'];
}

/** Lists are made of the records, whichever way those came. */
async function expectListsToFollow({ vault }: Device): Promise<void> {
  const summaries = (await statesOf(vault))
    .slice(1)
    .map((states) => {
      const [first] = states;
      const id = first?.customer ?? first!.id;
      return summarise(new Map(states.map((state) => [state.id, state])), id);
    })
    .filter(({ deleted }) => deleted !== true);
  expect(listOf(vault)).toEqual(summaries.map((each) => JSON.stringify(each)).sort());
  expect(vault.damage).toEqual([]);
}

async function expectAgreement(all: readonly Device[]): Promise<void> {
  const [first, ...others] = all;
  const text = await textOf(first!.vault);
  for (const other of others) expect(await textOf(other.vault)).toEqual(text);
  for (const device of all) await expectListsToFollow(device);
}

// ---- Random work ----------------------------------------------------------------------------------------------------

type Act =
  | { readonly type: 'add' | 'tag' | 'rename' | 'log' | 'remove'; readonly pick: number }
  | { readonly type: 'import' | 'update' | 'undo' | 'undoImport' | 'roll' | 'reopen' | 'send' }
  | { readonly type: 'pull'; readonly from: number };

const anyAct: fc.Arbitrary<Act> = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.record({
      type: fc.constantFrom('add' as const, 'tag' as const, 'rename' as const, 'log' as const),
      pick: fc.nat(5),
    }),
  },
  { weight: 2, arbitrary: fc.record({ type: fc.constant('remove' as const), pick: fc.nat(5) }) },
  {
    weight: 3,
    arbitrary: fc.record({
      type: fc.constantFrom(
        'import' as const,
        'update' as const,
        'undo' as const,
        'undoImport' as const,
      ),
    }),
  },
  {
    weight: 5,
    arbitrary: fc.record({
      type: fc.constantFrom('roll' as const, 'reopen' as const, 'send' as const),
    }),
  },
  { weight: 5, arbitrary: fc.record({ type: fc.constant('pull' as const), from: fc.nat(2) }) },
);

class Worker {
  readonly device: Device;
  readonly #undos: UndoToken[] = [];
  readonly #imports: UndoToken[] = [];
  #count = 0;

  constructor(device: Device) {
    this.device = device;
  }

  async act(act: Act, others: readonly Device[]): Promise<void> {
    const { vault } = this.device;
    this.#count += 1;
    const ids = vault.select({ text: '', sort: 'created' });
    const record = 'pick' in act ? ids[act.pick % Math.max(1, ids.length)] : undefined;
    switch (act.type) {
      case 'add':
        return this.#save([{ kind: 'customer', values: { name: `New ${this.#count}` } }]);
      case 'rename':
        if (record === undefined) return;
        return this.#save([{ kind: 'customer', record, values: { name: `Name ${this.#count}` } }]);
      case 'tag':
        if (record === undefined) return;
        return this.#save([
          { kind: 'customer', record, values: { tags: [`tag${this.#count % 3}`] } },
        ]);
      case 'log': {
        if (record === undefined) return;
        const values = { title: 'Call', due: '2026-12-01' };
        return this.#save([{ kind: 'task', customer: record, values }]);
      }
      case 'remove': {
        if (record === undefined) return;
        const removed = await vault.remove([{ record, customer: record }]);
        this.#undos.push(must(removed).undo);
        return;
      }
      case 'import': {
        const done = await vault.bulk(batches(3, 2), { signal: NEVER });
        this.#imports.push(must(done).undo);
        return;
      }
      case 'update': {
        async function* rows(): AsyncIterable<readonly BulkEdit[]> {
          yield ids.map((id) => ({ kind: 'customer', record: id, values: { source: 'fair' } }));
          await Promise.resolve();
        }
        this.#imports.push(must(await vault.bulk(rows(), { signal: NEVER })).undo);
        return;
      }
      case 'undo':
      case 'undoImport': {
        const token = (act.type === 'undo' ? this.#undos : this.#imports).pop();
        if (token === undefined) return;
        const undone = await vault.undo(token, { signal: NEVER });
        if (undone.ok) this.#imports.push(undone.value.undo);
        return;
      }
      case 'roll':
        must(await vault.roll());
        return;
      case 'reopen':
        return this.device.reopen();
      case 'send':
        return this.device.send();
      case 'pull': {
        const other = others[act.from % others.length]!;
        if (other !== this.device) await this.device.pull(other);
      }
    }
  }

  async #save(edits: Parameters<Device['vault']['save']>[0]): Promise<void> {
    const saved = await this.device.vault.save(edits);
    if (saved.ok) this.#undos.push(saved.value.undo);
  }
}

// ---- Tests ----------------------------------------------------------------------------------------------------------

describe('devices that exchange their changes', () => {
  it('agree in every record and in every list, whatever they did and whenever they rolled', async () => {
    const acts = fc.array(fc.tuple(fc.nat(2), anyAct), { minLength: 10, maxLength: 40 });
    await fc.assert(
      fc.asyncProperty(acts, async (work) => {
        const all = await devices(3);
        const workers = all.map((device) => new Worker(device));
        for (const [who, act] of work) await workers[who]!.act(act, all);
        await exchangeAll(all);
        await expectAgreement(all);
        for (const device of all) expect(device.vault.unsentChanges).toBe(0);
        for (const device of all) {
          await device.reopen();
          must(await device.vault.roll());
        }
        await expectAgreement(all);
        for (const device of open.splice(0)) await device.close();
      }),
      { numRuns: process.env['SLOW'] ? 400 : 15 },
    );
  });

  it('keep what is unsent over rolls, and count it', async () => {
    const [a, b] = (await devices(2)) as [Device, Device];
    const id = await addCustomer(a, 'Ada');
    await rename(a, id, 'Ada L.');
    expect(a.vault.unsentChanges).toBe(2);
    must(await a.vault.roll());
    await a.reopen();
    must(await a.vault.bulk(batches(40), { signal: NEVER }));
    expect(a.vault.unsentChanges).toBe(42);
    must(await a.vault.roll());
    await a.reopen();
    expect(a.vault.unsentChanges).toBe(42);
    await a.send();
    expect(a.vault.unsentChanges).toBe(0);
    await b.pull(a);
    expect(b.vault.unsentChanges).toBe(0);
    await expectAgreement([a, b]);
    expect(await nameAt(b, id)).toBe('Ada L.');
    // What segments have, the next roll lets go of.
    await rename(a, id, 'Ada');
    await a.send();
    must(await a.vault.roll());
    expect((await a.store.readJournal(0)).rows).toEqual([]);
    await rename(b, id, 'Bea');
    await b.pull(a);
    must(await b.vault.roll());
    expect((await b.store.readJournal(0)).rows).not.toEqual([]);
    await b.send();
    expect(b.log).toHaveLength(1);
  });

  it('make nothing of others’ changes that they could send on', async () => {
    const [a, b] = (await devices(2)) as [Device, Device];
    await addCustomer(a, 'Ada');
    await a.send();
    await b.pull(a);
    for await (const outgoing of b.vault.outgoing(0)) expect(outgoing).toBeUndefined();
    must(await b.vault.roll());
    expect((await b.store.readJournal(0)).rows).toEqual([]);
    expect(b.vault.vector).toEqual(positionsOf(a, 1));
  });

  it('cut an import out of the leaves, in batches, and undo it everywhere', async () => {
    const [a, b] = (await devices(2)) as [Device, Device];
    const done = must(await a.vault.bulk(batches(2600), { signal: NEVER }));
    const [edited] = a.vault.select({ text: '000777', sort: 'name' });
    await rename(a, edited!, 'Kept');
    await a.send();
    expect(a.log.length).toBeGreaterThan(2);
    await b.pull(a);
    expect(b.vault.living).toBe(2600);
    await expectAgreement([a, b]);
    must(await a.vault.undo(done.undo, { signal: NEVER }));
    await a.send();
    await b.pull(a);
    expect(b.vault.living).toBe(1);
    await expectAgreement([a, b]);
  });

  it('take in many changes through leaves, and few beside them', async () => {
    const [a, b] = (await devices(2)) as [Device, Device];
    must(await a.vault.bulk(batches(3000), { signal: NEVER }));
    await a.send();
    await b.pull(a);
    must(await b.vault.roll());
    const ids = b.vault.select({ text: '', sort: 'name' });
    async function* updates(): AsyncIterable<readonly BulkEdit[]> {
      yield ids.map((record) => ({ kind: 'customer', record, values: { source: 'fair' } }));
      yield [...Array(3000).keys()].map((index) => ({
        kind: 'customer',
        values: simpleCustomer(index + 3000),
      }));
      await Promise.resolve();
    }
    must(await a.vault.bulk(updates(), { signal: NEVER }));
    await rename(b, ids[5]!, 'Of b');
    await a.send();
    await b.pull(a);
    const { rows } = await b.store.readJournal(0);
    const last = must(await b.rows.openEntry(rows.at(-1)!)).entry;
    expect(last.adopts).toBeGreaterThan(1);
    expect(last.changes).toEqual([]);
    expect(b.vault.living).toBe(6000);
    await exchangeAll([a, b]);
    await expectAgreement([a, b]);
    await b.reopen();
    await expectAgreement([a, b]);
  });

  it('show in lists at once what has arrived, and tell who looks', async () => {
    const [a, b] = (await devices(2)) as [Device, Device];
    must(await a.vault.bulk(batches(900), { signal: NEVER }));
    await a.send();
    await b.pull(a);
    must(await b.vault.roll());
    const heard: unknown[] = [];
    b.vault.listen((event) => heard.push(event));
    const ids = a.vault.select({ text: '', sort: 'name' }).slice(0, 200);
    must(
      await a.vault.save(
        ids.map((record) => ({ kind: 'customer', record, values: { stage: 'lost' } })),
      ),
    );
    await a.send();
    await b.pull(a);
    expect(b.vault.list({ text: '', sort: 'name', stage: 'lost' }, 0, 1).matched).toBe(200);
    expect(heard).toEqual([
      { type: 'changed', customers: expect.arrayContaining([...ids]) as unknown },
    ]);
    await expectAgreement([a, b]);
  });

  it('go on from an entry that was cut in half by a crash', async () => {
    const [a, b] = (await devices(2)) as [Device, Device];
    await addCustomer(a, 'Ada');
    must(await a.vault.bulk(batches(30), { signal: NEVER }));
    await a.send();
    // The outbox was written, the reply was lost, and all of it comes once more.
    a.through = 0;
    await a.send();
    await b.pull(a);
    await b.reopen();
    await expectAgreement([a, b]);
  });
});

describe('receiving', () => {
  it('takes effect with its positions or not at all', async () => {
    const [a, b] = (await devices(2)) as [Device, Device];
    await addCustomer(a, 'Ada');
    must(await a.vault.bulk(batches(10), { signal: NEVER }));
    await a.send();
    const changes = a.log.flatMap((sent) => sent.changes);
    const stale = b.lead;
    b.lead = must(await b.store.takeLead());
    for (const many of [changes, Array.from({ length: 400 }, () => changes).flat()]) {
      const lost = await b.vault.receive({
        changes: many,
        positions: positionsOf(a, 2),
        lead: stale,
      });
      expect(lost).toEqual({ ok: false, error: { type: 'LeadLost' } });
    }
    const states = await statesOf(a.vault);
    async function* dossiers() {
      for (const dossier of states) yield ok(dossier);
      await Promise.resolve();
    }
    const options = { signal: NEVER, positions: positionsOf(a, 2), lead: stale };
    expect(await b.vault.receiveStates(dossiers(), options)).toEqual({
      ok: false,
      error: { type: 'LeadLost' },
    });
    expect(b.vault.living).toBe(0);
    expect(b.vault.vector.size).toBe(0);
    await b.reopen();
    expect(b.vault.living).toBe(0);
    expect(b.vault.vector.size).toBe(0);
    await b.pull(a);
    await b.reopen();
    expect(b.vault.vector).toEqual(positionsOf(a, a.log.length));
    expect(b.vault.living).toBe(11);
  });

  it('remembers positions over rolls, imports and reloads, and never goes back', async () => {
    const [a, b] = (await devices(2)) as [Device, Device];
    const id = await addCustomer(a, 'Ada');
    await a.send();
    await b.pull(a);
    must(await b.vault.roll());
    must(await b.vault.bulk(batches(5), { signal: NEVER }));
    await rename(a, id, 'Bea');
    await a.send();
    await b.pull(a);
    must(await b.vault.receive({ changes: [], positions: positionsOf(a, 1), lead: b.lead }));
    await b.reopen();
    expect(b.vault.vector).toEqual(positionsOf(a, 2));
  });

  it('merges whole states where there is something, and takes them over where there is nothing', async () => {
    const [a, b, c] = (await devices(3)) as [Device, Device, Device];
    must(await a.vault.save([{ kind: 'workspace', values: { name: 'Kelp' } }]));
    const shared = await addCustomer(a, 'Ada');
    must(await a.vault.bulk(batches(700), { signal: NEVER }));
    await exchangeAll([a, b]);
    const [rolled] = b.vault.select({ text: '000042', sort: 'name' });
    must(await b.vault.roll());
    must(
      await b.vault.save([
        { kind: 'task', customer: rolled!, values: { title: 'Of b', due: '2026-12-01' } },
        { kind: 'customer', record: shared, values: { company: 'Of b' } },
      ]),
    );
    must(await b.vault.bulk(batches(3), { signal: NEVER }));
    must(await a.vault.remove([{ record: rolled!, customer: rolled! }]));
    await rename(a, shared, 'Ada L.');
    const states = await statesOf(a.vault);
    // As parts of a snapshot come: what is needed first, then the rest of the same customers, here in the same stream.
    async function* dossiers() {
      for (const dossier of states) {
        yield ok(dossier.filter(({ kind }) => kind !== 'interaction'));
      }
      for (const dossier of states.slice(1, 50)) yield ok(dossier);
      await Promise.resolve();
    }
    let progress = 0;
    for (const device of [b, c]) {
      const positions = positionsOf(a, a.log.length + 1);
      const onProgress = (done: number) => (progress = done);
      const options = { signal: NEVER, positions, lead: device.lead, onProgress };
      const received = must(await device.vault.receiveStates(dossiers(), options));
      expect(progress).toBe(received.records);
      await device.reopen();
      expect(device.vault.vector).toEqual(positions);
      await expectListsToFollow(device);
    }
    expect(await textOf(c.vault)).toEqual(await textOf(a.vault));
    await b.send();
    await a.pull(b);
    await c.pull(b);
    await expectAgreement([a, b, c]);
  });

  it('leaves what is damaged as it lies, and goes on with the rest', async () => {
    const [a, b] = (await devices(2)) as [Device, Device];
    must(await a.vault.bulk(batches(1500), { signal: NEVER }));
    await exchangeAll([a, b]);
    must(await b.vault.roll());
    await b.reopen();
    const keys = await b.store.leafKeys('bodies');
    expect(keys.length).toBeGreaterThan(2);
    must(
      await b.store.stageLeaves(
        [],
        [{ leaf: keys[0]![0], version: keys[0]![1], sealed: new Uint8Array(64) }],
      ),
    );
    const ids = a.vault.select({ text: '', sort: 'name' });
    must(
      await a.vault.save(
        ids.map((record) => ({ kind: 'customer', record, values: { source: 'x' } })),
      ),
    );
    await a.send();
    await b.pull(a);
    expect(b.vault.damage).toMatchObject([{ table: 'bodies', row: String(keys[0]![0]) }]);
    const state = must(await b.vault.openDossier(ids.at(-1)!)).get(ids.at(-1)!);
    expect(state && valuesOf(state)['source']).toBe('x');
    expect(b.vault.vector).toEqual(positionsOf(a, a.log.length));
  });
});

describe('a crash at any write', () => {
  /** Nothing of what was received is there without its position, and nothing of the position without the changes. */
  it('leaves what was received whole, with its positions, or not at all; and nothing unsent is lost', async () => {
    for (const when of ['before', 'after'] as const) {
      for (let at = 0; ; at++) {
        const [a, b] = (await devices(2)) as [Device, Device];
        must(await a.vault.bulk(batches(12), { signal: NEVER }));
        await a.send();
        await addCustomer(b, 'Own');
        const power = cutPower(b, at, when);
        let acknowledged = 0;
        try {
          await b.pull(a);
          acknowledged = 1;
          must(await b.vault.roll());
          const [edited] = b.vault.select({ text: '000003', sort: 'name' });
          must(await b.vault.remove([{ record: edited!, customer: edited! }]));
          acknowledged = 2;
          must(await b.vault.bulk(batches(2), { signal: NEVER }));
        } catch (error) {
          expect(error).toBeInstanceOf(PowerGone);
        }
        power.restore();
        // A new process: nothing of the old one's memory.
        await b.open();
        expect(b.vault.damage).toEqual([]);
        const seq = b.vault.vector.get(a.id)?.seq ?? 0;
        expect(seq).toBeGreaterThanOrEqual(acknowledged > 0 ? 1 : 0);
        if (seq === 0) expect(b.vault.living).toBe(1);
        await exchangeAll([a, b]);
        await expectAgreement([a, b]);
        expect(a.vault.select({ text: 'own', sort: 'name' })).toHaveLength(1);
        const removed = a.vault.select({ text: '000003', sort: 'name' }).length === 0;
        if (acknowledged === 2) expect(removed).toBe(true);
        if (!power.wasCut()) break;
      }
    }
  });
});

class PowerGone extends Error {}

type Write = (...parameters: unknown[]) => Promise<unknown>;

/** The power of one device goes at its write of a number: before it, or after it and before anybody is told. */
function cutPower({ store }: Device, at: number, when: 'before' | 'after') {
  const names = ['commit', 'roll', 'adopt', 'stageLeaves', 'dropLeaves', 'step'] as const;
  let writes = 0;
  let cut = false;
  for (const name of names) {
    const original = (Reflect.get(store, name) as Write).bind(store);
    Object.assign(store, {
      async [name](...parameters: unknown[]) {
        if (cut) throw new PowerGone();
        if (writes++ < at) return original(...parameters);
        cut = true;
        if (when === 'after') await original(...parameters);
        throw new PowerGone();
      },
    });
  }
  return {
    restore: () => {
      for (const name of names) Reflect.deleteProperty(store, name);
    },
    wasCut: () => cut,
  };
}

describe('an erasure that arrives', () => {
  async function erase(device: Device, erases: Erasure, stamp: Stamp): Promise<void> {
    const change: Change = { record: createRecordId(), kind: 'erasure', stamp, at: 0, erases };
    must(await device.vault.apply([change]));
  }

  async function restTexts(device: Device): Promise<string> {
    const texts: string[] = [];
    for (const [leaf, version] of await device.store.leafKeys('bodies')) {
      const row = await device.store.readLeaf('bodies', leaf, version);
      const ref = { leaf, version, customers: 0, summaryTag: '', bodyTag: '' };
      const opened = must(await device.rows.openLeaf('bodies', ref, row));
      texts.push(new TextDecoder().decode(opened));
    }
    return texts.join('');
  }

  it('leaves nothing of a value, a field or a person, at rest and in memory, on whatever device', async () => {
    const [a, b] = (await devices(2)) as [Device, Device];
    must(await a.vault.bulk(batches(300), { signal: NEVER }));
    const [customer, other, gone] = a.vault.select({ text: '', sort: 'name' });
    const card = '4111 1111 1111 1111';
    const saved = must(
      await a.vault.save([
        { kind: 'customer', record: customer!, values: { notes: card } },
        {
          kind: 'interaction',
          customer: customer!,
          values: { type: 'note', when: '2026-11-01T10:00:00Z', notes: `Pays by ${card}` },
        },
        { kind: 'customer', record: other!, values: { birthday: '1950-05-05' } },
        { kind: 'customer', record: gone!, values: { company: 'Gone Ltd' } },
      ]),
    );
    await exchangeAll([a, b]);
    must(await b.vault.roll());
    // What is not folded yet must go as well.
    must(await b.vault.save([{ kind: 'task', customer: gone!, values: { title: 'Ask Gone' } }]));
    const stamps = saved.undo;
    const note = saved.records[1]!;
    const noted = must(await a.vault.openDossier(customer!)).get(note)!.fields['notes']![0]!.stamp;
    expect(noted >= stamps.from && noted <= stamps.to).toBe(true);
    const next = (index: number) => `${'f'.repeat(11)}${index}0000-${a.id}` as Stamp;
    await erase(a, { type: 'value', record: note, field: 'notes', stamp: noted }, next(1));
    await erase(a, { type: 'field', record: customer!, field: 'notes' }, next(2));
    await erase(a, { type: 'field', record: other!, field: 'birthday' }, next(3));
    await erase(a, { type: 'person', ids: [gone!] }, next(4));
    await a.send();
    await b.pull(a);
    const rest = await restTexts(b);
    for (const text of [card, '1950-05-05', 'Gone Ltd']) expect(rest).not.toContain(text);
    expect(await b.vault.openDossier(gone!)).toMatchObject({ error: { type: 'NotFound' } });
    expect(b.vault.living).toBe(299);
    await exchangeAll([a, b]);
    const text = await textOf(b.vault);
    expect(await textOf(a.vault)).toEqual(text);
    for (const each of [card, '1950-05-05', 'Gone Ltd', 'Ask Gone'])
      expect(text.join()).not.toContain(each);
    must(await b.vault.roll());
    await b.reopen();
    expect(await textOf(b.vault)).toEqual(text);
    expect(b.vault.living).toBe(299);
  });

  it('covers what arrives later, and what a snapshot still holds', async () => {
    const [a, b, c] = (await devices(3)) as [Device, Device, Device];
    const id = await addCustomer(a, 'Ada');
    must(await a.vault.save([{ kind: 'customer', record: id, values: { notes: 'Secret' } }]));
    await exchangeAll([a, c]);
    const stamp = `${'f'.repeat(12)}0000-${a.id}` as Stamp;
    await erase(a, { type: 'field', record: id, field: 'notes' }, stamp);
    await a.send();
    await b.pull(a);
    expect((await textOf(b.vault)).join()).not.toContain('Secret');
    const states = await statesOf(c.vault);
    async function* dossiers() {
      for (const dossier of states) yield ok(dossier);
      await Promise.resolve();
    }
    const options = { signal: NEVER, positions: new Map(), lead: b.lead };
    must(await b.vault.receiveStates(dossiers(), options));
    must(await b.vault.roll());
    expect((await textOf(b.vault)).join()).not.toContain('Secret');
    expect(await restTexts(b)).not.toContain('Secret');
  });
});

describe('conflicts', () => {
  async function conflicting() {
    const [a, b] = (await devices(2)) as [Device, Device];
    const id = await addCustomer(a, 'Ada');
    must(
      await a.vault.save([
        {
          kind: 'customer',
          record: id,
          values: { emails: [{ id: '', label: '', value: 'a@x.org' }] },
        },
      ]),
    );
    await exchangeAll([a, b]);
    const [email] = Object.keys(must(await a.vault.openDossier(id)).get(id)!.sets['emails']!);
    for (const [device, name] of [
      [a, 'Bea'],
      [b, 'Cleo'],
    ] as const) {
      const emails = [{ id: email!, label: '', value: `${name}@x.org` }];
      must(await device.vault.save([{ kind: 'customer', record: id, values: { name, emails } }]));
    }
    return { a, b, id, email: email! };
  }

  it('that arriving changes make are listed on both sides, kept over rolls and reloads, and settled by either', async () => {
    const { a, b, id, email } = await conflicting();
    await a.send();
    await b.send();
    expect(await a.pull(b)).toBe(2);
    expect(await b.pull(a)).toBe(2);
    for (const device of [a, b]) {
      const listed = await device.vault.conflicts();
      expect(listed).toHaveLength(2);
      const name = listed.find(({ field }) => field === 'name')!;
      expect(name).toMatchObject({ customer: id, record: id, kind: 'customer' });
      expect([name.current, name.other].map(({ value }) => value).sort()).toEqual(['Bea', 'Cleo']);
      expect([name.current.device, name.other.device].sort()).toEqual([a.id, b.id].sort());
      expect(name.customerName).toBe(name.current.value);
      expect(listed.find(({ element }) => element === email)).toBeDefined();
    }
    must(await b.vault.roll());
    must(await b.vault.bulk(batches(3), { signal: NEVER }));
    await b.reopen();
    const before = await b.vault.conflicts();
    expect(before).toHaveLength(2);
    for (const conflict of before) {
      must(await b.vault.settle(conflict, conflict.field === 'name' ? 'other' : 'keep'));
    }
    expect(await b.vault.conflicts()).toEqual([]);
    expect(await nameAt(b, id)).toBe(before.find(({ field }) => field === 'name')!.other.value);
    await b.send();
    expect(await a.pull(b)).toBe(0);
    expect(await a.vault.conflicts()).toEqual([]);
    await expectAgreement([a, b]);
    expect(await b.vault.settle(before[0]!, 'keep')).toEqual({
      ok: false,
      error: { type: 'NotFound' },
    });
  });

  it('are dropped with their customer', async () => {
    const { a, b, id } = await conflicting();
    await exchangeAll([a, b]);
    must(await a.vault.remove([{ record: id, customer: id }]));
    expect(await a.vault.conflicts()).toEqual([]);
  });

  it('are found too where many arrive at once', async () => {
    const [a, b] = (await devices(2)) as [Device, Device];
    must(await a.vault.bulk(batches(5000), { signal: NEVER }));
    await exchangeAll([a, b]);
    const ids = a.vault.select({ text: '', sort: 'name' });
    async function* updates(): AsyncIterable<readonly BulkEdit[]> {
      yield ids.map((record) => ({ kind: 'customer', record, values: { source: 'fair' } }));
      await Promise.resolve();
    }
    must(await a.vault.bulk(updates(), { signal: NEVER }));
    must(await b.vault.save([{ kind: 'customer', record: ids[7]!, values: { source: 'web' } }]));
    await a.send();
    expect(await b.pull(a)).toBe(1);
    expect(await b.vault.conflicts()).toMatchObject([{ record: ids[7], field: 'source' }]);
  });
});

describe('a role', () => {
  it('that does not allow an edit refuses it, at every door', async () => {
    const [a] = (await devices(1)) as [Device];
    const id = await addCustomer(a, 'Ada');
    const field = {
      kind: 'field',
      values: { kind: 'customer', name: 'x', type: 'text', label: 'X' },
    } as const;
    const refused = { ok: false, error: { type: 'NotPermitted' } };
    a.role = 'member';
    must(await a.vault.save([{ kind: 'customer', record: id, values: { name: 'Bea' } }]));
    expect(await a.vault.save([field])).toEqual(refused);
    a.role = 'admin';
    const made = must(await a.vault.save([field]));
    const bulk = must(await a.vault.bulk(batches(3), { signal: NEVER }));
    a.role = 'member';
    expect(await a.vault.undo(made.undo, { signal: NEVER })).toEqual(refused);
    a.role = 'viewer';
    expect(await a.vault.save([{ kind: 'customer', values: { name: 'Cleo' } }])).toEqual(refused);
    expect(await a.vault.remove([{ record: id, customer: id }])).toEqual(refused);
    expect(await a.vault.bulk(batches(3), { signal: NEVER })).toEqual(refused);
    expect(await a.vault.undo(bulk.undo, { signal: NEVER })).toEqual(refused);
    expect(a.vault.living).toBe(4);
  });
});
