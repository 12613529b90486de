import {
  cardsInState,
  maskAll,
  maskCards,
  maskCell,
  screenDraft,
  screenValues,
  withoutBoth,
  withoutCards,
} from '#compliance/cards/screening.ts';
import { fieldsOf, type FieldDefinition } from '#domain/catalogue.ts';
import type { Json } from '#domain/change.ts';
import { LIMITS } from '#domain/validation.ts';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createRandom } from '../../../customers.ts';

const PAN = '4111 1111 1111 1111';
const MASKED = 'Visa •••• 1111';
const fields = fieldsOf('customer');

function custom(type: FieldDefinition['type'], en: string): readonly FieldDefinition[] {
  const label = { en, 'zh-CN': en };
  const made = { kind: 'customer', name: 'made', type, label, aliases: [] } as const;
  return [
    ...fields,
    { ...made, dataClass: 'personal', summary: false, search: false, custom: true },
  ];
}

describe('a record’s values', () => {
  it('are the same object where there is nothing in them', () => {
    const values = {
      name: 'Ada',
      notes: 'Order 4111111111111111, see 2026-11-26',
      tags: ['gold'],
      phones: [{ id: 'p', label: 'PIN', value: '378282246310005, PIN 4821' }],
      addresses: [{ id: 'a', label: '', value: { street: 'Quay 12', postalCode: '24103' } }],
    };
    expect(screenValues(fields, values).values).toBe(values);
    expect(withoutCards(fields, values)).toBe(values);
  });

  it('lose a card number wherever it stands, and keep the rest as it was', () => {
    const tags = ['gold'];
    const values = { name: `Ada ${PAN}`, tags, notes: { deep: [PAN] } };
    const { values: kept, replaced, refused } = screenValues(fields, values);
    expect(kept).toEqual({ name: `Ada ${MASKED}`, tags, notes: { deep: [MASKED] } });
    expect(kept['tags']).toBe(tags);
    expect(replaced).toEqual(['name', 'notes']);
    expect(refused).toEqual([]);
    expect(values.name).toContain(PAN);
  });

  it('are refused with a security code or a stripe, which the kept values are without', () => {
    const values = { name: 'Ada', notes: 'CVV 123', title: ';4111111111111111=2512?' };
    const { values: kept, replaced, refused } = screenValues(fields, values);
    expect(refused).toEqual([
      { field: 'notes', reason: 'problems.cardSecurity' },
      { field: 'title', reason: 'problems.cardSecurity' },
    ]);
    expect(replaced).toEqual([]);
    expect(kept).toEqual({ name: 'Ada', notes: 'CVV •••', title: ';••••••••••••••••=••••?' });
  });

  it('are only replaced where a name of codes stands before a card number', () => {
    const { values, refused } = screenValues(fields, { notes: `PIN for ${PAN}` });
    expect(refused).toEqual([]);
    expect(values['notes']).toBe(`PIN for ${MASKED}`);
  });

  it('are refused in a field that is called as codes are', () => {
    const codes = custom('text', 'CVV');
    expect(screenValues(codes, { made: '123' })).toMatchObject({
      values: { made: null },
      refused: [{ field: 'made', reason: 'problems.cardSecurity' }],
    });
    expect(screenValues(custom('number', 'CVC'), { made: 123 }).refused).toHaveLength(1);
    expect(screenValues(codes, { made: 'none' }).refused).toEqual([]);
    expect(screenValues(custom('text', 'Colour'), { made: '123' }).refused).toEqual([]);
  });

  it('are refused where the field can’t say a brand and four digits', () => {
    const number = screenValues(custom('number', 'Member'), { made: 4111111111111111 });
    expect(number.refused).toEqual([{ field: 'made', reason: 'problems.cardNumber' }]);
    expect(number.values).toEqual({ made: null });
    const website = `shop.example/?card=${PAN.replaceAll(' ', '')}`;
    expect(screenValues(fields, { website }).values).toEqual({ website: null });
    expect(screenValues(custom('number', 'Member'), { made: 1764155858123 }).refused).toEqual([]);
    expect(
      screenValues(custom('number', 'Member'), { made: -4111111111111111 }).refused,
    ).toHaveLength(1);
  });

  it('are what their field is called: a bare number under “Order number” is none of a card', () => {
    for (const label of ['Order number', 'Invoice no.', '订单号']) {
      const named = custom('text', label);
      expect(screenValues(named, { made: '4111111111111111' }).replaced, label).toEqual([]);
      expect(screenValues(named, { made: PAN }).replaced, label).toEqual(['made']);
    }
    for (const label of ['Card number', 'Account', '卡号']) {
      const named = custom('text', label);
      expect(screenValues(named, { made: '4111111111111111' }).replaced, label).toEqual(['made']);
    }
    const number = { number: '4111111111111111', description: '4111111111111111' };
    expect(screenValues(fieldsOf('transaction'), number).replaced).toEqual(['description']);
  });

  it('lose what no phone has so many digits of, and all that stands in a phone’s label', () => {
    const phones = [{ id: 'p', label: `CVV 123, ${PAN}`, value: PAN }];
    const { values, refused } = screenValues(fields, { phones });
    expect(values).toEqual({ phones: [{ id: 'p', label: `CVV •••, ${MASKED}`, value: MASKED }] });
    expect(refused).toHaveLength(1);
    const numbers = screenValues(fields, { phones: [{ id: 'p', label: '', value: PAN }] });
    expect(numbers).toMatchObject({ replaced: ['phones'], refused: [] });
  });

  it('are screened in time however deep they nest', () => {
    let value: Json = PAN;
    let kept: Json = MASKED;
    for (let depth = 0; depth < 200; depth++) [value, kept] = [[value], [kept]];
    expect(screenValues(fields, { notes: value }).values).toEqual({ notes: kept });
  });

  it('stay within what the field takes', () => {
    const title = '378282246310005,'.repeat(62);
    const { values, refused } = screenValues(fields, { title });
    expect(refused).toEqual([{ field: 'title', reason: 'problems.tooLong' }]);
    expect(values['title']).toHaveLength(LIMITS.text);
  });
});

describe('text', () => {
  it('is masked in its place', () => {
    expect(maskCards(`a ${PAN}, b 5555-5555-5555-4444.`)).toBe(
      `a ${MASKED}, b Mastercard •••• 4444.`,
    );
    expect(maskAll(`${PAN}, CVV 123, exp 12/27`)).toBe(`${MASKED}, CVV •••, exp 12/27`);
  });

  it('is the same text where there was nothing, and clean once it was masked', () => {
    const random = createRandom(11);
    const pieces = [PAN, '378282246310005', 'CVV ', '123', ' ', ', ', 'Kiel', '2026', ';', '='];
    for (let made = 0; made < 2000; made++) {
      const text = Array.from({ length: 6 }, () => pieces[random.number(pieces.length)]).join('');
      const once = maskAll(text);
      expect(maskAll(once), text).toBe(once);
    }
  });

  it('is whole JSON again whatever its shape', () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 3 }), (value) => {
        const json = value as Json;
        expect(withoutBoth(json)).toBe(json);
        expect(withoutBoth({ [PAN]: json, list: [PAN, json] })).toEqual({
          [MASKED]: json,
          list: [MASKED, json],
        });
      }),
    );
  });
});

describe('what is typed', () => {
  it('lies there as it would be saved, and never with what would be refused', () => {
    const codes = custom('text', 'CVV');
    const phones = [{ id: '', label: '', value: '378282246310005' }];
    const typed = { values: { made: '123', notes: PAN, phones }, seen: { notes: [PAN] } };
    expect(screenDraft(typed, codes)).toEqual({
      values: { made: null, notes: MASKED, phones },
      seen: { notes: [MASKED] },
    });
    expect(screenDraft(PAN, fields)).toBe(MASKED);
  });
});

describe('a cell', () => {
  it('is put out where its column is called as codes are', () => {
    expect(maskCell('123', 'CVV')).toBe('•••');
    expect(maskCell('123', 'Visits')).toBe('123');
    expect(maskCell(`Card ${PAN}`, '')).toBe(`Card ${MASKED}`);
  });
});

describe('a record at rest', () => {
  const stamp = (n: number) => `00000000000${String(n)}0000aaaaaaaaaaaaaaaaaaaaaaaaaa`;
  const valueAt = (value: Json, n: number) => ({ value, stamp: stamp(n), at: n });

  it('says of each value, past ones too, that holds what may not be kept', () => {
    const state = {
      id: 'r',
      kind: 'customer',
      fields: { notes: [valueAt('Kiel', 3), valueAt(PAN, 2)], title: [valueAt('CVV 123', 4)] },
      sets: {
        tags: {
          [PAN]: { adds: [valueAt(true, 5)], removed: [] },
          gold: { adds: [valueAt(true, 5)], removed: [] },
        },
        emails: {
          e1: {
            adds: [],
            removed: [
              { stamp: stamp(6), by: [stamp(7)], add: valueAt({ label: PAN, value: 'a@b' }, 6) },
            ],
          },
        },
        phones: { p: { adds: [valueAt({ label: '', value: '378282246310005' }, 8)], removed: [] } },
      },
    } as unknown as Parameters<typeof cardsInState>[0];
    expect(cardsInState(state, fields)).toEqual([
      { field: 'notes', stamp: stamp(2), isPresent: false },
      { field: 'title', stamp: stamp(4), isPresent: true },
      { field: 'tags', stamp: stamp(5), isPresent: true },
      { field: 'emails', stamp: stamp(6), isPresent: false },
    ]);
    expect(cardsInState({ ...state, kind: 'audit' }, fields)).toEqual([]);
  });
});
