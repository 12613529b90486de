import {
  ADDRESS_PARTS,
  BELONGINGS,
  customField,
  elementLabelOf,
  fieldsOf,
  foldHeader,
  isKind,
  isSetType,
  kindLabel,
  KINDS,
  NAME_PARTS,
  type FieldDefinition,
} from '#domain/catalogue.ts';
import { isFieldName } from '#domain/change.ts';
import { describe, expect, it } from 'vitest';

const everyField = KINDS.flatMap((kind) => fieldsOf(kind));

describe('the catalogue', () => {
  it('names the fields of a customer as people know them', () => {
    expect(fieldsOf('customer').map(({ label }) => label.en)).toEqual([
      ...['Name', 'Company', 'Job title', 'Email', 'Phone', 'Address', 'Website', 'Stage', 'Owner'],
      ...['Tags', 'Source', 'Data came from', 'Language', 'Birthday', 'Notes'],
    ]);
    expect(fieldsOf('interaction').map(({ label }) => label.en)).toEqual([
      'Type',
      'When',
      'Notes',
      'Follow up on',
    ]);
  });

  it('has both languages everywhere', () => {
    const options = everyField.flatMap(({ options: each = [] }) => each);
    const labels = [...everyField, ...options, ...ADDRESS_PARTS, ...NAME_PARTS].map(
      ({ label }) => label,
    );
    for (const label of [...labels, ...KINDS.map(kindLabel)]) {
      expect(label.en).toMatch(/^[A-Z]/);
      expect(label['zh-CN']).toMatch(/\p{Script=Han}/u);
    }
  });

  it('names fields by what merging takes as a name, once a kind', () => {
    for (const kind of KINDS) {
      const names = fieldsOf(kind).map(({ name }) => name);
      expect(names.every(isFieldName)).toBe(true);
      expect(new Set(names).size).toBe(names.length);
    }
  });

  it('gives choices options, and nothing else but tags', () => {
    for (const { type, options } of everyField) {
      if (type !== 'tags') expect(options !== undefined).toBe(type === 'choice');
    }
  });

  it('knows the kinds and what belongs to a customer', () => {
    expect(BELONGINGS).toEqual([
      'contact',
      'interaction',
      'transaction',
      'need',
      'feedback',
      'task',
      'consent',
      'limit',
      'notice',
      'hold',
    ]);
    expect(isKind('customer')).toBe(true);
    expect(isKind('toString')).toBe(false);
    expect(isKind(7)).toBe(false);
    expect(isSetType('tags')).toBe(true);
    expect(isSetType('text')).toBe(false);
  });
});

describe('headers of lists from elsewhere', () => {
  /** Every field, address part and name part that a folded header could mean. */
  function meaningsOf(header: string, fields: readonly FieldDefinition[]): string[] {
    const folded = foldHeader(header);
    const isNamed = (names: readonly string[]): boolean =>
      names.some((name) => foldHeader(name) === folded);
    return [
      ...fields
        .filter(({ name, label, aliases }) => isNamed([name, label.en, label['zh-CN'], ...aliases]))
        .map(({ name }) => name),
      ...ADDRESS_PARTS.filter(({ name, label, aliases }) =>
        isNamed([name, label.en, label['zh-CN'], ...aliases]),
      ).map(({ name }) => `address.${name}`),
      ...NAME_PARTS.filter(({ name, label, aliases }) =>
        isNamed([name, label.en, label['zh-CN'], ...aliases]),
      ).map(({ name }) => `name.${name}`),
    ];
  }

  it.each(KINDS)('mean one thing each in a list of records of kind %s', (kind) => {
    const fields = fieldsOf(kind);
    const headers = fields.flatMap(({ name, label, aliases }) => [
      name,
      label.en,
      label['zh-CN'],
      ...aliases,
    ]);
    for (const header of headers) {
      const meanings = meaningsOf(header, fields).filter((meaning) => !meaning.includes('.'));
      expect(meanings, header).toHaveLength(1);
    }
  });

  it('of parts mean one part each', () => {
    const headers = [...ADDRESS_PARTS, ...NAME_PARTS].flatMap(({ name, label, aliases }) => [
      name,
      label.en,
      label['zh-CN'],
      ...aliases,
    ]);
    for (const header of headers) expect(meaningsOf(header, []), header).toHaveLength(1);
  });

  it.each([
    ['companyName', 'company'],
    ['contactName', 'name'],
    ['contactTitle', 'title'],
    ['phone', 'phones'],
    ['fax', 'phones'],
    ['E-mail Address', 'emails'],
    ['e_mail', 'emails'],
    ['Firma', 'company'],
    ['Prénom', 'name.given'],
    ['given_name', 'name.given'],
    ['surname', 'name.family'],
    ['city', 'address.city'],
    ['region', 'address.region'],
    ['postalCode', 'address.postalCode'],
    ['postcode', 'address.postalCode'],
    ['country', 'address.country'],
    ['suburb', 'address.city'],
    ['date_of_birth', 'birthday'],
    ['Correo electrónico', 'emails'],
    ['公司名称', 'company'],
    ['手机', 'phones'],
    ['Geburtsdatum', 'birthday'],
    ['Account Owner', 'owner'],
  ])('%s is %s', (header, meaning) => {
    expect(meaningsOf(header, fieldsOf('customer'))).toEqual([meaning]);
  });

  it.each([
    ['Fax Number', 'fax'],
    ['Mobile Phone', 'mobile'],
    ['Handynummer', 'mobile'],
    ['Home Phone', 'home'],
    ['Business Street', 'work'],
    ['手机号码', 'mobile'],
    ['办公电话', 'work'],
    ['phone', ''],
  ])('%s labels its elements %j', (header, label) => {
    expect(elementLabelOf(header)).toBe(label);
  });
});

describe('custom fields', () => {
  const values = { kind: 'customer', name: 'shoeSize', type: 'number', label: 'Shoe size' };

  it('stand behind the built-in ones of their kind', () => {
    const field = customField(values)!;
    expect(field).toMatchObject({
      kind: 'customer',
      name: 'shoeSize',
      type: 'number',
      custom: true,
    });
    expect(fieldsOf('customer', [field]).at(-1)).toBe(field);
    expect(fieldsOf('task', [field])).toEqual(fieldsOf('task'));
  });

  it.each([
    { kind: 'erasure' },
    { kind: 'nothing' },
    { name: 'name' },
    { name: 'two words' },
    { name: 7 },
    { type: 'emails' },
    { type: null },
    { label: '' },
  ])('are nothing with %j', (part) => {
    expect(customField({ ...values, ...part })).toBeNull();
  });
});
