/** What an exported file would hold, by class of data: what somebody should think of before it leaves. */

import { BELONGINGS, type DataClass, type Kind } from '#domain/catalogue.ts';
import type { AccessView } from '#worker/vault-api.ts';
import { catalogueOf, inWords } from './catalogue.svelte.ts';
import type { ExportFormat } from './export.svelte.ts';

const WARNED_OF = ['sensitive', 'health', 'financial'] as const satisfies readonly DataClass[];

export interface ExportedClasses {
  /** Labels of fields, by class. */
  readonly held: readonly { readonly dataClass: DataClass; readonly labels: readonly string[] }[];
  /** Labels of fields that the person's role does not see. */
  readonly leftOut: readonly string[];
}

/** A table holds customers; lines hold all that belongs to them too. */
export function exportedClasses(
  format: ExportFormat,
  access: AccessView | undefined,
): ExportedClasses {
  const kinds: readonly Kind[] = format === 'csv' ? ['customer'] : ['customer', ...BELONGINGS];
  const masked = maskedClasses(access);
  const leftOut: string[] = [];
  const held = WARNED_OF.map((dataClass) => {
    const labels = kinds.flatMap((kind) =>
      catalogueOf(kind)
        .filter((field) => field.dataClass === dataClass)
        .map(({ label }) => inWords(label)),
    );
    const unique = [...new Set(labels)];
    if (!masked.includes(dataClass)) return { dataClass, labels: unique };
    leftOut.push(...unique);
    return { dataClass, labels: [] };
  });
  return { held: held.filter(({ labels }) => labels.length > 0), leftOut };
}

/** Emergency access shows everything while it lasts. */
function maskedClasses(access: AccessView | undefined): readonly DataClass[] {
  if (access === undefined || access.role === 'admin' || access.glassUntil !== null) return [];
  const { maskedForMember, maskedForViewer } = access.policy;
  return access.role === 'member' ? maskedForMember : maskedForViewer;
}
