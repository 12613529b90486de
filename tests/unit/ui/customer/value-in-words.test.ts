import { describe, expect, test, vi } from 'vitest';
import { fieldsOf, type Kind } from '#domain/catalogue.ts';
import type { Json } from '#domain/change.ts';

vi.mock('#state/vault.ts', () => ({ vault: { listen: () => () => undefined } }));

const { onePastValue } = await import('#ui/customer/value-in-words.ts');
const { language } = await import('#state/texts.svelte.ts');
await language.complete();

function inWords(kind: Kind, name: string, value: Json): string {
  const field = fieldsOf(kind).find((each) => each.name === name);
  if (!field) throw new Error(`There is no ${kind}.${name}.`);
  return onePastValue(field, value);
}

describe('one value of a field by itself', () => {
  test('is said as the field says it', () => {
    expect(inWords('customer', 'title', 'Harbour master')).toBe('Harbour master');
    expect(inWords('customer', 'stage', 'active')).toBe('Active');
  });

  test('of a set is the element, with its label', () => {
    expect(inWords('customer', 'tags', 'north')).toBe('north');
    expect(inWords('customer', 'emails', { label: 'work', value: 'bea@lund.example' })).toBe(
      'bea@lund.example (Work)',
    );
  });

  test('is nothing where it was taken away', () => {
    for (const name of ['title', 'stage', 'tags', 'emails', 'addresses', 'birthday'])
      expect(inWords('customer', name, null)).toBe('');
  });
});
