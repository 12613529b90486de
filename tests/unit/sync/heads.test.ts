import { describe, expect, it } from 'vitest';
import { utf8Bytes } from '#base/bytes.ts';
import { createDeviceId, createWorkspaceId } from '#base/ids.ts';
import { createDeviceKeys } from '#crypto/device-keys.ts';
import { signLine, type SignedPurpose } from '#crypto/signed-line.ts';
import { openHead } from '#sync/heads.ts';
import type { HeadName } from '#sync/names.ts';

const workspace = createWorkspaceId();
const device = createDeviceId();
const keys = await createDeviceKeys();
const hash = 'ab'.repeat(32);
const name: HeadName = { device, seq: 7, hash: hash.slice(0, 16), k: 3 };

const said = {
  format: 1,
  type: 'head',
  workspace,
  device,
  seq: 7,
  hash,
  k: 3,
  at: '2026-11-23T09:00:00.000Z',
  membership: [2, 'cd'.repeat(32)],
  snapshot: 1,
};

async function open(body: unknown, purpose: SignedPurpose = 'head', by = keys) {
  const line = await signLine(by.signing.privateKey, JSON.stringify(body), purpose);
  return openHead(utf8Bytes(line), name, workspace, keys.signing.publicKey);
}

describe('a head', () => {
  it('says where its device stands', async () => {
    expect(await open(said)).toEqual({
      seq: 7,
      hash: name.hash,
      k: 3,
      at: Date.UTC(2026, 10, 23, 9),
      membership: 2,
      snapshot: 1,
    });
  });

  it.each([
    ['another device', { device: createDeviceId() }],
    ['another workspace', { workspace: createWorkspaceId() }],
    ['another segment', { seq: 8 }],
    ['another content', { hash: 'ef'.repeat(32) }],
    ['another count', { k: 4 }],
    ['another format', { format: 2 }],
    ['another type', { type: 'attestation' }],
    ['a number that is none', { snapshot: -1 }],
    ['a time that is none', { at: 'yesterday' }],
    ['something more', { also: 1 }],
  ])('that says %s than its name is none', async (_what, parts) => {
    expect(await open({ ...said, ...parts })).toBeNull();
  });

  it('that another signed, or that was signed for another purpose, is none', async () => {
    expect(await open(said, 'head', await createDeviceKeys())).toBeNull();
    expect(await open(said, 'attestation')).toBeNull();
    expect(await open(said, 'membership')).toBeNull();
  });

  it.each(['', '{}', 'null', '['.repeat(1000), '{"body":"{}","signature":""}'])(
    'is not %j',
    async (text) => {
      expect(await openHead(utf8Bytes(text), name, workspace, keys.signing.publicKey)).toBeNull();
    },
  );
});
