import { describe, expect, it } from 'vitest';
import type { StoreSettings } from '#sync/messages.ts';
import { bucketUrl, checkAddress, objectUrl } from '#sync/store-address.ts';

const settings: StoreSettings = {
  endpoint: 'https://s3.example.com',
  bucket: 'field-team',
  prefix: '',
  region: '',
  pathStyle: true,
  accessKey: 'a',
  secretKey: 's',
};
const addressOf = (some: Partial<StoreSettings>) =>
  bucketUrl({ ...settings, ...some })?.href ?? null;

describe('the address of a bucket', () => {
  it('has the bucket in its path or in its host', () => {
    expect(addressOf({})).toBe('https://s3.example.com/field-team/');
    expect(addressOf({ pathStyle: false })).toBe('https://field-team.s3.example.com/');
    expect(addressOf({ endpoint: 'http://localhost:4180/store/' })).toBe(
      'http://localhost:4180/store/field-team/',
    );
  });

  it.each([
    ['no address', { endpoint: 's3.example.com' }],
    ['another scheme', { endpoint: 'ftp://s3.example.com' }],
    ['a password in it', { endpoint: 'https://a:b@s3.example.com' }],
    ['a query', { endpoint: 'https://s3.example.com/?a' }],
    ['a host in front of an IP address', { endpoint: 'https://127.0.0.1', pathStyle: false }],
    ['a bucket with a slash', { bucket: 'a/b/c' }],
    ['a bucket of dots', { bucket: '...' }],
    ['no bucket', { bucket: '' }],
    ['a prefix without its slash', { prefix: 'a' }],
    ['a prefix that climbs', { prefix: 'a/../' }],
    ['a prefix that stands still', { prefix: './' }],
    ['an empty step', { prefix: 'a//' }],
    ['half a surrogate pair', { prefix: '\ud800/' }],
    ['a line break', { prefix: 'a\n/' }],
  ])('is none with %s', (_, some: Partial<StoreSettings>) => {
    expect(addressOf(some)).toBeNull();
  });

  it('writes any prefix as SigV4 signs it', () => {
    const bucket = bucketUrl(settings)!;
    expect(objectUrl(bucket, "Team (1)/ü+*!'/v1/root").pathname).toBe(
      '/field-team/Team%20%281%29/%C3%BC%2B%2A%21%27/v1/root',
    );
  });
});

describe('an address that a page may speak to', () => {
  const isFine = (endpoint: string, some: Partial<StoreSettings> = {}) =>
    checkAddress({ ...settings, endpoint, ...some }, 'http://10.0.0.7:4180').ok;

  it('has TLS, or is this machine, or is where the page comes from', () => {
    expect(isFine('https://s3.example.com')).toBe(true);
    expect(isFine('http://localhost:9000')).toBe(true);
    expect(isFine('http://localhost:9000', { pathStyle: false })).toBe(true);
    expect(isFine('http://127.0.0.1:9000')).toBe(true);
    expect(isFine('http://[::1]:9000')).toBe(true);
    expect(isFine('http://10.0.0.7:4180')).toBe(true);
  });

  it('is no other', () => {
    expect(isFine('http://10.0.0.7:9000')).toBe(false);
    expect(isFine('http://s3.example.com')).toBe(false);
    expect(isFine('http://localhost.example.com')).toBe(false);
    expect(isFine('s3.example.com')).toBe(false);
  });
});
