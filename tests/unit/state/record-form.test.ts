import { beforeEach, describe, expect, test, vi } from 'vitest';
import { createRecordId } from '#base/ids.ts';
import { ok } from '#base/result.ts';
import { fieldsOf } from '#domain/catalogue.ts';
import type { Json } from '#domain/change.ts';
import { language } from '#state/texts.svelte.ts';
import type { Draft, Edit, RecordView } from '#worker/vault-api.ts';

const drafts = new Map<string, Draft>();
const saved: (readonly Edit[])[] = [];

vi.mock('#state/vault.ts', () => ({
  vault: {
    save: (edits: readonly Edit[]) => {
      saved.push(edits);
      return Promise.resolve(ok({ undo: {}, records: [] }));
    },
    readDraft: (form: string) => Promise.resolve(drafts.get(form) ?? null),
    saveDraft: (draft: Draft) => {
      drafts.set(draft.form, draft);
      return Promise.resolve(ok());
    },
    dropDraft: (form: string) => {
      drafts.delete(form);
      return Promise.resolve();
    },
  },
}));

const { RecordForm } = await import('#state/record-form.svelte.ts');
const { drafts: draftState } = await import('#state/drafts.svelte.ts');

const fields = fieldsOf('customer');
const id = createRecordId();

function customerWith(values: Readonly<Record<string, Json>>): RecordView {
  const seen = { fields: {}, sets: {} };
  return { id, kind: 'customer', values, seen, createdAt: 1, changedAt: 1 };
}

function edit(values: Readonly<Record<string, Json>>) {
  return new RecordForm({ kind: 'customer', fields, record: customerWith(values) });
}

describe('a form over a record', () => {
  beforeEach(async () => {
    vi.spyOn(language, 'locale', 'get').mockReturnValue('en-GB');
    await draftState.flush();
    drafts.clear();
    saved.length = 0;
  });

  test('only what the person changed is sent, with what was seen', async () => {
    const form = edit({ name: 'Ines', company: 'Quay Street', tags: ['harbour'] });
    form.set('company', 'Quay Street Fishmongers');
    form.set('name', ' Ines ');
    await form.save();
    expect(saved).toEqual([
      [
        {
          kind: 'customer',
          record: id,
          values: { company: 'Quay Street Fishmongers' },
          seen: { fields: {}, sets: {} },
        },
      ],
    ]);
  });

  test('an emptied field is sent as nothing, and blank elements of a list are left out', async () => {
    const emails = [
      { id: 'a', label: 'work', value: 'ines@example.com' },
      { id: 'b', label: '', value: 'office@example.com' },
    ];
    const form = edit({ name: 'Ines', title: 'Owner', emails });
    form.set('title', '');
    form.setElements('emails', [emails[0]!, { ...emails[1]!, value: ' ' }]);
    await form.save();
    expect(saved[0]?.[0]?.values).toEqual({ title: null, emails: [emails[0]] });
  });

  test('nothing is sent where nothing was changed', async () => {
    const form = edit({ name: 'Ines' });
    expect(await form.save()).toBeUndefined();
    expect(saved).toEqual([]);
  });

  test('what is typed badly stays, with its problem at its field', async () => {
    const form = edit({ name: 'Ines' });
    form.setElements('emails', [{ id: '', label: '', value: 'ines(at)example.com' }]);
    const outcome = await form.save();
    expect(outcome?.ok).toBe(false);
    expect(form.problem('emails')).toBe('problems.email');
    expect(form.value('emails')).toEqual([{ id: '', label: '', value: 'ines(at)example.com' }]);
    expect(saved).toEqual([]);
  });

  test('a new record sends what it started from as well', async () => {
    const customer = createRecordId();
    const form = new RecordForm({
      kind: 'interaction',
      fields: fieldsOf('interaction'),
      customer,
      defaults: { type: 'visit', when: '2026-11-23T09:41' },
    });
    expect(form.dirty).toBe(false);
    await form.save();
    expect(saved[0]?.[0]).toEqual({
      kind: 'interaction',
      customer,
      values: { type: 'visit', when: '2026-11-23T09:41' },
    });
  });

  test('what a role does not see of a record is not asked for, not even where it is required', async () => {
    const record: RecordView = {
      ...customerWith({ date: '2026-11-23' }),
      ...{ kind: 'transaction', masked: ['amount', 'status'] },
    };
    const form = new RecordForm({ kind: 'transaction', fields: fieldsOf('transaction'), record });
    expect(form.subject.fields.map(({ name }) => name)).not.toContain('amount');
    form.set('number', '7');
    expect((await form.save())?.ok).toBe(true);
    expect(saved[0]?.[0]).toMatchObject({ values: { number: '7' } });
  });

  test('unsaved text comes back, over what others changed meanwhile', async () => {
    const form = edit({ name: 'Ines', company: 'Quay Street' });
    form.set('title', 'Owner');
    await draftState.flush();
    const later = edit({ name: 'Ines Marchetti', company: 'Quay Street' });
    await vi.waitFor(() => expect(later.restoredAt).toBeDefined());
    expect(later.value('title')).toBe('Owner');
    expect(later.value('name')).toBe('Ines Marchetti');
    expect(later.changes).toEqual({ title: 'Owner' });
    later.discard();
    expect(later.value('title')).toBeNull();
    await draftState.flush();
    expect(drafts.size).toBe(0);
  });
});
