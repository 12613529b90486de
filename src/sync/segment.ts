/** What a segment says: what its author had applied, then the author's own changes. PROTOCOL.md section 5. */

import { readUtf8, utf8Bytes } from '#base/bytes.ts';
import { isId, type DeviceId } from '#base/ids.ts';
import { changeLine, parseChangeLine } from '#domain/change-lines.ts';
import type { Change } from '#domain/change.ts';

/** The newest position of every device that an author had applied; of a hash the first half. */
export type Seen = ReadonlyMap<DeviceId, { readonly seq: number; readonly hash: string }>;

export interface SegmentBody {
  readonly seen: Seen;
  readonly changes: readonly Change[];
}

export function encodeSegment({ seen, changes }: SegmentBody): Uint8Array<ArrayBuffer> {
  const positions = [...seen]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([device, { seq, hash }]) => [device, [seq, hash.slice(0, 16)]]);
  const context = JSON.stringify({ seen: Object.fromEntries(positions) as object, format: FORMAT });
  return utf8Bytes([context, ...changes.map(changeLine)].join('\n'));
}

/** `newer`: what only a newer Holdfast can read. */
export function decodeSegment(body: Uint8Array): SegmentBody | 'newer' | null {
  const text = readUtf8(body);
  if (text === null) return null;
  const [head = '', ...lines] = text.split('\n');
  const seen = decodeContext(head);
  if (seen === null || seen === 'newer') return seen;
  const changes: Change[] = [];
  for (const line of lines) {
    const change = parseChangeLine(line);
    if (change === null) return null;
    changes.push(change);
  }
  return { seen, changes };
}

const FORMAT = 1;

function decodeContext(line: string): Seen | 'newer' | null {
  let context: unknown;
  try {
    context = JSON.parse(line);
  } catch {
    return null;
  }
  const { seen, format } = (context ?? {}) as { seen?: unknown; format?: unknown };
  if (typeof format !== 'number' || format < FORMAT) return null;
  if (format > FORMAT) return 'newer';
  if (typeof seen !== 'object' || seen === null) return null;
  const positions = new Map<DeviceId, { seq: number; hash: string }>();
  for (const [device, position] of Object.entries(seen)) {
    const [seq, hash] = (Array.isArray(position) ? position : []) as readonly unknown[];
    if (!isId(device) || !isSeq(seq) || typeof hash !== 'string') return null;
    positions.set(device as DeviceId, { seq, hash });
  }
  return positions;
}

function isSeq(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
}
