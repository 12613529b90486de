import { createRecoveryKey } from '#crypto/recovery.ts';
import type { Proof } from '#vault/slots.ts';
import { describe, expect, it } from 'vitest';
import { createEnvironment, createSession, HandClock, must, BY_PASSPHRASE } from './fixture.ts';

describe('confirming the passphrase', () => {
  it('costs as much as the unlock does, and leaves nothing to tell: who asked for it tells', async () => {
    const clock = new HandClock();
    const { session } = await createSession(createEnvironment({ clock }));
    must(await session.confirm(BY_PASSPHRASE));
    expect(await session.untoldAttempts()).toBe(0);
    for (let count = 0; count < 3; count++) {
      const wrong = await session.confirm({ by: 'passphrase', passphrase: 'not the passphrase' });
      expect(wrong).toMatchObject({ ok: false, error: { type: 'WrongPassphrase' } });
    }
    const early = await session.confirm(BY_PASSPHRASE);
    expect(early).toMatchObject({ ok: false, error: { type: 'TooManyAttempts' } });
    clock.milliseconds += 60_000;
    must(await session.confirm(BY_PASSPHRASE));
    expect(await session.untoldAttempts()).toBe(0);
  });

  it('carries failures at the lock screen over to the session that follows', async () => {
    const clock = new HandClock();
    const { workspaces, session } = await createSession(createEnvironment({ clock }));
    const { workspace } = session;
    await session.end({ everywhere: true });
    const tries: readonly Proof[] = [
      { by: 'passphrase', passphrase: 'not the passphrase' },
      { by: 'recoveryKey', text: 'no key at all' },
      { by: 'recoveryKey', text: (await createRecoveryKey()).revealIdentity() },
      { by: 'passkey', credential: new Uint8Array(16), output: new Uint8Array(32) },
    ];
    for (const proof of tries) expect((await workspaces.unlock(workspace, proof)).ok).toBe(false);
    const opened = must(await workspaces.unlock(workspace, BY_PASSPHRASE));
    expect(await opened.untoldAttempts()).toBe(4);
    await opened.toldAttempts(3);
    expect(await opened.untoldAttempts()).toBe(1);
    expect((await workspaces.list())[0]?.waitMs).toBe(0);
  });
});
