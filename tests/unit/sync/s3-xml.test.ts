import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readError, readListBucketResult } from '#sync/s3-xml.ts';

const list = (inner: string) =>
  `<ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><IsTruncated>false</IsTruncated>${inner}</ListBucketResult>`;
const contents = (key: string) => `<Contents><Key>${key}</Key></Contents>`;

describe('a list of objects', () => {
  it('is read whatever stands beside the names', () => {
    const text = `\uFEFF<?xml version='1.0' encoding="UTF-8"?>\n${list(
      `<Name>b</Name><Prefix/><MaxKeys>1000</MaxKeys>
       <Contents><Key>a/1</Key><ETag>&quot;x&quot;</ETag><Owner><ID>o</ID></Owner></Contents>
       ${contents('a/2')}<KeyCount>2</KeyCount>`,
    )}\n`;
    expect(readListBucketResult(text)).toEqual({ keys: ['a/1', 'a/2'], isTruncated: false });
  });

  it('is read back for any names', () => {
    const escape = (text: string, how: number) =>
      Array.from(text)
        .map((character) => {
          const code = character.codePointAt(0) ?? 0;
          if (how === 0) return `&#${code};`;
          if (how === 1) return `&#x${code.toString(16)};`;
          return character.replace('&', '&amp;').replace('<', '&lt;').replace('>', '&gt;');
        })
        .join('');
    fc.assert(
      fc.property(
        fc.array(fc.string({ unit: 'grapheme', minLength: 1 })),
        fc.nat(2),
        (keys, how) => {
          const text = list(keys.map((key) => contents(escape(key, how))).join(''));
          expect(readListBucketResult(text)?.keys).toEqual(keys);
        },
      ),
    );
  });

  it.each([
    ['another document', '<Error><Code>x</Code></Error>'],
    ['a document type', `<!DOCTYPE x [<!ENTITY a "b">]>${list('')}`],
    ['an entity of its own', list(contents('&a;'))],
    ['a bare ampersand', list(contents('a & b'))],
    ['the character 0', list(contents('&#0;'))],
    ['half a surrogate pair', list(contents('&#xD800;'))],
    ['a character past the last', list(contents('&#x110000;'))],
    ['CDATA', list(contents('<![CDATA[a]]>'))],
    ['a comment', list('<!-- a -->')],
    ['a processing instruction', list('<?php ?>')],
    ['a name that closes its own element', list(contents('a</Key><Key>b'))],
    ['a name with elements in it', list(contents('a<b/>c'))],
    ['an object without a name', list('<Contents><Size>1</Size></Contents>')],
    ['an empty name', list(contents(''))],
    ['no end', list(contents('a')).slice(0, -1)],
    ['elements that cross', list('<a><b></a></b>')],
    ['two roots', list('') + list('')],
    ['text beside the root', `${list('')}x`],
    ['no word on whether there is more', '<ListBucketResult></ListBucketResult>'],
    ['two words on it', list('<IsTruncated>true</IsTruncated>')],
    ['a namespace of prefixes', list('').replaceAll('ListBucketResult', 's:ListBucketResult')],
    ['depth without end', list('<a>'.repeat(100_000))],
    ['an end alone', '</a>'],
    ['nothing', ''],
  ])('is refused with %s', (_, text) => {
    expect(readListBucketResult(text)).toBeNull();
  });

  it('never throws, and never takes long, whatever the text', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: fc.constantFrom(...'< > / & ; # " = a ? ! x 1'.split(' '), ' ') }),
        (text) => {
          expect(readListBucketResult(text)).toBeNull();
          expect(readError(text)).toBeNull();
        },
      ),
    );
    expect(readListBucketResult(`<a${' b="c"'.repeat(50_000)}`)).toBeNull();
    expect(readListBucketResult(`<a${' '.repeat(50_000)}`)).toBeNull();
  });
});

describe('an error', () => {
  it('has a code, and sometimes the time', () => {
    expect(readError('<Error><Code>NoSuchKey</Code><Message/></Error>')).toEqual({
      code: 'NoSuchKey',
      serverTime: null,
    });
    const skewed =
      '<Error><Code>RequestTimeTooSkewed</Code><ServerTime>2026-01-02T03:04:05Z</ServerTime></Error>';
    expect(readError(skewed)?.serverTime).toBe(Date.UTC(2026, 0, 2, 3, 4, 5));
  });

  it('is not every document', () => {
    expect(readError('<html>403</html>')).toBeNull();
    expect(readError('<Error><Message>no</Message></Error>')).toBeNull();
  });
});
