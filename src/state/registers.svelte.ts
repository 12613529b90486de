/** The registers: what was processed, asked, gone wrong, handed on and disposed of, with the clocks that run. */

import { createSubscriber } from 'svelte/reactivity';
import type { RecordId } from '#base/ids.ts';
import type { Result } from '#base/result.ts';
import type {
  Committed,
  Edit,
  EditError,
  FileResult,
  RecordView,
  Register,
  RegistersView,
  StepUpNeeded,
} from '#worker/vault-api.ts';
import { stepUp } from './step-up.svelte.ts';
import { language } from './texts.svelte.ts';
import { vault } from './vault.ts';

export type { Register, RegisterEntry } from '#worker/vault-api.ts';

export class Registers {
  readonly #watch: () => void;
  #view = $state.raw<RegistersView>();

  constructor() {
    this.#watch = createSubscriber(() => {
      void this.#read();
      return vault.listen((event) => {
        if (event.type === 'changed') void this.#read();
      });
    });
  }

  /** Undefined until it has been read. */
  get view(): RegistersView | undefined {
    this.#watch();
    return this.#view;
  }

  write(register: Register): Promise<Result<FileResult, StepUpNeeded>> {
    return stepUp.guard(() => vault.exportRegister(register, language.current));
  }

  async #read(): Promise<void> {
    this.#view = await vault.registers();
  }
}

/** Of a purpose: whoever consented to it is asked again. */
export function newVersionOf({ id, values }: RecordView): Edit {
  const version = typeof values['version'] === 'number' ? values['version'] : 1;
  return { record: id, kind: 'purpose', values: { version: version + 1 } };
}

export function removeEntry(
  record: RecordId,
): Promise<Result<Committed, EditError | StepUpNeeded>> {
  return stepUp.guard(() => vault.remove([{ record }]));
}
