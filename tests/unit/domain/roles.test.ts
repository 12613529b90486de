import type { RecordId } from '#base/ids.ts';
import { BELONGINGS, KINDS } from '#domain/catalogue.ts';
import type { Change, Erasure } from '#domain/change.ts';
import { WORKSPACE_DOSSIER } from '#domain/record-state.ts';
import { mayAuthor } from '#domain/roles.ts';
import { describe, expect, it } from 'vitest';
import { customer, erasureRecord, stampOf, task } from './arbitraries.ts';

const OF_WORKSPACE = ['workspace', 'member', 'field', 'erasure'];

function changeOf(kind: Change['kind'], parts: Partial<Change> = {}): Change {
  const belongs = BELONGINGS.includes(kind);
  const record = kind === 'customer' ? customer : task;
  return { record, kind, stamp: stampOf(1), at: 0, ...(belongs && { customer }), ...parts };
}

function erasing(erases: Erasure): Change {
  return changeOf('erasure', { record: erasureRecord, erases });
}

describe('a role', () => {
  it('of an admin allows every kind, of a member what belongs to customers, of a viewer nothing', () => {
    for (const kind of KINDS) {
      const change = changeOf(kind);
      expect(mayAuthor('admin', change)).toBe(true);
      expect(mayAuthor('member', change)).toBe(!OF_WORKSPACE.includes(kind));
      expect(mayAuthor('viewer', change)).toBe(false);
    }
  });

  it('of a member erases one value and nothing more', () => {
    const field = { record: customer, field: 'notes' };
    const value = erasing({ type: 'value', ...field, stamp: stampOf(1) });
    const others = [
      erasing({ type: 'field', ...field }),
      erasing({ type: 'person', ids: [customer] }),
    ];
    for (const change of [value, ...others]) {
      expect(mayAuthor('admin', change)).toBe(true);
      expect(mayAuthor('viewer', change)).toBe(false);
    }
    expect(mayAuthor('member', value)).toBe(true);
    for (const change of others) expect(mayAuthor('member', change)).toBe(false);
    const hidden = changeOf('customer', { erases: { type: 'person', ids: [customer] } });
    expect(mayAuthor('member', hidden)).toBe(false);
  });

  it('lets nobody reach the workspace’s own records by another kind', () => {
    const bare = { record: task, stamp: stampOf(1), at: 0 };
    const strays: Change[] = [
      { ...bare, kind: 'task' },
      { ...bare, kind: 'task', customer: WORKSPACE_DOSSIER },
      { ...bare, kind: 'customer', customer: 'k'.repeat(26) as RecordId },
      { ...bare, kind: 'field', customer },
      { ...bare, kind: 'customer', record: WORKSPACE_DOSSIER },
    ];
    for (const change of strays) {
      expect(mayAuthor('member', change)).toBe(false);
      expect(mayAuthor('admin', change)).toBe(false);
    }
  });
});
