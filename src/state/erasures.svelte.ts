/** Erasures of people: the dry run, the deed and its papers. */

import { createSubscriber } from 'svelte/reactivity';
import type { RecordId } from '#base/ids.ts';
import type { Result } from '#base/result.ts';
import type {
  EraseError,
  EraseOrder,
  ErasurePlan,
  ErasureView,
  FileResult,
  NotFound,
  OpenError,
  StepUpNeeded,
} from '#worker/vault-api.ts';
import { download } from './download.ts';
import { onLeave } from './leave.ts';
import { stepUp } from './step-up.svelte.ts';
import { vault } from './vault.ts';

export type { ErasurePlan, ErasureView };

export class Erasures {
  readonly #watch: () => void;
  #view = $state.raw<readonly ErasureView[]>([]);

  constructor() {
    this.#watch = createSubscriber(() => {
      void this.#read();
      return vault.listen((event) => {
        if (event.type === 'changed') void this.#read();
      });
    });
  }

  get view(): readonly ErasureView[] {
    this.#watch();
    return this.#view;
  }

  async #read(): Promise<void> {
    this.#view = await vault.erasures();
  }
}

/** Who is about to be erased. Their own page goes while it is done, so that the dialog stands outside of it. */
class Erasing {
  #who = $state.raw<{ readonly customer: RecordId; readonly name: string }>();

  get who(): { readonly customer: RecordId; readonly name: string } | undefined {
    return this.#who;
  }

  start(who: { readonly customer: RecordId; readonly name: string }): void {
    this.#who = who;
  }

  end(): void {
    this.#who = undefined;
  }
}

export const erasing = new Erasing();
onLeave(() => erasing.end());

export function planErasure(customer: RecordId): Promise<Result<ErasurePlan, OpenError>> {
  return vault.planErasure(customer);
}

export function erase(order: EraseOrder): Promise<Result<RecordId, EraseError | StepUpNeeded>> {
  return stepUp.guard(() => vault.erase(order));
}

/** Both papers go to the person as files; the error of one that can't be made. */
export async function downloadCertificate(id: RecordId): Promise<NotFound | undefined> {
  return hand(await vault.erasureCertificate(id));
}

export async function downloadList(): Promise<NotFound | undefined> {
  return hand(await vault.erasureList());
}

function hand(file: Result<FileResult, NotFound>): NotFound | undefined {
  if (!file.ok) return file.error;
  download(file.value.name, file.value.blob);
  return undefined;
}
