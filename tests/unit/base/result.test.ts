import { assert, assertNever, err, ok } from '#base/result.ts';
import { describe, expect, it } from 'vitest';

describe('a result', () => {
  it('is plain data that survives a structured clone', () => {
    expect(structuredClone(ok(7))).toEqual({ ok: true, value: 7 });
    expect(structuredClone(ok())).toEqual({ ok: true, value: undefined });
    expect(structuredClone(err({ type: 'NotFound' }))).toEqual({
      ok: false,
      error: { type: 'NotFound' },
    });
  });
});

describe('an assertion', () => {
  it('fails on what is missing or false, and on nothing else', () => {
    for (const missing of [false, undefined, null]) {
      expect(() => {
        assert(missing, 'it is there');
      }).toThrow('it is there');
    }
    for (const present of [true, 0, '', {}]) assert(present, 'it is there');
    expect(() => assertNever('left over' as never)).toThrow('left over');
  });
});
