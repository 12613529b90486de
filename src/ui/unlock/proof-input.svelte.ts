/** What is typed to prove who asks: a passphrase, or the recovery key in its stead. */

import type { Proof } from '#state/session.svelte.ts';

export class ProofInput {
  passphrase = $state('');
  recoveryKey = $state('');
  byRecoveryKey = $state(false);

  get isEmpty(): boolean {
    return (this.byRecoveryKey ? this.recoveryKey : this.passphrase) === '';
  }

  /** What was typed, which is not there any more then: a recovery key stays, to be mended. */
  take(): Proof {
    if (this.byRecoveryKey) return { by: 'recoveryKey', text: this.recoveryKey.trim() };
    const { passphrase } = this;
    this.passphrase = '';
    return { by: 'passphrase', passphrase };
  }

  clear(): void {
    this.passphrase = '';
    this.recoveryKey = '';
  }

  switchWay(): void {
    this.byRecoveryKey = !this.byRecoveryKey;
    this.clear();
  }
}
