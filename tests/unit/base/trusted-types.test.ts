import { afterEach, beforeEach, expect, it, vi } from 'vitest';

const scope = globalThis as { location?: unknown; trustedTypes?: unknown };

/** The policy is made once for each document: each test begins with a fresh one. */
async function freshModule() {
  vi.resetModules();
  return import('#base/trusted-types.ts');
}

beforeEach(() => {
  scope.location = new URL('https://crm.example/team/app/index.html');
});

afterEach(() => {
  delete scope.location;
  delete scope.trustedTypes;
});

it('makes the one policy that the content security policy names, once', async () => {
  const createPolicy = vi.fn((_name: string, rules: { createScriptURL(text: string): string }) => ({
    createScriptURL: (text: string) => ({ trusted: rules.createScriptURL(text) }),
  }));
  scope.trustedTypes = { createPolicy };
  const { trustedScriptAddress } = await freshModule();
  expect(trustedScriptAddress('assets/a.js')).toEqual({
    trusted: 'https://crm.example/team/app/assets/a.js',
  });
  trustedScriptAddress('assets/b.js');
  expect(createPolicy.mock.calls.map(([name]) => name)).toEqual(['holdfast-worker']);
});

it('gives a plain address where the browser has no Trusted Types', async () => {
  const { trustedScriptAddress } = await freshModule();
  expect(trustedScriptAddress('https://crm.example/sw.js')).toBe('https://crm.example/sw.js');
});

it.each(['https://other.example/a.js', '//other.example/a.js', 'data:text/javascript,1', 'blob:x'])(
  'starts nothing from %s',
  async (address) => {
    const { trustedScriptAddress } = await freshModule();
    expect(() => trustedScriptAddress(address)).toThrow(TypeError);
  },
);
