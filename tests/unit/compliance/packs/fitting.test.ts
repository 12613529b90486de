import { misfitOf } from '#compliance/packs/fitting.ts';
import { describe, expect, it } from 'vitest';
import { controlOf, packOf } from './packs.ts';

const gdpr = packOf({
  key: 'gdpr',
  controls: [controlOf({ id: 'G5' })],
  parameters: new Map([['idle-minutes', { value: 15, strictest: 'min' }]]),
});
const house = packOf({ controls: [controlOf({ id: 'X1' })] });

describe('a pack beside those in use', () => {
  it('fits with controls and values of its own, and in place of its earlier version', () => {
    const stricter = new Map([['idle-minutes', { value: 5, strictest: 'min' }]] as const);
    expect(misfitOf(packOf({ parameters: stricter }), [gdpr, house])).toBe(null);
    expect(misfitOf(gdpr, [gdpr, house])).toBe(null);
  });

  it.each([
    ['a control of another', packOf({ key: 'other' }), 'control X1: is one of house’s'],
    [
      'a control of a regulation that comes with the app, before that has it',
      packOf({ controls: [controlOf({ id: 'H99' })] }),
      'control H99: is one of hipaa’s',
    ],
    [
      'a value whose strict way it turns round',
      packOf({ parameters: new Map([['idle-minutes', { value: 600, strictest: 'max' }]]) }),
      'parameter idle-minutes: is stricter the other way in gdpr',
    ],
  ])('does not with %s', (_, pack, reason) => {
    expect(misfitOf(pack, [gdpr, house])).toBe(reason);
  });
});
