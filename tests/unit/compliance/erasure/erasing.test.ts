import 'fake-indexeddb/auto';
import { IDBFactory } from 'fake-indexeddb';
import { Dexie } from 'dexie';
import type { RecordId } from '#base/ids.ts';
import { erasePerson, erasuresIn, finishErasures } from '#compliance/erasure/erasing.ts';
import { planErasure } from '#compliance/erasure/plan.ts';
import { marksOf, Suppressions } from '#compliance/erasure/suppression.ts';
import { recordRoom } from '#compliance/personal-room.ts';
import { createWitness } from '#compliance/audit/witness.ts';
import { valueOf, valuesOf } from '#domain/values.ts';
import type { Session } from '#vault/session.ts';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  createEnvironment,
  createSession,
  must,
  NEVER,
  BY_PASSPHRASE,
} from '../../vault/fixture.ts';
import { bytesOnDisk, SealedTexts } from '../../vault/sealed-texts.ts';

const NOW = Date.UTC(2026, 10, 23, 12);
const marker = (identifier: string) => `mark-${identifier.length}-${identifier.split(' ')[0]!}`;
function erasing(session: Session) {
  return { marker, now: NOW, hasStore: false, rooms: [recordRoom(session)] };
}

const sealed = new SealedTexts();
let databases = new IDBFactory();
beforeEach(() => {
  databases = new IDBFactory();
  Dexie.dependencies.indexedDB = databases;
  sealed.start();
});
afterEach(() => {
  sealed.stop();
});

const PERSON = {
  name: 'Wilhelmina Quandt',
  emails: [{ id: 'e1', label: '', value: 'wilhelmina@quandt.example' }],
  notes: 'Prefers the harbour entrance',
};

async function withPerson(): Promise<{
  readonly session: Session;
  readonly workspaces: Awaited<ReturnType<typeof createSession>>['workspaces'];
  readonly customer: RecordId;
}> {
  const { session, workspaces } = await createSession(
    createEnvironment({ witness: createWitness() }),
  );
  const { vault } = session;
  const [customer] = must(await vault.save([{ kind: 'customer', values: PERSON }])).records;
  const notes = { type: 'visit', when: '2026-11-20T10:00', notes: 'Quandtish tea' };
  must(await vault.save([{ kind: 'interaction', customer: customer!, values: notes }]));
  must(await vault.roll());
  const later = { ...PERSON, notes: 'Moved to the lighthouse' };
  must(await vault.save([{ record: customer!, kind: 'customer', values: later }]));
  return { session, workspaces, customer: customer! };
}

const WORDS = ['Wilhelmina', 'quandt.example', 'harbour entrance', 'Quandtish', 'lighthouse'];

async function found(): Promise<readonly string[]> {
  const pieces = await bytesOnDisk(databases);
  return WORDS.flatMap((word) => sealed.findIn(pieces, word).map((place) => `${word}: ${place}`));
}

describe('the dry run', () => {
  it('counts what would go, and tells of holds and of open requests', async () => {
    const { session, customer } = await withPerson();
    const { vault } = session;
    must(
      await vault.save([
        { kind: 'hold', customer, values: { basis: 'Tax code', until: '2030-12-31' } },
        { kind: 'hold', customer, values: { basis: 'Court', until: '2026-11-22' } },
        { kind: 'request', values: { type: 'erasure', person: 'W. Q.', received: '2026-11-20' } },
        { kind: 'request', values: { type: 'access', person: 'W. Q.', received: '2026-11-20' } },
      ]),
    );
    const plan = planErasure(
      must(await vault.openDossier(customer)),
      vault.workspace,
      '2026-11-23',
    );
    expect(plan.counts).toEqual({ customer: 1, interaction: 1, hold: 2 });
    expect(plan.pastValues).toBe(1);
    expect(plan.holds.map(({ basis }) => basis)).toEqual(['Tax code']);
    expect(plan.requests.map(({ isIdentityProven }) => isIdentityProven)).toEqual([false]);
  });
});

describe('an erasure', () => {
  it('leaves no value on the disk that any key of the workspace could open', async () => {
    const { session, customer } = await withPerson();
    must(
      await session.saveDraft({
        form: `customer/${customer}`,
        values: { notes: 'lighthouse' },
        savedAt: NOW,
      }),
    );
    const task = `task/new/${customer}`;
    must(await session.saveDraft({ form: task, values: { title: 'Quandtish' }, savedAt: NOW }));
    must(
      await session.saveDraft({ form: 'customer/new', values: { name: 'Other' }, savedAt: NOW }),
    );
    expect((await found()).length).toBeGreaterThan(4);
    for (const word of WORDS) expect(sealed.holding(word)).toBeGreaterThan(0);

    must(await erasePerson(session, { customer, reason: 'other' }, erasing(session)));
    expect(await found()).toEqual([]);
    expect(await session.readDraft(task)).toBe(null);
    expect(await session.readDraft('customer/new')).not.toBe(null);
    expect((await session.vault.openDossier(customer)).ok).toBe(false);
    expect(session.vault.list({ text: 'Wilhelmina', sort: 'name' }, 0, 10).matched).toBe(0);
  });

  it('stands in the register without a word of whom, and is complete where there is no store', async () => {
    const { session, customer } = await withPerson();
    const id = must(await erasePerson(session, { customer, reason: 'other' }, erasing(session)));
    const [state] = erasuresIn(session.vault.workspace);
    expect(state?.id).toBe(id);
    expect(valuesOf(state!)).toMatchObject({
      reason: 'other',
      records: 2,
      complete: new Date(NOW).toISOString(),
    });
    const marks = marksOf([PERSON], marker);
    expect(valuesOf(state!)['marks']).toEqual(marks);
    expect(new Suppressions(session.vault.workspace, marker).find(PERSON)?.erasure).toBe(id);
    expect(new Suppressions(session.vault.workspace, marker).find({ name: 'Other' })).toBe(null);
  });

  it('is refused while somebody has to keep the data, and where nobody knows who asks', async () => {
    const { session, customer } = await withPerson();
    const { vault } = session;
    const hold = { basis: 'Tax code', until: '2026-11-23' };
    const [held] = must(await vault.save([{ kind: 'hold', customer, values: hold }])).records;
    const refused = await erasePerson(session, { customer, reason: 'other' }, erasing(session));
    expect(refused).toMatchObject({ ok: false, error: { type: 'Held', holds: [{ id: held }] } });
    must(
      await vault.save([
        { record: held!, kind: 'hold', customer, values: { ...hold, lifted: '2026-11-23' } },
      ]),
    );
    const asked = { type: 'erasure', person: 'W. Q.', received: '2026-11-20' };
    const [request] = must(await vault.save([{ kind: 'request', values: asked }])).records;
    const order = { customer, reason: 'request' as const, request: request! };
    expect(await erasePerson(session, order, erasing(session))).toMatchObject({
      ok: false,
      error: { type: 'IdentityNotProven' },
    });
    must(await vault.save([{ record: request!, kind: 'request', values: { identity: true } }]));
    expect((await erasePerson(session, order, erasing(session))).ok).toBe(true);
    expect((await erasePerson(session, order, erasing(session))).ok).toBe(false);
  });

  it('is carried to its end by the next unlock where a crash came between', async () => {
    const { session, workspaces, customer } = await withPerson();
    must(
      await session.saveDraft({
        form: `customer/${customer}`,
        values: { notes: 'lighthouse' },
        savedAt: NOW,
      }),
    );
    // The commit is done, and nothing behind it.
    must(
      await session.vault.erase([{ type: 'person', ids: [customer] }], {
        reason: 'other',
        records: 2,
      }),
    );
    await session.end({ everywhere: false });
    const again = must(await workspaces.unlock(session.workspace, BY_PASSPHRASE));
    expect(await found()).not.toEqual([]);
    must(await finishErasures(again, { now: NOW, hasStore: false, rooms: [recordRoom(again)] }));
    expect(await found()).toEqual([]);
    const [state] = erasuresIn(again.vault.workspace);
    expect(valueOf(state!, 'complete')).not.toBe(null);
    const before = JSON.stringify([...again.vault.workspace]);
    must(
      await finishErasures(again, { now: NOW + 1, hasStore: false, rooms: [recordRoom(again)] }),
    );
    expect(JSON.stringify([...again.vault.workspace])).toBe(before);
  });

  it('leaves the log whole, which never held a value', async () => {
    const { session, customer } = await withPerson();
    must(await erasePerson(session, { customer, reason: 'other' }, erasing(session)));
    let log = '';
    for await (const dossier of session.vault.dossiers(NEVER)) {
      const states = must(dossier).filter(({ kind }) => kind === 'audit');
      log += JSON.stringify(states);
    }
    expect(log).toContain(customer);
    expect(log).toContain('erased');
    for (const word of WORDS) expect(log).not.toContain(word);
  });
});
