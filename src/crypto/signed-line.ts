/**
 * Signed lines: a text, kept as it was signed, and its signature. The membership log is made of them, and what devices say in a
 * store. FORMAT.md section 8.
 */

import { base64ToBytes, bytesToBase64, bytesToHex, utf8Bytes } from '#base/bytes.ts';
import { assert } from '#base/result.ts';
import * as v from 'valibot';
import type { SigningPrivateKey, SigningPublicKeyBytes } from './byte-types.ts';
import { sha256 } from './hash.ts';
import { sign, verify } from './key-pairs.ts';

const MAX_BODY_LENGTH = 256 * 1024;
/** JSON in JSON: every quote is escaped once more. */
const MAX_LINE_LENGTH = 2 * MAX_BODY_LENGTH;

/** What a line is signed for. It is signed too, so that a head can't pass for a membership record. */
export type SignedPurpose = 'membership' | 'head' | 'attestation' | 'collection' | 'wiped' | 'join';

export interface SignedLine {
  /** The exact text that was signed. */
  readonly body: string;
  /** What its JSON says; nothing of it has been checked. */
  readonly value: unknown;
  readonly signature: Uint8Array;
}

/** Without a line end. */
export async function signLine(
  privateKey: SigningPrivateKey,
  body: string,
  purpose: SignedPurpose = 'membership',
): Promise<string> {
  return writeLine(body, await sign(privateKey, signedBytes(purpose, body)));
}

export async function isSignedBy(
  key: SigningPublicKeyBytes,
  line: SignedLine,
  purpose: SignedPurpose = 'membership',
): Promise<boolean> {
  return verify(key, line.signature, signedBytes(purpose, line.body));
}

/** `null` where it is no such line, or not in the one form that section 8 allows: two texts never say the same. */
export function parseLine(text: string): SignedLine | null {
  if (text.length > MAX_LINE_LENGTH) return null;
  try {
    const line = v.safeParse(Line, JSON.parse(text));
    if (!line.success || line.output.body.length > MAX_BODY_LENGTH) return null;
    const { body } = line.output;
    const signature = fromBase64(line.output.signature);
    const value: unknown = JSON.parse(body);
    const isCanonical = JSON.stringify(value) === body && writeLine(body, signature) === text;
    return isCanonical ? { body, value, signature } : null;
  } catch {
    return null;
  }
}

/** In hex; of the root it is the root hash, of every line what the next one names. */
export async function hashOf(body: string): Promise<string> {
  return bytesToHex(await sha256(utf8Bytes(body)));
}

/** The schema of so many bytes in Base64. */
export function base64Of(length: number) {
  return v.pipe(
    v.string(),
    v.check((text) => base64ToBytes(text)?.length === length),
  );
}

/** For what a schema has checked. */
export function fromBase64(text: string): Uint8Array {
  const bytes = base64ToBytes(text);
  assert(bytes, 'the schema has checked that this is Base64');
  return bytes;
}

function signedBytes(purpose: SignedPurpose, body: string): Uint8Array {
  return utf8Bytes(`holdfast/1 ${purpose}\n${body}`);
}

function writeLine(body: string, signature: Uint8Array): string {
  return JSON.stringify({ body, signature: bytesToBase64(signature) });
}

const Line = v.strictObject({ body: v.string(), signature: base64Of(64) });
