/** Authoring: what people's edits become as changes, checked against the catalogue and shown to the guard. */

import type { Clock } from '#base/clock.ts';
import { err, ok, type Result } from '#base/result.ts';
import type { FieldDefinition, Kind } from '#domain/catalogue.ts';
import type { Change, FieldName, Json, ValueWrite, SetWrite } from '#domain/change.ts';
import { changeOf, inverseOf } from '#domain/edits.ts';
import { isList } from '#domain/json.ts';
import { makeNewRecord, type NewRecord } from '#domain/new-record.ts';
import type { Dossier, RecordState } from '#domain/record-state.ts';
import { mayAuthor, type Role } from '#domain/roles.ts';
import type { StampClock } from '#domain/stamp.ts';
import { validate, type FieldProblem } from '#domain/validation.ts';
import { valuesOf } from '#domain/values.ts';
import type { Book, VaultParts } from './book.ts';
import type { BulkEdit, EditError, NamedEdit, UndoToken } from './edits.ts';
import type { Guard } from './environment.ts';

export class Authoring {
  readonly #book: Book;
  readonly #clock: Clock;
  readonly #guard: Guard | null;
  readonly #role: () => Role;
  readonly #made: readonly FieldDefinition[];
  readonly #isLenient: boolean;
  readonly #fields = new Map<Kind, readonly FieldDefinition[]>();
  #replaced = 0;
  #refused: readonly FieldProblem[] = [];

  constructor(
    book: Book,
    { clock, guard, role }: Pick<VaultParts, 'clock' | 'guard' | 'role'>,
    {
      made = [],
      isLenient = false,
    }: { readonly made?: readonly FieldDefinition[]; readonly isLenient?: boolean } = {},
  ) {
    this.#book = book;
    this.#clock = clock;
    this.#guard = guard;
    this.#role = role;
    this.#made = made;
    this.#isLenient = isLenient;
  }

  /** The same for a list of any length, which one of its values must not hold up: what may not be kept is taken out of it. */
  lenient(): Authoring {
    return this.#with({ made: this.#made, isLenient: true });
  }

  /** The same, with a field that is made in the same step and that the workspace does not know before its commit. */
  knowing(field: FieldDefinition): Authoring {
    return this.#with({ made: [...this.#made, field], isLenient: this.#isLenient });
  }

  #with(options: ConstructorParameters<typeof Authoring>[2]): Authoring {
    const parts = { clock: this.#clock, guard: this.#guard, role: this.#role };
    return new Authoring(this.#book, parts, options);
  }

  get now(): number {
    return this.#clock.now();
  }

  /** Whether this device's role allows them all: others would leave out those that it does not. */
  mayAuthor(changes: readonly Parameters<typeof mayAuthor>[1][]): boolean {
    const role = this.#role();
    return changes.every((change) => mayAuthor(role, change));
  }

  /** Whether the customer that it is of may not be touched now. What others wrote without knowing of it stays theirs. */
  isRestricted({
    kind,
    record,
    customer = record,
  }: Pick<NamedEdit, 'kind' | 'record' | 'customer'>) {
    if (this.#guard === null) return false;
    const summary = this.#book.roster.summary(customer);
    return summary !== undefined && this.#guard.isRestricted(kind, summary.limits);
  }

  /** The change of one edit; `state` is the record as it stands. */
  change(
    edit: NamedEdit,
    state: RecordState | undefined,
    stamps: StampClock = this.#book.stamps,
  ): Result<Change, EditError> {
    if (!this.mayAuthor([edit])) return err({ type: 'NotPermitted' });
    if (this.isRestricted(edit)) return err({ type: 'Restricted' });
    // What a role may do to a kind is decided by the kind that an edit names: it must be the record's own.
    if (state !== undefined && state.kind !== edit.kind) return err({ type: 'NotFound' });
    const fields = this.#fieldsOf(edit.kind);
    const before = state === undefined ? {} : valuesOf(state);
    const screened = this.#screen(edit, fields);
    if (!screened.ok) return screened;
    const values = screened.value;
    const problems = validate(edit.kind, { ...before, ...values }, fields);
    if (problems.length > 0) return err({ type: 'Invalid', problems });
    const change = changeOf({
      ...edit,
      values,
      ...(state === undefined ? {} : { state }),
      fields,
      stamp: stamps.next(),
      at: this.#clock.now(),
    });
    return ok(change);
  }

  /** A record that is new, as its change would make it. */
  newRecord(edit: Omit<NamedEdit, 'seen'>, stamps: StampClock): Result<NewRecord, EditError> {
    if (!this.mayAuthor([edit])) return err({ type: 'NotPermitted' });
    const fields = this.#fieldsOf(edit.kind);
    const screened = this.#screen(edit, fields);
    if (!screened.ok) return screened;
    const values = screened.value;
    const problems = validate(edit.kind, values, fields);
    if (problems.length > 0) return err({ type: 'Invalid', problems });
    return ok(
      makeNewRecord({ ...edit, values, fields, stamp: stamps.next(), at: this.#clock.now() }),
    );
  }

  /** In how many fields the guard has replaced something since this was asked last. */
  takeReplaced(): number {
    const replaced = this.#replaced;
    this.#replaced = 0;
    return replaced;
  }

  /** Of which fields something was taken out since this was asked last, where a list is not held up. */
  takeRefused(): readonly FieldProblem[] {
    const refused = this.#refused;
    this.#refused = [];
    return refused;
  }

  #screen(
    { values }: Pick<NamedEdit, 'values'>,
    fields: readonly FieldDefinition[],
  ): Result<NamedEdit['values'], EditError> {
    if (this.#guard === null) return ok(values);
    const { values: kept, replaced, refused } = this.#guard.screen(fields, values);
    this.#replaced += replaced.length;
    if (refused.length > 0 && !this.#isLenient) return err({ type: 'Invalid', problems: refused });
    if (refused.length > 0) this.#refused = refused;
    return ok(kept);
  }

  /** What takes back all that a step wrote in a dossier. */
  inverses(dossier: Dossier, token: UndoToken, stamps: StampClock = this.#book.stamps): Change[] {
    const changes: Change[] = [];
    for (const state of dossier.values()) {
      const change = inverseOf(state, token, stamps.next(), this.#clock.now());
      if (change !== undefined) changes.push(this.screened(change));
    }
    return changes;
  }

  /** What brings a past value back: it may be of a time, or of a device, without a guard. */
  screened(change: Change): Change {
    const guard = this.#guard;
    if (guard === null || change.set === undefined) return change;
    const fields = this.#fieldsOf(change.kind);
    const kept = (field: FieldName, value: Json): Json =>
      guard.screen(fields, { [field]: value }).values[field] ?? null;
    const set: Record<FieldName, ValueWrite | SetWrite> = {};
    for (const [field, write] of Object.entries(change.set)) {
      if ('value' in write) {
        set[field] = { ...write, value: kept(field, write.value) };
        continue;
      }
      const add = Object.entries(write.add ?? {}).map(([key, value]): [string, Json] => {
        const name = kept(field, key);
        return [typeof name === 'string' ? name : key, kept(field, value)];
      });
      set[field] = write.add === undefined ? write : { ...write, add: Object.fromEntries(add) };
    }
    return { ...change, set };
  }

  #fieldsOf(kind: Kind): readonly FieldDefinition[] {
    if (this.#made.length === 0) return this.#book.fieldsOf(kind);
    let fields = this.#fields.get(kind);
    if (fields === undefined) {
      fields = [...this.#book.fieldsOf(kind), ...this.#made.filter((field) => field.kind === kind)];
      this.#fields.set(kind, fields);
    }
    return fields;
  }
}

/** An import adds to the tags and lists that a customer has; it takes none away. */
export function withElementsOf<E extends BulkEdit>(state: RecordState, edit: E): E {
  const present = valuesOf(state);
  const values = Object.entries(edit.values).map(([field, value]): [FieldName, Json] => {
    const elements = present[field];
    if (elements === undefined || !isList(elements) || !isList(value)) return [field, value];
    const known = new Set(elements.map(textOfElement));
    return [field, [...elements, ...value.filter((element) => !known.has(textOfElement(element)))]];
  });
  return { ...edit, values: Object.fromEntries(values) };
}

/** Two elements of a list are the same where their values are, whatever their ids and labels. */
function textOfElement(element: Json): string {
  if (typeof element !== 'object' || element === null || isList(element)) {
    return JSON.stringify(element);
  }
  return JSON.stringify(element['value'] ?? null);
}
