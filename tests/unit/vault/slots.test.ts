import { afterEach, describe, expect, it } from 'vitest';
import type { Proof } from '#vault/slots.ts';
import type { Session } from '#vault/session.ts';
import { BY_PASSPHRASE, createSession, must, PASSPHRASE } from './fixture.ts';

const open: Session[] = [];
afterEach(async () => {
  for (const session of open.splice(0)) await session.end({ everywhere: false });
});

const salt = new Uint8Array(32).fill(5);

/** What an authenticator answers. */
function passkey(seed: number): Extract<Proof, { by: 'passkey' }> {
  return {
    by: 'passkey',
    credential: new Uint8Array(16).fill(seed),
    output: new Uint8Array(32).fill(seed),
  };
}

async function unlock(
  { workspaces, session }: Awaited<ReturnType<typeof createSession>>,
  proof: Proof,
) {
  const unlocked = await workspaces.unlock(session.workspace, proof);
  if (unlocked.ok) open.push(unlocked.value);
  return unlocked;
}

describe('passkeys', () => {
  it('open the workspace, each by itself, and are listed while it is locked', async () => {
    const started = await createSession();
    const { session, workspaces } = started;
    must(await session.vault.save([{ kind: 'customer', values: { name: 'Ada' } }]));
    expect((await workspaces.list())[0]?.passkeys).toEqual([]);
    must(await session.addPasskey('Tablet', salt, passkey(1)));
    must(await session.addPasskey('Key ring', salt, passkey(2)));
    expect(session.passkeys.map(({ name }) => name)).toEqual(['Tablet', 'Key ring']);
    await session.end({ everywhere: true });
    const [entry] = await workspaces.list();
    expect(entry?.passkeys).toEqual(
      [1, 2].map((seed) => ({ credential: passkey(seed).credential, salt })),
    );
    for (const seed of [1, 2]) {
      const unlocked = must(await unlock(started, passkey(seed)));
      expect(unlocked.vault.living).toBe(1);
      expect(unlocked.passkeys).toHaveLength(2);
    }
    const stranger = await unlock(started, passkey(3));
    expect(stranger).toMatchObject({ ok: false, error: { type: 'WrongPasskey' } });
    const { credential } = passkey(1);
    const wrong = await unlock(started, { ...passkey(3), credential });
    expect(wrong).toMatchObject({ ok: false, error: { type: 'WrongPasskey' } });
  });

  it('are asked for nothing where guesses at the passphrase have to wait, and end the wait', async () => {
    const started = await createSession();
    const { session } = started;
    must(await session.addPasskey('Tablet', salt, passkey(1)));
    for (let tries = 0; tries < 4; tries += 1) {
      await session.confirm({ by: 'passphrase', passphrase: 'not the passphrase' });
    }
    expect(await session.confirm(BY_PASSPHRASE)).toMatchObject({
      ok: false,
      error: { type: 'TooManyAttempts' },
    });
    must(await session.confirm(passkey(1)));
    must(await session.confirm(BY_PASSPHRASE));
  });

  it('survive another passphrase and another kit, which opens new keys', async () => {
    const started = await createSession();
    const { session } = started;
    must(await session.addPasskey('Tablet', salt, passkey(1)));
    must(await session.changePassphrase(passkey(1), 'another reef of oysters'));
    must(await session.newRecoveryKit('another reef of oysters'));
    expect(session.passkeys).toHaveLength(1);
    must(await session.vault.save([{ kind: 'customer', values: { name: 'Ada' } }]));
    await session.end({ everywhere: true });
    expect(must(await unlock(started, passkey(1))).vault.living).toBe(1);
  });

  it('once removed open nothing, also where their slot was copied before', async () => {
    const started = await createSession();
    const { session } = started;
    must(await session.addPasskey('Tablet', salt, passkey(1)));
    must(await session.addPasskey('Key ring', salt, passkey(2)));
    must(await session.vault.save([{ kind: 'customer', values: { name: 'Ada' } }]));
    const [{ id } = { id: '' }] = session.passkeys;
    const refused = await session.removePasskey(id, 'not the passphrase');
    expect(refused).toMatchObject({ ok: false, error: { type: 'WrongPassphrase' } });
    must(await session.removePasskey(id, PASSPHRASE));
    expect(session.passkeys.map(({ name }) => name)).toEqual(['Key ring']);
    expect(session.vault.living).toBe(1);
    await session.end({ everywhere: true });
    const removed = await unlock(started, passkey(1));
    expect(removed).toMatchObject({ ok: false, error: { type: 'WrongPasskey' } });
    for (const proof of [passkey(2), BY_PASSPHRASE]) {
      const unlocked = must(await unlock(started, proof));
      expect(unlocked.vault.living).toBe(1);
      expect(unlocked.vault.damage).toEqual([]);
    }
  });

  it('made anew by the same authenticator take the place of the one before', async () => {
    const { session } = await createSession();
    open.push(session);
    must(await session.addPasskey('Tablet', salt, passkey(1)));
    must(await session.addPasskey('Tablet again', salt, passkey(1)));
    expect(session.passkeys.map(({ name }) => name)).toEqual(['Tablet again']);
  });
});

describe('the recovery key', () => {
  it('lets whoever forgot the passphrase set another one', async () => {
    const started = await createSession();
    const { session, recoveryKey } = started;
    must(
      await session.changePassphrase(
        { by: 'recoveryKey', text: recoveryKey },
        'another reef of oysters',
      ),
    );
    await session.end({ everywhere: true });
    expect((await unlock(started, BY_PASSPHRASE)).ok).toBe(false);
    must(await unlock(started, { by: 'passphrase', passphrase: 'another reef of oysters' }));
  });
});
