import type { RecordId } from '#base/ids.ts';
import { barOf, type Person } from '#compliance/consent/uses.ts';
import { consentMark, purposeOf } from '#domain/consents.ts';
import { describe, expect, it } from 'vitest';

const id = 'p'.repeat(26) as RecordId;
const onConsent = purposeOf(id, { name: 'News', basis: 'consent' });
const onInterest = purposeOf(id, { name: 'Offers', basis: 'legitimateInterests' });
const onContract = purposeOf(id, { name: 'Delivery', basis: 'contract' });
const shared = purposeOf(id, { name: 'Partners', basis: 'contract', recipients: ['A partner'] });
const consent = consentMark(id, { purpose: id, purposeVersion: 1, channel: 'any', given: '2026' });

function person(values: Partial<Person>): Person {
  return { limits: [], consents: [], ...values };
}

describe('a use of somebody’s data', () => {
  it('is barred by a restriction, whatever it is for', () => {
    const restricted = person({ limits: ['restriction'], consents: [consent] });
    for (const purpose of [null, onConsent, onInterest, onContract]) {
      expect(barOf(restricted, purpose)).toBe('restricted');
    }
  });

  it('that rests on an interest is barred by an objection; one of a contract is not', () => {
    const objecting = person({ limits: ['objection'] });
    expect(barOf(objecting, onInterest)).toBe('objecting');
    expect(barOf(objecting, onContract)).toBe(null);
    expect(barOf(objecting, null)).toBe(null);
  });

  it('that shares it is barred by an opt-out', () => {
    expect(barOf(person({ limits: ['optOut'] }), shared)).toBe('optedOut');
    expect(barOf(person({ limits: ['optOut'] }), onContract)).toBe(null);
  });

  it('on consent needs one that stands, to the purpose as it is now', () => {
    expect(barOf(person({}), onConsent)).toBe('noConsent');
    expect(barOf(person({ consents: [consent] }), onConsent)).toBe(null);
    const withdrawn = { ...consent, withdrawn: '2026-11-21' };
    expect(barOf(person({ consents: [withdrawn] }), onConsent)).toBe('noConsent');
    const changed = { ...onConsent, version: 2 };
    expect(barOf(person({ consents: [consent] }), changed)).toBe('noConsent');
  });
});
