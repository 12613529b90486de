import { Checks } from '#worker/checks.ts';
import { Compliance } from '#worker/compliance.ts';
import { createDeviceKeys } from '#crypto/device-keys.ts';
import { fingerprint, signSsh } from '#crypto/ssh-signature.ts';
import { describe, expect, it } from 'vitest';
import { recordRoom } from '#compliance/personal-room.ts';
import { createSession, HandClock, must, NEVER } from '../../vault/fixture.ts';
import { plainFile, readPolicyFile } from './packs.ts';

const quietly = { signal: NEVER, onProgress: () => undefined };

async function createChecks() {
  const { session } = await createSession();
  const clock = new HandClock();
  return new Checks({
    session,
    clock,
    compliance: new Compliance(session, clock, () => undefined),
    readAppFile: (path) => Promise.resolve(readPolicyFile(path)),
    outside: () =>
      Promise.resolve({
        contentPolicy: null,
        store: null,
        clockOffsetMs: null,
        unsent: 0,
        wiped: new Set(),
      }),
    rooms: [recordRoom(session)],
  });
}

async function createPublisher() {
  const { signing } = await createDeviceKeys();
  return {
    name: await fingerprint(signing.publicKey),
    publish: async (version: string) => {
      const payload = plainFile(({ catalog, profile }) => {
        catalog.metadata = { ...catalog.metadata, version };
        profile.metadata = { ...profile.metadata, version };
      });
      const bytes = new TextEncoder().encode(payload);
      const signature = await signSsh(signing, 'holdfast-policy', bytes);
      return new Blob([JSON.stringify({ format: 'holdfast-policy/1', payload, signature })]);
    },
  };
}

describe('an offered pack', () => {
  it('of a publisher whom nobody trusts is accepted only with that trust, which lasts', async () => {
    const checks = await createChecks();
    const { name, publish } = await createPublisher();
    const offer = must(await checks.offerFile(await publish('1.0')));
    expect(offer).toMatchObject({ publisher: name, isTrusted: false, before: null });
    expect(await checks.accept(false, quietly)).toEqual({
      ok: false,
      error: { type: 'UnknownPublisher' },
    });
    const refused = await checks.policies();
    expect(refused.publishers).toEqual([]);
    expect(refused.packs.map(({ key }) => key)).not.toContain('house');

    must(await checks.accept(true, quietly));
    const accepted = await checks.policies();
    expect(accepted.publishers).toEqual([name]);
    expect(accepted.packs.find(({ key }) => key === 'house')).toMatchObject({
      version: '1.0',
      publisher: name,
      isAsked: true,
    });
    must(await checks.offerFile(await publish('1.1')));
    must(await checks.accept(false, quietly));
    const stranger = await createPublisher();
    expect(must(await checks.offerFile(await stranger.publish('1.2'))).isTrusted).toBe(false);
    expect(await checks.accept(false, quietly)).toMatchObject({
      error: { type: 'UnknownPublisher' },
    });
  });

  it('that is not newer than the one in use is refused, and can’t be accepted', async () => {
    const checks = await createChecks();
    const { publish } = await createPublisher();
    must(await checks.offerFile(await publish('1.10')));
    must(await checks.accept(true, quietly));
    for (const got of ['1.10', '1.10.0', '1.9']) {
      expect(await checks.offerFile(await publish(got))).toEqual({
        ok: false,
        error: { type: 'OlderVersion', have: '1.10', got },
      });
      expect((await checks.accept(true, quietly)).ok).toBe(false);
    }
    must(await checks.offerFile(await publish('1.10.1')));
  });
});
