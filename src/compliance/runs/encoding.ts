/** A run as it is kept: packed JSON, with the first few rows of each finding. */

import * as v from 'valibot';
import { base64ToBytes, bytesToBase64, readUtf8, utf8Bytes } from '#base/bytes.ts';
import { gunzip, gzip } from '#base/gzip.ts';
import { OUTCOMES, SUBJECTS, type EvidenceRow } from '../checks/check.ts';
import { isJson } from '#domain/json.ts';
import type { Json } from '#domain/change.ts';
import type { Run } from './run.ts';

/** Rows kept of each finding. */
const ROWS_KEPT = 5;
/** A run of all packs that come with the app has 40 kB. */
const MOST_BYTES = 1024 * 1024;

export async function encodeRun(run: Run): Promise<string> {
  const kept: Run = {
    ...run,
    packs: run.packs.map((pack) => ({
      ...pack,
      controls: pack.controls.map((control) => {
        const { rows } = control.finding;
        return { ...control, finding: { ...control.finding, rows: rows.slice(0, ROWS_KEPT) } };
      }),
    })),
  };
  return bytesToBase64(await gzip(utf8Bytes(JSON.stringify(kept))));
}

/** Null where it is no run. */
export async function decodeRun(text: string): Promise<Run | null> {
  const packed = base64ToBytes(text);
  const unpacked = packed === null ? null : await gunzip(packed, MOST_BYTES);
  const json = unpacked?.ok ? readUtf8(unpacked.value) : null;
  if (json === null) return null;
  try {
    const read = v.safeParse(runSchema, JSON.parse(json));
    return read.success ? read.output : null;
  } catch (error) {
    if (error instanceof SyntaxError) return null;
    throw error;
  }
}

const word = v.pipe(v.string(), v.maxLength(64));
/** ms since 1970, as far as dates go. */
const time = v.pipe(v.number(), v.minValue(-8.64e15), v.maxValue(8.64e15));
const json = v.custom<Json>((value) => isJson(value, 4));

const row: v.GenericSchema<unknown, EvidenceRow> = v.pipe(
  v.object({
    about: v.picklist(SUBJECTS),
    id: v.pipe(v.string(), v.maxLength(300)),
    found: v.optional(json),
    wanted: v.optional(json),
    at: v.optional(time),
  }),
  v.transform(({ about, id, found, wanted, at }) => ({
    about,
    id,
    ...(found !== undefined && { found }),
    ...(wanted !== undefined && { wanted }),
    ...(at !== undefined && { at }),
  })),
);

const finding = v.object({
  outcome: v.picklist(OUTCOMES),
  rows: v.pipe(v.array(row), v.maxLength(ROWS_KEPT)),
  counted: v.pipe(v.number(), v.minValue(0)),
  missing: v.pipe(v.array(word), v.maxLength(50)),
});

const runSchema = v.object({
  at: time,
  packs: v.pipe(
    v.array(
      v.object({
        key: word,
        version: word,
        controls: v.pipe(
          v.array(v.object({ id: word, status: v.picklist(['in-force', 'proposed']), finding })),
          v.maxLength(500),
        ),
        overdue: v.pipe(v.array(word), v.maxLength(500)),
      }),
    ),
    v.maxLength(20),
  ),
});
