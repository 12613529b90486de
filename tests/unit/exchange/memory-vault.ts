/** What exchange needs of a vault, in memory, on the real domain. */

import { createDeviceId, createRecordId, type RecordId } from '#base/ids.ts';
import { err, ok, type Result } from '#base/result.ts';
import { applyChange, createErasures } from '#domain/apply.ts';
import { customField, fieldsOf, type FieldDefinition, type Kind } from '#domain/catalogue.ts';
import type { FieldName, Json } from '#domain/change.ts';
import { changeOf, deletionOf } from '#domain/edits.ts';
import type { Dossier, RecordState } from '#domain/record-state.ts';
import { StampClock } from '#domain/stamp.ts';
import { summarise, type Summary } from '#domain/summary.ts';
import { validate } from '#domain/validation.ts';
import { isAlive, seenOf, valuesOf } from '#domain/values.ts';
import type { ExportSource } from '#exchange/export.ts';
import type { ImportTarget } from '#exchange/import.ts';
import type { Cancelled } from '#exchange/messages.ts';
import type { BulkEdit, EditError, UndoToken } from '#vault/vault.ts';

export class MemoryVault implements ImportTarget, ExportSource {
  states = new Map<RecordId, RecordState>();
  readonly #belongings = new Map<RecordId, readonly RecordState[]>();
  #customFields: readonly FieldDefinition[] = [];
  readonly #stamps = new StampClock(createDeviceId(), { now: () => 1_700_000_000_000 });

  fieldsOf(kind: Kind): readonly FieldDefinition[] {
    return fieldsOf(kind, this.#customFields);
  }

  *summaries(): Iterable<readonly Summary[]> {
    for (const state of this.living('customer')) {
      yield [summarise(this.#dossierOf(state.id), state.id)];
    }
  }

  select(): readonly RecordId[] {
    return this.living('customer').map(({ id }) => id);
  }

  async openDossier(id: RecordId): Promise<Result<Dossier, { readonly type: 'NotFound' }>> {
    const dossier = this.#dossierOf(id);
    return dossier.size === 0 ? err({ type: 'NotFound' }) : ok(dossier);
  }

  async *dossiers(signal: AbortSignal): AsyncIterable<Result<readonly RecordState[], never>> {
    yield ok([...this.states.values()].filter(({ kind }) => kind === 'field'));
    for (const state of this.states.values()) {
      if (signal.aborted) return;
      if (state.kind === 'customer') yield ok([...this.#dossierOf(state.id).values()]);
    }
  }

  async bulk(
    edits: AsyncIterable<readonly BulkEdit[]>,
    { signal }: { signal: AbortSignal },
  ): Promise<Result<{ undo: UndoToken; replaced: number }, EditError | Cancelled>> {
    const before = new Map([...this.states].map(([id, state]) => [id, structuredClone(state)]));
    const fieldsBefore = this.#customFields;
    const from = this.#stamps.next();
    for await (const batch of edits) {
      for (const edit of batch) {
        const problems = this.#write(edit);
        if (problems.length > 0) return err({ type: 'Invalid', problems });
      }
      if (signal.aborted) break;
    }
    if (signal.aborted) {
      this.states = before;
      this.#customFields = fieldsBefore;
      return err({ type: 'Cancelled' });
    }
    return ok({ undo: { from, to: this.#stamps.next() }, replaced: 0 });
  }

  add(kind: Kind, values: Record<FieldName, Json>, customer?: RecordId): RecordId {
    const record = createRecordId();
    this.#write({ record, kind, values, ...(customer === undefined ? {} : { customer }) });
    return record;
  }

  remove(id: RecordId): void {
    const state = this.states.get(id)!;
    applyChange(state, deletionOf(state, this.#stamps.next(), 0), createErasures());
  }

  living(kind: Kind): RecordState[] {
    return [...this.states.values()].filter((state) => state.kind === kind && isAlive(state));
  }

  /** The living customers' values, without the ids of list elements. */
  customers(): Record<FieldName, Json>[] {
    return this.living('customer').map((state) => withoutIds(valuesOf(state)));
  }

  #write(edit: BulkEdit) {
    const record = edit.record ?? createRecordId();
    const state = this.states.get(record);
    const fields = this.fieldsOf(edit.kind);
    const before = state === undefined ? {} : valuesOf(state);
    const problems = validate(edit.kind, { ...before, ...edit.values }, fields);
    const change = changeOf({
      record,
      kind: edit.kind,
      values: edit.values,
      fields,
      stamp: this.#stamps.next(),
      at: 1_700_000_000_000,
      ...(edit.customer === undefined ? {} : { customer: edit.customer }),
      ...(state === undefined ? {} : { state, seen: { ...seenOf(state), sets: {} } }),
    });
    this.states.set(record, applyChange(state, change, createErasures())!);
    if (edit.customer !== undefined && state === undefined) {
      const others = this.#belongings.get(edit.customer) ?? [];
      this.#belongings.set(edit.customer, [...others, this.states.get(record)!]);
    }
    if (edit.kind === 'field') {
      this.#customFields = this.living('field')
        .map((each) => customField(valuesOf(each)))
        .filter((field) => field !== null);
    }
    return problems;
  }

  #dossierOf(customer: RecordId): Dossier {
    const states = [this.states.get(customer), ...(this.#belongings.get(customer) ?? [])];
    return new Map(states.flatMap((state) => (state === undefined ? [] : [[state.id, state]])));
  }
}

export function withoutIds(values: Record<FieldName, Json>): Record<FieldName, Json> {
  return Object.fromEntries(
    Object.entries(values).map(([name, value]) => [
      name,
      Array.isArray(value)
        ? (value as Json[]).map((element) => {
            if (typeof element !== 'object' || element === null) return element;
            const { id: _, ...rest } = element as Record<string, Json>;
            return rest;
          })
        : value,
    ]),
  );
}
