import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createDeviceId, createWorkspaceId, type DeviceId, type WorkspaceId } from '#base/ids.ts';
import { compareHeads, Names, NO_HASH_HEX, type HeadName } from '#sync/names.ts';

const workspace = 'w'.repeat(26) as WorkspaceId;
const device = 'd'.repeat(26) as DeviceId;
const names = new Names(workspace);

const anyHead: fc.Arbitrary<HeadName> = fc.record({
  device: fc.constantFrom(device, 'e'.repeat(26) as DeviceId),
  seq: fc.integer({ min: 0, max: 9_999_999_999 }),
  hash: fc.stringMatching(/^[0-9a-f]{16}$/),
  k: fc.integer({ min: 1, max: 999_999 }),
});

describe('names', () => {
  it('are those of PROTOCOL.md section 2', () => {
    const attempt = 'a'.repeat(26);
    const base = `v1/${workspace}/`;
    expect(names.root).toBe(`${base}root`);
    expect(names.membership(7)).toBe(`${base}acl/00000007`);
    expect(names.segment(device, 12)).toBe(`${base}log/${device}/0000000012`);
    expect(names.head({ device, seq: 3, hash: NO_HASH_HEX, k: 4 })).toBe(
      `${base}head/${device}/0000000003-0000000000000000-000004`,
    );
    expect(names.manifest(5)).toBe(`${base}snapm/000005`);
    expect(names.part(5, attempt, 6)).toBe(`${base}snap/000005/${attempt}/00006`);
    expect(names.attestation(5, device)).toBe(`${base}att/000005/${device}`);
    expect(names.blobPart('0'.repeat(64), 1)).toBe(`${base}blob/${'0'.repeat(64)}/00001`);
    expect(names.request(attempt, device)).toBe(`${base}join/${attempt}/${device}`);
    expect(names.wiped(device)).toBe(`${base}join/wiped/${device}`);
    expect(names.collection(8)).toBe(`${base}gc/00000008`);
  });

  it('lie under the prefixes that are listed, in the order of their numbers', () => {
    expect(names.segment(device, 9) < names.segment(device, 10)).toBe(true);
    expect(names.membership(99) < names.membership(100)).toBe(true);
    for (const [name, prefix] of [
      [names.segment(device, 1), names.segmentsOf(device)],
      [names.membership(1), names.membershipRecords],
      [names.manifest(1), names.manifests],
      [names.part(1, device, 1), names.partsOf(1)],
      [names.attestation(1, device), names.attestationsOf(1)],
      [names.request(device, device), names.requestsFor(device)],
      [names.wiped(device), names.wipedDevices],
      [names.collection(1), names.collections],
    ] as const) {
      expect(name.startsWith(prefix)).toBe(true);
    }
  });

  it('of any workspace, device and number are of the alphabet that stores are asked for', () => {
    fc.assert(
      fc.property(fc.nat(), (number) => {
        const any = new Names(createWorkspaceId());
        const id = createDeviceId();
        for (const name of [
          any.segment(id, number),
          any.part(number, id, number),
          any.attestation(number, id),
          any.membership(number),
        ]) {
          expect(name).toMatch(/^[a-z0-9/-]+$/);
        }
      }),
    );
  });
});

describe('the name of a head', () => {
  it('says what it was made of', () => {
    fc.assert(
      fc.property(anyHead, (head) => {
        expect(names.parseHead(names.head(head))).toEqual(head);
      }),
    );
  });

  it('is none where anything of it is otherwise', () => {
    const good = names.head({ device, seq: 1, hash: 'a'.repeat(16), k: 1 });
    const others = [
      good.slice(0, -1),
      `${good}0`,
      `${good}/x`,
      good.toUpperCase(),
      good.replace('-', '_'),
      good.replace(workspace, 'x'.repeat(26)),
      good.replace(device, 'd'.repeat(25)),
      good.replace('aaaa', 'gggg'),
      names.segment(device, 1),
      '',
    ];
    for (const name of others) expect(names.parseHead(name)).toBeNull();
  });

  it('orders by segment, then by count', () => {
    fc.assert(
      fc.property(anyHead, anyHead, (a, b) => {
        expect(Math.sign(compareHeads(a, b))).toBe(-Math.sign(compareHeads(b, a)) + 0);
        if (a.seq < b.seq) expect(compareHeads(a, b)).toBeLessThan(0);
        if (a.seq === b.seq && a.k < b.k) expect(compareHeads(a, b)).toBeLessThan(0);
      }),
    );
  });
});

describe('other names', () => {
  it('give the number of a snapshot, and nothing where they are none', () => {
    expect(names.parseManifest(names.manifest(123_456))).toBe(123_456);
    for (const name of [
      names.manifests,
      `${names.manifest(1)}0`,
      names.partsOf(1),
      'snapm/000001',
    ]) {
      expect(names.parseManifest(name)).toBeNull();
    }
  });

  it('end in an id, or in none', () => {
    expect(Names.idAtEnd(names.wiped(device))).toBe(device);
    expect(Names.idAtEnd(names.root)).toBeNull();
    expect(Names.idAtEnd('')).toBeNull();
  });
});
