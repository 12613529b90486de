/**
 * The subject file: everything that is kept of one person, with purposes, sources, recipients and how long it is kept, as one JSON document
 * (Art. 15 and 20 GDPR; 45 CFR 164.524; PIPL 45; Cal. Civ. Code 1798.110). FORMAT.md, "Subject file".
 */

import type { RecordId } from '#base/ids.ts';
import { isSetType, type FieldDefinition, type Kind } from '#domain/catalogue.ts';
import type { FieldName, Json } from '#domain/change.ts';
import type { Dossier, RecordState } from '#domain/record-state.ts';
import { isAlive, valuesOf } from '#domain/values.ts';
import type { PersonalRoom } from '../personal-room.ts';
import { entriesOf, type Register } from '../registers/registers.ts';

export const SUBJECT_FORMAT = 'holdfast-subject-file';

export type Values = Readonly<Record<FieldName, Json>>;

export interface SubjectRecord {
  readonly id: string;
  readonly kind: Kind;
  /** ISO 8601. */
  readonly created: string;
  readonly changed: string;
  /** By the catalogue's names. Tags are texts, lists `{id, label, value}`. */
  readonly values: Values;
  /** By what people call them. */
  readonly custom?: Values;
  /** What stood there before, by the catalogue's names, the newest first. */
  readonly past?: Readonly<Record<FieldName, readonly PastEntry[]>>;
}

export interface PastEntry {
  readonly value: Json;
  readonly at: string;
}

export interface SubjectContent {
  readonly format: typeof SUBJECT_FORMAT;
  readonly version: 1;
  /** ISO 8601. */
  readonly made: string;
  readonly workspace: { readonly id: string; readonly name: string };
  readonly person: SubjectRecord;
  readonly records: readonly SubjectRecord[];
  /** What the data is used for: every activity that has not ended. */
  readonly purposes: readonly Values[];
  readonly processors: readonly Values[];
  /** Of this person, as the register names them. */
  readonly disclosures: readonly Values[];
  readonly requests: readonly Values[];
  readonly retention: readonly Values[];
  /** No decision is made by a machine alone (Art. 15(1)(h) GDPR). */
  readonly automatedDecisions: false;
}

export interface SubjectSource {
  readonly dossier: Dossier;
  readonly customer: RecordId;
  readonly workspace: { readonly id: string; readonly name: string; readonly dossier: Dossier };
  readonly rooms: readonly PersonalRoom[];
  /** ms since 1970. */
  readonly now: number;
  fieldsOf(kind: Kind): readonly FieldDefinition[];
  /** Without what may not leave: the whole number of a card. */
  screen(kind: Kind, values: Values): Values;
}

/** Null where the customer is not there. */
export function subjectContent(source: SubjectSource): SubjectContent | null {
  const { dossier, customer, workspace, rooms, now } = source;
  const states = rooms.flatMap((room) => room.collect(dossier));
  const person = states.find(({ id }) => id === customer);
  if (person === undefined) return null;
  const { name = null, company = null } = source.screen('customer', valuesOf(person));
  const names = [name, company].filter((name) => typeof name === 'string');
  const entries = (register: Register): readonly Values[] =>
    entriesOf(workspace.dossier, register)
      .map((state) => source.screen(state.kind, valuesOf(state)))
      .filter((values) => typeof values['ended'] !== 'string');
  const ofPerson = (register: Register): readonly Values[] =>
    entries(register).filter(({ person: named }) => names.some((name) => name === named));
  return {
    format: SUBJECT_FORMAT,
    version: 1,
    made: new Date(now).toISOString(),
    workspace: { id: workspace.id, name: workspace.name },
    person: recordOf(person, source),
    records: states.filter(({ id }) => id !== customer).map((state) => recordOf(state, source)),
    purposes: entries('purpose'),
    processors: entries('processor'),
    disclosures: ofPerson('disclosure'),
    requests: ofPerson('request'),
    retention: [...workspace.dossier.values()]
      .filter((state) => state.kind === 'retentionRule' && isAlive(state))
      .map((state) => source.screen(state.kind, valuesOf(state))),
    automatedDecisions: false,
  };
}

/** What stands in a field, built in or of the workspace's own. */
export function valueIn({ values, custom = {} }: SubjectRecord, field: FieldDefinition): Json {
  return values[field.name] ?? custom[field.label.en] ?? custom[field.name] ?? null;
}

function recordOf(state: RecordState, source: SubjectSource): SubjectRecord {
  const { id, kind, created, changed } = state;
  const fields = new Map(source.fieldsOf(kind).map((field) => [field.name, field]));
  const values: Record<FieldName, Json> = {};
  const custom: Record<string, Json> = {};
  for (const [name, value] of Object.entries(source.screen(kind, valuesOf(state)))) {
    const field = fields.get(name);
    if (field === undefined) continue;
    if (field.custom !== true) values[name] = value;
    else custom[Object.hasOwn(custom, field.label.en) ? name : field.label.en] = value;
  }
  const past = pastOf(state, source, fields);
  return {
    id,
    kind,
    created: isoOf(created.at),
    changed: isoOf(changed.at),
    values,
    ...(Object.keys(custom).length > 0 && { custom }),
    ...(Object.keys(past).length > 0 && { past }),
  };
}

function pastOf(
  state: RecordState,
  source: SubjectSource,
  fields: ReadonlyMap<FieldName, FieldDefinition>,
): Record<FieldName, readonly PastEntry[]> {
  const past: Record<FieldName, readonly PastEntry[]> = {};
  for (const [name, { type }] of fields) {
    const gone = isSetType(type)
      ? Object.entries(state.sets[name] ?? {}).flatMap(([key, { adds, removed }]) =>
          adds.length > 0
            ? []
            : removed
                .flatMap(({ add }) => add ?? [])
                .map(({ value, at }) => ({ value: value === true ? key : value, at })),
        )
      : (state.fields[name] ?? []).toSorted((a, b) => (a.stamp < b.stamp ? 1 : -1)).slice(1);
    const entries = gone.map(({ value, at }) => ({
      value: source.screen(state.kind, { [name]: value })[name] ?? null,
      at: isoOf(at),
    }));
    if (entries.length > 0) past[name] = entries;
  }
  return past;
}

/** Of an author's clock, which may have said anything. */
function isoOf(at: number): string {
  const LAST = Date.UTC(9999, 11, 31);
  return new Date(Math.min(Math.max(at, 0), LAST)).toISOString();
}
