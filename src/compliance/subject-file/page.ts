/** A subject file for people to read: the data, and what they have a right to know of its use (Art. 15(1) GDPR). */

import { kindLabel, type FieldDefinition, type Kind } from '#domain/catalogue.ts';
import { fieldTerms, valueInWords, type Language, type NameOf } from '../field-words.ts';
import { escapeHtml, htmlPage, termList } from '../html-page.ts';
import { valueIn, type SubjectContent, type SubjectRecord, type Values } from './content.ts';

/** The sentences of the page, in the person's language. */
export interface SubjectWords {
  readonly language: Language;
  readonly title: string;
  readonly text: string;
  readonly controller: string;
  readonly made: string;
  readonly purposes: string;
  readonly processors: string;
  readonly disclosures: string;
  readonly requests: string;
  readonly retention: string;
  readonly none: string;
  readonly automated: string;
  readonly rights: string;
  readonly rightsList: readonly string[];
  readonly past: string;
}

type FieldsOf = (kind: Kind) => readonly FieldDefinition[];

export function subjectPage(
  content: SubjectContent,
  words: SubjectWords,
  fieldsOf: FieldsOf,
  nameOf: NameOf,
): string {
  const { person, records, workspace, made } = content;
  const { language } = words;
  const kinds = [...new Set(records.map(({ kind }) => kind))];
  const list = (kind: Kind, of: readonly Values[]): string =>
    of.length === 0
      ? `<p>${escapeHtml(words.none)}</p>`
      : of
          .map((values) => termList(fieldTerms(fieldsOf(kind), values, language, nameOf)))
          .join('<hr>');
  const record = (one: SubjectRecord): string =>
    `<article>${recordTerms(one, fieldsOf(one.kind), words, nameOf)}</article>`;
  return htmlPage(
    words,
    `<p>${escapeHtml(words.text)}</p>
${termList([
  [words.controller, workspace.name],
  [words.made, made],
])}
<h2>${escapeHtml(kindLabel('customer')[language])}</h2>
${record(person)}
${kinds
  .map(
    (kind) => `<h2>${escapeHtml(kindLabel(kind)[language])}</h2>
${records
  .filter((each) => each.kind === kind)
  .map(record)
  .join('\n')}`,
  )
  .join('\n')}
<h2>${escapeHtml(words.purposes)}</h2>
${list('purpose', content.purposes)}
<h2>${escapeHtml(words.processors)}</h2>
${list('processor', content.processors)}
<h2>${escapeHtml(words.disclosures)}</h2>
${list('disclosure', content.disclosures)}
<h2>${escapeHtml(words.retention)}</h2>
${list('retentionRule', content.retention)}
<h2>${escapeHtml(words.requests)}</h2>
${list('request', content.requests)}
<p>${escapeHtml(words.automated)}</p>
<h2>${escapeHtml(words.rights)}</h2>
<ul>${words.rightsList.map((right) => `<li>${escapeHtml(right)}</li>`).join('')}</ul>`,
  );
}

function recordTerms(
  one: SubjectRecord,
  fields: readonly FieldDefinition[],
  words: SubjectWords,
  nameOf: NameOf,
): string {
  const { language } = words;
  const { created, past = {} } = one;
  const terms = fields.flatMap((field): (readonly [string, string])[] => {
    const label = field.label[language];
    const before = (past[field.name] ?? []).map((entry): readonly [string, string] => [
      `${label} (${words.past} ${entry.at.slice(0, 10)})`,
      valueInWords(field, wholeOf(field, entry.value), language, nameOf),
    ]);
    return [[label, valueInWords(field, valueIn(one, field), language, nameOf)], ...before];
  });
  return termList([[words.made, created], ...terms]);
}

/** A past element of a set is shown as one of a list. */
function wholeOf({ type }: FieldDefinition, value: Values[string]): Values[string] {
  return ['emails', 'phones', 'addresses'].includes(type) ? [value ?? null] : (value ?? null);
}
