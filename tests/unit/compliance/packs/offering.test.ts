import { createSession, HandClock, must, NEVER } from '../../vault/fixture.ts';
import { Checks } from '#worker/checks.ts';
import { Compliance } from '#worker/compliance.ts';
import { acceptance, packHistory } from '#compliance/packs/keeping.ts';
import { hashOf } from '#compliance/packs/opening.ts';
import { readPack } from '#compliance/packs/reading.ts';
import { SHIPPED_PACKS } from '#compliance/policy.ts';
import { createDeviceKeys } from '#crypto/device-keys.ts';
import { fingerprint, signSsh } from '#crypto/ssh-signature.ts';
import { describe, expect, it } from 'vitest';
import { recordRoom } from '#compliance/personal-room.ts';
import type { Session } from '#vault/session.ts';
import { plainFile, readPolicyFile, type FileParts } from './packs.ts';

const quietly = { signal: NEVER, onProgress: () => undefined };

async function createChecks(readAppFile: (path: string) => string | null = readPolicyFile) {
  const { session } = await createSession();
  return checksOf(session, readAppFile);
}

function checksOf(session: Session, readAppFile: (path: string) => string | null = readPolicyFile) {
  const clock = new HandClock();
  return new Checks({
    session,
    clock,
    compliance: new Compliance(session, clock, () => undefined),
    readAppFile: (path) => Promise.resolve(readAppFile(path)),
    outside: () =>
      Promise.resolve({
        contentPolicy: null,
        store: null,
        clockOffsetMs: null,
        wiped: new Set(),
      }),
    rooms: [recordRoom(session)],
  });
}

async function createPublisher() {
  const { signing } = await createDeviceKeys();
  return {
    name: await fingerprint(signing.publicKey),
    publish: async (version: string, change: (file: FileParts) => void = () => undefined) => {
      const payload = plainFile((file) => {
        const { catalog, profile } = file;
        catalog.metadata = { ...catalog.metadata, version };
        profile.metadata = { ...profile.metadata, version };
        change(file);
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

  it('is accepted once, and not where a newer one was meanwhile', async () => {
    const { session } = await createSession();
    const [slow, fast] = [checksOf(session), checksOf(session)];
    const { publish } = await createPublisher();
    must(await slow.offerFile(await publish('1.0')));
    must(await fast.offerFile(await publish('1.1')));
    must(await fast.accept(true, quietly));
    expect(await fast.accept(true, quietly)).toMatchObject({ error: { type: 'NotAPack' } });
    expect(await slow.accept(true, quietly)).toMatchObject({
      error: { type: 'OlderVersion', have: '1.1', got: '1.0' },
    });
  });

  it('of a new deadline leaves a task for each control that runs by it', async () => {
    const checks = await createChecks();
    const { publish } = await createPublisher();
    must(await checks.offerFile(await publish('1.0')));
    must(await checks.accept(true, quietly));
    const stricter = await publish('1.1', ({ profile }) => {
      profile.modify['set-parameters'][0]!.values = ['5'];
    });
    must(await checks.offerFile(stricter));
    must(await checks.accept(false, quietly));
    const { tasks } = await checks.policies();
    expect(tasks).toMatchObject([
      { control: 'X1', type: 'changed', title: { en: 'Locks itself' } },
    ]);
  });

  it('without a control leaves a task that still says what it was', async () => {
    const checks = await createChecks();
    const { publish } = await createPublisher();
    const more = await publish('1.0', ({ catalog }) => {
      catalog.controls.push({ ...catalog.controls[0]!, id: 'x2', title: 'Locks twice' });
    });
    must(await checks.offerFile(more));
    must(await checks.accept(true, quietly));
    must(await checks.offerFile(await publish('1.1')));
    must(await checks.accept(true, quietly));
    expect((await checks.policies()).tasks).toMatchObject([
      { control: 'X2', type: 'withdrawn', title: { en: 'Locks twice' }, effective: null },
    ]);
  });

  it('that would answer or loosen what another asks is refused with the reason', async () => {
    const checks = await createChecks();
    const { publish } = await createPublisher();
    const squatting = await publish('1.0', ({ catalog }) => (catalog.controls[0]!.id = 'h18'));
    expect(await checks.offerFile(squatting)).toEqual({
      ok: false,
      error: { type: 'MalformedPack', reason: 'control H18: is one of hipaa’s' },
    });
    const loosening = await publish('1.0', ({ catalog, profile }) => {
      catalog.params[0]!.props[0]!.value = 'max';
      profile.modify['set-parameters'][0]!.values = ['600'];
    });
    expect(await checks.offerFile(loosening)).toMatchObject({
      error: { reason: 'parameter idle-minutes: is stricter the other way in gdpr' },
    });
  });

  it('whose controls no check of this app judges may be attested, whatever it says of them', async () => {
    const checks = await createChecks();
    const { publish } = await createPublisher();
    must(await checks.offerFile(await publish('1.0')));
    must(await checks.accept(true, quietly));
    const { regulations } = await checks.view(null);
    const house = regulations.find(({ key }) => key === 'house');
    expect(house?.controls).toMatchObject([{ id: 'X1', kind: 'attestation', outcome: 'notRun' }]);
  });
});

describe('what came with the app', () => {
  it('is kept by the first run, accepted by nobody', async () => {
    const { session } = await createSession();
    const checks = checksOf(session);
    must(await checks.run(quietly));
    must(await checks.run(quietly));
    expect(
      packHistory(session.vault.workspace)
        .map(({ key }) => key)
        .sort(),
    ).toEqual([...SHIPPED_PACKS].sort());
    for (const { accepted, adoptedAt } of (await checks.policies()).packs) {
      expect(accepted).toBeNull();
      expect(adoptedAt).toBeGreaterThan(0);
    }
    // Somebody may still look at it and accept it as it is.
    must(await checks.offerShipped('gdpr'));
    must(await checks.accept(false, quietly));
    const { packs } = await checks.policies();
    expect(packs.find(({ key }) => key === 'gdpr')).toMatchObject({
      accepted: { memberName: 'Maren' },
      adoptedAt: null,
    });
  });

  it('does not change with the app: what a newer one says differently is shown, and leaves tasks', async () => {
    const { session } = await createSession();
    const file = JSON.parse(readPolicyFile('policies/gdpr.json')) as FileParts;
    const { catalog, profile } = file;
    catalog.metadata = { ...catalog.metadata, version: '0.9.0' };
    profile.metadata = { ...profile.metadata, version: '0.9.0' };
    catalog.controls = catalog.controls.slice(1);
    const text = JSON.stringify(file);
    const opened = {
      pack: must(readPack(text)),
      text,
      hash: await hashOf(text),
      publisher: null,
    };
    must(await session.vault.add([(await acceptance(opened, { isAdopted: true }))!]));
    const checks = checksOf(session);
    const { packs } = await checks.policies();
    expect(packs.find(({ key }) => key === 'gdpr')).toMatchObject({
      version: '0.9.0',
      offered: '1.0.0',
    });
    const offer = must(await checks.offerShipped('gdpr'));
    expect(offer.changes).toMatchObject([{ type: 'added', control: 'G1' }]);
    must(await checks.accept(false, quietly));
    expect((await checks.policies()).tasks).toMatchObject([{ control: 'G1', type: 'added' }]);
  });
});

describe('a pack that is asked and can’t be read', () => {
  it('is told of, and why, wherever runs and policies are shown', async () => {
    const checks = await createChecks((path) => {
      if (path.includes('ccpa')) return null;
      const file = readPolicyFile(path);
      return path.includes('gdpr') ? file.replace('"high"', '"low"') : file;
    });
    const unread = [
      { key: 'gdpr', standsIn: null, error: { type: 'NotPinned' } },
      { key: 'ccpa', standsIn: null, error: { type: 'Unreachable' } },
    ];
    expect((await checks.policies()).unread).toEqual(unread);
    expect((await checks.view(null)).unread).toEqual(unread);
    expect((await checks.policies()).packs.map(({ key }) => key)).not.toContain('gdpr');
    expect((await (await createChecks()).policies()).unread).toEqual([]);
  });

  it('after it was accepted gives way to the app’s own, and says so', async () => {
    const { session } = await createSession();
    const text = readPolicyFile('policies/gdpr.json');
    const pack = { ...must(readPack(text)), version: '9.0' };
    const opened = { pack, text, hash: 'another', publisher: null };
    must(await session.vault.add([(await acceptance(opened))!]));
    const { packs, unread } = await checksOf(session).policies();
    const error = { type: 'UnreadAcceptance', version: '9.0' };
    expect(unread).toEqual([{ key: 'gdpr', standsIn: '1.0.0', error }]);
    expect(packs.find(({ key }) => key === 'gdpr')).toMatchObject({ version: '1.0.0' });
  });
});
