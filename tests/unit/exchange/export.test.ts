import fc from 'fast-check';
import Papa from 'papaparse';
import { describe, expect, test } from 'vitest';
import { err } from '#base/result.ts';
import { fieldsOf, type FieldDefinition } from '#domain/catalogue.ts';
import type { FieldName, Json } from '#domain/change.ts';
import { exportCustomers, type ExportSource } from '#exchange/export.ts';
import { Importer } from '#exchange/import.ts';
import type { ExportRequest } from '#exchange/messages.ts';
import { MemoryVault } from './memory-vault.ts';

const work = () => ({ signal: new AbortController().signal, onProgress: () => undefined });

async function exported(vault: ExportSource, request: ExportRequest) {
  const result = await exportCustomers(request, vault, work());
  if (!result.ok) throw new Error(result.error.type);
  const bytes = new Uint8Array(await result.value.blob.arrayBuffer());
  const text = new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes);
  return { name: result.value.name, type: result.value.blob.type, text };
}

describe('CSV', () => {
  test('has the catalogue’s labels, a byte order mark, CR LF, and neutral formula cells', async () => {
    const vault = new MemoryVault();
    vault.add('customer', {
      name: '=HYPERLINK("http://evil.example";"x")',
      company: 'Weber, "AG"',
      emails: [{ label: '', value: 'a@x.de' }],
      phones: [
        { label: 'work', value: '+4930901820' },
        { label: '', value: '030 1' },
      ],
      addresses: [{ label: '', value: { street: 'Am Hof 1', city: 'Köln' } }],
      stage: 'active',
      tags: ['vip', 'a;b'],
      notes: 'two\nlines',
    });
    const { name, type, text } = await exported(vault, { format: 'csv' });
    expect(name).toMatch(/^customers-\d{4}-\d\d-\d\d\.csv$/);
    expect(type).toBe('text/csv;charset=utf-8');
    expect(text).toBe(
      '\ufeffName,Company,Job title,Email,Phone,Phone label,Phone 2,Phone 2 label,' +
        'Street,City,Region,Postal code,Country,Website,Stage,Owner,Tags,Source,Data came from,Language,Birthday,Notes\r\n' +
        `"'=HYPERLINK(""http://evil.example"";""x"")","Weber, ""AG""",,a@x.de,'+4930901820,work,030 1,,` +
        'Am Hof 1,Köln,,,,,Active,,"""a;b""; vip",,,,,"two\nlines"\r\n',
    );
  });

  test('fields of the workspace’s own stand behind the catalogue’s, whatever they are called', async () => {
    const vault = new MemoryVault();
    const custom = { kind: 'customer', type: 'text' };
    vault.add('field', { ...custom, name: 'x-1', label: 'Shoe size' });
    vault.add('field', { ...custom, name: 'x-2', label: 'name' });
    vault.add('customer', { name: 'Anna', 'x-1': '39', 'x-2': 'other' });
    const { text } = await exported(vault, { format: 'csv' });
    const [headers, row] = Papa.parse<string[]>(text.slice(1)).data;
    expect(headers?.slice(-2)).toEqual(['Shoe size', 'name (custom)']);
    expect(row?.slice(-2)).toEqual(['39', 'other']);
  });

  const word = fc
    .oneof(
      fc.string({ minLength: 1, maxLength: 12 }),
      fc.constantFrom(
        '=1+1',
        '+49',
        "'=x",
        "'",
        '-',
        '@x',
        'a;b',
        'a,b',
        '"q"',
        '王小明',
        'Ünal',
        'NULL',
      ),
    )
    .map((text) => text.replaceAll(/[\p{Cc}\p{Surrogate}\ufeff\ufffd]/gu, '').trim())
    .filter((text) => text !== '' && text !== '__proto__');
  const listOf = (value: fc.Arbitrary<Json>) =>
    fc.uniqueArray(
      fc.record({ label: fc.oneof(fc.constantFrom('', 'work', 'fax'), word), value }),
      {
        minLength: 1,
        maxLength: 3,
        selector: ({ value }) => JSON.stringify(value),
        comparator: 'IsStrictlyEqual',
      },
    );
  const valueOf = (field: FieldDefinition): fc.Arbitrary<Json> => {
    switch (field.type) {
      case 'emails':
        return listOf(fc.emailAddress());
      case 'phones':
        return listOf(fc.stringMatching(/^\+?[0-9](?:[0-9 ()/-]{0,10}[0-9])?$/));
      case 'addresses':
        return listOf(
          fc.record({
            street: word,
            city: fc.oneof(fc.constant(''), word),
            region: fc.oneof(fc.constant(''), word),
            postalCode: fc.oneof(fc.constant(''), word),
            country: fc.oneof(fc.constant(''), word),
          }),
        );
      case 'tags':
        return fc.uniqueArray(word, { minLength: 1, maxLength: 4 }).map((tags) => tags.sort());
      case 'choice':
        return fc.constantFrom(...(field.options ?? []).map(({ value }) => value));
      case 'date':
        return fc
          .date({ min: new Date('1900-01-01'), max: new Date('2100-01-01'), noInvalidDate: true })
          .map((date) => date.toISOString().slice(0, 10));
      case 'url':
        return fc.webUrl();
      case 'longText':
        return fc.array(word, { minLength: 1, maxLength: 3 }).map((words) => words.join('\n'));
      default:
        return word;
    }
  };
  const fields = fieldsOf('customer');
  const customer = fc
    .record(Object.fromEntries(fields.map((field) => [field.name, valueOf(field)])), {
      requiredKeys: [],
    })
    .chain((values) => word.map((name) => ({ name, ...values })));

  test('what is exported and imported again is the same, whatever the values', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(customer, { minLength: 1, maxLength: 5 }), async (customers) => {
        const vault = new MemoryVault();
        for (const values of customers) vault.add('customer', values);
        const { text } = await exported(vault, { format: 'csv' });
        const other = new MemoryVault();
        const imported = await new Importer(other).run(
          new File([text], 'customers.csv'),
          { emptyWords: [], defaultCountry: 'DE' },
          work(),
        );
        expect(imported).toMatchObject({ ok: true, value: { skipped: [] } });
        expect(other.customers().map(comparable)).toEqual(vault.customers().map(comparable));
      }),
      { numRuns: process.env['SLOW'] ? 3000 : 150 },
    );
  });

  /** A phone that is valid in the default country is meant to become E.164. */
  function comparable(values: Record<FieldName, Json>): unknown {
    const phones = (values['phones'] ?? []) as { label: string; value: string }[];
    return {
      ...values,
      phones: phones.map(({ label, value }) => ({
        label,
        value: value.replaceAll(/\D/g, '').slice(-4),
      })),
    };
  }
});

describe('JSON Lines', () => {
  test('each customer is a line with all that belongs to it', async () => {
    const vault = new MemoryVault();
    vault.add('field', { kind: 'customer', name: 'x-1', type: 'text', label: 'Shoe size' });
    const anna = vault.add('customer', { name: 'Anna', tags: ['vip'], 'x-1': '39' });
    const visit = vault.add('interaction', { type: 'visit', when: '2026-11-20T10:00' }, anna);
    const gone = vault.add('task', { title: 'gone' }, anna);
    vault.remove(gone);
    vault.remove(vault.add('customer', { name: 'Trash' }));
    vault.add('customer', { name: 'Bob\u2028"x"' });
    const { name, text } = await exported(vault, { format: 'jsonl' });
    expect(name).toMatch(/\.jsonl$/);
    const at = new Date(1_700_000_000_000).toISOString();
    expect(text.endsWith('\n')).toBe(true);
    expect(
      text
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line) as unknown),
    ).toEqual([
      {
        id: anna,
        kind: 'customer',
        createdAt: at,
        changedAt: at,
        values: { name: 'Anna', tags: ['vip'] },
        custom: { 'Shoe size': '39' },
        belongings: [
          {
            id: visit,
            kind: 'interaction',
            createdAt: at,
            changedAt: at,
            values: { type: 'visit', when: '2026-11-20T10:00' },
          },
        ],
      },
      expect.objectContaining({ values: { name: 'Bob\u2028"x"' }, belongings: [] }),
    ]);
  });
});

describe('which customers', () => {
  function many(count: number) {
    const vault = new MemoryVault();
    for (let n = 0; n < count; n++) vault.add('customer', { name: `Anna ${n}` });
    return vault;
  }

  const namesIn = (text: string) =>
    text
      .trimEnd()
      .split('\n')
      .map((line) => (JSON.parse(line) as { values: { name: string } }).values.name);

  test('one', async () => {
    const vault = many(3);
    const [, id] = vault.select();
    const { name, text } = await exported(vault, { format: 'jsonl', customer: id! });
    expect(name).toMatch(/^customer-/);
    expect(namesIn(text)).toEqual(['Anna 1']);
    vault.states.clear();
    const missing = await exportCustomers({ format: 'csv', customer: id! }, vault, work());
    expect(missing).toEqual({ ok: false, error: { type: 'NotFound' } });
  });

  test.each([3, 700])('those that a filter finds, %i', async (count) => {
    const vault = many(1000);
    const chosen = vault.select().filter((_, index) => index < count);
    const queries: unknown[] = [];
    const filtered = {
      fieldsOf: vault.fieldsOf.bind(vault),
      openDossier: vault.openDossier.bind(vault),
      dossiers: vault.dossiers.bind(vault),
      select: (query: unknown) => {
        queries.push(query);
        return chosen;
      },
    };
    const request = { format: 'jsonl', query: { text: 'x', sort: 'name' } } as const;
    expect(namesIn((await exported(filtered, request)).text)).toHaveLength(count);
    expect(queries).toEqual([request.query]);
  });

  test('damage elsewhere does not hold back those who were asked for; damage to them does', async () => {
    const vault = many(1000);
    const damage = { table: 'bodies', row: '7', reason: 'notAuthentic', customers: 1 } as const;
    const damaged = err({ type: 'Damaged' as const, damage });
    const ids = vault.select();
    const withDamage = (lost: number) => ({
      fieldsOf: vault.fieldsOf.bind(vault),
      openDossier: vault.openDossier.bind(vault),
      select: () => ids.slice(0, 900),
      async *dossiers(signal: AbortSignal) {
        yield damaged;
        for await (const states of vault.dossiers(signal)) {
          if (!states.ok || states.value[0]?.id !== ids[lost]) yield states;
        }
      },
    });
    const request = { format: 'csv' } as const;
    expect(await exportCustomers(request, withDamage(950), work())).toMatchObject({ ok: true });
    expect(await exportCustomers(request, withDamage(5), work())).toEqual(damaged);
  });

  test.each(['csv', 'jsonl'] as const)('%s: cancelled, there is no file', async (format) => {
    for (const count of [300, 2000]) {
      const abort = new AbortController();
      const result = await exportCustomers({ format }, many(count), {
        signal: abort.signal,
        onProgress: () => {
          abort.abort();
        },
      });
      expect(result).toEqual({ ok: false, error: { type: 'Cancelled' } });
    }
  });
});
