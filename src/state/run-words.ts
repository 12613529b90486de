/** The words of a run's report and table, in the person's language. */

import type { RunWords } from '#worker/vault-api.ts';
import { language } from './texts.svelte.ts';

export function runWords(): RunWords {
  const { checks, compliance } = language.texts;
  return {
    language: language.current,
    title: compliance.title,
    noAdvice: compliance.noAdvice,
    limits: compliance.limitTexts,
    workspace: checks.workspace,
    run: checks.runOf,
    columns: checks.columns,
    outcomes: checks.outcomes,
    proposed: checks.proposed,
    upcoming: checks.upcoming,
    sourcesDue: checks.sourcesDue,
    subjects: checks.subjects,
    missing: checks.missing,
    sources: checks.sources,
    more: checks.moreRows,
  };
}
