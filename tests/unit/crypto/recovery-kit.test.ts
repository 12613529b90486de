import { describe, expect, it } from 'vitest';
import { createDeviceKeys } from '#crypto/device-keys.ts';
import type { RootHash } from '#crypto/membership.ts';
import { readRecoveryKit, writeRecoveryKit, type NewRecoveryKit } from '#crypto/recovery-kit.ts';
import { createRecoveryKey } from '#crypto/recovery.ts';
import { allowedSignersLine } from '#crypto/ssh-signature.ts';
import { createdAt, errorOf, valueOf, workspace } from './samples.ts';

const recoveryKey = await createRecoveryKey();
const { signing } = await createDeviceKeys();
const kit: NewRecoveryKit = {
  workspaceName: 'Kelp & Sons, 海带',
  workspace,
  rootHash: 'ab'.repeat(32) as RootHash,
  recoveryKey,
  allowedSigners: [allowedSignersLine('backup@holdfast', signing.publicKey)],
  createdAt,
  store: { endpoint: 'https://s3.example.com', bucket: 'kelp' },
};
const text = writeRecoveryKit(kit);

async function read(changed: string) {
  const { recoveryKey: key, ...rest } = valueOf(await readRecoveryKit(changed));
  return { ...rest, identity: key.revealIdentity() };
}
const { recoveryKey: _, ...plainFields } = kit;
const expected = { ...plainFields, identity: recoveryKey.revealIdentity() };

describe('a recovery kit', () => {
  it('is read as it was written', async () => {
    expect(await read(text)).toEqual(expected);
  });

  it('needs no store and takes an introduction in any language', async () => {
    const { store: _store, ...rest } = kit;
    const introduction = ['这是恢复密钥。', '', '不要把它留在这台设备上。'];
    const written = writeRecoveryKit({ ...rest, introduction });
    expect(written).toContain('# 不要把它留在这台设备上。');
    expect(valueOf(await readRecoveryKit(written)).store).toBeUndefined();
  });

  it('says in plain words what it is and that it must not stay', () => {
    expect(text).toMatch(/^# HOLDFAST RECOVERY KIT\n/);
    expect(text).toContain('It must not stay on this device.');
  });

  it('has one line that is no comment, so that age takes it for a key file', () => {
    const lines = text.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
    expect(lines).toEqual([recoveryKey.revealIdentity()]);
  });

  it('gets no line of its own from a name with line breaks', async () => {
    const workspaceName = `Kelp\n# workspace: ${'a'.repeat(26)}\r\nAGE-SECRET-KEY-1\u2028x`;
    const written = writeRecoveryKit({ ...kit, workspaceName });
    expect(written.split('\n')).toHaveLength(text.split('\n').length);
    expect(valueOf(await readRecoveryKit(written)).workspace).toBe(workspace);
  });

  it.each([
    ['Windows line ends', text.replaceAll('\n', '\r\n')],
    ['a byte order mark and spaces', `\ufeff\n  ${text.replaceAll('\n', ' \n  ')}`],
    ['lines in another order', text.split('\n').reverse().join('\n')],
    ['notes of its owner', `Printed on Monday.\n${text}\n# in the safe`],
  ])('is read with %s', async (_name, changed) => {
    expect(await read(changed)).toEqual(expected);
  });

  it.each([
    ['empty', ''],
    ['a bare key', recoveryKey.revealIdentity()],
    ['without a key', text.replace(/^AGE-.*$/m, '')],
    ['without its workspace', text.replace(/^# workspace: .*$/m, '')],
    ['with a shortened root hash', text.replace(/^(# root-hash: \w+)\w$/m, '$1')],
    ['without a date', text.replace(/^# created: .*$/m, '')],
    ['without a format', text.replace(/^# holdfast-recovery-kit: .*$/m, '')],
    ['too long', text + '#\n'.repeat(40_000)],
  ])('is none when it is %s', async (_name, changed) => {
    expect(errorOf(await readRecoveryKit(changed)).type).toBe('NotAKit');
  });

  it('of a later format is told apart', async () => {
    const newer = text.replace('holdfast-recovery-kit: 1', 'holdfast-recovery-kit: 2');
    expect(errorOf(await readRecoveryKit(newer)).type).toBe('NewerFormat');
  });
});
