import { fieldsOf, KINDS, type FieldDefinition, type FieldType } from '#domain/catalogue.ts';
import type { Json } from '#domain/change.ts';
import { LIMITS, PROBLEMS, validate } from '#domain/validation.ts';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { anyJson, runs } from './arbitraries.ts';

const long = 'x'.repeat(LIMITS.text);
const date = 'problems.date';
const email = (value: Json): Json => [{ id: 'e00', label: '', value }];

describe('validation', () => {
  it.each<[FieldType, Json, string | null]>([
    ['text', 'Ada', null],
    ['text', long, null],
    ['text', `${long}x`, 'problems.tooLong'],
    ['text', 7, 'problems.notAllowed'],
    ['longText', 'x'.repeat(LIMITS.longText), null],
    ['longText', 'x'.repeat(LIMITS.longText + 1), 'problems.tooLong'],
    ['emails', email('ada@example.com'), null],
    ['emails', email('"odd one"@[::1]'), 'problems.email'],
    ['emails', email('müller@bücher.example'), null],
    ['emails', email('a@b'), null],
    ['emails', email('ada.example.com'), 'problems.email'],
    ['emails', email('a@b@c'), 'problems.email'],
    ['emails', email('@example.com'), 'problems.email'],
    ['emails', email(''), null],
    ['emails', [{ label: '', value: 'ada@example.com' }], null],
    ['emails', [{ id: '__proto__', label: '', value: 'ada@example.com' }], 'problems.notAllowed'],
    ['emails', ['ada@example.com'], 'problems.notAllowed'],
    ['emails', 'ada@example.com', 'problems.notAllowed'],
    [
      'emails',
      Array.from({ length: LIMITS.elements + 1 }, () => ({ label: '', value: 'a@b' })),
      'problems.tooMany',
    ],
    ['phones', email('(5) 555-4729 ext. 3'), null],
    ['phones', email('٠٣٠'), null],
    ['phones', email('none'), 'problems.phone'],
    ['addresses', email({ street: 'Obere Str. 57', city: 'Berlin', region: null }), null],
    ['addresses', email({ street: `${long}x` }), 'problems.tooLong'],
    ['addresses', email('Berlin'), 'problems.notAllowed'],
    ['tags', ['vip', 'constructor'], null],
    ['tags', ['__proto__'], 'problems.notAllowed'],
    ['tags', ['x'.repeat(LIMITS.tag + 1)], 'problems.tooLong'],
    ['tags', [''], 'problems.notAllowed'],
    ['url', 'example.com', null],
    ['url', 'HTTPS://www.example.com:8080/a?b=c#d', null],
    ['url', 'https://bücher.example', null],
    ['url', 'javascript:alert(1)', 'problems.url'],
    ['url', 'data:text/html,x.y', 'problems.url'],
    ['url', 'https://user@example.com', 'problems.url'],
    ['url', 'not a site', 'problems.url'],
    ['choice', 'lead', null],
    ['choice', 'Lead', 'problems.option'],
    ['choice', ['lead'], 'problems.option'],
    ['date', '2024-02-29', null],
    ['date', '0001-01-01', null],
    ['date', '2023-02-29', date],
    ['date', '2023-13-01', date],
    ['date', '2023-1-1', date],
    ['date', '29.02.2024', date],
    ['date', 20240229, date],
    ['dateTime', '2024-02-29T23:59', null],
    ['dateTime', '2024-02-29T23:59:59.123+05:30', null],
    ['dateTime', '2024-02-29T23:59Z', null],
    ['dateTime', '2024-02-30T23:59Z', 'problems.dateTime'],
    ['dateTime', '2024-02-29T24:00', 'problems.dateTime'],
    ['dateTime', '2024-02-29', 'problems.dateTime'],
    ['money', '-12.50', null],
    ['money', '12,50', 'problems.money'],
    ['money', 12.5, 'problems.money'],
    ['currency', 'EUR', null],
    ['currency', 'eur', 'problems.currency'],
    ['number', 1.5, null],
    ['number', '1.5', 'problems.number'],
    ['rating', 0, null],
    ['rating', 10, null],
    ['rating', 11, 'problems.rating'],
    ['rating', 4.5, 'problems.rating'],
    ['rating', '4', 'problems.rating'],
    ['boolean', false, null],
    ['boolean', 'false', 'problems.notAllowed'],
    ['language', 'de-CH', null],
    ['member', 'Nancy', null],
    ['reference', 'x', null],
  ])('of a %s takes or refuses %j', (type, value, reason) => {
    expect(validate('task', { it: value }, [fieldOf(type)])).toEqual(
      reason === null ? [] : [{ field: 'it', reason }],
    );
  });

  it('wants a name or a company of a customer', () => {
    const fields = fieldsOf('customer');
    expect(validate('customer', { name: ' ' }, fields)).toEqual([
      { field: 'name', reason: 'problems.nameOrCompany' },
    ]);
    expect(validate('customer', { name: 'Ada' }, fields)).toEqual([]);
    expect(validate('customer', { company: 'One' }, fields)).toEqual([]);
  });

  it('wants what is required', () => {
    expect(validate('task', { due: '2026-11-23' }, fieldsOf('task'))).toEqual([
      { field: 'title', reason: 'problems.required' },
    ]);
    expect(validate('task', { title: 'Call' }, fieldsOf('task'))).toEqual([]);
  });

  it('names one of its reasons for any value of any field, and never throws', () => {
    const anyKind = fc.constantFrom(...KINDS);
    fc.assert(
      fc.property(
        anyKind,
        fc.dictionary(
          fc.constantFrom('name', 'emails', 'tags', 'addresses', 'due', 'rating'),
          anyJson,
        ),
        (kind, values) => {
          for (const { reason } of validate(kind, values, fieldsOf(kind))) {
            expect(PROBLEMS).toContain(reason);
          }
        },
      ),
      runs(100),
    );
  });
});

function fieldOf(type: FieldType): FieldDefinition {
  const stage = fieldsOf('customer').find(({ name }) => name === 'stage')!;
  return { ...stage, kind: 'task', name: 'it', type };
}
