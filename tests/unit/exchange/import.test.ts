import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, expectTypeOf, test } from 'vitest';
import { Importer } from '#exchange/import.ts';
import type { ColumnTarget, ImportOptions, Progress } from '#exchange/messages.ts';
import type * as messages from '#exchange/messages.ts';
import type * as api from '#worker/vault-api.ts';
import { MemoryVault } from './memory-vault.ts';

const work = () => ({ signal: new AbortController().signal, onProgress: () => undefined });
const fileOf = (text: string) => new File([text], 'list.csv');
const field = (name: string): ColumnTarget => ({ type: 'field', field: name });

async function preview(
  text: string,
  options: Partial<ImportOptions> = {},
  vault = new MemoryVault(),
) {
  const importer = new Importer(vault);
  const result = await importer.preview(fileOf(text), { emptyWords: [], ...options }, work());
  if (!result.ok) throw new Error(JSON.stringify(result.error));
  return result.value;
}

async function run(text: string, options: Partial<ImportOptions> = {}, vault = new MemoryVault()) {
  const importer = new Importer(vault);
  const result = await importer.run(fileOf(text), { emptyWords: [], ...options }, work());
  if (!result.ok) throw new Error(JSON.stringify(result.error));
  return { ...result.value, importer, customers: vault.customers() };
}

test('the worker can hand everything on as it is', () => {
  expectTypeOf<messages.ImportOptions>().toEqualTypeOf<api.ImportOptions>();
  expectTypeOf<messages.ImportPreview>().toEqualTypeOf<api.ImportPreview>();
  expectTypeOf<messages.ImportFileError>().toEqualTypeOf<api.ImportFileError>();
  expectTypeOf<messages.ImportReport>().toEqualTypeOf<api.ImportReport>();
  expectTypeOf<messages.ExportRequest>().toEqualTypeOf<api.ExportRequest>();
  expectTypeOf<messages.FileResult>().toEqualTypeOf<api.FileResult>();
});

describe('values', () => {
  test('a row becomes a customer', async () => {
    const { customers, created } = await run(
      'First name,Last name,Company,Email,Mobile,Street,City,Zip,Country,Status,Tags,Birthday,Notes\n' +
        'Anna,Weber,Weber AG,anna@example.com,0171 1234567,Hauptstr. 1,Bonn,53111,Germany,aktiv,"vip, north",3.4.1980,"Two\nlines"\n',
      { defaultCountry: 'DE' },
    );
    expect(created).toBe(1);
    expect(customers).toEqual([
      {
        name: 'Anna Weber',
        company: 'Weber AG',
        emails: [{ label: '', value: 'anna@example.com' }],
        phones: [{ label: 'mobile', value: '+491711234567' }],
        addresses: [
          {
            label: '',
            value: {
              street: 'Hauptstr. 1',
              city: 'Bonn',
              region: '',
              postalCode: '53111',
              country: 'Germany',
            },
          },
        ],
        tags: ['north', 'vip'],
        birthday: '1980-04-03',
        notes: 'Two\nlines\nStatus: aktiv',
      },
    ]);
  });

  test.each([
    [
      'name,stage\nA,Active\nB,lost\nC,沉睡\nD,LEAD\n',
      'stage',
      ['active', 'lost', 'dormant', 'lead'],
    ],
    [
      'name,dob\nA,1980-02-29\nB,1980/2/9\nC,31.12.1980\nD,19800131\nE,1980年3月1日\n',
      'birthday',
      ['1980-02-29', '1980-02-09', '1980-12-31', '1980-01-31', '1980-03-01'],
    ],
    ['name,dob\nA,3/4/1980\nB,31/1/1980\n', 'birthday', ['1980-04-03', '1980-01-31']],
    ['name,dob\nA,3/4/1980\nB,1/31/1980\n', 'birthday', ['1980-03-04', '1980-01-31']],
    [
      'name,dob\nA,3/4/1980\nB,31/1/1980\nC,1/31/1980\n',
      'birthday',
      [undefined, '1980-01-31', '1980-01-31'],
    ],
    [
      'name,tags\nA,"a; b|c,d"\nB,"""x;y"";z"\nC,* Friends ::: * VIP\n',
      'tags',
      [
        ['a', 'b', 'c', 'd'],
        ['x;y', 'z'],
        ['* Friends', '* VIP'],
      ],
    ],
  ])('%s', async (text, name, expected) => {
    const { customers } = await run(text);
    expect(customers.map((values) => values[name])).toEqual(expected);
  });

  test('e-mail cells may hold several, names around them, and what is none', async () => {
    const { customers, skipped } = await run(
      'name,email,email 2\nA,"a@x.de; Bea <b@x.de>",a@x.de\nB,b(at)x.de,\n',
    );
    expect(customers[0]?.['emails']).toEqual([
      { label: '', value: 'a@x.de' },
      { label: '', value: 'b@x.de' },
    ]);
    expect(customers[1]).toEqual({ name: 'B', notes: 'email: b(at)x.de' });
    expect(skipped).toEqual([{ line: 3, reason: 'problems.email', column: 'email' }]);
  });

  test.each([
    ['DE', '030 901820', '+4930901820'],
    ['DE', '+44 20 7946 0958', '+442079460958'],
    ['de', '(0049) 30 901820', '+4930901820'],
    [undefined, '030 901820', '030 901820'],
    [undefined, '+44 20 7946 0958', '+442079460958'],
    ['DE', '030 901820 ext. 7', '030 901820 ext. 7'],
    ['US', '1-800-FLOWERS', '1-800-FLOWERS'],
    ['DE', '12', '12'],
    ['nowhere', '030 901820', '030 901820'],
    ['CN', '138 0013 8000', '+8613800138000'],
  ])('a phone with default country %s: %s', async (defaultCountry, text, expected) => {
    const { customers } = await run(`name,phone\nA,${text}\n`, {
      ...(defaultCountry === undefined ? {} : { defaultCountry }),
    });
    expect(customers[0]?.['phones']).toEqual([{ label: '', value: expected }]);
  });

  test('words for "empty" are empty where they are the whole cell', async () => {
    const text = 'name,company,notes\nAnna,NULL,NULL and void\nNULL,\\N,x\n';
    const { customers, skipped } = await run(text, { emptyWords: ['NULL', '\\N'] });
    expect(customers).toEqual([{ name: 'Anna', notes: 'NULL and void' }]);
    expect(skipped).toEqual([{ line: 3, reason: 'skips.noName' }]);
    const { emptyWordsFound } = await preview(text);
    expect(emptyWordsFound).toEqual([
      { word: 'NULL', rows: 2 },
      { word: '\\N', rows: 1 },
    ]);
  });

  test('a text that is too long for its field is kept in the notes', async () => {
    const long = 'x'.repeat(1001);
    const { customers, skipped } = await run(`name,company,source\nA,B,${long}\n${long},C,y\n`);
    expect(customers).toEqual([
      { name: 'A', company: 'B', notes: `source: ${long}` },
      { company: 'C', source: 'y', notes: `name: ${long}` },
    ]);
    expect(skipped.map(({ line, reason, column }) => [line, reason, column])).toEqual([
      [2, 'problems.tooLong', 'source'],
      [3, 'problems.tooLong', 'name'],
    ]);
  });

  test('hostile headers and cells are text like any other', async () => {
    const { customers } = await run(
      '__proto__,name,tags,constructor\n<script>,<img src=x onerror=alert(1)>,__proto__;ok,y\n',
      {
        columns: [
          { type: 'custom', label: '__proto__' },
          field('name'),
          field('tags'),
          { type: 'custom', label: 'constructor' },
        ],
      },
    );
    expect(customers[0]).toMatchObject({ name: '<img src=x onerror=alert(1)>' });
    expect(Object.values(customers[0] ?? {})).toContain('<script>');
  });
});

describe('rows that are left out', () => {
  const text =
    'name,company,city\n' +
    'Anna,Weber AG,Bonn\n' +
    'Bob,Köln\n' +
    'Eva,X,Ulm,extra\n' +
    'Ida,Y,Ulm,,\n' +
    '\n' +
    ',,\n' +
    ',,Berlin\n' +
    'Uwe,Z,"two\nlines"\n' +
    'late,row\n';

  test('are counted and reported by line, and the others are taken', async () => {
    const seen = await preview(text);
    const expected = [
      { line: 3, reason: 'skips.tooFewCells' },
      { line: 4, reason: 'skips.tooManyCells' },
      { line: 8, reason: 'skips.noName' },
      { line: 11, reason: 'skips.tooFewCells' },
    ];
    expect(seen).toMatchObject({ rows: 7, willCreate: 3, willUpdate: 0, willSkip: 4 });
    expect(seen.skipped).toEqual(expected);
    const { created, skipped, customers } = await run(text);
    expect(created).toBe(3);
    expect(skipped).toEqual(expected);
    expect(customers.map(({ name }) => name)).toEqual(['Anna', 'Ida', 'Uwe']);
  });

  test('come back as a CSV file with their cells and the reason in words', async () => {
    const { importer } = await run(`${text}=SUM(1),\n`);
    const file = importer.skippedReport({
      fileName: 'skipped.csv',
      line: 'Line',
      reason: 'Reason',
      column: 'Column',
      reasons: { 'skips.tooFewCells': 'Too few cells' },
    });
    const bytes = new Uint8Array(await file!.blob.arrayBuffer());
    expect(new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes)).toBe(
      '\ufeffLine,Reason,Column,name,company,city\r\n' +
        '3,Too few cells,,Bob,Köln\r\n' +
        '4,skips.tooManyCells,,Eva,X,Ulm,extra\r\n' +
        '8,skips.noName,,,,Berlin\r\n' +
        '11,Too few cells,,late,row\r\n' +
        "12,Too few cells,,'=SUM(1),\r\n",
    );
  });

  test('the report is bounded, the counts are not', async () => {
    const seen = await preview(`name,x\n${'Anna\n'.repeat(30_000)}`);
    expect(seen.willSkip).toBe(30_000);
    expect(seen.skipped).toHaveLength(10_000);
  });
});

describe('columns', () => {
  test('columns that match nothing are left out, and can become fields', async () => {
    const text = 'customer no,name,shoe size\n7,Anna,39\n8,Bob,44\n';
    const guessed = await preview(text);
    expect(guessed.columns).toEqual([{ type: 'leaveOut' }, field('name'), { type: 'leaveOut' }]);

    const vault = new MemoryVault();
    const columns: ColumnTarget[] = [
      { type: 'custom', label: 'Customer no' },
      field('name'),
      { type: 'custom', label: 'Shoe size' },
    ];
    const first = await run(text, { columns }, vault);
    const [number, size] = vault.fieldsOf('customer').filter(({ custom }) => custom);
    expect([number?.label.en, size?.label.en]).toEqual(['Customer no', 'Shoe size']);
    expect(first.created).toBe(2);
    expect(first.customers[0]).toEqual({ name: 'Anna', [number!.name]: '7', [size!.name]: '39' });

    // The next list finds them by their labels.
    const again = await preview(text, {}, vault);
    expect(again.columns).toEqual([field(number!.name), field('name'), field(size!.name)]);
    await run('name,shoe size\nEva,40\n', { columns: [field('name'), columns[2]!] }, vault);
    expect(vault.living('field')).toHaveLength(2);
  });

  test('a new field takes long text where a cell is long', async () => {
    const vault = new MemoryVault();
    const columns: ColumnTarget[] = [field('name'), { type: 'custom', label: 'Story' }];
    await run(`name,story\nA,short\nB,${'x'.repeat(2000)}\n`, { columns }, vault);
    expect(vault.fieldsOf('customer').at(-1)).toMatchObject({ type: 'longText' });
    expect(vault.customers()[1]).toMatchObject({ name: 'B' });
  });

  test('with no column matched, a preview still shows the table, and an import is refused', async () => {
    const text = 'a,b\n1,2\n';
    expect(await preview(text)).toMatchObject({ rows: 1, willCreate: 0, willSkip: 1 });
    const importer = new Importer(new MemoryVault());
    const result = await importer.run(fileOf(text), { emptyWords: [] }, work());
    expect(result).toEqual({ ok: false, error: { type: 'NothingMapped' } });
  });
});

describe('updating customers who are there', () => {
  function filled() {
    const vault = new MemoryVault();
    vault.add('customer', {
      name: 'Anna Weber',
      company: 'Weber AG',
      emails: [{ label: 'work', value: 'Anna@Example.com' }],
      phones: [{ label: 'work', value: '+4930901820' }],
      notes: 'old',
      tags: ['vip'],
    });
    vault.add('customer', { name: 'Bob', emails: [{ label: '', value: 'both@x.de' }] });
    vault.add('customer', { name: 'Bea', emails: [{ label: '', value: 'both@x.de' }] });
    return vault;
  }

  test('by e-mail: fields are replaced, lists grow, nothing else changes', async () => {
    const vault = filled();
    const { created, updated, skipped } = await run(
      'email,email 2,company,phone,tags,birthday\n' +
        'anna@example.com,anna@home.de,Weber & Co,030 901820,north,32.1.2000\n' +
        'both@x.de,,X,,,\n' +
        'new@x.de,,New GmbH,,,\n' +
        'NEW@x.de,,New GmbH,,,\n' +
        ',,No Mail GmbH,,,\n',
      { matchBy: 'email', defaultCountry: 'DE' },
      vault,
    );
    expect({ created, updated }).toEqual({ created: 2, updated: 1 });
    expect(skipped).toEqual([
      { line: 2, reason: 'problems.date', column: 'birthday' },
      { line: 3, reason: 'skips.ambiguous' },
      { line: 5, reason: 'skips.repeated' },
    ]);
    expect(vault.customers()[0]).toEqual({
      name: 'Anna Weber',
      company: 'Weber & Co',
      emails: [
        { label: 'work', value: 'Anna@Example.com' },
        { label: '', value: 'anna@home.de' },
      ],
      phones: [{ label: 'work', value: '+4930901820' }],
      notes: 'old',
      tags: ['vip', 'north'],
    });
  });

  test.each([
    ['phone', 'phone,source\n030 / 90 18 20,list\n'],
    ['name', 'name,source\n anna  WEBER ,list\n'],
    ['company', 'company,source\nweber ag,list\n'],
  ] as const)('by %s', async (matchBy, text) => {
    const vault = filled();
    const seen = await preview(text, { matchBy, defaultCountry: 'DE' }, vault);
    expect(seen).toMatchObject({ willCreate: 0, willUpdate: 1, willSkip: 0 });
    const { updated } = await run(text, { matchBy, defaultCountry: 'DE' }, vault);
    expect(updated).toBe(1);
    expect(vault.customers()).toHaveLength(3);
    expect(vault.customers()[0]).toMatchObject({ source: 'list' });
  });

  test('a row whose addresses lead to two customers is left out', async () => {
    const vault = filled();
    const { skipped } = await run(
      'name,email,email 2\nAnna,anna@example.com,other@x.de\nX,zoe@x.de,anna@example.com\n',
      { matchBy: 'email' },
      vault,
    );
    expect(skipped).toEqual([{ line: 3, reason: 'skips.repeated' }]);
  });

  test('importing the same list twice changes nothing', async () => {
    const vault = new MemoryVault();
    const text =
      'name,email,phone,street,city,tags\nAnna,a@x.de,030 901820,Am Hof 1,Bonn,x;y\nBob,b@x.de,,,,\n';
    const options = { matchBy: 'email', defaultCountry: 'DE' } as const;
    await run(text, options, vault);
    const before = vault.customers();
    expect(await run(text, options, vault)).toMatchObject({ created: 0, updated: 2 });
    expect(vault.customers()).toEqual(before);
  });

  test('whoever is in the trash is not updated', async () => {
    const vault = filled();
    const [anna] = vault.living('customer');
    vault.remove(anna!.id);
    const { created, updated } = await run(
      'email,name\nanna@example.com,Anna\n',
      { matchBy: 'email' },
      vault,
    );
    expect({ created, updated }).toEqual({ created: 1, updated: 0 });
  });
});

describe('long work', () => {
  const rows = 5000;
  const notes = 'long '.repeat(80);
  const line = (_: unknown, n: number) => `Anna ${n},a${n}@x.de,${notes}\n`;
  const text = `name,email,notes\n${Array.from({ length: rows }, line).join('')}`;

  test('progress goes through the bytes of the file', async () => {
    const progress: Progress[] = [];
    const importer = new Importer(new MemoryVault());
    const file = fileOf(text);
    const result = await importer.run(
      file,
      { emptyWords: [] },
      { signal: new AbortController().signal, onProgress: (each) => progress.push(each) },
    );
    expect(result).toMatchObject({ ok: true, value: { created: rows } });
    for (const step of ['reading', 'importing']) {
      const done = progress.filter((each) => each.step === step).map((each) => each.done);
      expect(done.length).toBeGreaterThan(3);
      expect(done).toEqual(done.toSorted((a, b) => a - b));
      expect(done.at(-1)).toBe(file.size);
    }
  });

  test.each(['reading', 'importing'])('cancelled while %s, it leaves no trace', async (step) => {
    const vault = new MemoryVault();
    vault.add('customer', { name: 'Before' });
    const before = vault.customers();
    const abort = new AbortController();
    let calls = 0;
    const result = await new Importer(vault).run(
      fileOf(text),
      { emptyWords: [], columns: [field('name'), { type: 'custom', label: 'Mail' }] },
      {
        signal: abort.signal,
        onProgress: (progress) => {
          if (progress.step === step && ++calls === 2) abort.abort();
        },
      },
    );
    expect(result).toEqual({ ok: false, error: { type: 'Cancelled' } });
    expect(vault.customers()).toEqual(before);
    expect(vault.living('field')).toEqual([]);
  });

  test('a message is heard between two pieces', async () => {
    const abort = new AbortController();
    setTimeout(() => {
      abort.abort();
    }, 0);
    const result = await new Importer(new MemoryVault()).preview(
      fileOf(text),
      { emptyWords: [] },
      { signal: abort.signal, onProgress: () => undefined },
    );
    expect(result).toEqual({ ok: false, error: { type: 'Cancelled' } });
  });

  test('a file that turns bad while it is imported leaves no trace', async () => {
    const vault = new MemoryVault();
    const importer = new Importer(vault);
    const file = fileOf(text);
    let gone = false;
    const moving = new Proxy(file, {
      get(target, key) {
        if (key === 'slice' && gone) {
          return () => ({ arrayBuffer: () => Promise.reject(new Error()) });
        }
        return key === 'slice' ? target.slice.bind(target) : (Reflect.get(target, key) as unknown);
      },
    });
    const result = await importer.run(
      moving,
      { emptyWords: [] },
      {
        signal: new AbortController().signal,
        onProgress: ({ step }) => {
          if (step === 'importing') gone = true;
        },
      },
    );
    expect(result).toEqual({ ok: false, error: { type: 'Unreadable' } });
    expect(vault.customers()).toEqual([]);
  });

  test('what the preview learnt is used by the import, unless the options changed', async () => {
    const importer = new Importer(new MemoryVault());
    const file = fileOf('name,dob\nA,3/4/1980\nB,31/1/1980\n');
    const steps: string[] = [];
    const noting = {
      signal: new AbortController().signal,
      onProgress: ({ step }: Progress) => void steps.push(step),
    };
    await importer.preview(file, { emptyWords: [] }, noting);
    steps.length = 0;
    await importer.run(file, { emptyWords: [] }, noting);
    expect(steps).not.toContain('reading');
    await importer.run(file, { emptyWords: ['NULL'] }, noting);
    expect(steps).toContain('reading');
  });
});

// Real lists, where they lie beside the project; absent, these tests are skipped.
const data = `${import.meta.dirname}/../../../../shared/data`;

describe.skipIf(!existsSync(data))('real lists (skipped where ../shared/data is absent)', () => {
  test('Northwind’s customers', async () => {
    const vault = new MemoryVault();
    const importer = new Importer(vault);
    const file = new File([readFileSync(`${data}/northwind/customers.csv`)], 'customers.csv');
    const seen = await importer.preview(file, { emptyWords: ['NULL'] }, work());
    expect(seen).toMatchObject({
      ok: true,
      value: {
        encoding: 'utf-8',
        delimiter: ',',
        rows: 91,
        willCreate: 91,
        willSkip: 0,
        emptyWordsFound: [{ word: 'NULL', rows: 72 }],
        columns: [
          { type: 'leaveOut' },
          field('company'),
          field('name'),
          field('title'),
          field('address.street'),
          field('address.city'),
          field('address.region'),
          field('address.postalCode'),
          field('address.country'),
          field('phones'),
          field('phones'),
        ],
      },
    });
    // 24 rows have an unquoted comma in their address: "24, place Kléber".
    const skipped = seen.ok ? seen.value.skipped : [];
    expect(skipped).toHaveLength(24);
    expect(skipped[0]).toEqual({ line: 8, reason: 'skips.rejoined', column: 'address' });
    expect(new Set(skipped.map(({ reason, column }) => `${reason} ${column}`)).size).toBe(1);
    const imported = await importer.run(file, { emptyWords: ['NULL'] }, work());
    expect(imported).toMatchObject({ ok: true, value: { created: 91, updated: 0 } });
    expect(vault.customers()[0]).toEqual({
      company: 'Alfreds Futterkiste',
      name: 'Maria Anders',
      title: 'Sales Representative',
      addresses: [
        {
          label: '',
          value: {
            street: 'Obere Str. 57',
            city: 'Berlin',
            region: '',
            postalCode: '12209',
            country: 'Germany',
          },
        },
      ],
      phones: [
        { label: '', value: '030-0074321' },
        { label: 'fax', value: '030-0076545' },
      ],
    });
    expect(vault.customers()[6]).toMatchObject({
      company: 'Blondesddsl père et fils',
      addresses: [{ value: { street: '24, place Kléber', city: 'Strasbourg', country: 'France' } }],
    });
    expect(JSON.stringify(vault.customers())).not.toContain('NULL');
  });

  test('FEBRL’s persons, whose cells all begin with a space', async () => {
    const vault = new MemoryVault();
    const file = new File([readFileSync(`${data}/febrl/dataset1.csv`)], 'dataset1.csv');
    const imported = await new Importer(vault).run(file, { emptyWords: [] }, work());
    expect(imported).toMatchObject({ ok: true });
    if (!imported.ok) return;
    const { created, skipped } = imported.value;
    const unnamed = skipped.filter(({ reason }) => reason === 'skips.noName');
    expect(created + unnamed.length).toBe(1000);
    // Three birthdays are no days, as the set wants it.
    const others = skipped.filter(({ reason }) => reason !== 'skips.noName');
    expect(others.map(({ line, reason }) => [line, reason])).toEqual([
      [146, 'problems.date'],
      [149, 'problems.date'],
      [588, 'problems.date'],
    ]);
    expect(created).toBeGreaterThan(950);
    expect(vault.customers()[1]).toEqual({
      name: 'lachlan berry',
      birthday: '1999-02-19',
      addresses: [
        {
          label: '',
          value: {
            street: 'giblin street, killarney',
            city: 'bittern',
            region: 'qld',
            postalCode: '4814',
            country: '',
          },
        },
      ],
    });
  });
});
