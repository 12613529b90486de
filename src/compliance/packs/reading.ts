/** From a file's text to a policy pack. Files come from anywhere: whatever is in one, it becomes a pack or an error that names the place. */

import * as v from 'valibot';
import { err, ok, type Result } from '#base/result.ts';
import type { Label } from '#domain/catalogue.ts';
import {
  CONTROL_KINDS,
  CONTROL_STATUSES,
  SEVERITIES,
  type Control,
  type Pack,
  type Parameter,
} from './pack.ts';
import {
  packFile,
  POLICY_NAMESPACE,
  propertiesIn,
  propertyIn,
  type CatalogControl,
  type PackFile,
  type Property,
} from './oscal.ts';

export const PACK_FORMAT = 'holdfast-policy/1';
/** In UTF-16 code units; the largest pack that comes with the app has a tenth. */
export const MOST_TEXT = 1024 * 1024;

export type NotAPack = { readonly type: 'NotAPack' };
export type NewerFormat = { readonly type: 'NewerFormat' };
export type TooLarge = { readonly type: 'TooLarge' };
export type MalformedPack = {
  readonly type: 'MalformedPack';
  /** Where in the file, and what stands there instead. */
  readonly reason: string;
};

export type ReadError = NotAPack | NewerFormat | TooLarge | MalformedPack;

/** What the text of a pack file holds, once it is JSON and says that it is a policy. */
export function parseFile(text: string): Result<Readonly<Record<string, unknown>>, ReadError> {
  if (text.length > MOST_TEXT) return err({ type: 'TooLarge' });
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    return err({ type: 'NotAPack' });
  }
  if (typeof parsed !== 'object' || parsed === null || !('format' in parsed)) {
    return err({ type: 'NotAPack' });
  }
  if (parsed.format === PACK_FORMAT) return ok(parsed as Readonly<Record<string, unknown>>);
  const isOurs = typeof parsed.format === 'string' && parsed.format.startsWith('holdfast-policy/');
  return err({ type: isOurs ? 'NewerFormat' : 'NotAPack' });
}

export function readPack(text: string): Result<Pack, ReadError> {
  const parsed = parseFile(text);
  if (!parsed.ok) return parsed;
  const read = v.safeParse(packFile, parsed.value);
  if (!read.success) {
    const [issue] = read.issues;
    const place = v.getDotPath(issue) ?? 'the file';
    return err({ type: 'MalformedPack', reason: `${place}: ${issue.message}`.slice(0, 300) });
  }
  try {
    return ok(packOf(read.output));
  } catch (error) {
    if (error instanceof Malformed) return err({ type: 'MalformedPack', reason: error.message });
    throw error;
  }
}

/** Stays within this file: the way out of many small steps. */
class Malformed extends Error {}

function packOf({ catalog, profile }: PackFile): Pack {
  const { metadata } = catalog;
  expectKnown(metadata.props, CATALOG_PROPERTIES, 'catalog.metadata');
  expectKnown(profile.metadata.props, [], 'profile.metadata');
  if (profile.metadata.version !== metadata.version) {
    throw new Malformed('profile.metadata.version: differs from the catalog’s');
  }
  if (profile.imports[0]?.href !== `#${catalog.uuid}`) {
    throw new Malformed('profile.imports: is not the catalog of this file');
  }
  const controls = catalog.controls.map(controlOf);
  expectOnce(
    controls.map(({ id }) => id),
    'catalog.controls: an id',
  );
  return {
    key: known(metadata.props, 'key', 'catalog.metadata', /^[a-z][a-z0-9-]{0,31}$/),
    title: labelOf(metadata.title, metadata.props, 'catalog.metadata'),
    version: metadata.version,
    published: known(metadata.props, 'published', 'catalog.metadata', ISO_DATE),
    controls,
    parameters: parametersOf(catalog, profile),
  };
}

function controlOf({ id, title, props, links, parts }: CatalogControl): Control {
  const place = `control ${id}`;
  expectKnown(props, CONTROL_PROPERTIES, place);
  const statements = parts.filter(({ name }) => name === 'statement');
  expectOnce(
    statements.map((part) => part.class ?? ''),
    `${place}: a statement`,
  );
  const statementOf = (ofClass: string | undefined) =>
    statements.find((part) => part.class === ofClass)?.prose;
  const english = statementOf(undefined);
  if (english === undefined) throw new Malformed(`${place}: has no statement`);
  return {
    id: id.toUpperCase(),
    title: labelOf(title, props, place),
    statement: { en: english, 'zh-CN': statementOf('zh-CN') ?? english },
    citation: known(props, 'citation', place),
    kind: oneOf(CONTROL_KINDS, props, 'kind', place),
    severity: oneOf(SEVERITIES, props, 'severity', place),
    status: oneOf(CONTROL_STATUSES, props, 'status', place),
    effective:
      propertyIn(props, 'effective') === undefined
        ? null
        : known(props, 'effective', place, ISO_DATE),
    reviewed: known(props, 'reviewed', place, ISO_DATE),
    reviewBy: known(props, 'review-by', place, ISO_DATE),
    fix: propertyIn(props, 'fix') ?? null,
    sources: links
      .filter(({ rel }) => rel === 'reference')
      .map(({ href }) => addressOf(href, place)),
    parameters: propertiesIn(props, 'parameter'),
  };
}

function parametersOf({ params }: PackFile['catalog'], { modify }: PackFile['profile']) {
  const parameters = new Map<string, Parameter>();
  expectOnce(
    params.map(({ id }) => id),
    'catalog.params: an id',
  );
  expectOnce(
    modify['set-parameters'].map(({ 'param-id': id }) => id),
    'profile.modify.set-parameters: an id',
  );
  for (const { id, props } of params) expectKnown(props, ['strictest'], `parameter ${id}`);
  for (const { 'param-id': id, values } of modify['set-parameters']) {
    const declared = params.find((each) => each.id === id);
    if (declared === undefined) throw new Malformed(`parameter ${id}: is not in the catalog`);
    const text = values[0] ?? '';
    if (!/^[0-9]{1,6}$/.test(text)) throw new Malformed(`parameter ${id}: is no whole number`);
    parameters.set(id, {
      value: Number(text),
      strictest: oneOf(['min', 'max'], declared.props, 'strictest', `parameter ${id}`),
    });
  }
  return parameters;
}

const CATALOG_PROPERTIES = ['key', 'published', 'title', 'region', 'about'];
const CONTROL_PROPERTIES = [
  'title',
  'citation',
  'kind',
  'severity',
  'status',
  'effective',
  'reviewed',
  'review-by',
  'fix',
  'parameter',
];
/** The one property that may stand many times. */
const REPEATED = 'parameter';

/** Ours alone: a name that we don't know may be a known one misspelt, and what it says would be lost without a word. */
function expectKnown(props: readonly Property[], names: readonly string[], place: string): void {
  const ours = props.filter(({ ns }) => ns === POLICY_NAMESPACE);
  const unknown = ours.find(({ name }) => !names.includes(name));
  if (unknown !== undefined) {
    throw new Malformed(`${place}: ${unknown.name} is no property that we know`);
  }
  const single = ours.filter(({ name }) => name !== REPEATED);
  expectOnce(
    single.map(({ name, class: ofClass = '' }) => `${name} ${ofClass}`),
    `${place}: a property`,
  );
}

/** Of two nobody could tell which one holds. */
function expectOnce(names: readonly string[], what: string): void {
  if (new Set(names).size < names.length) throw new Malformed(`${what} stands twice`);
}

const ISO_DATE = /^[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])$/;

function labelOf(english: string, props: readonly Property[], place: string): Label {
  return { en: english, 'zh-CN': known(props, 'title', place, /./u, 'zh-CN') };
}

function known(
  props: readonly Property[],
  name: string,
  place: string,
  pattern = /./u,
  ofClass?: string,
): string {
  const value = propertyIn(props, name, ofClass);
  if (value === undefined) throw new Malformed(`${place}: has no ${name}`);
  if (!pattern.test(value)) throw new Malformed(`${place}: its ${name} is not well formed`);
  return value;
}

function oneOf<const Value extends string>(
  values: readonly Value[],
  props: readonly Property[],
  name: string,
  place: string,
): Value {
  const value = known(props, name, place);
  const found = values.find((each) => each === value);
  if (found === undefined) throw new Malformed(`${place}: its ${name} is none that we know`);
  return found;
}

/** Shown as a link: nothing but https. */
function addressOf(href: string, place: string): string {
  if (!/^https:\/\/[^\s"'<>]+$/.test(href)) throw new Malformed(`${place}: a source is no address`);
  return href;
}
