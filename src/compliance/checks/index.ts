/** All checks by their controls, and attestations for controls that no data can judge. */

import { isoDay } from '../calendar.ts';
import type { Control, ControlKind } from '../packs/pack.ts';
import { all, holds, type Check, type Part, type Verdict } from './check.ts';
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
  return { id, parts: [attested(id, ofData?.parts ?? [])] };
}

/** What a control is judged by here: where this Holdfast has no check for it, by what a person says. */
export function kindOf({ id, kind }: Control): ControlKind {
  return CHECKS.has(id) ? kind : 'attestation';
}

/** What a person says, and what data shows beside it where there is some: the one does not stand for the other. */
function attested(id: string, ofData: readonly Part[]): Part {
  return {
    needs: ['attestations'],
    parameters: [],
    judge: (facts, parameter, now) => {
      const bySaying = saidOf(id, facts, now);
      const told = ofData.filter(({ needs }) => needs.every((each) => facts[each] !== undefined));
      const byData = all(...told.map(({ judge }) => judge(facts, parameter, now)));
      return bySaying.good.length > 0
        ? all(bySaying, byData)
        : { ...all(bySaying, byData), good: [] };
    },
  };
}

/** Said by nobody: not run. Said not to hold, or overdue: failed. */
function saidOf(id: string, { attestations }: Facts, now: number): Verdict {
  const said = attestations?.get(id);
  if (said === undefined) return { good: [], bad: [] };
  const { holds: isSo, at, reviewBy } = said;
  const wanted = isoDay(reviewBy);
  return holds({ about: 'control', id, at, found: isSo, wanted }, isSo && now <= reviewBy);
}
