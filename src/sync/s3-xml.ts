/**
 * The two documents of the S3 API that sync reads: a list of objects and an error. A worker has no DOMParser, and a
 * store is nobody to trust, so this reads the little XML that S3 writes and refuses the rest: document types, comments, CDATA,
 * processing instructions, entities of its own, a field that stands twice.
 */

export interface ListedKeys {
  readonly keys: readonly string[];
  readonly isTruncated: boolean;
}

export interface S3Error {
  readonly code: string;
  /** Ms since 1970; `null` where the store does not say. */
  readonly serverTime: number | null;
}

/** `null`: no ListBucketResult. */
export function readListBucketResult(text: string): ListedKeys | null {
  const root = readXml(text);
  if (root?.name !== 'ListBucketResult') return null;
  const truncated = textOf(root, 'IsTruncated');
  if (truncated !== 'true' && truncated !== 'false') return null;
  const keys: string[] = [];
  for (const child of root.children) {
    if (child.name !== 'Contents') continue;
    const key = textOf(child, 'Key');
    if (!key) return null;
    keys.push(key);
  }
  return { keys, isTruncated: truncated === 'true' };
}

/** `null`: no Error of S3. */
export function readError(text: string): S3Error | null {
  const root = readXml(text);
  if (root?.name !== 'Error') return null;
  const code = textOf(root, 'Code');
  if (!code) return null;
  const serverTime = Date.parse(textOf(root, 'ServerTime') ?? '');
  return { code, serverTime: Number.isNaN(serverTime) ? null : serverTime };
}

interface Element {
  readonly name: string;
  text: string;
  readonly children: Element[];
}

/** The text of the one child of that name; `null` where there is none, or two, or one that is more than text. */
function textOf(parent: Element, name: string): string | null {
  const [child, second] = parent.children.filter((each) => each.name === name);
  return child && !second && child.children.length === 0 ? child.text : null;
}

const DEEPEST = 16;

/** The root, or `null` where the text is not the XML that S3 writes. */
function readXml(text: string): Element | null {
  const document: Element = { name: '', text: '', children: [] };
  const open = [document];
  let offset = /^\uFEFF?(?:<\?xml\s[^<>?]*\?>)?/.exec(text)?.[0].length ?? 0;
  const token =
    /<(?<end>\/?)(?<name>[A-Za-z_][\w.-]*)(?:\s+[A-Za-z_:][\w:.-]*=(?:"[^"<]*"|'[^'<]*'))*\s*(?<empty>\/?)>|(?<text>[^<]+)/y;
  while (offset < text.length) {
    token.lastIndex = offset;
    const groups = token.exec(text)?.groups;
    const current = open.at(-1);
    if (!groups || !current) return null;
    offset = token.lastIndex;
    const name = groups['name'];
    if (name === undefined) {
      const decoded = decodeEntities(groups['text'] ?? '');
      if (decoded === null) return null;
      current.text += decoded;
    } else if (groups['end']) {
      if (groups['empty'] || current === document || current.name !== name) return null;
      open.pop();
    } else {
      const child: Element = { name, text: '', children: [] };
      current.children.push(child);
      if (!groups['empty']) open.push(child);
      if (open.length > DEEPEST) return null;
    }
  }
  const isWhole = open.length === 1 && document.children.length === 1;
  return isWhole && document.text.trim() === '' ? (document.children[0] ?? null) : null;
}

const NAMED: Readonly<Record<string, string>> = {
  amp: '&',
  lt: '<',
  gt: '>',
  quot: '"',
  apos: "'",
};

/** `null`: an entity that XML does not define. */
function decodeEntities(text: string): string | null {
  const [head = '', ...rest] = text.split('&');
  let decoded = head;
  for (const part of rest) {
    const found = /^(?:([a-z]+)|#(\d{1,7})|#x([0-9A-Fa-f]{1,6}));/.exec(part);
    if (!found) return null;
    const [entity, named, decimal, hex] = found;
    const code = hex ? Number.parseInt(hex, 16) : Number(decimal);
    const character = named !== undefined ? NAMED[named] : characterOf(code);
    if (character === undefined) return null;
    decoded += character + part.slice(entity.length);
  }
  return decoded;
}

function characterOf(code: number): string | undefined {
  const isCharacter = code > 0 && code <= 0x10ffff && !(code >= 0xd800 && code <= 0xdfff);
  return isCharacter ? String.fromCodePoint(code) : undefined;
}
