/** Asks for the passphrase or a passkey again where the worker wants it confirmed, then does what was asked for. */

import type { Result } from '#base/result.ts';
import type { Proof, ProofError, StepUpNeeded } from '#worker/vault-api.ts';
import { onLeave } from './leave.ts';
import { vault } from './vault.ts';

class StepUp {
  #answer = $state.raw<(confirmed: boolean) => void>();

  /** Whether the dialog is to be shown. */
  readonly asking = $derived(this.#answer !== undefined);

  /** `await stepUp.guard(() => vault.exportCustomers(request))`: whoever does not confirm gets the worker's refusal. */
  async guard<T, E extends { readonly type: string }>(
    verb: () => Promise<Result<T, E | StepUpNeeded>>,
  ): Promise<Result<T, E | StepUpNeeded>> {
    const first = await verb();
    if (first.ok || first.error.type !== 'StepUpNeeded' || !(await this.#ask())) return first;
    return verb();
  }

  async confirm(proof: Proof): Promise<Result<void, ProofError>> {
    const confirmed = await vault.stepUp(proof);
    if (confirmed.ok) this.#end(true);
    return confirmed;
  }

  /** Nothing is done then. */
  cancel(): void {
    this.#end(false);
  }

  #ask(): Promise<boolean> {
    this.#end(false);
    return new Promise((resolve) => {
      this.#answer = resolve;
    });
  }

  #end(confirmed: boolean): void {
    const answer = this.#answer;
    this.#answer = undefined;
    answer?.(confirmed);
  }
}

export const stepUp = new StepUp();
onLeave(() => stepUp.cancel());
