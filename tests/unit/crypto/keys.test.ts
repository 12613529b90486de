import { hkdfSync } from 'node:crypto';
import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { utf8Bytes } from '#base/bytes.ts';
import { createVaultKey, deriveLocalKeys, wipe } from '#crypto/keys.ts';
import { associatedData, open, seal } from '#crypto/sealing.ts';
import type { SealingKey } from '#crypto/byte-types.ts';
import { localKeys, valueOf, vaultKey, workspace } from './samples.ts';

const place = associatedData({ table: 'any', id: '', version: 1 });

describe('local keys', () => {
  it.each(['summary', 'body', 'journal', 'checkpoint', 'draft', 'secret'] as const)(
    'has the %s key that FORMAT.md derives',
    async (purpose) => {
      const info = `holdfast/1 local ${purpose}`;
      const bytes = new Uint8Array(hkdfSync('sha256', vaultKey, workspace, info, 32));
      const expected = (await crypto.subtle.importKey('raw', bytes, 'AES-GCM', false, [
        'decrypt',
      ])) as SealingKey;
      const sealed = await seal(localKeys[purpose], utf8Bytes('Anna'), place);
      expect(valueOf(await open(expected, sealed, place))).toEqual(utf8Bytes('Anna'));
    },
  );

  it('can not be exported', async () => {
    for (const key of Object.values(await deriveLocalKeys(vaultKey, workspace))) {
      await expect(crypto.subtle.exportKey('raw', key as CryptoKey)).rejects.toThrow();
    }
  });
});

describe('a vault key', () => {
  it('is another one each time', () => {
    expect(createVaultKey()).not.toEqual(createVaultKey());
  });

  it('prints as <redacted>', () => {
    const key = createVaultKey();
    const held = { key, list: [key] };
    const printed = [
      `${String(key)} ${inspect(held)} ${JSON.stringify(held)}`,
      inspect(key, { showHidden: true }),
    ].join();
    expect(printed).toContain('<redacted>');
    expect(printed).not.toMatch(/\d{2},|Uint8Array/);
  });

  it('is overwritten by wipe', () => {
    const key = createVaultKey();
    wipe(key);
    expect(key.every((byte) => byte === 0)).toBe(true);
  });
});
