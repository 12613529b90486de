/** Rules of retention, what is past its time today, and carrying them out. */

import { createSubscriber } from 'svelte/reactivity';
import type { Result } from '#base/result.ts';
import type {
  Cancelled,
  EditError,
  PolicyView,
  RetentionRun,
  RetentionView,
  StepUpNeeded,
} from '#worker/vault-api.ts';
import { Job } from './jobs.svelte.ts';
import { stepUp } from './step-up.svelte.ts';
import { vault } from './vault.ts';

export type { RetentionRun, RetentionView };

export class Retention {
  readonly job = new Job();
  readonly #watch: () => void;
  #view = $state.raw<RetentionView>();

  constructor() {
    this.#watch = createSubscriber(() => {
      void this.#read();
      return vault.listen((event) => {
        // While it runs each commit would count everything again.
        if (event.type === 'changed' && !this.job.running) void this.#read();
      });
    });
  }

  /** Undefined until it has been read. */
  get view(): RetentionView | undefined {
    this.#watch();
    return this.#view;
  }

  async run(): Promise<Result<RetentionRun, EditError | Cancelled | StepUpNeeded>> {
    const ran = await stepUp.guard(() => this.job.run((work) => vault.runRetention(work)));
    await this.#read();
    return ran;
  }

  async change(
    policy: Partial<Pick<PolicyView, 'retentionDaily' | 'backupDays'>>,
  ): Promise<Result<void, EditError | StepUpNeeded>> {
    const changed = await stepUp.guard(() => vault.changePolicy(policy));
    await this.#read();
    return changed;
  }

  async #read(): Promise<void> {
    this.#view = await vault.retention();
  }
}
