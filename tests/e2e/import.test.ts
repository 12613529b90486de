/** Lists as people have them: damaged ones are refused with the line, good ones of any encoding come in, and an import leaves no trace when it is undone or cancelled. */

import { customersToCsv, generateCustomers, rowsToCsv } from '../customers.ts';
import { expect, test } from './fixtures.ts';
import { csvFile, type InputFile } from './pages/files.ts';
import { touchRaw } from './raw-database.ts';
import { team } from './teams.ts';

const header = 'Name,Company,Email\r\n';

const refused: readonly { what: string; file: InputFile; says: RegExp }[] = [
  {
    what: 'a picture',
    file: csvFile('photo.csv', Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 13, 10, 26, 10, 0, 0, 0, 13)),
    says: /not a CSV list|character that text can’t contain/,
  },
  { what: 'an empty file', file: csvFile('empty.csv', ''), says: /no rows|not a CSV/ },
  { what: 'a header alone', file: csvFile('header.csv', header), says: /no rows/ },
  {
    what: 'a quotation mark that is never closed',
    file: csvFile('quote.csv', `${header}Adela,Corvin,a@b.example\r\nBruno,"Dietz,b@c.example\r\n`),
    says: /opens in line 3 is never closed/,
  },
  {
    what: 'a NUL byte',
    file: csvFile('nul.csv', `${header}Adela,Corvin,a@b.example\r\nBru\0no,Dietz,\r\n`),
    says: /Line 3 holds a character/,
  },
  {
    what: '201 columns',
    file: csvFile('wide.csv', rowsToCsv([many(201, 'Name'), many(201, 'x')])),
    says: /201 columns; at most 100/,
  },
  {
    what: 'a cell of more than a megabyte',
    file: csvFile('cell.csv', `${header}Adela,${'x'.repeat(1_100_000)},\r\n`),
    says: /in line 2 is longer than/,
  },
];

test('a list that cannot be read is refused in words and leaves nothing behind', async ({
  holdfast,
}) => {
  const { page, importing } = holdfast;
  await holdfast.create(team);
  await holdfast.go('Customers');
  for (const { what, file, says } of refused) {
    await test.step(what, async () => {
      await importing.choose(file);
      await expect(importing.dialog.getByRole('alert')).toContainText(says);
    });
  }
  await page.keyboard.press('Escape');
  await holdfast.customers.expectCount(0);
});

test('encodings, delimiters and columns of every kind come in, and go again by one undo', async ({
  holdfast,
}) => {
  const { page, customers, importing } = holdfast;
  await holdfast.create(team);
  await holdfast.go('Customers');

  const latin = Buffer.from('Name;Ort;Lieblingsfarbe\nJörg Köhler;Köln;grün\n', 'latin1');
  await importing.choose(csvFile('latin.csv', latin));
  await importing.expectMatchColumns();
  await importing.dialog.getByLabel('Lieblingsfarbe goes to').selectOption('custom');
  await expect(importing.dialog.getByRole('button', { name: 'Import 1 customer' })).toBeEnabled();
  await importing.dialog.getByRole('button', { name: 'Import 1 customer' }).click();
  await expect(page.getByText('Imported 1 customer')).toBeVisible();
  await importing.close();
  await customers.openCustomer('Jörg Köhler');
  await expect(page.getByText('Lieblingsfarbe')).toBeVisible();
  await expect(page.getByText('grün')).toBeVisible();

  await holdfast.go('Customers');
  const utf16 = Buffer.from('\ufeffName\tCompany\n李伟\t青岛商行\n"two\nlines"\tx\n', 'utf16le');
  await importing.run(csvFile('utf16.txt', utf16), 2);
  await importing.close();
  const gb = Uint8Array.from([
    ...Buffer.from('Name,Company\n'),
    0xcd,
    0xf5,
    0xce,
    0xb0,
    44,
    65,
    10,
  ]);
  await importing.choose(csvFile('gb.csv', gb));
  await importing.expectMatchColumns();
  await importing.dialog.getByLabel('Encoding').selectOption('gb18030');
  await expect(importing.dialog.getByText('王伟')).toBeVisible();
  await importing.dialog.getByRole('button', { name: 'Import 1 customer' }).click();
  await expect(page.getByText('Imported 1 customer')).toBeVisible();
  await importing.close();
  await customers.expectCount(4);

  // The same people again, matched by their address: one is new, the others change.
  const before = generateCustomers(20);
  await importing.run(csvFile('first.csv', customersToCsv(before)), 20);
  await importing.close();
  const again = [...before.slice(0, 19), ...generateCustomers(21).slice(20)].map((customer) => ({
    ...customer,
    title: 'Changed by the list',
  }));
  await importing.choose(csvFile('again.csv', customersToCsv(again)));
  await importing.expectMatchColumns();
  await importing.dialog
    .getByLabel('Update those with the same')
    .selectOption({ label: 'E-mail address' });
  await importing.start(20);
  await importing.expectDone(20);
  await expect(importing.dialog).toContainText('1 new, 19 updated');
  await importing.undo();
  await expect(importing.dialog).toContainText('Import undone');
  await importing.close();
  await customers.expectCount(24);
  await customers.search('Changed by the list');
  await customers.expectMatches(0, 24);
});

test('an import that is cancelled leaves no trace', async ({ holdfast }) => {
  const { page, customers, importing } = holdfast;
  await holdfast.create(team);
  await holdfast.go('Customers');
  const count = 20_000;
  const list = csvFile('long.csv', customersToCsv(generateCustomers(count)));
  await importing.choose(list);
  await importing.expectMatchColumns();
  const rows = await touchRaw(page, 'bodies', { type: 'count' });
  await importing.start(count);
  await importing.dialog.getByRole('button', { name: 'Cancel' }).click();
  await importing.expectMatchColumns();
  await page.keyboard.press('Escape');
  await customers.expectCount(0);
  expect(await touchRaw(page, 'bodies', { type: 'count' })).toBe(rows);
});

function many(count: number, text: string): string[] {
  return Array.from({ length: count }, (_, index) => `${text}${index}`);
}
