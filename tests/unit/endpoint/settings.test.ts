import { describe, expect, it } from 'vitest';
import { readSettings } from '#endpoint/settings.ts';

describe('reading the settings', () => {
  it('serves on localhost:4180, to no store, where nothing is said', () => {
    expect(readSettings({})).toEqual({
      ok: true,
      value: { port: 4180, host: 'localhost', stores: [] },
    });
  });

  it('honours PORT, HOST, the certificate and the stores', () => {
    const settings = readSettings({
      PORT: '8080',
      HOST: '0.0.0.0',
      TLS_CERT: 'cert.pem',
      TLS_KEY: 'key.pem',
      HOLDFAST_STORES: 'https://s3.example.com, http://localhost:9000 https://[2001:db8::1]:9443',
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
