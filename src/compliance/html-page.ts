/** A page for people to keep and to print: it stands by itself, with no script and no address of anything else. */

export function htmlPage(
  { language, title }: { readonly language: string; readonly title: string },
  body: string,
): string {
  return `<!doctype html>
<html lang="${language}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>${escapeHtml(title)}</title>
<style>${STYLE}</style>
</head>
<body>
<h1>${escapeHtml(title)}</h1>
${body}
</body>
</html>
`;
}

/** Names and what they are called, as a list of terms. What is empty is left out. */
export function termList(terms: readonly (readonly [term: string, text: string])[]): string {
  const rows = terms
    .filter(([, text]) => text !== '')
    .map(([term, text]) => `<dt>${escapeHtml(term)}</dt><dd>${escapeHtml(text)}</dd>`);
  return `<dl>${rows.join('\n')}</dl>`;
}

const ESCAPES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

export function escapeHtml(plain: string): string {
  return plain.replaceAll(/[&<>"']/g, (character) => ESCAPES[character] ?? '');
}

const STYLE = `
:root { color: #1c2420; font: 14px/1.45 system-ui, sans-serif; }
body { max-width: 1000px; margin: 24px auto; padding: 0 16px; overflow-wrap: anywhere; }
table { width: 100%; border-collapse: collapse; }
th, td { padding: 6px 8px; border-bottom: 1px solid #d8d4ca; text-align: left; vertical-align: top; }
td:first-child { font-weight: 600; }
.controls td:first-child { white-space: nowrap; }
.fail td:nth-child(4) { color: #a8261c; font-weight: 600; }
.proposed { color: #56615b; }
ul { margin: 0; padding-left: 16px; }
dl { display: grid; grid-template-columns: minmax(120px, 220px) minmax(0, 1fr); gap: 4px 16px; }
dt { color: #56615b; }
dd { margin: 0; white-space: pre-wrap; }
tr, article { break-inside: avoid; }
article { padding: 8px 0; border-bottom: 1px solid #d8d4ca; }
@media print { body { margin: 0; } }
`;
