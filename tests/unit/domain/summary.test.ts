import type { RecordId } from '#base/ids.ts';
import { applyChange, createErasures } from '#domain/apply.ts';
import { fieldsOf, type Kind } from '#domain/catalogue.ts';
import type { Json } from '#domain/change.ts';
import { changeOf, deletionOf } from '#domain/edits.ts';
import type { Dossier } from '#domain/record-state.ts';
import {
  foldText,
  matchesQuery,
  NO_BELONGINGS,
  queryWords,
  searchText,
  summarise,
  withChange,
} from '#domain/summary.ts';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { anyChange, anyChangeOf, customer, merge, runs, stampOf } from './arbitraries.ts';

const ada = {
  name: 'Ana Łukasz-Müller',
  company: 'Straße & Søn',
  title: 'Owner',
  emails: [{ id: '', label: '', value: 'Ana@Example.com' }],
  phones: [{ id: '', label: '', value: '+52 (5) 555-4729' }],
  addresses: [
    { id: '', label: '', value: { street: 'Avda. 1', city: 'México D.F.', country: 'Mexico' } },
    { id: '', label: '', value: { city: 'Oslo' } },
  ],
  stage: 'lead',
  owner: 'Nancy',
  tags: ['vip', '重点'],
  source: 'Fair',
  notes: 'secret\nnote',
};

let time = 0;

function put(dossier: Dossier, record: string, kind: Kind, values: Record<string, Json>): RecordId {
  const id = record.repeat(26) as RecordId;
  time += 1;
  const change = changeOf({
    record: id,
    kind,
    ...(kind !== 'customer' && { customer }),
    values,
    fields: fieldsOf(kind),
    stamp: stampOf(time),
    at: time,
  });
  dossier.set(id, applyChange(undefined, change, createErasures())!);
  return id;
}

function remove(dossier: Dossier, id: RecordId): void {
  time += 1;
  const state = dossier.get(id)!;
  dossier.set(id, applyChange(state, deletionOf(state, stampOf(time), time), createErasures())!);
}

function dossierOf(values: Record<string, Json>): Dossier {
  time = 0;
  const dossier: Dossier = new Map();
  put(dossier, 'k', 'customer', values);
  return dossier;
}

describe('a summary', () => {
  it('carries what lists need', () => {
    expect(summarise(dossierOf(ada), customer)).toEqual({
      id: customer,
      name: 'Ana Łukasz-Müller',
      company: 'Straße & Søn',
      title: 'Owner',
      emails: ['Ana@Example.com'],
      phones: ['+52 (5) 555-4729'],
      place: 'México D.F., Mexico',
      stage: 'lead',
      owner: 'Nancy',
      tags: ['vip', '重点'],
      source: 'Fair',
      ...NO_BELONGINGS,
      bornOn: '',
      isFromOthers: false,
      createdAt: 1,
      changedAt: 1,
    });
  });

  it('knows the open, dated tasks, the first due first, and the last contact', () => {
    const dossier = dossierOf(ada);
    const later = put(dossier, 'a', 'task', { title: 'Later', due: '2026-12-24' });
    const sooner = put(dossier, 'b', 'task', { title: 'Sooner', due: '2026-11-24' });
    put(dossier, 'c', 'task', { title: 'Done', due: '2026-11-01', done: '2026-11-02T09:00Z' });
    put(dossier, 'd', 'task', { title: 'Some day' });
    remove(dossier, put(dossier, 'e', 'task', { title: 'Deleted', due: '2026-11-01' }));
    put(dossier, 'f', 'interaction', { type: 'visit', when: '2026-11-20T10:00' });
    put(dossier, 'g', 'interaction', { type: 'call', when: '2026-11-19T10:00' });
    put(dossier, 'h', 'interaction', { type: 'note', when: '2026-11-22T10:00' });
    remove(dossier, put(dossier, 'i', 'interaction', { type: 'call', when: '2026-11-21T10:00' }));
    const summary = summarise(dossier, customer);
    expect(summary.tasks).toEqual([
      { id: sooner, title: 'Sooner', due: '2026-11-24' },
      { id: later, title: 'Later', due: '2026-12-24' },
    ]);
    expect(summary.lastContact).toBe('2026-11-20');
    expect(summary.createdAt).toBe(1);
    expect(summary.changedAt).toBe(time);
  });

  it('knows what is in force of limits and holds, and not what was lifted or deleted', () => {
    const dossier = dossierOf(ada);
    put(dossier, 'a', 'limit', { type: 'objection', since: '2026-11-20' });
    put(dossier, 'b', 'limit', { type: 'restriction', since: '2026-11-20' });
    put(dossier, 'c', 'limit', { type: 'restriction', since: '2026-11-21' });
    put(dossier, 'd', 'limit', { type: 'optOut', since: '2026-11-01', lifted: '2026-11-02' });
    put(dossier, 'e', 'hold', { basis: 'Art. 17(3)(e)', until: '2027-03-31' });
    put(dossier, 'f', 'hold', { basis: 'Tax', until: '2036-12-31', lifted: '2026-11-02' });
    remove(dossier, put(dossier, 'g', 'hold', { basis: 'Tax', until: '2036-12-31' }));
    const summary = summarise(dossier, customer);
    expect(summary.limits).toEqual(['restriction', 'objection']);
    expect(summary.heldUntil).toBe('2027-03-31');
    expect(summary.lastActivity).toBe('');
  });

  it('knows the newest activity and the oldest record of each kind that ages', () => {
    const dossier = dossierOf(ada);
    put(dossier, 'a', 'interaction', { type: 'note', when: '2026-11-20T10:00' });
    put(dossier, 'b', 'interaction', { type: 'visit', when: '2020-02-29T10:00' });
    remove(dossier, put(dossier, 'c', 'interaction', { type: 'visit', when: '2019-01-01T10:00' }));
    put(dossier, 'd', 'transaction', { date: '2026-11-21', amount: '1' });
    put(dossier, 'e', 'task', { title: 'Done', done: '2027-01-01T09:00Z' });
    put(dossier, 'f', 'need', { title: 'Shelves' });
    // What nobody has done yet does not age.
    put(dossier, 'g', 'task', { title: 'To do' });
    // What was deleted is kept, and ages.
    remove(dossier, put(dossier, 'h', 'feedback', { type: 'praise', date: '2018-05-01' }));
    const summary = summarise(dossier, customer);
    expect(summary.lastActivity).toBe('2026-11-21');
    expect(summary.lastContact).toBe('2020-02-29');
    expect(summary.oldest).toEqual({
      feedback: '2018-05-01',
      interaction: '2019-01-01',
      transaction: '2026-11-21',
      task: '2027-01-01',
      need: '1970-01-01',
    });
  });

  it('knows consents in their order, the first notice, minors, and whose data came from others', () => {
    const dossier = dossierOf({ ...ada, birthday: '1960-06-30', obtained: 'others' });
    const purpose = { purpose: 'p', channel: 'any', method: 'written', given: '2026-11-20T09:00' };
    const first = put(dossier, 'a', 'consent', { ...purpose, purposeVersion: 2, notice: '2' });
    const second = put(dossier, 'b', 'consent', { ...purpose, guardian: 'A mother' });
    remove(dossier, put(dossier, 'c', 'consent', purpose));
    put(dossier, 'd', 'notice', { given: '2026-11-22' });
    put(dossier, 'e', 'notice', { given: '2026-11-21' });
    const summary = summarise(dossier, customer);
    expect(summary.consents).toMatchObject([
      { id: first, version: 2, hasNotice: true, isByGuardian: false, withdrawn: '' },
      { id: second, version: 0, hasNotice: false, isByGuardian: true },
    ]);
    expect(summary.toldOn).toBe('2026-11-21');
    expect(summary.isFromOthers).toBe(true);
    // The record was made in 1970.
    expect(summary.bornOn).toBe('1960-06-30');
    expect(summarise(dossierOf({ ...ada, birthday: '1951-12-31' }), customer).bornOn).toBe('');
  });

  it('of a change that is newer than all else is the same without the record', () => {
    const NEWEST = 10_000;
    let made = 0;
    fc.assert(
      fc.property(
        fc.array(anyChange, { maxLength: 12 }),
        anyChangeOf(customer, 'customer'),
        fc.integer({ min: 0, max: 4 }),
        (before, last, at) => {
          const dossier = merge(before);
          const change = { ...last, stamp: stampOf(NEWEST), at };
          const patched = withChange(summarise(dossier, customer), change);
          if (patched === null) return;
          made += 1;
          expect(patched).toEqual(summarise(merge([change], dossier), customer));
        },
      ),
      runs(500),
    );
    expect(made).toBeGreaterThan(20);
  });

  it('says that a customer is deleted, or not there yet', () => {
    const dossier = dossierOf(ada);
    remove(dossier, customer);
    expect(summarise(dossier, customer).deleted).toBe(true);
    expect(summarise(new Map(), customer)).toMatchObject({ id: customer, name: '', deleted: true });
  });
});

describe('search', () => {
  const text = searchText(summarise(dossierOf(ada), customer));

  it.each([
    'ana',
    'LUKASZ',
    'muller',
    'Müller',
    'strasse',
    'sön',
    'example.com',
    '4729',
    '5555',
    '525555',
    '555-4729',
    '(5)555',
    'mexico',
    'vip 重点',
    '点',
    'nancy owner',
    '',
  ])('finds %j', (query) => {
    expect(matchesQuery(text, queryWords(query))).toBe(true);
  });

  it.each(['secret', 'ana oslo', '4728', 'fair', 'ana\u001fstr'])('does not find %j', (query) => {
    expect(matchesQuery(text, queryWords(query))).toBe(false);
  });

  it('stays on one line', () => {
    const lines = { ...ada, name: 'two\nlines', company: 'and\r\nmore' };
    expect(searchText(summarise(dossierOf(lines), customer))).not.toMatch(/[\r\n]/);
  });

  it('finds every customer by its own name, as it is written', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', minLength: 1 }), (name) => {
        const found = searchText(summarise(dossierOf({ name }), customer));
        expect(matchesQuery(found, queryWords(name))).toBe(true);
      }),
      runs(100),
    );
  });
});

describe('folding', () => {
  it.each([
    ['ASCII Only', 'ascii only'],
    ['Ångström', 'angstrom'],
    ['İstanbul', 'istanbul'],
    ['ＦＵＬＬ', 'full'],
    ['ﬁne', 'fine'],
    ['Ærø Đà Ðó Þór', 'aero da do thor'],
    ['ẞ', 'ss'],
    ['上海', '上海'],
  ])('of %s is %s', (text, folded) => {
    expect(foldText(text)).toBe(folded);
  });

  it('is the same for a name alone as beside letters of other scripts', () => {
    const letter = fc.oneof(
      fc.integer({ min: 0, max: 0x24f }),
      fc.integer({ min: 0x4e00, max: 0x9fff }),
    );
    fc.assert(
      fc.property(fc.array(letter), (letters) => {
        const text = String.fromCharCode(...letters);
        expect(`${foldText(text)}→`).toBe(foldText(`${text}→`));
      }),
      runs(500),
    );
  });

  it('changes nothing that is folded', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (text) => {
        expect(foldText(foldText(text))).toBe(foldText(text));
      }),
      runs(200),
    );
  });
});
