/** age files, as streams for backups and as bytes for slots. The library is loaded when it is first needed. FORMAT.md section 11. */

import { concatBytes } from '#base/bytes.ts';
import { err, ok, type Result } from '#base/result.ts';
import { publicKeyToRecipient } from './age-keys.ts';
import type { AgreementPrivateKey, AgreementPublicKeyBytes } from './byte-types.ts';
import { RecoveryKey } from './recovery.ts';
import type { NewerFormat } from './sealing.ts';

export type AgeIdentity = RecoveryKey | AgreementPrivateKey;

export type NoMatchingKey = { readonly type: 'NoMatchingKey' };
export type NotAge = { readonly type: 'NotAge' };
/** An age file, but its header was changed or cut short. */
export type DamagedAge = { readonly type: 'DamagedAge' };
export type AgeError = NoMatchingKey | NotAge | DamagedAge | NewerFormat;

type ByteStream = ReadableStream<Uint8Array>;

const MAX_HEADER_LENGTH = 64 * 1024;
const FIRST_LINE = 'age-encryption.org/v1\n';
/** What every version's first line begins with. */
const MAGIC = 'age-encryption.org/';

/** A device's agreement key as a recipient, so that the device can re-read the backups that it wrote. */
export function deviceRecipient(publicKey: AgreementPublicKeyBytes): string {
  return publicKeyToRecipient(publicKey);
}

export async function encryptAge(
  recipients: readonly string[],
  plaintext: ByteStream,
): Promise<ByteStream> {
  const { Encrypter } = await import('age-encryption');
  const encrypter = new Encrypter();
  for (const recipient of recipients) encrypter.addRecipient(recipient);
  return encrypter.encrypt(plaintext);
}

/** For somebody who has no key but a passphrase (age, scrypt recipient). */
export async function encryptToPassphrase(
  plaintext: Uint8Array<ArrayBuffer>,
  passphrase: string,
): Promise<Uint8Array<ArrayBuffer>> {
  const { Encrypter } = await import('age-encryption');
  const encrypter = new Encrypter();
  encrypter.setPassphrase(passphrase);
  return (await encrypter.encrypt(plaintext)) as Uint8Array<ArrayBuffer>;
}

/**
 * Resolves once the header is read and authenticated. The stream then gives chunks that each authenticated; if a later one does not, or the end is
 * missing, reading rejects. What was read before is whole only if the stream ends well.
 */
export async function decryptAge(
  identities: readonly AgeIdentity[],
  ciphertext: ByteStream,
): Promise<Result<ByteStream, AgeError>> {
  const header = await readHeader(ciphertext);
  if (!header.ok) return header;
  const { Decrypter } = await import('age-encryption');
  const decrypter = new Decrypter();
  for (const identity of identities) {
    decrypter.addIdentity(identity instanceof RecoveryKey ? identity.revealIdentity() : identity);
  }
  // Identities are asked in turn until one knows a stanza; being asked last means that none did.
  const outcome: { noneMatched: boolean } = { noneMatched: false };
  decrypter.addIdentity({
    unwrapFileKey: () => {
      outcome.noneMatched = true;
      return null;
    },
  });
  try {
    return ok(await decrypter.decrypt(header.value));
  } catch {
    return err({ type: outcome.noneMatched ? 'NoMatchingKey' : 'DamagedAge' });
  }
}

/** For what fits in memory many times over: a slot's 80 bytes. */
export async function encryptAgeBytes(
  recipients: readonly string[],
  plaintext: Uint8Array,
): Promise<Uint8Array> {
  return collect(await encryptAge(recipients, streamOf(plaintext)));
}

export async function decryptAgeBytes(
  identities: readonly AgeIdentity[],
  ciphertext: Uint8Array,
): Promise<Result<Uint8Array, AgeError>> {
  const opened = await decryptAge(identities, streamOf(ciphertext));
  if (!opened.ok) return opened;
  try {
    return ok(await collect(opened.value));
  } catch {
    return err({ type: 'DamagedAge' });
  }
}

/**
 * Reads up to the end of the header, within its bound, and gives a stream that starts anew. The library would gather a line without an end
 * until memory is full, and tells a file that is not age only by a sentence.
 */
async function readHeader(
  ciphertext: ByteStream,
): Promise<Result<ByteStream, NotAge | DamagedAge | NewerFormat>> {
  const reader = ciphertext.getReader();
  let start: Uint8Array = new Uint8Array(0);
  let isWhole = false;
  while (!isWhole && start.length < MAX_HEADER_LENGTH) {
    const { done, value } = await reader.read();
    if (done) break;
    start = concatBytes(start, value);
    isWhole = HEADER.test(asciiOf(start.subarray(0, MAX_HEADER_LENGTH)));
  }
  if (isWhole) return ok(resume(start, reader));

  await reader.cancel();
  const text = asciiOf(start.subarray(0, FIRST_LINE.length));
  if (!text.startsWith(MAGIC)) return err({ type: 'NotAge' });
  const isNewer = text.length === FIRST_LINE.length && text !== FIRST_LINE;
  return err({ type: isNewer ? 'NewerFormat' : 'DamagedAge' });
}

/** The first line, stanzas, and the line with the MAC. */
const HEADER = /^age-encryption\.org\/v1\n(?:.*\n)*?--- .*\n/;

function asciiOf(bytes: Uint8Array): string {
  return new TextDecoder('latin1').decode(bytes);
}

/** What was read already, then the rest. */
function resume(start: Uint8Array, reader: ReadableStreamDefaultReader<Uint8Array>): ByteStream {
  return new ReadableStream<Uint8Array>({
    start(controller) {
      controller.enqueue(start);
    },
    async pull(controller) {
      const { done, value } = await reader.read();
      if (done) controller.close();
      else controller.enqueue(value);
    },
    cancel: (reason) => reader.cancel(reason),
  });
}

function streamOf(bytes: Uint8Array): ByteStream {
  return new ReadableStream<Uint8Array>({
    start(controller) {
      controller.enqueue(bytes);
      controller.close();
    },
  });
}

async function collect(stream: ByteStream): Promise<Uint8Array> {
  return new Uint8Array(
    await new Response(stream as ReadableStream<Uint8Array<ArrayBuffer>>).arrayBuffer(),
  );
}
