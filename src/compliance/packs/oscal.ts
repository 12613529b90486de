/** The part of OSCAL 1.2 that a policy pack is read by: NIST's catalog and profile models, bounded, and with our properties in a namespace of our own. */

import * as v from 'valibot';

/** Of our properties: what OSCAL has no word for. */
export const POLICY_NAMESPACE = 'urn:holdfast:policy';

const MOST_CONTROLS = 500;
const MOST_PROSE = 4000;

const token = v.pipe(v.string(), v.regex(/^[A-Za-z_][\w.-]{0,63}$/));
const line = v.pipe(v.string(), v.minLength(1), v.maxLength(500));
const prose = v.pipe(v.string(), v.minLength(1), v.maxLength(MOST_PROSE));

function list<const Item extends v.GenericSchema>(item: Item, most: number) {
  return v.optional(v.pipe(v.array(item), v.maxLength(most)), []);
}

/** Parts of OSCAL that would change which controls a pack has, or what they say: a file with one is refused, not half read. */
const unread = v.optional(v.never('is not read by Holdfast'));

const property = v.object({
  name: token,
  value: line,
  ns: v.optional(line),
  class: v.optional(token),
});

const metadata = v.object({
  title: line,
  'last-modified': line,
  version: v.pipe(v.string(), v.regex(/^[0-9]{1,6}(\.[0-9]{1,6}){0,3}$/)),
  'oscal-version': v.pipe(v.string(), v.regex(/^1\.2(\.[0-9]+)?$/)),
  props: list(property, 50),
});

const control = v.object({
  id: token,
  title: line,
  props: list(property, 100),
  links: list(v.object({ href: line, rel: v.optional(token) }), 20),
  parts: list(
    v.object({ name: token, class: v.optional(token), prose: v.optional(prose), parts: unread }),
    20,
  ),
  params: unread,
  controls: unread,
});

const catalog = v.object({
  uuid: line,
  metadata,
  params: list(v.object({ id: token, label: v.optional(line), props: list(property, 10) }), 200),
  controls: v.pipe(v.array(control), v.minLength(1), v.maxLength(MOST_CONTROLS)),
  groups: unread,
});

const profile = v.object({
  uuid: line,
  metadata,
  imports: v.pipe(
    v.array(v.object({ href: line, 'include-controls': unread, 'exclude-controls': unread })),
    v.length(1),
  ),
  modify: v.optional(
    v.object({
      'set-parameters': list(
        v.object({ 'param-id': token, values: v.pipe(v.array(line), v.length(1)) }),
        200,
      ),
      alters: unread,
    }),
    { 'set-parameters': [] },
  ),
});

export const packFile = v.object({ catalog, profile });

export type PackFile = v.InferOutput<typeof packFile>;
export type CatalogControl = v.InferOutput<typeof control>;
export type Property = v.InferOutput<typeof property>;

/** The value of our property of the name, of the class where one is given; undefined: it has none. */
export function propertyIn(
  props: readonly Property[],
  name: string,
  ofClass?: string,
): string | undefined {
  return props.find(
    (each) => each.ns === POLICY_NAMESPACE && each.name === name && each.class === ofClass,
  )?.value;
}

/** All values of our properties of the name. */
export function propertiesIn(props: readonly Property[], name: string): readonly string[] {
  return props
    .filter((each) => each.ns === POLICY_NAMESPACE && each.name === name)
    .map(({ value }) => value);
}
