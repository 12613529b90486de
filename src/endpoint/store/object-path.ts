/**
 * Where an object lies on disk, and back. A key is cut into pieces: each ends with a `/`, or has 64
 * bytes, or is the last. All but the last are folders, so the keys that begin with a folder's pieces
 * are those inside it, and walking folders in the order of their pieces gives keys in theirs.
 *
 * A piece is written in [a-z0-9_-], its `/` as `+`, every other byte as `%XX`, and the name of an object ends
 * in `=`: `logs/2026/a.TXT` lies in `logs+/2026+/a%2E%54%58%54=`. So no key has a name with a dot, a
 * separator or a NUL in it; `a` and `a/b` both fit; two keys never share a name, not even where case is ignored.
 */

import { percentDecode, percentEncodeAll, type ByteText } from './byte-text.ts';

/** The longest name, 3 × 64 + 1, is within the 255 bytes that every file system takes. */
const PIECE_BYTES = 64;

/** Relative, with `/`, which Node understands everywhere. */
export function objectPath(key: ByteText): string {
  const pieces = piecesOf(key);
  return `${pieces.map(pieceToName).join('/')}=`;
}

/** The innermost folder that holds every key of a prefix, and what all keys in it begin with. */
export function folderOfPrefix(prefix: ByteText): { path: string; start: ByteText } {
  const pieces = piecesOf(prefix).slice(0, -1);
  return { path: pieces.map(pieceToName).join('/'), start: pieces.join('') as ByteText };
}

/** `null` for a name that {@link objectPath} never writes. */
export function nameToPiece(name: string): { piece: ByteText; isObject: boolean } | null {
  const isObject = name.endsWith('=');
  const written = isObject ? name.slice(0, -1) : name;
  const piece = percentDecode(written.replace(/\+$/, '/'));
  if (piece === null || piece === '' || pieceToName(piece) !== written) return null;
  return { piece, isObject };
}

function piecesOf(key: ByteText): ByteText[] {
  const pieces: ByteText[] = [];
  for (let start = 0; start < key.length;) {
    const slash = key.indexOf('/', start);
    const end = Math.min(slash === -1 ? key.length : slash + 1, start + PIECE_BYTES);
    pieces.push(key.slice(start, end) as ByteText);
    start = end;
  }
  return pieces;
}

function pieceToName(piece: ByteText): string {
  const hasSlash = piece.endsWith('/');
  const name = percentEncodeAll(hasSlash ? piece.slice(0, -1) : piece, /[^a-z0-9_-]/g);
  return hasSlash ? `${name}+` : name;
}
