import {
  createPrefixedId,
  createRunId,
  GLASS_PREFIX,
  STAFF_PREFIX,
  type RecordId,
} from '#base/ids.ts';
import { auditPageId, EVENTS_FIELD } from '#domain/audit-page.ts';
import { BELONGINGS, KINDS } from '#domain/catalogue.ts';
import type { Change, Erasure } from '#domain/change.ts';
import { WORKSPACE_DOSSIER } from '#domain/record-state.ts';
import { mayAuthor } from '#domain/roles.ts';
import { deviceOf, type Stamp } from '#domain/stamp.ts';
import { describe, expect, it } from 'vitest';
import { customer, stampOf, task } from './arbitraries.ts';

const BY_ADMINS = [
  'workspace',
  'member',
  'field',
  'erasure',
  'policy',
  'pack',
  'attestation',
  'policyTask',
  'purpose',
  'processor',
  'disposal',
  'hold',
  'retentionRule',
];
const BY_ALL = ['glass', 'audit'];
const device = deviceOf(stampOf(1));

const staff = createPrefixedId(STAFF_PREFIX);

const ownIds: Partial<Record<Change['kind'], RecordId>> = {
  customer,
  request: staff,
  incident: staff,
  disclosure: staff,
  cardFinding: staff,
  audit: auditPageId(device, 0),
  run: createRunId(0),
  glass: createPrefixedId(GLASS_PREFIX),
};

function changeOf(kind: Change['kind'], parts: Partial<Change> = {}): Change {
  const belongs = BELONGINGS.includes(kind);
  const record = ownIds[kind] ?? task;
  return { record, kind, stamp: stampOf(1), at: 0, ...(belongs && { customer }), ...parts };
}

function erasing(erases: Erasure): Change {
  return changeOf('erasure', { record: staff, erases });
}

describe('a role', () => {
  it('of an admin allows every kind, of a member what belongs to customers, of a viewer the log and emergency access', () => {
    for (const kind of KINDS) {
      const change = changeOf(kind);
      expect(mayAuthor('admin', change)).toBe(true);
      expect(mayAuthor('member', change)).toBe(!BY_ADMINS.includes(kind));
      expect(mayAuthor('viewer', change)).toBe(BY_ALL.includes(kind));
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
      { ...bare, kind: 'run' },
      { ...bare, kind: 'customer', record: createRunId(0) },
      { ...bare, kind: 'customer', record: WORKSPACE_DOSSIER },
    ];
    for (const change of strays) {
      for (const role of ['viewer', 'member', 'admin'] as const) {
        expect(mayAuthor(role, change)).toBe(false);
      }
    }
  });

  it('reaches an admin’s record by none of the kinds that others write too', () => {
    const value = { type: 'value', record: task, field: 'notes', stamp: stampOf(1) } as const;
    const strays: Change[] = KINDS.filter((kind) => !BELONGINGS.includes(kind)).flatMap((kind) => [
      changeOf(kind, { record: task, set: { reason: { value: 'x' } } }),
      changeOf(kind, { record: task, deletes: {} }),
      changeOf(kind, { record: kind === 'glass' ? staff : createPrefixedId(GLASS_PREFIX) }),
    ]);
    for (const change of [...strays, changeOf('erasure', { record: task, erases: value })]) {
      // A customer has a dossier of its own, where no admin's record lies.
      if (change.kind === 'customer') continue;
      for (const role of ['viewer', 'member'] as const) expect(mayAuthor(role, change)).toBe(false);
    }
  });

  it('lets a device add to its own pages of the log, and nobody do anything else there', () => {
    const page = auditPageId(device, 3);
    const event = { add: { '769': { event: {}, hash: '' } } };
    const adding = changeOf('audit', { record: page, set: { [EVENTS_FIELD]: event } });
    const elsewhere = { ...adding, stamp: `${'0'.repeat(16)}-${'q'.repeat(26)}` as Stamp };
    const removing = { remove: { '769': [stampOf(1)] } };
    const others: Change[] = [
      elsewhere,
      { ...adding, record: auditPageId('q'.repeat(26) as typeof device, 3) },
      { ...adding, set: { [EVENTS_FIELD]: removing } },
      { ...adding, set: { [EVENTS_FIELD]: { ...event, ...removing } } },
      { ...adding, set: { [EVENTS_FIELD]: { value: 1 } } },
      { ...adding, set: { other: event } },
      { ...adding, deletes: {} },
      { ...adding, kind: 'customer' },
      { ...adding, customer },
      erasing({ type: 'value', record: page, field: EVENTS_FIELD, stamp: stampOf(1) }),
      erasing({ type: 'field', record: page, field: EVENTS_FIELD }),
    ];
    for (const role of ['admin', 'member', 'viewer'] as const) {
      expect(mayAuthor(role, adding)).toBe(true);
      for (const change of others) expect(mayAuthor(role, change)).toBe(false);
    }
    const pruning = erasing({ type: 'person', ids: [page] });
    expect(mayAuthor('admin', pruning)).toBe(true);
    expect(mayAuthor('member', pruning)).toBe(false);
  });
});
