/** XML out of templates: whatever is put into an element stands there as text. */

export function xmlDocument(root: string): string {
  return `<?xml version="1.0" encoding="UTF-8"?>\n${root}`;
}

export function element(
  parts: TemplateStringsArray,
  ...values: readonly (string | number)[]
): string {
  return String.raw({ raw: parts }, ...values.map((value) => escapeXml(String(value))));
}

/** Line ends and tabs too, since parsers may change them. */
function escapeXml(text: string): string {
  return text.replace(/[&<>"'\t\n\r]/g, (character) => `&#${character.charCodeAt(0)};`);
}

/** Whether XML 1.0 can carry a text at all (section 2.2): most control characters it cannot. */
export function isXmlText(text: string): boolean {
  return !/[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/u.test(text);
}
