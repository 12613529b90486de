/** Whether a subject file reaches everything: one of a made-up person in whom every field says something, looked through and read again. */

import type { DeviceId, RecordId } from '#base/ids.ts';
import { applyChange, createErasures } from '#domain/apply.ts';
import { belongsTo, KINDS, type FieldDefinition, type Kind } from '#domain/catalogue.ts';
import type { Json } from '#domain/change.ts';
import { changeOf } from '#domain/edits.ts';
import type { Dossier } from '#domain/record-state.ts';
import { StampClock } from '#domain/stamp.ts';
import { valuesOf } from '#domain/values.ts';
import type { Facts } from '../checks/facts.ts';
import type { PersonalRoom } from '../personal-room.ts';
import { subjectContent, valueIn } from './content.ts';
import { readSubjectFile } from './reading.ts';

export interface ProbeParts {
  readonly rooms: readonly PersonalRoom[];
  /** ms since 1970. */
  readonly now: number;
  readonly fieldsOf: (kind: Kind) => readonly FieldDefinition[];
}

export function probeSubjectFile(
  parts: ProbeParts,
): Required<Pick<Facts, 'subjectFile' | 'portableExport'>> {
  const { rooms, now, fieldsOf } = parts;
  const kinds = KINDS.filter((kind) => belongsTo(kind) !== 'workspace' && kind !== 'audit');
  const customer = idOf(0);
  const stamps = new StampClock('a'.repeat(26) as DeviceId, { now: () => now });
  const dossier: Dossier = new Map();
  for (const [at, kind] of kinds.entries()) {
    const change = changeOf({
      record: idOf(at),
      kind,
      ...(kind !== 'customer' && { customer }),
      values: Object.fromEntries(fieldsOf(kind).map((field) => [field.name, sampleOf(field)])),
      fields: fieldsOf(kind),
      stamp: stamps.next(),
      at: now,
    });
    const state = applyChange(undefined, change, createErasures());
    if (state !== undefined) dossier.set(state.id, state);
  }
  const content = subjectContent({
    dossier,
    customer,
    workspace: { id: '', name: '', dossier: new Map() },
    rooms,
    now,
    fieldsOf,
    screen: (_, values) => values,
  });
  const records = content === null ? [] : [content.person, ...content.records];
  const wanted = kinds.flatMap((kind) =>
    fieldsOf(kind).filter(({ dataClass }) => dataClass !== 'none'),
  );
  const missing = wanted.filter((field) => {
    const record = records.find(({ kind }) => kind === field.kind);
    return record === undefined || valueIn(record, field) === null;
  });
  const taken = readSubjectFile(JSON.stringify(content)) ?? [];
  const isRoundTrip = [...dossier.values()].every((state) => {
    const found = taken.find(({ kind }) => kind === state.kind);
    const builtIn = fieldsOf(state.kind).filter(({ custom }) => custom !== true);
    const values = valuesOf(state);
    return builtIn.every(
      ({ name }) => JSON.stringify(found?.values[name]) === JSON.stringify(values[name]),
    );
  });
  return {
    subjectFile: {
      fields: wanted.length,
      missing: missing.map(({ kind, name }) => `${kind} ${name}`),
    },
    portableExport: { at: now, isValid: taken.length === dossier.size, isRoundTrip },
  };
}

function idOf(index: number): RecordId {
  return String.fromCharCode(97 + index).repeat(26) as RecordId;
}

function sampleOf({ type, options = [] }: FieldDefinition): Json {
  const element = (value: Json): Json => [{ id: '', label: 'work', value }];
  switch (type) {
    case 'emails':
      return element('person@example.com');
    case 'phones':
      return element('+49 40 1234567');
    case 'addresses':
      return element({ street: 'Street 1', city: 'City', country: 'Country' });
    case 'tags':
      return [options[0]?.value ?? 'tag'];
    case 'choice':
      return options[0]?.value ?? 'choice';
    case 'number':
      return 12;
    case 'rating':
      return 7;
    case 'boolean':
      return true;
    case 'money':
      return '12.50';
    case 'currency':
      return 'EUR';
    case 'date':
      return '2026-02-28';
    case 'dateTime':
      return '2026-02-28T09:30';
    case 'language':
      return 'en';
    case 'url':
      return 'https://example.com/';
    case 'text':
    case 'longText':
    case 'member':
    case 'reference':
      return 'text';
  }
}
