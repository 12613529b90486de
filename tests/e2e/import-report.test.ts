/** What becomes of each row: matched, mended, reported or left out, and exported again; and what a reload leaves of an import. */

import { closeSync, ftruncateSync, mkdtempSync, openSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { customersToCsv, generateCustomers } from '../customers.ts';
import { expect, test } from './fixtures.ts';
import { csvFile, downloaded } from './pages/files.ts';
import { team } from './teams.ts';

test('rows are matched, mended, reported, and exported again', async ({ holdfast }) => {
  const { page, customers, importing } = holdfast;
  await holdfast.create(team);
  await holdfast.go('Customers');
  await customers.add({
    Name: 'Adela Corvin',
    Email: 'adela@corvin.example',
    Website: 'corvin.example',
  });

  const list = [
    'Name,Company,Email,Birthday,Berth',
    'Adela Corvin,Corvin Ropes,ADELA@corvin.example,NULL,B 12',
    'Bea Lund,NULL,bea@lund.example,1980-04-31,C 3',
    'Too,Few',
    'Cleo Marsh,Marsh Sails,cleo@marsh.example,NULL,=1+1,surplus',
    '=HYPERLINK(0),@SUM(A1),mara@vane.example,NULL,"D 4, outer"',
  ].join('\n');
  await importing.choose(csvFile('berths.csv', list));
  await importing.expectMatchColumns();
  await expect(importing.count('New')).toHaveText('3');
  await expect(importing.count('Left out')).toHaveText('2');
  await expect(
    importing.dialog.getByRole('checkbox', { name: /NULL found in \d rows/ }),
  ).toBeChecked();
  await expect(importing.choice('Berth goes to')).toHaveValue('leaveOut');
  await expect(importing.column('Berth')).toContainText('B 12');
  await importing.choice('Berth goes to').selectOption({ label: 'New field of this name' });
  await importing.choice('Update those with the same').selectOption('email');
  await expect(importing.count('Updated')).toHaveText('1');
  await expect(importing.count('New')).toHaveText('2');

  await importing.start(3);
  await importing.expectDone(3);
  await importing.dialog.getByText(/\d notes on rows/).click();
  await expect(importing.dialog).toContainText(/Line 4\s*left out: fewer cells/);
  await expect(importing.dialog).toContainText(/Line 5\s*left out: more cells/);
  await expect(importing.dialog).toContainText(/Line 3\s*Birthday: no such day/);
  const report = await downloaded(page, () =>
    importing.dialog.getByRole('button', { name: 'Save report' }).click(),
  );
  expect(report.name).toBe('berths-report.csv');
  const lines = report.bytes.toString('utf8').replace('\ufeff', '').trimEnd().split('\r\n');
  expect(lines).toEqual([
    'Line,Reason,Column,Name,Company,Email,Birthday,Berth',
    expect.stringMatching(/^3,.*no such day.*,Birthday,Bea Lund,NULL,.*,1980-04-31,C 3$/),
    expect.stringMatching(/^4,.*fewer cells.*,,Too,Few$/),
    expect.stringMatching(/^5,.*more cells.*,,Cleo Marsh,.*,'=1\+1,surplus$/),
  ]);
  await importing.close();
  await customers.expectCount(3);

  await customers.openCustomer('Adela Corvin');
  const detail = page.getByRole('article');
  await expect(detail).toContainText('Corvin Ropes');
  await expect(detail).toContainText('corvin.example');
  await expect(detail).toContainText(/Berth\s*B 12/);
  await expect(detail).not.toContainText('NULL');
  await customers.openCustomer('Bea Lund');
  await expect(detail).toContainText('Birthday: 1980-04-31');

  const table = (await customers.exportAs('csv')).bytes.toString('utf8');
  expect(table).toContain("'=HYPERLINK(0),'@SUM(A1)");
  expect(table).toContain('"D 4, outer"');
  expect(table.trimEnd().split('\r\n')).toHaveLength(4);

  await customers.search('lund');
  await customers.expectMatches(1, 3);
  const records = await customers.exportAs('jsonl');
  expect(records.name).toMatch(/\.jsonl$/);
  const found = records.bytes.toString('utf8').trimEnd().split('\n');
  expect(found).toHaveLength(1);
  expect(JSON.parse(found[0]!)).toMatchObject({
    values: { name: 'Bea Lund' },
    custom: { Berth: 'C 3' },
  });
});

test('a file over the limit is refused at once, and a reload leaves nothing of an import @deep-only', async ({
  holdfast,
}) => {
  const { page, customers, importing } = holdfast;
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-import-'));
  const large = join(folder, 'everything.csv');
  const file = openSync(large, 'w');
  ftruncateSync(file, 251_000_000);
  closeSync(file);
  try {
    await holdfast.create(team);
    await holdfast.go('Customers');
    await customers.add({ Name: 'Adela Corvin' });
    await importing.choose(large);
    await expect(importing.alert).toContainText('The file has 251 MB; at most 250 MB');
  } finally {
    rmSync(folder, { recursive: true });
  }

  const count = 12_000;
  await importing.choose(csvFile('harbour.csv', customersToCsv(generateCustomers(count))));
  await importing.expectMatchColumns();
  await expect(importing.alert).toBeHidden();
  await importing.start(count);
  await importing.untilHalfway();
  await page.reload();
  await holdfast.unlock(team.passphrase);
  await customers.expectCount(1);
  await expect(customers.row('Adela Corvin')).toBeVisible();
});
