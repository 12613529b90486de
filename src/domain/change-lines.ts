/** A change as a line of JSON, as segments carry it, and back. Takes nothing on trust: a line may be anybody's. */

import { isId, type DeviceId, type RecordId } from '#base/ids.ts';
import { isKind } from './catalogue.ts';
import {
  isElementKey,
  isFieldName,
  type Change,
  type ElementKey,
  type FieldName,
  type Json,
  type SetWrite,
  type ValueWrite,
} from './change.ts';
import { decodeErasure } from './encoding.ts';
import { isJson } from './json.ts';
import { deviceOf, isStamp, type Stamp } from './stamp.ts';

export function changeLine(change: Change): string {
  return JSON.stringify(change);
}

/** `null` for anything that no author writes: unknown members, names, stamps or shapes. */
export function parseChangeLine(line: string): Change | null {
  try {
    return decodeChange(JSON.parse(line));
  } catch {
    return null;
  }
}

const KEYS = new Set(['record', 'kind', 'customer', 'stamp', 'at', 'set', 'deletes', 'erases']);

/** No value of the catalogue comes near it. */
const DEPTH_LIMIT = 16;

function decodeChange(value: unknown): Change | null {
  if (!isObject(value) || !Object.keys(value).every((key) => KEYS.has(key))) return null;
  const { record, kind, customer, stamp, at } = value;
  if (!isRecordId(record) || !isKind(kind) || !isStamp(stamp)) return null;
  if (typeof at !== 'number' || !Number.isFinite(at)) return null;
  if (customer !== undefined && !isRecordId(customer)) return null;
  const set = value['set'] === undefined ? undefined : decodeSet(value['set']);
  const deletes = value['deletes'] === undefined ? undefined : decodeDeletes(value['deletes']);
  const erases = value['erases'] === undefined ? undefined : decodeErasure(value['erases']);
  if (set === null || deletes === null || erases === null) return null;
  return {
    record,
    kind,
    ...(customer !== undefined && { customer }),
    stamp,
    at,
    ...(set !== undefined && { set }),
    ...(deletes !== undefined && { deletes }),
    ...(erases !== undefined && { erases }),
  };
}

function decodeSet(value: unknown): Record<FieldName, ValueWrite | SetWrite> | null {
  return decodeEntries(value, isFieldName, decodeWrite);
}

function decodeWrite(value: unknown): ValueWrite | SetWrite | null {
  if (!isObject(value)) return null;
  if ('value' in value) {
    if (!hasOnly(value, 'value', 'over') || !isJson(value['value'], DEPTH_LIMIT)) return null;
    if (value['over'] === undefined) return { value: value['value'] };
    const over = decodeStamps(value['over']);
    return over === null ? null : { value: value['value'], over };
  }
  if (!hasOnly(value, 'add', 'remove')) return null;
  const add = value['add'] === undefined ? undefined : decodeAdds(value['add']);
  const remove = value['remove'] === undefined ? undefined : decodeRemovals(value['remove']);
  if (add === null || remove === null) return null;
  return { ...(add !== undefined && { add }), ...(remove !== undefined && { remove }) };
}

function decodeAdds(value: unknown): Record<ElementKey, Json> | null {
  return isObject(value) &&
    Object.entries(value).every(([key, each]) => isElementKey(key) && isJson(each, DEPTH_LIMIT))
    ? (value as Record<ElementKey, Json>)
    : null;
}

function decodeRemovals(value: unknown): Record<ElementKey, readonly Stamp[]> | null {
  return decodeEntries(value, isElementKey, decodeStamps);
}

function decodeStamps(value: unknown): readonly Stamp[] | null {
  return Array.isArray(value) && value.every(isStamp) ? value : null;
}

function decodeDeletes(value: unknown): Record<DeviceId, Stamp> | null {
  return decodeEntries(value, isId, (stamp, device) =>
    isStamp(stamp) && deviceOf(stamp) === device ? stamp : null,
  );
}

function decodeEntries<T>(
  value: unknown,
  isKey: (key: string) => boolean,
  decode: (each: unknown, key: string) => T | null,
): Record<string, T> | null {
  if (!isObject(value)) return null;
  const entries: Record<string, T> = {};
  for (const [key, each] of Object.entries(value)) {
    const decoded = isKey(key) ? decode(each, key) : null;
    if (decoded === null) return null;
    entries[key] = decoded;
  }
  return entries;
}

function hasOnly(value: Readonly<Record<string, unknown>>, ...keys: readonly string[]): boolean {
  return Object.keys(value).every((key) => keys.includes(key));
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isRecordId(value: unknown): value is RecordId {
  return typeof value === 'string' && isId(value);
}
