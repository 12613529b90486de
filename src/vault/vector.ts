/** Vectors: of every other device, the newest of its segments that has taken effect here. PROTOCOL.md sections 5 and 7. */

import type { DeviceId } from '#base/ids.ts';

/** A segment of one device: its number, and its hash as hexadecimal digits. */
export interface Position {
  readonly seq: number;
  readonly hash: string;
}

export type Vector = ReadonlyMap<DeviceId, Position>;

/** As JSON holds it. FORMAT.md sections 4 and 5. */
export type StoredVector = Readonly<Record<DeviceId, readonly [seq: number, hash: string]>>;

export const EMPTY_VECTOR: Vector = new Map();

/** Of every device the later position of both. */
export function laterOf(a: Vector, b: Vector): Vector {
  if (b.size === 0) return a;
  const later = new Map(a);
  for (const [device, position] of b) {
    if (position.seq > (a.get(device)?.seq ?? 0)) later.set(device, position);
  }
  return later;
}

export function storedVector(vector: Vector): StoredVector {
  return Object.fromEntries([...vector].map(([device, { seq, hash }]) => [device, [seq, hash]]));
}

export function vectorOf(stored: StoredVector = {}): Vector {
  const entries = Object.entries(stored) as [DeviceId, readonly [number, string]][];
  return new Map(entries.map(([device, [seq, hash]]) => [device, { seq, hash }]));
}
