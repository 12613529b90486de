/** Long work of the worker: how it is told to end, and how far it is; and what it hands to the person. */

import type { FileResult, OnProgress } from './vault-api.ts';

export interface Work {
  readonly signal: AbortSignal;
  readonly onProgress: OnProgress;
}

/** `type`: a media type; texts are UTF-8. */
export function textFile(name: string, text: string, type: string): FileResult {
  return { name, blob: new Blob([text], { type }) };
}
