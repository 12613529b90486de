/** JSON values: what they are, and one text for each, whatever the order of its keys. */

import type { Json } from './change.ts';

/** `Array.isArray` does not narrow readonly arrays. */
export function isList(value: Json): value is readonly Json[] {
  return Array.isArray(value);
}

/** Keys may be what a person typed, `constructor` too: only own properties count. */
export function own<T>(entries: Readonly<Record<string, T>>, key: string): T | undefined {
  return Object.hasOwn(entries, key) ? entries[key] : undefined;
}

/** Decides equality and ties. */
export function canonicalText(value: Json): string {
  if (value === null || typeof value !== 'object') return JSON.stringify(value);
  if (isList(value)) return `[${value.map(canonicalText).join(',')}]`;
  const parts = Object.keys(value)
    .sort()
    .map((key) => `${JSON.stringify(key)}:${canonicalText(value[key] ?? null)}`);
  return `{${parts.join(',')}}`;
}

export function isSameJson(a: Json, b: Json): boolean {
  if (a === b) return true;
  if (a === null || b === null || typeof a !== 'object' || typeof b !== 'object') return false;
  return canonicalText(a) === canonicalText(b);
}

/** Whether something unknown is JSON that nests no deeper than `depth`: what nests without end would overflow the stack. */
export function isJson(value: unknown, depth: number): value is Json {
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return true;
  if (typeof value === 'number') return Number.isFinite(value);
  if (typeof value !== 'object' || depth === 0) return false;
  const inner: unknown[] = Array.isArray(value) ? value : Object.values(value);
  return inner.every((each) => isJson(each, depth - 1));
}
