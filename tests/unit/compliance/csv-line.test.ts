import { csvLine } from '#compliance/csv-line.ts';
import { expect, test } from 'vitest';

test('a line computes nothing, in no spreadsheet, and quotes what would end a cell', () => {
  for (const sign of ['=', '+', '-', '@', '\t', '＝', '＋', '－', '＠']) {
    expect(csvLine([`${sign}1`, 'a'])).toBe(`'${sign}1,a\r\n`);
  }
  expect(csvLine(['\n=1', '\r=1'])).toBe(`"'\n=1","'\r=1"\r\n`);
  expect(csvLine(['a,b', 'say "x"', '1=1'])).toBe('"a,b","say ""x""",1=1\r\n');
});
