import type { RecordId } from '#base/ids.ts';
import { AUDIT_PREFIX } from '#base/ids.ts';
import { ACTS, OUTCOMES, readEvent, WAYS } from '#compliance/audit/event.ts';
import { isKind } from '#domain/catalogue.ts';
import type { Json } from '#domain/change.ts';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { batches, must } from '../../vault/fixture.ts';
import { actsOf, createLogged, NEVER } from './team.ts';

const ID = 'abcdefghijklmnopqrstuvwxyz';

const ada = { kind: 'customer', values: { name: 'Ada Lovelace' } } as const;

describe('the witness', () => {
  it('tells of what is made, changed, deleted and undone, in the same commit', async () => {
    const { session, log } = await createLogged();
    const { vault } = session;
    const begun = (await actsOf(log)).length;
    const before = vault.journalEnd;
    const saved = must(await vault.save([ada]));
    expect(vault.journalEnd).toBe(before + 1);
    const [record] = saved.records as [RecordId];
    must(await vault.save([{ record, kind: 'customer', values: { title: 'Countess' } }]));
    const removed = must(await vault.remove([{ record }]));
    must(await vault.undo(removed.undo, { signal: NEVER }));
    const told = (await actsOf(log)).slice(begun).map(({ event }) => event);
    expect(told).toEqual([
      { act: 'created', outcome: 'done', kind: 'customer', record },
      { act: 'changed', outcome: 'done', kind: 'customer', record },
      { act: 'deleted', outcome: 'done', kind: 'customer', record },
      { act: 'undone', outcome: 'done', kind: 'customer', record },
    ]);
  });

  it('holds no value, and is undone with nothing', async () => {
    const { session, log } = await createLogged();
    const saved = must(await session.vault.save([ada]));
    must(await session.vault.undo(saved.undo, { signal: NEVER }));
    const entries = await actsOf(log);
    expect(JSON.stringify(entries)).not.toContain('Ada');
    expect(entries.map(({ n }) => n)).toEqual(entries.map((_, index) => index + 1));
  });

  it('tells of an import, and of its undoing, by their number', async () => {
    const { session, log } = await createLogged();
    const bulk = must(await session.vault.bulk(batches(30), { signal: NEVER }));
    must(await session.vault.undo(bulk.undo, { signal: NEVER }));
    const told = (await actsOf(log)).slice(-2).map(({ event }) => event);
    expect(told).toEqual([
      { act: 'imported', outcome: 'done', count: 30 },
      { act: 'undone', outcome: 'done', count: 30 },
    ]);
  });

  it('counts many changes of one step', async () => {
    const { session, log } = await createLogged();
    must(await session.vault.save(Array.from({ length: 21 }, () => ada)));
    expect((await actsOf(log)).at(-1)?.event).toEqual({
      act: 'created',
      outcome: 'done',
      kind: 'customer',
      count: 21,
    });
  });

  it('notes what no change tells', async () => {
    const { session, log } = await createLogged();
    must(await session.vault.note([{ act: 'exported', outcome: 'done', count: 7, how: 'csv' }]));
    const [newest] = await log.read({}, 0, 1);
    expect(newest?.event).toEqual({ act: 'exported', outcome: 'done', count: 7, how: 'csv' });
  });

  it('goes on across rolls, pages and lists without a customer more', async () => {
    const { session, log } = await createLogged();
    const { vault } = session;
    for (let round = 0; round < 3; round++) {
      must(
        await vault.note(
          Array.from({ length: 200 }, () => ({ act: 'viewed', outcome: 'done' }) as const),
        ),
      );
      must(await vault.roll());
    }
    const entries = await actsOf(log);
    expect(entries.length).toBeGreaterThan(600);
    expect(entries.map(({ n }) => n)).toEqual(entries.map((_, index) => index + 1));
    expect(vault.dossierIds(AUDIT_PREFIX).length).toBe(Math.ceil(entries.length / 256));
    expect(vault.living).toBe(0);
    expect(vault.list({ text: '', sort: 'name' }, 0, 10).matched).toBe(0);
  });

  it('does not count what is logged among what is unsent', async () => {
    const { session } = await createLogged();
    must(await session.writeStore({ endpoint: 'https://store.example' }));
    const before = session.vault.unsentChanges;
    must(await session.vault.note([{ act: 'viewed', outcome: 'done' }]));
    expect(session.vault.unsentChanges).toBe(before);
  });
});

describe('an event', () => {
  it('lets no text in that is not its own', () => {
    const event = {
      act: 'viewed',
      outcome: 'done',
      how: 'Ada Lovelace',
      note: 'secret',
      count: -1,
    };
    expect(readEvent(event)).toEqual({ act: 'viewed', outcome: 'done' });
    expect(readEvent({ act: 'gossiped', outcome: 'done' })).toBeNull();
    expect(readEvent({ act: 'viewed', outcome: 'maybe' })).toBeNull();
    expect(readEvent(null)).toBeNull();
    expect(readEvent('viewed')).toBeNull();
  });

  it('holds words of its own, ids, counts and signatures, whatever is said', () => {
    const said = fc.record(
      {
        act: fc.constantFrom(...ACTS),
        outcome: fc.constantFrom(...OUTCOMES),
        kind: fc.jsonValue(),
        record: fc.oneof(fc.string(), fc.constant(ID)),
        customer: fc.oneof(fc.string(), fc.constant(ID)),
        count: fc.oneof(fc.double(), fc.nat(), fc.string()),
        how: fc.oneof(
          fc.string(),
          fc.constantFrom<string>(...WAYS),
          fc.stringMatching(/^[a-z]{9}$/),
        ),
        device: fc.oneof(fc.string(), fc.constant(ID)),
        checkpoint: fc.jsonValue(),
        signer: fc.jsonValue(),
        note: fc.string(),
      },
      { requiredKeys: ['act', 'outcome'] },
    );
    fc.assert(
      fc.property(said, (value) => {
        const event = readEvent(value as Json);
        const { act, outcome, kind, record, customer, count, how, device, ...rest } = event ?? {};
        expect(rest).toEqual({});
        expect(act).toBe(value.act);
        expect(outcome).toBe(value.outcome);
        expect(kind === undefined || isKind(kind)).toBe(true);
        for (const id of [record, customer, device]) expect([undefined, ID]).toContain(id);
        expect(count === undefined || Number.isSafeInteger(count)).toBe(true);
        expect([undefined, ...WAYS]).toContain(how);
      }),
    );
  });

  it('takes no word along in a checkpoint or beside a signer', () => {
    const signer = { workspace: ID, fingerprint: `SHA256:${'a'.repeat(43)}` };
    const restored = { act: 'restored', outcome: 'done', device: ID, signer };
    expect(readEvent(restored)).toEqual(restored);
    expect(readEvent({ ...restored, signer: { ...signer, note: 'Ada' } })).not.toHaveProperty(
      'signer',
    );
    const signature = '-----BEGIN SSH SIGNATURE-----\nAAAA\n-----END SSH SIGNATURE-----\n';
    const checkpoint = { n: 3, hash: '0'.repeat(64), signature };
    const signed = { act: 'checkpoint', outcome: 'done', checkpoint };
    expect(readEvent(signed)).toEqual(signed);
    expect(readEvent({ ...signed, checkpoint: { ...checkpoint, note: 'Ada' } })).not.toHaveProperty(
      'checkpoint',
    );
  });
});
