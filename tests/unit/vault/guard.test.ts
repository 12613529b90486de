import 'fake-indexeddb/auto';
import type { RecordId } from '#base/ids.ts';
import { ok } from '#base/result.ts';
import { scanForCards } from '#compliance/cards/full-scan.ts';
import { guard } from '#compliance/guard.ts';
import type { Stamp } from '#domain/stamp.ts';
import { valuesOf } from '#domain/values.ts';
import type { BulkEdit, Edit, Vault } from '#vault/vault.ts';
import { Workspaces } from '#vault/workspaces.ts';
import { afterEach, describe, expect, it } from 'vitest';
import { Device, exchangeAll, positionsOf, statesOf, textOf } from './exchange.ts';
import {
  createEnvironment,
  createSession,
  must,
  NEVER,
  BY_PASSPHRASE,
  PASSPHRASE,
} from './fixture.ts';

const PAN = '4111 1111 1111 1111';
const MASKED = 'Visa •••• 1111';

async function guarded(): Promise<Awaited<ReturnType<typeof createSession>>['session']> {
  return (await createSession(createEnvironment({ guard }))).session;
}

async function everything(vault: Vault): Promise<string> {
  let text = '';
  for await (const dossier of vault.dossiers(NEVER)) text += JSON.stringify(must(dossier));
  return text;
}

async function valuesAt(
  vault: Vault,
  record: RecordId,
): Promise<Readonly<Record<string, unknown>>> {
  const state = must(await vault.openDossier(record)).get(record);
  if (state === undefined) throw new Error('The record is there');
  return valuesOf(state);
}

describe('the guard', () => {
  it('replaces a card number before anything is written, wherever it stands', async () => {
    const { vault } = await guarded();
    const values = {
      name: `Ada ${PAN}`,
      notes: `Pays by ${PAN}.`,
      tags: ['gold', PAN],
      emails: [{ id: 'e1', label: PAN, value: 'ada@example.org' }],
      addresses: [{ id: 'a1', label: '', value: { street: PAN, city: 'Kiel' } }],
      phones: [{ id: 'p1', label: '', value: '378282246310005' }],
    };
    const saved = must(await vault.save([{ kind: 'customer', values }]));
    expect(saved.replaced).toBe(5);
    const kept = await valuesAt(vault, saved.records[0]!);
    expect(kept).toMatchObject({
      name: `Ada ${MASKED}`,
      notes: `Pays by ${MASKED}.`,
      tags: [MASKED, 'gold'],
      emails: [{ label: MASKED }],
      addresses: [{ value: { street: MASKED, city: 'Kiel' } }],
      phones: [{ value: '378282246310005' }],
    });
    expect(await everything(vault)).not.toContain(PAN);
  });

  it('says nothing where there is nothing to say', async () => {
    const { vault } = await guarded();
    const saved = must(await vault.save([{ kind: 'customer', values: { name: 'Ada' } }]));
    expect(saved).not.toHaveProperty('replaced');
  });

  it('refuses what may not be kept at all, and writes nothing', async () => {
    const { vault } = await guarded();
    const before = vault.journalEnd;
    const edit: Edit = { kind: 'customer', values: { name: 'Ada', notes: 'CVV 123' } };
    expect(await vault.save([edit])).toEqual({
      ok: false,
      error: {
        type: 'Invalid',
        problems: [{ field: 'notes', reason: 'problems.cardSecurity' }],
      },
    });
    expect(vault.journalEnd).toBe(before);
  });

  it('takes a list as a whole: numbers are replaced, codes put out', async () => {
    const { vault } = await guarded();
    async function* rows() {
      yield [
        { kind: 'customer', values: { name: 'Ada', notes: PAN } },
        { kind: 'customer', values: { name: 'Grace', notes: 'cvc 123' } },
        { kind: 'customer', values: { name: 'Mary', notes: 'Nothing' } },
      ] as const;
      await Promise.resolve();
    }
    const refused: unknown[] = [];
    const onRefused = (edit: BulkEdit, problems: unknown) => {
      refused.push([edit.values['name'], problems]);
    };
    const bulk = must(await vault.bulk(rows(), { signal: NEVER, onRefused }));
    expect(bulk).toMatchObject({ created: 3, replaced: 1 });
    expect(refused).toEqual([['Grace', [{ field: 'notes', reason: 'problems.cardSecurity' }]]]);
    const text = await everything(vault);
    expect(text).not.toContain(PAN);
    expect(text).not.toContain('cvc 123');
    expect(text).toContain('cvc •••');
  });

  it('seals no draft with a card number in it', async () => {
    const session = await guarded();
    const label = { kind: 'customer', name: 'x-code', type: 'text', label: 'CVV' };
    must(await session.vault.save([{ kind: 'field', values: label }]));
    for (const form of ['customer/new', 'elsewhere']) {
      const values = { values: { notes: PAN, 'x-code': '123' }, seen: null };
      must(await session.saveDraft({ form, values, savedAt: 1 }));
      const draft = await session.readDraft(form);
      expect(draft?.values).toMatchObject({ values: { notes: MASKED } });
    }
    const draft = await session.readDraft('customer/new');
    expect(draft?.values).toMatchObject({ values: { 'x-code': null } });
  });

  it('takes an update as a whole too, and counts nothing of an edit that was refused', async () => {
    const { vault } = await guarded();
    const made = must(await vault.save([{ kind: 'customer', values: { name: 'Ada' } }]));
    const [record] = made.records as [RecordId];
    const refused: Edit = { kind: 'customer', values: { name: PAN, notes: 'CVV 123' } };
    expect((await vault.save([refused])).ok).toBe(false);
    const next = must(await vault.save([{ record, kind: 'customer', values: { title: 'Lady' } }]));
    expect(next).not.toHaveProperty('replaced');
    async function* rows() {
      yield [{ record, kind: 'customer', values: { notes: PAN, source: 'PIN 1234' } }] as const;
      await Promise.resolve();
    }
    const said: BulkEdit[] = [];
    const onRefused = (edit: BulkEdit) => said.push(edit);
    const bulk = must(await vault.bulk(rows(), { signal: NEVER, onRefused }));
    expect(bulk).toMatchObject({ updated: 1, replaced: 1 });
    expect(said).toMatchObject([{ record }]);
    expect(await valuesAt(vault, record)).toMatchObject({ notes: MASKED, source: 'PIN ••••' });
  });

  it('lets no card number into the name of a workspace, a member or a field', async () => {
    const workspaces = new Workspaces(createEnvironment({ guard }));
    const request = { name: `Kelp ${PAN}`, memberName: `Maren ${PAN}`, passphrase: PASSPHRASE };
    const { session } = must(await workspaces.create(request));
    expect(session.workspaceName).toBe(`Kelp ${MASKED}`);
    expect(session.memberName).toBe(`Maren ${MASKED}`);
    const listed = (await workspaces.list()).find(({ id }) => id === session.workspace);
    expect(listed?.name).toBe(`Kelp ${MASKED}`);
    const label = { kind: 'customer', name: 'extra', label: PAN, type: 'text' };
    must(await session.vault.save([{ kind: 'field', values: label }]));
    expect(session.vault.customFields.map((field) => field.label.en)).toEqual([MASKED]);
    must(await session.finishJoin({ name: `Quay ${PAN}` }));
    expect(session.workspaceName).toBe(`Quay ${MASKED}`);
    expect(await everything(session.vault)).not.toContain(PAN);
  });
});

describe('what another device wrote', () => {
  const devices: Device[] = [];

  afterEach(async () => {
    for (const device of devices.splice(0)) await device.close();
  });

  /** One as before there was a guard, and one of today. */
  async function oldAndNew(): Promise<readonly [Device, Device]> {
    const old = await Device.create();
    const guardian = await Device.create(guard);
    devices.push(old, guardian);
    return [old, guardian];
  }

  async function write({ vault }: Device, values: Edit['values']): Promise<RecordId> {
    const saved = must(await vault.save([{ kind: 'customer', values }]));
    return saved.records[0]!;
  }

  it('is mended where it arrives, in one commit, and its author hears of it', async () => {
    const [old, guardian] = await oldAndNew();
    const record = await write(old, { name: 'Ada', notes: PAN, tags: [PAN], title: 'cvv 123' });
    await write(old, { name: 'Grace' });
    await old.send();
    const before = guardian.vault.journalEnd;
    await guardian.pull(old);
    expect(guardian.vault.journalEnd).toBe(before + 2);
    expect(await everything(guardian.vault)).not.toMatch(/4111|123/);
    const mended = { name: 'Ada', notes: MASKED, tags: [MASKED], title: 'cvv •••' };
    expect(await valuesAt(guardian.vault, record)).toEqual(mended);
    const findings = [...guardian.vault.workspace.values()].filter(
      ({ kind }) => kind === 'cardFinding',
    );
    expect(findings.map((each) => valuesOf(each))).toMatchObject([
      { record, customer: record, field: 'notes', source: 'sync' },
      { record, customer: record, field: 'title', source: 'sync' },
      { record, customer: record, field: 'tags', source: 'sync' },
    ]);
    await guardian.send();
    await old.pull(guardian);
    expect(await textOf(old.vault)).toEqual(await textOf(guardian.vault));
    await old.vault.roll();
    expect(await everything(old.vault)).not.toMatch(/4111|123/);
  });

  it('is mended by several at once, who agree afterwards and have no conflict of it', async () => {
    const [old, guardian] = await oldAndNew();
    const other = await Device.create(guard);
    devices.push(other);
    const emails = [{ id: '', label: PAN, value: 'ada@example.org' }];
    const record = await write(old, { name: 'Ada', notes: PAN, tags: [PAN], emails });
    await old.send();
    await guardian.pull(old);
    await other.pull(old);
    await exchangeAll([old, guardian, other]);
    expect(await textOf(guardian.vault)).toEqual(await textOf(other.vault));
    expect(await textOf(guardian.vault)).toEqual(await textOf(old.vault));
    expect(await guardian.vault.conflicts()).toEqual([]);
    expect(await valuesAt(other.vault, record)).toMatchObject({
      notes: MASKED,
      tags: [MASKED],
      emails: [{ label: MASKED, value: 'ada@example.org' }],
    });
    expect(await everything(other.vault)).not.toContain(PAN);
  });

  it('is mended in whole states too', async () => {
    const [old, guardian] = await oldAndNew();
    const record = await write(old, { name: 'Ada', notes: PAN });
    const states = await statesOf(old.vault);
    async function* dossiers() {
      yield* states.map((each) => ok(each));
      await Promise.resolve();
    }
    const options = { positions: positionsOf(old, 1), lead: guardian.lead, signal: NEVER };
    must(await guardian.vault.receiveStates(dossiers(), options));
    expect(await valuesAt(guardian.vault, record)).toEqual({ name: 'Ada', notes: MASKED });
    expect(await everything(guardian.vault)).not.toContain(PAN);
  });

  it('is mended when it is restored from a backup', async () => {
    const [old] = await oldAndNew();
    const record = await write(old, { name: 'Ada', notes: PAN });
    const states = await statesOf(old.vault);
    async function* dossiers() {
      yield* states.map((each) => ok(each));
      await Promise.resolve();
    }
    const workspaces = new Workspaces(createEnvironment({ guard }));
    const request = { name: 'Kelp & Co', memberName: 'Maren', passphrase: PASSPHRASE };
    const { session } = must(
      await workspaces.create(request, (vault) => vault.adopt(dossiers(), { signal: NEVER })),
    );
    expect(await valuesAt(session.vault, record)).toEqual({ name: 'Ada', notes: MASKED });
    const sources = [...session.vault.workspace.values()]
      .filter(({ kind }) => kind === 'cardFinding')
      .map((state) => valuesOf(state)['source']);
    expect(sources).toEqual(['restore']);
  });

  it('is left by a viewer, who can’t mend it, and where only an admin may write', async () => {
    const [old, guardian] = await oldAndNew();
    guardian.role = 'viewer';
    const record = await write(old, { name: 'Ada', notes: PAN });
    await old.send();
    await guardian.pull(old);
    expect(await valuesAt(guardian.vault, record)).toEqual({ name: 'Ada', notes: PAN });
    guardian.role = 'member';
    must(await old.vault.save([{ kind: 'workspace', values: { name: PAN } }]));
    const other = await write(old, { name: 'Grace', notes: PAN });
    await old.send();
    await guardian.pull(old);
    expect(await valuesAt(guardian.vault, other)).toEqual({ name: 'Grace', notes: MASKED });
    const names = () =>
      [...guardian.vault.workspace.values()]
        .filter(({ kind }) => kind === 'workspace')
        .map((state) => valuesOf(state)['name']);
    expect(names()).toEqual([PAN]);
    guardian.role = 'admin';
    const scan = { signal: NEVER, onProgress: () => undefined };
    expect(must(await scanForCards(guardian.vault, 1, scan))).toMatchObject({ hits: 2, mended: 2 });
    expect(names()).toEqual([MASKED]);
    expect(await everything(guardian.vault)).not.toContain(PAN);
  });

  it('is mended whatever else is wrong with the record', async () => {
    const [old, guardian] = await oldAndNew();
    const record = await write(old, { name: 'Ada' });
    const wrong = {
      stage: { value: 'of nobody' },
      website: { value: `a.example/?pan=4111111111111111` },
    };
    const state = must(await old.vault.openDossier(record)).get(record);
    const stamp = state?.changed.stamp.replace(/^......../, 'ffffffff') as Stamp;
    must(await old.vault.apply([{ record, kind: 'customer', stamp, at: 1, set: wrong }]));
    await old.send();
    await guardian.pull(old);
    expect(await valuesAt(guardian.vault, record)).toEqual({ name: 'Ada', stage: 'of nobody' });
  });
});

describe('what was written before there was a guard', () => {
  async function unguarded() {
    const { session } = await createSession();
    const { vault } = session;
    const customer = {
      kind: 'customer',
      values: { name: 'Ada', notes: PAN, tags: [PAN] },
    } as const;
    const made = must(await vault.save([customer]));
    const [record] = made.records as [RecordId];
    must(await vault.save([{ record, kind: 'customer', values: { notes: `Now ${PAN}` } }]));
    must(await vault.save([{ record, kind: 'customer', values: { title: `Was ${PAN}` } }]));
    must(await vault.save([{ record, kind: 'customer', values: { title: 'Countess' } }]));
    return { session, vault, record };
  }

  it('is found by the full scan, mended, and nowhere any more, the past values too', async () => {
    const { session, record } = await unguarded();
    await session.vault.roll();
    await session.end({ everywhere: false });
    const workspaces = new Workspaces(createEnvironment({ guard }));
    const opened = must(await workspaces.unlock(session.workspace, BY_PASSPHRASE));
    const { vault } = opened;
    expect(await everything(vault)).toContain(PAN);
    const scan = must(await scanForCards(vault, 1, { signal: NEVER, onProgress: () => undefined }));
    expect(scan.hits).toBe(4);
    expect(scan.mended).toBe(4);
    expect(await everything(vault)).not.toContain('4111');
    expect(await valuesAt(vault, record)).toMatchObject({
      notes: `Now ${MASKED}`,
      tags: [MASKED],
      title: 'Countess',
    });
    const findings = [...vault.workspace.values()].filter(({ kind }) => kind === 'cardFinding');
    expect(findings).toHaveLength(3);
    const again = must(
      await scanForCards(vault, 2, { signal: NEVER, onProgress: () => undefined }),
    );
    expect(again.hits).toBe(0);
  });

  it('is brought back by an undo as the guard lets it in', async () => {
    const { session } = await createSession();
    const values = { name: 'Ada', notes: `Was ${PAN}`, tags: [PAN] };
    const made = must(await session.vault.save([{ kind: 'customer', values }]));
    const [record] = made.records as [RecordId];
    const emptied = { notes: 'Nothing', tags: [] };
    const step = must(await session.vault.save([{ record, kind: 'customer', values: emptied }]));
    await session.end({ everywhere: false });
    const workspaces = new Workspaces(createEnvironment({ guard }));
    const { vault } = must(await workspaces.unlock(session.workspace, BY_PASSPHRASE));
    must(await vault.undo(step.undo, { signal: NEVER }));
    expect(await valuesAt(vault, record)).toMatchObject({
      notes: `Was ${MASKED}`,
      tags: [MASKED],
    });
  });
});
