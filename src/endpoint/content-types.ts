/** What the app's files are, by their names. */

import { extname } from 'node:path';

export function contentTypeOf(name: string): string {
  return TYPES[extname(name)] ?? 'application/octet-stream';
}

/** Texts and programs get smaller on the way; pictures and fonts are packed already. */
export function isCompressible(type: string): boolean {
  return type.includes('charset=') || type === 'application/wasm';
}

const TYPES: Readonly<Record<string, string | undefined>> = {
  '.css': 'text/css; charset=utf-8',
  '.html': 'text/html; charset=utf-8',
  '.ico': 'image/x-icon',
  '.js': 'text/javascript; charset=utf-8',
  '.json': 'application/json; charset=utf-8',
  '.png': 'image/png',
  '.svg': 'image/svg+xml; charset=utf-8',
  '.txt': 'text/plain; charset=utf-8',
  '.wasm': 'application/wasm',
  '.webmanifest': 'application/manifest+json; charset=utf-8',
  '.webp': 'image/webp',
  '.woff2': 'font/woff2',
};
