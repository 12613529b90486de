/** Who sees what: masked classes of fields, and emergency access to them. */

import { createSubscriber } from 'svelte/reactivity';
import type { RecordId } from '#base/ids.ts';
import type { Result } from '#base/result.ts';
import type {
  AccessView,
  DataClass,
  EditError,
  PolicyView,
  Replaced,
  StepUpNeeded,
} from '#worker/vault-api.ts';
import { stepUp } from './step-up.svelte.ts';
import { vault } from './vault.ts';

export type { AccessView, DataClass, PolicyView };
export type { FieldClassView, GlassView } from '#worker/vault-api.ts';

export class Access {
  readonly #watch: () => void;
  #view = $state.raw<AccessView>();

  constructor() {
    this.#watch = createSubscriber(() => {
      void this.#read();
      return vault.listen((event) => {
        if (event.type === 'changed' || event.type === 'sync') void this.#read();
      });
    });
  }

  /** Undefined until it has been read. */
  get view(): AccessView | undefined {
    this.#watch();
    return this.#view;
  }

  changePolicy(change: Partial<PolicyView>): Promise<Result<void, EditError | StepUpNeeded>> {
    return this.#then(stepUp.guard(() => vault.changePolicy(change)));
  }

  classify(
    record: RecordId,
    dataClass: DataClass,
  ): Promise<Result<void, EditError | StepUpNeeded>> {
    return this.#then(stepUp.guard(() => vault.classifyField(record, dataClass)));
  }

  review(id: RecordId): Promise<Result<void, EditError>> {
    return this.#then(vault.reviewGlass(id));
  }

  /** Says that somebody has looked through devices, roles and classes. */
  reviewAll(): Promise<Result<void, EditError>> {
    return vault.reviewAccess();
  }

  breakGlass(reason: string): Promise<Result<{ readonly until: number } & Replaced, EditError>> {
    return this.#then(vault.breakGlass(reason));
  }

  endGlass(): Promise<Result<void, EditError>> {
    return this.#then(vault.endGlass());
  }

  async #then<R>(work: Promise<R>): Promise<R> {
    const done = await work;
    await this.#read();
    return done;
  }

  async #read(): Promise<void> {
    this.#view = await vault.access();
  }
}
