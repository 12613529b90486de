import { identifiersOf } from '#compliance/erasure/identifiers.ts';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

describe('identifiers', () => {
  it('are addresses, numbers, and a name with a birthday or a home', () => {
    const values = {
      name: 'Ana Łukasz',
      birthday: '1980-02-29',
      emails: [{ id: 'e', label: '', value: ' Ana@Example.com ' }],
      phones: [{ id: 'p', label: 'work', value: '+52 (5) 555-47290' }],
      addresses: [{ id: 'a', label: '', value: { street: 'Avda. 1', postalCode: '05 021' } }],
    };
    expect(identifiersOf(values)).toEqual([
      'email ana@example.com',
      'phone 555547290',
      'born ana lukasz 1980-02-29',
      'lives ana lukasz 05021 avda. 1',
    ]);
  });

  it('are none of a name alone, of an extension, or of nothing', () => {
    expect(identifiersOf({ name: 'Ana Łukasz', phones: [{ value: '123' }] })).toEqual([]);
    expect(identifiersOf({ emails: [{ value: '' }], birthday: '1980-02-29' })).toEqual([]);
    expect(identifiersOf({ name: 'Ana', addresses: [{ value: { street: 'Avda. 1' } }] })).toEqual(
      [],
    );
    expect(identifiersOf({ emails: 7, phones: null, addresses: ['x'] })).toEqual([]);
  });

  it('are the same however a phone is written', () => {
    const spaces = fc.constantFrom('', ' ', '-', '/', '.');
    fc.assert(
      fc.property(fc.array(spaces, { minLength: 8, maxLength: 8 }), (gaps) => {
        const written = Array.from('301234567')
          .map((digit, at) => digit + (gaps[at] ?? ''))
          .join('');
        const [identifier] = identifiersOf({
          phones: [{ value: `+49 ${written}` }],
        });
        expect(identifier).toBe('phone 301234567');
      }),
    );
  });
});
