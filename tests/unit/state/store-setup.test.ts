import { describe, expect, test } from 'vitest';
import { readSettings } from '#endpoint/settings.ts';
import { securityHeaders } from '#endpoint/headers.ts';
import { headerLine, hostLine } from '#state/store-setup.ts';

describe('what is pasted so that app and store may speak', () => {
  test('the host understands its line, and sends the header of the other', () => {
    const store = 'https://s3.example.com:9000';
    const [name = '', value = ''] = hostLine(store).split('=');
    const settings = readSettings({ [name]: value });
    const stores = settings.ok ? settings.value.stores : [];
    expect(stores).toEqual([store]);
    expect(securityHeaders(stores)['Content-Security-Policy']).toContain(headerLine(store));
  });
});
