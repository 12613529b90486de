import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readSettings } from '#endpoint/settings.ts';

describe('reading the settings', () => {
  it('serves on localhost:4180, with its own store alone, where nothing is said', () => {
    expect(readSettings({})).toEqual({
      ok: true,
      value: {
        port: 4180,
        host: 'localhost',
        stores: [],
        storeFolder: join(homedir(), '.local/share/holdfast'),
      },
    });
  });

  it.each([
    [{ HOLDFAST_DATA: '/srv/kelp', XDG_DATA_HOME: '/data' }, resolve('/srv/kelp')],
    [{ HOLDFAST_DATA: 'kelp' }, resolve('kelp')],
    [{ XDG_DATA_HOME: '/data' }, join('/data', 'holdfast')],
    [{ HOLDFAST_DATA: '', LOCALAPPDATA: '/local' }, join('/local', 'holdfast')],
    [{ HOLDFAST_STORE: 'on', XDG_DATA_HOME: '/data' }, join('/data', 'holdfast')],
    [{ HOLDFAST_STORE: 'off', HOLDFAST_DATA: '/srv/kelp' }, undefined],
  ])('for %j its store lies in %s', (environment, folder) => {
    const settings = readSettings(environment);
    expect(settings.ok && settings.value.storeFolder).toBe(folder);
  });

  it('refuses HOLDFAST_STORE that is neither on nor off', () => {
    const settings = readSettings({ HOLDFAST_STORE: 'no' });
    expect(!settings.ok && settings.error.message).toContain('HOLDFAST_STORE is "no"');
  });

  it('honours PORT, HOST, the certificate and the stores', () => {
    const settings = readSettings({
      PORT: '8080',
      HOST: '0.0.0.0',
      TLS_CERT: 'cert.pem',
      TLS_KEY: 'key.pem',
      HOLDFAST_STORES: 'https://s3.example.com, http://localhost:9000 https://[2001:db8::1]:9443',
      HOLDFAST_STORE: 'off',
    });
    expect(settings).toEqual({
      ok: true,
      value: {
        port: 8080,
        host: '0.0.0.0',
        tls: { certPath: 'cert.pem', keyPath: 'key.pem' },
        stores: ['https://s3.example.com', 'http://localhost:9000', 'https://[2001:db8::1]:9443'],
      },
    });
  });

  it.each(['', '-1', '65536', '99999', '80.5', '0x50', 'http', ' 80'])(
    'refuses PORT "%s", and says so',
    (port) => {
      const settings = readSettings({ PORT: port });
      expect(settings).toMatchObject({ ok: false, error: { type: 'SettingsError' } });
      expect(!settings.ok && settings.error.message).toContain(`PORT is "${port}"`);
    },
  );

  it.each([{ TLS_CERT: 'cert.pem' }, { TLS_KEY: 'key.pem' }])('refuses %j alone', (half) => {
    const settings = readSettings(half);
    expect(!settings.ok && settings.error.message).toContain('belong together');
  });

  it.each([
    'https://s3.example.com/',
    'https://s3.example.com/bucket',
    'https://*.example.com',
    'https://*',
    '*',
    'https:',
    's3.example.com',
    'ftp://s3.example.com',
    'https://user@s3.example.com',
    'https://S3.example.com',
    'https://s3.example.com:443',
    "https://s3.example.com;script-src'unsafe-inline'",
    "'unsafe-inline'",
    'https://s3.example.com:99999',
    'data:',
  ])('refuses %s as a store: a policy names origins alone', (store) => {
    const settings = readSettings({ HOLDFAST_STORES: `https://good.example ${store}` });
    expect(settings).toMatchObject({ ok: false, error: { type: 'SettingsError' } });
    expect(!settings.ok && settings.error.message).toContain('HOLDFAST_STORES names "');
  });
});
