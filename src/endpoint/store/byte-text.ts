/**
 * Bytes held one to a character, and how they are written in addresses. S3 orders and compares keys
 * by their UTF-8 bytes: over text of this kind `<` and `startsWith` do just that.
 */

declare const brand: unique symbol;

export type ByteText = string & { readonly [brand]: 'ByteText' };

export function textToByteText(text: string): ByteText {
  return Buffer.from(text, 'utf8').toString('latin1') as ByteText;
}

/** `null` where the bytes are not UTF-8. */
export function byteTextToText(bytes: ByteText): string | null {
  try {
    return decoder.decode(Buffer.from(bytes, 'latin1'));
  } catch {
    return null;
  }
}

const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** RFC 3986 section 2.1, as Signature Version 4 wants it: all but the unreserved, in upper case. */
export function percentEncode(bytes: ByteText): string {
  return percentEncodeAll(bytes, /[^A-Za-z0-9._~-]/g);
}

/** Writes `%XX` for each byte that the pattern finds. */
export function percentEncodeAll(bytes: string, pattern: RegExp): string {
  return bytes.replace(
    pattern,
    (byte) => `%${byte.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`,
  );
}

/** `null` where a `%` is not followed by two hexadecimal digits, or a character is no byte. */
export function percentDecode(text: string): ByteText | null {
  if (/%(?![0-9A-Fa-f]{2})|[^\0-\xff]/.test(text)) return null;
  return text.replace(/%(..)/g, (_, digits: string) =>
    String.fromCharCode(Number.parseInt(digits, 16)),
  ) as ByteText;
}
