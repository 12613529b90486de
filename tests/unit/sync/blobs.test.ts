import { beforeAll, describe, expect, it } from 'vitest';
import { concatBytes, equalBytes } from '#base/bytes.ts';
import { getBlob, putBlob } from '#sync/blobs.ts';
import type { Round } from '#sync/round.ts';
import { must } from '../vault/fixture.ts';
import { Team, type Device } from './team.ts';

let team: Team;
let admin: Round;
let tablet: Round;

beforeAll(async () => {
  let devices: readonly [Device, Device];
  ({ team, devices } = await Team.of('member'));
  [admin, tablet] = await Promise.all([team.begin(devices[0]), team.begin(devices[1])]);
}, 120_000);

const random = (length: number) => {
  const bytes = new Uint8Array(length);
  for (let at = 0; at < length; at += 65_536) {
    crypto.getRandomValues(bytes.subarray(at, Math.min(at + 65_536, length)));
  }
  return bytes;
};

describe('an attachment in the store', () => {
  it.each([0, 1, 786_432, 786_433, 2_000_000])(
    'of %i bytes comes back to another device',
    async (length) => {
      const content = random(length);
      const blob = must(await putBlob(admin, content));
      expect(blob.parts).toBe(Math.max(1, Math.ceil(length / 786_432)));
      for (let part = 0; part < blob.parts; part++) {
        expect(team.store.get(admin.names.blobPart(blob.name, part))!.length).toBeLessThan(
          1024 * 1024,
        );
      }
      expect(equalBytes(must(await getBlob(tablet, blob)), content)).toBe(true);
    },
  );

  it('is one, whoever puts it', async () => {
    const content = random(100);
    const blob = must(await putBlob(admin, content));
    const count = team.store.names.length;
    expect(must(await putBlob(tablet, content))).toEqual(blob);
    expect(team.store.names.length).toBe(count);
  });

  it('that lacks a part is not there yet', async () => {
    const blob = must(await putBlob(admin, random(800_000)));
    team.store.remove(admin.names.blobPart(blob.name, 1));
    expect(await getBlob(tablet, blob)).toEqual({ ok: false, error: { type: 'NotThere' } });
  });

  it('of which parts were swapped, altered or left out is none', async () => {
    const blob = must(await putBlob(admin, random(1_600_000)));
    const other = must(await putBlob(admin, random(1_600_000)));
    const [first, second] = [0, 1].map((part) => admin.names.blobPart(blob.name, part));
    const foreign = team.store.get(admin.names.blobPart(other.name, 0))!;
    const lies = [
      team.store.get(second!)!,
      foreign,
      concatBytes(team.store.get(first!)!, Uint8Array.of(0)),
      team.store.get(first!)!.slice(0, -1),
    ];
    for (const lie of lies) {
      team.lie = ({ verb, name }) => (verb === 'get' && name === first ? lie : undefined);
      expect(await getBlob(tablet, blob)).toEqual({ ok: false, error: { type: 'NotAuthentic' } });
    }
    team.lie = null;
    expect(await getBlob(tablet, { ...blob, parts: 2 })).toEqual({
      ok: false,
      error: { type: 'NotAuthentic' },
    });
  });
});
