/** What an import left out, in words and as a CSV file for the person who keeps the list. */

import type { FileResult, SkippedRow } from '#worker/vault-api.ts';
import { language } from './texts.svelte.ts';
import { vault } from './vault.ts';

export type { SkippedRow } from '#worker/vault-api.ts';

/** Why a row was left out, or one cell of it. */
export function reasonSentence({ reason }: SkippedRow): string {
  const { skips, cells } = language.texts.importing;
  const sentences: Readonly<Record<string, string | undefined>> = { ...skips, ...cells };
  return sentences[reason] ?? reason;
}

/** Made by the worker, which still has the cells. */
export function skippedRowsFile(fileName: string): Promise<FileResult | null> {
  const { line, column, reason, skips, cells } = language.texts.importing;
  return vault.skippedReport({
    fileName,
    line,
    column,
    reason,
    reasons: { ...skips, ...cells },
  });
}
