import { describe, expect, test } from 'vitest';
import { addressLines, geoLink, mailLink, phoneLink, webLink } from '#ui/customer/links.ts';

describe('what a customer’s data lead to', () => {
  test('a website is http or https, and nothing else', () => {
    expect(webLink('example.com/shop')).toBe('https://example.com/shop');
    expect(webLink('http://example.com')).toBe('http://example.com/');
    for (const hostile of ['javascript:alert(1)', 'data:text/html,x', 'file:///etc/passwd', ' ']) {
      expect(webLink(hostile)).toBeUndefined();
    }
  });

  test('a phone keeps its digits and its plus', () => {
    expect(phoneLink('+46 (0)921-12 34 65')).toBe('tel:+460921123465');
    expect(phoneLink('call the office')).toBeUndefined();
  });

  test('a mail address can’t add headers', () => {
    expect(mailLink('a@example.com')).toBe('mailto:a@example.com');
    expect(mailLink('a@example.com?bcc=b@example.com')).toBe(
      'mailto:a@example.com%3Fbcc%3Db%40example.com',
    );
    expect(mailLink('nobody')).toBeUndefined();
  });

  test('an address is read line by line, and opens the device’s own maps', () => {
    const lines = addressLines({ street: 'Berguvsvägen 8', city: 'Luleå', postalCode: 'S-958 22' });
    expect(lines).toEqual(['Berguvsvägen 8', 'S-958 22 Luleå']);
    expect(geoLink(lines)).toBe('geo:0,0?q=Berguvsv%C3%A4gen%208%2C%20S-958%2022%20Lule%C3%A5');
    expect(geoLink([])).toBeUndefined();
  });
});
