/**
 * Every file in tests/vectors/crypto is a value that some version wrote, with what a reader must say of it. Files are added, their
 * values never changed: what opened once opens for ever.
 */

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bytesToHex, hexToBytes, utf8Bytes } from '#base/bytes.ts';
import type { DeviceId, WorkspaceId } from '#base/ids.ts';
import { err, ok, type Result } from '#base/result.ts';
import { decryptAgeBytes } from '#crypto/age.ts';
import { deriveByArgon2id } from '#crypto/argon2id.ts';
import {
  agreementPublicKeyBytes,
  epochKeyBytes,
  fixedKeyBytes,
  hashBytes,
  privateKeyBytes,
  signingPublicKeyBytes,
  vaultKeyBytes,
  type SealingKey,
} from '#crypto/byte-types.ts';
import { unwrapDeviceKeys } from '#crypto/device-keys.ts';
import type { HkdfInfo } from '#crypto/hash.ts';
import { openWith } from '#crypto/hpke.ts';
import {
  checkCode,
  inviteKeys,
  openJoinName,
  readInviteLink,
  readJoinRequest,
} from '#crypto/invite.ts';
import { agreementPublicKeyOf, importAgreementKey } from '#crypto/key-pairs.ts';
import { deriveLocalKeys, type LocalKeyPurpose } from '#crypto/keys.ts';
import { verifyMembership, type RootHash } from '#crypto/membership.ts';
import { readRecoveryKit } from '#crypto/recovery-kit.ts';
import { parseRecoveryKey, recoveryAgreementKeys } from '#crypto/recovery.ts';
import { isObjectSignedBy, openObject, padme, readObjectHeader } from '#crypto/sealed-object.ts';
import { associatedData, open, type AssociatedFields } from '#crypto/sealing.ts';
import { isSignedBy, parseLine, type SignedPurpose } from '#crypto/signed-line.ts';
import { openPasskeySlot } from '#crypto/passkey-slot.ts';
import { openPassphraseSlot, openRecoverySlot } from '#crypto/slots.ts';
import { verifySsh } from '#crypto/ssh-signature.ts';
import { openCredentials } from '#crypto/store-credentials.ts';
import { createMarker } from '#crypto/suppression.ts';
import { attachmentName, openEpochKeys, openWorkspaceKeys } from '#crypto/workspace-keys.ts';
import { flipBit, numRuns, valueOf } from './samples.ts';

interface Vector {
  readonly about: string;
  readonly format: keyof typeof readers;
  /** What else a reader is given, by name. */
  readonly with: Readonly<Record<string, string>>;
  /** Values of `with` that must not do: one test each. */
  readonly notWith?: readonly Readonly<Record<string, string>>[];
  /** What was written: bytes in hex, or text as lines. */
  readonly hex?: string;
  readonly lines?: readonly string[];
  /** What it opens to, or the type of the error. */
  readonly opens?: string;
  readonly fails?: string;
}

type Given = (name: string) => string;
type Read = (bytes: Uint8Array, given: Given) => Promise<Result<string, { type: string }>>;

const folder = join(import.meta.dirname, '../../vectors/crypto');

/** How each format is read, down to a text that says what it opened to. */
const readers = {
  sealed: async (bytes, given) => {
    const fields = JSON.parse(given('place')) as AssociatedFields;
    const key = await localKey(given, given('purpose') as LocalKeyPurpose);
    return toHex(await open(key, bytes, associatedData(fields)));
  },
  passphraseSlot: async (bytes, given) =>
    toHex(
      await openPassphraseSlot({
        workspace: given('workspace') as WorkspaceId,
        slot: bytes,
        passphrase: given('passphrase'),
        derive: deriveByArgon2id,
      }),
    ),
  recoverySlot: async (bytes, given) =>
    toHex(
      await openRecoverySlot({
        workspace: given('workspace') as WorkspaceId,
        slot: bytes,
        recoveryKey: valueOf(await parseRecoveryKey(given('recoveryKey'))),
      }),
    ),
  passkeySlot: async (bytes, given) =>
    toHex(
      await openPasskeySlot({
        workspace: given('workspace') as WorkspaceId,
        slot: bytes,
        output: fromHex(given('output')),
      }),
    ),
  deviceKeys: async (bytes, given) => {
    const key = await localKey(given, 'secret');
    const workspace = given('workspace') as WorkspaceId;
    const unwrapped = await unwrapDeviceKeys(bytes, key, workspace, given('device') as DeviceId);
    if (!unwrapped.ok) return unwrapped;
    const { signing, agreement } = unwrapped.value;
    const computed = await agreementPublicKeyOf(agreement.privateKey);
    return ok(`${bytesToHex(signing.publicKey)} ${bytesToHex(computed)}`);
  },
  envelope: async (bytes, given) => {
    const fields = JSON.parse(given('place')) as AssociatedFields;
    const privateKey = await importAgreementKey(privateKeyBytes(fromHex(given('scalar'))));
    const recipient = { privateKey, publicKey: await agreementPublicKeyOf(privateKey) };
    const info = given('info') as HkdfInfo;
    return toHex(await openWith(recipient, bytes, info, associatedData(fields)));
  },
  membership: async (bytes, given) => {
    const state = await verifyMembership({
      lines: textOf(bytes).trimEnd().split('\n'),
      rootHash: given('rootHash') as RootHash,
    });
    if (!state.ok) return state;
    const recoveryKey = valueOf(await parseRecoveryKey(given('recoveryKey')));
    const agreement = await recoveryAgreementKeys(recoveryKey);
    const keys = await openWorkspaceKeys(state.value, 'recovery', agreement);
    if (!keys.ok) return keys;
    return ok(`${bytesToHex(keys.value.epochKey)} ${bytesToHex(keys.value.fixedKey)}`);
  },
  /** What a whole log makes, and the keys of every epoch by the recovery key. */
  membershipState: async (bytes, given) => {
    const verified = await verifyMembership({
      lines: textOf(bytes).trimEnd().split('\n'),
      rootHash: given('rootHash') as RootHash,
    });
    if (!verified.ok) return verified;
    const state = verified.value;
    const agreement = await recoveryAgreementKeys(
      valueOf(await parseRecoveryKey(given('recoveryKey'))),
    );
    const keys = await openEpochKeys(state, 'recovery', agreement);
    if (!keys.ok) return keys;
    const epochs = Array.from({ length: state.epoch + 1 }, (_, epoch) => keys.value.keyOf(epoch));
    return ok(
      JSON.stringify({
        position: state.position,
        devices: Array.from(
          state.devices,
          ([device, { roles, addedAt, removedAt, removedLast }]) => ({
            device,
            roles,
            addedAt,
            removedAt,
            removedLast,
          }),
        ),
        invites: Array.from(state.invites, ([invite, { key: _, ...rest }]) => ({
          invite,
          ...rest,
        })),
        records: state.records.map(({ epoch, time }) => [epoch, time]),
        epochKeys: epochs.map((key) => key && bytesToHex(key)),
        fixedKey: bytesToHex(keys.value.fixedKey),
      }),
    );
  },
  storeCredentials: async (bytes, given) => {
    const lines = textOf(bytes).trimEnd().split('\n');
    const state = await verifyMembership({ lines, rootHash: given('rootHash') as RootHash });
    if (!state.ok) return state;
    const privateKey = await importAgreementKey(privateKeyBytes(fromHex(given('scalar'))));
    const agreement = { privateKey, publicKey: await agreementPublicKeyOf(privateKey) };
    const opened = await openCredentials(state.value, given('device') as DeviceId, agreement);
    return opened.ok ? ok(JSON.stringify(opened.value)) : opened;
  },
  signedLine: async (bytes, given) => {
    const line = parseLine(textOf(bytes));
    const key = signingPublicKeyBytes(fromHex(given('key')));
    const isAuthentic =
      line !== null && (await isSignedBy(key, line, given('purpose') as SignedPurpose));
    return isAuthentic ? ok(line.body) : err({ type: 'NotAuthentic' });
  },
  object: async (bytes, given) => {
    const key = signingPublicKeyBytes(fromHex(given('signing')));
    if (!(await isObjectSignedBy(bytes, key))) return err({ type: 'NotAuthentic' });
    const header = readObjectHeader(bytes);
    if (!header.ok) return header;
    const epochKey = epochKeyBytes(fromHex(given('epochKey')));
    const body = await openObject(bytes, epochKey, Number(given('limit')));
    return body.ok ? ok(`${JSON.stringify(header.value)} ${textOf(body.value)}`) : body;
  },
  /** Lines of a length and what it is padded to. */
  padme: (bytes) => {
    const pairs = textOf(bytes)
      .split('\n')
      .map((line) => line.split(' '));
    const isTrue = pairs.every(([length, padded]) => String(padme(Number(length))) === padded);
    return Promise.resolve(isTrue ? ok('as the table says') : err({ type: 'OtherPadding' }));
  },
  attachmentName: async (bytes, given) => {
    const name = await attachmentName(
      fixedKeyBytes(fromHex(given('fixedKey'))),
      hashBytes(fromHex(given('contentSha256'))),
    );
    return textOf(bytes) === name ? ok(name) : err({ type: 'OtherName' });
  },
  suppressionMark: async (bytes, given) => {
    const marker = await createMarker(fixedKeyBytes(fromHex(given('fixedKey'))));
    const mark = marker(given('identifier'));
    return textOf(bytes) === mark ? ok(mark) : err({ type: 'OtherMark' });
  },
  joinRequest: async (bytes, given) => {
    const { signing } = await inviteKeys(given('code'));
    const place = { workspace: given('workspace') as WorkspaceId, invite: given('invite') };
    const read = await readJoinRequest(textOf(bytes), { ...place, inviteKey: signing.publicKey });
    if (!read.ok) return read;
    const name = await openJoinName(read.value, { ...place, code: given('code') });
    if (!name.ok) return name;
    const { device, membership, ...keys } = read.value;
    const publicKeys = `${bytesToHex(keys.signing)} ${bytesToHex(keys.agreement)}`;
    return ok(`${device} ${publicKeys} ${membership.n} ${membership.hash} ${name.value}`);
  },
  checkCode: async (bytes, given) => {
    const digits = await checkCode({
      code: given('code'),
      membership: { n: Number(given('n')), hash: given('hash') },
      signing: signingPublicKeyBytes(fromHex(given('signing'))),
      agreement: agreementPublicKeyBytes(fromHex(given('agreement'))),
    });
    return textOf(bytes) === digits ? ok(digits) : err({ type: 'OtherDigits' });
  },
  /** A link is not signed: changed, it may be another one, but not this one. */
  inviteLink: (bytes, given) => {
    const fields = JSON.stringify(readInviteLink(textOf(bytes)));
    const isThis = fields === given('fields');
    return Promise.resolve(isThis ? ok(fields) : err({ type: 'NotThisLink' }));
  },
  sshSignature: async (bytes, given) => {
    const signer = await verifySsh({
      armored: textOf(bytes),
      namespace: given('namespace'),
      message: utf8Bytes(given('message')),
    });
    return signer.ok ? ok(signer.value.fingerprint) : signer;
  },
  recoveryKit: async (bytes) => {
    const kit = await readRecoveryKit(textOf(bytes));
    return kit.ok ? ok(kit.value.recoveryKey.revealIdentity()) : kit;
  },
  age: async (bytes, given) => {
    const recoveryKey = valueOf(await parseRecoveryKey(given('recoveryKey')));
    return toHex(await decryptAgeBytes([recoveryKey], bytes));
  },
} satisfies Record<string, Read>;

const logs: ReadonlySet<string> = new Set<keyof typeof readers>([
  'membership',
  'membershipState',
  'storeCredentials',
]);
const NEWLINE = 0x0a;

describe.each(readdirSync(folder))('%s', (name) => {
  const vector = JSON.parse(readFileSync(join(folder, name), 'utf8')) as Vector;
  const read: Read = readers[vector.format];
  const isText = vector.lines !== undefined;
  const bytes = vector.lines ? utf8Bytes(vector.lines.join('\n')) : fromHex(vector.hex ?? '');
  const given =
    (values: Readonly<Record<string, string>>): Given =>
    (key) => {
      const value = values[key];
      if (value === undefined) throw new Error(`${name} has no "${key}"`);
      return value;
    };
  /** Cut between two records a log is the log that it once was; that it went on since, only others know. */
  const isEarlierLog = (length: number): boolean =>
    logs.has(vector.format) && (bytes[length] === NEWLINE || bytes[length - 1] === NEWLINE);
  const readDamaged = (damaged: Uint8Array) => read(damaged, given(vector.with));

  /** Text may have changes that say nothing (a line end, a comment); bytes have none. */
  const expectNothingElse = (result: Result<string, { type: string }>): void => {
    if (isText && result.ok) expect(result.value).toBe(vector.opens);
    else expect(result.ok).toBe(false);
  };

  it(vector.about, async () => {
    const result = await read(bytes, given(vector.with));
    expect(result.ok ? { opens: result.value } : { fails: result.error.type }).toEqual(
      vector.opens === undefined ? { fails: vector.fails } : { opens: vector.opens },
    );
  });

  if (vector.opens === undefined) return;

  it('does not open when truncated', async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat(bytes.length - 1), async (length) => {
        fc.pre(!isEarlierLog(length));
        expectNothingElse(await readDamaged(bytes.subarray(0, length)));
      }),
      { numRuns, examples: [[0], [1], [bytes.length - 1]] },
    );
  });

  it('does not open with a flipped bit', async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat(bytes.length * 8 - 1), async (bit) => {
        expectNothingElse(await readDamaged(flipBit(bytes, bit)));
      }),
      { numRuns },
    );
  });

  if (!isText) {
    it('does not open with a byte too many', async () => {
      expect((await readDamaged(Uint8Array.of(...bytes, 0))).ok).toBe(false);
    });
  }

  it.each(vector.notWith ?? [])('does not open with %j', async (other) => {
    expect((await read(bytes, given({ ...vector.with, ...other }))).ok).toBe(false);
  });
});

async function localKey(given: Given, purpose: LocalKeyPurpose): Promise<SealingKey> {
  const vaultKey = vaultKeyBytes(fromHex(given('vaultKey')));
  return (await deriveLocalKeys(vaultKey, given('workspace') as WorkspaceId))[purpose];
}

function toHex<E>(result: Result<Uint8Array, E>): Result<string, E> {
  return result.ok ? ok(bytesToHex(result.value)) : result;
}

function fromHex(hex: string): Uint8Array<ArrayBuffer> {
  const bytes = hexToBytes(hex);
  if (!bytes) throw new Error('not hexadecimal');
  return bytes;
}

/** As a file is read: what is not UTF-8 becomes a replacement character. */
function textOf(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes);
}
