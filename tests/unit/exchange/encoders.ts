/** Text to bytes in the encodings that a platform only decodes: the decoder's own table, turned round. */

import type { Encoding } from '#worker/vault-api.ts';

const legacy = new Map<Encoding, Map<string, readonly number[]>>();

export function encode(text: string, encoding: Encoding, mark = false): Uint8Array<ArrayBuffer> {
  const marked = mark ? `\ufeff${text}` : text;
  switch (encoding) {
    case 'utf-8':
      return new TextEncoder().encode(marked);
    case 'utf-16le':
    case 'utf-16be': {
      const bytes = new Uint8Array(marked.length * 2);
      const view = new DataView(bytes.buffer);
      for (let index = 0; index < marked.length; index++) {
        view.setUint16(index * 2, marked.charCodeAt(index), encoding === 'utf-16le');
      }
      return bytes;
    }
    case 'windows-1252':
    case 'gb18030': {
      const table = tableOf(encoding);
      return Uint8Array.from(
        Array.from(text).flatMap((character) => {
          const bytes = table.get(character);
          if (bytes === undefined) throw new Error(`${character} is not in ${encoding}`);
          return bytes;
        }),
      );
    }
  }
}

/** The characters that `encode` knows in this encoding, ASCII apart. */
export function repertoire(encoding: 'windows-1252' | 'gb18030'): readonly string[] {
  return [...tableOf(encoding).keys()].filter((character) => character > '\x7f');
}

function tableOf(encoding: 'windows-1252' | 'gb18030'): Map<string, readonly number[]> {
  const known = legacy.get(encoding);
  if (known !== undefined) return known;
  const table = new Map<string, readonly number[]>();
  const learn = (bytes: readonly number[]) => {
    // Node takes Windows-1252 for Latin-1 where it decodes all at once.
    const decoder = new TextDecoder(encoding, { ignoreBOM: true });
    const character = decoder.decode(Uint8Array.from(bytes), { stream: true }) + decoder.decode();
    if (Array.from(character).length === 1 && character !== '\ufffd' && !table.has(character)) {
      table.set(character, bytes);
    }
  };
  for (let byte = 0; byte < (encoding === 'gb18030' ? 0x80 : 0x100); byte++) learn([byte]);
  if (encoding === 'gb18030') {
    for (let lead = 0x81; lead < 0xff; lead++) {
      for (let trail = 0x40; trail < 0xff; trail++) if (trail !== 0x7f) learn([lead, trail]);
    }
    for (let third = 0x81; third < 0xff; third++) {
      for (let fourth = 0x30; fourth < 0x3a; fourth++) learn([0x81, 0x30, third, fourth]);
    }
  }
  legacy.set(encoding, table);
  return table;
}
