import { argon2id } from '@noble/hashes/argon2.js';
import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import { concatBytes, utf8Bytes } from '#base/bytes.ts';
import { encryptAgeBytes } from '#crypto/age.ts';
import { deriveByArgon2id } from '#crypto/argon2id.ts';
import { sha256 } from '#crypto/hash.ts';
import { ARGON2ID_CEILING, ARGON2ID_FLOOR } from '#crypto/key-derivation.ts';
import { createVaultKey } from '#crypto/keys.ts';
import { createRecoveryKey } from '#crypto/recovery.ts';
import {
  createPassphraseSlot,
  createRecoverySlot,
  describeSlot,
  openPassphraseSlot,
  openRecoverySlot,
} from '#crypto/slots.ts';
import {
  deriveQuickly,
  errorOf,
  flipBit,
  numRuns,
  otherWorkspace,
  valueOf,
  vaultKey,
  workspace,
} from './samples.ts';

const passphrase = 'tidal otter mends nets';
const derive = deriveQuickly;
const slot = await createPassphraseSlot({ workspace, passphrase, vaultKey, derive });

/** Makes the unkeyed sum right again, as someone with malice would. */
async function withMendedSum(bytes: Uint8Array): Promise<Uint8Array> {
  const start = bytes.subarray(0, -32);
  return concatBytes(start, await sha256(start));
}

function withU32(bytes: Uint8Array, offset: number, value: number): Uint8Array<ArrayBuffer> {
  const changed = Uint8Array.from(bytes);
  new DataView(changed.buffer).setUint32(offset, value);
  return changed;
}

describe('a passphrase slot', () => {
  it('gives the vault key back, for any passphrase and vault key', async () => {
    await fc.assert(
      fc.asyncProperty(fc.string({ unit: 'grapheme' }), async (anyPassphrase) => {
        const key = createVaultKey();
        const made = await createPassphraseSlot({
          workspace,
          passphrase: anyPassphrase,
          vaultKey: key,
          derive,
        });
        const opened = await openPassphraseSlot({
          workspace,
          slot: made,
          passphrase: anyPassphrase.normalize('NFD'),
          derive,
        });
        // Some compatibility characters don't survive NFD and NFKC alike; those are other passphrases.
        fc.pre(
          anyPassphrase.normalize('NFD').normalize('NFKC') === anyPassphrase.normalize('NFKC'),
        );
        expect(Array.from(valueOf(opened))).toEqual(Array.from(key));
      }),
      { numRuns },
    );
  });

  it('opens with the real derivation, and only with the right passphrase', async () => {
    const made = await createPassphraseSlot({
      workspace,
      passphrase,
      vaultKey,
      derive: deriveByArgon2id,
    });
    const attempt = { workspace, slot: made, derive: deriveByArgon2id };
    const opened = await openPassphraseSlot({ ...attempt, passphrase });
    expect(Array.from(valueOf(opened))).toEqual(Array.from(vaultKey));
    const refused = await openPassphraseSlot({ ...attempt, passphrase: `${passphrase}.` });
    expect(errorOf(refused).type).toBe('WrongPassphrase');
  });

  it('has 174 bytes, the floor as its parameters and a description', async () => {
    expect(slot.length).toBe(174);
    const view = new DataView(slot.buffer);
    expect([22, 26, 30].map((offset) => view.getUint32(offset))).toEqual([65_536, 3, 1]);
    expect(valueOf(await describeSlot(slot))).toMatchObject({ kind: 'passphrase' });
    expect(valueOf(await describeSlot(slot)).id).toMatch(/^[a-z2-7]{26}$/);
  });

  it('finds any flipped bit and any missing end before it derives', async () => {
    const neverDerive = vi.fn(derive);
    const attempt = { workspace, passphrase, derive: neverDerive };
    for (let bit = 0; bit < slot.length * 8; bit++) {
      const opened = await openPassphraseSlot({ ...attempt, slot: flipBit(slot, bit) });
      expect(errorOf(opened).type).toBe('TamperedSlot');
    }
    for (let length = 0; length < slot.length; length++) {
      const opened = await openPassphraseSlot({ ...attempt, slot: slot.subarray(0, length) });
      expect(errorOf(opened).type).toBe('TamperedSlot');
    }
    expect(neverDerive).not.toHaveBeenCalled();
  });

  it('does not open for another workspace', async () => {
    const opened = await openPassphraseSlot({
      workspace: otherWorkspace,
      slot,
      passphrase,
      derive,
    });
    expect(errorOf(opened).type).toBe('TamperedSlot');
  });

  it.each([
    ['id', 6, 'TamperedSlot'],
    ['nonce', 82, 'TamperedSlot'],
    ['sealed key', 94, 'TamperedSlot'],
    ['tag', 141, 'TamperedSlot'],
    // Nothing can tell these from a passphrase that is wrong: FORMAT.md section 5.1.
    ['salt', 34, 'WrongPassphrase'],
    ['check', 50, 'WrongPassphrase'],
    ['format', 4, 'NewerFormat'],
    ['kind', 5, 'NewerFormat'],
  ])('whose %s was changed and whose sum was mended is not opened', async (_, offset, expected) => {
    const changed = Uint8Array.from(slot);
    changed[offset] = (changed[offset] ?? 0) + 8;
    const mended = await withMendedSum(changed);
    const opened = await openPassphraseSlot({ workspace, slot: mended, passphrase, derive });
    expect(errorOf(opened).type).toBe(expected);
  });

  it.each([
    ['memory below the floor', 22, ARGON2ID_FLOOR.memoryKib - 1, 'WeakParameters'],
    ['no memory', 22, 0, 'WeakParameters'],
    ['fewer iterations', 26, ARGON2ID_FLOOR.iterations - 1, 'WeakParameters'],
    ['no lanes', 30, 0, 'WeakParameters'],
    ['memory above the ceiling', 22, ARGON2ID_CEILING.memoryKib + 1, 'TamperedSlot'],
    ['all the memory there is', 22, 0xffffffff, 'TamperedSlot'],
    ['iterations above the ceiling', 26, ARGON2ID_CEILING.iterations + 1, 'TamperedSlot'],
    ['lanes above the ceiling', 30, ARGON2ID_CEILING.parallelism + 1, 'TamperedSlot'],
  ])('with %s is refused before it derives', async (_, offset, value, expected) => {
    const neverDerive = vi.fn(derive);
    const changed = await withMendedSum(withU32(slot, offset, value));
    const opened = await openPassphraseSlot({
      workspace,
      slot: changed,
      passphrase,
      derive: neverDerive,
    });
    expect(errorOf(opened).type).toBe(expected);
    expect(neverDerive).not.toHaveBeenCalled();
  });

  it('may cost anything between floor and ceiling, and says so', async () => {
    const made = await createPassphraseSlot({
      workspace,
      passphrase,
      vaultKey,
      derive,
      parameters: ARGON2ID_CEILING,
    });
    const opened = await openPassphraseSlot({ workspace, slot: made, passphrase, derive });
    expect(opened.ok).toBe(true);
    const weak = { ...ARGON2ID_FLOOR, iterations: 2 };
    const refused = createPassphraseSlot({
      workspace,
      passphrase,
      vaultKey,
      derive,
      parameters: weak,
    });
    await expect(refused).rejects.toThrow();
  });

  it('hands the derivation a normalized passphrase and a salt of its own', async () => {
    const spy = vi.fn(derive);
    await openPassphraseSlot({ workspace, slot, passphrase: 'cafe\u0301', derive: spy });
    const request = spy.mock.lastCall?.[0];
    expect(request?.passphrase).toBe('café');
    expect(request?.salt.buffer.byteLength).toBe(16);
  });
});

describe('Argon2id by hash-wasm', () => {
  it('agrees with @noble/hashes', async () => {
    const salt = Uint8Array.from({ length: 16 }, (_, index) => index * 3);
    const cost = { memoryKib: 512, iterations: 3, parallelism: 2 };
    const derived = await deriveByArgon2id({ passphrase: 'Ärger im Watt', salt, ...cost });
    const expected = argon2id(utf8Bytes('Ärger im Watt'), salt, { t: 3, m: 512, p: 2, dkLen: 32 });
    expect(Array.from(derived)).toEqual(Array.from(expected));
  });
});

describe('a recovery slot', async () => {
  const recoveryKey = await createRecoveryKey();
  const { recipient } = recoveryKey;
  const recoverySlot = await createRecoverySlot({ workspace, recipient, vaultKey });

  it('gives the vault key back to the recovery key', async () => {
    const opened = await openRecoverySlot({ workspace, slot: recoverySlot, recoveryKey });
    expect(Array.from(valueOf(opened))).toEqual(Array.from(vaultKey));
    expect(valueOf(await describeSlot(recoverySlot))).toMatchObject({ kind: 'recovery' });
  });

  it('does not open with another recovery key', async () => {
    const opened = await openRecoverySlot({
      workspace,
      slot: recoverySlot,
      recoveryKey: await createRecoveryKey(),
    });
    expect(errorOf(opened).type).toBe('WrongRecoveryKey');
  });

  it('does not open for another workspace', async () => {
    const opened = await openRecoverySlot({
      workspace: otherWorkspace,
      slot: recoverySlot,
      recoveryKey,
    });
    expect(errorOf(opened).type).toBe('TamperedSlot');
  });

  it('does not open under another id, even with a mended sum', async () => {
    const changed = Uint8Array.from(recoverySlot);
    changed[6] = (changed[6] ?? 0) ^ 1;
    const slotOfMalice = await withMendedSum(changed);
    const opened = await openRecoverySlot({ workspace, slot: slotOfMalice, recoveryKey });
    expect(errorOf(opened).type).toBe('TamperedSlot');
  });

  it('finds flipped bits, with and without a mended sum', async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat(recoverySlot.length * 8 - 1), async (bit) => {
        const flipped = flipBit(recoverySlot, bit);
        const damaged = await openRecoverySlot({ workspace, slot: flipped, recoveryKey });
        expect(errorOf(damaged).type).toBe('TamperedSlot');
        const mended = await withMendedSum(flipped);
        fc.pre(bit < (recoverySlot.length - 32) * 8);
        expect((await openRecoverySlot({ workspace, slot: mended, recoveryKey })).ok).toBe(false);
      }),
      { numRuns },
    );
  });

  it('holds nothing but the slot, the workspace and the key', async () => {
    const padded = concatBytes(
      recoverySlot.subarray(0, 22),
      utf8Bytes(workspace),
      vaultKey,
      Uint8Array.of(0),
    );
    const file = await encryptAgeBytes([recipient], padded);
    const header = recoverySlot.subarray(0, 22);
    const longer = await withMendedSum(concatBytes(header, file, new Uint8Array(32)));
    const opened = await openRecoverySlot({ workspace, slot: longer, recoveryKey });
    expect(errorOf(opened).type).toBe('TamperedSlot');
  });

  it('is not taken for a passphrase slot, nor the other way round', async () => {
    const opened = await openPassphraseSlot({ workspace, slot: recoverySlot, passphrase, derive });
    expect(errorOf(opened).type).toBe('TamperedSlot');
    const other = await openRecoverySlot({ workspace, slot, recoveryKey });
    expect(errorOf(other).type).toBe('TamperedSlot');
  });
});
