import type { RecordId } from '#base/ids.ts';
import { ConsentSurvey } from '#compliance/consent/facts.ts';
import { describe, expect, it } from 'vitest';
import { createSession, must } from '../../vault/fixture.ts';

const NOW = Date.UTC(2026, 10, 23);

async function workspace() {
  const { session } = await createSession();
  const { vault } = session;
  const purpose = async (values: Record<string, string | number | readonly string[]>) =>
    must(await vault.save([{ kind: 'purpose', values: { why: 'Because', ...values } }]))
      .records[0]!;
  const customer = async (values: Record<string, string>) =>
    must(await vault.save([{ kind: 'customer', values }])).records[0]!;
  const consent = async (
    of: RecordId,
    values: Record<string, string | number | readonly string[]>,
  ) =>
    must(
      await vault.save([
        {
          kind: 'consent',
          customer: of,
          values: {
            channel: 'any',
            method: 'written',
            purposeVersion: 1,
            notice: '1',
            given: '2026-01-01T10:00',
            ...values,
          },
        },
      ]),
    );
  const facts = () => {
    const survey = new ConsentSurvey(vault.workspace, NOW);
    for (const batch of vault.summaries()) for (const summary of batch) survey.add(summary);
    return survey.facts;
  };
  return { vault, purpose, customer, consent, facts };
}

describe('what people said', () => {
  it('tells nothing where there is nothing', async () => {
    const { customer, facts } = await workspace();
    await customer({ name: 'Bea Lund' });
    expect(facts()).toEqual({});
  });

  it('shows who has no purpose, no notice of a consent, an old one, or none of the separate ones', async () => {
    const { purpose, customer, consent, facts } = await workspace();
    const news = await purpose({
      name: 'News',
      basis: 'consent',
      version: 2,
      recipients: ['A printer'],
    });
    const nobody = await customer({ name: 'No consent' });
    const outdated = await customer({ name: 'Outdated' });
    await consent(outdated, { purpose: news });
    const bare = await customer({ name: 'Bare' });
    await consent(bare, { purpose: news, purposeVersion: 2, notice: '' });
    const whole = await customer({ name: 'Whole' });
    await consent(whole, { purpose: news, purposeVersion: 2, separate: ['sharing'] });
    const told = facts();
    const bad = (fact: keyof typeof told) =>
      (told[fact] as { bad: readonly { id: string }[] }).bad.map(({ id }) => id).sort();
    expect(bad('peopleOfPurposes')).toEqual([nobody, outdated].sort());
    expect(bad('consentVersions')).toEqual([outdated]);
    expect(bad('consentBeforeUse')).toEqual([bare]);
    expect(bad('separateConsents')).toEqual([bare]);
    expect(told.peopleOfPurposes?.looked).toBe(4);
  });

  it('a purpose on another basis covers everybody', async () => {
    const { purpose, customer, facts } = await workspace();
    await purpose({ name: 'Delivery', basis: 'contract' });
    await customer({ name: 'Bea Lund' });
    expect(facts().peopleOfPurposes).toEqual({ looked: 1, bad: [], badCount: 0 });
  });

  it('shows minors without a guardian, by the age that the law names', async () => {
    const { customer, consent, facts } = await workspace();
    const child = await customer({ name: 'A child', birthday: '2014-06-30' });
    await customer({ name: 'A grown-up', birthday: '1980-01-01' });
    expect(facts().guardians?.(14)).toMatchObject({ looked: 1, badCount: 1 });
    expect(facts().guardians?.(12)).toMatchObject({ looked: 0 });
    await consent(child, { purpose: 'x', guardian: 'Their mother' });
    expect(facts().guardians?.(14)).toMatchObject({ looked: 1, badCount: 0 });
  });

  it('runs the clock of those whose data came from others, until they are told', async () => {
    const { vault, customer, facts } = await workspace();
    const bought = await customer({ name: 'Bought', obtained: 'others' });
    await customer({ name: 'Own', obtained: 'person' });
    expect(facts().notices).toMatchObject([{ id: bought, toldAt: null }]);
    must(
      await vault.save([
        { kind: 'notice', customer: bought, values: { given: '2026-11-22' } },
        { kind: 'notice', customer: bought, values: { given: '2026-11-25' } },
      ]),
    );
    expect(facts().notices).toMatchObject([{ id: bought, toldAt: Date.UTC(2026, 10, 22) }]);
  });

  it('tries the door on whoever is restricted, opted out, or withdrew', async () => {
    const { vault, purpose, customer, consent, facts } = await workspace();
    const news = await purpose({ name: 'News', basis: 'consent', recipients: ['A printer'] });
    const one = await customer({ name: 'Bea Lund' });
    await consent(one, { purpose: news, withdrawn: '2026-11-20T10:00' });
    for (const type of ['restriction', 'optOut']) {
      must(
        await vault.save([{ kind: 'limit', customer: one, values: { type, since: '2026-11-20' } }]),
      );
    }
    const good = { looked: 1, bad: [], badCount: 0 };
    expect(facts()).toMatchObject({
      restrictedUses: good,
      optOuts: good,
      useAfterWithdrawal: good,
    });
  });
});
