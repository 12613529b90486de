/** What a new version of a pack changes: for a person to look at before it is accepted, and for the tasks that follow. */

import type { Label } from '#domain/catalogue.ts';
import type { Control, Pack } from './pack.ts';

/** What of a control may change. */
export const CONTROL_PARTS = [
  'title',
  'statement',
  'citation',
  'kind',
  'severity',
  'status',
  'effective',
  'fix',
  'parameters',
  'sources',
] as const satisfies readonly (keyof Control)[];

export type ControlPart = (typeof CONTROL_PARTS)[number];

export type PackChange = ControlChange | ParameterChange;

export interface ControlChange {
  readonly type: 'added' | 'changed' | 'withdrawn';
  readonly control: string;
  readonly title: Label;
  /** Of a changed one. */
  readonly parts: readonly ControlPart[];
  /** As it was and as it will be; null: there was, or will be, none. */
  readonly before: Control | null;
  readonly after: Control | null;
  /** ISO date from which it applies; null: not settled, or it is gone. */
  readonly effective: string | null;
  /** It is law before or after the change; false: no more than a proposal. */
  readonly isLaw: boolean;
}

interface ParameterChange {
  readonly type: 'parameter';
  readonly parameter: string;
  /** Null: there was, or will be, none. */
  readonly before: number | null;
  readonly after: number | null;
}

/** `before`: null where no pack of the key is in use. A control that is gone counts as withdrawn, as one whose status says so. */
export function differenceOf(before: Pack | null, after: Pack): readonly PackChange[] {
  const values = parameterChanges(before, after);
  const revalued = new Set(values.map(({ parameter }) => parameter));
  return [...controlChanges(before, after, revalued), ...values];
}

function controlChanges(
  before: Pack | null,
  after: Pack,
  revalued: ReadonlySet<string>,
): readonly PackChange[] {
  const old = new Map(before?.controls.map((control) => [control.id, control]));
  const changes: PackChange[] = [];
  for (const control of after.controls) {
    const was = old.get(control.id);
    old.delete(control.id);
    const parts = was === undefined ? [] : changedParts(was, control, revalued);
    if (was !== undefined && parts.length === 0) continue;
    const isWithdrawn = control.status === 'withdrawn' && was?.status !== 'withdrawn';
    changes.push({
      type: isWithdrawn ? 'withdrawn' : was === undefined ? 'added' : 'changed',
      control: control.id,
      title: control.title,
      parts,
      before: was ?? null,
      after: control,
      effective: control.effective,
      isLaw: isInForce(was) || isInForce(control),
    });
  }
  for (const gone of old.values()) {
    changes.push({
      type: 'withdrawn',
      control: gone.id,
      title: gone.title,
      parts: [],
      before: gone,
      after: null,
      effective: null,
      isLaw: isInForce(gone),
    });
  }
  return changes;
}

function isInForce(control: Control | undefined): boolean {
  return control?.status === 'in-force';
}

/** A value that its check reads is part of a control: a new deadline changes whatever runs by it. */
function changedParts(
  was: Control,
  is: Control,
  revalued: ReadonlySet<string>,
): readonly ControlPart[] {
  const isRevalued = is.parameters.some((parameter) => revalued.has(parameter));
  return CONTROL_PARTS.filter(
    (part) =>
      (part === 'parameters' && isRevalued) ||
      JSON.stringify(was[part]) !== JSON.stringify(is[part]),
  );
}

function parameterChanges(before: Pack | null, after: Pack): readonly ParameterChange[] {
  const ids = new Set([...(before?.parameters.keys() ?? []), ...after.parameters.keys()]);
  return [...ids].flatMap((parameter) => {
    const was = before?.parameters.get(parameter)?.value ?? null;
    const is = after.parameters.get(parameter)?.value ?? null;
    return was === is ? [] : [{ type: 'parameter' as const, parameter, before: was, after: is }];
  });
}
