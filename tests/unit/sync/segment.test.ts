import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bytesToUtf8, utf8Bytes } from '#base/bytes.ts';
import type { DeviceId } from '#base/ids.ts';
import { decodeSegment, encodeSegment, type Seen } from '#sync/segment.ts';
import { anyChangeOf, customer, devices, task } from '../domain/arbitraries.ts';

const anySeen: fc.Arbitrary<Seen> = fc
  .array(
    fc.tuple(
      fc.constantFrom(...devices),
      fc.record({ seq: fc.nat(), hash: fc.stringMatching(/^[0-9a-f]{64}$/) }),
    ),
    { maxLength: 3 },
  )
  .map((positions) => new Map(positions));

const anyChanges = fc.array(
  fc.oneof(anyChangeOf(customer, 'customer'), anyChangeOf(task, 'task', customer)),
  { maxLength: 8 },
);

const shortened = (seen: Seen) =>
  new Map([...seen].map(([device, { seq, hash }]) => [device, { seq, hash: hash.slice(0, 16) }]));

describe('a segment', () => {
  it('says what it was made of: the first half of each hash, and every change', () => {
    fc.assert(
      fc.property(anySeen, anyChanges, (seen, changes) => {
        expect(decodeSegment(encodeSegment({ seen, changes }))).toEqual({
          seen: shortened(seen),
          changes,
        });
      }),
    );
  });

  it('is the same bytes whatever the order of what it has seen', () => {
    fc.assert(
      fc.property(anySeen, (seen) => {
        const turned = new Map([...seen].reverse());
        expect(encodeSegment({ seen: turned, changes: [] })).toEqual(
          encodeSegment({ seen, changes: [] }),
        );
      }),
    );
  });

  it('is refused whole, or read, but never throws, whatever is done to its text', () => {
    fc.assert(
      fc.property(anySeen, anyChanges, fc.nat(), fc.string(), (seen, changes, at, text) => {
        const whole = bytesToUtf8(encodeSegment({ seen, changes }));
        const place = at % whole.length;
        const altered = utf8Bytes(whole.slice(0, place) + text + whole.slice(place + 1));
        expect(() => decodeSegment(altered)).not.toThrow();
      }),
    );
  });

  it.each([
    ['', null],
    ['null', null],
    ['[]', null],
    ['{"seen":{}}', null],
    ['{"seen":{},"format":0}', null],
    ['{"seen":{},"format":"1"}', null],
    ['{"seen":[1],"format":1}', null],
    ['{"seen":null,"format":1}', null],
    [`{"seen":{"${devices[0]!}":[-1,"00"]},"format":1}`, null],
    [`{"seen":{"${devices[0]!}":[1.5,"00"]},"format":1}`, null],
    [`{"seen":{"${devices[0]!}":[1,2]},"format":1}`, null],
    [`{"seen":{"${devices[0]!}":1},"format":1}`, null],
    ['{"seen":{"__proto__":[1,""]},"format":1}', null],
    ['{"seen":{},"format":1}\n', null],
    ['{"seen":{},"format":1}\n\n', null],
    ['{"seen":{},"format":2}', 'newer'],
    ['{"format":2}\nanything', 'newer'],
  ])('%j: %j', (text, read) => {
    expect(decodeSegment(utf8Bytes(text))).toBe(read);
  });

  it('is none where its bytes are no text', () => {
    expect(decodeSegment(Uint8Array.of(0xff))).toBeNull();
  });

  it('may name nobody and change nothing', () => {
    const empty = { seen: new Map<DeviceId, never>(), changes: [] };
    expect(bytesToUtf8(encodeSegment(empty))).toBe('{"seen":{},"format":1}');
    expect(decodeSegment(encodeSegment(empty))).toEqual(empty);
  });
});
