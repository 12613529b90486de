import type { RecordId } from '#base/ids.ts';
import { consentMark, consentState, purposeOf } from '#domain/consents.ts';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { runs } from './arbitraries.ts';

const id = 'c'.repeat(26) as RecordId;
const purpose = purposeOf('p'.repeat(26) as RecordId, {
  name: 'News',
  basis: 'consent',
  version: 2,
});

function given(values: Record<string, string | number>) {
  return consentMark(id, {
    purpose: purpose.id,
    purposeVersion: 2,
    channel: 'email',
    given: '2026-11-20T09:00',
    ...values,
  });
}

describe('consents', () => {
  it('to a purpose as it is now are valid, to an older one outdated', () => {
    expect(consentState([], purpose)).toBe('missing');
    expect(consentState([given({})], purpose)).toBe('valid');
    expect(consentState([given({ purposeVersion: 1 })], purpose)).toBe('outdated');
    expect(consentState([given({ purpose: 'another' })], purpose)).toBe('missing');
  });

  it('hold on their channel, and those for any channel on each', () => {
    expect(consentState([given({})], purpose, 'phone')).toBe('missing');
    expect(consentState([given({ channel: 'any' })], purpose, 'phone')).toBe('valid');
    const withdrawn = given({ withdrawn: '2026-11-21T09:00' });
    expect(consentState([withdrawn], purpose, 'email')).toBe('withdrawn');
    expect(consentState([withdrawn, given({ channel: 'phone' })], purpose, 'email')).toBe(
      'withdrawn',
    );
  });

  it('come to the same, in whatever order they were written', () => {
    const one = fc.record({
      purposeVersion: fc.constantFrom(1, 2, 3),
      channel: fc.constantFrom('any', 'email', 'phone'),
      withdrawn: fc.constantFrom('', '2026-11-21T09:00'),
    });
    fc.assert(
      fc.property(
        fc
          .array(one, { maxLength: 5 })
          .chain((all) =>
            fc.tuple(fc.constant(all), fc.shuffledSubarray(all, { minLength: all.length })),
          ),
        fc.constantFrom(undefined, 'email'),
        ([all, shuffled], channel) => {
          const state = consentState(all.map(given), purpose, channel);
          expect(consentState(shuffled.map(given), purpose, channel)).toBe(state);
          // Nothing that was withdrawn makes a use lawful.
          const standing = all.filter(({ withdrawn }) => withdrawn === '');
          if (standing.length === 0) expect(['missing', 'withdrawn']).toContain(state);
        },
      ),
      runs(200),
    );
  });
});

it('a purpose with recipients or transfers asks for separate consents', () => {
  const values = { name: 'Sharing', recipients: ['A partner'], transfers: 'To the US' };
  expect(purposeOf(id, values).separate).toEqual(['sharing', 'crossBorder']);
  expect(purposeOf(id, { name: 'Own', recipients: [] })).toMatchObject({
    separate: [],
    version: 1,
    hasEnded: false,
  });
});
