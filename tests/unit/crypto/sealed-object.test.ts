import fc from 'fast-check';
import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { concatBytes, utf8Bytes } from '#base/bytes.ts';
import type { DeviceId, WorkspaceId } from '#base/ids.ts';
import { epochKeyBytes } from '#crypto/byte-types.ts';
import { createDeviceKeys } from '#crypto/device-keys.ts';
import { hkdfSealingKey } from '#crypto/hash.ts';
import {
  isObjectSignedBy,
  NO_OBJECT,
  objectHash,
  openObject,
  padme,
  readObjectHeader,
  sealObject,
  type ObjectHeader,
} from '#crypto/sealed-object.ts';
import { device, errorOf, flipBit, numRuns, otherDevice, valueOf, workspace } from './samples.ts';

const { signing } = await createDeviceKeys();
const stranger = await createDeviceKeys();
const epochKey = epochKeyBytes(Uint8Array.from({ length: 32 }, (_, index) => index));
const otherEpochKey = epochKeyBytes(Uint8Array.from({ length: 32 }, (_, index) => 255 - index));
const keys = { epochKey, signing };

const header: ObjectHeader = {
  kind: 'segment',
  workspace,
  device,
  number: 1,
  epoch: 0,
  previous: NO_OBJECT,
  membership: { n: 0, hash: 'ab'.repeat(32) },
};
const body = utf8Bytes('A holdfast grips the rock.\n'.repeat(40));
const { bytes, hash } = await sealObject(header, body, keys);

const idText = fc.stringMatching(/^[a-z2-7]{26}$/);
const hashText = fc.stringMatching(/^[0-9a-f]{64}$/);
const u32 = fc.integer({ min: 0, max: 0xffff_ffff });
const anyHeader: fc.Arbitrary<ObjectHeader> = fc.record({
  kind: fc.constantFrom('segment', 'snapshotPart', 'snapshotManifest', 'blobPart'),
  workspace: idText as fc.Arbitrary<WorkspaceId>,
  device: idText as fc.Arbitrary<DeviceId>,
  number: fc.maxSafeNat(),
  epoch: u32,
  previous: hashText,
  membership: fc.record({ n: u32, hash: hashText }),
});

describe('a sealed object', () => {
  it('opens to its body and shows its header, for any of either', async () => {
    await fc.assert(
      fc.asyncProperty(anyHeader, fc.uint8Array({ maxLength: 3000 }), async (any, contents) => {
        const sealed = await sealObject(any, contents, keys);
        expect(valueOf(readObjectHeader(sealed.bytes))).toEqual(any);
        expect(await isObjectSignedBy(sealed.bytes, signing.publicKey)).toBe(true);
        const opened = valueOf(await openObject(sealed.bytes, epochKey));
        expect(Array.from(opened)).toEqual(Array.from(contents));
      }),
      { numRuns },
    );
  });

  it('is refused with any one bit flipped, by the signature and, but for the signature, by the seal', async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat(bytes.length * 8 - 1), async (bit) => {
        const flipped = flipBit(bytes, bit);
        expect(await isObjectSignedBy(flipped, signing.publicKey)).toBe(false);
        if (bit < (bytes.length - 64) * 8) {
          expect((await openObject(flipped, epochKey)).ok).toBe(false);
        }
      }),
      { numRuns: numRuns * 4 },
    );
  });

  it('is refused cut short or lengthened', async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat(bytes.length - 1), async (length) => {
        const cut = bytes.subarray(0, length);
        expect(await isObjectSignedBy(cut, signing.publicKey)).toBe(false);
        expect((await openObject(cut, epochKey)).ok).toBe(false);
      }),
      { numRuns, examples: [[0], [4], [170], [254], [bytes.length - 1]] },
    );
    const longer = concatBytes(bytes, Uint8Array.of(0));
    expect(await isObjectSignedBy(longer, signing.publicKey)).toBe(false);
    expect((await openObject(longer, epochKey)).ok).toBe(false);
  });

  it('is of one author and one epoch', async () => {
    expect(await isObjectSignedBy(bytes, stranger.signing.publicKey)).toBe(false);
    expect(errorOf(await openObject(bytes, otherEpochKey))).toEqual({ type: 'NotAuthentic' });
  });

  it('does not open under another header, whoever signs it', async () => {
    const view = (changed: Partial<ObjectHeader>) =>
      sealObject({ ...header, ...changed }, body, keys);
    for (const changed of [
      await view({ device: otherDevice }),
      await view({ number: 2 }),
      await view({ kind: 'blobPart' }),
      await view({ membership: { n: 1, hash: 'ab'.repeat(32) } }),
    ]) {
      const spliced = concatBytes(changed.bytes.subarray(0, 139), bytes.subarray(139));
      expect(errorOf(await openObject(spliced, epochKey))).toEqual({ type: 'NotAuthentic' });
    }
  });

  it('has a salt of its own, and a hash that anyone can compute', async () => {
    const again = await sealObject(header, body, keys);
    expect(again.hash).not.toBe(hash);
    expect(hash).toBe(createHash('sha256').update(bytes).digest('hex'));
    expect(await objectHash(bytes)).toBe(hash);
  });

  it('tells later formats, suites and kinds from damage', async () => {
    const withByte = (offset: number, value: number) => {
      const changed = bytes.slice();
      changed[offset] = value;
      return readObjectHeader(changed);
    };
    for (const [offset, value] of [
      [4, 2],
      [5, 2],
      [6, 5],
    ] as const) {
      expect(errorOf(withByte(offset, value))).toEqual({ type: 'NewerFormat' });
      expect(errorOf(withByte(offset, 0))).toEqual({ type: 'NotAuthentic' });
    }
    expect(errorOf(withByte(0, 0))).toEqual({ type: 'NotAuthentic' });
    expect(errorOf(withByte(7, 0x41))).toEqual({ type: 'NotAuthentic' });
    expect(errorOf(withByte(59, 0xff))).toEqual({ type: 'NotAuthentic' });
  });

  it('is not unpacked beyond what its reader allows', async () => {
    const bomb = await sealObject(header, new Uint8Array(8 * 1024 * 1024), keys);
    expect(bomb.bytes.length).toBeLessThan(16 * 1024);
    const refused = await openObject(bomb.bytes, epochKey, 1024 * 1024);
    expect(errorOf(refused)).toEqual({ type: 'TooLarge' });
    expect((await openObject(bytes, epochKey, body.length)).ok).toBe(true);
    const oneLess = await openObject(bytes, epochKey, body.length - 1);
    expect(errorOf(oneLess)).toEqual({ type: 'TooLarge' });
  });

  it('is refused where a member sealed what no writer makes: other padding, no gzip', async () => {
    const plain = bytes.slice(0, 171);
    const key = await hkdfSealingKey(epochKey, plain.subarray(139), 'holdfast/1 object segment');
    const resealed = async (plaintext: Uint8Array<ArrayBuffer>) => {
      const cipher = { name: 'AES-GCM', iv: new Uint8Array(12), additionalData: plain };
      const ciphertext = await crypto.subtle.encrypt(cipher, key, plaintext);
      return concatBytes(plain, new Uint8Array(ciphertext), new Uint8Array(64));
    };
    for (const plaintext of [
      // No gzip; a length over the end; padding that is no zeros; more padding than asked for.
      Uint8Array.of(0, 0, 0, 4, 1, 2, 3, 4),
      Uint8Array.of(255, 255, 255, 255, 1, 2, 3, 4),
      Uint8Array.of(0, 0, 0, 5, 1, 2, 3, 4, 5, 1),
      Uint8Array.of(0, 0, 0, 4, 1, 2, 3, 4, 0, 0),
      Uint8Array.of(0, 0, 0, 0),
    ]) {
      const opened = await openObject(await resealed(plaintext), epochKey);
      expect(errorOf(opened)).toEqual({ type: 'NotAuthentic' });
    }
  });
});

describe('PADMÉ', () => {
  it('never shortens, adds 12 % at most, and pads what is padded no further', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 2 ** 45 }), (length) => {
        const padded = padme(length);
        expect(padded).toBeGreaterThanOrEqual(length);
        expect(padded).toBeLessThanOrEqual(length * 1.12 + 1);
        expect(padme(padded)).toBe(padded);
      }),
    );
  });

  it('leaves few lengths to tell apart', () => {
    const lengths = new Set(Array.from({ length: 1 << 16 }, (_, length) => padme(length)));
    expect(lengths.size).toBeLessThan(400);
  });
});
