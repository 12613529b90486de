/**
 * Whether a pack fits beside those in use. A control's id is what runs, attestations and tasks know it by, so it stands in one pack alone; and a
 * parameter has one strict way, whoever names it: else one pack could answer, or loosen, what another asks.
 */

import type { Pack } from './pack.ts';

/** Each regulation that comes with the app keeps its letter, for the controls that later versions add. */
const LETTERS: ReadonlyMap<string, string> = new Map([
  ['G', 'gdpr'],
  ['H', 'hipaa'],
  ['P', 'pci-dss'],
  ['L', 'pipl'],
  ['C', 'ccpa'],
]);

/** Null where it fits; else what does not. */
export function misfitOf(pack: Pack, used: readonly Pack[]): string | null {
  const owners = new Map(
    used
      .filter(({ key }) => key !== pack.key)
      .flatMap(({ key, controls }) => controls.map(({ id }) => [id, key] as const)),
  );
  for (const { id } of pack.controls) {
    const owner = (/^[A-Z](?=[0-9]+$)/.test(id) && LETTERS.get(id.charAt(0))) || owners.get(id);
    if (owner !== undefined && owner !== pack.key) return `control ${id}: is one of ${owner}’s`;
  }
  for (const [id, { strictest }] of pack.parameters) {
    const other = used.find(({ parameters }) => {
      const way = parameters.get(id)?.strictest;
      return way !== undefined && way !== strictest;
    });
    if (other !== undefined) return `parameter ${id}: is stricter the other way in ${other.key}`;
  }
  return null;
}
