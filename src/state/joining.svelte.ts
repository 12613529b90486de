/** Asking to join a workspace, with an invite that was opened or pasted. */

import type {
  JoinError,
  JoinRequest,
  PassphraseError,
  StorageError,
  StoreProblem,
} from '#worker/vault-api.ts';
import { Job } from './jobs.svelte.ts';
import { router } from './router.svelte.ts';
import { session } from './session.svelte.ts';

export type JoiningError = JoinError | PassphraseError | StoreProblem | StorageError;

export class Joining {
  readonly asking = new Job();
  #error = $state.raw<JoiningError | null>(null);

  get error(): JoiningError | null {
    return this.#error;
  }

  /** Another link or passphrase was typed: what was wrong no longer counts. */
  reset(): void {
    this.#error = null;
  }

  /** On success the new workspace is open, and waits to be approved. */
  async join(request: JoinRequest): Promise<boolean> {
    this.#error = null;
    const joined = await this.asking.run(() => session.join(request));
    if (joined.ok) router.replace('/customers');
    else this.#error = joined.error;
    return joined.ok;
  }
}
