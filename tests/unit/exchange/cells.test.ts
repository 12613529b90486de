import fc from 'fast-check';
import Papa from 'papaparse';
import { describe, expect, test } from 'vitest';
import { csvLine } from '#exchange/csv-lines.ts';
import { neutralised, restored } from '#exchange/formula-cells.ts';
import { canRejoin, evenRow } from '#exchange/ragged-rows.ts';
import { joinTags, splitTags } from '#exchange/tag-cells.ts';

const text = fc.oneof(
  fc.string(),
  fc
    .array(
      fc.constantFrom(
        '=',
        '+',
        '-',
        '@',
        '\t',
        '\r',
        '\n',
        "'",
        '"',
        ',',
        ';',
        '|',
        ' ',
        'a',
        '＝',
        ':::',
      ),
    )
    .map((parts) => parts.join('')),
);

describe('formula cells', () => {
  test.each(['=1+1', '+49 30 1', '-1', '@SUM(A1)', '\t=1', '\r=1', '＝1', "'=1"])(
    'the cell %j is text to a spreadsheet',
    (cell) => {
      expect(neutralised(cell)).toBe(`'${cell}`);
      expect(restored(neutralised(cell))).toBe(cell);
    },
  );

  test.each(['', 'Anna', "O'Neill", "'tis", '1-2', 'a=b', ' x'])('the cell %j stays', (cell) => {
    expect(neutralised(cell)).toBe(cell);
    expect(restored(cell)).toBe(cell);
  });

  test('restoring undoes neutralising, of any text', () => {
    fc.assert(fc.property(text, (cell) => restored(neutralised(cell)) === cell));
  });

  test('no cell that is written begins like a formula', () => {
    fc.assert(fc.property(text, (cell) => !/^[=+\-@\t\r\n＝＋－＠]/.test(neutralised(cell))));
  });

  test('a line of any cells is read back by a CSV reader, formula signs apart', () => {
    fc.assert(
      fc.property(fc.array(text, { minLength: 2, maxLength: 5 }), (cells) => {
        const [row] = Papa.parse<string[]>(csvLine(cells), {
          delimiter: ',',
          newline: '\r\n',
        }).data;
        expect(row?.map(restored)).toEqual(cells);
      }),
    );
  });
});

describe('tag cells', () => {
  test.each([
    ['vip', ['vip']],
    ['vip; north', ['vip', 'north']],
    ['vip,north|south', ['vip', 'north', 'south']],
    ['重要；北方、南方', ['重要', '北方', '南方']],
    ['* myContacts ::: VIP', ['* myContacts', 'VIP']],
    ['a;;b; ;a', ['a', 'b']],
    ['"a;b"; "say ""hi""";c', ['a;b', 'say "hi"', 'c']],
    ['5" pipe; x', ['5" pipe', 'x']],
    ['"open; x', ['"open', 'x']],
    [';', []],
  ])('%s', (cell, tags) => {
    expect(splitTags(cell)).toEqual(tags);
  });

  test('splitting undoes joining, of any tags', () => {
    const tag = text.map((each) => each.trim()).filter((each) => each !== '');
    fc.assert(
      fc.property(fc.uniqueArray(tag, { maxLength: 6 }), (tags) => {
        const cell = joinTags(tags);
        expect(cell === '' ? [] : splitTags(cell)).toEqual(tags);
      }),
    );
  });
});

describe('ragged rows', () => {
  test.each<[string, string[], unknown]>([
    ['even', ['a', 'b', 'c'], { cells: ['a', 'b', 'c'], rejoined: [] }],
    ['too short', ['a', 'b'], 'skips.tooFewCells'],
    ['too long', ['a', 'b', 'c', 'd'], 'skips.tooManyCells'],
    [
      'with empty cells beyond',
      ['a', 'b', 'c', '', ' '],
      { cells: ['a', 'b', 'c', '', ' '], rejoined: [] },
    ],
    ['torn once', ['a', '24', ' rue', 'c'], { cells: ['a', '24, rue', 'c'], rejoined: [1] }],
    [
      'torn twice',
      ['a', '24', ' rue', ' 3', 'c'],
      { cells: ['a', '24, rue, 3', 'c'], rejoined: [1] },
    ],
    [
      'torn in two cells',
      ['a', ' b', 'c', 'd', ' e'],
      { cells: ['a, b', 'c', 'd, e'], rejoined: [0, 2] },
    ],
    ['torn more often than it is too long', ['a', ' b', ' c', 'd'], 'skips.tooManyCells'],
    ['too long, but nowhere torn', ['a', 'b', 'c', 'd', ' e'], 'skips.tooManyCells'],
  ])('%s', (_, cells, expected) => {
    expect(evenRow(cells, 3, ',')).toEqual(expected);
  });

  test('cells are put together only where no even row has a cell that begins with a space', () => {
    const rows = (...lines: string[][]) =>
      lines.map((cells, index) => ({ line: index + 1, cells }));
    expect(canRejoin(rows(['a', 'b'], ['c', 'd'], ['e', ' f', 'g']), 2)).toBe(true);
    expect(canRejoin(rows(['a', 'b'], ['c', ' d']), 2)).toBe(false);
    expect(canRejoin(rows(['a', ' b'], ['c', 'd']), 2)).toBe(false);
    expect(evenRow(['a', '24', ' rue', 'c'], 3, undefined)).toBe('skips.tooManyCells');
  });
});
