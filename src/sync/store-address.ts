/** Where a bucket and its objects are on the web, from what was typed or came in a link. */

import { err, ok, type Result } from '#base/result.ts';
import type { StoreSettings } from './messages.ts';

/**
 * The bucket's own address, ending in `/`, or `null` where the settings make none: then nothing is ever sent. A prefix
 * with `.` or `..` between its slashes is none either, for the URL parser would walk it.
 */
export function bucketUrl(settings: StoreSettings): URL | null {
  const { endpoint, bucket, prefix } = settings;
  if (!URL.canParse(endpoint) || !isBucketName(bucket) || !isPrefix(prefix)) return null;
  const url = new URL(endpoint);
  if (!/^https?:$/.test(url.protocol)) return null;
  if (url.username || url.password || url.search || url.hash) return null;
  const path = url.pathname.replace(/\/+$/, '');
  const host = settings.pathStyle ? url.host : `${bucket}.${url.host}`;
  const address = `${url.protocol}//${host}${path}/${settings.pathStyle ? `${bucket}/` : ''}`;
  return URL.canParse(address) ? new URL(address) : null;
}

/** As SigV4 wants a key in a path: each part percent-encoded but for the unreserved characters of RFC 3986. */
export function objectUrl(bucket: URL, key: string): URL {
  return new URL(bucket.href + key.split('/').map(encodeRfc3986).join('/'));
}

/**
 * Refuses what a browser would refuse without a word: an address without TLS, elsewhere than on this machine or
 * where the app itself comes from.
 */
export function checkAddress(
  settings: StoreSettings,
  pageOrigin: string | undefined,
): Result<URL, { readonly type: 'BadAddress' }> {
  const url = bucketUrl(settings);
  const isOpen =
    url?.protocol === 'https:' || (url && (isLoopback(url) || url.origin === pageOrigin));
  return url && isOpen ? ok(url) : err({ type: 'BadAddress' });
}

function isLoopback(url: URL): boolean {
  return /^(?:(?:.+\.)?localhost|127\.\d+\.\d+\.\d+|\[::1\])$/.test(url.hostname);
}

function isBucketName(text: string): boolean {
  return /^[A-Za-z0-9][\w.-]{1,61}[A-Za-z0-9]$/.test(text) && !text.includes('..');
}

function isPrefix(text: string): boolean {
  if (text === '') return true;
  if (!text.endsWith('/') || text.length > 512 || /[\p{Cc}\p{Cs}]/u.test(text)) return false;
  return text
    .slice(0, -1)
    .split('/')
    .every((part) => part !== '' && part !== '.' && part !== '..');
}

/** The one way to write text into a path or a query that every verifier of SigV4 reads alike: a space is `%20`. */
export function encodeRfc3986(text: string): string {
  return encodeURIComponent(text).replace(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}
