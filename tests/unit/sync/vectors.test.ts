/**
 * Every file in tests/vectors/sync is something that some version put into a store, with what a reader must say of it. Files are added,
 * their values never changed: what was read once is read for ever.
 */

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { hexToBytes, utf8Bytes } from '#base/bytes.ts';
import type { DeviceId, WorkspaceId } from '#base/ids.ts';
import { signingPublicKeyBytes } from '#crypto/byte-types.ts';
import { isAttestation } from '#sync/attestation.ts';
import { openHead } from '#sync/heads.ts';
import { Names } from '#sync/names.ts';
import { decodeSegment } from '#sync/segment.ts';
import { decodeManifest } from '#sync/snapshot.ts';

interface Vector {
  readonly about: string;
  readonly format: keyof typeof readers;
  /** What else a reader is given, by name. */
  readonly with: Readonly<Record<string, string>>;
  /** Values of `with` that must not do. */
  readonly notWith?: readonly Readonly<Record<string, string>>[];
  readonly lines: readonly string[];
  /** What it says; `null`: nothing that a reader takes in; `"newer"`: only a newer Holdfast can tell. */
  readonly says: unknown;
}

type Given = (name: string) => string;

const folder = join(import.meta.dirname, '../../vectors/sync');

/** How each format is read, down to JSON of what it says. */
const readers = {
  segment: (bytes) => {
    const body = decodeSegment(bytes);
    if (body === null || body === 'newer') return body;
    return { seen: Object.fromEntries(body.seen), changes: body.changes };
  },
  head: (bytes, given) => {
    const workspace = given('workspace') as WorkspaceId;
    const name = new Names(workspace).parseHead(given('name'));
    return name === null ? null : openHead(bytes, name, workspace, keyOf(given));
  },
  attestation: async (bytes, given) => {
    const about = {
      workspace: given('workspace'),
      device: given('device') as DeviceId,
      generation: Number(given('generation')),
      manifest: given('manifest'),
    };
    return (await isAttestation(bytes, about, keyOf(given))) ? 'vouched for' : null;
  },
  manifest: (bytes) => decodeManifest(bytes),
} satisfies Record<string, (bytes: Uint8Array, given: Given) => unknown>;

function keyOf(given: Given) {
  return signingPublicKeyBytes(hexToBytes(given('signing')) ?? new Uint8Array(0));
}

async function read({ format, lines }: Vector, values: Vector['with']): Promise<unknown> {
  const given: Given = (name) => {
    const value = values[name];
    if (value === undefined) throw new Error(`The vector does not give ${name}`);
    return value;
  };
  const reader: (bytes: Uint8Array, given: Given) => unknown = readers[format];
  const said = await reader(utf8Bytes(lines.join('\n')), given);
  return JSON.parse(JSON.stringify(said));
}

describe('vectors', () => {
  for (const file of readdirSync(folder).sort()) {
    const vector = JSON.parse(readFileSync(join(folder, file), 'utf8')) as Vector;
    it(`${file}: ${vector.about}`, async () => {
      expect(await read(vector, vector.with)).toEqual(vector.says);
      for (const other of vector.notWith ?? []) {
        expect(await read(vector, { ...vector.with, ...other })).toBeNull();
      }
    });
  }
});
