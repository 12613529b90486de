/** A run: every control of the packs that are asked, judged on one set of facts. */

import { isoDay } from '../calendar.ts';
import { checkOf } from '../checks/index.ts';
import { run as runCheck, type CheckOutcome, type Finding } from '../checks/check.ts';
import type { Facts } from '../checks/facts.ts';
import { parametersFor, strictest } from '../packs/parameters.ts';
import { isEffective, type ControlId, type ControlStatus, type Pack } from '../packs/pack.ts';

export interface ControlRun {
  readonly id: ControlId;
  /** `proposed`: no law on the day of the run, or one that applied from a later day. */
  readonly status: Exclude<ControlStatus, 'withdrawn'>;
  readonly finding: Finding;
}

export interface PackRun {
  readonly key: string;
  readonly version: string;
  /** In the order of the pack. */
  readonly controls: readonly ControlRun[];
  /** Controls whose sources are due to be read again. */
  readonly overdue: readonly ControlId[];
}

export interface Run {
  /** ms since 1970. */
  readonly at: number;
  readonly packs: readonly PackRun[];
}

export interface OutcomeCounts {
  readonly pass: number;
  readonly fail: number;
  readonly notRun: number;
  /** Proposed rules that would fail. */
  readonly shadow: number;
}

/** Withdrawn controls are left out. A pack whose sources are due to be read again says so beside its findings. */
export function evaluate(packs: readonly Pack[], facts: Facts, now: number): Run {
  const holding = strictest(packs);
  const today = isoDay(now);
  return {
    at: now,
    packs: packs.map((pack) => {
      const parameters = parametersFor(pack, holding);
      const controls = pack.controls.filter(({ status }) => status !== 'withdrawn');
      return {
        key: pack.key,
        version: pack.version,
        controls: controls.map((control) => ({
          id: control.id,
          status: isEffective(control, today) ? 'in-force' : 'proposed',
          finding: runCheck(checkOf(control), facts, parameters, now),
        })),
        overdue: controls.filter(({ reviewBy }) => reviewBy < today).map(({ id }) => id),
      };
    }),
  };
}

/** Proposed rules are not counted; an overdue source counts as a failure of its own. */
export function countsOf(packs: readonly PackRun[]): OutcomeCounts {
  const controls = packs.flatMap((pack) => pack.controls);
  const count = (status: ControlStatus, outcome: CheckOutcome) =>
    controls.filter((each) => each.status === status && each.finding.outcome === outcome).length;
  return {
    pass: count('in-force', 'pass'),
    fail: count('in-force', 'fail') + packs.reduce((sum, { overdue }) => sum + overdue.length, 0),
    notRun: count('in-force', 'notRun'),
    shadow: count('proposed', 'fail'),
  };
}

/** Controls whose outcome differs, and how it was before; one that was not there before is not named. */
export function changesSince(before: Run, after: Run): ReadonlyMap<ControlId, CheckOutcome> {
  const old = new Map(
    before.packs.flatMap(({ controls }) =>
      controls.map(({ id, finding }) => [id, finding.outcome] as const),
    ),
  );
  const changes = new Map<ControlId, CheckOutcome>();
  for (const { id, finding } of after.packs.flatMap(({ controls }) => controls)) {
    const was = old.get(id);
    if (was !== undefined && was !== finding.outcome) changes.set(id, was);
  }
  return changes;
}
