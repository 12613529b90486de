import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { concatBytes, randomBytes } from '#base/bytes.ts';
import { sha256 } from '#crypto/hash.ts';
import { createVaultKey } from '#crypto/keys.ts';
import {
  createPasskeySlot,
  openPasskeySlot,
  questionOf,
  resealPasskeySlot,
  slotId,
} from '#crypto/passkey-slot.ts';
import { createRecoveryKey } from '#crypto/recovery.ts';
import { createRecoverySlot, describeSlot, openRecoverySlot } from '#crypto/slots.ts';
import {
  errorOf,
  flipBit,
  numRuns,
  otherWorkspace,
  valueOf,
  vaultKey,
  workspace,
} from './samples.ts';

const credential = Uint8Array.from({ length: 20 }, (_, index) => 200 + index);
const output = Uint8Array.from({ length: 32 }, (_, index) => 3 * index);
const salt = Uint8Array.from({ length: 32 }, (_, index) => 255 - index);
const slot = await createPasskeySlot({
  workspace,
  salt,
  answer: { credential, output },
  vaultKey,
});

async function withMendedSum(bytes: Uint8Array): Promise<Uint8Array> {
  const start = bytes.subarray(0, -32);
  return concatBytes(start, await sha256(start));
}

describe('a passkey slot', () => {
  it('gives the vault key back, for any credential id and PRF output', async () => {
    const lengthOf = (least: number, most: number) =>
      fc.uint8Array({ minLength: least, maxLength: most });
    await fc.assert(
      fc.asyncProperty(lengthOf(1, 1023), lengthOf(32, 32), async (anyCredential, anyOutput) => {
        const key = createVaultKey();
        const anySalt = randomBytes(32);
        const made = await createPasskeySlot({
          workspace,
          salt: anySalt,
          answer: { credential: anyCredential, output: anyOutput },
          vaultKey: key,
        });
        expect(valueOf(await questionOf(made))).toEqual({
          credential: anyCredential,
          salt: anySalt,
        });
        const opened = await openPasskeySlot({ workspace, slot: made, output: anyOutput });
        expect(Array.from(valueOf(opened))).toEqual(Array.from(key));
        const other = Uint8Array.from(anyOutput, (byte) => byte ^ 1);
        const refused = await openPasskeySlot({ workspace, slot: made, output: other });
        expect(errorOf(refused).type).toBe('WrongPasskey');
      }),
      { numRuns },
    );
  });

  it('has 199 bytes beside the credential id, and a description', async () => {
    expect(slot.length).toBe(199 + credential.length);
    expect(valueOf(await describeSlot(slot))).toEqual({ id: slotId(slot), kind: 'passkey' });
  });

  it('finds any flipped bit and any missing end', async () => {
    for (let bit = 0; bit < slot.length * 8; bit++) {
      const opened = await openPasskeySlot({ workspace, slot: flipBit(slot, bit), output });
      expect(errorOf(opened).type).toBe('TamperedSlot');
    }
    for (let length = 0; length < slot.length; length++) {
      const cut = slot.subarray(0, length);
      expect(errorOf(await questionOf(cut)).type).toBe('TamperedSlot');
    }
  });

  it.each([
    ['id', 6, 'TamperedSlot'],
    ['envelope', 100, 'TamperedSlot'],
    ['credential id', 170, 'TamperedSlot'],
    // Another salt gives other keys, and another public key is another passkey's.
    ['salt', 22, 'WrongPasskey'],
    ['public key', 54, 'WrongPasskey'],
    ['format', 4, 'NewerFormat'],
    ['kind', 5, 'NewerFormat'],
  ])('whose %s was changed and whose sum was mended is not opened', async (_, offset, expected) => {
    const changed = Uint8Array.from(slot);
    changed[offset] = (changed[offset] ?? 0) + 8;
    const mended = await withMendedSum(changed);
    expect(errorOf(await openPasskeySlot({ workspace, slot: mended, output })).type).toBe(expected);
  });

  it('does not open for another workspace, or with an output of another length', async () => {
    const elsewhere = await openPasskeySlot({ workspace: otherWorkspace, slot, output });
    expect(errorOf(elsewhere).type).toBe('TamperedSlot');
    const short = await openPasskeySlot({ workspace, slot, output: output.subarray(1) });
    expect(errorOf(short).type).toBe('WrongPasskey');
  });

  it('holds another vault key without the passkey at hand, and the one before no longer', async () => {
    const next = createVaultKey();
    const resealed = await resealPasskeySlot(slot, workspace, next);
    expect(slotId(resealed)).toBe(slotId(slot));
    expect(valueOf(await questionOf(resealed))).toEqual({ credential, salt });
    const opened = await openPasskeySlot({ workspace, slot: resealed, output });
    expect(Array.from(valueOf(opened))).toEqual(Array.from(next));
  });

  it('is no recovery slot, and a recovery slot none of a passkey', async () => {
    const recoveryKey = await createRecoveryKey();
    const asRecovery = await openRecoverySlot({ workspace, slot, recoveryKey });
    expect(errorOf(asRecovery).type).toBe('TamperedSlot');
    const recovery = await createRecoverySlot({
      workspace,
      recipient: recoveryKey.recipient,
      vaultKey,
    });
    const opened = await openPasskeySlot({ workspace, slot: recovery, output });
    expect(errorOf(opened).type).toBe('TamperedSlot');
  });
});
