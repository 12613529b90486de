import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { metaPolicy, securityHeaders } from '#endpoint/headers.ts';

describe('the policy in the document', () => {
  const header = securityHeaders([])['Content-Security-Policy'] ?? '';
  const inHeader = header.split('; ');
  const inDocument = metaPolicy.split('; ');

  it('leaves to the header what hosts differ in, and what only a header may say', () => {
    expect(metaPolicy).not.toMatch(/default-src|connect-src|frame-ancestors/);
  });

  it('says all the rest as the header does', () => {
    const rest = inHeader.filter((text) => !/^(default-src|connect-src|frame-anc)/.test(text));
    expect(inDocument).toEqual(expect.arrayContaining(rest));
  });

  it('refuses by name what default-src refuses in the header', () => {
    for (const kind of ['object-src', 'frame-src', 'media-src']) {
      expect(inDocument).toContain(`${kind} 'none'`);
    }
  });
});

it('README names every header, as it is, for other hosts', () => {
  const readme = readFileSync(join(import.meta.dirname, '../../../README.md'), 'utf8');
  for (const [name, value] of Object.entries(securityHeaders([]))) {
    expect(readme).toContain(`| \`${name}\` | \`${value}\` |`);
  }
});
