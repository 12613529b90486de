/** Edits: what the vault is asked to write, and what it answers. */

import type { DeviceId, RecordId } from '#base/ids.ts';
import type { Kind } from '#domain/catalogue.ts';
import type { Change, ElementKey, FieldName, Json } from '#domain/change.ts';
import type { Stamp } from '#domain/stamp.ts';
import type { FieldProblem } from '#domain/validation.ts';
import type { Seen } from '#domain/values.ts';
import type { StorageError } from '#storage/failure.ts';
import type { Damaged } from './damage.ts';
import type { Vector } from './vector.ts';

export interface Edit {
  /** Absent: a new record. */
  readonly record?: RecordId;
  readonly kind: Kind;
  /** The customer that it belongs to; absent for a customer and for records of the workspace. */
  readonly customer?: RecordId;
  /** Only the fields that the person changed. `null` empties a field; a set is given whole. */
  readonly values: Readonly<Record<FieldName, Json>>;
  /** What stood before the author's eyes; absent: what stands there now. */
  readonly seen?: Seen;
}

/** An edit whose record has its id, be it a new one. */
export type NamedEdit = Edit & { readonly record: RecordId };

export type NewRecord = Omit<NamedEdit, 'seen'>;

/** An edit of an import. `record` names an existing one. */
export type BulkEdit = Omit<Edit, 'seen'>;

export interface Committed {
  /** Hand it to `undo` to take the step back. */
  readonly undo: UndoToken;
  /** Ids of the records that the edits made or changed, in their order. */
  readonly records: readonly RecordId[];
  /** In so many fields the guard has replaced card numbers; absent: in none. */
  readonly replaced?: number;
}

export interface Bulk {
  readonly created: number;
  readonly updated: number;
  readonly undo: UndoToken;
  /** In so many fields the guard has replaced card numbers. */
  readonly replaced: number;
}

/** The run of stamps that one step wrote, and where to look for them. */
export interface UndoToken {
  readonly from: Stamp;
  readonly to: Stamp;
  /** The customers that the step touched; absent: any (an import). */
  readonly customers?: readonly RecordId[];
}

export interface WorkOptions {
  readonly signal: AbortSignal;
  /** Records done. */
  readonly onProgress?: (done: number) => void;
}

export interface BulkOptions extends WorkOptions {
  /** Called for each edit that the guard would have refused by itself. It is written without what may not be kept. */
  readonly onRefused?: (edit: BulkEdit, problems: readonly FieldProblem[]) => void;
}

export type NotFound = { readonly type: 'NotFound' };
export type Locked = { readonly type: 'Locked' };
export type Cancelled = { readonly type: 'Cancelled' };

/** Another tab has taken the lead in syncing: this one writes nothing of it any more. */
export type LeadLost = { readonly type: 'LeadLost' };

export type EditError =
  | { readonly type: 'Invalid'; readonly problems: readonly FieldProblem[] }
  /** The member's role does not allow it. */
  | { readonly type: 'NotPermitted' }
  /** The customer's data is to stay as it is until a restriction is lifted. */
  | { readonly type: 'Restricted' }
  | NotFound
  | Damaged
  | Locked
  | StorageError;

/** Changes of others that are to take effect here. */
export interface Received {
  readonly changes: readonly Change[];
  /** Where each author's log then stands. */
  readonly positions: Vector;
  /** Of `Session.takeLead`. */
  readonly lead: number;
  /** Their author had applied every segment of others, and of this device's own, that this device knows of. */
  readonly isInformed?: boolean;
}

export interface ReceiveOptions extends WorkOptions {
  readonly positions: Vector;
  readonly lead: number;
}

/** Changes of this device, of one journal entry. */
export interface Outgoing {
  readonly entry: number;
  readonly changes: readonly Change[];
  /** Nothing more of that entry follows. */
  readonly last: boolean;
}

/** Where arriving changes made a conflict. */
export interface ConflictRef {
  /** `null`: a record of the workspace itself. */
  readonly customer: RecordId | null;
  readonly record: RecordId;
  readonly field: FieldName;
  readonly element?: ElementKey;
}

export interface OpenConflict extends ConflictRef {
  readonly kind: Kind;
  readonly customerName: string;
  readonly current: ConflictingValue;
  /** The newest of those that lost. */
  readonly other: ConflictingValue;
}

export interface ConflictingValue {
  readonly value: Json;
  /** By its author's clock, ms. */
  readonly at: number;
  readonly device: DeviceId;
}
