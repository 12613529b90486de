import { readFileSync } from 'node:fs';
import { withoutCards } from '#compliance/cards/screening.ts';
import { recordRoom } from '#compliance/personal-room.ts';
import { subjectCards } from '#compliance/subject-file/card.ts';
import { subjectContent, type SubjectContent } from '#compliance/subject-file/content.ts';
import { subjectPage } from '#compliance/subject-file/page.ts';
import { probeSubjectFile } from '#compliance/subject-file/probe.ts';
import { readSubjectFile } from '#compliance/subject-file/reading.ts';
import { subjectTable } from '#compliance/subject-file/table.ts';
import type { Json } from '#domain/change.ts';
import type { Session } from '#vault/session.ts';
import { Ajv2020 } from 'ajv/dist/2020.js';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { en } from '#texts/en.ts';
import { runs } from '../../domain/arbitraries.ts';
import { createSession, must } from '../../vault/fixture.ts';

const NOW = Date.UTC(2026, 10, 23, 12);
const words = { ...en.subjectFile.page, language: 'en' } as const;

async function fileOf(session: Session, customer: string): Promise<SubjectContent> {
  const { vault } = session;
  const id = customer as Parameters<typeof vault.openDossier>[0];
  return subjectContent({
    dossier: must(await vault.openDossier(id)),
    customer: id,
    workspace: { id: session.workspace, name: 'Kelp & Sons', dossier: vault.workspace },
    rooms: [recordRoom(session)],
    now: NOW,
    fieldsOf: (kind) => vault.fieldsOf(kind),
    screen: (kind, values) => withoutCards(vault.fieldsOf(kind), values),
  })!;
}

const PERSON = {
  name: 'Bea Lund',
  company: 'Lund; Söhne',
  emails: [{ id: 'e1', label: 'work', value: 'bea@lund.example' }],
  phones: [{ id: 'p1', label: '', value: '+49 40 1234567' }],
  addresses: [
    { id: 'a1', label: 'home', value: { street: 'Kai 1, links', city: 'Hamburg', country: 'DE' } },
  ],
  birthday: '1980-06-30',
  tags: ['vip', 'a,b'],
  notes: `=1+1 and "quotes"\n${'é'.repeat(60)}`,
  stage: 'lead',
};

async function withPerson() {
  const { session } = await createSession();
  const { vault } = session;
  const [customer] = must(await vault.save([{ kind: 'customer', values: PERSON }])).records;
  const values = { title: 'Captain' };
  must(await vault.save([{ record: customer!, kind: 'customer', values }]));
  must(await vault.save([{ record: customer!, kind: 'customer', values: { title: 'Owner' } }]));
  const [purpose] = must(
    await vault.save([
      { kind: 'purpose', values: { name: 'News', basis: 'consent', why: 'A letter a month' } },
      { kind: 'purpose', values: { name: 'Over', ended: '2020-01-01' } },
      {
        kind: 'disclosure',
        values: { date: '2026-01-01', recipient: 'The tax office', person: 'Bea Lund' },
      },
      {
        kind: 'disclosure',
        values: { date: '2026-01-01', recipient: 'Of another', person: 'Ruth Okafor' },
      },
    ]),
  ).records;
  must(
    await vault.save([
      {
        kind: 'consent',
        customer: customer!,
        values: { purpose: purpose!, channel: 'any', method: 'written', given: '2026-11-20T09:00' },
      },
      { kind: 'need', customer: customer!, values: { title: 'A mooring <now>' } },
    ]),
  );
  return { session, customer: customer! };
}

describe('a subject file', () => {
  it('holds values, past ones, purposes in force and what was disclosed of this person alone', async () => {
    const { session, customer } = await withPerson();
    const content = await fileOf(session, customer);
    expect(content.person.values).toMatchObject({ name: 'Bea Lund', title: 'Owner' });
    expect(content.person.past?.['title']).toMatchObject([{ value: 'Captain' }]);
    expect(content.records.map(({ kind }) => kind).sort()).toEqual(['consent', 'need']);
    expect(content.purposes.map(({ name }) => name)).toEqual(['News']);
    expect(content.disclosures.map(({ recipient }) => recipient)).toEqual(['The tax office']);
  });

  it('is valid by its schema, and read again as it was', async () => {
    const { session, customer } = await withPerson();
    const content = await fileOf(session, customer);
    const schema = JSON.parse(
      readFileSync('src/compliance/subject-file/schema.json', 'utf8'),
    ) as object;
    const validate = new Ajv2020({ allowUnionTypes: true }).compile(schema);
    expect(validate(JSON.parse(JSON.stringify(content))), JSON.stringify(validate.errors)).toBe(
      true,
    );
    const [person] = readSubjectFile(JSON.stringify(content))!;
    expect(person?.values).toEqual(content.person.values);
    expect(readSubjectFile('{"format":"something"}')).toBe(null);
    expect(readSubjectFile('nothing')).toBe(null);
    expect(validate({ ...content, extra: 1 })).toBe(false);
  });

  it('gives back any customer that can be written', async () => {
    const { session } = await createSession();
    const { vault } = session;
    const text = fc
      .string({ minLength: 1, maxLength: 30, unit: 'grapheme' })
      .filter((each) => each.trim() === each && !/\p{Cc}/u.test(each));
    const person: fc.Arbitrary<Record<string, Json>> = fc.record(
      {
        name: text,
        company: text,
        source: text,
        notes: text,
        stage: fc.constantFrom('lead', 'active'),
        birthday: fc.constantFrom('2000-02-29', '1980-12-31'),
        tags: fc.uniqueArray(fc.constantFrom('vip', '重点', 'a,b'), { minLength: 1 }),
      },
      { requiredKeys: ['name'] },
    );
    await fc.assert(
      fc.asyncProperty(person, async (values) => {
        const saved = await vault.save([{ kind: 'customer', values }]);
        fc.pre(saved.ok);
        const content = await fileOf(session, must(saved).records[0]!);
        const [taken] = readSubjectFile(JSON.stringify(content))!;
        const again = must(await vault.save([{ kind: 'customer', values: taken!.values }]));
        const copy = await fileOf(session, again.records[0]!);
        expect(copy.person.values).toEqual(content.person.values);
      }),
      runs(30),
    );
  });

  it('reaches every field that is classified', async () => {
    const { session } = await withPerson();
    const { vault } = session;
    const parts = { now: NOW, fieldsOf: vault.fieldsOf.bind(vault) };
    const probed = probeSubjectFile({ ...parts, rooms: [recordRoom(session)] });
    expect(probed.subjectFile.missing).toEqual([]);
    expect(probed.subjectFile.fields).toBeGreaterThan(40);
    expect(probed.portableExport).toEqual({ at: NOW, isValid: true, isRoundTrip: true });
    // A room that keeps something back is found out.
    const room = recordRoom(session);
    const silent = {
      ...room,
      collect: (dossier: Parameters<typeof room.collect>[0]) =>
        room.collect(dossier).filter(({ kind }) => kind !== 'need'),
    };
    const found = probeSubjectFile({ ...parts, rooms: [silent] });
    expect(found.subjectFile.missing).toContain('need title');
    expect(found.portableExport.isValid).toBe(false);
  });
});

describe('what people read of it', () => {
  it('is a page without script, in which nothing of a value is markup', async () => {
    const { session, customer } = await withPerson();
    const { vault } = session;
    const page = subjectPage(
      await fileOf(session, customer),
      words,
      (kind) => vault.fieldsOf(kind),
      () => 'News of the harbour',
    );
    expect(page).toContain('A mooring &lt;now&gt;');
    expect(page).toContain('bea@lund.example (work)');
    expect(page).toContain('<dt>Purpose</dt><dd>News of the harbour</dd>');
    expect(page).toContain('The tax office');
    expect(page).toContain(en.subjectFile.page.rightsList[3]);
    expect(page).not.toContain('<script');
  });

  it('is a table in which nothing is computed', async () => {
    const { session, customer } = await withPerson();
    const { person } = await fileOf(session, customer);
    const table = subjectTable([person], session.vault.fieldsOf('customer'), 'en', (id) => id);
    expect(table).toContain('"\'=1+1 and ""quotes""\n');
    expect(table).toContain('Lead');
    expect(table.split('\r\n')).toHaveLength(3);
  });

  it('is a vCard 4.0 whose lines are no longer than 75 octets', async () => {
    const { session, customer } = await withPerson();
    const card = subjectCards(await fileOf(session, customer));
    expect(card).toMatch(/^BEGIN:VCARD\r\nVERSION:4.0\r\n/);
    expect(card).toMatch(/END:VCARD\r\n$/);
    const unfolded = card.replaceAll('\r\n ', '');
    expect(unfolded).toContain('ORG:Lund\\; Söhne\r\n');
    expect(unfolded).toContain('TEL;VALUE=TEXT:+49 40 1234567\r\n');
    expect(unfolded).toContain('ADR:;;Kai 1\\, links;Hamburg;;;DE\r\n');
    expect(unfolded).toContain('BDAY:19800630\r\n');
    expect(unfolded).toContain('CATEGORIES:a\\,b,vip\r\n');
    for (const line of card.split('\r\n')) {
      expect(Buffer.byteLength(line)).toBeLessThanOrEqual(75);
    }
  });
});
