/** All checks by their controls, and attestations for controls that no data can judge. */

import { isoDay } from '../calendar.ts';
import type { Control } from '../packs/pack.ts';
import { check, holds, type Check, type Verdict } from './check.ts';
import { ccpaChecks } from './ccpa.ts';
import type { Facts } from './facts.ts';
import { gdprChecks } from './gdpr.ts';
import { hipaaChecks } from './hipaa.ts';
import { pciDssChecks } from './pci-dss.ts';
import { piplChecks } from './pipl.ts';

export const CHECKS: ReadonlyMap<string, Check> = new Map(
  [...gdprChecks, ...hipaaChecks, ...pciDssChecks, ...piplChecks, ...ccpaChecks].map((each) => [
    each.id,
    each,
  ]),
);

/**
 * What a control is judged by. A person says what data can't, until a day; where there is a check beside it, both must hold. A control that
 * this Holdfast has no check for is a person's to attest.
 */
export function checkOf({ id, kind }: Control): Check {
  const ofData = CHECKS.get(id);
  if (ofData !== undefined && kind !== 'attestation') return ofData;
  const said = attestationCheck(id);
  if (ofData === undefined) return said;
  return {
    ...said,
    judge: (facts, parameter, now) => {
      const bySaying = said.judge(facts, parameter, now);
      if (ofData.needs.some((source) => facts[source] === undefined)) return bySaying;
      const byData = ofData.judge(facts, parameter, now);
      const good = bySaying.good.length === 0 ? [] : [...bySaying.good, ...byData.good];
      return { good, bad: [...bySaying.bad, ...byData.bad] };
    },
  };
}

/** Said by nobody: not run. Said not to hold, or overdue: failed. */
function attestationCheck(id: string): Check {
  return check(id, ['attestations'], ({ attestations }: Facts, _, now): Verdict => {
    const said = attestations?.get(id);
    if (said === undefined) return { good: [], bad: [] };
    const { holds: isSo, at, reviewBy } = said;
    const wanted = isoDay(reviewBy);
    return holds({ about: 'control', id, at, found: isSo, wanted }, isSo && now <= reviewBy);
  });
}
