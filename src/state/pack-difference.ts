/** What a new version of a pack says differently of a control, part by part, as people read it. */

import type { PackChange } from '#worker/vault-api.ts';
import { fixName, parameterName } from './evidence.ts';
import { formatDay } from './format.ts';
import { language } from './texts.svelte.ts';

export interface PartLine {
  readonly name: string;
  /** Empty: there was none. */
  readonly before: string;
  /** Empty: there will be none. */
  readonly after: string;
}

type ControlChange = Exclude<PackChange, { readonly type: 'parameter' }>;
type Control = NonNullable<ControlChange['after']>;
type Part = ControlChange['parts'][number];

/** Of an added control what it asks. A part that reads the same is left out: its values have lines of their own. */
export function partLines(change: PackChange): readonly PartLine[] {
  if (change.type === 'parameter') return [];
  const { before, after } = change;
  const parts = before === null ? (['statement'] as const) : change.parts;
  return parts
    .map((part) => ({
      name: language.texts.policies.parts[part],
      before: before === null ? '' : inWords(before, part),
      after: after === null ? '' : inWords(after, part),
    }))
    .filter((line) => line.before !== line.after);
}

function inWords(control: Control, part: Part): string {
  const { checks, policies } = language.texts;
  switch (part) {
    case 'title':
    case 'statement':
      return control[part][language.current];
    case 'citation':
      return control.citation;
    case 'kind':
      return checks.kinds[control.kind];
    case 'severity':
      return checks.severities[control.severity];
    case 'status':
      return policies.statuses[control.status];
    case 'effective':
      return control.effective === null ? '' : formatDay(control.effective);
    case 'fix':
      return control.fix === null ? '' : fixName(control.fix);
    case 'parameters':
      return policies.names(control.parameters.map(parameterName));
    case 'sources':
      return policies.names(control.sources);
  }
}
