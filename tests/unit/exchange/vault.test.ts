/** Import and export on the vault itself, which the other tests stand in for. */

import { expect, test } from 'vitest';
import { guard } from '#compliance/guard.ts';
import { maskCell, withoutCards } from '#compliance/cards/screening.ts';
import type { Kind } from '#domain/catalogue.ts';
import { exportCustomers } from '#exchange/export.ts';
import { Importer } from '#exchange/import.ts';
import type { ColumnTarget } from '#exchange/messages.ts';
import { valuesOf } from '#domain/values.ts';
import type { Vault } from '#vault/vault.ts';
import { createEnvironment, createSession, must } from '../vault/fixture.ts';
import { withoutIds } from './memory-vault.ts';

const work = () => ({ signal: new AbortController().signal, onProgress: () => undefined });
const fileOf = (text: string) => new File([text], 'list.csv');

const ROWS = 1500;
const LIST =
  'Name,Email,Phone,Street,City,Tags,Shoe size\n' +
  Array.from(
    { length: ROWS },
    (_, n) =>
      `Anna ${n},anna${n}@x.de,030 ${1_000_000 + n},Am Hof ${n},Bonn,"vip; t${n % 3}",${n % 9}\n`,
  ).join('');
const OPTIONS = {
  emptyWords: [],
  defaultCountry: 'DE',
  columns: [
    ...['name', 'emails', 'phones', 'address.street', 'address.city', 'tags'].map(
      (field): ColumnTarget => ({ type: 'field', field }),
    ),
    { type: 'custom', label: 'Shoe size' } as const,
  ],
};

async function customersOf(vault: Vault) {
  const customers = [];
  for await (const states of vault.dossiers(new AbortController().signal)) {
    for (const state of must(states)) {
      if (state.kind === 'customer') customers.push(withoutIds(valuesOf(state)));
    }
  }
  return customers.sort((a, b) => ((a['name'] as string) < (b['name'] as string) ? -1 : 1));
}

test('a list is imported, updated, undone, exported and imported elsewhere', async () => {
  const { session } = await createSession();
  const { vault } = session;
  const importer = new Importer(vault);
  const first = must(await importer.run(fileOf(LIST), OPTIONS, work()));
  expect(first).toMatchObject({ created: ROWS, updated: 0, skipped: [] });
  const custom = vault.fieldsOf('customer').at(-1);
  expect(custom).toMatchObject({ custom: true, label: { en: 'Shoe size' } });
  const imported = await customersOf(vault);
  expect(imported).toHaveLength(ROWS);
  expect(imported[0]).toMatchObject({
    name: 'Anna 0',
    emails: [{ label: '', value: 'anna0@x.de' }],
    phones: [{ label: '', value: '+49301000000' }],
    [custom?.name ?? '']: '0',
  });

  const again = { ...OPTIONS, matchBy: 'email' } as const;
  const twice = must(await importer.run(fileOf(LIST), again, work()));
  expect(twice).toMatchObject({ created: 0, updated: ROWS });
  expect(await customersOf(vault)).toEqual(imported);

  const news = 'Email,Phone,Tags,Source\nANNA7@x.de,030 5550000,fair,List\nnobody@x.de,,,List\n';
  const update = must(
    await importer.run(
      fileOf(news),
      { emptyWords: [], matchBy: 'email', defaultCountry: 'DE' },
      work(),
    ),
  );
  expect(update).toMatchObject({
    created: 0,
    updated: 1,
    skipped: [{ line: 3, reason: 'skips.noName' }],
  });
  const anna = (await customersOf(vault)).find(({ name }) => name === 'Anna 7');
  expect(anna).toMatchObject({
    emails: [{ label: '', value: 'anna7@x.de' }],
    phones: [
      { label: '', value: '+49301000007' },
      { label: '', value: '+49305550000' },
    ],
    source: 'List',
  });
  expect(new Set(anna?.['tags'] as string[])).toEqual(new Set(['vip', 't1', 'fair']));
  must(await vault.undo(update.undo, work()));
  expect(await customersOf(vault)).toEqual(imported);

  const { blob } = must(await exportCustomers({ format: 'csv' }, vault, work()));
  const elsewhere = await createSession();
  const exported = new File([blob], 'customers.csv');
  const other = new Importer(elsewhere.session.vault);
  const { columns } = must(await other.preview(exported, { emptyWords: [] }, work()));
  const all = columns.with(-1, { type: 'custom', label: 'Shoe size' });
  must(await other.run(exported, { emptyWords: [], columns: all }, work()));
  const sameFields = (customers: Awaited<ReturnType<typeof customersOf>>) =>
    customers.map((values) =>
      Object.fromEntries(
        Object.entries(values).map(([name, value]) => [name.startsWith('x-') ? 'x' : name, value]),
      ),
    );
  expect(sameFields(await customersOf(elsewhere.session.vault))).toEqual(sameFields(imported));

  // The list that said nothing new has not touched anybody; Anna 7 was changed since.
  must(await vault.undo(first.undo, work()));
  expect(vault.living).toBe(1);
  expect(vault.fieldsOf('customer').some((field) => field.custom)).toBe(false);
});

test('card numbers of a list are replaced, codes put out and reported, and neither holds the others up', async () => {
  const { session } = await createSession(createEnvironment({ guard }));
  const { vault } = session;
  const importer = new Importer(vault, { screen: maskCell });
  const list =
    'Name,Notes,Website,CVV,Born\n' +
    'Anna,Pays by 4111-1111-1111-1111,anna.example,123,\n' +
    'Berta,"PIN 4821, 4111111111111111",,456,31.31.2020 4111111111111111\n' +
    'Clara,,clara.example/?card=4111111111111111,,\n' +
    'Dora,Nothing,,,\n';
  const options = {
    emptyWords: [],
    columns: [
      ...['name', 'notes', 'website'].map((field): ColumnTarget => ({ type: 'field', field })),
      { type: 'custom', label: 'CVV' } as const,
      { type: 'field', field: 'birthday' } as const,
    ],
  };
  const preview = must(await importer.preview(fileOf(list), options, work()));
  expect(JSON.stringify(preview)).not.toMatch(/4821|4111|123/);
  const report = must(await importer.run(fileOf(list), options, work()));
  expect(report).toMatchObject({
    created: 4,
    replacedCards: 1,
    skipped: [
      { line: 2, reason: 'problems.cardSecurity', column: 'CVV' },
      { line: 3, reason: 'problems.date', column: 'Born' },
      { line: 3, reason: 'problems.cardSecurity', column: 'Notes' },
      { line: 3, reason: 'problems.cardSecurity', column: 'CVV' },
      { line: 4, reason: 'skips.cardNumber', column: 'Website' },
    ],
  });
  expect(await customersOf(vault)).toEqual([
    { name: 'Anna', notes: 'Pays by Visa •••• 1111', website: 'anna.example' },
    {
      name: 'Berta',
      notes: 'PIN ••••, Visa •••• 1111\nBorn: 31.31.2020 Visa •••• 1111',
    },
    { name: 'Clara' },
    { name: 'Dora', notes: 'Nothing' },
  ]);
  const words = { fileName: 'r.csv', line: 'L', reason: 'R', column: 'C', reasons: {} };
  const file = await importer.skippedReport(words)?.blob.text();
  expect(file).toContain('Berta');
  expect(file).not.toMatch(/4821|4111|456/);
});

test('what should not be there does not leave with an export, which counts it', async () => {
  const { session } = await createSession();
  const { vault } = session;
  const values = { name: 'Anna', notes: 'Pays by 4111-1111-1111-1111, CVV 123' };
  must(await vault.save([{ kind: 'customer', values }]));
  must(await vault.save([{ kind: 'customer', values: { name: 'Berta' } }]));
  const limits = {
    isHidden: () => false,
    letsOut: () => true,
    screen: (kind: Kind, given: Parameters<typeof withoutCards>[1]) =>
      withoutCards(vault.fieldsOf(kind), given),
  };
  for (const format of ['csv', 'jsonl'] as const) {
    const exported = must(await exportCustomers({ format }, vault, work(), limits));
    expect(exported.replacedCards).toBe(1);
    const text = await exported.blob.text();
    expect(text).toContain('Pays by Visa •••• 1111, CVV •••');
    expect(text).toContain('Berta');
  }
});
