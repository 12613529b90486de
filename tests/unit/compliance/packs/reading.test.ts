import { readPack } from '#compliance/packs/reading.ts';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { must } from '../../vault/fixture.ts';
import { plainFile, type FileParts } from './packs.ts';

function errorOf(text: string): unknown {
  const read = readPack(text);
  return read.ok ? null : read.error;
}

describe('a policy pack', () => {
  it('is read from its catalog and profile', () => {
    const pack = must(readPack(plainFile()));
    expect(pack).toMatchObject({
      key: 'house',
      version: '1.2.0',
      title: { en: 'House rules', 'zh-CN': '内部规则' },
    });
    expect(pack.controls).toEqual([
      {
        id: 'X1',
        title: { en: 'Locks itself', 'zh-CN': '自动锁定' },
        statement: { en: 'A device locks itself.', 'zh-CN': '设备应自动锁定。' },
        citation: 'Rule 1',
        kind: 'configuration',
        severity: 'high',
        status: 'in-force',
        effective: '2026-01-01',
        reviewed: '2026-11-26',
        reviewBy: '2027-05-26',
        fix: 'settings',
        sources: ['https://example.org/rule-1'],
        parameters: ['idle-minutes'],
      },
    ]);
    expect([...pack.parameters]).toEqual([['idle-minutes', { value: 10, strictest: 'min' }]]);
  });

  it.each([
    ['', 'NotAPack'],
    ['[]', 'NotAPack'],
    ['{"format":"something else"}', 'NotAPack'],
    ['{"format":"holdfast-policy/2"}', 'NewerFormat'],
    [' '.repeat(1024 * 1024 + 1), 'TooLarge'],
  ])('is not %.40j', (text, type) => {
    expect(errorOf(text)).toEqual({ type });
  });

  it.each<[string, (file: FileParts) => void, string]>([
    ['no controls', (file) => (file.catalog.controls = []), 'catalog.controls: '],
    ['a date that is none', set('effective', '2026-13-01'), 'control x1: its effective'],
    ['a kind that we don’t know', set('kind', 'oracle'), 'control x1: its kind'],
    ['a status that we don’t know', set('status', 'maybe'), 'control x1: its status'],
    ['no citation', drop('citation'), 'control x1: has no citation'],
    ['no Chinese title', drop('title'), 'control x1: has no title'],
    [
      'a source that is a script',
      ({ catalog }) => (catalog.controls[0]!.links[0]!.href = 'javascript:alert(1)'),
      'control x1: a source is no address',
    ],
    [
      'an id twice',
      ({ catalog }) => catalog.controls.push(catalog.controls[0]!),
      'catalog.controls: an id stands twice',
    ],
    [
      'a parameter that the catalog doesn’t know',
      ({ catalog }) => (catalog.params = []),
      'parameter idle-minutes: is not in the catalog',
    ],
    [
      'a parameter that is no number',
      ({ profile }) => (profile.modify['set-parameters'][0]!.values = ['soon']),
      'parameter idle-minutes: is no whole number',
    ],
    [
      'a profile of another version',
      ({ profile }) => (profile.metadata = { ...profile.metadata, version: '9' }),
      'profile.metadata.version: differs',
    ],
    [
      'a profile of another catalog',
      ({ profile }) => (profile.imports[0]!.href = '#1c0f3c2e-52d5-4a1c-9c36-0f8a2f0f7c22'),
      'profile.imports: is not the catalog',
    ],
    [
      'a profile of some controls',
      ({ profile }) => Object.assign(profile.imports[0]!, { 'include-controls': [] }),
      'profile.imports.0.include-controls: is not read',
    ],
    [
      'a profile without some controls',
      ({ profile }) => Object.assign(profile.imports[0]!, { 'exclude-controls': [] }),
      'profile.imports.0.exclude-controls: is not read',
    ],
    [
      'a profile that alters controls',
      ({ profile }) => Object.assign(profile.modify, { alters: [] }),
      'profile.modify.alters: is not read',
    ],
    [
      'controls in groups',
      ({ catalog }) => Object.assign(catalog, { groups: [] }),
      'catalog.groups: is not read',
    ],
    [
      'a property of ours that nobody knows',
      add({ name: 'efective', value: '2027-01-01' }),
      'control x1: efective is no property',
    ],
    [
      'a property twice',
      add({ name: 'status', value: 'proposed' }),
      'control x1: a property stands twice',
    ],
    [
      'a property of a catalog’s in a profile',
      ({ profile }) => (profile.metadata['props'] = [{ name: 'key', ns: NS, value: 'gdpr' }]),
      'profile.metadata: key is no property',
    ],
    [
      'a property of a parameter that nobody knows',
      ({ catalog }) => catalog.params[0]!.props.push({ name: 'least', ns: NS, value: '1' }),
      'parameter idle-minutes: least is no property',
    ],
    [
      'a statement twice',
      ({ catalog }) => catalog.controls[0]!.parts.push({ name: 'statement', prose: 'Or not.' }),
      'control x1: a statement stands twice',
    ],
    [
      'a statement in parts',
      ({ catalog }) => Object.assign(catalog.controls[0]!.parts[0]!, { parts: [] }),
      'catalog.controls.0.parts.0.parts: is not read',
    ],
    [
      'a parameter of a control’s own',
      ({ catalog }) => Object.assign(catalog.controls[0]!, { params: [] }),
      'catalog.controls.0.params: is not read',
    ],
    [
      'a parameter twice',
      ({ catalog }) => catalog.params.push(catalog.params[0]!),
      'catalog.params: an id stands twice',
    ],
    [
      'a value twice',
      ({ profile }) =>
        profile.modify['set-parameters'].push({ 'param-id': 'idle-minutes', values: ['60'] }),
      'profile.modify.set-parameters: an id stands twice',
    ],
    [
      'controls in controls',
      ({ catalog }) => Object.assign(catalog.controls[0]!, { controls: [] }),
      'catalog.controls.0.controls: is not read',
    ],
  ])('with %s is refused with the place', (_, change, reason) => {
    expect(errorOf(plainFile(change))).toEqual({
      type: 'MalformedPack',
      reason: expect.stringContaining(reason) as string,
    });
  });

  it('leaves properties of other namespaces to other tools', () => {
    const ns = 'https://example.org/ns';
    const file = plainFile(({ catalog }) => {
      catalog.controls[0]!.props.push({ name: 'status', ns, value: 'withdrawn' });
      catalog.controls[0]!.props.push({ name: 'owner', ns, value: 'Bea' });
    });
    expect(must(readPack(file)).controls).toEqual(must(readPack(plainFile())).controls);
  });

  it('takes names of JavaScript’s own for names, and markup for text', () => {
    const file = plainFile(({ catalog, profile }) => {
      catalog.metadata.title = '<img src=x onerror=alert(1)>';
      catalog.controls[0]!.id = '__proto__';
      for (const [at, id] of ['__proto__', 'constructor'].entries()) {
        catalog.params[at] = { id, props: [{ name: 'strictest', ns: NS, value: 'min' }] };
        profile.modify['set-parameters'][at] = { 'param-id': id, values: ['1'] };
      }
    });
    const pack = must(readPack(file));
    expect(pack.title.en).toBe('<img src=x onerror=alert(1)>');
    expect(pack.controls[0]?.id).toBe('__PROTO__');
    expect([...pack.parameters.keys()]).toEqual(['__proto__', 'constructor']);
    expect({}).not.toHaveProperty('value');
  });

  it('that is nested deep, or has more controls than any law, is refused', () => {
    const deep = `{"format":"holdfast-policy/1","catalog":${'['.repeat(200_000)}${']'.repeat(200_000)}}`;
    expect(errorOf(deep)).toMatchObject({ type: 'MalformedPack' });
    const many = plainFile(({ catalog }) => {
      const [control] = catalog.controls;
      catalog.controls = Array.from({ length: 501 }, (_, at) => ({
        ...control!,
        id: `x${at}`,
        props: [],
      }));
    });
    expect(errorOf(many)).toMatchObject({ type: 'MalformedPack' });
  });

  it('of whatever text is an error, never an exception', () => {
    const text = fc.oneof(fc.string(), fc.json(), fc.jsonValue().map(withFormat));
    fc.assert(fc.property(text, (each) => !readPack(each).ok));
  });

  it('of whatever JSON is a pack or an error, never an exception', () => {
    const file = JSON.parse(plainFile()) as FileParts;
    fc.assert(
      fc.property(fc.jsonValue(), fc.constantFrom(...placesIn(file)), (value, place) => {
        const broken = structuredClone(file) as unknown as Record<string, unknown>;
        put(broken, place, value);
        const read = readPack(JSON.stringify(broken));
        expect(read.ok || typeof read.error.type === 'string').toBe(true);
      }),
    );
  });
});

function withFormat(value: unknown): string {
  return JSON.stringify({ catalog: value, profile: value, format: 'holdfast-policy/1' });
}

const NS = 'urn:holdfast:policy';

function add(property: { name: string; value: string }): (file: FileParts) => void {
  return ({ catalog }) => catalog.controls[0]!.props.push({ ns: NS, ...property });
}

function set(name: string, value: string): (file: FileParts) => void {
  return ({ catalog }) => {
    const property = catalog.controls[0]!.props.find((each) => each.name === name);
    property!.value = value;
  };
}

function drop(name: string): (file: FileParts) => void {
  return ({ catalog }) => {
    const [control] = catalog.controls;
    control!.props = control!.props.filter((each) => each.name !== name);
  };
}

/** The way to every value of the file. */
function placesIn(value: unknown, place: readonly string[] = []): (readonly string[])[] {
  if (typeof value !== 'object' || value === null) return [place];
  const within = Object.entries(value).flatMap(([name, each]) => placesIn(each, [...place, name]));
  return place.length === 0 ? within : [place, ...within];
}

function put(value: Record<string, unknown>, place: readonly string[], what: unknown): void {
  const [name, ...rest] = place;
  if (rest.length === 0) value[name!] = what;
  else put(value[name!] as Record<string, unknown>, rest, what);
}
