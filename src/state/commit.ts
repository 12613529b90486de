/** What follows every commit that a screen makes: the status says what was done and offers "Undo", or says why it wasn't. */

import type { Result } from '#base/result.ts';
import type { Committed, EditError, ErasedBefore, StepUpNeeded } from '#worker/vault-api.ts';
import { errorSentence } from './errors.ts';
import { status } from './status.svelte.ts';

export async function commit(
  work: Promise<Result<Committed, EditError | ErasedBefore | StepUpNeeded>>,
  text: string,
): Promise<Committed | undefined> {
  const committed = await work;
  if (committed.ok) {
    status.offerUndo(text, committed.value.undo, committed.value.replaced);
    return committed.value;
  }
  status.say(errorSentence(committed.error));
  return undefined;
}
