/** The checks: what the newest run found of each regulation, held against an earlier one, and what a person attests. */

import { createSubscriber } from 'svelte/reactivity';
import type { RecordId } from '#base/ids.ts';
import type { Result } from '#base/result.ts';
import type {
  Attest,
  Cancelled,
  ComplianceView,
  EditError,
  FileResult,
  NotFound,
  Replaced,
  RunFormat,
  StepUpNeeded,
} from '#worker/vault-api.ts';
import { Job } from './jobs.svelte.ts';
import { runWords } from './run-words.ts';
import { stepUp } from './step-up.svelte.ts';
import { vault } from './vault.ts';

export type {
  Attest,
  CheckOutcome,
  ControlView,
  EvidenceView,
  OutcomeCounts,
  RegulationView,
  RunFormat,
} from '#worker/vault-api.ts';

export class Checks {
  readonly running = new Job();
  readonly #watch: () => void;
  #view = $state.raw<ComplianceView>();
  #compareWith: RecordId | null = null;

  constructor() {
    this.#watch = createSubscriber(() => {
      void this.#read();
      return vault.listen((event) => {
        if (event.type === 'changed') void this.#read();
      });
    });
  }

  /** Undefined until it has been read. */
  get view(): ComplianceView | undefined {
    this.#watch();
    return this.#view;
  }

  async run(): Promise<Result<void, EditError | Cancelled>> {
    const ran = await this.running.run((work) => vault.runChecks(work));
    await this.#read();
    return ran;
  }

  /** Null: with the run before. */
  async compareWith(run: RecordId | null): Promise<void> {
    this.#compareWith = run;
    await this.#read();
  }

  write(format: RunFormat): Promise<Result<FileResult, NotFound | StepUpNeeded>> {
    return stepUp.guard(() => vault.exportRun(null, format, runWords()));
  }

  async attest(said: Attest): Promise<Result<Replaced, EditError | StepUpNeeded>> {
    const attested = await stepUp.guard(() => vault.attest(said));
    await this.#read();
    return attested;
  }

  async #read(): Promise<void> {
    this.#view = await vault.checks(this.#compareWith);
  }
}
