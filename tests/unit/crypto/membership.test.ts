import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bytesToBase64, utf8Bytes } from '#base/bytes.ts';
import type { DeviceId } from '#base/ids.ts';
import { createDeviceKeys } from '#crypto/device-keys.ts';
import { sign } from '#crypto/key-pairs.ts';
import {
  allowedSigners,
  appendRecoveryRecord,
  createWorkspaceRoot,
  verifyMembership,
  type RootHash,
} from '#crypto/membership.ts';
import { createRecoveryKey, recoveryAgreementKeys } from '#crypto/recovery.ts';
import { openWorkspaceKeys } from '#crypto/workspace-keys.ts';
import {
  createdAt,
  device,
  errorOf,
  numRuns,
  otherDevice,
  otherWorkspace,
  valueOf,
  workspace,
} from './samples.ts';

const deviceKeys = await createDeviceKeys();
const strangerKeys = await createDeviceKeys();
const recoveryKey = await createRecoveryKey();
const made = await createWorkspaceRoot({
  workspace,
  device,
  deviceKeys,
  recoveryRecipient: recoveryKey.recipient,
  recoverySigner: recoveryKey.signerPublicKey,
  createdAt,
});
const { rootHash } = made;
const [rootLine = '', genesisLine = ''] = made.lines;
const state = valueOf(await verifyMembership({ lines: made.lines, rootHash }));

const bodyOf = (line: string): string => (JSON.parse(line) as { body: string }).body;
const contentsOf = (line: string) => JSON.parse(bodyOf(line)) as Record<string, unknown>;

/** Signs any contents as this device would, to see what is refused for its contents alone. */
async function signedLine(contents: unknown, keys = deviceKeys): Promise<string> {
  const body = typeof contents === 'string' ? contents : JSON.stringify(contents);
  const signature = await sign(
    keys.signing.privateKey,
    utf8Bytes(`holdfast/1 membership\n${body}`),
  );
  return JSON.stringify({ body, signature: bytesToBase64(signature) });
}

const changedRoot = (changes: object) => signedLine({ ...contentsOf(rootLine), ...changes });
const changedGenesis = (changes: object) => signedLine({ ...contentsOf(genesisLine), ...changes });
const errorFor = async (...lines: readonly string[]) => errorOf(await verifyMembership({ lines }));

describe('a new workspace', () => {
  it('has one admin, its recovery recipient and signer, and a root hash that anyone can compute', () => {
    expect(state.workspace).toBe(workspace);
    expect(Array.from(state.devices.keys())).toEqual([device]);
    expect(state.devices.get(device)).toEqual({
      role: 'admin',
      signing: deviceKeys.signing.publicKey,
      agreement: deviceKeys.agreement.publicKey,
      addedAt: 0,
      roles: [{ from: 0, role: 'admin' }],
    });
    expect(state.recoveryRecipient).toBe(recoveryKey.recipient);
    expect(state.recoverySigner).toEqual(recoveryKey.signerPublicKey);
    expect(createHash('sha256').update(bodyOf(rootLine)).digest('hex')).toBe(rootHash);
    const position = createHash('sha256').update(bodyOf(genesisLine)).digest('hex');
    expect(state.position).toEqual({ n: 0, hash: position });
  });

  it('gives its keys to the device and to the recovery key, and to nobody else', async () => {
    const byDevice = valueOf(await openWorkspaceKeys(state, device, deviceKeys.agreement));
    const recoveryAgreement = await recoveryAgreementKeys(recoveryKey);
    const byRecovery = valueOf(await openWorkspaceKeys(state, 'recovery', recoveryAgreement));
    for (const keys of [byDevice, byRecovery]) {
      expect(Array.from(keys.epochKey)).toEqual(Array.from(made.keys.epochKey));
      expect(Array.from(keys.fixedKey)).toEqual(Array.from(made.keys.fixedKey));
    }
    expect(Array.from(byDevice.epochKey)).not.toEqual(Array.from(byDevice.fixedKey));
    const stranger = await openWorkspaceKeys(state, device, strangerKeys.agreement);
    expect(errorOf(stranger).type).toBe('NotAuthentic');
    const unknown = await openWorkspaceKeys(state, otherDevice, deviceKeys.agreement);
    expect(errorOf(unknown).type).toBe('NotWrapped');
  });

  it('lists its active admins as signers', () => {
    const [line = '', ...others] = allowedSigners(state, 'backup@holdfast');
    expect(line).toMatch(/^backup@holdfast namespaces="holdfast-\*" ssh-ed25519 AAAA[\w+/=]+$/);
    expect(others).toEqual([]);
    const removed = {
      ...state,
      devices: new Map([...state.devices].map(([id, member]) => [id, { ...member, removedAt: 1 }])),
    };
    expect(allowedSigners(removed, 'backup@holdfast')).toEqual([]);
  });
});

describe('a membership log', () => {
  it('does not survive the change of any one character', async () => {
    const text = made.lines.join('\n');
    await fc.assert(
      fc.asyncProperty(
        fc.nat(text.length - 1),
        fc.constantFrom('a', '7', '"', '\n'),
        async (at, by) => {
          fc.pre(text[at] !== by);
          const changed = text.slice(0, at) + by + text.slice(at + 1);
          const verified = await verifyMembership({ lines: changed.split('\n') });
          expect(verified.ok).toBe(false);
        },
      ),
      { numRuns: numRuns * 4 },
    );
  });

  it.each(['{}', '', '[]', 'null', '{"body":1,"signature":""}', 'x'.repeat(600_000)])(
    'does not begin with %.20s',
    async (line) => {
      expect((await errorFor(line, genesisLine)).type).toBe('BadRoot');
    },
  );

  it('is not that of another root hash', async () => {
    const other = 'ab'.repeat(32) as RootHash;
    const verified = await verifyMembership({ lines: made.lines, rootHash: other });
    expect(errorOf(verified)).toEqual({ type: 'BadRoot' });
  });

  it('is refused without lines, without record 0, twice, and out of order', async () => {
    expect((await errorFor()).type).toBe('BadRoot');
    expect(await errorFor(rootLine)).toEqual({ type: 'BrokenChain', line: 1 });
    expect((await errorFor(genesisLine, rootLine)).type).toBe('BadRoot');
    expect(await errorFor(rootLine, rootLine)).toEqual({ type: 'BadRecord', line: 1 });
    expect(await errorFor(rootLine, genesisLine, genesisLine)).toEqual({
      type: 'BrokenChain',
      line: 2,
    });
  });

  it('is refused when the root is signed by another key than it names', async () => {
    const forged = await signedLine(contentsOf(rootLine), strangerKeys);
    expect(await errorFor(forged, genesisLine)).toEqual({ type: 'BadSignature', line: 0 });
  });

  it('is refused when record 0 is signed by a stranger, as itself or in the name of the admin', async () => {
    const forged = await signedLine(contentsOf(genesisLine), strangerKeys);
    expect(await errorFor(rootLine, forged)).toEqual({ type: 'BadSignature', line: 1 });
    const named = { ...contentsOf(genesisLine), signer: otherDevice };
    expect(await errorFor(rootLine, await signedLine(named, strangerKeys))).toEqual({
      type: 'NotPermitted',
      line: 1,
    });
  });

  it('does not take a signature over the same text for another purpose', async () => {
    const body = bodyOf(rootLine);
    const signature = await sign(deviceKeys.signing.privateKey, utf8Bytes(body));
    const line = JSON.stringify({ body, signature: bytesToBase64(signature) });
    expect(await errorFor(line, genesisLine)).toEqual({ type: 'BadSignature', line: 0 });
  });

  it.each([
    ['a workspace that is no id', { workspace: 'kelp' }],
    ['a recovery recipient that is none', { recoveryRecipient: 'age1kelp' }],
    ['a recovery signer of 31 bytes', { recoverySigner: bytesToBase64(new Uint8Array(31)) }],
    ['a date that is none', { createdAt: 'Monday' }],
    ['a field that nobody knows', { extra: 1 }],
    ['a device without keys', { device: { id: device } }],
  ])('is refused when its root has %s', async (_, changes) => {
    expect((await errorFor(await changedRoot(changes), genesisLine)).type).toBe('BadRoot');
  });

  it.each([
    ['another number', { n: 1 }, 'BrokenChain'],
    ['another hash before it', { previous: 'ab'.repeat(32) }, 'BrokenChain'],
    ['a hash that is none', { previous: 'ab' }, 'BadRecord'],
    ['another device', { device: otherDevice }, 'BadRecord'],
    ['another role', { role: 'member' }, 'BadRecord'],
    ['another epoch', { epoch: 1 }, 'BadRecord'],
    ['no wrapped keys', { wraps: [] }, 'BadRecord'],
    ['a field that nobody knows', { extra: 1 }, 'BadRecord'],
    ['another type', { type: 'invite' }, 'BadRecord'],
    ['a later format', { format: 2 }, 'NewerFormat'],
  ])('is refused when record 0 has %s', async (_, changes, type) => {
    expect(await errorFor(rootLine, await changedGenesis(changes))).toEqual({ type, line: 1 });
  });

  it('is refused when record 0 wraps the keys to someone else', async () => {
    const { wraps } = contentsOf(genesisLine) as { wraps: { to: DeviceId | 'recovery' }[] };
    const lists = [
      wraps.toReversed(),
      [...wraps, ...wraps],
      [{ ...wraps[0], to: otherDevice }, wraps[1]],
    ];
    for (const list of lists) {
      const line = await changedGenesis({ wraps: list });
      expect((await errorFor(rootLine, line)).type).toBe('BadRecord');
    }
  });

  it('is refused when a body is not in the one form that it may have', async () => {
    const body = bodyOf(rootLine);
    const spellings = [
      body.replace('"format":1', '"format": 1'),
      body.replace('"format":1', '"format":2,"format":1'),
      body.replace('"type":"root"', '"type":"r\\u006fot"'),
    ];
    for (const spelling of spellings) {
      expect((await errorFor(await signedLine(spelling), genesisLine)).type).toBe('BadRoot');
    }
  });

  it('of a later version is told apart from a broken one, where an admin wrote it', async () => {
    expect(await errorFor(await changedRoot({ suite: 2 }), genesisLine)).toEqual({
      type: 'NewerFormat',
      line: 0,
    });
    const oath = {
      format: 1,
      type: 'oath',
      n: 1,
      previous: state.position.hash,
      signer: device,
      anything: true,
    };
    const line = await signedLine(oath);
    expect(await errorFor(rootLine, genesisLine, line)).toEqual({ type: 'NewerFormat', line: 2 });
    const forged = await signedLine(oath, strangerKeys);
    expect((await errorFor(rootLine, genesisLine, forged)).type).toBe('BadSignature');
  });

  it('holds no name of the workspace', () => {
    const fields = Object.keys(contentsOf(rootLine)).concat(Object.keys(contentsOf(genesisLine)));
    expect(fields.filter((field) => /name/i.test(field))).toEqual([]);
  });
});

describe('a new recovery key', async () => {
  const next = await createRecoveryKey();
  const replaced = {
    lines: made.lines,
    device,
    deviceKeys,
    recoveryRecipient: next.recipient,
    recoverySigner: next.signerPublicKey,
  };
  const lines = valueOf(await appendRecoveryRecord(replaced));
  const after = valueOf(await verifyMembership({ lines, rootHash }));
  const [, , recordLine = ''] = lines;
  const changedRecord = async (changes: object) =>
    errorFor(rootLine, genesisLine, await signedLine({ ...contentsOf(recordLine), ...changes }));

  it('takes the place of the old one, under the same root', () => {
    expect(lines.slice(0, 2)).toEqual(made.lines);
    expect(after.rootHash).toBe(rootHash);
    expect(after.position.n).toBe(1);
    expect(after.recoveryRecipient).toBe(next.recipient);
    expect(after.recoverySigner).toEqual(next.signerPublicKey);
    expect(after.devices).toEqual(state.devices);
  });

  it('opens the workspace keys, and the old one no longer does', async () => {
    const byNext = await openWorkspaceKeys(after, 'recovery', await recoveryAgreementKeys(next));
    expect(Array.from(valueOf(byNext).epochKey)).toEqual(Array.from(made.keys.epochKey));
    expect(Array.from(valueOf(byNext).fixedKey)).toEqual(Array.from(made.keys.fixedKey));
    const byOld = await openWorkspaceKeys(
      after,
      'recovery',
      await recoveryAgreementKeys(recoveryKey),
    );
    expect(errorOf(byOld).type).toBe('NotAuthentic');
    expect((await openWorkspaceKeys(after, device, deviceKeys.agreement)).ok).toBe(true);
  });

  it('can be replaced again', async () => {
    const third = await createRecoveryKey();
    const longer = await appendRecoveryRecord({
      ...replaced,
      lines,
      recoveryRecipient: third.recipient,
      recoverySigner: third.signerPublicKey,
    });
    const latest = valueOf(await verifyMembership({ lines: valueOf(longer), rootHash }));
    expect(latest.recoveryRecipient).toBe(third.recipient);
    expect(latest.position.n).toBe(2);
  });

  it('is not taken from a log that does not verify, nor from a device without the keys', async () => {
    const broken = await appendRecoveryRecord({ ...replaced, lines: [genesisLine] });
    expect(errorOf(broken).type).toBe('BadRoot');
    const stranger = await appendRecoveryRecord({ ...replaced, deviceKeys: strangerKeys });
    expect(errorOf(stranger).type).toBe('NotAuthentic');
    const unknown = await appendRecoveryRecord({ ...replaced, device: otherDevice });
    expect(errorOf(unknown)).toEqual({ type: 'NotPermitted', line: 2 });
  });

  it.each([
    ['a recipient that is none', { recoveryRecipient: 'age1kelp' }, 'BadRecord'],
    ['another epoch', { epoch: 1 }, 'BadRecord'],
    ['no wrapped keys', { wraps: [] }, 'BadRecord'],
    ['a field that nobody knows', { extra: 1 }, 'BadRecord'],
    ['another number', { n: 2 }, 'BrokenChain'],
    ['another signer', { signer: otherDevice }, 'NotPermitted'],
  ])('is refused with %s', async (_, changes, type) => {
    expect(await changedRecord(changes)).toEqual({ type, line: 2 });
  });
});

describe('wrapped keys', () => {
  it('do not open when moved to another workspace, record or epoch', async () => {
    const [wrap] = state.wraps;
    if (!wrap) throw new Error('no wraps');
    const moved = [
      { ...state, workspace: otherWorkspace },
      { ...state, rootHash: 'ab'.repeat(32) as RootHash },
      { ...state, wraps: [{ ...wrap, record: 1 }] },
      { ...state, wraps: [{ ...wrap, epoch: 1 }] },
      { ...state, wraps: [{ ...wrap, epochKey: wrap.fixedKey }] },
    ];
    for (const elsewhere of moved) {
      const opened = await openWorkspaceKeys(elsewhere, device, deviceKeys.agreement);
      expect(errorOf(opened).type).toBe('NotAuthentic');
    }
  });
});
