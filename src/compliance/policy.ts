/** The workspace's policy: which regulations are asked, what each role sees, how long the log is kept. One record, which admins change. */

import type { RecordId } from '#base/ids.ts';
import { DATA_CLASSES, type DataClass } from '#domain/catalogue.ts';
import type { FieldName, Json } from '#domain/change.ts';
import { isList } from '#domain/json.ts';
import type { Dossier } from '#domain/record-state.ts';
import type { NewRecord } from '#vault/vault.ts';
import { valuesOf } from '#domain/values.ts';
import type { PolicyView } from './messages.ts';

/** Every device means the same record, so that what two admins change at once is merged field by field. */
export const POLICY_RECORD = 'policyaaaaaaaaaaaaaaaaaaaa' as RecordId;

/** The regulations that come with the app: all are asked until an admin says which apply. */
export const SHIPPED_PACKS = ['gdpr', 'hipaa', 'pci-dss', 'pipl', 'ccpa'] as const;

export const DEFAULT_POLICY: PolicyView = {
  packs: SHIPPED_PACKS,
  publishers: [],
  maskedForMember: [],
  maskedForViewer: ['sensitive', 'health', 'financial'],
  breakGlassMinutes: 60,
  auditMonths: 72,
  retentionDaily: false,
  backupDays: 90,
};

/** So many months of the log are kept at least (PCI DSS 10.5.1; with HIPAA, 45 CFR 164.316(b)(2)(i)). */
export function leastAuditMonths({ packs }: Pick<PolicyView, 'packs'>): number {
  return packs.includes('hipaa') ? 72 : 12;
}

/** Stands in every set that somebody has changed, so that one that was emptied is told from one that nobody changed. */
const SAID = '.';

export function policyIn(workspace: Dossier): PolicyView {
  const state = workspace.get(POLICY_RECORD);
  if (state === undefined) return DEFAULT_POLICY;
  const values = valuesOf(state);
  const texts = (field: FieldName, standard: readonly string[]): readonly string[] =>
    Object.hasOwn(state.sets, field) ? textsIn(values[field]) : standard;
  const classes = (field: FieldName, standard: readonly DataClass[]): readonly DataClass[] => {
    const said = texts(field, standard);
    return DATA_CLASSES.filter((each) => said.includes(each));
  };
  const between = (field: FieldName, standard: number, least: number, most: number): number => {
    const value = values[field];
    return typeof value === 'number'
      ? Math.min(most, Math.max(least, Math.round(value)))
      : standard;
  };
  const packs = texts('packs', DEFAULT_POLICY.packs);
  const least = leastAuditMonths({ packs });
  return {
    packs,
    publishers: texts('publishers', DEFAULT_POLICY.publishers),
    maskedForMember: classes('maskedForMember', DEFAULT_POLICY.maskedForMember),
    maskedForViewer: classes('maskedForViewer', DEFAULT_POLICY.maskedForViewer),
    breakGlassMinutes: between('breakGlassMinutes', DEFAULT_POLICY.breakGlassMinutes, 5, 24 * 60),
    auditMonths: between('auditMonths', least, least, 120),
    retentionDaily: values['retentionDaily'] === true,
    backupDays: between('backupDays', DEFAULT_POLICY.backupDays, 1, 3660),
  };
}

/** Only what is given changes. */
export function policyEdit(change: Partial<PolicyView>): NewRecord {
  const values: Record<FieldName, Json> = {};
  for (const [field, value] of Object.entries(change)) {
    values[field] = typeof value === 'object' ? [...value, SAID] : value;
  }
  return { record: POLICY_RECORD, kind: 'policy', values };
}

function textsIn(value: Json | undefined): readonly string[] {
  if (value === undefined || value === null || !isList(value)) return [];
  return value.filter((each) => typeof each === 'string' && each !== SAID) as readonly string[];
}
