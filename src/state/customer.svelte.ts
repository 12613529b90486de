/** One customer that is open on the screen, read again whenever something of it changes. */

import { createSubscriber } from 'svelte/reactivity';
import type { RecordId } from '#base/ids.ts';
import type { Result } from '#base/result.ts';
import type { FieldName, Json } from '#domain/change.ts';
import { WORKSPACE_DOSSIER } from '#domain/record-state.ts';
import { ANONYMOUS_NAME } from '#domain/summary.ts';
import type {
  Committed,
  CustomerView,
  EditError,
  OpenError,
  PastValue,
  RecordView,
  StepUpNeeded,
} from '#worker/vault-api.ts';
import { language } from './texts.svelte.ts';
import { vault } from './vault.ts';

export type { CustomerView, PastValue, RecordView } from '#worker/vault-api.ts';

export class OpenCustomer {
  readonly id: RecordId;
  readonly #watch: () => void;
  #opened = $state.raw<Result<CustomerView, OpenError>>();
  #newestLoad = 0;

  constructor(id: RecordId) {
    this.id = id;
    this.#watch = createSubscriber(() => {
      void this.#load();
      return vault.listen((event) => {
        if (event.type !== 'changed') return;
        const { customers } = event;
        // What this role sees is decided by the workspace's own records.
        const touched = [id, WORKSPACE_DOSSIER];
        if (customers === 'any' || touched.some((each) => customers.includes(each))) {
          void this.#load();
        }
      });
    });
  }

  /** Undefined until the worker has answered. */
  get opened(): Result<CustomerView, OpenError> | undefined {
    this.#watch();
    return this.#opened;
  }

  get view(): CustomerView | undefined {
    return this.opened?.ok ? this.opened.value : undefined;
  }

  history(record: RecordId, field: FieldName): Promise<Result<readonly PastValue[], OpenError>> {
    return vault.history(this.id, record, field);
  }

  async #load(): Promise<void> {
    const load = ++this.#newestLoad;
    const opened = await vault.openCustomer(this.id);
    if (load === this.#newestLoad) this.#opened = opened;
  }
}

/** A customer with all that belongs to it, where `record` is the customer itself. */
export function removeRecord(
  customer: RecordId,
  record: RecordId,
): Promise<Result<Committed, EditError | StepUpNeeded>> {
  return vault.remove([{ record, customer }]);
}

/** The name; the company of a customer that has none. */
export function headingOf({ values }: RecordView): string {
  return nameInWords(textValue(values['name']) || textValue(values['company']));
}

/** What is left of somebody whose time was up has no name of its own. */
export function nameInWords(name: string): string {
  return name === ANONYMOUS_NAME ? language.texts.retention.anonymous : name;
}

export function textValue(value: Json | undefined): string {
  return typeof value === 'string' ? value : '';
}
