/** A form over one record: what is typed, what of it differs from what was there, its problems, and the draft that survives a crash. */

import type { RecordId } from '#base/ids.ts';
import { err, type Result } from '#base/result.ts';
import type { FieldDefinition, Kind } from '#domain/catalogue.ts';
import type { FieldName, Json } from '#domain/change.ts';
import { validate, type FieldProblem, type ProblemReason } from '#domain/validation.ts';
import type { Seen } from '#domain/values.ts';
import type {
  Committed,
  Edit,
  EditError,
  ErasedBefore,
  RecordView,
  StepUpNeeded,
} from '#worker/vault-api.ts';
import { drafts } from './drafts.svelte.ts';
import { decimalToTyped, typedToDecimal } from './money.ts';
import { stepUp } from './step-up.svelte.ts';
import { vault } from './vault.ts';

export interface FormSubject {
  readonly kind: Kind;
  /** The form's fields, in order. What a role does not see of the record it does not fill in either. */
  readonly fields: readonly FieldDefinition[];
  /** Absent: a new record. */
  readonly record?: RecordView;
  /** The customer that it belongs to; absent for a customer. */
  readonly customer?: RecordId;
  /** What a new record starts from. */
  readonly defaults?: Values;
}

export type Values = Readonly<Record<FieldName, Json>>;

/** What a draft holds. */
interface Kept {
  readonly values: Values;
  /** What stood before the person's eyes when it was typed. */
  readonly seen: Seen | null;
}

export class RecordForm {
  readonly subject: FormSubject;
  readonly #draft: string;
  /** What the form began with, as one types it. */
  readonly #start: Values;
  #seen: Seen | undefined;
  #values = $state.raw<Values>({});
  #problems = $state.raw<readonly FieldProblem[]>([]);
  #error = $state.raw<EditError | ErasedBefore | StepUpNeeded>();
  #restoredAt = $state<number>();
  #saving = $state(false);

  /** Whether leaving now would lose something that was typed. */
  readonly dirty = $derived.by(() => Object.keys(this.#typed()).length > 0);

  constructor(subject: FormSubject) {
    const { kind, record, customer, defaults = {} } = subject;
    const masked = record?.masked ?? [];
    const fields = subject.fields.filter(({ name }) => !masked.includes(name));
    this.subject = { ...subject, fields };
    this.#start = record === undefined ? defaults : typedValues(fields, record.values);
    this.#values = this.#start;
    this.#seen = record?.seen;
    this.#draft = [kind, record?.id ?? 'new', customer].filter(Boolean).join('/');
    void this.#restore();
  }

  value(field: FieldName): Json {
    return this.#values[field] ?? null;
  }

  set(field: FieldName, value: Json): void {
    this.#values = { ...this.#values, [field]: value };
    this.#problems = this.#problems.filter((problem) => problem.field !== field);
    this.#error = undefined;
    if (this.dirty) drafts.keep(this.#draft, this.#toKeep());
    else drafts.drop(this.#draft);
  }

  /** A list of e-mail addresses, phones or addresses, given whole. */
  setElements(field: FieldName, elements: readonly FormElement[]): void {
    this.set(field, elements as unknown as Json);
  }

  /** Whether this element is what is wrong with its list. */
  isElementRefused(field: FieldDefinition, element: FormElement): boolean {
    const values = { name: field.name, [field.name]: cleaned(field, [{ ...element }]) };
    return validate(field.kind, values, [field]).length > 0;
  }

  problem(field: FieldName): ProblemReason | undefined {
    return this.#problems.find((problem) => problem.field === field)?.reason;
  }

  get problems(): readonly FieldProblem[] {
    return this.#problems;
  }

  /** Why nothing was saved, where no field is to blame. */
  get error(): EditError | ErasedBefore | StepUpNeeded | undefined {
    return this.#error;
  }

  get saving(): boolean {
    return this.#saving;
  }

  /** When what the form shows was typed, where it is an unsaved text from earlier. */
  get restoredAt(): number | undefined {
    return this.#restoredAt;
  }

  /** The fields that the person changed, as the worker takes them. */
  get changes(): Values {
    const changes: Record<FieldName, Json> = {};
    for (const field of this.subject.fields) {
      const value = this.#cleaned(field);
      const stored = this.subject.record && this.#start[field.name];
      if (!isSame(value, cleaned(field, stored))) changes[field.name] = value;
    }
    return changes;
  }

  /** One commit with what `others` adds to it. Undefined where nothing was changed. */
  async save(
    others: readonly Edit[] = [],
    overruling?: string,
  ): Promise<Result<Committed, EditError | ErasedBefore | StepUpNeeded> | undefined> {
    const { kind, fields, record, customer } = this.subject;
    const { changes } = this;
    const values = Object.fromEntries(fields.map((field) => [field.name, this.#cleaned(field)]));
    this.#problems = validate(kind, { ...record?.values, ...values }, fields);
    if (this.#problems.length > 0) return err({ type: 'Invalid', problems: this.#problems });
    if (record !== undefined && Object.keys(changes).length === 0 && others.length === 0) {
      this.discard();
      return undefined;
    }
    const edit: Edit = {
      kind,
      values: changes,
      ...(record && { record: record.id }),
      ...(customer && { customer }),
      ...(this.#seen && { seen: this.#seen }),
    };
    this.#saving = true;
    const saved = await stepUp.guard(() => vault.save([edit, ...others], overruling));
    this.#saving = false;
    if (saved.ok) drafts.drop(this.#draft);
    else if (saved.error.type === 'Invalid') this.#problems = saved.error.problems;
    else this.#error = saved.error;
    return saved;
  }

  /** Goes back to what was there before anything was typed, and forgets the draft. */
  discard(): void {
    drafts.drop(this.#draft);
    this.#values = this.#start;
    this.#seen = this.subject.record?.seen;
    this.#problems = [];
    this.#error = undefined;
    this.#restoredAt = undefined;
  }

  async #restore(): Promise<void> {
    const draft = await drafts.read(this.#draft);
    if (!draft || this.dirty) return;
    const { values, seen } = draft.values as unknown as Kept;
    this.#values = { ...this.#start, ...values };
    this.#seen = seen ?? undefined;
    this.#restoredAt = draft.savedAt;
  }

  #toKeep(): Json {
    // Of a new record all of it: what it started from may be another value next time.
    const values = this.subject.record === undefined ? this.#values : this.#typed();
    const kept: Kept = { values, seen: this.#seen ?? null };
    return kept as unknown as Json;
  }

  /** As it stands in the fields that differ from what the form began with. */
  #typed(): Values {
    const typed: Record<FieldName, Json> = {};
    for (const field of this.subject.fields) {
      const value = this.#values[field.name];
      if (isSame(cleaned(field, value), cleaned(field, this.#start[field.name]))) continue;
      typed[field.name] = value ?? null;
    }
    return typed;
  }

  #cleaned(field: FieldDefinition): Json {
    return cleaned(field, this.#values[field.name]);
  }
}

/** Amounts with the locale's decimal mark; everything else as it is. */
function typedValues(fields: readonly FieldDefinition[], values: Values): Values {
  const amounts = fields.filter(({ type }) => type === 'money').map(({ name }) => name);
  const typed = Object.entries(values).map(([name, value]): [FieldName, Json] => [
    name,
    amounts.includes(name) && typeof value === 'string' ? decimalToTyped(value) : value,
  ]);
  return Object.fromEntries(typed);
}

/** What is typed as the field holds it: nothing instead of blanks, numbers as numbers. What can't be one stays as it was typed. */
function cleaned({ type }: FieldDefinition, value: Json | undefined): Json {
  switch (type) {
    case 'emails':
    case 'phones':
    case 'addresses':
      return emptyToNull(
        elementsOf(value)
          .filter((element) => !isBlank(element.value))
          .map(trimElement),
      );
    case 'tags':
      return emptyToNull(Array.isArray(value) ? value : []);
    case 'money': {
      const text = textOf(value);
      return text === '' ? null : typedToDecimal(text);
    }
    case 'number':
    case 'rating': {
      if (typeof value === 'number') return value;
      const decimal = typedToDecimal(textOf(value));
      if (decimal === '') return null;
      return /^-?\d/.test(decimal) && Number.isFinite(Number(decimal)) ? Number(decimal) : decimal;
    }
    case 'dateTime': {
      const text = textOf(value);
      return text === '' ? null : text;
    }
    case 'boolean':
      return value === true ? true : null;
    case 'longText':
    case 'text':
    case 'url':
    case 'choice':
    case 'member':
    case 'language':
    case 'date':
    case 'currency':
    case 'reference': {
      const text = textOf(value);
      return text === '' ? null : text;
    }
  }
}

/** One of a list of e-mail addresses, phones or addresses. A new one has no id yet. */
export interface FormElement {
  readonly id: string;
  readonly label: string;
  readonly value: Json;
}

export function elementsOf(value: Json | undefined): readonly FormElement[] {
  return Array.isArray(value) ? (value as readonly FormElement[]) : [];
}

function trimElement({ id, label, value }: FormElement): Json {
  if (typeof value === 'string') return { id, label, value: value.trim() };
  const parts = Object.entries(partsOf(value))
    .map(([part, text]) => [part, textOf(text)] as const)
    .filter(([, text]) => text !== '');
  return { id, label, value: Object.fromEntries(parts) };
}

function isBlank(value: Json): boolean {
  if (value === null) return true;
  if (typeof value === 'string') return value.trim() === '';
  return Object.values(partsOf(value)).every((part) => textOf(part) === '');
}

/** Of an address. */
function partsOf(value: Json): Readonly<Record<string, Json>> {
  return value !== null && typeof value === 'object' && !Array.isArray(value)
    ? (value as Readonly<Record<string, Json>>)
    : {};
}

function emptyToNull(list: readonly Json[]): Json {
  return list.length === 0 ? null : list;
}

function textOf(value: Json | undefined): string {
  return typeof value === 'string' ? value.trim() : '';
}

function isSame(a: Json, b: Json): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}
