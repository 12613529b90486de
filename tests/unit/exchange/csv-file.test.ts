import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import Papa from 'papaparse';
import { describe, expect, test } from 'vitest';
import { FILE_LIMIT, openCsvFile, readRows, ROW_LIMIT } from '#exchange/csv-file.ts';
import { CELL_LIMIT, COLUMN_LIMIT } from '#exchange/csv-rows.ts';
import { CHUNK_BYTES } from '#exchange/decoding.ts';
import type { Delimiter, Encoding, ImportFileError } from '#worker/vault-api.ts';
import { encode, repertoire } from './encoders.ts';

const never = new AbortController().signal;

interface Reading {
  readonly encoding: Encoding;
  readonly delimiter: Delimiter;
  readonly headers: readonly string[];
  readonly rows: readonly { readonly line: number; readonly cells: readonly string[] }[];
}

async function read(
  content: BlobPart,
  chosen: { encoding?: Encoding; delimiter?: Delimiter } = {},
): Promise<Reading | ImportFileError | { type: 'Cancelled' }> {
  const csv = await openCsvFile(new File([content], 'list.csv'), chosen, never);
  if (!csv.ok) return csv.error;
  const { encoding, delimiter, headers } = csv.value;
  const rows: Reading['rows'][number][] = [];
  for await (const batch of readRows(csv.value, never)) {
    if (!batch.ok) return batch.error;
    for (const row of batch.value.rows) rows.push(row);
  }
  return { encoding, delimiter, headers, rows };
}

const cellsOf = (reading: Awaited<ReturnType<typeof read>>) =>
  'rows' in reading ? reading.rows.map(({ cells }) => cells) : reading;

describe('vectors', () => {
  const folder = `${import.meta.dirname}/../../vectors/csv`;
  const expected = JSON.parse(readFileSync(`${folder}/expected.json`, 'utf8')) as Record<
    string,
    Reading | ImportFileError
  >;

  test.each(Object.entries(expected))('%s', async (name, reading) => {
    expect(await read(readFileSync(`${folder}/${name}`))).toEqual(reading);
  });

  test.each(Object.keys(expected))('%s, cut off anywhere, is read or refused', async (name) => {
    const bytes = readFileSync(`${folder}/${name}`);
    const step = Math.max(1, Math.floor(bytes.length / 60));
    for (let length = 0; length < bytes.length; length += step) {
      const reading = await read(bytes.subarray(0, length));
      expect('rows' in reading || typeof reading.type === 'string').toBe(true);
    }
  });
});

describe('encodings', () => {
  const western = 'Name,City,Note\nJürgen Groß,Köln,"naïve – ""quoted"""\nÅsa Öberg,Malmö,€ 5\n';
  const chinese = '姓名,城市,备注\n王小明,北京,重要客户\n李娜,上海,"电话,联系"\n';

  test.each<[string, Encoding, boolean, string]>([
    ['UTF-8', 'utf-8', false, western],
    ['UTF-8 with a mark', 'utf-8', true, western],
    ['UTF-8, Chinese', 'utf-8', false, chinese],
    ['UTF-16 LE with a mark', 'utf-16le', true, western],
    ['UTF-16 LE', 'utf-16le', false, western],
    ['UTF-16 LE, Chinese', 'utf-16le', false, chinese],
    ['UTF-16 BE with a mark', 'utf-16be', true, chinese],
    ['UTF-16 BE', 'utf-16be', false, western],
    ['UTF-16 BE, Chinese', 'utf-16be', false, chinese],
    ['Windows-1252', 'windows-1252', false, western],
    ['GB18030', 'gb18030', false, chinese],
  ])('%s is recognised and read', async (_, encoding, mark, text) => {
    const reading = await read(encode(text, encoding, mark));
    expect(reading).toMatchObject({ encoding, delimiter: ',' });
    const expected = Papa.parse<string[]>(text.trimEnd()).data;
    expect(cellsOf(reading)).toEqual(expected.slice(1));
    expect(reading).toHaveProperty('headers', expected[0]);
  });

  test('one accent at the end of a long ASCII file is enough to tell Windows-1252', async () => {
    const text = `Name,City\n${'Anna,Bonn\n'.repeat(80_000)}Jörg,Köln\n`;
    const reading = await read(encode(text, 'windows-1252'));
    expect(reading).toHaveProperty('encoding', 'windows-1252');
    expect(cellsOf(reading)).toHaveProperty('80000', ['Jörg', 'Köln']);
  });

  test('Chinese at the end of a long ASCII file is enough to tell GB18030', async () => {
    const text = `Name,City\n${'Anna,Bonn\n'.repeat(80_000)}王小明,北京\n`;
    const reading = await read(encode(text, 'gb18030'));
    expect(reading).toHaveProperty('encoding', 'gb18030');
    expect(cellsOf(reading)).toHaveProperty('80000', ['王小明', '北京']);
  });

  test('a chosen encoding wins over the guess', async () => {
    const bytes = encode('Name\nJörg\n', 'utf-8');
    expect(cellsOf(await read(bytes, { encoding: 'windows-1252' }))).toEqual([['JÃ¶rg']]);
  });

  test('a chosen encoding that the bytes are not in is refused with the line', async () => {
    const text = `Name,City\n${'Anna,Bonn\n'.repeat(100_000)}Jörg,Köln\n`;
    const bytes = encode(text, 'windows-1252');
    const error = { type: 'NotInEncoding', encoding: 'utf-8', line: 100_002 };
    expect(await read(bytes, { encoding: 'utf-8' })).toEqual(error);
  });

  test('broken UTF-8 is named with its line, not read as Windows-1252', async () => {
    const good = encode(`Name,City\n${'Jürgen,Köln\n'.repeat(90_000)}`, 'utf-8');
    const bytes = new Uint8Array([...good, 0x41, 0xff, 0x2c, 0x42, 0x0a]);
    const error = { type: 'NotInEncoding', encoding: 'utf-8', line: 90_002 };
    expect(await read(bytes)).toEqual(error);
  });

  test('characters cut by the edge of a piece are read whole', async () => {
    for (const encoding of ['utf-8', 'utf-16le', 'utf-16be', 'gb18030'] as const) {
      for (let shift = 0; shift < 4; shift++) {
        const text = `name,n${'x'.repeat(shift)}\n${'王小明,北京\n'.repeat(CHUNK_BYTES / 8)}`;
        const reading = await read(encode(text, encoding));
        const cells = cellsOf(reading);
        expect(cells).toHaveLength(CHUNK_BYTES / 8);
        expect(new Set(cells as string[][]).size).toBe(CHUNK_BYTES / 8);
        expect((cells as string[][]).every(([a, b]) => a === '王小明' && b === '北京')).toBe(true);
      }
    }
  });
});

describe('delimiters and line ends', () => {
  test.each<[string, Delimiter, string]>([
    ['comma', ',', 'name,note\nAnna,"a;b;c"\n'],
    ['semicolon', ';', 'name;note\nAnna;1,5\nBob;2,5, or so\n'],
    ['tab', '\t', 'name\tnote\nAnna\ta,b;c\n'],
    ["Excel's own first line", ';', 'sep=;\nname;note\nAnna;x\n'],
    ['a single column', ',', 'name\nAnna\nBob\n'],
  ])('%s', async (_, delimiter, text) => {
    const reading = await read(text);
    expect(reading).toMatchObject({ delimiter });
    expect(reading).toHaveProperty('headers.0', 'name');
    expect(reading).toHaveProperty('rows.0.cells.0', 'Anna');
  });

  test('a chosen delimiter wins over the guess', async () => {
    const reading = await read('name;a,b\nAnna;1,2\n', { delimiter: ',' });
    expect(cellsOf(reading)).toEqual([['Anna;1', '2']]);
  });

  test.each([
    ['LF', '\n'],
    ['CR LF', '\r\n'],
    ['CR', '\r'],
  ])('rows end with %s', async (_, lineEnd) => {
    const text = ['name,city', 'Anna,"Bonn"', '"Bob",Köln', ''].join(lineEnd);
    expect(cellsOf(await read(text))).toEqual([
      ['Anna', 'Bonn'],
      ['Bob', 'Köln'],
    ]);
  });

  test('line ends may be mixed', async () => {
    expect(cellsOf(await read('name,city\r\nAnna,Bonn\nBob,"Köln"\r\nEva,Ulm\n'))).toEqual([
      ['Anna', 'Bonn'],
      ['Bob', 'Köln'],
      ['Eva', 'Ulm'],
    ]);
  });

  test('a row carries the physical line on which it begins', async () => {
    const text = 'name,note\n\nAnna,"two\nlines"\n\n  \nBob,"three\r\nlines\r\nhere"\nEva,x';
    const reading = await read(text);
    expect(reading).toHaveProperty('rows', [
      { line: 3, cells: ['Anna', 'two\nlines'] },
      { line: 7, cells: ['Bob', 'three\r\nlines\r\nhere'] },
      { line: 10, cells: ['Eva', 'x'] },
    ]);
  });

  test('lines are counted through the edges of pieces', async () => {
    const text = `name,note\n${'Anna,"two\nlines"\n'.repeat(100_000)}`;
    const reading = await read(text);
    expect(reading).toHaveProperty('rows.99999.line', 200_000);
  });
});

describe('files that are refused', () => {
  const rows = (count: number) => 'Anna,Bonn\n'.repeat(count);

  test.each<[string, BlobPart, ImportFileError]>([
    ['nothing', '', { type: 'NoRows' }],
    ['only a mark', encode('', 'utf-8', true), { type: 'NoRows' }],
    ['only blank lines', '\n\r\n  \n', { type: 'NoRows' }],
    ['only a header', 'name,email\n', { type: 'NoRows' }],
    ['a picture', pngBytes(), { type: 'NotCsv' }],
    ['a workbook', Uint8Array.from([0x50, 0x4b, 3, 4, 20, 0, 6, 0]), { type: 'NotCsv' }],
    ['a PDF', '%PDF-1.7\n1 0 obj\n<< /Type /Catalog >>\n', { type: 'NotCsv' }],
    ['JSON', '[\n  {"name": "Anna", "city": "Bonn"},\n  {"name": "Bob"}\n]\n', { type: 'NotCsv' }],
    ['a page', '<!doctype html>\n<p>Hello, you\n', { type: 'NotCsv' }],
    ['a vCard', 'BEGIN:VCARD\nVERSION:3.0\nFN:Anna\nEND:VCARD\n', { type: 'NotCsv' }],
    [
      'running text',
      'Dear Anna, dear Bob\n\nIt was good to see you in Bonn last week. As I said, the offer\n' +
        'that we made in the spring, and which you liked, still stands.\nYours\nEva\n',
      { type: 'NotCsv' },
    ],
    [
      'text without a comma',
      'It was good to see you in Bonn last week.\nThe offer that we made still stands.\n',
      { type: 'NotCsv' },
    ],
    ['control characters', 'name\x01\x02\x03,\x04\x05\nAnna\x06,\x0e\n', { type: 'NotCsv' }],
    ['a NUL', 'name,city\nAnna,Bonn\nBob,Kö\0ln\n', { type: 'NulByte', line: 3 }],
    ['a NUL far in', `name,city\n${rows(90_000)}Bob,K\0\n`, { type: 'NulByte', line: 90_002 }],
    [
      'a quote never closed',
      'name,city\nAnna,Bonn\nBob,"Köln\nEva,Ulm\n',
      { type: 'UnbalancedQuote', line: 3 },
    ],
    [
      'a quote never closed, far in',
      `name,city\n${rows(90_000)}Bob,"Köln\n${rows(60_000)}`,
      { type: 'UnbalancedQuote', line: 90_002 },
    ],
    [
      'a quote never closed, early in a large file',
      `name,city\nBob,"Köln\n${rows(1_200_000)}`,
      { type: 'UnbalancedQuote', line: 2 },
    ],
    [
      'a quote never closed in the header',
      `name,"city\n${rows(90_000)}`,
      { type: 'UnbalancedQuote', line: 1 },
    ],
    [
      'a quote closed inside a cell',
      'name,city\n"Anna" Maria,Bonn\n',
      { type: 'UnbalancedQuote', line: 2 },
    ],
    [
      'quotes that swallow the next row',
      'name,note\nAnna,"5"" pipe\nBob,"6"" pipe"\n',
      { type: 'UnbalancedQuote', line: 2 },
    ],
    [
      '200 columns',
      `${Array.from({ length: 200 }, (_, index) => `c${index}`).join(',')}\n${'1,'.repeat(199)}1\n`,
      { type: 'TooManyColumns', columns: 200, limit: COLUMN_LIMIT },
    ],
    [
      'a cell of 1 MB',
      `name,note\nAnna,x\nBob,${'x'.repeat(1_000_000)}\nEva,y\n`,
      { type: 'CellTooLong', line: 3, column: 'note', limit: CELL_LIMIT },
    ],
    [
      'a quoted cell of 1 MB',
      `name,note\nAnna,x\nBob,"${'x\n'.repeat(500_000)}"\nEva,y\n`,
      { type: 'CellTooLong', line: 3, column: 'note', limit: CELL_LIMIT },
    ],
    [
      'a cell of 1 MB in the header',
      `name,${'x'.repeat(1_000_000)}\nAnna,y\n`,
      { type: 'CellTooLong', line: 1, column: '2', limit: CELL_LIMIT },
    ],
    [
      'a cell of 5 MB',
      `name,note\nBob,${'x'.repeat(5_000_000)}\n`,
      { type: 'CellTooLong', line: 2, column: 'note', limit: CELL_LIMIT },
    ],
  ])('%s', async (_, content, error) => {
    expect(await read(content)).toEqual(error);
  });

  test('bytes at the edge of the limit: one more is refused before anything is read', async () => {
    const file = new File(['name\nAnna\n'], 'list.csv');
    const sized = (size: number) =>
      new Proxy(file, {
        get(target, key) {
          if (key === 'size') return size;
          throw new Error(`read ${String(key)} of ${String(target.size)} bytes`);
        },
      });
    const result = await openCsvFile(sized(FILE_LIMIT + 1), {}, never);
    const error = { type: 'FileTooLarge', bytes: FILE_LIMIT + 1, limit: FILE_LIMIT };
    expect(result).toEqual({ ok: false, error });
    expect(await openCsvFile(sized(FILE_LIMIT), {}, never)).toMatchObject({
      error: { type: 'Unreadable' },
    });
  });

  test('rows at the edge of the limit: one more is refused', async () => {
    const full = `n\n${'a\n'.repeat(ROW_LIMIT)}`;
    expect(cellsOf(await read(full))).toHaveLength(ROW_LIMIT);
    expect(await read(`${full}a\n`)).toEqual({ type: 'TooManyRows', limit: ROW_LIMIT });
  });

  test('columns and characters at the edge of the limits are read', async () => {
    const wide = Array.from({ length: COLUMN_LIMIT }, (_, index) => `c${index}`);
    const long = 'x'.repeat(CELL_LIMIT);
    expect(cellsOf(await read(`${wide.join(',')}\n${wide.join(',')}\n`))).toEqual([wide]);
    expect(cellsOf(await read(`name,note\nAnna,"${long}"\n`))).toEqual([['Anna', long]]);
    expect(await read(`name,note\nAnna,${long}x\n`)).toHaveProperty('type', 'CellTooLong');
  });

  test('a file that can no longer be read', async () => {
    const file = new File(['name\nAnna\n'], 'list.csv');
    const gone = new Proxy(file, {
      get(target, key) {
        if (key !== 'slice') return Reflect.get(target, key, target) as unknown;
        return () => ({ arrayBuffer: () => Promise.reject(new Error('NotReadableError')) });
      },
    });
    const result = await openCsvFile(gone, {}, never);
    expect(result).toEqual({ ok: false, error: { type: 'Unreadable' } });
  });

  test('an aborted reading', async () => {
    const abort = new AbortController();
    const csv = await openCsvFile(new File([`n\n${'a\n'.repeat(500_000)}`], 'x'), {}, never);
    if (!csv.ok) throw new Error(csv.error.type);
    let last: unknown;
    for await (const batch of readRows(csv.value, abort.signal)) {
      last = batch;
      abort.abort();
    }
    expect(last).toEqual({ ok: false, error: { type: 'Cancelled' } });
  });
});

describe('properties', () => {
  const ascii = fc.string({ unit: 'grapheme-ascii', maxLength: 12 });
  const special = fc.constantFrom('"', '""', ',', ';', '\t', '\n', '\r\n', '\r', ' ', '=', "'");
  const cellOf = (letters: fc.Arbitrary<string>) =>
    fc
      .array(fc.oneof(letters, special, ascii), { maxLength: 5 })
      .map((parts) => parts.join(''))
      // Without a byte order mark of its own, and no lone halves of characters, which no encoding has.
      .map((text) => text.replaceAll(/[\0\ufeff\ufffd]|\p{Surrogate}/gu, ''));
  const letters: Readonly<Record<Encoding, fc.Arbitrary<string>>> = {
    'utf-8': fc.string({ maxLength: 8 }),
    'utf-16le': fc.string({ maxLength: 8 }),
    'utf-16be': fc.string({ maxLength: 8 }),
    'windows-1252': fc.constantFrom(...repertoire('windows-1252')),
    gb18030: fc.constantFrom(...repertoire('gb18030')),
  };

  test.each(Object.keys(letters) as Encoding[])(
    'any table written in %s with any delimiter reads back the same',
    async (encoding) => {
      const tables = fc.integer({ min: 1, max: 5 }).chain((width) =>
        fc.array(fc.array(cellOf(letters[encoding]), { minLength: width, maxLength: width }), {
          minLength: 1,
          maxLength: 8,
        }),
      );
      await fc.assert(
        fc.asyncProperty(
          tables,
          fc.constantFrom<Delimiter>(',', ';', '\t'),
          fc.constantFrom('\n', '\r\n'),
          fc.boolean(),
          async (table, delimiter, lineEnd, mark) => {
            const header = (table[0] ?? []).map((_, index) => `column ${index}`);
            const text = Papa.unparse([header, ...table], {
              delimiter,
              newline: lineEnd,
              quotes: true,
            });
            const bytes = encode(text, encoding, mark && encoding.startsWith('utf'));
            const reading = await read(bytes, { encoding, delimiter });
            const rows = table
              // A row in which nothing stands is blank.
              .filter((cells) => cells.some((cell) => cell.trim() !== ''))
              // A CR before the row's end belongs to the end.
              .map((cells) => [...cells.slice(0, -1), cells.at(-1)?.replace(/\r$/, '')]);
            expect(cellsOf(reading)).toEqual(rows.length > 0 ? rows : { type: 'NoRows' });
          },
        ),
        { numRuns: process.env['SLOW'] ? 2000 : 60 },
      );
    },
    process.env['SLOW'] ? 600_000 : 30_000,
  );

  test('any bytes are read or refused, never thrown at', async () => {
    const noise = fc.uint8Array({ maxLength: 4000 });
    const textual = fc
      .array(fc.constantFrom('"', ',', ';', '\t', '\n', '\r', 'a', ' ', 'ä', '王', '\0', "'"), {
        maxLength: 300,
      })
      .map((parts) => new TextEncoder().encode(parts.join('')));
    await fc.assert(
      fc.asyncProperty(
        fc.oneof(noise, textual),
        fc.option(fc.constantFrom<Encoding>('utf-8', 'utf-16le', 'gb18030', 'windows-1252'), {
          nil: undefined,
        }),
        async (bytes, encoding) => {
          const reading = await read(bytes.slice(), encoding === undefined ? {} : { encoding });
          expect('rows' in reading || typeof reading.type === 'string').toBe(true);
        },
      ),
      { numRuns: process.env['SLOW'] ? 20_000 : 300 },
    );
  });

  test.each(['"', '"a', '" "', '","', '"a"b', '"\n'])(
    'half a million characters of %j are read to their end',
    async (pattern) => {
      // Work that grew with the square of the length would outlast the test.
      const reading = await read(`name,note\nx,y\n${pattern.repeat(500_000 / pattern.length)}`);
      expect('rows' in reading || typeof reading.type === 'string').toBe(true);
    },
  );
});

function pngBytes(): Uint8Array<ArrayBuffer> {
  return Uint8Array.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0, 0, 0, 13, 0x49, 0x48]);
}
