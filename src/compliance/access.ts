/** Access: what a role does not see, and how emergency access opens it for a while (45 CFR 164.312(a)(2)(ii), 164.502(b)). Shown and logged, not enforced by keys. */

import type { DeviceId, RecordId } from '#base/ids.ts';
import type { DataClass, FieldDefinition, Kind } from '#domain/catalogue.ts';
import type { FieldName } from '#domain/change.ts';
import type { Dossier } from '#domain/record-state.ts';
import type { Role } from '#domain/roles.ts';
import { deviceOf } from '#domain/stamp.ts';
import { isAlive, valuesOf } from '#domain/values.ts';
import type { CustomerView, RecordView } from '#vault/views.ts';
import type { PolicyView } from './messages.ts';

export function maskedClasses(policy: PolicyView, role: Role): ReadonlySet<DataClass> {
  switch (role) {
    case 'admin':
      return new Set();
    case 'member':
      return new Set(policy.maskedForMember);
    case 'viewer':
      return new Set(policy.maskedForViewer);
  }
}

/** The names of a kind's fields that are masked. */
export function maskedNames(
  fields: readonly FieldDefinition[],
  classes: ReadonlySet<DataClass>,
): ReadonlySet<FieldName> {
  if (classes.size === 0) return new Set();
  return new Set(fields.filter(({ dataClass }) => classes.has(dataClass)).map(({ name }) => name));
}

/** A view without the values of masked fields; each record says which were left out. */
export function maskView(
  view: CustomerView,
  namesOf: (kind: Kind) => ReadonlySet<FieldName>,
): CustomerView {
  return {
    customer: maskRecord(view.customer, namesOf(view.customer.kind)),
    belongings: view.belongings.map((record) => maskRecord(record, namesOf(record.kind))),
  };
}

function maskRecord(record: RecordView, names: ReadonlySet<FieldName>): RecordView {
  const masked = Object.keys(record.values).filter((name) => names.has(name));
  if (masked.length === 0) return record;
  const values = Object.fromEntries(
    Object.entries(record.values).filter(([name]) => !names.has(name)),
  );
  return { ...record, values, masked };
}

/** Until when a device's emergency access lasts, ms; null: it has none now. No word of its record makes it longer than `longest`, ms. */
export function glassUntil(
  workspace: Dossier,
  device: DeviceId,
  { now, longest }: { readonly now: number; readonly longest: number },
): number | null {
  let latest: number | null = null;
  for (const state of workspace.values()) {
    if (state.kind !== 'glass' || !isAlive(state) || deviceOf(state.created.stamp) !== device) {
      continue;
    }
    const { until } = valuesOf(state);
    const from = state.created.at;
    const said = typeof until === 'string' ? Date.parse(until) : Number.NaN;
    const end = Math.min(said, from + longest);
    if (from <= now && end > now && end > (latest ?? 0)) latest = end;
  }
  return latest;
}

export interface GlassUse {
  readonly id: RecordId;
  readonly device: DeviceId;
  readonly reason: string;
  /** ms since 1970. */
  readonly from: number;
  readonly until: number;
  /** By an admin; what anybody else says of it counts for nothing. */
  readonly reviewedAt: number | null;
}

/** Every use of emergency access, newest first. */
export function glassUses(
  workspace: Dossier,
  isAdmin: (device: DeviceId) => boolean,
): readonly GlassUse[] {
  return [...workspace.values()]
    .filter((state) => state.kind === 'glass' && isAlive(state))
    .map((state) => {
      const { reason, until } = valuesOf(state);
      const review = state.fields['reviewed']?.find(({ stamp }) => isAdmin(deviceOf(stamp)));
      return {
        id: state.id,
        device: deviceOf(state.created.stamp),
        reason: typeof reason === 'string' ? reason : '',
        from: state.created.at,
        until: typeof until === 'string' ? Date.parse(until) : state.created.at,
        reviewedAt: review?.at ?? null,
      };
    })
    .sort((a, b) => b.from - a.from);
}
