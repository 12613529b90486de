import { identityToRecipient } from 'age-encryption';
import { hkdfSync } from 'node:crypto';
import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { utf8Bytes } from '#base/bytes.ts';
import { recipientToPublicKey } from '#crypto/age-keys.ts';
import { privateKeyBytes } from '#crypto/byte-types.ts';
import { sign, signingPublicKeyOf, verify } from '#crypto/key-pairs.ts';
import {
  createRecoveryKey,
  parseRecoveryKey,
  recoveryAgreementKeys,
  recoverySigningKeys,
} from '#crypto/recovery.ts';
import { errorOf, valueOf } from './samples.ts';

const recoveryKey = await createRecoveryKey();
const identity = recoveryKey.revealIdentity();

describe('a recovery key', () => {
  it('is an identity that age knows, with the recipient that age computes', async () => {
    expect(identity).toMatch(/^AGE-SECRET-KEY-1[02-9A-Z]{58}$/);
    expect(recoveryKey.recipient).toBe(await identityToRecipient(identity));
  });

  it('is another one each time', async () => {
    expect((await createRecoveryKey()).revealIdentity()).not.toBe(identity);
  });

  it('has the signer that FORMAT.md derives', async () => {
    const scalar = recoveryKey.revealScalar();
    const seed = hkdfSync('sha256', scalar, '', 'holdfast/1 recovery signer', 32);
    const expected = await signingPublicKeyOf(privateKeyBytes(new Uint8Array(seed)));
    expect(recoveryKey.signerPublicKey).toEqual(expected);
    const { privateKey, publicKey } = await recoverySigningKeys(recoveryKey);
    const signature = await sign(privateKey, utf8Bytes('admit'));
    expect(await verify(publicKey, signature, utf8Bytes('admit'))).toBe(true);
    expect(publicKey).toEqual(recoveryKey.signerPublicKey);
  });

  it('agrees under the public key that its recipient spells', async () => {
    const { publicKey } = await recoveryAgreementKeys(recoveryKey);
    expect(recipientToPublicKey(recoveryKey.recipient)).toEqual(publicKey);
  });

  it('prints as <redacted>', () => {
    const held = { recoveryKey };
    const printed = `${String(recoveryKey)} ${JSON.stringify(held)} ${inspect(held, { depth: 9, showHidden: true })}`;
    expect(printed).toContain('<redacted>');
    expect(printed.toUpperCase()).not.toContain('AGE-SECRET-KEY-1');
    const secret = Buffer.from(recoveryKey.revealScalar());
    expect(printed).not.toContain(secret.toString('hex'));
  });

  it('is overwritten by wipe', async () => {
    const key = await createRecoveryKey();
    key.wipe();
    expect(key.revealScalar().every((byte) => byte === 0)).toBe(true);
  });
});

describe('what a person pastes', () => {
  const half = identity.length / 2;
  it.each([
    ['the key', identity],
    ['lower case', identity.toLowerCase()],
    ['spaces around it', `\n\t  ${identity} \r\n`],
    ['groups of four', identity.replace(/.{4}/g, '$& ')],
    ['a line break within', `${identity.slice(0, half)}\r\n${identity.slice(half)}`],
    [
      'a quoted mail',
      `> Here it is:\n> ${identity.slice(0, half)}\n> ${identity.slice(half)}\n> Bye`,
    ],
    ['a zero-width space within', `${identity.slice(0, half)}\u200b${identity.slice(half)}`],
    ['a byte order mark', `\ufeff${identity}`],
    ['full-width letters', fullWidth(identity)],
    ['text around it', `The AGE-SECRET-KEY-1 line is this: ${identity}. Keep it safe!`],
    ['an age key file', `# created: 2026-11-23\n# public key: age1…\n${identity}\n`],
    ['a mistyped one before it', `${mistyped(identity)}\n${identity}`],
  ])('may be %s', async (_, text) => {
    expect(valueOf(await parseRecoveryKey(text)).revealIdentity()).toBe(identity);
  });

  it.each([
    ['nothing', ''],
    ['a recipient', recoveryKey.recipient],
    ['a key with one wrong letter', mistyped(identity)],
    ['a key that lacks its end', identity.slice(0, -1)],
    ['a key of another kind', identity.replace('KEY-1', 'KEY-PQ-1')],
    ['a passphrase', 'tidal otter mends nets'],
  ])('is no key when it is %s', async (_, text) => {
    expect(errorOf(await parseRecoveryKey(text)).type).toBe('NotARecoveryKey');
  });
});

describe('a recipient', () => {
  it.each(['', 'age1', identity, recoveryKey.recipient.slice(0, -1), 'age1pq1qqqq'])(
    'is not %s',
    (text) => {
      expect(recipientToPublicKey(text)).toBeNull();
    },
  );
});

function mistyped(text: string): string {
  return text.slice(0, 30) + (text[30] === 'Q' ? 'P' : 'Q') + text.slice(31);
}

function fullWidth(text: string): string {
  return text.replace(/[!-~]/g, (character) =>
    String.fromCharCode(character.charCodeAt(0) + 0xfee0),
  );
}
