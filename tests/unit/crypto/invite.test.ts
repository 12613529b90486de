import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bytesToBase64, utf8Bytes } from '#base/bytes.ts';
import { isId } from '#base/ids.ts';
import { createDeviceKeys } from '#crypto/device-keys.ts';
import {
  checkCode,
  createInviteCode,
  inviteKeys,
  openJoinName,
  readInviteLink,
  readJoinRequest,
  writeInviteLink,
  writeJoinRequest,
  type InviteLink,
} from '#crypto/invite.ts';
import { signLine } from '#crypto/signed-line.ts';
import type { RootHash } from '#crypto/workspace-keys.ts';
import {
  device,
  errorOf,
  numRuns,
  otherDevice,
  otherWorkspace,
  valueOf,
  workspace,
} from './samples.ts';

const code = createInviteCode();
const otherCode = createInviteCode();
const invite = createInviteCode();
const deviceKeys = await createDeviceKeys();
const keys = await inviteKeys(code);
const membership = { n: 3, hash: 'ab'.repeat(32) };
const place = { workspace, invite, inviteKey: keys.signing.publicKey };
const asked = { code, workspace, invite, device, deviceKeys, name: 'Anna’s 平板', membership };
const text = await writeJoinRequest(asked);

describe('an invite code', () => {
  it('is 128 bits, spelled as ids are, and gives the same keys to both', async () => {
    expect(isId(code)).toBe(true);
    expect(code).not.toBe(otherCode);
    expect((await inviteKeys(code)).signing.publicKey).toEqual(keys.signing.publicKey);
    expect((await inviteKeys(otherCode)).signing.publicKey).not.toEqual(keys.signing.publicKey);
  });
});

describe('a request to join', () => {
  it('says whose keys they are, and its name to who has the code', async () => {
    const request = valueOf(await readJoinRequest(text, place));
    expect(request).toMatchObject({
      device,
      signing: deviceKeys.signing.publicKey,
      agreement: deviceKeys.agreement.publicKey,
      membership,
    });
    expect(text).not.toContain('Anna');
    expect(valueOf(await openJoinName(request, { ...place, code }))).toBe('Anna’s 平板');
    const guessed = await openJoinName(request, { ...place, code: otherCode });
    expect(errorOf(guessed).type).toBe('NotAuthentic');
    const moved = await openJoinName({ ...request, device: otherDevice }, { ...place, code });
    expect(errorOf(moved).type).toBe('NotAuthentic');
  });

  it('is refused for another workspace, invite, or invite key', async () => {
    const other = await inviteKeys(otherCode);
    for (const elsewhere of [
      { ...place, workspace: otherWorkspace },
      { ...place, invite: otherCode },
      { ...place, inviteKey: other.signing.publicKey },
    ]) {
      expect(errorOf(await readJoinRequest(text, elsewhere)).type).toBe('NotAuthentic');
    }
  });

  it('is refused after the change of any one character', async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat(text.length - 1), fc.constantFrom('a', '7', '"'), async (at, by) => {
        fc.pre(text[at] !== by);
        const changed = text.slice(0, at) + by + text.slice(at + 1);
        expect((await readJoinRequest(changed, place)).ok).toBe(false);
      }),
      { numRuns: numRuns * 2 },
    );
  });

  it('is refused without the code, and without the keys that it names', async () => {
    const { body: byDevice } = JSON.parse(text) as { body: string };
    const { body } = JSON.parse(byDevice) as { body: string };
    const stranger = (await createDeviceKeys()).signing.privateKey;
    const withinInvite = (inner: string, purpose: 'join' | 'head' = 'join') =>
      signLine(keys.signing.privateKey, inner, purpose);
    for (const forged of [
      byDevice,
      body,
      await signLine(stranger, byDevice, 'join'),
      await withinInvite(await signLine(stranger, body, 'join')),
      await withinInvite(await signLine(deviceKeys.signing.privateKey, body, 'head')),
      await withinInvite(byDevice, 'head'),
      await withinInvite(body),
    ]) {
      expect(errorOf(await readJoinRequest(forged, place)).type).toBe('NotAuthentic');
    }
    expect((await readJoinRequest(await withinInvite(byDevice), place)).ok).toBe(true);
  });

  it('of a later version is told apart, where it was signed with the code', async () => {
    const body = JSON.stringify({ format: 2, anything: true });
    const inner = await signLine(deviceKeys.signing.privateKey, body, 'join');
    const later = await signLine(keys.signing.privateKey, inner, 'join');
    expect(errorOf(await readJoinRequest(later, place)).type).toBe('NewerFormat');
  });
});

describe('the check code', () => {
  const { signing, agreement } = deviceKeys;
  const checked = {
    code,
    membership,
    signing: signing.publicKey,
    agreement: agreement.publicKey,
  };

  it('is 20 digits in five groups, the same on both screens', async () => {
    expect(await checkCode(checked)).toMatch(/^(\d{4} ){4}\d{4}$/);
    expect(await checkCode({ ...checked })).toBe(await checkCode(checked));
  });

  it('is another for another code, position, or key', async () => {
    const stranger = await createDeviceKeys();
    const digits = await Promise.all(
      [
        checked,
        { ...checked, code: otherCode },
        { ...checked, membership: { ...membership, n: 4 } },
        { ...checked, membership: { ...membership, hash: 'ac'.repeat(32) } },
        { ...checked, signing: stranger.signing.publicKey },
        { ...checked, agreement: stranger.agreement.publicKey },
      ].map(checkCode),
    );
    expect(new Set(digits).size).toBe(digits.length);
  });
});

describe('an invite link', () => {
  const link: InviteLink = {
    store: {
      endpoint: 'https://s3.example.com',
      bucket: 'kelp',
      prefix: 'team/',
      region: 'eu-1',
      pathStyle: true,
      accessKey: 'AKIDKELP',
      secretKey: 'a/b+c=',
    },
    workspace,
    rootHash: 'cd'.repeat(32) as RootHash,
    newest: 12,
    invite,
    code,
  };
  const base = 'https://crm.example.com/app/';
  const written = writeInviteLink(base, link);
  const fragment = written.slice(written.lastIndexOf('/') + 1);

  it('is read whole, as a bare fragment, and as a mail breaks it', () => {
    for (const pasted of [
      written,
      fragment,
      `#/join/${fragment}`,
      ` ${written}\n`,
      written.replace(/.{60}/g, '$&\r\n'),
    ]) {
      expect(readInviteLink(pasted)).toEqual(link);
    }
  });

  it('keeps everything behind the one #, in characters that no mail changes', () => {
    expect(written).toBe(`${base}#/join/${fragment}`);
    expect(fragment).toMatch(/^[\w-]+$/);
    expect(writeInviteLink(`${base}#old`, link)).toBe(written);
  });

  it('is read as it was written, for any store', () => {
    const store = fc.record({
      endpoint: fc.webUrl({ validSchemes: ['https'] }),
      bucket: fc.string(),
      prefix: fc.string({ unit: 'grapheme' }),
      region: fc.string(),
      pathStyle: fc.boolean(),
      accessKey: fc.string(),
      secretKey: fc.string(),
    });
    fc.assert(
      fc.property(store, (any) => {
        const read = readInviteLink(writeInviteLink(base, { ...link, store: any }));
        expect(read).toEqual({ ...link, store: any });
      }),
      { numRuns },
    );
  });

  it.each([
    ['nothing', ''],
    ['an address', base],
    ['an address with another fragment', `${base}#customers`],
    ['half a link', written.slice(0, -40)],
    ['text', 'Dear Anna'],
    ['a book', 'a'.repeat(100_000)],
  ])('is not %s', (_, pasted) => {
    expect(readInviteLink(pasted)).toBeNull();
  });

  it.each([
    ['without a field', { c: undefined }],
    ['with a field that nobody knows', { z: 1 }],
    ['with a code that is none', { c: 'kelp' }],
    ['with a root hash that is none', { h: 'CD'.repeat(32) }],
    ['with a record number that is none', { n: -1 }],
    ['with a path style that is none', { y: 1 }],
  ])('is none %s', (_, changes) => {
    const fields = JSON.parse(atob(fragment.replaceAll('-', '+').replaceAll('_', '/'))) as object;
    const changed = bytesToBase64(utf8Bytes(JSON.stringify({ ...fields, ...changes })));
    expect(readInviteLink(changed.replace(/=+$/, ''))).toBeNull();
  });
});
