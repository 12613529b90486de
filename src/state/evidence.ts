/** Evidence rows as lines that people read. */

import type { EvidenceView } from '#worker/vault-api.ts';
import { formatDateTime } from './format.ts';
import { language } from './texts.svelte.ts';

/** What it is about, and what of it was found, wanted and when. */
export function evidenceLine(row: EvidenceView): { readonly about: string; readonly said: string } {
  const t = language.texts.checks;
  const said = [
    row.found === undefined ? '' : t.found(valueInWords(row.found)),
    row.wanted === undefined ? '' : t.wanted(valueInWords(row.wanted)),
    row.at === undefined || row.at === 0 ? '' : formatDateTime(row.at),
  ].filter((part) => part !== '');
  return { about: `${t.subjects[row.about]}: ${nameOf(row)}`, said: said.join(', ') };
}

function nameOf({ name, id }: EvidenceView): string {
  const { checks, policies, auditLog } = language.texts;
  if (name !== undefined) return name;
  return (
    lookUp(checks.things, id) ?? lookUp(policies.parameters, id) ?? lookUp(auditLog.acts, id) ?? id
  );
}

function valueInWords(value: NonNullable<EvidenceView['found']> | null): string {
  const t = language.texts.checks;
  if (value === null) return t.none;
  if (typeof value === 'boolean') return value ? t.yes : t.no;
  if (typeof value === 'number') return value.toLocaleString(language.locale);
  if (typeof value !== 'string') return JSON.stringify(value);
  return lookUp(t.words, value) ?? value;
}

/** Sources of facts that nobody could tell, each named once. */
export function sourcesInWords(sources: readonly string[]): string {
  const { checks, policies } = language.texts;
  const names = sources.map(
    (source) => lookUp(checks.sources, source) ?? lookUp(policies.parameters, source) ?? source,
  );
  return policies.names([...new Set(names)]);
}

/** What a parameter of a policy pack is called; one that we don't know, by its id. */
export function parameterName(id: string): string {
  return lookUp(language.texts.policies.parameters, id) ?? id;
}

/** What mends a control; a word that we don't know, as it stands. */
export function fixName(fix: string): string {
  return lookUp(language.texts.checks.fixes, fix) ?? fix;
}

function lookUp(words: Readonly<Record<string, string>>, key: string): string | undefined {
  return Object.hasOwn(words, key) ? words[key] : undefined;
}
