import { describe, expect, test } from 'vitest';
import { fieldsOf } from '#domain/catalogue.ts';
import { columnPlaces } from '#domain/columns.ts';
import { guessColumns, planColumns } from '#exchange/columns.ts';

const fields = fieldsOf('customer');

const guess = (headers: string) =>
  guessColumns(headers.split(','), fields).map((target) =>
    target.type === 'field' ? target.field : '-',
  );

describe('guessing columns by their headers', () => {
  test.each([
    ['every label of the catalogue, in English', columnPlaces(fields).map(({ label }) => label.en)],
    ['and in Chinese', columnPlaces(fields).map(({ label }) => label['zh-CN'])],
  ])('%s', (_, labels) => {
    const places = columnPlaces(fields).filter(({ field }) => field !== 'name');
    const own = labels.filter((_label, index) => columnPlaces(fields)[index]?.field !== 'name');
    expect(guess(own.join(','))).toEqual(places.map(({ target }) => target));
  });

  test.each([
    ['FIRST_NAME,lastName,e-mail', 'name.given,name.family,emails'],
    ['Name,Vorname,Firma', 'name.family,name.given,company'],
    ['Nom,Prénom,Société', 'name.family,name.given,company'],
    ['Full name,First name,Last name', 'name,-,-'],
    ['姓名,公司,手机,邮箱,地址,城市', 'name,company,phones,emails,address.street,address.city'],
    ['Name,Customer name,Company', 'name,-,company'],
    ['Company name,Company', '-,company'],
    ['Phone,Phone 2,Fax,Mobile', 'phones,phones,phones,phones'],
    ['Email,Email 2,Email 7', 'emails,emails,emails'],
    [
      'E-mail 1 - Type,E-mail 1 - Value,E-mail 2 - Type,E-mail 2 - Value',
      'emails.label,emails,emails.label,emails',
    ],
    [
      'Address,Address 2,City,State,Zip,Country',
      'address.street,address.line2,address.city,address.region,address.postalCode,address.country',
    ],
    [
      'Address 1 - Street,Address 1 - City,Address 2 - Street,Address 2 - City',
      'address.street,address.city,address.street,address.city',
    ],
    ['Straße,PLZ,Ort,Land', 'address.street,address.postalCode,address.city,address.country'],
    ['Stage,Status,State', 'stage,-,address.region'],
    ['customerID,,???,Name', '-,-,-,name'],
    [
      ' given_name, surname, suburb, postcode, state, date_of_birth',
      'name.given,name.family,address.city,address.postalCode,address.region,birthday',
    ],
  ])('%s', (headers, expected) => {
    expect(guess(headers)).toEqual(expected.split(','));
  });
});

describe('the plan of columns', () => {
  const plan = (headers: string) => {
    const list = headers.split(',');
    return planColumns(list, guessColumns(list, fields), fields);
  };

  test('labels come from a column of their own, or from the header', () => {
    expect(plan('Phone,Phone label,Fax,Work phone').phones).toEqual([
      { column: 0, labelColumn: 1, label: '' },
      { column: 2, labelColumn: undefined, label: 'fax' },
      { column: 3, labelColumn: undefined, label: 'work' },
    ]);
  });

  test('a part that is there already begins the next address', () => {
    expect(plan('Street,City,Country,Home street,Home city').addresses).toEqual([
      { parts: { street: 0, city: 1, country: 2 }, lines: [], label: '' },
      { parts: { street: 3, city: 4 }, lines: [], label: 'home' },
    ]);
  });

  test('further lines join the street they stand by', () => {
    expect(plan('Address 1,Address 2,City').addresses).toEqual([
      { parts: { street: 0, city: 2 }, lines: [1], label: '' },
    ]);
  });

  test('a target that the catalogue does not know is left out', () => {
    const targets = [{ type: 'field', field: 'constructor' } as const];
    expect(planColumns(['x'], targets, fields)).toEqual(planColumns([], [], fields));
  });

  test('columns of one header become fields of different names; one without a name is left out', () => {
    const targets = ['Shoe', 'shoe', ' ', 'Name'].map(
      (label) => ({ type: 'custom', label }) as const,
    );
    const plan = planColumns(['a', 'b', 'c', 'd'], targets, fields);
    expect(plan.newFields).toEqual([
      { column: 0, label: 'Shoe' },
      { column: 1, label: 'shoe 2' },
    ]);
    expect(plan.fields.map(({ field, columns }) => [field.name, columns])).toEqual([['name', [3]]]);
  });
});
