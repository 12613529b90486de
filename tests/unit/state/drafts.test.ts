import { beforeEach, describe, expect, test, vi } from 'vitest';
import type { Json } from '#domain/change.ts';
import type { Draft } from '#worker/vault-api.ts';

const stored = new Map<string, Draft>();
const written: Json[] = [];
let locked = false;

vi.mock('#state/vault.ts', () => ({
  vault: {
    readDraft: (form: string) => Promise.resolve(stored.get(form) ?? null),
    saveDraft: (draft: Draft) => {
      if (locked) return Promise.reject(new Error('locked'));
      stored.set(draft.form, draft);
      written.push(draft.values);
      return Promise.resolve({ ok: true, value: undefined });
    },
    dropDraft: (form: string) => {
      stored.delete(form);
      return Promise.resolve();
    },
  },
}));

const { drafts } = await import('#state/drafts.svelte.ts');
const { leaveWorkspace } = await import('#state/leave.ts');

describe('drafts', () => {
  beforeEach(() => {
    vi.useFakeTimers();
    leaveWorkspace();
    stored.clear();
    written.length = 0;
    locked = false;
  });

  test('many inputs in a row are sealed once, with the newest values', async () => {
    for (const text of ['B', 'Be', 'Ber']) drafts.keep('customer/new', { name: text });
    await vi.advanceTimersByTimeAsync(1000);
    expect(written).toEqual([{ name: 'Ber' }]);
  });

  test('flush seals what was typed just now', async () => {
    drafts.keep('customer/new', { name: 'Bergl' });
    await drafts.flush();
    expect(stored.get('customer/new')?.values).toEqual({ name: 'Bergl' });
  });

  test('a form that reads its draft sees what was typed last', async () => {
    drafts.keep('customer/new', { name: 'Bergl' });
    expect((await drafts.read('customer/new'))?.values).toEqual({ name: 'Bergl' });
    expect(await drafts.read('customer/other')).toBeNull();
  });

  test('a dropped draft does not come back with a write that was under way', async () => {
    drafts.keep('customer/new', { name: 'Bergl' });
    void drafts.flush();
    drafts.drop('customer/new');
    await vi.advanceTimersByTimeAsync(1000);
    await drafts.flush();
    expect(stored.size).toBe(0);
  });

  test('a write that a lock overtook does not stop the next ones', async () => {
    locked = true;
    drafts.keep('customer/new', { name: 'lost' });
    await drafts.flush();
    locked = false;
    drafts.keep('customer/new', { name: 'kept' });
    await drafts.flush();
    expect(written).toEqual([{ name: 'kept' }]);
  });

  test('after a lock nothing typed before it is written', async () => {
    drafts.keep('customer/new', { name: 'Bergl' });
    leaveWorkspace();
    await vi.advanceTimersByTimeAsync(1000);
    expect(written).toEqual([]);
  });
});
