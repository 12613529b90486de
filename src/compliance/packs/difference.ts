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

export type PackChange =
  | {
      readonly type: 'added' | 'changed' | 'withdrawn';
      readonly control: string;
      readonly title: Label;
      /** Of a changed one. */
      readonly parts: readonly ControlPart[];
      /** ISO date from which it applies. */
      readonly effective: string | null;
      /** It is law before or after the change; false: no more than a proposal. */
      readonly isLaw: boolean;
    }
  | {
      readonly type: 'parameter';
      readonly parameter: string;
      /** Null: there was, or will be, none. */
      readonly before: number | null;
      readonly after: number | null;
    };

/** `before`: null where no pack of the key is in use. A control that is gone counts as withdrawn, as one whose status says so. */
export function differenceOf(before: Pack | null, after: Pack): readonly PackChange[] {
  return [...controlChanges(before, after), ...parameterChanges(before, after)];
}

function controlChanges(before: Pack | null, after: Pack): readonly PackChange[] {
  const old = new Map(before?.controls.map((control) => [control.id, control]));
  const changes: PackChange[] = [];
  for (const control of after.controls) {
    const was = old.get(control.id);
    old.delete(control.id);
    const parts = was === undefined ? [] : changedParts(was, control);
    if (was !== undefined && parts.length === 0) continue;
    const isWithdrawn = control.status === 'withdrawn' && was?.status !== 'withdrawn';
    const type = isWithdrawn ? 'withdrawn' : was === undefined ? 'added' : 'changed';
    const isLaw = isInForce(was) || isInForce(control);
    changes.push({ type, ...shownOf(control), parts, isLaw });
  }
  for (const gone of old.values()) {
    changes.push({ type: 'withdrawn', ...shownOf(gone), parts: [], isLaw: isInForce(gone) });
  }
  return changes;
}

function shownOf({ id, title, effective }: Control) {
  return { control: id, title, effective };
}

function isInForce(control: Control | undefined): boolean {
  return control?.status === 'in-force';
}

function changedParts(was: Control, is: Control): readonly ControlPart[] {
  return CONTROL_PARTS.filter((part) => JSON.stringify(was[part]) !== JSON.stringify(is[part]));
}

function parameterChanges(before: Pack | null, after: Pack): readonly PackChange[] {
  const ids = new Set([...(before?.parameters.keys() ?? []), ...after.parameters.keys()]);
  return [...ids].flatMap((parameter) => {
    const was = before?.parameters.get(parameter)?.value ?? null;
    const is = after.parameters.get(parameter)?.value ?? null;
    return was === is ? [] : [{ type: 'parameter' as const, parameter, before: was, after: is }];
  });
}
